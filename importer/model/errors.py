"""The errors that stop a whole run, each with its exit code.

    ImporterError
    ├── UsageError       2   the command line or the config is wrong; nothing was sent
    ├── InputError       3   a spreadsheet cannot be read, or the mapping does not fit it; nothing was sent
    ├── StorageError     4   the journal or the reports cannot be written
    ├── ServiceError     5   the service stopped the run: token refused, unreachable, too many failures
    └── BusyError        6   another run is using the same journal

A row that is wrong is no error: it is a value (`importer.model.rows.InvalidRow`). Exit codes 130 and 143 (interrupted)
and 1 (some rows are not where they should be) are results of a run that ended as planned, so they are not here either.
Exit code 70 is for any exception that is not in this tree: a defect of the importer.

Each error has a code besides, a short stable word for programs (`--json`, the log): its class's, or one of its own
where a program may want to tell it from others of its class.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from importer.model.stop import Stop


class ImporterError(Exception):
    """An error that stops the run, with a message for the user.

    Args:
        message: One sentence: what happened and where.
        hint: What to do next, with the exact command where there is one; may be empty.
        code: A short stable word for programs; empty: the one of the class.

    """

    exit_code: ClassVar[int]
    class_code: ClassVar[str]

    def __init__(self, message: str, hint: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or self.class_code


class UsageError(ImporterError):
    """The command line or the config is wrong; nothing was sent."""

    exit_code = 2
    class_code = "usage"


class InputError(ImporterError):
    """A spreadsheet cannot be read, or the mapping does not fit it; nothing was sent."""

    exit_code = 3
    class_code = "input"


class OtherHeaderError(InputError):
    """The row that should be the header is not it, and another row seems to be.

    Args:
        message: As of every error.
        hint: The same.
        row: The number of the row that seems to be the header.

    """

    def __init__(self, message: str, hint: str, *, row: int) -> None:
        super().__init__(message, hint)
        self.row = row


class SeveralSheetsError(InputError):
    """Several sheets of a workbook could be meant, and none was named.

    Args:
        message: As of every error.
        hint: The same.
        sheets: Their names, in the workbook's order.

    """

    def __init__(self, message: str, hint: str, *, sheets: Sequence[str]) -> None:
        super().__init__(message, hint)
        self.sheets = tuple(sheets)


class StorageError(ImporterError):
    """The journal or the reports cannot be written."""

    exit_code = 4
    class_code = "storage"


class ServiceError(ImporterError):
    """The service stopped the run; what was not sent is `unsent`, and the same command continues."""

    exit_code = 5
    class_code = "service"


class BusyError(ImporterError):
    """Another run is using the same journal."""

    exit_code = 6
    class_code = "busy"


_UNNAMED = {
    2: ("usage", "The command line or the config is wrong; nothing was sent."),
    3: ("input", "A spreadsheet cannot be read to its end, or the mapping does not fit it."),
    4: ("storage", "The journal or the reports cannot be written."),
    5: ("service", "The service stopped the run."),
    6: ("busy", "Another run is using the same journal."),
    70: ("defect", "This is a defect of the importer."),
    130: ("interrupted", "The run was interrupted."),
    143: ("terminated", "The run was told to end."),
}
"""What is told of an exit code where nothing more is known."""
GENERAL_CODES = frozenset(code for code, _ in _UNNAMED.values())
"""Codes that say no more than the exit code does."""


def error_json(
    exit_code: int | None, reason: object = None, message: str = "", hint: str = ""
) -> Mapping[str, str] | None:
    """Return the error of an ending for JSON: `code`, `message` and `hint`; None where nothing stopped the command.

    Args:
        exit_code: Of the command; None: it has not ended.
        reason: The error or the stop that ended it; anything else: it is not known.
        message: What is said where there is no reason.
        hint: What to do next, in this case.

    """
    if not exit_code or exit_code == 1:
        return None
    code, sentence = _UNNAMED.get(exit_code, ("unknown", ""))
    if not isinstance(reason, ImporterError | Stop):
        return {"code": code, "message": message or sentence, "hint": hint}
    return {
        "code": code if reason.code == "interrupted" else reason.code,
        "message": reason.message,
        "hint": reason.hint,
    }
