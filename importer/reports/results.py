"""results.csv: a line per row of the input, in its order, for programs."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from importer.escaping import escape
from importer.model import Sheet
from importer.ports import Result
from importer.reports.plain import plain, utc

COLUMNS = (
    "file",
    "sheet",
    "row",
    "identifier",
    "name",
    "status",
    "uuid",
    "href",
    "http_status",
    "code",
    "column",
    "reason",
    "attempts",
    "finished_at",
)


def write_results(path: Path, sheets: Sequence[Sheet], results: Iterable[Result]) -> None:
    r"""Write the results: UTF-8 without a mark, commas, lines that end in \n.

    RFC 4180 says \r\n, but every reader of CSV takes \n too, while `cut`, `awk` and `grep` see \r as part of the last
    cell. No cell has a line break, so that a row is always one line.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_cells(sheets, results))


def _cells(sheets: Sequence[Sheet], results: Iterable[Result]) -> Iterator[list[str]]:
    for result in results:
        sheet, outcome = sheets[result.sheet_index], result.outcome
        texts = (
            sheet.file,
            sheet.name,
            str(result.row),
            result.identifier,
            result.name,
            outcome.status.value,
            outcome.uuid,
            outcome.href,
            "" if outcome.http_status is None else str(outcome.http_status),
            outcome.code,
            outcome.column,
            outcome.reason,
            str(result.attempts),
            utc(result.finished_at),
        )
        yield [escape(plain(text)) for text in texts]
