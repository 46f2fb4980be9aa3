"""The header of a sheet: which row it is, or that there is none; and the blank rows below it.

The header is never guessed silently: where another row than the named one seems to be it, the sentence says which.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from importer.model.cell_names import column_letters
from importer.model.errors import InputError
from importer.model.rows import Row
from importer.readers.options import InputOptions

ROWS_UNDER_TITLE = 50

_LEAST_ROWS_OF_TABLE = 2
_COLUMNS_LOOKED_AT = 100
_HEADER_WORD = re.compile(
    r"\b(?:tel|phone|fon[eo]|mobil|movil|cel(?:l|ul|$)|handy|whats|gsm|name|nom|prenom|vorname|nachname|surname|apellid"
    r"|cognom|sobrenom|e?-?mail|correo|tags?\b|etiquet|not[ae]|city|ciudad|addr|direcc|client|custom|kunde|conta[ct]"
    r"|countr|pais|code|codig|date|fecha)"
)
"""In many a header; a row in which there are several is probably one. The mapper has the exact list."""
_PHONE = re.compile(r"[+(]{0,2}\d[\d\s().\-/]{5,}\d")
_VALUE = re.compile(r"[+(\-]{0,2}\d[\d\s().,:/%+\-]*|\S+@\S+\.\S+")
_EMAIL = re.compile(r"\S+@\S+\.\S+")
_LEAST_DIGITS, _MOST_DIGITS_OF_LABEL, _MOST_WORDS_OF_LABEL = 7, 4, 8
_OUR_COLUMN = "import_status"
"""In the header of our own failed.csv, wherever that of the file was from which it is made."""
MOST_COLUMNS = 16_384
"""As many as a spreadsheet program shows (Excel's specifications and limits)."""


class Blanks:
    """Leaves blank rows out, which have not a single character and are no rows, and counts them.

    A blank row is counted once a row that is not blank comes after it: what follows the last row of a sheet, such as a
    million formatted cells, is not part of the table.
    """

    def __init__(self) -> None:
        self.count = 0
        """Blank rows before the last row that was let through."""
        self._after = 0

    def left_out(self, rows: Sequence[Row | None]) -> list[Row]:
        """Return the rows that are not blank; None stands for one that is."""
        full = [row for row in rows if row is not None]
        after = next((place for place, row in enumerate(reversed(rows)) if row is not None), len(rows))
        if full:
            self.count += self._after + len(rows) - after - len(full)
            self._after = 0
        self._after += after
        return full


def find_header(
    path: str, rows: Sequence[Sequence[str]], options: InputOptions, width: int
) -> tuple[tuple[str, ...], int]:
    """Return the headers and their row; without a header they are the columns' letters, and the row is above the first.

    Args:
        path: The file.
        rows: Its first rows, from row 1 on.
        options: The row that is named for the header, and whether there is one at all.
        width: The number of columns, for a file without a header.

    Raises:
        InputError: That row is no header; the sentence says which row seems to be it, or that there seems to be none.

    """
    ours = next((number for number, cells in enumerate(rows, 1) if _OUR_COLUMN in cells), 0)
    row = ours or options.header_row
    if options.no_header and not ours:
        return tuple(map(column_letters, range(width))), row - 1
    seems = _most_like_header(rows)
    if row > len(rows) or not any(map(str.strip, rows[row - 1])):
        raise no_header(path, row, seems)
    _refuse_other(path, rows, row, seems)
    return header_of(path, rows[row - 1], row), row


def header_of(path: str, cells: Sequence[str], header_row: int) -> tuple[str, ...]:
    """Return the headers, stripped; unnamed columns after the last named one are left off.

    Raises:
        InputError: No column has a name, or there are more than a spreadsheet program shows.

    """
    header = [cell.strip() for cell in cells]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise no_header(path, header_row)
    if len(header) > MOST_COLUMNS:
        raise InputError(
            f"{path} has {len(header):,} columns, more than the {MOST_COLUMNS:,} of a spreadsheet program.",
            "Check that its lines end where they should, and that the delimiter is right.",
        )
    return tuple(header)


def no_header(path: str, header_row: int, seems: int = 0) -> InputError:
    """Return the sentence for a sheet without a header where it should be; `seems` is the row that may be it, or 0."""
    hint = "Write the columns' names in that row, or say which row has them: header_row under [input] in the config."
    return InputError(
        f"{path} has no header: row {header_row} is empty or not there.", _say_row(seems) if seems else hint
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Likeness:
    """How much a row is like a header."""

    filled: int
    words: int
    """Cells that have a word which headers have."""
    labels: int
    """Different texts in columns that are filled below."""
    values: int
    """Cells that are numbers, dates or e-mail addresses."""

    @property
    def score(self) -> int:
        return 2 * self.words + self.labels - 2 * self.values


def _refuse_other(path: str, rows: Sequence[Sequence[str]], row: int, seems: int) -> None:
    """Return if the row may be the header: not a title, not less like one than another row, and no phone number."""
    likely = _likenesses(rows)
    here, best = likely[row - 1], likely[seems - 1] if seems else None
    wider = [number for number, one in enumerate(likely[row:], row + 1) if one.filled > 1]
    if here.filled == 1 and len(wider) >= _LEAST_ROWS_OF_TABLE:
        seems = seems if seems > row else wider[0]
        what = f"Row {row} of {path} has one filled cell only, like a title, and the rows below have more."
        raise InputError(what, _say_row(seems))
    if best and seems != row and best.words > here.words and best.score >= 2 * max(here.score, 1):
        raise InputError(f"Row {row} of {path} does not look like its header, as row {seems} does.", _say_row(seems))
    for place, cell in enumerate(rows[row - 1]):
        if _is_phone(cell) or _EMAIL.fullmatch(cell.strip()):
            what = "a phone number" if _is_phone(cell) else "an e-mail address"
            raise InputError(
                f"It seems that {path} has no header: cell {column_letters(place)}{row} holds {what}.",
                "Say --no-header, or no_header = true under [input] in the config: then the columns are called A, B and so"
                " on. Or write the columns' names in a row above.",
            )


def _say_row(row: int) -> str:
    return (
        f"The header seems to be row {row}: say --header-row {row}, or header_row = {row} under [input] in the config."
    )


def _most_like_header(rows: Sequence[Sequence[str]]) -> int:
    """Return the number of the row that is most like a header, the first of equals; 0 if none is."""
    likely = _likenesses(rows)
    best = max(range(len(likely)), key=lambda place: likely[place].score, default=0)
    return best + 1 if likely and likely[best].labels > 1 and likely[best].score > 1 else 0


def _likenesses(rows: Sequence[Sequence[str]]) -> list[_Likeness]:
    """Return how much each row is like a header: of words, over columns that stay filled, without values."""
    table = [[cell.strip() for cell in row[:_COLUMNS_LOOKED_AT]] for row in rows]
    full = [row for row in table if sum(map(bool, row)) > 1]
    kept = [
        2 * sum(len(row) > place and row[place] != "" for row in full) >= len(full)
        for place in range(max(map(len, table), default=0))
    ]
    return [_likeness(row, kept) for row in table]


def _likeness(row: Sequence[str], kept: Sequence[bool]) -> _Likeness:
    values = sum(_VALUE.fullmatch(cell) is not None for cell in row)
    labels = {cell for cell, is_kept in zip(row, kept, strict=False) if is_kept and _is_label(cell)}
    words = sum(_is_label(cell) and _HEADER_WORD.search(_folded(cell)) is not None for cell in row)
    return _Likeness(filled=sum(map(bool, row)), words=words, labels=len(labels), values=values)


def _is_label(cell: str) -> bool:
    digits = sum(map(str.isdigit, cell))
    is_short = len(cell.split()) <= _MOST_WORDS_OF_LABEL and digits <= _MOST_DIGITS_OF_LABEL
    return is_short and "@" not in cell and any(map(str.isalpha, cell))


def _is_phone(cell: str) -> bool:
    return _PHONE.fullmatch(cell.strip()) is not None and sum(map(str.isdigit, cell)) >= _LEAST_DIGITS


def _folded(cell: str) -> str:
    apart = unicodedata.normalize("NFKD", cell.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).replace("_", " ")
