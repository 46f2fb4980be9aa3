"""A journal that is not there: a named one is begun with a word, and none is if it was there before.

Which journals there were stands in a file of its own, in the person's folder for programs' state: what is beside a
journal is gone with its disk.
"""

import contextlib
import json
import os
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from importer.commands.context import CommandContext
from importer.commands.journal_contents import config_lines, journal_contents, known_sentence
from importer.commands.journal_path import importer_state_folder
from importer.journal.run_names import has_run_between
from importer.model.answers import says_yes
from importer.model.errors import DeclinedError, StorageError
from importer.model.plain_text import plain
from importer.settings import Settings
from importer.system.files import read_json_object, write_whole
from importer.system.installed_crons import nightly_jobs
from importer.system.logs import LOG
from importer.system.service_user import own_name
from importer.system.shell import empty_file_command

_MOST_KNOWN = 100
_DATE = len("2026-11-27")
_LONGEST_BEGIN = timedelta(hours=1)
"""From when a journal was noted down as used until its run began: files are read before, and questions asked."""


def begin_missing_journal(context: CommandContext, path: Path, known: Path, *, is_named: bool = True) -> None:
    """Say that a journal is begun, or ask; nothing where it is there, or where it is the default one's first use.

    Args:
        context: With how to ask.
        path: The journal's true path.
        known: The file with the journals that were used.
        is_named: Whether an option, a variable or the config names it; else it is the default one.

    Raises:
        DeclinedError: The person does not want a new one.
        StorageError: It is missing, an earlier run used it, and nobody can be asked.

    """
    if not is_journal_missing(path):
        return
    used_at = _known(known).get(str(path), "")[:_DATE]
    old = None if used_at else journal_before_accounts(path, context.settings)
    if old:
        _begin_beside(context, path, old)
        return
    if not (is_named or used_at):
        return
    if context.asker is not None and not context.settings.run.dry_run:
        if not says_yes(context.asker, _question(path, used_at), default=not used_at):
            raise DeclinedError("Nothing was sent.", "Name the right journal with --journal, or in the config.")
    elif used_at:
        raise _missing(path, used_at)
    begins = "A run would begin a new journal" if context.settings.run.dry_run else "A new journal is begun"
    context.tell(f"{begins}, which knows of nothing that was sent before: {plain(str(path))}")


def journal_before_accounts(path: Path, settings: Settings) -> Path | None:
    """Return the journal from before the config had accounts, if it is there and none of them has it."""
    name = settings.run.of_account
    if not name or not path.stem.endswith(f"-{name}"):
        return None
    old = path.with_name(path.stem.removesuffix(f"-{name}") + path.suffix)
    named = {os.path.realpath(one) for one in settings.account_journals.values() if one}
    return None if is_journal_missing(old) or str(old) in named else old


def _begin_beside(context: CommandContext, path: Path, old: Path) -> None:
    """Say that an account begins a journal although there is one from before there were accounts, or ask.

    Raises:
        DeclinedError: The person does not want a new one.

    """
    begun, cure = begun_beside(context.settings, path, old)
    if context.asker is not None and not context.settings.run.dry_run:
        if not says_yes(context.asker, f"{begun}\n{cure}\nBegin a new one? [y/N]", default=False):
            raise DeclinedError("Nothing was sent.", cure)
        return
    if context.is_quiet or LOG.hasHandlers():  # a quiet night says this too: Python writes it to standard error
        LOG.warning("%s %s", begun, cure)
    if not context.is_quiet:
        context.tell(f"{begun}\n{cure}")


def begun_beside(settings: Settings, path: Path, old: Path) -> tuple[str, str]:
    """Return what an account loses that begins a journal beside the one from before there were accounts, and the cure.

    Args:
        settings: With the account.
        path: The new journal.
        old: The one from before.

    """
    name, state = settings.run.of_account, journal_contents(old)
    forgotten = " Whoever was forgotten is imported again." if state and state.forgets_people else ""
    begun = (
        f"The account {name} has no journal yet. What was sent before the config had accounts is in"
        f" {plain(str(old))}, which the new journal {plain(str(path))} knows nothing of: everybody in it is looked up,"
        f" or made, again.{known_sentence(state, 'The old one')}{forgotten}"
    )
    cure = "To go on with the old one, write this into the config, for the account that it is of:"
    return begun, f"{cure}\n{config_lines(old, name)}"


def require_journal(settings: Settings, path: Path) -> None:
    """Return if a journal that is not seen never was, or a nightly job has it now; for commands that begin none.

    Raises:
        StorageError: It is missing, and an earlier run used it; or its folder may not be looked into.

    """
    if _is_in_closed_folder(path):
        raise StorageError(
            f"Whether the journal {path} is there cannot be told: {own_name()} may not look into its folder.",
            "Give the same command as the user whose journal it is, or as root.",
        )
    used_at = "" if settings.run.sandbox else _known(known_journals()).get(str(path), "")
    if used_at and (settings.run.journal or not _has_nightly_job(path, used_at)):
        raise _missing(path, used_at[:_DATE])


def _has_nightly_job(path: Path, used_at: str) -> bool:
    """Tell whether a journal was moved to a nightly job, whose journal then has the run that used it last."""
    try:
        at = datetime.fromisoformat(used_at).astimezone(UTC)
    except ValueError:
        return False
    others = (job.journal for job in nightly_jobs() if job.journal.name == path.name)  # of the same account
    return any(has_run_between(other, at, at + _LONGEST_BEGIN) for other in others)


def other_journals(opened: Collection[Path]) -> Sequence[Path]:
    """Return the journals that this user's runs used, without those that are open; some may be missing."""
    return sorted({Path(path) for path in _known(known_journals())} - {*opened})


def known_journals() -> Path:
    """Return the file with the journals that were named and used."""
    return importer_state_folder() / "named-journals.json"


def _missing(path: Path, used_at: str) -> StorageError:
    return StorageError(
        f"The journal {path} is missing. It was used on {used_at}, and only it knows what was sent.",
        "Put it back (is its disk there?), and give the same command again. To begin a new one all the same, make"
        f" an empty file there first:\n  {empty_file_command(path, own_name())}",
    )


def remember_journal(path: Path, now: datetime, known: Path) -> None:
    """Write down that a journal is there; what goes wrong with that stops nothing."""
    used, at = _known(known), now.isoformat(timespec="seconds")
    if used.get(str(path), "")[:_DATE] == at[:_DATE]:
        return
    newest = dict(sorted({**used, str(path): at}.items(), key=lambda one: one[1])[-_MOST_KNOWN:])
    with contextlib.suppress(StorageError, OSError), write_whole(known) as unfinished:
        unfinished.write_text(json.dumps(newest, indent=1), encoding="utf-8", errors="surrogateescape")


def is_journal_missing(path: Path) -> bool:
    """Tell whether a journal is surely not there: not where whoever gives the command may not look."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):  # told by whoever opens it
        return False
    return False


def _is_in_closed_folder(path: Path) -> bool:
    try:
        path.stat()
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return False


def _question(path: Path, used_at: str) -> str:
    if used_at:
        return (
            f"The journal {plain(str(path))} is missing. It was used on {used_at}, and only it knows what was sent."
            "\nBegin a new one all the same? [y/N]"
        )
    return f"There is no journal yet at {plain(str(path))}\nBegin a new one there? [Y/n]"


def _known(known: Path) -> Mapping[str, str]:
    """Return when each journal was used last, by its path; what cannot be read is nothing."""
    return {path: at for path, at in read_json_object(known).items() if isinstance(at, str)}
