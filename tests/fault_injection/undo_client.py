"""The network between an undo's pool and the server in virtual time; it sees what leaves, and judges every DELETE."""

import asyncio
from collections import Counter
from functools import partial
from random import Random

from importer.model.replies import Arrival, RemoteContact, Reply
from importer.model.rows import Contact
from tests.fault_injection.account import Account
from tests.fault_injection.client import HANG_SECONDS, NOT_FOUND, Network, now_seconds
from tests.fault_injection.faults import Commit, Fault, Weather
from tests.fault_injection.server import Server
from tests.fault_injection.tickets import Deletion
from tests.support.virtual_time import VirtualClock

_ANOTHER = "uuid-of-another"


class UndoNetwork(Network):
    """One undo's way to the server.

    Args:
        server: What is at the other end, and outlives the process.
        weather: How much goes wrong.
        chance: What exactly.
        clock: Ours.
        account: What it tells of whose token it is.
        created: The UUIDs that may be deleted: those that the run created.

    """

    def __init__(
        self,
        server: Server,
        weather: Weather,
        chance: Random,
        clock: VirtualClock,
        account: Account,
        created: frozenset[str],
    ) -> None:
        super().__init__(server, weather, chance, clock, account)
        self._created = created
        self._shown_seconds: dict[str, float] = {}
        self.asked: Counter[str] = Counter()
        """Requests about each contact, by UUID."""
        self.wrong: list[str] = []
        """DELETEs that should not have left."""

    async def _get(self, uuid: str) -> Reply:
        """GET a contact."""
        self.asked[uuid] += 1
        if self._is_stale(uuid):
            await asyncio.sleep(self._latency_seconds)
            return self._answer(NOT_FOUND)
        return await self._shown_or_not(uuid, self._weather.of_read(self._chance))

    async def _delete(self, uuid: str) -> Reply:
        """DELETE: what becomes of it at the server is settled when it leaves, as nothing can call it back."""
        self.asked[uuid] += 1
        self._judge(uuid)
        fault = self._weather.of_delete(self._chance)
        if fault and fault.reply.arrival is Arrival.NEVER:
            return fault.reply
        seconds, deletion = self._sent(partial(self._server.accept_deletion, uuid), fault)
        if fault and fault.commit is Commit.LATE:
            self._server.doubtful_deletions.add(uuid)
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            if deletion:
                self._server.given_up(now_seconds(), deletion)
            raise
        self._server.carry_out(now_seconds())
        return self._deleted(fault, deletion)

    async def _shown_or_not(self, uuid: str, fault: Fault | None) -> Reply:
        if fault and fault.reply.arrival is Arrival.NEVER:
            return fault.reply
        await asyncio.sleep(self._latency_seconds + (HANG_SECONDS if fault and fault.hangs else 0.0))
        if fault and fault.of_another:
            return self._shown(_ANOTHER, Contact(identifier="34999", source="whatsapp", name="Another"))
        if fault:
            return self._answer(fault.reply)
        found = self._server.show(uuid, now_seconds())
        if found is None:
            return self._answer(NOT_FOUND)
        self._shown_seconds[uuid] = now_seconds()
        return self._shown(uuid, found)

    def _deleted(self, fault: Fault | None, deletion: Deletion | None) -> Reply:
        if fault:
            return self._answer(fault.reply)
        if deletion is None or not deletion.found:
            return self._answer(NOT_FOUND)
        deleted = Reply(arrival=Arrival.ANSWERED, http_status=200, json={"status": "contact was destroyed"})
        return self._answer(deleted)

    def _judge(self, uuid: str) -> None:
        """Take note of a DELETE that no importer should send."""
        shown_seconds = self._shown_seconds.pop(uuid, None)
        if uuid not in self._created:
            self.wrong.append(f"{uuid} was to be deleted, which the run did not create")
        if uuid in self._server.before:
            self.wrong.append(f"{uuid} was to be deleted, which a person made")
        if uuid not in self._server.proved:
            self.wrong.append(f"{uuid} was to be deleted, and no answer to a POST had proved that the run made it")
        changed_seconds = self._server.changed_seconds.get(uuid, 0.0)
        # A person may change it between the GET and the DELETE: that nobody can know.
        if self._server.is_changed(uuid) and (shown_seconds is None or shown_seconds >= changed_seconds):
            self.wrong.append(f"{uuid} was to be deleted, and had been changed before it was last looked at")

    def _shown(self, uuid: str, contact: Contact) -> Reply:
        described = {
            "uuid": uuid,
            "name": contact.name,
            "phoneNumber": f"+{contact.identifier}",
            "tags": list(contact.tags),
            "customFields": dict(contact.custom_fields),
            "assignedUser": contact.assigned_user or None,
            "note": contact.note or None,
        }
        shown = RemoteContact(uuid=uuid, fields=described)
        return self._answer(Reply(arrival=Arrival.ANSWERED, http_status=200, contact=shown))
