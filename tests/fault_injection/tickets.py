"""Requests that the service in virtual time has taken on, and carries out whether or not the client still lives."""

from dataclasses import dataclass

from importer.model.replies import RemoteContact
from importer.model.rows import Contact


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
