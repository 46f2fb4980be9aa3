"""How the last import ended, as last-run.json beside the journal says, or the journal itself.

Of an import that ended before anything was read (no token, no list) there is no run: only that file has it. Of one that
was killed only the journal knows.
"""

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from importer.commands.end.conclusion import last_run_file
from importer.journal.run_names import newest_run
from importer.model.plain_text import plain
from importer.notify.event import table
from importer.system.files import read_json_object
from importer.system.locks import is_locked

_OF_ACCOUNT = "journal-"
_DECLINED = "declined"
_OF_COMMAND_LINE = frozenset({"usage", "run_unknown", "run_unwanted"})
"""Codes of what a command line says wrong."""
_OF_SETTINGS, _OF_OPTION = "settings", "the option --"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastImport:
    """The last `run` or `retry` that was no rehearsal."""

    exit_code: int | None
    """None: it was killed."""
    ended_at: datetime
    """When it began, if it was killed."""
    command: str = ""
    """`run` or `retry`."""
    run: str = ""
    """Its name in the journal; empty: it ended before it had one."""
    code: str = ""
    message: str = ""
    """Why it came to no end; empty: it came to one."""
    hint: str = ""
    """What to do."""

    def sentence(self, zone: tzinfo | None) -> str:
        """Return when it ended, and how, beginning with a small letter and without a full stop."""
        at = f"{self.ended_at.astimezone(zone):%Y-%m-%d %H:%M}"
        called = "retry" if self.command == "retry" else "import"
        if self.exit_code is None:
            return f"the last {called}, begun {at}, was killed: the next run goes on"
        if self.had_nothing_to_send:
            return f"the last {called}, {at}, had nothing to send"
        if not self.message:
            return f"the last {called}: exit code {self.exit_code} at {at}"
        return f"the last {called}, {at}, ended with exit code {self.exit_code}: {plain(self.message).rstrip('.')}"

    @property
    def had_nothing_to_send(self) -> bool:
        """Whether it was a retry of a run whose rows have to be fixed first: that is no failure, and no run."""
        return self.command == "retry" and not self.run and not self.message and self.exit_code != 0

    @property
    def was_mistyped(self) -> bool:
        """Whether its command line was wrong: whoever gave it was told, and that of a job at night ran before."""
        is_option = self.code == _OF_SETTINGS and self.message.startswith(_OF_OPTION)
        return is_option or self.code in _OF_COMMAND_LINE

    @property
    def is_without_run(self) -> bool:
        """Whether it failed before it had a run: no table of runs tells of it."""
        is_failure = self.exit_code != 0 and self.code != _DECLINED and not self.had_nothing_to_send
        return is_failure and not self.run

    @property
    def left_list_unread(self) -> bool:
        """Whether a `run` failed before it had a run, not for its command line: no `retry` has the rows of its list."""
        return self.command == "run" and self.is_without_run and not self.was_mistyped


def last_import(journal: Path, account: str = "") -> LastImport | None:
    """Return how the last import with a journal ended; None: there was none, or nothing says how.

    Args:
        journal: The journal's path.
        account: Which of the config's accounts it is of; empty: the journal's usual name tells.

    """
    told = _told(journal, account)
    newest = newest_run(journal)
    is_open = newest is not None and newest.exit_code is None and (told is None or newest.started_at > told.ended_at)
    if newest is None or not is_open or is_locked(journal):
        return told
    return LastImport(exit_code=None, ended_at=newest.started_at, command=newest.command, run=newest.name)


def _told(journal: Path, account: str) -> LastImport | None:
    """Return what last-run.json says; None: it is not there, or says nothing."""
    stem = journal.stem
    name = account or (stem.removeprefix(_OF_ACCOUNT) if stem.startswith(_OF_ACCOUNT) else "")
    path = last_run_file(journal, name)
    ending = read_json_object(path)
    code = ending.get("exit_code")
    if not isinstance(code, int):
        return None
    error = table(ending, "error")
    with contextlib.suppress(OSError):
        return LastImport(
            exit_code=code,
            ended_at=_ended_at(ending.get("finished_at"), path),
            command=str(ending.get("command") or ""),
            run=str(ending.get("run") or ""),
            code=str(error.get("code") or ""),
            message=str(error.get("message") or ""),
            hint=str(error.get("hint") or ""),
        )
    return None


def _ended_at(told: object, path: Path) -> datetime:
    """Return when an import ended: as it says, else when the file was written."""
    if isinstance(told, str):
        with contextlib.suppress(ValueError):
            return datetime.fromisoformat(told)
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
