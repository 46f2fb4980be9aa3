"""What is no row of a table: blank rows, and totals below its end."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from importer.model.rows import Row, Sheet

_MOST_SHOWN, _LONGEST_SHOWN = 20, 40
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
