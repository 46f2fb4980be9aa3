"""The nouns of the importer: frozen values that every package uses.

A `Sheet` has `Row`s. The mapping makes of each row a `Contact` or an `InvalidRow` with its `Problem`s. Sending a
contact gets a `Reply`, and what became of the row is its `Outcome`, with its final `Status`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class Status(StrEnum):
    """The status of a row; each row has exactly one. The journal and the reports use the same words."""

    PENDING = "pending"
    """Valid, and waiting to be sent. Not final."""
    IN_FLIGHT = "in_flight"
    """The journal says on disk that a request may have been sent. Not final."""
    CREATED = "created"
    UPDATED = "updated"
    EXISTS = "exists"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    INVALID = "invalid"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    UNSENT = "unsent"


IN_CALLBELL = frozenset({Status.CREATED, Status.UPDATED, Status.EXISTS, Status.UNCHANGED, Status.DUPLICATE})
"""Final statuses of rows that are where they should be."""

TO_RETRY = frozenset({Status.INVALID, Status.FAILED, Status.IN_DOUBT, Status.UNSENT})
"""Final statuses of rows that a person or `retry` still has to do something about; so it is with rows in `CONFLICT`."""

NEEDS_PERSON = TO_RETRY - {Status.UNSENT}
"""Those of them that a person has to look at; `retry` alone sends what was not sent."""

CONFLICT = "conflict"
"""The code of rows that are in Callbell, where both the sheet and a person changed a field: they need a person too."""
GONE = "gone"
"""The code of rows whose contact was deleted in Callbell: no cell of them is to be fixed."""

FINAL = tuple(status for status in Status if status not in {Status.PENDING, Status.IN_FLIGHT})
"""The final statuses, in the order in which reports show them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table of one file, as its reader found it."""

    file: str
    """The path as it was given on the command line."""
    name: str = ""
    """The sheet's name in a workbook; empty for text files."""
    header: tuple[str, ...]
    """The column headers, stripped, in the file's order."""
    header_row: int = 1
    """The header's row number as a spreadsheet program shows it; without a header, the row above the first."""
    encoding: str = ""
    """The Python codec of a text file; empty for workbooks."""
    delimiter: str = ""
    """The character between the cells of a text file; empty for workbooks."""
    notes: tuple[str, ...] = ()
    """Sentences for the user about what was guessed or is unusual."""
    stamp: str = field(default="", compare=False, repr=False)
    """The file's size and when it was last changed: whoever reads it again sees that it is the same; empty: not known.
    """
    moved_to: str = field(default="", compare=False, repr=False)
    """Where the file is since it was done; empty: it was not moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a row."""

    code: str
    """A short stable word, such as `phone_invalid`, by which reports group."""
    column: str = ""
    """The header of the column; empty for a problem of the whole row."""
    value: str = ""
    """The cell's text."""
    message: str
    """A sentence that a shop owner understands, with what to do."""
    from_column: int = 0
    """Index of the first column that it concerns, with all after it; it is none if no field is fed by one of these."""
    near: str = ""
    """What the cell probably means, of what the account has; empty: nothing is like it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the input, everything as text."""

    number: int
    """The row number that a spreadsheet program shows (text files: counted as it would on opening them)."""
    cells: tuple[str, ...]
    """One text per column of the header, in its order; an empty cell is an empty text. A too wide row has more."""
    problems: tuple[Problem, ...] = ()
    """What the reader found wrong: a wrong number of cells, bytes that are no text, an error cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A contact to create, its fields named as in POST /contacts; an empty value is left out of the request."""

    identifier: str
    source: str
    name: str
    tags: tuple[str, ...] = ()
    custom_fields: Mapping[str, str | tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Field name to its text; a checkbox field has a tuple of its options."""
    assigned_user: str = ""
    team_uuid: str = ""
    channel_uuid: str = ""
    bot_status: str = ""
    note: str = ""
    cleared: tuple[str, ...] = ()
    """Fields that an update is to clear, sorted, named as in `importer.model.changes`; POST has no use for them."""
    normalised: str = field(default="", compare=False, repr=False)
    """The identifier in one form, however it is written; never sent. Empty: `identifier` has that form already."""
    fed: frozenset[str] | None = field(default=None, compare=False, repr=False)
    """The fields that its list has a column or a constant for, custom fields by their names; None: not known."""

    @property
    def normalised_identifier(self) -> str:
        """What the contact is known by: a phone number's digits with country code, a handle in small letters."""
        return (self.normalised or self.identifier.strip()).casefold()


class ContactKey(NamedTuple):
    """What a contact is known by."""

    source: str
    channel_uuid: str
    identifier: str
    """As `Contact.normalised_identifier` has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidRow:
    """A row that the mapper refused, with all its problems; never sent."""

    problems: tuple[Problem, ...]
    """At least one."""
    identifier: str = ""
    """The identifier's cell as it is, for the report."""
    name: str = ""
    content: bytes = field(default=b"", compare=False, repr=False)
    """A hash of its cells that feed a field, by which the row is known again; empty: it is not."""
    customer: ContactKey | None = field(default=None, compare=False, repr=False)
    """Whose row it is, where number and channel are right and something else is wrong; None: that is not certain."""


FINGERPRINT_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row and its contact, or its problems."""

    row: Row
    mapped: Contact | InvalidRow
    fingerprint: bytes | None = None
    """Hash of the row's cells and their mapping (`importer.mapper.contact`); None: never recognised."""
