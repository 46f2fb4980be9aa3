"""Which character stands between the cells of a text file."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from importer.model.errors import InputError
from importer.readers.text.scan import RowScanner

CANDIDATES = (",", ";", "\t", "|")
_SAMPLE_ROWS = 500
_DECLARATION = re.compile(r'"?sep=([^"\n])?"?\n', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One of the first rows, not parsed yet."""

    text: str
    """Without its line end."""
    width: int
    """How many cells it has; 0 if its quotes are broken."""


def find_delimiter(text: str, wanted: str, header_row: int) -> str:
    """Return the delimiter: the wanted one, or the candidate that cuts the sample's rows most evenly.

    Args:
        text: The beginning of the file, its line ends as line feeds.
        wanted: `auto`, `tab`, or one character.
        header_row: What stands above it is not looked at.

    Raises:
        InputError: What is wanted cannot be a delimiter.

    """
    declared = _DECLARATION.match(text.removeprefix("\ufeff"))
    if wanted == "auto" and declared and declared[1] and declared[1].isascii():
        return declared[1]
    if wanted == "auto":
        return max(
            CANDIDATES,
            key=lambda candidate: _evenness(sample_rows(text, candidate, header_row)[header_row - 1 :], candidate),
        )
    delimiter = "\t" if wanted == "tab" else wanted
    if len(delimiter) != 1 or delimiter in '"\r\n\0' or not delimiter.isascii():  # pandas cuts at one byte only
        raise InputError(
            f"The delimiter must be one character without an accent, or the word tab, not {wanted!r}.",
            'Write for example delimiter = ";" under [input] in the config, or leave it out.',
        )
    return delimiter


def declaration_length(text: str) -> int:
    """Return how long the byte order mark and Excel's `sep=;` line are, which spreadsheet programs do not show."""
    mark = len(text) - len(text.removeprefix("\ufeff"))
    declared = _DECLARATION.match(text, mark)
    return declared.end() if declared else mark


def sample_rows(text: str, delimiter: str, header_row: int) -> list[SampleRow]:
    """Return the first rows of the sample, some hundreds from its header on; its last may be cut."""
    enough = header_row + _SAMPLE_ROWS
    start = declaration_length(text)
    scanner = RowScanner(io.StringIO(text[start:]).read, delimiter, first_line=1 + text[:start].count("\n"))
    rows: list[SampleRow] = []
    for block in scanner.blocks():
        rows += map(SampleRow, block.rows, block.widths)
        if len(rows) >= enough:
            break
    return rows[:enough]


def _evenness(rows: Sequence[SampleRow], delimiter: str) -> tuple[float, int]:
    """Return how well the rows fit their header: the share of rows as wide as it, then its width."""
    full = [row for row in rows if row.text.replace(delimiter, "").replace('"', "").strip()]
    if not full or full[0].width == 1:  # a title, maybe
        wider = sum(row.width > 1 for row in full)
        return 0.0, wider if 2 * wider > len(full) else 0
    width = full[0].width or full[0].text.count(delimiter) + 1
    return sum(row.width == width for row in full) / len(full), width
