"""Look at text files that seem to have one column: lines in quotes as a whole, and delimiters that are not usual.

A spreadsheet program that takes each line of a CSV file for one cell writes it in quotes, and doubles the quotes that
were in it: such lines are unwrapped. Other delimiters than the usual ones are never guessed, but named.
"""

import re
from collections.abc import Callable

from importer.model.errors import InputError
from importer.readers.text.scan import evenness, find_delimiter, sample_rows

WRAPPED_NOTE = (
    "Lines of the file are in quotes as a whole, as a spreadsheet program writes them that takes a line for one cell. "
    "These quotes were taken off."
)
_WRAPPED = re.compile(r'^"((?:[^"\n]|"")*+)"$', re.MULTILINE)
_DELIMITERS = {":": "colon", " ": "space", "/": "slash", "^": "caret", "~": "tilde", "#": "number sign"}
_SPACES = re.compile(r"\S {2,}\S")
_NUMBER = re.compile(r"\+?\d{7,}")
_LEAST_SHARE = 0.9


def delimiter_if_wrapped(text: str, delimiter: str, wanted: str, header_row: int) -> str:
    """Return the delimiter within lines that are in quotes as a whole; empty if they are rather cells with quotes.

    Args:
        text: The beginning of the file, its line ends as line feeds.
        delimiter: The one that was found in the text as it is.
        wanted: `auto`, `tab`, or one character.
        header_row: What stands above it is not looked at.

    """
    within = unwrapped(text)
    found = find_delimiter(within, wanted, header_row)
    share_within, _ = evenness(sample_rows(within, found, header_row), header_row, found)
    share, _ = evenness(sample_rows(text, delimiter, header_row), header_row, delimiter)
    return found if share_within > share else ""


def unwrapped(text: str) -> str:
    """Return the text with the quotes off each line that is in quotes as a whole."""
    return _WRAPPED.sub(lambda line: line[1].replace('""', '"'), text)


def read_unwrapped(read: Callable[[int], str]) -> Callable[[int], str]:
    """Return a function that reads as `read` does, whole lines at a time, and takes off the quotes around lines."""
    left = ""

    def read_lines(size: int) -> str:
        nonlocal left
        while more := read(size):
            lines, end, left = (left + more).rpartition("\n")
            if end:
                return unwrapped(lines + end)
        last, left = left, ""
        return unwrapped(last)

    return read_lines


def refuse_other_delimiter(path: str, text: str, header_row: int) -> None:
    """Return if a file of one column has no sign that cuts its lines as evenly as a delimiter does.

    Raises:
        InputError: There is such a sign; the sentence says how to name it.

    """
    for sign, name in _DELIMITERS.items():
        rows = sample_rows(text, sign, header_row)
        share, width = evenness(rows, header_row, sign)
        has_values = sign != " " or any(map(_NUMBER.search, rows.rows[header_row:]))
        if share >= _LEAST_SHARE and width > 1 and len(rows.rows) > header_row and has_values:
            raise InputError(
                f"{path} has one column only, but the {name} cuts its lines into {width} cells each.",
                f'If that is the delimiter: --delimiter "{sign}", or delimiter = "{sign}" under [input] in the config. '
                'If the file has one column: --delimiter ",".',
            )
    lines = sample_rows(text, ",", header_row).rows[header_row - 1 :]
    if len(lines) > 1 and all(map(_SPACES.search, filter(str.strip, lines))):
        raise InputError(
            f"{path} has one column only, but spaces seem to stand between columns of a fixed width.",
            "Open it in a spreadsheet program as text of fixed width, and save it as .xlsx. If the file has one "
            'column: --delimiter ",".',
        )
