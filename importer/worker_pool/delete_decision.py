"""Whether a contact that a run created is to be deleted, and what a reply to that says. Pure.

    GET 200, as it was sent ................. DeleteNow          DELETE 2xx that says so ..... Done(deleted)
    GET 200, changed since .................. Done(changed)      DELETE 404 .................. Done(gone)
    GET 404, twice .......................... Done(gone)         DELETE without a clear answer  ReadIn: GET tells
    refused ................................. Done(failed)       429 ......................... ReadIn
    403 ..................................... AskToken           token refused, redirected ... Stop

A DELETE is idempotent (RFC 9110, section 9.2.2), so it may be sent again once a GET has said that the contact is still
there; that GET also finds what was changed meanwhile. One 404 to a GET may come from a copy of the service that lags
behind, and who believed it would create the contact a second time: two are needed, some seconds apart and with none in
between that shows it, also after a DELETE that got no clear answer. A 404 to a DELETE is the service's own last word.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from importer.model.deletion import Fate, Removal
from importer.model.policy import Policy, backoff_seconds
from importer.model.replies import Arrival, Reply
from importer.model.stop import Stop
from importer.worker_pool.contact_changes import changes
from importer.worker_pool.stop_decision import stop_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What was done so far to delete one contact."""

    failures: int = 0
    """Requests that got no clear answer."""
    missed: int = 0
    """GETs that said "not there" since one showed the contact."""
    sent: bool = False
    """Whether a DELETE may have arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The last word on the contact."""

    fate: Fate
    reason: str = ""
    http_status: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadIn:
    """Ask after a while how the contact stands."""

    wait_seconds: float
    course: Course


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteNow:
    """It is as it was sent: delete it."""

    course: Course


@dataclass(frozen=True, slots=True, kw_only=True)
class AskToken:
    """Ask whether the token is still good; if it is, this is the last word on the contact."""

    otherwise: Done


Decision = Done | ReadIn | DeleteNow | AskToken | Stop


def after_read(reply: Reply, body: object, removal: Removal, course: Course, policy: Policy, jitter: float) -> Decision:
    """Decide what to do after the reply to GET /contacts/:uuid.

    Args:
        reply: What it got.
        body: The JSON value of its body.
        removal: The contact.
        course: What was done for it before.
        policy: How patient to be.
        jitter: From 0.0 to 1.0.

    """
    if reply.http_status in (404, 410):
        return _missed(reply, course, policy)
    if decided := _settled(reply, policy, course):
        return decided
    found = _contact(body) if reply.http_status == 200 else None  # noqa: PLR2004 - HTTP's number
    if found is None or reply.contact is None:
        return _again(reply, course, policy, jitter)
    if reply.contact.uuid != removal.uuid:
        return _failed("The service answered with another contact.", reply, course)
    if changed := changes(removal.sent, found):
        reason = f"Kept: not as it was sent any more ({', '.join(changed)})."
        return Done(fate=Fate.CHANGED, reason=reason, http_status=200)
    return DeleteNow(course=replace(course, missed=0))


def after_delete(reply: Reply, body: object, course: Course, policy: Policy, jitter: float) -> Decision:
    """Decide what to do after the reply to DELETE /contacts/:uuid; the arguments are those of `after_read`."""
    if reply.http_status in (404, 410):
        return _gone(reply)
    if decided := _settled(reply, policy, course):
        return decided
    # A log-in page answers 200 too: only the service's own JSON says that the contact is deleted.
    if reply.http_status == 204 or (_is_success(reply) and isinstance(body, Mapping) and "status" in body):  # noqa: PLR2004 - HTTP's number
        return Done(fate=Fate.DELETED, http_status=reply.http_status)
    sent = course.sent or reply.arrival is not Arrival.NEVER
    return _again(reply, replace(course, sent=sent), policy, jitter)


def _settled(reply: Reply, policy: Policy, course: Course) -> Decision | None:
    """Return what follows from the status alone; None where the answer itself, or another request, must tell."""
    if stop := stop_for(reply, policy):
        return stop
    refused = _failed(f"The service refused: {reply.message or f'status {reply.http_status}'}", reply, course)
    match reply.http_status:
        case 403:
            return AskToken(otherwise=refused)
        case 429:
            return ReadIn(wait_seconds=0.0, course=course)
        case int(status) if 400 <= status < 500 and status != 408:  # noqa: PLR2004 - HTTP's numbers
            return refused
        case _:
            return None


def _missed(reply: Reply, course: Course, policy: Policy) -> Decision:
    if course.missed:
        return _gone(reply)
    return ReadIn(wait_seconds=policy.witness_gap_seconds, course=replace(course, missed=1))


def _gone(reply: Reply) -> Done:
    return Done(fate=Fate.GONE, reason="It was not there any more.", http_status=reply.http_status)


def _failed(reason: str, reply: Reply, course: Course) -> Done:
    known = "It may be deleted or not. " if course.sent else ""
    return Done(fate=Fate.FAILED, reason=f"{known}{reason}", http_status=reply.http_status)


def _again(reply: Reply, course: Course, policy: Policy, jitter: float) -> Decision:
    failed = replace(course, failures=course.failures + 1)
    if failed.failures >= policy.most_attempts:
        what = "It may be deleted or not" if failed.sent else "It was left as it is"
        said = reply.message or "what came was not the service's answer"
        reason = f"{what}: no clear answer came {failed.failures} times ({said})."
        return Done(fate=Fate.FAILED, reason=reason, http_status=reply.http_status)
    wait_seconds = backoff_seconds(failed.failures, policy.backoff_cap_seconds, jitter)
    return ReadIn(wait_seconds=wait_seconds, course=failed)


def _is_success(reply: Reply) -> bool:
    return 200 <= (reply.http_status or 0) < 300  # noqa: PLR2004 - HTTP's numbers


def _contact(body: object) -> Mapping[str, object] | None:
    """Return the contact in `{"contact": [{...}]}` or `{"contact": {...}}`."""
    found = body.get("contact") if isinstance(body, Mapping) else None
    if isinstance(found, list):
        found = found[0] if found else None
    return found if isinstance(found, Mapping) else None
