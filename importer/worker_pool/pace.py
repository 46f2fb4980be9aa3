"""How many requests left in each interval of a run: at most some hundreds of counts, however long it takes. Pure."""

MOST_COUNTS = 300
"""Points that a plot can show; a night of ten hours has one for two minutes."""


class Pace:
    """Counts requests by the interval in which they left; where these get too many, two become one.

    Each interval begins where the one before it ends; the first begins with the first request.
    """

    def __init__(self) -> None:
        self.interval_seconds = 1.0
        self.counts: list[int] = []

    def add(self, seconds: float) -> None:
        """Count a request that left so many seconds after the first one."""
        while (place := int(seconds / self.interval_seconds)) >= MOST_COUNTS:
            self.counts = [sum(self.counts[start : start + 2]) for start in range(0, len(self.counts), 2)]
            self.interval_seconds *= 2
        if place >= len(self.counts):
            self.counts += [0] * (place + 1 - len(self.counts))
        self.counts[place] += 1
