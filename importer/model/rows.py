"""The nouns of the importer: frozen values that every room talks about.

A `Sheet` has `Row`s. The mapping makes of each row a `Contact` or an `InvalidRow` with its `Problem`s. Sending a
contact gets a `Reply`, and the last word on a row is its `Outcome`, whose word is a `Status`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Status(StrEnum):
    """Where a row stands; each row has exactly one. The words are those of the journal and of the reports."""

    PENDING = "pending"
    """Read and right; waits its turn. Never the last word."""
    IN_FLIGHT = "in_flight"
    """The journal says on disk that a request may have left. Never the last word."""
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
"""The last words of rows that are where they should be."""

TO_RETRY = frozenset({Status.INVALID, Status.FAILED, Status.IN_DOUBT, Status.UNSENT})
"""The last words of rows that a person or `retry` has still to do something about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table of one file, as its reader found it."""

    file: str
    """The path as the person wrote it."""
    name: str = ""
    """The sheet's name in a workbook; empty for text files."""
    header: tuple[str, ...]
    """The column headers, stripped, in the file's order."""
    header_row: int = 1
    """The header's row number as a spreadsheet program shows it."""
    encoding: str = ""
    """The Python codec of a text file; empty for workbooks."""
    delimiter: str = ""
    """The character between the cells of a text file; empty for workbooks."""
    notes: tuple[str, ...] = ()
    """Sentences about what was guessed or is odd, for the person to see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a row."""

    code: str
    """A short stable word, such as `phone_invalid`: what reports group by."""
    column: str = ""
    """The header of the column; empty where it is about the whole row."""
    value: str = ""
    """What the cell says."""
    message: str
    """A sentence that a shop owner understands, with what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the input, everything as text."""

    number: int
    """The row number that a spreadsheet program shows (text files: counted as it would on opening them)."""
    cells: tuple[str, ...]
    """One text per column of the header, in its order; an empty cell is an empty text. A too wide row has more."""
    problems: tuple[Problem, ...] = ()
    """What the reader found wrong already: a wrong width, bytes that are no text, an error cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What POST /contacts is asked to make, in the API's own words (an empty value is left out of the request)."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidRow:
    """A row that the mapping refused, with all its problems; never sent."""

    problems: tuple[Problem, ...]
    """At least one."""
    identifier: str = ""
    """What the identifier's cell says, so that a person finds the row."""
    name: str = ""


FINGERPRINT_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row with what the mapping made of it."""

    row: Row
    mapped: Contact | InvalidRow
    fingerprint: bytes | None = None
    """Of the row's cells and their mapping (`importer.mapper.row_fingerprint`); None: it is never recognised."""
