"""What follows from a reply's status alone, whatever was asked of a contact. Pure.

refused (4xx) ................. Final        429 ............................. the step again
403 ........................... AskToken     token refused, redirected ....... Stop
"not found" by a proxy, 408, any other status ................................ the answer itself must tell
"""

from http import HTTPStatus

from importer.model.journal_rows import OutcomeT
from importer.model.policy import Policy
from importer.model.replies import Reply
from importer.model.stop import Stop
from importer.worker_pool.circuit_breaker import stop_for
from importer.worker_pool.operation import AskToken, Final, SendLater, StepT

NOT_FOUND = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


def is_missing(reply: Reply) -> bool:
    """Tell whether the service itself says that the contact is not there; a proxy does not know."""
    return reply.http_status in NOT_FOUND and not reply.is_proxy_page


def after_status(
    reply: Reply, policy: Policy, *, again: StepT, refused: OutcomeT
) -> SendLater[StepT] | Final[OutcomeT] | AskToken[OutcomeT] | Stop | None:
    """Return what follows from the status alone; None where the answer itself, or another request, must tell.

    Args:
        reply: What the request got.
        policy: The retry and timeout policy.
        again: The step to make where the rate limit turned the request away.
        refused: The outcome where the service refused it.

    """
    if reply.is_proxy_page:
        return None
    if stop := stop_for(reply, policy):
        return stop
    match reply.http_status:
        case 403:
            return AskToken(otherwise=refused)
        case 429:
            return SendLater(step=again)
        case int(status) if 400 <= status < 500 and status != 408:  # noqa: PLR2004 - HTTP's numbers
            return Final(outcome=refused)
        case _:
            return None
