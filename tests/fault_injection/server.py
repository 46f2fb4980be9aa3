"""The service's side in virtual time: the contacts, and the requests it works on whether or not the client lives."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from importer.model.replies import RemoteContact
from importer.model.rows import Contact
from importer.sandbox import Duplicates
from tests.support.virtual_time import START


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
class Server:
    """The contacts behind the service, by identifier.

    What a client asked for is carried out when its time has come, whether or not the client still lives.
    """

    duplicates: Duplicates = Duplicates.SECOND
    skew_seconds: float = 0.0
    """The service's clock less ours."""
    lag_seconds: float = 0.0
    """How long a look-up cannot see a new contact yet."""
    finish_seconds: float = 0.0
    """How long after the client gave up a request may still be carried out."""
    contacts: dict[str, list[RemoteContact]] = field(default_factory=dict)
    before: frozenset[str] = frozenset()
    """The UUIDs that were there before the first run."""
    posts: Counter[str] = field(default_factory=Counter)
    """POSTs that came, per identifier."""
    requests: int = 0
    stale: set[str] = field(default_factory=set)
    """The identifiers that a look-up missed once although they were there, as of a copy that lags behind."""
    as_sent: dict[str, Contact] = field(default_factory=dict)
    """What each contact was created with, by UUID; also of those that are deleted."""
    held: dict[str, Contact] = field(default_factory=dict)
    """What is there, by UUID."""
    changed_seconds: dict[str, float] = field(default_factory=dict)
    """When a person last changed a contact, by UUID."""
    deleted_by_person: set[str] = field(default_factory=set)
    """The UUIDs that a person deleted."""
    proved: set[str] = field(default_factory=set)
    """The UUIDs that the answer to a POST named with a 201: these alone an undo may delete."""
    doubtful_deletions: set[str] = field(default_factory=set)
    """The UUIDs whose DELETE the importer cannot know of: it is late, or was not written down."""
    _visible_seconds: dict[str, float] = field(default_factory=dict)
    _open: list[Ticket] = field(default_factory=list)
    _deletions: list[Deletion] = field(default_factory=list)

    def put_before(self, identifiers: list[str]) -> None:
        """Have contacts since a day before the first run."""
        for identifier in identifiers:
            there = Contact(identifier=identifier, source="whatsapp", name="There before")
            self._make(there, START - timedelta(days=1), -1.0)
        self.before = frozenset(one.uuid for there in self.contacts.values() for one in there)

    def accept(self, contact: Contact, due_seconds: float) -> Ticket:
        """Take a request on, to be carried out then."""
        ticket = Ticket(contact=contact, due_seconds=due_seconds)
        self._open.append(ticket)
        return ticket

    def accept_deletion(self, uuid: str, due_seconds: float) -> Deletion:
        """Take a DELETE on, to be carried out then."""
        deletion = Deletion(uuid=uuid, due_seconds=due_seconds)
        self._deletions.append(deletion)
        return deletion

    def carry_out(self, now_seconds: float) -> None:
        """Carry out what is due."""
        for deletion in [one for one in self._deletions if one.due_seconds <= now_seconds]:
            self._deletions.remove(deletion)
            deletion.found = deletion.uuid in self.held
            self.delete(deletion.uuid)
        if not self._open or all(ticket.due_seconds > now_seconds for ticket in self._open):
            return
        for ticket in sorted(self._open, key=lambda one: one.due_seconds):
            if ticket.due_seconds <= now_seconds:
                self._open.remove(ticket)
                self._carry_out(ticket)

    def carry_out_all(self) -> None:
        """Carry out everything that it was ever asked for."""
        self.carry_out(float("inf"))

    def given_up(self, now_seconds: float, ticket: Ticket | Deletion | None = None) -> None:
        """Take note that the client waits for the ticket no longer (None: for none), so that it is not late."""
        under_way: list[Ticket | Deletion] = [*self._open, *self._deletions]
        for one in under_way if ticket is None else [ticket]:
            one.due_seconds = min(one.due_seconds, now_seconds + self.finish_seconds)
            if isinstance(one, Deletion):
                self.doubtful_deletions.add(one.uuid)

    def find(self, identifier: str, now_seconds: float) -> RemoteContact | None:
        """Return what a look-up shows."""
        self.carry_out(now_seconds)
        shown = [one for one in self.contacts.get(identifier, ()) if self._visible_seconds[one.uuid] <= now_seconds]
        return shown[-1] if shown else None

    def show(self, uuid: str, now_seconds: float) -> Contact | None:
        """Return what a GET shows."""
        self.carry_out(now_seconds)
        return self.held.get(uuid)

    def change(self, uuid: str, now_seconds: float, **to: str) -> None:
        """Let a person change a contact that is there."""
        if found := self.held.get(uuid):
            self.held[uuid] = replace(found, **to)  # type: ignore[arg-type]  # texts are all that a person changes here
            self.changed_seconds[uuid] = now_seconds

    def is_changed(self, uuid: str) -> bool:
        """Tell whether a contact that is there is not as it was sent."""
        return uuid in self.held and self.held[uuid] != self.as_sent[uuid]

    def delete_by_person(self, uuid: str) -> None:
        """Let a person delete a contact, if it is there."""
        if uuid in self.held:
            self.deleted_by_person.add(uuid)
            self.delete(uuid)

    def delete(self, uuid: str) -> None:
        """Let a contact be gone, whoever wants it."""
        if found := self.held.pop(uuid, None):
            there = self.contacts[found.identifier]
            there[:] = [one for one in there if one.uuid != uuid]
            if not there:
                del self.contacts[found.identifier]

    def ours(self) -> frozenset[str]:
        """Return the identifiers that it has from us, or will have when all it was asked for is carried out."""
        made = {name for name, there in self.contacts.items() if any(one.uuid not in self.before for one in there)}
        coming = {ticket.contact.identifier for ticket in self._open}
        return frozenset(made | (coming - self.contacts.keys()))

    def twice(self) -> list[str]:
        """Return the identifiers that stand there more than once."""
        return [identifier for identifier, there in self.contacts.items() if len(there) > 1]

    def _carry_out(self, ticket: Ticket) -> None:
        there = self.contacts.get(ticket.contact.identifier)
        if there and self.duplicates is not Duplicates.SECOND:
            ticket.made = there[-1]
            return
        at = START + timedelta(seconds=ticket.due_seconds + self.skew_seconds)
        ticket.made = self._make(ticket.contact, at, ticket.due_seconds + self.lag_seconds)
        ticket.is_new = True

    def _make(self, contact: Contact, at: datetime, visible_seconds: float) -> RemoteContact:
        uuid = f"uuid-{len(self._visible_seconds) + 1}"
        made = RemoteContact(uuid=uuid, href=f"/{uuid}", identifier=contact.identifier, created_at=at)
        self._visible_seconds[uuid] = visible_seconds
        self.as_sent[uuid] = self.held[uuid] = contact
        self.contacts.setdefault(contact.identifier, []).append(made)
        return made


def server(chance: Random, identifiers: list[str], settle_seconds: float, *, late: bool) -> Server:
    """Return the server of a seed.

    Args:
        chance: Of the seed.
        identifiers: Some of which may be there before.
        settle_seconds: How long the importer waits before it asks about a row in doubt.
        late: Whether requests may be carried out later than that; no importer comes out right then.

    """
    lag_seconds = chance.choice([0.0, 0.0, 0.0, 0.3]) * settle_seconds
    finish_seconds = settle_seconds * 3.0 if late else (settle_seconds - lag_seconds) * chance.uniform(0.1, 0.95)
    found = Server(
        duplicates=chance.choice(list(Duplicates)),
        skew_seconds=chance.choice([0.0, 0.0, -3600.0, 47.0]),
        lag_seconds=lag_seconds,
        finish_seconds=finish_seconds,
    )
    if found.duplicates is not Duplicates.SECOND:
        found.put_before([identifier for identifier in identifiers if chance.random() < 0.1])
    return found
