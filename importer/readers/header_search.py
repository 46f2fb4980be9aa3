"""Find the row that is the header where the named row is not plainly it: a title, an empty row, or no header at all.

Another row is never taken silently: the sentence says which row seems to be the header, and how to say so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from importer.model.cell_names import column_letters
from importer.model.errors import InputError, OtherHeaderError
from importer.readers.header_label import HEADER_WORD, is_label, no_header

_LEAST_ROWS_OF_TABLE = 2
_COLUMNS_LOOKED_AT = 100
_LONGEST_LABEL = 60
_YEAR = r"(?:19|20)\d\d"
_DATE = rf"{_YEAR}([-./])\d\d?\1\d\d?|\d\d?([-./])\d\d?\2{_YEAR}|{_YEAR}[-/]{_YEAR}"
"""A day, or two years: columns may have such names."""
_PHONE = re.compile(rf"(?!(?:{_DATE})$)[+(]{{0,2}}\d[\d\s().\-/]{{5,}}\d")
_LEAST_DIGITS_OF_PHONE = 7
_EMAIL = re.compile(r"\S+@\S+\.\S+")
_VALUE = re.compile(rf"[+(\-]{{0,2}}\d[\d\s().,:/%+\-]*|{_EMAIL.pattern}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Likeness:
    """How much a row is like a header."""

    filled: int
    words: int
    """Cells that have a word which headers have."""
    labels: int
    """Different texts in columns that are filled in most rows."""
    values: int
    """Cells that are numbers, dates or e-mail addresses."""

    @property
    def score(self) -> int:
        """The more, the more it is like a header."""
        return 2 * self.words + self.labels - 2 * self.values


def refuse_other(path: str, rows: Sequence[Sequence[str]], row: int, *, is_named: bool) -> None:
    """Return if the row may be the header: not a title, not less like one than another row, and no phone number.

    A row that a person names is believed, unless there is a phone number or an e-mail address in it: that is somebody.

    Args:
        path: The file.
        rows: Its first rows, from row 1 on.
        row: Where the header should be.
        is_named: Whether a person says so.

    Raises:
        InputError: It is no header, and there seems to be none.
        OtherHeaderError: It is no header, and the sentence says which row seems to be it.

    """
    likely = _likenesses(rows)
    best = max(range(len(likely)), key=lambda place: likely[place].score, default=0)
    seems = best + 1 if likely and likely[best].labels > 1 and likely[best].score > 1 else 0
    if row > len(rows) or not any(map(str.strip, rows[row - 1])):
        nothing = no_header(path, row, _say_row(seems) if seems else "")
        raise OtherHeaderError(nothing.message, nothing.hint, row=seems) if seems else nothing
    if not is_named:
        _refuse_less_likely(path, likely, row, seems)
    _refuse_values(path, rows[row - 1], row, seems if seems and _is_likelier(likely, seems, row) else 0)


def _refuse_less_likely(path: str, likely: Sequence[_Likeness], row: int, seems: int) -> None:
    """Return if the row is no title and not less like a header than the row that seems to be it, if there is one."""
    here = likely[row - 1]
    wider = [number for number, one in enumerate(likely[row:], row + 1) if one.filled > 1]
    if here.filled == 1 and len(wider) >= _LEAST_ROWS_OF_TABLE:
        what = f"Row {row} of {path} has one filled cell only, like a title, and the rows below have more."
        found = seems if seems > row else wider[0]
        raise OtherHeaderError(what, _say_row(found, row), row=found)
    if seems and _is_likelier(likely, seems, row):
        what = f"Row {row} of {path} does not look like its header, as row {seems} does."
        raise OtherHeaderError(what, _say_row(seems, row), row=seems)


def _is_likelier(likely: Sequence[_Likeness], seems: int, row: int) -> bool:
    """Return whether a row is plainly more like a header than the one that should be it."""
    here, best = likely[row - 1], likely[seems - 1]
    return best.words > here.words and best.score >= 2 * max(here.score, 1)


def _refuse_values(path: str, cells: Sequence[str], row: int, seems: int) -> None:
    """Return if no cell is a phone number or an e-mail address, which are no columns' names."""
    for place, cell in enumerate(map(str.strip, cells)):
        is_phone = _PHONE.fullmatch(cell) and sum(map(str.isdigit, cell)) >= _LEAST_DIGITS_OF_PHONE
        if is_phone or _EMAIL.fullmatch(cell):
            what = "a phone number" if is_phone else "an e-mail address"
            if seems:
                found = f"Row {row} of {path} is not its header: cell {column_letters(place)}{row} holds {what}."
                raise OtherHeaderError(found, _say_row(seems), row=seems)
            raise InputError(
                f"It seems that {path} has no header: cell {column_letters(place)}{row} holds {what}.",
                "Say --no-header, or no_header = true under [input] in the config: then the columns are called A, B and"
                " so on. Or write the columns' names in a row above.",
            )


def _say_row(row: int, here: int = 0) -> str:
    found = (
        f"The header seems to be row {row}: say --header-row {row}, or header_row = {row} under [input] in the config."
    )
    return f"{found} If it is row {here} nevertheless, say --header-row {here}." if here else found


def _likenesses(rows: Sequence[Sequence[str]]) -> list[_Likeness]:
    table = [[cell.strip() for cell in row[:_COLUMNS_LOOKED_AT]] for row in rows]
    several = [row for row in table if sum(map(bool, row)) > 1]
    stays_filled = [
        2 * sum(len(row) > place and row[place] != "" for row in several) >= len(several)
        for place in range(max(map(len, table), default=0))
    ]
    return [_likeness(row, stays_filled) for row in table]


def _likeness(row: Sequence[str], stays_filled: Sequence[bool]) -> _Likeness:
    labels = [(cell, stays) for cell, stays in zip(row, stays_filled, strict=False) if _is_short_label(cell)]
    return _Likeness(
        filled=sum(map(bool, row)),
        words=sum(HEADER_WORD.search(cell) is not None for cell, _ in labels),
        labels=len({cell for cell, stays in labels if stays}),
        values=sum(_VALUE.fullmatch(cell) is not None for cell in row),
    )


def _is_short_label(cell: str) -> bool:
    return len(cell) <= _LONGEST_LABEL and is_label(cell)
