"""The journal remembers the rate limit that a run found out."""

from contextlib import closing
from pathlib import Path

from importer.journal import AsyncJournal, Journal
from tests.support.inline_executor import InlineExecutor
from tests.support.journals import begin, begun


def test_a_limit_is_kept_for_its_account_until_it_is_forgotten(tmp_path: Path) -> None:
    """The latest limit counts, for its account only; 0.0 forgets it."""
    with closing(begun(tmp_path / "journal.sqlite3", account="main")) as journal:
        assert journal.learned_limit("main") == 0.0
        journal.learn(100.0)
        journal.learn(150.5)
        assert (journal.learned_limit("main"), journal.learned_limit("other")) == (150.5, 0.0)
        begin(journal, "run-2", account="other")
        journal.learn(0.0)
        assert journal.learned_limit("main") == 150.5
        begin(journal, "run-3", account="main")
        journal.learn(0.0)
        assert journal.learned_limit("main") == 0.0


async def test_a_limit_lasts(tmp_path: Path) -> None:
    """What was learned through the thread's face is there when the file is opened again."""
    path = tmp_path / "journal.sqlite3"
    threaded = AsyncJournal(begun(path), InlineExecutor())
    await threaded.learn(97.0)
    await threaded.close()
    with closing(Journal.open(path)) as journal:
        assert journal.learned_limit("main") == 97.0
