"""What came in: counts and times, for tests and for the person who watches."""

from array import array
from collections import Counter

from importer.sandbox.faults import Fault
from importer.sandbox.limit import PeakRate


class Traffic:
    """Everything that came in since the stand-in started; times are of its own timer, in seconds."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        """Per call, such as `POST /contacts`, whatever came of it; unknown paths under `unknown`."""
        self.arrival_times: array[float] = array("d")
        """When each request with a good token came, refused ones too."""
        self.unauthorized = 0
        """Requests answered 401."""
        self.throttled = 0
        """Requests answered 429 for the rate; those of a fault are in `faults`."""
        self.faults: Counter[Fault] = Counter()
        self.in_flight = 0
        self.most_in_flight = 0
        """The most requests that waited for an answer at once."""
        self._accepted = PeakRate()

    @property
    def most_in_one_second(self) -> int:
        """The most requests accepted within any one second."""
        return self._accepted.most

    def arrive(self, call: str) -> None:
        """Note that a request came."""
        self.requests[call] += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)

    def accept(self, now_seconds: float) -> None:
        """Note that it was neither 401 nor 429."""
        self._accepted.add(now_seconds)

    def leave(self) -> None:
        """Note that it was answered, or its client went away."""
        self.in_flight -= 1
