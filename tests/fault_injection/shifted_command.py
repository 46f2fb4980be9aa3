"""The real command with its clock ahead of the true time, or behind: `python -m tests.fault_injection.shifted_command`.

Its first argument is by how many seconds; the others are the command's own.
"""

import datetime as dt
import sys
from typing import Self

_AHEAD = dt.timedelta(seconds=float(sys.argv.pop(1)))


class _ShiftedDatetime(dt.datetime):
    __slots__ = ()

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> Self:
        return super().now(tz) + _AHEAD


if __name__ == "__main__":
    # Before anything of the importer is imported: nobody may set the clock of the whole computer for a test.
    dt.datetime = _ShiftedDatetime  # type: ignore[misc]  # said above
    from importer.cli import main

    main()
