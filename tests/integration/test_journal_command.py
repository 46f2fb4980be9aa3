"""The commands `journal backup` and `journal check`."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from importer.sandbox import Sandbox
from importer.system.locks import journal_lock
from tests.support.commands import TOKEN, customers, give, serving

JOURNAL = Path("journal.sqlite3")


@pytest.fixture(autouse=True)
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Each test stands in a folder of its own, with a journal of three contacts."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / JOURNAL))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    with serving() as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        assert give("run", customers(Path("contacts.csv"))).exit_code == 0
        yield sandbox


def test_a_backup_takes_the_place_of_the_journal(service: Sandbox) -> None:
    """Brought back, it knows what was sent: nobody twice."""
    said = give("journal", "backup", "copy.sqlite3")
    assert (said.exit_code, said.stdout) == (0, "")
    assert "copy.sqlite3" in said.stderr
    assert os.name == "nt" or stat.S_IMODE(Path("copy.sqlite3").stat().st_mode) == 0o600
    Path("copy.sqlite3").replace(JOURNAL)
    assert give("run", "contacts.csv", "--json").rows == {"unchanged": 3, "read": 3}
    assert len(service.contacts) == 3


def test_a_backup_replaces_nothing() -> None:
    """Neither a file, nor the journal itself, nor what a link points at: exit code 2."""
    Path("taken").write_text("mine", "utf-8")
    Path("link").symlink_to("nowhere")
    before = JOURNAL.read_bytes()
    assert [give("journal", "backup", name).exit_code for name in ("taken", "link", JOURNAL)] == [2, 2, 2]
    assert Path("taken").read_text("utf-8") == "mine"
    assert JOURNAL.read_bytes() == before


def test_a_backup_where_nobody_may_write_is_told_with_a_place_that_works(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Exit code 4: which file, which folder, who, and the command with an absolute path in a folder of one's own."""
    own, closed = tmp_path / "home", tmp_path / "closed"
    for folder in (own, closed):
        folder.mkdir()
    monkeypatch.setattr(Path, "home", lambda: own)
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != closed)
    said = give("journal", "backup", "closed/new/copy.sqlite3")
    assert said.exit_code == 4
    message, _, again = said.stderr.splitlines()
    assert message.startswith(f"The copy {closed}/new/copy.sqlite3 cannot be written: ")
    assert message.endswith(f" may not write to the folder {closed}.")
    assert again == f"  callbell-importer journal backup {own}/copy.sqlite3"
    assert give(*again.split()[1:]).exit_code == 0
    assert (own / "copy.sqlite3").exists()


def test_a_backup_during_a_run_ends_with_6_or_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """And names who holds the journal."""
    lock = journal_lock(JOURNAL.resolve(), "20261123-020000-contacts")
    lock.__enter__()
    said = give("journal", "backup", "copy.sqlite3")
    assert said.exit_code == 6
    assert "20261123-020000-contacts" in said.stderr
    assert not Path("copy.sqlite3").exists()

    def run_ends(_seconds: float) -> None:
        lock.__exit__(None, None, None)

    monkeypatch.setattr("importer.system.locks.time.sleep", run_ends)  # so that the test need not sleep
    assert give("journal", "backup", "copy.sqlite3", "--wait").exit_code == 0


def test_a_check_tells_what_the_journal_holds() -> None:
    """On standard output, also while a run uses it, and of a backup too."""
    give("journal", "backup", "copy.sqlite3", "-q")
    with journal_lock(JOURNAL.resolve()):
        said = give("journal", "check")
    copy = give("journal", "check", "--journal", "copy.sqlite3")
    for one in (said, copy):
        assert one.exit_code == 0
        assert "is whole" in one.stdout
        assert "contacts  3, of them 0 in doubt" in one.stdout


def test_a_check_of_what_is_not_whole_ends_with_4() -> None:
    """With what is wrong, and what to do."""
    with closing(sqlite3.connect(JOURNAL, isolation_level=None)) as stranger:
        stranger.execute("DELETE FROM rows WHERE seq = 2")
    said = give("journal", "check")
    assert (said.exit_code, said.stdout) == (4, "")
    assert "had 3 rows, and 2 are there" in said.stderr
    assert "backup" in said.stderr


@pytest.mark.parametrize("command", [("backup", "copy.sqlite3"), ("check",)])
def test_a_journal_that_is_not_there_is_not_made(command: tuple[str, ...]) -> None:
    """Exit code 2, and no empty file that would look like one."""
    said = give("journal", *command, "--journal", "none.sqlite3")
    assert said.exit_code == 2
    assert "none.sqlite3" in said.stderr
    assert not [path for path in Path().iterdir() if path.name.startswith("none")]
