"""The retry decision of a create: what follows from a reply (status, timeout, 429) to a POST or a look-up. Pure.

    POST answered 2xx with a uuid ............................. Final(created | exists)
    POST answered 2xx with another number's contact ........... LookUp after the settle time; not there: Final(in_doubt)
    POST 409, or another 4xx that says "exists" ............... LookUp at once; not there: once more after the settle
                                                                time; not there again: Final(failed)
    POST refused (400, 413, 415, 422) ......................... Final(failed)
    POST 429 .................................................. Post again, whatever the number of times
    POST surely never arrived ................................. Post again after a backoff, six times
    POST 403 .................................................. AskToken
    token refused, redirected, no such endpoint ............... Stop
    anything else: it may have arrived ........................ LookUp after the settle time
    look-up finds it .......................................... Final(created | exists)
    look-up 404 ............................................... LookUp in the number's other form, if it has one
    look-up 404 in each form, twice ........................... Post again; not allowed, or blind: Final(in_doubt)
    look-up without a clear answer ............................ LookUp after a backoff, ten times: Final(in_doubt)
    an earlier run left it in doubt ........................... LookUp after the settle time, from this run's start
    an earlier run was refused with a 4xx ..................... LookUp at once; not there, twice: Post

Ours without doubt, so that `undo` may delete it, is only a contact that the answer to our own POST named: with a 201,
or with a `createdAt` that by that answer's `Date` lies after the request left. A look-up proves nothing of the kind: in
the meantime anybody may have made the contact by hand.

A POST is not idempotent and the service knows no idempotency key. RFC 9110, section 9.2.2, lets a client repeat such a
request only if it can find out that the first one was never applied; so the default is *may have arrived*, and only
what is listed may say otherwise. What a 429 does to the rate is in `adaptive_rate`; deletes have `delete_decision`.
"""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from typing import assert_never

from importer.model.phone_forms import is_same_number
from importer.model.policy import Ambiguous, Policy, backoff_seconds
from importer.model.replies import Arrival, Outcome, RemoteContact, Reply
from importer.model.requests import can_be_asked, digits_only, other_number
from importer.model.rows import Contact, Status
from importer.worker_pool.circuit_breaker import stop_for
from importer.worker_pool.create_outcomes import Attempt, exists, given_up, in_doubt, not_shown, rejected
from importer.worker_pool.operation import AskToken, Final, NextStep, SendLater

_REFUSED = frozenset({400, 413, 415, 422})
_CREATED_AT_RESOLUTION_SECONDS = 1.0
"""A `createdAt` may be in whole seconds, and so be that much before the request left whose contact it is."""
_SAYS_EXISTS = re.compile(r"already|\bexists\b|\btaken\b|duplicate", re.IGNORECASE)
_NOT_FOUND_NEEDED = 2
"""Look-ups in a row that must say "not found": one answer may come from a copy that lags behind."""
_SAYS_MISSING = re.compile(r"not exist|n't exist|unknown", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Create the contact."""

    attempt: Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """Ask the service for the contact: it may be there."""

    attempt: Attempt
    in_other_form: bool = False
    """Whether the other form of its number is asked for: the service may have stored it so."""


PostDecision = NextStep[Post | LookUp, Outcome]


def after_post(reply: Reply, attempt: Attempt, policy: Policy, jitter: float) -> PostDecision:
    """Decide what follows from the reply to a POST."""
    match reply.arrival:
        case Arrival.NEVER:
            return _after_never(reply, attempt, policy, jitter)
        case Arrival.UNKNOWN:
            return _doubt(reply, attempt, policy, jitter)
        case Arrival.ANSWERED:
            return stop_for(reply, policy) or _after_answer(reply, attempt, policy, jitter)
        case _:
            assert_never(reply.arrival)


def after_look_up(reply: Reply, step: LookUp, policy: Policy, jitter: float, *, is_blind: bool = False) -> PostDecision:
    """Decide what to do after the reply to a look-up.

    Args:
        reply: What it got.
        step: The look-up.
        policy: The retry and timeout policy.
        jitter: From 0.0 to 1.0.
        is_blind: The service's look-up did not show a contact that had surely been made: it is not reliable.

    """
    attempt = step.attempt
    if reply.http_status == HTTPStatus.NOT_FOUND and not reply.is_proxy_page:
        return _not_there(step, policy, jitter, is_blind=is_blind)
    if not reply.is_proxy_page and (stop := stop_for(reply, policy)):
        return stop
    if reply.http_status == HTTPStatus.OK and reply.contact is not None:
        if is_another(reply.contact, attempt.contact):
            return Final(outcome=in_doubt(attempt, "and the service answered with a contact of another number"))
        return found_there(reply.contact, reply, attempt)
    if reply.http_status == HTTPStatus.TOO_MANY_REQUESTS:
        return SendLater(step=step)
    return _ask_again(attempt, policy, jitter)


def resume(attempt: Attempt, run_seconds: float, policy: Policy) -> PostDecision:
    """Decide how to go on with a row that an earlier run left in doubt, or was refused.

    A refusal mostly made no contact, so where nothing can be asked the row is sent as any other.

    Args:
        attempt: Of the row.
        run_seconds: How long this run has lasted: nobody knows how long ago the earlier one was, for clocks are set.
        policy: The retry and timeout policy.

    """
    if policy.ambiguous is Ambiguous.RESEND or (attempt.was_refused and not can_be_asked(attempt.contact)):
        return SendLater(step=Post(attempt=attempt))
    return _look_up(attempt, 0.0 if attempt.was_refused else max(0.0, policy.settle_seconds - run_seconds))


def is_unsure(attempt: Attempt) -> bool:
    """Tell whether a row that is to be sent again may be there already, because the look-ups have not ruled it out."""
    return attempt.doubted is not None and attempt.not_found_count < _NOT_FOUND_NEEDED


def _after_never(reply: Reply, attempt: Attempt, policy: Policy, jitter: float) -> PostDecision:
    if stop := stop_for(reply, policy):
        return stop
    reason = f"The service could not be reached {attempt.posts} times: {reply.message}."
    unreachable = Outcome(status=Status.FAILED, code="unreachable", reason=reason)
    return _post_again(attempt, policy, jitter, otherwise=unreachable)


def _after_answer(reply: Reply, attempt: Attempt, policy: Policy, jitter: float) -> PostDecision:
    match reply.http_status:
        case int(status) if status // 100 == 2 and reply.contact is not None:  # noqa: PLR2004 - the success class
            return _named(reply.contact, reply, attempt, policy)
        case 403:
            return AskToken(otherwise=rejected(reply))
        case 429:
            return SendLater(step=Post(attempt=attempt))
        case int(status) if _says_exists(status, reply.message):
            return _look_up(replace(_doubted(attempt, reply), said_exists=True), 0.0)
        case status if status in _REFUSED:
            return Final(outcome=rejected(reply))
        case _:
            return _doubt(reply, attempt, policy, jitter)


def _says_exists(status: int, message: str) -> bool:
    """Tell whether a refusal says that the contact is there already; 409 (Conflict) does so without a word."""
    is_said = _SAYS_EXISTS.search(message) and not _SAYS_MISSING.search(message)
    return status == HTTPStatus.CONFLICT or (status // 100 == 4 and bool(is_said))  # noqa: PLR2004 - the refusals


def _doubted(attempt: Attempt, reply: Reply) -> Attempt:
    """Return the attempt after a reply that leaves it in doubt: earlier look-ups say nothing about it."""
    return replace(attempt, doubted=reply, not_found_count=0, look_ups=0)


def _doubt(reply: Reply, attempt: Attempt, policy: Policy, jitter: float) -> PostDecision:
    doubted = _doubted(attempt, reply)
    if policy.ambiguous is Ambiguous.RESEND:
        return _post_again(doubted, policy, jitter, otherwise=in_doubt(doubted, f"each of {attempt.posts} times"))
    return _look_up(doubted, policy.settle_seconds)


def _look_up(attempt: Attempt, wait_seconds: float) -> PostDecision:
    if can_be_asked(attempt.contact):
        return SendLater(step=LookUp(attempt=attempt), wait_seconds=wait_seconds)
    if attempt.said_exists:
        return Final(outcome=exists(attempt.doubted_status))
    why = f"and the service cannot be asked for a {attempt.contact.source} contact by its identifier"
    return Final(outcome=in_doubt(attempt, why))


def is_another(found: RemoteContact, sent: Contact) -> bool:
    """Tell whether an answer is about another number than ours; one that shows no number is taken as asked."""
    is_phone = can_be_asked(sent) and found.identifier
    return bool(is_phone) and not is_same_number(found.identifier, digits_only(sent.normalised_identifier))


def _named(contact: RemoteContact, reply: Reply, attempt: Attempt, policy: Policy) -> PostDecision:
    """Decide what follows from the contact that the answer to a POST names."""
    if is_another(contact, attempt.contact):
        return _look_up(_doubted(attempt, reply), policy.settle_seconds)
    return found_there(contact, reply, attempt, is_proven=_is_proven(contact, reply))


def _is_proven(contact: RemoteContact, reply: Reply) -> bool:
    """Tell whether the answer to a POST proves that this POST made the contact."""
    is_newer = contact.created_at is not None and reply.left_by is not None and contact.created_at >= reply.left_by
    return reply.http_status == HTTPStatus.CREATED or is_newer


def found_there(contact: RemoteContact, reply: Reply, attempt: Attempt, *, is_proven: bool = False) -> Final[Outcome]:
    """Tell a contact that our request made from one that was there before, by the service's own clock."""
    seconds = reply.clock_skew_seconds - _CREATED_AT_RESOLUTION_SECONDS
    sent_at = attempt.first_sent_at + timedelta(seconds=seconds)
    if attempt.said_exists or (contact.created_at is not None and contact.created_at < sent_at):
        return Final(outcome=exists(reply.http_status, contact.uuid, contact.href))
    status, uuid, href = reply.http_status, contact.uuid, contact.href
    created = Outcome(status=Status.CREATED, uuid=uuid, href=href, http_status=status, is_ours=is_proven)
    return Final(outcome=created)


def _ask_again(attempt: Attempt, policy: Policy, jitter: float) -> PostDecision:
    asked = replace(attempt, look_ups=attempt.look_ups + 1)
    if asked.look_ups >= policy.most_look_ups:
        return Final(outcome=in_doubt(asked, "and the service did not answer when it was asked"))
    wait_seconds = backoff_seconds(asked.look_ups, policy.backoff_cap_seconds, jitter)
    return SendLater(step=LookUp(attempt=asked), wait_seconds=wait_seconds)


def _not_there(step: LookUp, policy: Policy, jitter: float, *, is_blind: bool) -> PostDecision:
    attempt = step.attempt
    if other_number(attempt.contact) and not step.in_other_form:
        return SendLater(step=replace(step, in_other_form=True))
    missed = replace(attempt, not_found_count=attempt.not_found_count + 1, look_ups=0)
    if missed.not_found_count < _NOT_FOUND_NEEDED:
        wait_seconds = policy.settle_seconds if attempt.said_exists else policy.not_found_gap_seconds
        return SendLater(step=LookUp(attempt=missed), wait_seconds=wait_seconds)
    if attempt.said_exists:
        return Final(outcome=not_shown(attempt))
    if attempt.was_refused:
        return SendLater(step=Post(attempt=replace(attempt, was_refused=False)))
    if why := _why_not_again(attempt, policy, is_blind=is_blind):
        return Final(outcome=in_doubt(attempt, why))
    return _post_again(missed, policy, jitter, otherwise=given_up(missed))


def _why_not_again(attempt: Attempt, policy: Policy, *, is_blind: bool) -> str:
    """Return why a row that the look-ups do not find is not sent again; empty: it is."""
    if attempt.doubted and attempt.doubted.contact:
        return "for it was a contact of another number, and this one is not there"
    if is_blind:
        return "and the service's look-up does not show contacts that were just made"
    return "it is not there, and --ambiguous strict sends nothing twice" if policy.ambiguous is Ambiguous.STRICT else ""


def _post_again(attempt: Attempt, policy: Policy, jitter: float, *, otherwise: Outcome) -> PostDecision:
    """Send it again after a backoff, unless it was sent as often as the policy allows."""
    if attempt.posts >= policy.most_attempts:
        return Final(outcome=otherwise)
    wait_seconds = backoff_seconds(attempt.posts, policy.backoff_cap_seconds, jitter)
    again = replace(attempt, posts=attempt.posts + 1)
    return SendLater(step=Post(attempt=again), wait_seconds=wait_seconds, is_retry=True)
