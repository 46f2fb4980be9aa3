"""Asking before sending: a look-up of each row's contact before its POST, in both forms of its number. Pure.

    look-up finds it .......................................... Final(exists)
    look-up 404 ............................................... AskFirst in the number's other form; then Post at once
    look-up 429 ............................................... AskFirst again, whatever the number of times
    look-up refused (another 4xx) ............................. Final(failed, look_up_refused)
    look-up 403 ............................................... AskToken
    no clear answer, another number's contact, a proxy's 404 .. AskFirst after a backoff, ten times: Final(failed,
                                                                not_asked)
    instead of a deleted contact, as long as none is to be made
    again: 404, or the deleted one, which lags behind ......... AskFirst in the number's other form; then Final(gone)
    token refused, redirected ................................. Stop

A 404 is believed at once here, other than for a row in doubt: nobody has just made this contact, so that no copy of the
service can lag behind with it. Until the POST nothing was sent, so whatever happens before it is no doubt.
"""

from dataclasses import dataclass, replace
from http import HTTPStatus

from importer.model.journal_rows import Pending, Presence
from importer.model.policy import Existing, Gone, Policy, backoff_seconds
from importer.model.replies import Outcome, RemoteContact, Reply, gone_outcome
from importer.model.requests import Request, can_be_asked, find_contact, other_number
from importer.model.rows import Status
from importer.worker_pool.create_outcomes import Attempt, exists
from importer.worker_pool.operation import Final, NextStep, SendLater, SendNow
from importer.worker_pool.reply_status import after_status
from importer.worker_pool.retry_decision import Post, is_another

_NOT_ASKED = "Callbell did not say whether it is there, so it was not sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskFirst:
    """Ask whether the contact is there, before it is created."""

    attempt: Attempt
    """With which it is created if it is not there."""
    in_other_form: bool = False
    """Whether the other form of its number is asked for."""
    failures: int = 0
    """Look-ups in a row that got no clear answer."""


AskDecision = NextStep[AskFirst | Post, Outcome]


def needs_asking(row: Pending, policy: Policy) -> bool:
    """Tell whether a claimed row's contact is to be looked up before it is created."""
    return policy.existing is not Existing.CREATE and row.presence is Presence.UNKNOWN and can_be_asked(row.contact)


def ask_request(step: AskFirst) -> Request:
    """Return the look-up that the step makes."""
    return find_contact(step.attempt.contact, in_other_form=step.in_other_form)


def after_ask(reply: Reply, step: AskFirst, policy: Policy, jitter: float) -> AskDecision:
    """Decide what follows from the reply to a look-up that is made before a POST.

    Args:
        reply: What it got.
        step: Whose request it was.
        policy: The retry and timeout policy.
        jitter: From 0.0 to 1.0.

    """
    if (reply.http_status == HTTPStatus.NOT_FOUND and not reply.is_proxy_page) or _lags_behind(reply, step, policy):
        return _not_there(reply, step, policy)
    if decided := after_status(reply, policy, again=step, refused=_refused(reply)):
        return decided
    if reply.http_status == HTTPStatus.OK and reply.contact is not None and _is_meant(reply.contact, step):
        return Final(outcome=exists(reply.http_status, reply.contact.uuid, reply.contact.href))
    return _ask_again(reply, step, policy, jitter)


def _is_meant(found: RemoteContact, step: AskFirst) -> bool:
    """Tell whether it is the row's contact; a look-up that shows the one that was deleted lags behind."""
    return found.uuid != step.attempt.gone_uuid and not is_another(found, step.attempt.contact)


def _lags_behind(reply: Reply, step: AskFirst, policy: Policy) -> bool:
    """Tell whether a look-up shows the contact that was deleted, where nothing depends on a better answer."""
    found = reply.contact if reply.http_status == HTTPStatus.OK else None
    return found is not None and found.uuid == step.attempt.gone_uuid and policy.gone is Gone.REPORT


def _not_there(reply: Reply, step: AskFirst, policy: Policy) -> AskDecision:
    """Go on with the number's other form, or create it: what was just said must still hold."""
    if other_number(step.attempt.contact) and not step.in_other_form:
        return SendNow(step=replace(step, in_other_form=True, failures=0))
    if step.attempt.gone_uuid and policy.gone is Gone.REPORT:
        return Final(outcome=gone_outcome(step.attempt.gone_uuid, reply.http_status))
    return SendNow(step=Post(attempt=step.attempt), instead=replace(step, in_other_form=False, failures=0))


def _ask_again(reply: Reply, step: AskFirst, policy: Policy, jitter: float) -> AskDecision:
    failed = replace(step, failures=step.failures + 1)
    if failed.failures >= policy.most_look_ups:
        said = reply.message or "what came was not the service's answer"
        return Final(outcome=_failed(reply, "not_asked", f"{_NOT_ASKED}: {said}."))
    wait_seconds = backoff_seconds(failed.failures, policy.backoff_cap_seconds, jitter)
    return SendLater(step=failed, wait_seconds=wait_seconds, is_retry=True)


def _refused(reply: Reply) -> Outcome:
    said = reply.message or f"status {reply.http_status}, without a reason"
    return _failed(reply, "look_up_refused", f"The service refused to say whether it is there: {said}")


def _failed(reply: Reply, code: str, reason: str) -> Outcome:
    return Outcome(status=Status.FAILED, http_status=reply.http_status, code=code, reason=reason)
