"""Why a whole run has to end, whatever it does: read from one reply. Pure."""

from importer.model.policy import Policy
from importer.model.replies import Reply
from importer.model.stop import Stop


def stop_for(reply: Reply, policy: Policy) -> Stop | None:
    """Return why the whole run has to end, if the reply says so."""
    if reply.fatal:
        return _unreachable(reply)
    wait_seconds = reply.retry_after_seconds or 0.0
    match reply.http_status:
        case 401:
            return token_refused()
        case 404 | 405 | 300 | 301 | 302 | 303 | 304 | 305 | 306 | 307 | 308:
            return Stop(
                message=f"The service's address seems to be wrong: it answered {reply.http_status}.",
                hint="Check base_url (CALLBELL_BASE_URL); it should be https://api.callbell.eu/v1.",
            )
        case 429 | 503 if wait_seconds > policy.longest_hold_seconds:
            return Stop(
                message=f"The service asks to wait {wait_seconds / 60:.0f} minutes before the next request.",
                hint="Run the same command again after that: it goes on where it stopped.",
            )
        case _:
            return None


def token_refused() -> Stop:
    """Return the end of a run whose token is no longer good."""
    return Stop(
        message="The service refused the token.",
        hint="Take a new token from Callbell's settings, then run the same command again: it goes on.",
    )


def refuses_token(reply: Reply) -> bool:
    """Tell whether the reply to GET /auth/me refuses the token; no answer at all does not."""
    return reply.http_status in (401, 403)


def out_of_reach(seconds: float) -> Stop:
    """Return the end of a run whose service did not answer for so long."""
    return Stop(
        message=f"The service has not answered for {seconds / 60:.0f} minutes.",
        hint="Run the same command again when it does: it goes on.",
    )


def _unreachable(reply: Reply) -> Stop:
    return Stop(
        message=f"The service cannot be reached safely: {reply.message}.",
        hint="Check base_url and this machine's clock and network, then run the same command again: it goes on.",
    )
