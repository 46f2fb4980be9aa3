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

from importer.model.changes import ContactChange
from importer.model.deletion import Deletion, Fate
from importer.model.journal_rows import Pending
from importer.model.policy import Policy, backoff_seconds
from importer.model.replies import Arrival, Reply
from importer.model.requests import Request, delete_contact, get_contact
from importer.model.rows import Contact
from importer.worker_pool.circuit_breaker import stop_for
from importer.worker_pool.contact_changes import changes
from importer.worker_pool.operation import AskToken, Final, NextStep, SendLater, SendNow

_NOT_FOUND = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """Ask how the contact stands, and compare it with what was sent."""

    uuid: str
    sent: Contact
    """What POST /contacts was given."""
    failures: int = 0
    """Requests that got no clear answer."""
    not_found_count: int = 0
    """GETs that said "not found" since one showed the contact."""
    may_be_deleted: bool = False
    """Whether a DELETE may have arrived."""


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
    if reply.http_status in _NOT_FOUND:
        return _missed(reply, step, policy, jitter)
    if decided := _settled(reply, step, policy):
        return decided
    if reply.http_status != HTTPStatus.OK or reply.contact is None:
        return _again(reply, step, policy, jitter)
    if reply.contact.uuid != step.uuid:
        return Final(outcome=_failed("The service answered with another contact.", reply, step))
    if changed := changes(step.sent, reply.contact.fields):
        reason = f"Kept: not as it was sent any more ({', '.join(changed)})."
        return Final(outcome=Deletion(status=Fate.CHANGED, reason=reason, http_status=reply.http_status))
    return SendNow(step=Delete(compare=replace(step, not_found_count=0)))


def after_delete(reply: Reply, step: Compare, policy: Policy, jitter: float) -> DeleteDecision:
    """Decide what follows from the reply to DELETE /contacts/:uuid; the arguments are those of `after_get`."""
    if reply.is_proxy_page:
        return _again(reply, replace(step, may_be_deleted=True), policy, jitter)
    if reply.http_status in _NOT_FOUND:
        return _gone(reply)
    if decided := _settled(reply, step, policy):
        return decided
    if _says_deleted(reply):
        return Final(outcome=Deletion(status=Fate.DELETED, http_status=reply.http_status))
    may_be_deleted = step.may_be_deleted or reply.arrival is not Arrival.NEVER
    return _again(reply, replace(step, may_be_deleted=may_be_deleted), policy, jitter)


def _settled(reply: Reply, step: Compare, policy: Policy) -> DeleteDecision | None:
    """Return what follows from the status alone; None where the answer itself, or another request, must tell."""
    if stop := stop_for(reply, policy):
        return stop
    refused = _failed(f"The service refused: {reply.message or f'status {reply.http_status}'}", reply, step)
    match reply.http_status:
        case 403:
            return AskToken(otherwise=refused)
        case 429:
            return SendLater(step=step)
        case int(status) if 400 <= status < 500 and status != 408:  # noqa: PLR2004 - HTTP's numbers
            return Final(outcome=refused)
        case _:
            return None


def _missed(reply: Reply, step: Compare, policy: Policy, jitter: float) -> DeleteDecision:
    if reply.is_proxy_page:
        return _again(reply, step, policy, jitter)
    if step.not_found_count:
        return _gone(reply)
    return SendLater(step=replace(step, not_found_count=1), wait_seconds=policy.not_found_gap_seconds)


def _gone(reply: Reply) -> Final[Deletion]:
    reason = "It was not there any more."
    return Final(outcome=Deletion(status=Fate.GONE, reason=reason, http_status=reply.http_status))


def _failed(reason: str, reply: Reply, step: Compare) -> Deletion:
    known = "It may be deleted or not. " if step.may_be_deleted else ""
    return Deletion(status=Fate.FAILED, reason=f"{known}{reason}", http_status=reply.http_status)


def _again(reply: Reply, step: Compare, policy: Policy, jitter: float) -> DeleteDecision:
    failed = replace(step, failures=step.failures + 1)
    if failed.failures >= policy.most_attempts:
        what = "It may be deleted or not" if failed.may_be_deleted else "It was left as it is"
        said = reply.message or "what came was not the service's answer"
        reason = f"{what}: no clear answer came {failed.failures} times ({said})."
        return Final(outcome=Deletion(status=Fate.FAILED, reason=reason, http_status=reply.http_status))
    wait_seconds = backoff_seconds(failed.failures, policy.backoff_cap_seconds, jitter)
    return SendLater(step=failed, wait_seconds=wait_seconds, is_retry=True)


def _says_deleted(reply: Reply) -> bool:
    """Tell whether the service itself says so; a log-in page answers 200 too, but not with its JSON."""
    is_success = 200 <= (reply.http_status or 0) < 300  # noqa: PLR2004 - HTTP's numbers
    is_its_json = isinstance(reply.json, Mapping) and "status" in reply.json
    return reply.http_status == HTTPStatus.NO_CONTENT or (is_success and is_its_json)
