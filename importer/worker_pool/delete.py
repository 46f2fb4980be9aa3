"""The operation that deletes what a run created: GET, compare, and DELETE only what is as it was sent. Pure.

    GET 200, as it was sent ...... Delete at once        DELETE 2xx that says so ........... Final(deleted)
    GET 200, changed since ....... Final(changed)        DELETE 404 ........................ Final(gone)
    GET 404, twice ............... Final(gone)           DELETE without a clear answer ..... Compare, after a backoff
    refused ...................... Final(failed)         429 ............................... Compare
    403 .......................... AskToken              token refused, redirected ......... Stop

A DELETE is idempotent (RFC 9110, section 9.2.2), so it may be sent again once a GET has said that the contact is still
there; that GET also finds what was changed meanwhile. One 404 to a GET may come from a copy of the service that lags
behind, and believing it would create the contact a second time: two are needed, some seconds apart and with none in
between that shows it, also after a DELETE that got no clear answer. A 404 to a DELETE is the service's own last word;
a proxy's page is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import ClassVar

from importer.model.changes import ContactChange
from importer.model.deletion import Deletion, Fate
from importer.model.journal_rows import Pending
from importer.model.policy import Policy
from importer.model.replies import Arrival, RemoteContact, Reply
from importer.model.requests import Request, delete_contact, get_contact
from importer.model.rows import Contact
from importer.worker_pool.contact_changes import changes
from importer.worker_pool.operation import Final, NextStep, SendLater, SendNow
from importer.worker_pool.reply_status import NOT_FOUND
from importer.worker_pool.undo_replies import UndoStep, ask_again, not_there, seen_contact, status_decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(UndoStep):
    """Ask how the contact stands, and compare it with what was sent."""

    doubt: ClassVar[str] = "It may be deleted or not"

    sent: Contact
    """What POST /contacts was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """Delete the contact, which was just seen as it was sent."""

    compare: Compare
    """What was done before, to go on with where the DELETE gets no clear answer."""


DeleteStep = Compare | Delete
DeleteDecision = NextStep[DeleteStep, Deletion]


class DeleteOperation:
    """Deletes the contact of each row, unless it was changed.

    Args:
        policy: The retry and timeout policy.

    """

    pending = Fate.UNSENT

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def first_step(self, row: Pending, now: datetime, run_seconds: float) -> DeleteDecision:  # noqa: ARG002 - the protocol's
        """GET it: it may have been changed, or deleted, by anybody."""
        return SendLater(step=Compare(uuid=row.uuid, sent=row.contact))

    def request(self, step: DeleteStep) -> Request:
        """Return the step's GET or DELETE."""
        return get_contact(step.uuid) if isinstance(step, Compare) else delete_contact(step.compare.uuid)

    def intent(self, step: DeleteStep) -> ContactChange | None:  # noqa: ARG002 - the protocol's
        """Return None: it changes no contact."""
        return None

    def decide(self, step: DeleteStep, reply: Reply, jitter: float) -> DeleteDecision:
        """Return what follows from the reply, as the table above has it."""
        if isinstance(step, Compare):
            return after_get(reply, step, self._policy, jitter)
        return after_delete(reply, step.compare, self._policy, jitter)

    def self_test_step(self) -> DeleteStep | None:
        """Return None: nothing is tested."""
        return None

    def give_back(self, step: DeleteStep, *, is_in_flight: bool) -> Deletion | None:  # noqa: ARG002 - the protocol's
        """Return None: the journal has it in flight, so the next undo asks how it stands."""
        return None


def after_get(reply: Reply, step: Compare, policy: Policy, jitter: float) -> DeleteDecision:
    """Decide what follows from the reply to GET /contacts/:uuid.

    Args:
        reply: What it got.
        step: Whose request it was.
        policy: The retry and timeout policy.
        jitter: From 0.0 to 1.0.

    """
    found = seen_contact(reply, step, policy, jitter)
    if not isinstance(found, RemoteContact):
        return found
    if changed := changes(step.sent, found.fields):
        reason = f"Kept: not as it was sent any more ({', '.join(changed)})."
        return Final(outcome=Deletion(status=Fate.CHANGED, reason=reason, http_status=reply.http_status))
    compare = replace(step, not_found_count=0)
    return SendNow(step=Delete(compare=compare), instead=compare)


def after_delete(reply: Reply, step: Compare, policy: Policy, jitter: float) -> DeleteDecision:
    """Decide what follows from the reply to DELETE /contacts/:uuid; the arguments are those of `after_get`."""
    if reply.is_proxy_page:
        return ask_again(reply, replace(step, in_doubt=True), policy, jitter)
    if reply.http_status in NOT_FOUND:
        return not_there(reply)
    if decided := status_decision(reply, step, policy):
        return decided
    if _says_deleted(reply):
        return Final(outcome=Deletion(status=Fate.DELETED, http_status=reply.http_status))
    in_doubt = step.in_doubt or reply.arrival is not Arrival.NEVER
    return ask_again(reply, replace(step, in_doubt=in_doubt), policy, jitter)


def _says_deleted(reply: Reply) -> bool:
    """Tell whether the service itself says so; a log-in page answers 200 too, but not with its JSON."""
    is_success = 200 <= (reply.http_status or 0) < 300  # noqa: PLR2004 - HTTP's numbers
    is_its_json = isinstance(reply.json, Mapping) and "status" in reply.json
    return reply.http_status == HTTPStatus.NO_CONTENT or (is_success and is_its_json)
