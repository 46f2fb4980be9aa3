"""Request statistics: counts and times."""

from array import array
from collections import Counter

from importer.sandbox.faults import Fault
from importer.sandbox.limit import PeakRate


class Traffic:
    """Statistics since the sandbox started; times are of its own timer, in seconds."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        """Per call, such as `POST /contacts`, whatever its outcome; unknown paths under `unknown`."""
        self.arrival_times: array[float] = array("d")
        """The arrival of each request with a valid token, refused ones included."""
        self.unauthorized = 0
        """Requests answered 401."""
        self.throttled = 0
        """Requests answered 429 because of the rate; those of a fault are in `faults`."""
        self.faults: Counter[Fault] = Counter()
        self.in_flight = 0
        self.most_in_flight = 0
        """The most requests in flight at once."""
        self.accepted = PeakRate()
        """Counts requests answered neither 401 nor 429."""

    @property
    def most_in_one_second(self) -> int:
        """The most requests accepted within any one second."""
        return self.accepted.most

    def arrive(self, call: str) -> None:
        """Count a request that arrives."""
        self.requests[call] += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)

    def leave(self) -> None:
        """Count a request that was answered, or whose client disconnected."""
        self.in_flight -= 1
