"""The run of this process, and how far its input is enqueued."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from importer.journal.forgotten import Forgotten
from importer.journal.presence import Walk
from importer.model.policy import Existing
from importer.model.rows import CONFLICT, GONE, Sheet, Status

ROW_KEY = "rows.source, rows.channel, coalesce(rows.normalised, rows.identifier)"
"""Columns of the key of a row's contact."""
CONTACT_OF_ROW = f"""
    contacts.account = :account AND (contacts.source, contacts.channel, contacts.identifier) = ({ROW_KEY})
"""
"""Joins a row with the contact of its key."""
IN_CONFLICT = f"(rows.status IN ('exists', 'updated') AND rows.code = '{CONFLICT}')"
"""Of rows that are in Callbell, and need a person all the same."""
NOT_UPDATED = f"(rows.status IN ('failed', 'invalid', 'unsent') AND rows.uuid <> '' AND rows.code <> '{GONE}')"
"""Of rows that did not reach their contact, which is in Callbell all the same, as it was; no other row tells of it."""
_LAST_ROW = "SELECT coalesce(max(seq), 0) FROM rows WHERE run = ?"
_PIECE_ROWS = 10_000


def any_of(statuses: Iterable[Status]) -> str:
    """Return the condition of rows that have one of the statuses, or are in conflict."""
    words = "', '".join(sorted(statuses))
    return f"(rows.status IN ('{words}') OR {IN_CONFLICT})"


@dataclass(frozen=True, slots=True)
class RunKey:
    """The journal's ids of a run and of the account that it imports into."""

    run: int
    account: int


@dataclass(slots=True)
class RunInput:
    """The run of this process, and how far its input is enqueued."""

    key: RunKey
    existing: Existing = Existing.SKIP
    """What is done with contacts that the account has."""
    main_channels: frozenset[str] = frozenset()
    """Those that are or were the account's main one: for the key of a contact they are as no channel."""
    has_old_keys: bool = False
    """The account has contacts of an earlier schema whose key may lack a country code."""
    has_doubts: bool = False
    """Earlier runs sent PATCHes of the account's contacts that may have arrived."""
    merges_left: bool = False
    """Contacts that were left as they were on a first meeting are merged again: the sheet's values are to win now."""
    forgotten: Forgotten | None = None
    """What was forgotten that rows of the account may meet; None: nothing."""
    tallied_only: bool = False
    """Rows that would be sent are counted and not inserted: `check` has no use for them."""
    tells_gone: bool = False
    """Contacts that were found deleted in Callbell are told as that, without being looked up."""
    sheets: dict[int, Sheet] = field(default_factory=dict)
    """Those that were added so far, by their index."""
    last_seq: int = 0
    identifiers: Sequence[str | None] | None = None
    """What `recognise` found for the rows that are enqueued next; None: it was not called."""
    walk: Walk | None = None
    """Of the account's contact list; None: it was not walked."""


def row_pieces(connection: sqlite3.Connection, run: int) -> list[dict[str, int]]:
    """Return the first and last seq of each piece of a run's rows, for statements that change most of them.

    SQLite keeps the rowids of one statement in memory (20 MB more for 200,000 rows, 2026-11-27).
    """
    ((last,),) = connection.execute(_LAST_ROW, (run,)).fetchall()
    return [{"first": first, "last": first + _PIECE_ROWS - 1} for first in range(1, last + 1, _PIECE_ROWS)]
