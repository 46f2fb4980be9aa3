"""The names of columns and sheets that our own reports add: a file of ours that is given again is known by them."""

import re
from collections.abc import Iterable

from importer.model.runs import RUN_STAMP

STATUS_COLUMN, REASON_COLUMN, ROW_COLUMN = "import_status", "import_reason", "import_row"
CELLS_COLUMN = "import_cells"
"""The names of the wrong cells, such as `B17`: in results.xlsx its own, elsewhere the list's."""
UUID_COLUMN, STEP_COLUMN = "import_uuid", "import_what_to_do"

OWN_COLUMNS = frozenset({STATUS_COLUMN, REASON_COLUMN, ROW_COLUMN, CELLS_COLUMN, UUID_COLUMN, STEP_COLUMN})
"""The columns that failed.csv, problems.csv and results.xlsx add; an import ignores them."""

SUMMARY_SHEET, PROBLEMS_SHEET = "Import summary", "Import problems"
OWN_SHEETS = frozenset({SUMMARY_SHEET, PROBLEMS_SHEET})
"""The sheets of results.xlsx that hold no rows of the input; where both are, an import does not look at them."""
_SEPARATOR = re.compile(r"[\\/]")
_REPORT = re.compile(r"(?:failed|problems|results)[\w-]*\.(?:csv|xlsx)", re.IGNORECASE)


def is_own_header(header: Iterable[str]) -> bool:
    """Tell whether a header is that of a file of our own making, with rows that were to be fixed."""
    return any(name.casefold() in OWN_COLUMNS for name in header)


def is_own_report(file: str) -> bool:
    """Tell whether a file is named as a report of ours with rows to fix, in the folder of a run."""
    *_, folder, name = ["", *_SEPARATOR.split(file)]
    return bool(_REPORT.fullmatch(name) and RUN_STAMP.match(folder))
