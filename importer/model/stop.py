"""The reason to end a whole run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """End the whole run: no row can succeed before a person fixes something."""

    message: str
    hint: str
    code: str = "service"
    """A short stable word for programs, as errors have it."""
