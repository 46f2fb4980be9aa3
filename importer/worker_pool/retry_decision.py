"""The retry decision of a create: what follows from a reply (status, timeout, 429) to a POST or a look-up. Pure.

    POST answered 2xx with a uuid ............................. Final(created | exists)
    POST refused (400, 413, 415, 422) ......................... Final(failed); says "exists": LookUp
    POST 429 .................................................. Post again, whatever the number of times
    POST surely never arrived ................................. Post again after a backoff, six times
    POST 403 .................................................. AskToken
    token refused, redirected, no such endpoint ............... Stop
    anything else: it may have arrived ........................ LookUp after the settle time
    look-up finds it .......................................... Final(created | exists)
    look-up 404, twice ........................................ Post again; not allowed, or blind: Final(in_doubt)
    look-up without a clear answer ............................ LookUp after a backoff, ten times: Final(in_doubt)

A POST is not idempotent and the service knows no idempotency key. RFC 9110, section 9.2.2, lets a client repeat such a
request only if it can find out that the first one was never applied; so the default is *may have arrived*, and only
what is listed may say otherwise. What a 429 does to the rate is in `adaptive_rate`; deletes have `delete_decision`.
"""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from typing import assert_never

from importer.model.policy import Ambiguous, Policy, backoff_seconds
from importer.model.replies import Arrival, Outcome, RemoteContact, Reply
from importer.model.requests import digits_only
from importer.model.rows import Status
from importer.worker_pool.circuit_breaker import stop_for
from importer.worker_pool.create_outcomes import Attempt, exists, given_up, in_doubt, rejected
from importer.worker_pool.operation import AskToken, Final, NextStep, SendLater

LOOK_UP_SOURCES = frozenset({"whatsapp"})
"""Sources whose contacts can be asked for by identifier (GET /contacts/phone/:number)."""

_REFUSED = frozenset({400, 413, 415, 422})
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


def after_look_up(
    reply: Reply, attempt: Attempt, policy: Policy, jitter: float, *, is_blind: bool = False
) -> PostDecision:
    """Decide what to do after the reply to a look-up.

    Args:
        reply: What it got.
        attempt: Of the row.
        policy: The retry and timeout policy.
        jitter: From 0.0 to 1.0.
        is_blind: The service's look-up did not show a contact that had surely been made: it is not reliable.

    """
    if reply.http_status == HTTPStatus.NOT_FOUND:
        return _not_there(attempt, policy, jitter, is_blind=is_blind)
    if stop := stop_for(reply, policy):
        return stop
    if reply.http_status == HTTPStatus.OK and reply.contact is not None:
        if reply.contact.identifier not in ("", digits_only(attempt.contact.identifier)):
            return Final(outcome=in_doubt(attempt, "and the service answered with a contact of another number"))
        return _found(reply.contact, reply, attempt, policy)
    if reply.http_status == HTTPStatus.TOO_MANY_REQUESTS:
        return SendLater(step=LookUp(attempt=attempt))
    return _ask_again(attempt, policy, jitter)


def resume(attempt: Attempt, elapsed_seconds: float, policy: Policy) -> PostDecision:
    """Decide how to go on with a row that an earlier run left in doubt, so many seconds after it was sent."""
    if policy.ambiguous is Ambiguous.RESEND:
        return SendLater(step=Post(attempt=attempt))
    return _look_up(attempt, max(0.0, policy.settle_seconds - elapsed_seconds))


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
            return _found(reply.contact, reply, attempt, policy)
        case 403:
            return AskToken(otherwise=rejected(reply))
        case 429:
            return SendLater(step=Post(attempt=attempt))
        case status if status in _REFUSED:
            if _SAYS_EXISTS.search(reply.message) and not _SAYS_MISSING.search(reply.message):
                return _look_up(replace(attempt, said_exists=True, doubted=reply), 0.0)
            return Final(outcome=rejected(reply))
        case _:
            return _doubt(reply, attempt, policy, jitter)


def _doubt(reply: Reply, attempt: Attempt, policy: Policy, jitter: float) -> PostDecision:
    doubted = replace(attempt, doubted=reply, not_found_count=0, look_ups=0)
    if policy.ambiguous is Ambiguous.RESEND:
        return _post_again(doubted, policy, jitter, otherwise=in_doubt(doubted, f"each of {attempt.posts} times"))
    return _look_up(doubted, policy.settle_seconds)


def _look_up(attempt: Attempt, wait_seconds: float) -> PostDecision:
    if attempt.contact.source in LOOK_UP_SOURCES:
        return SendLater(step=LookUp(attempt=attempt), wait_seconds=wait_seconds)
    if attempt.said_exists and attempt.doubted:
        return Final(outcome=exists(attempt.doubted_status))
    why = f"and the service cannot be asked for a {attempt.contact.source} contact by its identifier"
    return Final(outcome=in_doubt(attempt, why))


def _found(contact: RemoteContact, reply: Reply, attempt: Attempt, policy: Policy) -> PostDecision:
    """Tell a contact that our request made from one that was there before, by the service's own clock."""
    sent_at = attempt.first_sent_at + timedelta(seconds=reply.clock_skew_seconds - policy.made_by_us_seconds)
    ours = not attempt.said_exists and (contact.created_at is None or contact.created_at >= sent_at)
    if not ours:
        return Final(outcome=exists(reply.http_status, contact.uuid, contact.href))
    created = Outcome(status=Status.CREATED, uuid=contact.uuid, href=contact.href, http_status=reply.http_status)
    return Final(outcome=created)


def _ask_again(attempt: Attempt, policy: Policy, jitter: float) -> PostDecision:
    asked = replace(attempt, look_ups=attempt.look_ups + 1)
    if asked.look_ups >= policy.most_look_ups:
        return Final(outcome=in_doubt(asked, "and the service did not answer when it was asked"))
    wait_seconds = backoff_seconds(asked.look_ups, policy.backoff_cap_seconds, jitter)
    return SendLater(step=LookUp(attempt=asked), wait_seconds=wait_seconds)


def _not_there(attempt: Attempt, policy: Policy, jitter: float, *, is_blind: bool) -> PostDecision:
    missed = replace(attempt, not_found_count=attempt.not_found_count + 1, look_ups=0)
    if missed.not_found_count < _NOT_FOUND_NEEDED:
        return SendLater(step=LookUp(attempt=missed), wait_seconds=policy.not_found_gap_seconds)
    if attempt.said_exists and attempt.doubted:
        return Final(outcome=rejected(attempt.doubted))
    if is_blind:
        return Final(outcome=in_doubt(attempt, "and the service's look-up does not show contacts that were just made"))
    if policy.ambiguous is Ambiguous.STRICT:
        return Final(outcome=in_doubt(attempt, "it is not there, and --ambiguous strict sends nothing twice"))
    return _post_again(missed, policy, jitter, otherwise=given_up(missed))


def _post_again(attempt: Attempt, policy: Policy, jitter: float, *, otherwise: Outcome) -> PostDecision:
    """Send it again after a backoff, unless it was sent as often as the policy allows."""
    if attempt.posts >= policy.most_attempts:
        return Final(outcome=otherwise)
    wait_seconds = backoff_seconds(attempt.posts, policy.backoff_cap_seconds, jitter)
    again = replace(attempt, posts=attempt.posts + 1)
    return SendLater(step=Post(attempt=again), wait_seconds=wait_seconds, is_retry=True)
