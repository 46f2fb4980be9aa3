"""The network between an undo's pool and the server in virtual time; it sees what leaves, and judges every DELETE."""

import asyncio
from collections.abc import Mapping
from functools import partial

from importer.model.changes import ContactChange, FieldValue
from importer.model.replies import Arrival, Reply
from tests.fault_injection.account import Account
from tests.fault_injection.client import Network
from tests.fault_injection.faults import Commit, Fault, Weather
from tests.fault_injection.fields import with_value
from tests.fault_injection.people import People
from tests.fault_injection.tickets import Deletion
from tests.fault_injection.wire import NOT_FOUND, now_seconds
from tests.support.virtual_time import VirtualClock


class UndoNetwork(Network):
    """One undo's way to the server.

    Args:
        weather: How much goes wrong.
        clock: Ours.
        account: What it tells of whose token it is.
        people: Who may change what is shown, at a server that outlives the process.
        created: The UUIDs that may be deleted: those that the run created.
        changes: What the run changed in others, by UUID: this alone may be given back.

    """

    is_undo = True

    def __init__(
        self,
        weather: Weather,
        clock: VirtualClock,
        account: Account,
        people: People,
        created: frozenset[str],
        changes: Mapping[str, ContactChange],
    ) -> None:
        super().__init__(weather, clock, account, people)
        self._created = created
        self._changes = changes

    async def _delete(self, uuid: str) -> Reply:
        """DELETE: what becomes of it at the server is settled when it leaves, as nothing can call it back."""
        self.asked[uuid] += 1
        self._judge(uuid)
        fault = self._weather.of_known(self._chance)
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

    async def _patch(self, uuid: str, values: Mapping[str, FieldValue]) -> Reply:
        """PATCH: it gives back what the run changed, and nothing else."""
        ours = self._changes.get(uuid)
        if ours is None or not values.keys() <= ours.after.keys():
            self.wrong.append(f"{uuid} was to be given {values}, which the run did not change")
        elif any(value != ours.before.get(name, value) for name, value in values.items()):
            self.wrong.append(f"{uuid} was to be given {values}, and it had {ours.before}")
        return await super()._patch(uuid, values)

    def _deleted(self, fault: Fault | None, deletion: Deletion | None) -> Reply:
        if fault:
            return self._answer(fault.reply)
        if deletion is None or not deletion.found:
            return self._answer(NOT_FOUND)
        deleted = Reply(arrival=Arrival.ANSWERED, http_status=200, json={"status": "contact was destroyed"})
        return self._answer(deleted)

    def _judge(self, uuid: str) -> None:
        """Take note of a DELETE that no importer should send."""
        look = self._looks.pop(uuid, None)
        if uuid not in self._created:
            self.wrong.append(f"{uuid} was to be deleted, which the run did not create")
        if uuid in self._server.before:
            self.wrong.append(f"{uuid} was to be deleted, which a person made")
        if uuid not in self._server.proved:
            self.wrong.append(f"{uuid} was to be deleted, and no answer to a POST had proved that the run made it")
        # A person may change it between the GET and the DELETE, or clear what is then left out: that nobody can know.
        sent = self._server.as_sent.get(uuid)
        if look and sent and self._server.leaves_out and not look.contact.note:
            sent = with_value(sent, "note", "")
        if self._server.is_changed(uuid) and (look is None or look.contact != sent):
            self.wrong.append(f"{uuid} was to be deleted, and had been changed before it was last looked at")
