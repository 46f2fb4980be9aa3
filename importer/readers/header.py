"""The header of a sheet, and what below it is no row of the table: blank rows, and totals at its end."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from importer.model.errors import InputError
from importer.model.rows import Row, Sheet
from importer.readers.options import InputOptions

ROWS_UNDER_TITLE = 50

_MOST_SHOWN, _LONGEST_SHOWN = 20, 40
MOST_COLUMNS = 16_384
"""As many as a spreadsheet program shows (Excel's specifications and limits)."""
HEADER_WORD = re.compile(
    r"(?<![^\W_])(?:tel|phone|fon[eo]|mobil|m[oó]vil|cel(?:l|ul|$)|handy|whats|gsm|name|nom|pr[eé]nom|vorname|nachname"
    r"|surname|apellid|cognom|sobrenom|e?-?mail|correo|tags?\b|etiquet|not[ae]|city|ciudad|addr|direcc|client|custom"
    r"|kunde|conta[ct]|countr|pa[ií]s|code|c[oó]dig|date|fecha)",
    re.IGNORECASE,
)
"""In many a header; a row in which there are several is probably one. The mapper has the exact list."""
_LABEL = re.compile(r"(?=.*[^\W\d_])[^\d@]*(?:\d[^\d@]*){0,4}", re.DOTALL)
"""A column's name: a letter, no more than four digits, no sign of an e-mail address."""
_TOTAL = re.compile(
    r"(?:(?:grand |sub-?|suma |importe |n[ºo°]\.? |n[uú]mero (?:de )?)?"
    r"(?:tota\w*|sum(?:a|me|ma)?|gesamt\w*|insgesamt|somme|razem|celkem|итого|合計)"
    r"|(?:count|anzahl|recuento|conteggio|contagem|registros|records|rows|filas|righe|clientes)\s*[:=]?\s*\d+$)"
    r"(?!\w)",
    re.IGNORECASE,
)
"""How the first cell of a row below a table begins that is no row of it."""
_CONTACT = re.compile(r"(?<![\d.,])\+?(?:[\s().\-/]*\d){7,}(?![\d,])|\S@\S")
"""A phone number or an e-mail address within a row: it is somebody, whatever the name."""
_NUMBER = re.compile(r"\d")
_OUR_COLUMN = "import_status"
"""In the header of our own failed.csv, wherever that of the file was from which it is made."""


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


class Totals:
    """Holds back rows that look like totals, until it is clear whether the table ends with them.

    Such a row begins with a word for a total, has neither a phone number nor an e-mail address, and has another number
    or a gap: it is nobody.
    """

    def __init__(self) -> None:
        self._held: list[Row] = []

    def held_back(self, rows: list[Row]) -> list[Row]:
        """Return the rows that are known to be of the table, those that were held back before them first."""
        end = len(rows)
        while end and _is_total(rows[end - 1]):
            end -= 1
        before, self._held = (self._held, rows[end:]) if end else ([], self._held + rows)
        return before + rows[:end]

    def notes(self) -> Iterator[str]:
        """Yield a sentence about the rows that are held back, once there are no more rows."""
        if self._held:
            numbers = ", ".join(str(row.number) for row in self._held[:_MOST_SHOWN])
            first = next(filter(str.strip, self._held[0].cells)).strip()
            yield (
                f"What stands below the table was left out, as totals and no contacts: row {numbers}, which begins with"
                f' "{first[:_LONGEST_SHOWN]}".'
            )


def with_notes(sheet: Sheet, notes: Iterable[str]) -> Sheet:
    """Return the sheet with these notes, those aside that it has already."""
    new = [note for note in notes if note not in sheet.notes]
    return replace(sheet, notes=(*sheet.notes, *new)) if new else sheet


def _is_total(row: Row) -> bool:
    first = next(filter(str.strip, row.cells), "").strip()
    if not _TOTAL.match(first) or any(map(_CONTACT.search, row.cells)):
        return False
    return any(not cell.strip() or _NUMBER.search(cell) for cell in row.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The header of a sheet."""

    names: tuple[str, ...]
    """The headers, stripped; the columns' letters where the sheet has none."""
    row: int
    """Its row number; where the sheet has none, that of the row above the first."""
    is_there: bool = True


def first_row(options: InputOptions) -> int:
    """Return the row where the header should be, or the first of a table without one."""
    return 1 if options.header_row is None else options.header_row


def find_header(path: str, rows: Sequence[Sequence[str]], options: InputOptions, width: int) -> Header:
    """Return the header, once it is clear that the named row is it, or that there is none.

    Args:
        path: The file.
        rows: Its first rows, from row 1 on.
        options: The row that is named for the header, and whether there is one at all.
        width: The number of columns, for a file without a header.

    Raises:
        InputError: That row is no header; the sentence says which row seems to be it, or that there seems to be none.

    """
    ours = next((number for number, cells in enumerate(rows, 1) if _OUR_COLUMN in cells), 0)
    row = ours or first_row(options)
    if options.no_header and not ours:
        from importer.model.cell_names import column_letters  # noqa: PLC0415 - few files have no header

        return Header(names=tuple(map(column_letters, range(width))), row=row - 1, is_there=False)
    cells = rows[row - 1] if row <= len(rows) else ()
    if not _is_plainly_header(cells):
        from importer.readers.header_search import refuse_other  # noqa: PLC0415 - few headers are in doubt

        refuse_other(path, rows, row, is_named=row == options.header_row)
    return Header(names=header_of(path, cells, row), row=row)


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


def no_header(path: str, header_row: int, hint: str = "") -> InputError:
    """Return the sentence for a sheet without a header where it should be; the hint says where it seems to be."""
    usual = "Write the columns' names in that row, or say which row has them: header_row under [input] in the config."
    return InputError(f"{path} has no header: row {header_row} is empty or not there.", hint or usual)


def is_label(cell: str) -> bool:
    """Return whether a cell may be a column's name: not a number, a date or an e-mail address."""
    return _LABEL.fullmatch(cell) is not None


def _is_plainly_header(cells: Sequence[str]) -> bool:
    """Return whether a row is a header beyond doubt: different labels, one of them with a word that headers have."""
    return len(set(cells)) == len(cells) > 1 and all(map(is_label, cells)) and any(map(HEADER_WORD.search, cells))
