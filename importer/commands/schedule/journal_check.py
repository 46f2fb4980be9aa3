"""Whether the nights would begin an empty journal although there is one: of root's own runs, or from before accounts.

Whoever is in the old one is looked up again, and whoever was forgotten there is imported again.
"""

from collections.abc import Iterator
from pathlib import Path

from importer.commands.journal_contents import config_lines, journal_contents, known_words
from importer.commands.journal_path import journal_file
from importer.commands.named_journal import is_journal_missing, journal_before_accounts
from importer.commands.schedule.night import Night
from importer.model.diagnosis import Diagnosis, Level
from importer.system.service_user import as_user, own_name
from importer.system.shell import quote


def journal_at_night(night: Night) -> Iterator[Diagnosis]:
    """Yield a note where the night's journal knows nobody, and another one does that this account had before."""
    if not _knows_nobody(night.journal):
        return
    settings, run = night.context.settings, night.context.settings.run
    own = journal_file(run.journal, sandbox=False, account=run.of_account)
    old = [journal_before_accounts(night.journal, settings), own, journal_before_accounts(own, settings)]
    for path in dict.fromkeys(one for one in old if one and one != night.journal):
        state = journal_contents(path)
        if state and state.knows_people:
            again = ", and whoever was forgotten is imported again" if state.forgets_people else ""
            text = (
                f"the nights begin a new one, {night.journal}; {path} has {known_words(state)}, of whom they know"
                f" nothing: everybody is looked up in Callbell again{again}"
            )
            step = _moved(night, path) if _is_anothers(night, path) else _named(run.of_account, path)
            yield Diagnosis(name="journal", level=Level.NOTE, text=text, next_step=step)
            return


def _knows_nobody(journal: Path) -> bool:
    if is_journal_missing(journal):
        return True
    state = journal_contents(journal)  # None: whoever gives the command may not look
    return state is not None and not state.knows_people


def _is_anothers(night: Night, path: Path) -> bool:
    """Tell whether a journal lies elsewhere than where the night's user has theirs."""
    return night.user.name != own_name() and path.parent != night.journal.parent


def _moved(night: Night, path: Path) -> str:
    """Return how root gives a journal to the night's user; with what SQLite left beside it."""
    user, journal = night.user.name, str(night.journal)
    made = f"{as_user(user, '')} -c {quote(f'mkdir -p {quote(str(night.journal.parent))}')}"
    files = [end for end in ("", "-wal") if not is_journal_missing(Path(f"{path}{end}"))]
    return "\n".join(
        [
            f"To go on with it, move it to {user}, as root, once the schedule is installed and before the first night:",
            made,
            *([f"mv {quote(journal)} {quote(f'{journal}.before')}"] if not is_journal_missing(night.journal) else []),
            *(f"mv {quote(f'{path}{end}')} {quote(f'{journal}{end}')}" for end in files),
            f"chown {user}: {' '.join(quote(f'{journal}{end}') for end in files)}",
        ]
    )


def _named(account: str, path: Path) -> str:
    of_account = ", for the account that it is of" if account else ""
    return f"To go on with it, write this into the config{of_account}:\n{config_lines(path, account)}"
