"""results.csv: a line per row of the input, in its order, for programs."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from importer.model.plain_text import utc
from importer.model.rows import Sheet
from importer.model.runs import Result
from importer.reports.csv_table import write_csv_table

COLUMNS = (
    *("file", "sheet", "row", "identifier", "name", "status", "uuid", "href"),
    *("http_status", "code", "column", "reason", "attempts", "finished_at"),
)


def write_results(path: Path, sheets: Sequence[Sheet], results: Iterable[Result]) -> None:
    """Write the results, in the form of `importer.reports.csv_table`."""
    write_csv_table(path, COLUMNS, _texts(sheets, results))


def _texts(sheets: Sequence[Sheet], results: Iterable[Result]) -> Iterator[Sequence[str]]:
    for index, row, identifier, name, status, uuid, href, http_status, code, column, reason, attempts, at in results:
        sheet, answered = sheets[index], "" if http_status is None else str(http_status)
        before = (sheet.file, sheet.name, str(row), identifier, name, status, uuid, href, answered)
        yield (*before, code, column, reason, str(attempts), utc(at))
