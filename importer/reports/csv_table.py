r"""The reports' CSV files, whose lines end in \n and whose cells are safe to open in a spreadsheet program.

RFC 4180 says \r\n, but every reader of CSV takes \n too, while `cut`, `awk` and `grep` see \r as part of the last cell.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from importer.model.plain_text import escape, plain
from importer.model.rows import Sheet

_MAY_CHANGE = re.compile(",[=+@' -]")
"""The beginnings of cells that `plain` or `escape` may change, besides those that cannot be printed."""


def write_csv_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a file for programs: UTF-8 without a byte order mark, commas, and no line break within a cell."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for texts in rows:
            line = ",".join(texts)
            if _is_a_line(line, len(columns)):
                file.write(line + "\n")
            else:
                writer.writerow([escape(plain(text)) for text in texts])


def write_csv_like(path: Path, sheet: Sheet, table: Iterable[Sequence[str]]) -> None:
    """Write a file in the input's form: its delimiter, and the header in its row, which the config may name.

    It has a byte order mark, without which Excel does not read UTF-8.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write("\n" * (sheet.header_row - 1))
        writer = csv.writer(file, delimiter=sheet.delimiter, lineterminator="\n")
        writer.writerows(map(escape, row) for row in table)


def _is_a_line(line: str, cells: int) -> bool:
    """Return, quickly, whether `plain`, `escape` and csv would surely leave texts with commas between them as is.

    True of nearly all rows; csv takes a third of the time of a report of 100,000 rows (November 2026).
    """
    return (
        line.isprintable()
        and line.count(",") == cells - 1
        and '"' not in line
        and " ," not in line
        and not _MAY_CHANGE.search("," + line)
    )
