"""Which character stands between the cells of a text file."""

import csv
import io
import re
from collections.abc import Sequence
from itertools import islice

from importer.errors import InputError

CANDIDATES = (",", ";", "\t", "|")
_SAMPLE_ROWS = 500
_DECLARATION = re.compile(r'"?sep=([^"\n])?"?\n', re.IGNORECASE)


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
    if wanted == "auto" and declared and declared[1]:
        return declared[1]
    if wanted == "auto":
        text = without_declaration(text)
        return max(CANDIDATES, key=lambda candidate: _evenness(sample_rows(text, candidate)[header_row - 1 :]))
    delimiter = "\t" if wanted == "tab" else wanted
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise InputError(
            f"The delimiter must be one character or the word tab, not {wanted!r}.",
            'Write for example delimiter = ";" under [input] in the config, or leave it out.',
        )
    return delimiter


def without_declaration(text: str) -> str:
    """Return the file's beginning without a byte order mark and Excel's `sep=;` line, which are never shown."""
    text = text.removeprefix("\ufeff")
    declared = _DECLARATION.match(text)
    return text[declared.end() :] if declared else text


def sample_rows(text: str, delimiter: str) -> list[list[str]]:
    """Return the first rows of the sample, as far as they can be read; a quoted line break does not end a row."""
    rows: list[list[str]] = []
    try:
        rows.extend(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _SAMPLE_ROWS))
    except csv.Error:  # a cell of more than 131,072 characters: what came before it is enough
        return rows
    return rows


def _evenness(rows: Sequence[Sequence[str]]) -> tuple[float, int]:
    """Return how well the rows fit their header: the share of rows as wide as it, then its width."""
    full = [row for row in rows if any(cell.strip() for cell in row)]
    if not full or len(full[0]) == 1:
        return 0.0, 0
    width = len(full[0])
    return sum(len(row) == width for row in full) / len(full), width
