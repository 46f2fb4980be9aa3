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
"""

from typing import ClassVar


class ImporterError(Exception):
    """An error that stops the run, with a message for the user.

    Args:
        message: One sentence: what happened and where.
        hint: What to do next, with the exact command where there is one; may be empty.

    """

    exit_code: ClassVar[int]

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ImporterError):
    """The command line or the config is wrong; nothing was sent."""

    exit_code = 2


class InputError(ImporterError):
    """A spreadsheet cannot be read, or the mapping does not fit it; nothing was sent."""

    exit_code = 3


class StorageError(ImporterError):
    """The journal or the reports cannot be written."""

    exit_code = 4


class ServiceError(ImporterError):
    """The service stopped the run; what was not sent is `unsent`, and the same command continues."""

    exit_code = 5


class BusyError(ImporterError):
    """Another run is using the same journal."""

    exit_code = 6
