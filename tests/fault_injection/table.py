"""A small input, with duplicates and invalid rows: what the fault-injection tests give the importer, without a file."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from importer.model.rows import FINGERPRINT_BYTES, Contact, InvalidRow, Problem, Row, Sheet

_MOST_ROWS = 60
_NO_PHONE = Problem(code="phone_missing", column="Phone", message="The row has no phone number.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One sheet of the input; a `ports.Reader`."""

    sheet: Sheet
    rows: tuple[Row, ...]
    chunk_rows: int = 500

    def chunks(self) -> Iterator[Sequence[Row]]:
        """Yield the rows, some at a time."""
        for start in range(0, len(self.rows), self.chunk_rows):
            yield self.rows[start : start + self.chunk_rows]

    @property
    def blank_rows(self) -> int:
        """None."""
        return 0

    def close(self) -> None:
        """Do nothing."""


def to_contact(source: str) -> Callable[[Row], Contact | InvalidRow]:
    """Return the mapping of these tables: phone and name."""

    def mapped(row: Row) -> Contact | InvalidRow:
        phone, name = row.cells
        if not phone:
            return InvalidRow(problems=(_NO_PHONE,), name=name)
        return Contact(identifier=phone, source=source, name=name)

    return mapped


def fingerprint(row: Row) -> bytes:
    """Return what stands for a row of these tables; their mapping is always the same."""
    return hashlib.blake2b("|".join(row.cells).encode(), digest_size=FINGERPRINT_BYTES).digest()


def tables(chance: Random, least_rows: int = 1) -> tuple[Table, ...]:
    """Return one sheet or several, of 1 to 60 rows in all; small ones as often as large ones."""
    count = round(least_rows * (_MOST_ROWS / least_rows) ** chance.random())
    phones = [f"34600{number:06}" for number in range(1, count + 1)]
    rows = [_row(chance, phones, number) for number in range(count)]
    sheets = chance.choice([1, 1, 1, 2, 3])
    chunk_rows = chance.choice([1, 3, 10, 500])
    return tuple(
        Table(
            sheet=Sheet(file=f"contacts-{place}.csv", header=("Phone", "Name"), delimiter=","),
            rows=tuple(replace(row, number=number) for number, row in enumerate(rows[place::sheets], 2)),
            chunk_rows=chunk_rows,
        )
        for place in range(sheets)
    )


def edited(chance: Random, given: Sequence[Table]) -> tuple[Table, ...]:
    """Return the tables after a person changed some names."""
    return tuple(replace(table, rows=tuple(_edited(chance, row) for row in table.rows)) for table in given)


def identifiers(given: Sequence[Table]) -> list[str]:
    """Return the identifiers of all rows that have one, each once."""
    return list(dict.fromkeys(row.cells[0] for table in given for row in table.rows if row.cells[0]))


def _row(chance: Random, phones: Sequence[str], number: int) -> Row:
    kind = chance.random()
    phone = "" if kind < 0.05 else chance.choice(phones) if kind < 0.15 else phones[number]
    return Row(number=number + 2, cells=(phone, f"Name {number}"))


def _edited(chance: Random, row: Row) -> Row:
    phone, name = row.cells
    return replace(row, cells=(phone, f"{name}, mended")) if chance.random() < 0.1 else row
