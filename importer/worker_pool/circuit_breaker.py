"""When to stop asking a service that is down: the circuit. Pure.

    closed --(20 requests in a row not served, or the retry budget spent)--> open --(GET /auth/me answers)--> closed

Sources: Nygard, "Release It!" (the circuit breaker); Google, "Site Reliability Engineering", chapter 21 (a retry budget
of a tenth of the requests).
"""

from dataclasses import dataclass, replace

from importer.model.replies import Arrival, Reply

MOST_FAILURES = 20
"""Requests in a row that were not served: it is down, not hiccuping."""
_BUDGET = 20.0
_MOST_BUDGET = 100.0
_RETRIES_PER_SERVED = 0.1
_LONGEST_WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitBreaker:
    """What the last replies say of the service."""

    failures: int = 0
    """Requests in a row that were not served."""
    budget: float = _BUDGET
    """Retries that may still be made."""

    @property
    def is_open(self) -> bool:
        """Whether nothing is to be sent before the service has answered a question that changes nothing."""
        return self.failures >= MOST_FAILURES or self.budget < 1.0


def is_served(reply: Reply) -> bool:
    """Tell whether the service is there and let the request in, whatever it said to it."""
    status = reply.http_status or 0
    return reply.arrival is Arrival.ANSWERED and status < 500 and status not in (408, 429)  # noqa: PLR2004 - HTTP's numbers


def after_reply(circuit: CircuitBreaker, reply: Reply) -> CircuitBreaker:
    """Return the circuit after a reply; a 429 says neither that the service is well nor that it is not."""
    if reply.http_status == 429:  # noqa: PLR2004 - HTTP's number
        return circuit
    if is_served(reply):
        return replace(circuit, failures=0, budget=min(_MOST_BUDGET, circuit.budget + _RETRIES_PER_SERVED))
    return replace(circuit, failures=circuit.failures + 1)


def after_retry(circuit: CircuitBreaker) -> CircuitBreaker:
    """Return the circuit after it was decided to send a row again."""
    return replace(circuit, budget=circuit.budget - 1.0)


def probe_wait_seconds(number: int) -> float:
    """Return how long to wait before the service is asked whether it is there, from 1: 1, 2, 4 .. 60 s."""
    return min(_LONGEST_WAIT_SECONDS, 2.0 ** min(number - 1, 10))
