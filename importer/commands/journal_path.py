"""Where the journal is: in the user's state folder, unless another is named; one for each account of a config."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_state_path

from importer.model.errors import StorageError

if TYPE_CHECKING:
    from importer.settings import Settings

_NAME = "callbell-importer"


def importer_state_folder() -> Path:
    """Return the folder where the user's programs keep their state, of this one."""
    return user_state_path(_NAME, appauthor=False)


def journal_of(settings: "Settings") -> Path:
    """Return the journal's one true path, as `journal_path` does.

    Raises:
        StorageError: The file has a second name.

    """
    run = settings.run
    return journal_path(run.journal, sandbox=run.sandbox, account=run.of_account)


def journal_file(given: Path | None, *, sandbox: bool, account: str = "") -> Path:
    """Return where the journal is, whatever may be wrong with it; the arguments are those of `journal_path`."""
    name = "sandbox" if sandbox else "journal"
    file = f"{name}-{account}.sqlite3" if account else f"{name}.sqlite3"
    return Path(os.path.realpath(given or importer_state_folder() / file))


def journal_path(given: Path | None, *, sandbox: bool, account: str = "") -> Path:
    """Return the journal's one true path: of the given file, else of one in the user's state folder.

    Args:
        given: A path that may lead through links, also to what is not there yet.
        sandbox: Whether the journal is a sandbox's, which has its own.
        account: Which of the config's accounts it is of, each of which has its own; empty: there is but one.

    Raises:
        StorageError: The file has a second name, a hard link, by which SQLite would look for another log of it.

    """
    path = journal_file(given, sandbox=sandbox, account=account)
    if _has_other_names(path):
        raise StorageError(
            f"The journal {path} has more than one name: it is hard-linked, and SQLite's log beside it goes by name.",
            f'Delete the other names (find them with: find / -xdev -samefile "{path}"), or name another journal with'
            " --journal.",
            code="journal_linked",
        )
    return path


def _has_other_names(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_nlink > 1
    except (OSError, ValueError):  # told by whoever opens it
        return False
