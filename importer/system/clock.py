"""The computer's time of day."""

from datetime import UTC, datetime


class SystemClock:
    """The computer's time of day."""

    def now(self) -> datetime:
        """Return the time in UTC."""
        return datetime.now(UTC)
