"""What follows from a reply to a request of an undo, whatever it takes back: refused, "not found", no answer. Pure."""

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import ClassVar, TypeVar

from importer.model.deletion import Deletion, Fate, LastSent
from importer.model.policy import Policy, backoff_seconds
from importer.model.replies import RemoteContact, Reply
from importer.model.stop import Stop
from importer.worker_pool.operation import AskToken, Final, NextStep, SendLater
from importer.worker_pool.reply_status import NOT_FOUND, after_status


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoStep:
    """Ask how a contact stands, before anything is taken back."""

    doubt: ClassVar[str]
    """What is not known after a request that may have arrived."""

    uuid: str
    failures: int = 0
    """Requests that got no clear answer."""
    not_found_count: int = 0
    """Requests that said "not found" since a GET showed the contact."""
    in_doubt: bool = False
    """Whether a request that changes the contact may have arrived."""


_UndoStepT = TypeVar("_UndoStepT", bound=UndoStep)


def seen_contact(
    reply: Reply, step: _UndoStepT, policy: Policy, jitter: float
) -> RemoteContact | NextStep[_UndoStepT, Deletion]:
    """Return the contact that a GET shows, or else what follows from its reply.

    Args:
        reply: What it got.
        step: Whose request it was.
        policy: The retry and timeout policy.
        jitter: From 0.0 to 1.0.

    """
    if reply.http_status in NOT_FOUND:
        return get_missed(reply, step, policy, jitter)
    if decided := status_decision(reply, step, policy):
        return decided
    if reply.http_status != HTTPStatus.OK or reply.contact is None:
        return ask_again(reply, step, policy, jitter)
    if reply.contact.uuid != step.uuid:
        return Final(outcome=undo_failed("The service answered with another contact.", reply, step))
    return reply.contact


def status_decision(
    reply: Reply, step: _UndoStepT, policy: Policy
) -> SendLater[_UndoStepT] | Final[Deletion] | AskToken[Deletion] | Stop | None:
    """Return what follows from the status alone; None where the answer itself, or another request, must tell."""
    refused = undo_failed(f"The service refused: {reply.message or f'status {reply.http_status}'}", reply, step)
    return after_status(reply, policy, again=step, refused=refused)


def get_missed(
    reply: Reply, step: _UndoStepT, policy: Policy, jitter: float
) -> SendLater[_UndoStepT] | Final[Deletion]:
    """Return what follows from a GET that does not find the contact: two are needed, some seconds apart."""
    if reply.is_proxy_page:
        return ask_again(reply, step, policy, jitter)
    if step.not_found_count:
        return not_there(reply)
    return SendLater(step=replace(step, not_found_count=1), wait_seconds=policy.not_found_gap_seconds)


def not_there(reply: Reply) -> Final[Deletion]:
    """Return the outcome of a contact that nothing is to be done about any more."""
    reason = "It was not there any more."
    gone = Deletion(status=Fate.GONE, reason=reason, http_status=reply.http_status, last_sent=LastSent.UNTOUCHED)
    return Final(outcome=gone)


def undo_failed(reason: str, reply: Reply, step: UndoStep) -> Deletion:
    """Return the outcome of a contact that could not be dealt with, and whether that is sure."""
    known = f"{step.doubt}. " if step.in_doubt else ""
    return _failed(f"{known}{reason}", reply, step)


def ask_again(
    reply: Reply, step: _UndoStepT, policy: Policy, jitter: float, *, least_seconds: float = 0.0
) -> SendLater[_UndoStepT] | Final[Deletion]:
    """Ask how the contact stands after a backoff, unless that was done as often as the policy allows."""
    failed = replace(step, failures=step.failures + 1)
    if failed.failures >= policy.most_attempts:
        what = failed.doubt if failed.in_doubt else "It was left as it is"
        said = reply.message or "what came was not the service's answer"
        reason = f"{what}: no clear answer came {failed.failures} times ({said})."
        return Final(outcome=_failed(reason, reply, failed))
    wait_seconds = max(least_seconds, backoff_seconds(failed.failures, policy.backoff_cap_seconds, jitter))
    return SendLater(step=failed, wait_seconds=wait_seconds, is_retry=True)


def _failed(reason: str, reply: Reply, step: UndoStep) -> Deletion:
    last_sent = LastSent.UNKNOWN if step.in_doubt else LastSent.UNTOUCHED
    return Deletion(status=Fate.FAILED, reason=reason, http_status=reply.http_status, last_sent=last_sent)
