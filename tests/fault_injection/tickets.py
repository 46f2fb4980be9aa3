"""Requests that the service in virtual time has taken on, and carries out whether or not the client still lives."""

from collections.abc import Mapping
from dataclasses import dataclass

from importer.model.changes import FieldValue
from importer.model.replies import RemoteContact
from importer.model.rows import Contact
from tests.fault_injection.ledger import Look


@dataclass(slots=True, kw_only=True)
class Ticket:
    """A request that the service will have carried out at a moment."""

    contact: Contact
    due_seconds: float
    made: RemoteContact | None = None
    """The contact, once it was carried out, new or there before."""
    is_new: bool = False


@dataclass(slots=True, kw_only=True)
class Deletion:
    """A DELETE that the service will have carried out at a moment."""

    uuid: str
    due_seconds: float
    found: bool = False
    """Whether the contact was there when it was carried out."""


@dataclass(slots=True, kw_only=True)
class Amendment:
    """A PATCH that the service will have carried out at a moment."""

    uuid: str
    values: Mapping[str, FieldValue]
    look: Look
    """The answer that it goes by."""
    is_undo: bool = False
    due_seconds: float
    after: Contact | None = None
    """The contact, once it was carried out; None: it is not there."""
    is_done: bool = False
