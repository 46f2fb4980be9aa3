"""The real command with its clock ahead of the true time, or behind: `python -m tests.fault_injection.shifted_command`.

Its first argument is by how many seconds; the others are the command's own.
"""

import sys
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from typing import Self

import importer.commands.context
from importer.cli import main
from importer.journal import Journal

_AHEAD = timedelta(seconds=float(sys.argv.pop(1)))


class _ShiftedDatetime(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) + _AHEAD


if __name__ == "__main__":
    # Where the commands and the journal ask for the time: nobody may set the clock of the whole computer for a test.
    setattr(importer.commands.context, "datetime", _ShiftedDatetime)  # noqa: B010 - mypy lets no class be assigned to
    setattr(Journal, "open", partial(Journal.open, now=partial(_ShiftedDatetime.now, UTC)))  # noqa: B010 - the same
    main()
