"""The real command with its clock ahead of the true time, or behind: `python -m tests.fault_injection.shifted_command`.

Its first argument is by how many seconds; the others are the command's own.
"""

import sys
from datetime import datetime, timedelta, tzinfo
from typing import Self

import importer.commands.context
import importer.journal.journal
from importer.cli.command_line import main

_AHEAD = timedelta(seconds=float(sys.argv.pop(1)))


class _ShiftedDatetime(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) + _AHEAD


# In place of the name in the two modules that ask for the time: nobody may set the clock of the whole computer.
for module in (importer.commands.context, importer.journal.journal):
    setattr(module, "datetime", _ShiftedDatetime)  # noqa: B010 - mypy lets no class be assigned to

if __name__ == "__main__":
    main()
