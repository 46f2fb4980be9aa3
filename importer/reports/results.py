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

_MAY_CHANGE = frozenset("=+-@' ")
"""How a text may begin that `plain` or `escape` does something about, besides those that cannot be printed."""


def write_results(path: Path, sheets: Sequence[Sheet], results: Iterable[Result]) -> None:
    r"""Write the results: UTF-8 without a mark, commas, lines that end in \n.

    RFC 4180 says \r\n, but every reader of CSV takes \n too, while `cut`, `awk` and `grep` see \r as part of the last
    cell. No cell has a line break, so that a row is always one line.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_cells(sheets, results))


def _cells(sheets: Sequence[Sheet], results: Iterable[Result]) -> Iterator[Sequence[str]]:
    for index, row, identifier, name, status, uuid, href, http_status, code, column, reason, attempts, at in results:
        sheet, answered = sheets[index], "" if http_status is None else str(http_status)
        before = (sheet.file, sheet.name, str(row), identifier, name, status, uuid, href, answered)
        texts = (*before, code, column, reason, str(attempts), utc(at))
        yield texts if _are_harmless(texts) else [escape(plain(text)) for text in texts]


def _are_harmless(texts: Sequence[str]) -> bool:
    """Tell, quickly, that all of a row is sure to stay as it is; nearly all rows are such."""
    line = ",".join(texts)
    return line.isprintable() and " ," not in line and _MAY_CHANGE.isdisjoint([text[:1] for text in texts])
