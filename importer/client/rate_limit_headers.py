"""What a response says of the rate limit, besides `Retry-After`. Pure; garbage is ignored.

Sources: the IETF's draft-ietf-httpapi-ratelimit-headers, in its newer form (`RateLimit-Policy: "default";q=300;w=1`,
`RateLimit: "default";r=0;t=1`) and in the older one (`RateLimit-Limit: 300, 300;w=1`, `RateLimit-Remaining: 0`,
`RateLimit-Reset: 1`); and the `X-RateLimit-*` that came before both, whose reset is seconds, or a time in seconds since
1970. A limit without its window says nothing of requests per second.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

_NAME = "ratelimit"
_LONGEST_WINDOW_SECONDS = 60
"""A quota for an hour or a day is no pace: what is left of it may be used as fast as one likes."""
_LONGEST_RESET_SECONDS = 7 * 86_400.0
_SINCE_1970 = 1_000_000_000.0
_PARAMETER = re.compile(r";\s*([a-z])\s*=\s*(\d{1,9})\s*(?=;|$)", re.ASCII)
_NUMBER = re.compile(r"\s*(\d{1,12})(?:\.\d{1,9})?\s*", re.ASCII)


def limit_texts(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers about the rate limit under their names in small letters and without `x-`; mostly none."""
    return {name.lower().removeprefix("x-"): text for name, text in headers.items() if _NAME in name.lower()}


def limit_per_second(limits: Mapping[str, str]) -> float | None:
    """Return how many requests per second the service says it allows, by its strictest policy; None if it does not."""
    policies = f"{limits.get('ratelimit-policy', '')},{limits.get('ratelimit-limit', '')}"
    return min(_rates(policies), default=None)


def reset_seconds(limits: Mapping[str, str], now: datetime) -> float | None:
    """Return after which time the service serves again, if it says that nothing is left; None if it does not.

    Args:
        limits: What `limit_texts` returned.
        now: The response's own `Date`, so that our clock does not matter.

    """
    parameters = dict(_PARAMETER.findall(limits.get("ratelimit", "")))
    remaining = _NUMBER.fullmatch(parameters.get("r", limits.get("ratelimit-remaining", "")))
    reset = _NUMBER.fullmatch(parameters.get("t", limits.get("ratelimit-reset", "")))
    if not remaining or not reset or int(remaining[1]):
        return None
    seconds = float(reset[0])
    if seconds >= _SINCE_1970:
        seconds = max(0.0, seconds - now.timestamp())
    return seconds if seconds <= _LONGEST_RESET_SECONDS else None


def _rates(policies: str) -> Iterator[float]:
    """Yield the requests per second of each policy that tells its window; the strictest counts."""
    for policy in policies.split(","):
        parameters = dict(_PARAMETER.findall(policy))
        number = _NUMBER.fullmatch(policy.partition(";")[0])
        quota = int(parameters.get("q") or (number[1] if number else "0"))
        window_seconds = int(parameters.get("w", 0))
        if quota and 0 < window_seconds <= _LONGEST_WINDOW_SECONDS:
            yield quota / window_seconds
