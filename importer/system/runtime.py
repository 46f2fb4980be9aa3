"""The computer and the interpreter: which kind of system it is, what time it is, how often garbage is collected."""

import gc
import os
from datetime import UTC, datetime

WINDOWS = os.name == "nt"
"""Code that differs between systems looks here, so that a test can stand on the other side."""


class SystemClock:
    """The computer's time of day."""

    def now(self) -> datetime:
        """Return the time in UTC."""
        return datetime.now(UTC)


def collect_less_garbage() -> None:
    """Collect garbage less often, and never among what was imported: rows leave next to none.

    Measured on 2026-11-23, 2 cores, limit off, in pairs: 2,620 to 3,548, 1,690 to 2,852 and 1,821 to 2,739 rows/s.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
