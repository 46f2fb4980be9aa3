"""What a person is told about a row of a text file that does not fit."""

from collections.abc import Sequence

from importer.model.cell_names import column_letters
from importer.model.rows import Problem

_MOST_SHOWN = 200
_MESSAGES = {
    "lines_swallowed": (
        "Lines {first} to {last} of the file came as this one row, because a quote opened under {name} is closed "
        "{later} lines later. If they are rows of their own, take that quote out; if they are one long cell, take its "
        "line breaks out."
    ),
    "quote_unclosed": (
        'Line {first} of the file opens a quote (") under {name} that is not closed. Close it or take it out; the '
        "lines after it were read as rows of their own."
    ),
    "quote_stray": (
        'Line {first} of the file has text after a closing quote (") under {name}. Take the quotes out, or write each '
        "one that is part of the cell twice and put the whole cell in quotes."
    ),
    "encoding_invalid": (
        "The cell under {name} has bytes that are no text in {encoding}. "
        "Name the file's encoding with --encoding, or type the cell again."
    ),
    "row_uncertain": (
        "The row can be read in two ways, so it is not certain which cell is whose. "
        "Type it again without quotes and odd characters, or save the file as .xlsx."
    ),
    "width_wrong": "The row has {cells} and the header has {width}, so it is not certain which {unclear}",
}
MISSING = "are missing. Add the missing delimiters."
CUT = (
    "are missing. The file ends in this row: it was cut, or was not written to its end yet, so get the whole file. If "
    "it is whole, add the missing delimiters."
)
WHOSE = "cell is whose. A cell that has the delimiter in its text must be in quotes."
"""What is unclear in a row that is too narrow, with which the file ends too, or that is too wide."""


def row_problem(code: str, value: str, header: Sequence[str] = (), place: int = 0, **facts: object) -> Problem:
    """Return what is wrong with a row, or with one cell of it.

    Args:
        code: The problem's code.
        value: What the cell or the row says; its beginning is enough to find it.
        header: The headers; left out where the problem is about the row.
        place: The cell's column, from 0.
        facts: What the message names besides; lines are counted as a text editor does.

    """
    column = header[place] if place < len(header) else ""
    message = _MESSAGES[code].format(name=column or f"column {column_letters(place)}", **facts)
    shown = value if len(value) <= _MOST_SHOWN else value[: _MOST_SHOWN - 1] + "\N{HORIZONTAL ELLIPSIS}"
    return Problem(code=code, column=column, value=shown, message=message)
