"""The retry decision of an update: what follows from a reply to the GET or the PATCH of a contact. Pure.

    GET 200, the sheet changed something ... Patch at once       PATCH 2xx that shows it ...... Final(updated)
    GET 200, nothing to change ............. Final(exists, or    PATCH 404 .................... GetContact, after a gap
                                             updated before)     PATCH refused (4xx) .......... Final(failed)
    GET 404, twice ......................... Deleted             PATCH surely never arrived ... GetContact, after a
                                                                                                backoff, six times
    GET refused (4xx) ...................... Final(failed)       anything else: it may have
    GET without a clear answer, ten times .. Final(failed)       arrived ...................... GetContact, after the
    429 .................................... GetContact                                         settle time, six times
    403 .................................... AskToken            token refused, redirected .... Stop

Each PATCH goes by a GET that came just before it, for there is no ETag: what a person changes in between is replaced.
A PATCH sets values, so the same one may arrive twice (RFC 9110, section 9.2.2, needs no more to repeat it); after a
doubt the contact is read and merged again with the same base, and what has arrived is then no change any more. Where a
PATCH may have arrived and nobody can say so, the row is `in_doubt`, whatever ends it.

One "not found" may come from a copy of the service that lags behind: two are needed, some seconds apart, and a proxy's
page is none. An update is never POSTed because of doubt, only where `--gone recreate` asks for it: what follows from
`Deleted` is the other operation's.

An operation that also creates uses these functions: it begins with `first_update_step`, or hands the reply of a look-up
that found the contact to `after_get_contact`; it sends what `update_request` returns, has `update_intent` written down
before, and asks `give_back_update` where the pool stops.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from types import MappingProxyType

from importer.model.changes import ContactChange, FieldValue, joined
from importer.model.journal_rows import Pending
from importer.model.policy import Policy, backoff_seconds
from importer.model.replies import Arrival, Outcome, RemoteContact, Reply, gone_outcome
from importer.model.requests import Request, get_contact, patch_contact
from importer.model.rows import Contact, Status
from importer.worker_pool.contact_changes import is_confirmed
from importer.worker_pool.create_outcomes import CUT_OFF, Attempt, in_doubt, rejected
from importer.worker_pool.merge import Merge, merge
from importer.worker_pool.operation import Final, NextStep, SendLater, SendNow
from importer.worker_pool.reply_status import after_status, is_missing
from importer.worker_pool.update_outcomes import merged, update_failed, update_in_doubt

_CUT_OFF = "the run was cut off"


@dataclass(frozen=True, slots=True, kw_only=True)
class GetContact:
    """Ask how the contact stands, to merge the row with it."""

    uuid: str
    contact: Contact
    """What the sheet says now."""
    base: Contact | None = None
    """What it said when the contact was last sent; None: a first meeting."""
    doubts: tuple[ContactChange, ...] = ()
    """What requests of earlier runs that may have arrived were to set."""
    look_ups: int = 0
    """GETs in a row that got no clear answer."""
    not_found_count: int = 0
    """Requests that said "not found" since a GET showed the contact."""
    patches: int = 0
    """PATCHes that did not settle the row, those refused by the rate limit aside."""
    doubted: ContactChange | None = None
    """What PATCHes of this run that may have arrived were to change."""
    posted: Attempt | None = None
    """The POST of this run that may have made it, before it was found; None: there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """Change the contact, which was just seen."""

    get: GetContact
    """What was done before, to go on with where the PATCH does not settle the row."""
    merge: Merge
    found: RemoteContact
    """The contact as it was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """The contact was deleted in Callbell."""

    get: GetContact
    """By which it was asked for."""
    http_status: int | None


UpdateStep = GetContact | Patch
UpdateDecision = NextStep[UpdateStep, Outcome]


def first_update_step(row: Pending, run_seconds: float, policy: Policy) -> SendLater[UpdateStep]:
    """Return how to begin with a row whose contact is in Callbell: GET it.

    Where an earlier run's PATCH may have arrived, the service may still be working on it: what is PATCHed before it is
    done would be lost. Nobody knows how long ago that run was, for clocks are set.

    Args:
        row: That was claimed.
        run_seconds: How long this run has lasted.
        policy: With the time that the service has for it.

    """
    wait_seconds = max(0.0, policy.settle_seconds - run_seconds) if any(doubt.uuid for doubt in row.doubts) else 0.0
    step = GetContact(uuid=row.uuid, contact=row.contact, base=row.base, doubts=row.doubts)
    return SendLater(step=step, wait_seconds=wait_seconds)


def update_request(step: UpdateStep) -> Request:
    """Return the step's GET or PATCH."""
    return patch_contact(step.merge.change) if isinstance(step, Patch) else get_contact(step.uuid)


def update_intent(step: UpdateStep) -> ContactChange | None:
    """Return all that this PATCH, and those before it that may have arrived, change; None for a GET."""
    if not isinstance(step, Patch):
        return None
    change, doubted = step.merge.change, step.get.doubted
    return joined(doubted, change) if doubted else change


def after_get_contact(reply: Reply, step: GetContact, policy: Policy, jitter: float) -> UpdateDecision | Deleted:
    """Decide what follows from the reply to GET /contacts/:uuid, or to a look-up that found the contact.

    Args:
        reply: What it got.
        step: Whose request it was.
        policy: The retry and timeout policy, and whose value stays in a conflict.
        jitter: From 0.0 to 1.0.

    """
    if is_missing(reply):
        return _missed(reply, step, policy)
    refused = _unknown(step, "look_up_refused", f"The service refused to show it: {_said(reply)}", reply)
    if decided := after_status(reply, policy, refused=refused, again=step):
        return decided
    if reply.http_status != HTTPStatus.OK or reply.contact is None:
        return _ask_again(reply, step, policy, jitter)
    if reply.contact.uuid != step.uuid:
        return Final(outcome=_unknown(step, "another_contact", "The service answered with another contact.", reply))
    return _merged(reply.contact, reply, step, policy)


def after_patch(reply: Reply, step: Patch, policy: Policy, jitter: float) -> UpdateDecision:
    """Decide what follows from the reply to PATCH /contacts/:uuid; the arguments are those of `after_get_contact`."""
    sent = replace(step.get, patches=step.get.patches + 1)
    if is_missing(reply):
        return _patch_again(reply, replace(sent, not_found_count=1), policy, policy.not_found_gap_seconds)
    refused = replace(rejected(reply), uuid=sent.uuid)
    if decided := after_status(reply, policy, refused=refused, again=step.get):
        return decided
    if reply.arrival is Arrival.NEVER:
        wait_seconds = backoff_seconds(sent.patches, policy.backoff_cap_seconds, jitter)
        return _patch_again(reply, sent, policy, wait_seconds)
    if is_confirmed(step.merge.change, reply.contact):
        return Final(outcome=updated(step, reply.http_status))
    return _patch_again(reply, replace(sent, doubted=update_intent(step)), policy, policy.settle_seconds)


def updated(step: Patch, http_status: int | None = None) -> Outcome:
    """Return the outcome of a row whose PATCH was confirmed, or, in a dry run, would be sent."""
    return merged(step.merge, step.found, http_status, _changed(step.merge, step.get.doubted))


def give_back_update(step: UpdateStep, *, is_in_flight: bool) -> Outcome:
    """Leave the row pending where nothing can have arrived, else in doubt.

    Args:
        step: The row's next step, or the one whose reply is not waited for.
        is_in_flight: Whether its request has left.

    """
    get = step.get if isinstance(step, Patch) else step
    change = update_intent(step) if is_in_flight and isinstance(step, Patch) else get.doubted
    if change is None:
        return in_doubt(get.posted, CUT_OFF) if get.posted else Outcome(status=Status.PENDING)
    return update_in_doubt(get.uuid, None, _CUT_OFF, change.after)


def _merged(found: RemoteContact, reply: Reply, step: GetContact, policy: Policy) -> UpdateDecision:
    """Decide what follows from the contact as it is now."""
    result = merge(step.contact, step.base, found, policy, step.doubts)
    if result.change.after:
        get = replace(step, look_ups=0, not_found_count=0)
        return SendNow(step=Patch(get=get, merge=result, found=found), instead=get)
    changed = _changed(result, step.doubted)
    return Final(outcome=merged(result, found, reply.http_status, changed))


def _changed(result: Merge, doubted: ContactChange | None) -> list[str]:
    """Return the fields that are PATCHed: those that arrived in spite of a doubt are no change any more."""
    left = {conflict.field for conflict in result.conflicts} | {*result.differs}
    return [name for name in _both(doubted.after if doubted else {}, result.change.after) if name not in left]


def _missed(reply: Reply, step: GetContact, policy: Policy) -> UpdateDecision | Deleted:
    if not step.not_found_count:
        return SendLater(step=replace(step, not_found_count=1), wait_seconds=policy.not_found_gap_seconds)
    return Deleted(get=step, http_status=reply.http_status)


def _ask_again(reply: Reply, step: GetContact, policy: Policy, jitter: float) -> UpdateDecision:
    asked = replace(step, look_ups=step.look_ups + 1)
    if asked.look_ups >= policy.most_look_ups:
        reason = f"Callbell did not say how it stands, so nothing was changed: {_said(reply)}."
        return Final(outcome=_unknown(asked, "not_asked", reason, reply))
    wait_seconds = backoff_seconds(asked.look_ups, policy.backoff_cap_seconds, jitter)
    return SendLater(step=asked, wait_seconds=wait_seconds)


def _patch_again(reply: Reply, sent: GetContact, policy: Policy, wait_seconds: float) -> UpdateDecision:
    """Read the contact again before it is PATCHed again, unless it was PATCHed as often as the policy allows."""
    if sent.patches < policy.most_attempts:
        return SendLater(step=sent, wait_seconds=wait_seconds, is_retry=True)
    if sent.not_found_count:
        return Final(outcome=gone_outcome(sent.uuid, reply.http_status))
    reason = f"The service could not be reached {sent.patches} times, so nothing was changed: {_said(reply)}."
    return Final(outcome=_unknown(sent, "unreachable", reason, reply))


def _unknown(step: GetContact, code: str, reason: str, reply: Reply) -> Outcome:
    """Return the outcome of a row that ends without a clear answer: in doubt where a PATCH may have arrived."""
    if step.doubted is not None:
        return update_in_doubt(step.uuid, reply.http_status, _said(reply), step.doubted.after)
    return update_failed(step.uuid, code, reason, reply.http_status)


def _said(reply: Reply) -> str:
    return reply.message or f"status {reply.http_status}"


def _both(one: Mapping[str, FieldValue], other: Mapping[str, FieldValue]) -> Mapping[str, FieldValue]:
    return MappingProxyType({**one, **other})
