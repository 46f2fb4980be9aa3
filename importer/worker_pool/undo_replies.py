"""What follows from a reply to a request of an undo, whatever it takes back: refused, "not found", no answer. Pure."""

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import ClassVar, TypeVar

from importer.model.deletion import Deletion, Fate
from importer.model.policy import Policy, backoff_seconds
from importer.model.replies import Reply
from importer.model.stop import Stop
from importer.worker_pool.circuit_breaker import stop_for
from importer.worker_pool.operation import AskToken, Final, SendLater

NOT_FOUND = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


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


def status_decision(
    reply: Reply, step: _UndoStepT, policy: Policy
) -> SendLater[_UndoStepT] | Final[Deletion] | AskToken[Deletion] | Stop | None:
    """Return what follows from the status alone; None where the answer itself, or another request, must tell."""
    if stop := stop_for(reply, policy):
        return stop
    refused = undo_failed(f"The service refused: {reply.message or f'status {reply.http_status}'}", reply, step)
    match reply.http_status:
        case 403:
            return AskToken(otherwise=refused)
        case 429:
            return SendLater(step=step)
        case int(status) if 400 <= status < 500 and status != 408:  # noqa: PLR2004 - HTTP's numbers
            return Final(outcome=refused)
        case _:
            return None


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
    return Final(outcome=Deletion(status=Fate.GONE, reason=reason, http_status=reply.http_status))


def undo_failed(reason: str, reply: Reply, step: UndoStep) -> Deletion:
    """Return the outcome of a contact that could not be dealt with, and whether that is sure."""
    known = f"{step.doubt}. " if step.in_doubt else ""
    return Deletion(status=Fate.FAILED, reason=f"{known}{reason}", http_status=reply.http_status)


def ask_again(
    reply: Reply, step: _UndoStepT, policy: Policy, jitter: float, *, least_seconds: float = 0.0
) -> SendLater[_UndoStepT] | Final[Deletion]:
    """Ask how the contact stands after a backoff, unless that was done as often as the policy allows."""
    failed = replace(step, failures=step.failures + 1)
    if failed.failures >= policy.most_attempts:
        what = failed.doubt if failed.in_doubt else "It was left as it is"
        said = reply.message or "what came was not the service's answer"
        reason = f"{what}: no clear answer came {failed.failures} times ({said})."
        return Final(outcome=Deletion(status=Fate.FAILED, reason=reason, http_status=reply.http_status))
    wait_seconds = max(least_seconds, backoff_seconds(failed.failures, policy.backoff_cap_seconds, jitter))
    return SendLater(step=failed, wait_seconds=wait_seconds, is_retry=True)
