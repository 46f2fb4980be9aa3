"""The service's side in virtual time: the contacts, and the requests it works on whether or not the client lives."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from importer.model.changes import FieldValue
from importer.model.replies import RemoteContact
from importer.model.rows import Contact
from importer.sandbox import Duplicates
from tests.fault_injection.conversations import Conversations
from tests.fault_injection.fields import described, with_values
from tests.fault_injection.ledger import Ledger, Look
from tests.fault_injection.table import key_of, normalised, other_form
from tests.fault_injection.tickets import Amendment, Deletion, Ticket
from tests.support.virtual_time import START

_UNCERTAIN_SECONDS = 5.5
"""A `Date` has whole seconds, a `createdAt` may, and an answer may be three seconds on its way back."""
NEVER = (422, "phone is not a WhatsApp number")


@dataclass(slots=True, kw_only=True)
class Server:
    """The contacts behind the service, by their key: the number's digits, and the channel unless it is the main one.

    What a client asked for is carried out when its time has come, whether or not the client still lives.
    """

    duplicates: Duplicates = Duplicates.SECOND
    refusal: tuple[int, str] = (422, "Contact already exists")
    """Status and message with which it refuses what is there."""
    never: tuple[int, str] = NEVER
    """With which it refuses what it never takes; where it says "there", it never shows that."""
    created_status: int = 200
    shows_other_form: bool = False
    """Whether it shows a mobile number that has two forms in the other one."""
    finds_both_forms: bool = False
    """Whether it finds such a number by either form, not only by the one that it shows."""
    skew_seconds: float = 0.0
    """The service's clock less the true time."""
    has_date: bool = False
    """Whether its responses have a `Date`."""
    lag_seconds: float = 0.0
    """How long a look-up cannot see a new contact yet."""
    finish_seconds: float = 0.0
    """How long after the client gave up a request may still be carried out."""
    may_replace: bool = False
    """Whether the importer was told to replace what people changed (`on_conflict = sheet`)."""
    asks_first: bool = False
    """Whether the importer asks before it sends, so that it comes out right although people have made contacts."""
    is_slow: bool = False
    """Whether it takes as long as it may for what nobody waits for any more."""
    contacts: dict[str, list[RemoteContact]] = field(default_factory=dict)
    before: dict[str, float] = field(default_factory=dict)
    """When people made what we did not, before the first run or before a later one; by UUID, in seconds."""
    first_request_seconds: float = math.inf
    """When the first command asked for anything."""
    falsely_refused: set[str] = field(default_factory=set)
    """The keys of contacts that it made although it said no."""
    posts: Counter[str] = field(default_factory=Counter)
    """POSTs that came, per key."""
    requests: int = 0
    stale: set[str] = field(default_factory=set)
    """The keys that a look-up missed once although they were there, as of a copy that lags behind."""
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
    leaves_out: bool = False
    """Whether it leaves out a note that has no value."""
    ledger: Ledger = field(default_factory=Ledger)
    patched: list[Amendment] = field(default_factory=list)
    """The PATCHes that were carried out, in their order."""
    doubtful_deletions: set[str] = field(default_factory=set)
    """The UUIDs whose DELETE the importer cannot know of: it is late, or was not written down."""
    _visible_seconds: dict[str, float] = field(default_factory=dict)
    _conversations: Conversations = field(default_factory=Conversations)
    _open: list[Ticket] = field(default_factory=list)
    _deletions: list[Deletion] = field(default_factory=list)
    _amendments: list[Amendment] = field(default_factory=list)

    def now(self, seconds: float) -> datetime:
        """Return what its clock shows at a moment."""
        return START + timedelta(seconds=seconds + self.skew_seconds)

    @property
    def is_safe(self) -> bool:
        """Whether people may make contacts that the input has too, and none comes to be there twice."""
        return self.asks_first or self.duplicates is not Duplicates.SECOND

    def put_before(self, key: str, contact: Contact, seconds: float) -> None:
        """Let a person add a contact at a moment before a run."""
        uuid = self._make(key, contact, self.now(seconds), seconds).uuid
        self.before[uuid] = seconds
        self.ledger.unknown.add(uuid)
        if self.ledger.had_row(key):
            self.ledger.perhaps_ours.add(uuid)
        self.ledger.note_person(uuid, Contact(identifier="", source="", name=""), contact)

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

    def accept_patch(
        self, due_seconds: float, uuid: str, values: Mapping[str, FieldValue], look: Look, *, is_undo: bool
    ) -> Amendment:
        """Take a PATCH on, to be carried out then; it goes by an answer."""
        amendment = Amendment(uuid=uuid, values=values, look=look, is_undo=is_undo, due_seconds=due_seconds)
        self._amendments.append(amendment)
        return amendment

    def carry_out(self, now_seconds: float) -> None:
        """Carry out what is due."""
        for amendment in sorted(self._amendments, key=lambda one: one.due_seconds):
            if amendment.due_seconds <= now_seconds:
                self._amendments.remove(amendment)
                self._amend(amendment)
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

    def carry_out_posts(self) -> None:
        """Carry out every POST: who takes back what a run made does not know of those that are still under way."""
        late, self._amendments = self._amendments, []
        self.carry_out_all()
        self._amendments = late

    def given_up(self, now_seconds: float, ticket: Ticket | Deletion | Amendment | None = None) -> None:
        """Take note that the client waits for the ticket no longer, or, None, is dead: what is open is not too late."""
        latest_seconds = now_seconds + self.finish_seconds
        under_way: list[Ticket | Deletion | Amendment] = [*self._open, *self._deletions, *self._amendments]
        for one in under_way if ticket is None else [ticket]:
            one.due_seconds = latest_seconds if self.is_slow else min(one.due_seconds, latest_seconds)
            if isinstance(one, Deletion):
                self.doubtful_deletions.add(one.uuid)

    def find(self, key: str, now_seconds: float, digits: str) -> RemoteContact | None:
        """Return what a look-up shows."""
        self.carry_out(now_seconds)
        seen = [one for one in self.contacts.get(key, ()) if self._visible_seconds[one.uuid] <= now_seconds]
        shown = [one for one in seen if self.finds_both_forms or one.identifier == digits]
        return shown[-1] if shown else None

    def listed(self, now_seconds: float, after: int, count: int) -> list[tuple[int, RemoteContact, Contact]]:
        """Return the next contacts of the list, newest conversation first, each with its place.

        Args:
            now_seconds: When it is asked.
            after: The place after which they stand; 0: from the top.
            count: How many at most.

        """
        self.carry_out(now_seconds)
        everybody = [one for there in self.contacts.values() for one in there]
        placed = [(self._conversations.place(one.uuid), one) for one in everybody]
        placed.sort(key=lambda one: -one[0])
        return [(place, one, self.held[one.uuid]) for place, one in placed if not after or place < after][:count]

    def let_write(self, uuid: str) -> None:
        """Let a contact write, so that it moves to the top of the list."""
        self._conversations.move_up(uuid)

    def look(self, uuid: str, now_seconds: float) -> Look:
        """Return what an answer that is given now shows of a contact that is there."""
        self.ledger.note_shown(uuid, self.held[uuid])
        return Look(moment=self.ledger.moment(), seconds=now_seconds, contact=self.held[uuid])

    def described(self, look: Look, uuid: str) -> Mapping[str, object]:
        """Return a contact as an answer describes it."""
        return described(uuid, look.contact, leaves_out=self.leaves_out)

    def change(self, uuid: str, now_seconds: float, contact: Contact) -> None:
        """Let a person change a contact, if it is there."""
        self.carry_out(now_seconds)
        if found := self.held.get(uuid):
            self.ledger.note_person(uuid, found, contact)
            self.held[uuid] = contact
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
            key = _key(found)
            self.contacts[key] = [one for one in self.contacts[key] if one.uuid != uuid]
            if not self.contacts[key]:
                del self.contacts[key]

    def ours(self) -> frozenset[str]:
        """Return the keys that it has from us, or will have when all it was asked for is carried out."""
        made = {name for name, there in self.contacts.items() if any(one.uuid not in self.before for one in there)}
        coming = {_key(ticket.contact) for ticket in self._open}
        return frozenset(made | (coming - self.contacts.keys()))

    def key(self, uuid: str) -> str:
        """Return the key of a contact that is there, or was."""
        return _key(self.as_sent[uuid])

    def was_long_there(self, uuid: str) -> bool:
        """Tell whether a person made the contact so long before the first command that its `createdAt` tells."""
        return self.before.get(uuid, math.inf) < self.first_request_seconds - _UNCERTAIN_SECONDS

    def twice(self) -> list[str]:
        """Return the keys that stand there more than once."""
        return [key for key, there in self.contacts.items() if len(there) > 1]

    def _amend(self, amendment: Amendment) -> None:
        """Carry out a PATCH, unless its contact is gone."""
        amendment.is_done = True
        uuid, values = amendment.uuid, amendment.values
        if (found := self.held.get(uuid)) is None:
            return
        if amendment.is_undo:
            self.ledger.judge_undo(uuid, self.key(uuid), values, found, amendment.look)
        elif not self.may_replace:
            self.ledger.judge(uuid, self.key(uuid), values, found, amendment.look)
        amendment.after = self.held[uuid] = with_values(found, values)
        self.ledger.note_patch(uuid, values)
        self.patched.append(amendment)

    def _carry_out(self, ticket: Ticket) -> None:
        key = _key(ticket.contact)
        there = self.contacts.get(key)
        if there and self.duplicates is not Duplicates.SECOND:
            ticket.made = there[-1]
            return
        at = self.now(ticket.due_seconds)
        ticket.made = self._make(key, ticket.contact, at, ticket.due_seconds + self.lag_seconds)
        ticket.is_new = True

    def _make(self, key: str, contact: Contact, at: datetime, visible_seconds: float) -> RemoteContact:
        uuid, digits = f"uuid-{len(self._visible_seconds) + 1}", normalised(contact.identifier)
        shown = other_form(digits) if self.shows_other_form else digits
        made = RemoteContact(uuid=uuid, href=f"/{uuid}", identifier=shown, created_at=at)
        self._visible_seconds[uuid] = visible_seconds
        self.as_sent[uuid] = self.held[uuid] = contact
        self.contacts.setdefault(key, []).append(made)
        self.ledger.note_made(uuid, contact)
        return made


def _key(contact: Contact) -> str:
    return key_of(contact.identifier, contact.channel_uuid)
