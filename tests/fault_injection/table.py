"""A small input, with duplicates and invalid rows: what the fault-injection tests give the importer, without a file.

Its cells are phone, name, channel, tags, note, owner and address; the last four are empty where nothing is updated. A
phone is written in several ways where numbers are trouble.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from importer.model.requests import digits_only
from importer.model.rows import FINGERPRINT_BYTES, Contact, InvalidRow, Problem, Row, Sheet
from tests.fault_injection.fields import edited_cells, fields_of, first_cells
from tests.fault_injection.troubles import Trouble

FORMATS = ("digits", "e164", "as_is")
NUMBER_FORMS = ("as_written", "as_written", "with", "without")
MAIN_CHANNEL = "channel-main"
OTHER_CHANNEL = "channel-other"
_HEADER = ("Phone", "Name", "Channel", "Tags", "Note", "Owner", "Address")
_MOST_ROWS = 60
_PLANS = ("34600{:06}", "34600{:06}", "5255{:08}", "54911{:08}", "551199{:07}")
"""Numbers of Spain, Mexico, Argentina and Brazil, of which the last three have two forms of one mobile number."""
_BRAZIL_DIGITS = 13
"""Of a mobile number that has the ninth digit."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """How the rows become contacts, which a person may change from run to run."""

    source: str = "whatsapp"
    identifier_format: str = "digits"
    number_form: str = "as_written"
    """Whether mobile numbers that have two forms are rewritten: `with` or `without` the digit."""
    existing: str = ""
    """What is done with contacts that are there: the real mapping's fingerprint has it too."""
    names_main_channel: bool = False
    """Whether a row without a channel gets the main one by its UUID."""

    def to_contact(self, row: Row) -> Contact | InvalidRow:
        """Return the row's contact."""
        written, name, channel = row.cells[:3]
        if not written:
            return InvalidRow(problems=(_NO_PHONE,), name=name)
        known = in_form(normalised(written), self.number_form)
        shown = written if known == normalised(written) else known
        forms = {"digits": known, "e164": f"+{known}", "as_is": shown}
        channel_uuid = channel or (MAIN_CHANNEL if self.names_main_channel else "")
        identifier = forms[self.identifier_format]
        said = fields_of(row.cells)
        return Contact(identifier=identifier, normalised=known, source=self.source, channel_uuid=channel_uuid, **said)

    def fingerprint(self, row: Row) -> bytes:
        """Return what stands for a row and its mapping."""
        format_of = f"{self.identifier_format} {self.number_form}"
        told = "|".join((*row.cells, format_of, str(self.names_main_channel), self.existing))
        return hashlib.blake2b(told.encode(), digest_size=FINGERPRINT_BYTES).digest()


def normalised(identifier: str) -> str:
    """Return the digits of a number from its country code on."""
    return digits_only(identifier).removeprefix("00")


def key_of(identifier: str, channel_uuid: str) -> str:
    """Return what makes two contacts one: their digits in the shorter form, and the channel but for the main one."""
    digits = in_form(normalised(identifier), "without")
    return digits if channel_uuid in ("", MAIN_CHANNEL) else f"{digits} in {channel_uuid}"


def row_key(row: Row) -> str:
    """Return the key of the row's contact; empty where the row has no phone."""
    written, _, channel = row.cells[:3]
    return key_of(written, channel) if written else ""


def other_form(digits: str) -> str:
    """Return the other form of a mobile number with two (52 and 521, 54 and 549, Brazil's ninth digit), or itself."""
    for short, long in (("52", "521"), ("54", "549")):
        if digits.startswith(short):
            return digits.replace(long, short, 1) if digits.startswith(long) else digits.replace(short, long, 1)
    if not digits.startswith("55119"):
        return digits
    return f"{digits[:4]}{digits[5:]}" if len(digits) == _BRAZIL_DIGITS else f"{digits[:4]}9{digits[4:]}"


def in_form(digits: str, form: str) -> str:
    """Return a number `with` or `without` the digit of mobile numbers that have two forms, or `as_written`."""
    if form == "as_written":
        return digits
    return (max if form == "with" else min)(digits, other_form(digits), key=len)


def tables(chance: Random, least_rows: int = 1, troubles: frozenset[Trouble] = frozenset()) -> tuple[Table, ...]:
    """Return one sheet or several, of 1 to 60 rows in all; small ones as often as large ones."""
    count = round(least_rows * (_MOST_ROWS / least_rows) ** chance.random())
    plans = _PLANS if Trouble.WRITING in troubles else _PLANS[:1]
    phones = [chance.choice(plans).format(number) for number in range(1, count + 1)]
    rows = [_row(chance, phones, number, troubles) for number in range(count)]
    sheets = chance.choice([1, 1, 1, 2, 3])
    chunk_rows = chance.choice([1, 3, 10, 500])
    return tuple(
        Table(
            sheet=Sheet(file=f"contacts-{place}.csv", header=_HEADER, delimiter=","),
            rows=tuple(replace(row, number=number) for number, row in enumerate(rows[place::sheets], 2)),
            chunk_rows=chunk_rows,
        )
        for place in range(sheets)
    )


def edited(chance: Random, given: Sequence[Table], *, all_fields: bool = False) -> tuple[Table, ...]:
    """Return the tables after a person changed some names, or some of all fields."""
    change = _edited_fields if all_fields else _edited
    return tuple(replace(table, rows=tuple(change(chance, row) for row in table.rows)) for table in given)


def filled(chance: Random, given: Sequence[Table]) -> tuple[Table, ...]:
    """Return the tables with something in all columns."""
    return tuple(
        replace(table, rows=tuple(replace(row, cells=(*row.cells[:3], *first_cells(chance))) for row in table.rows))
        for table in given
    )


def contacts(given: Sequence[Table]) -> dict[str, Contact]:
    """Return what the rows ask for, by its key; of several rows with one key the first."""
    rows = [row for table in given for row in table.rows]
    return {row_key(row): made for row in reversed(rows) if isinstance(made := Mapping().to_contact(row), Contact)}


def _row(chance: Random, phones: Sequence[str], number: int, troubles: frozenset[Trouble]) -> Row:
    kind = chance.random()
    phone = "" if kind < 0.05 else chance.choice(phones) if kind < 0.15 else phones[number]
    if phone and Trouble.WRITING in troubles:
        phone = chance.choice([phone, phone, other_form(phone)])
        phone = chance.choice([phone, f"+{phone}", f"00{phone}", f"+{phone[:2]} {phone[2:5]}-{phone[5:]}"])
    channel = chance.choice(["", "", MAIN_CHANNEL, OTHER_CHANNEL]) if Trouble.CHANNEL in troubles else ""
    return Row(number=number + 2, cells=(phone, f"Name {number}", channel, "", "", "", ""))


def _edited(chance: Random, row: Row) -> Row:
    phone, name, *others = row.cells
    return replace(row, cells=(phone, f"{name}, mended", *others)) if chance.random() < 0.1 else row


def _edited_fields(chance: Random, row: Row) -> Row:
    return replace(row, cells=edited_cells(chance, row.cells))
