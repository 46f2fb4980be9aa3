"""Rows that need a person, and are not fixed in a file: of customers who were deleted, or forgotten. Pure.

With them: which of the files with rows to fix have others. Of several sheets each has its own.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from importer.model.cures import MISSING_IN_CALLBELL
from importer.model.person import FORGOTTEN
from importer.model.plain_text import counted
from importer.model.rows import CONFLICT, GONE, Status
from importer.model.runs import ProblemGroup
from importer.reports.same_cause import CAN_SUCCEED_UNCHANGED, Step

_APART = MISSING_IN_CALLBELL | CAN_SUCCEED_UNCHANGED | {CONFLICT, GONE, FORGOTTEN, Status.IN_DOUBT.value}
"""Codes of rows in which no cell is wrong."""
_OF_SHEET = re.compile(r"failed-([1-9][0-9]*)-")


def with_rows_to_fix(failed: Sequence[Path], problems: Sequence[ProblemGroup]) -> Sequence[Path]:
    """Return the files with rows in which something is wrong; all, where the groups do not name the sheet of each row.

    Args:
        failed: The files with rows that need a person.
        problems: The groups of problems.

    """
    groups = [group for group in problems if group.code not in _APART]
    if len(failed) == 1 or any(len(group.sheets) < group.count for group in groups):
        return failed
    places = {place for group in groups for place in group.sheets}
    named = {path: _OF_SHEET.match(path.name) for path in failed}
    return [path for path, found in named.items() if found is None or int(found[1]) - 1 in places] or failed


def without_forgotten(rows: int) -> list[Step]:
    """Return that rows of people who were forgotten are to be taken out of the list; nothing if there are none."""
    if not rows:
        return []
    one = rows == 1
    who, them = ("is of a person who was", "it") if one else ("are of people who were", "them")
    return [(f"{counted(rows)} {who} forgotten (purge), and not imported: take {them} out of your list.", "")]


def recreate(gone: int, command: str) -> list[Step]:
    """Return by which command contacts are made again that were deleted in Callbell; nothing if there are none."""
    if not gone:
        return []
    one = gone == 1
    what = f"{counted(gone, 'customer')} {'was' if one else 'were'} deleted in Callbell."
    it, its_row = ("it", "its row") if one else ("them", "their rows")
    said = f"{what} If that was meant, take {its_row} out of the list. To make {it} again:"
    return [(said, command)]
