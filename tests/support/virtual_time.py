"""An event loop on which time passes at once: what would wait an hour is over in a moment, and always the same way."""

import asyncio
import selectors
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


class _Selector(selectors.SelectSelector):
    """Instead of waiting for files, moves the loop's clock on."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("everything waits for something that will never come")
            self.loop.seconds += timeout
        # Even a virtual turn takes time: else a timer that is early by a rounding error would be set anew for ever.
        self.loop.seconds += 1e-6
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock moves only when nothing is left to do."""

    def __init__(self) -> None:
        self.seconds = 0.0
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.seconds


@dataclass(slots=True)
class VirtualClock:
    """The time of day on a virtual loop, which a person or a time server may set."""

    ahead_seconds: float = 0.0
    """Of the true time."""

    def now(self) -> datetime:
        return START + timedelta(seconds=asyncio.get_running_loop().time() + self.ahead_seconds)


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run the coroutine on a virtual loop of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
