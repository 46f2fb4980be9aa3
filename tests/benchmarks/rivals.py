"""Paces to compare ours with: they know how to wait for a slot and to hear a reply, and nothing else."""

import asyncio

from aiolimiter import AsyncLimiter

from importer.model.replies import Reply

_HALVE = 0.5
_STEP_PER_SECOND = 1.0
_FIRST_RATE = 10.0
_LEAST_RATE = 0.5


class Unheeding:
    """A limiter that hears nothing: `AsyncLimiter` as its README shows it, or a fixed pace."""

    def __init__(self, most: float, seconds: float) -> None:
        self._limiter = AsyncLimiter(most, seconds)

    async def acquire(self) -> None:
        """Wait for the limiter."""
        await self._limiter.acquire()

    def release(self, _reply: Reply | None, _seconds: float, _jitter: float) -> None:
        """Learn nothing."""


class _Adaptive:
    """A pace whose rate changes with what it hears."""

    def __init__(self) -> None:
        self.rate = _FIRST_RATE
        self._due = 0.0
        self._lowered_at = 0.0

    async def acquire(self) -> None:
        """Wait until the last one is as long ago as the rate says."""
        loop = asyncio.get_running_loop()
        self._due = max(self._due, loop.time()) + 1 / self.rate
        await asyncio.sleep(self._due - loop.time())


class Aimd(_Adaptive):
    """Additive increase, by one request per second each second; halved on a 429, at most once a second."""

    def release(self, reply: Reply | None, _seconds: float, _jitter: float) -> None:
        """Go up a little, or down by half."""
        now = asyncio.get_running_loop().time()
        if reply is None or reply.http_status != 429:
            self.rate += _STEP_PER_SECOND / self.rate
        elif now - self._lowered_at >= 1.0:
            self.rate, self._lowered_at = max(_LEAST_RATE, self.rate * _HALVE), now


class AwsCubic(_Adaptive):
    """The adaptive mode of AWS's SDKs: CUBIC's curve, beta 0.7, and never over twice what was measured.

    Source: botocore's `retries/throttling.py` and `retries/adaptive.py` (1.35).
    """

    _BETA = 0.7
    _SCALE = 0.4
    _SMOOTH = 0.8
    _BUCKET_SECONDS = 0.5

    def __init__(self) -> None:
        super().__init__()
        self.rate = _LEAST_RATE
        self._w_max = 0.0
        self._last_fail = 0.0
        self._measured = 0.0
        self._bucket = 0.0
        self._count = 0
        self._enabled = False

    async def acquire(self) -> None:
        """Wait only once a 429 has come: until then botocore does not limit at all."""
        if self._enabled:
            await super().acquire()
        else:
            await asyncio.sleep(1 / 600)

    def release(self, reply: Reply | None, _seconds: float, _jitter: float) -> None:
        """Follow the curve."""
        now = asyncio.get_running_loop().time()
        self._measure(now)
        if reply is not None and reply.http_status == 429:
            rate_to_use = min(self._measured, self.rate) if self._enabled else self._measured
            self._w_max, self._last_fail, self._enabled = rate_to_use, now, True
            rate = rate_to_use * self._BETA
        else:
            k = (self._w_max * (1 - self._BETA) / self._SCALE) ** (1 / 3)
            rate = self._SCALE * (now - self._last_fail - k) ** 3 + self._w_max
        self.rate = max(_LEAST_RATE, min(rate, 2 * self._measured))

    def _measure(self, now: float) -> None:
        self._count += 1
        bucket = now // self._BUCKET_SECONDS * self._BUCKET_SECONDS
        if bucket > self._bucket:
            seen = self._count / (bucket - self._bucket)
            self._measured = seen * self._SMOOTH + self._measured * (1 - self._SMOOTH)
            self._bucket, self._count = bucket, 0
