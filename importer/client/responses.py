"""What a response says: the service's JSON and headers, read into values. Pure, and never raises for what it is given.

The form of an error body is undocumented, so `error`, `errors` and `message` are read if they are there, and HTML,
garbage or nothing is survived. Text from the service is untrusted: control characters are taken out of it.

Sources on the rate limit: RFC 9110 (`Retry-After`); the IETF's draft-ietf-httpapi-ratelimit-headers, in its newer form
(`RateLimit-Policy: "default";q=300;w=1`, `RateLimit: "default";r=0;t=1`) and in the older one (`RateLimit-Limit: 300,
300;w=1`, `RateLimit-Remaining: 0`, `RateLimit-Reset: 1`); and the `X-RateLimit-*` that came before both, whose reset is
seconds, or a time in seconds since 1970. A limit without its window says nothing of requests per second.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache, partial
from typing import Any

from importer.model.replies import Arrival, RemoteContact, Reply

_MOST_WORDS = 300
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")

_LONGEST_WINDOW_SECONDS = 60
"""A quota for an hour or a day is no pace: what is left of it may be used as fast as one likes."""
_LONGEST_RESET_SECONDS = 7 * 86_400.0
_SINCE_1970 = 1_000_000_000.0
_PARAMETER = re.compile(r";\s*([a-z])\s*=\s*(\d{1,9})\s*(?=;|$)", re.ASCII)
_NUMBER = re.compile(r"\s*(\d{1,12})(?:\.\d{1,9})?\s*", re.ASCII)


def clean(text: str) -> str:
    """Return text without terminal escapes, control and direction characters, on one line, at most 300 characters."""
    if len(text) <= _MOST_WORDS and text.isprintable() and "  " not in text and text == text.strip():
        return text  # most are so, and need no more looking at
    plain = " ".join(_CONTROLS.sub(" ", _ESCAPES.sub("", text)).split())
    return plain if len(plain) <= _MOST_WORDS else plain[: _MOST_WORDS - 1] + "…"


def parse(body: bytes) -> object:
    """Return the JSON value in a body, or None for anything that is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def answered(
    status: int, headers: Mapping[str, str], body: bytes, now: datetime, elapsed_seconds: float | None = None
) -> Reply:
    """Return the reply that a whole response makes.

    `Date` has whole seconds, so the service may have answered up to a second later than it says. How much of the time
    that it took was the way back is not known: at most a second is taken for the way there, so that a contact that was
    made two seconds before the request never looks newer than it.

    Args:
        status: The response's status.
        headers: Its headers; names in any case where the mapping allows it.
        body: Its body, as far as it arrived.
        now: The time at which it arrived, by our clock (UTC).
        elapsed_seconds: Since the request had left, by a clock that nobody sets; None: it is not known.

    """
    value = parse(body)
    date = _http_date(headers.get("Date", ""))
    limits = limit_texts(headers)
    wait_seconds = retry_after_seconds(headers.get("Retry-After", ""), date or now)
    if wait_seconds is None and limits and status == 429:  # noqa: PLR2004 - HTTP's number
        wait_seconds = reset_seconds(limits, date or now)
    return Reply(
        arrival=Arrival.ANSWERED,
        http_status=status,
        contact=remote_contact(value) if 200 <= status < 300 else None,  # noqa: PLR2004 - the success class of HTTP
        message="" if status < 300 else error_message(value) or f"status {status}",  # noqa: PLR2004 - the same
        retry_after_seconds=wait_seconds,
        limit_per_second=limit_per_second(limits) if limits else None,
        clock_skew_seconds=(date - now).total_seconds() if date else 0.0,
        left_by=date + timedelta(seconds=1.0 - min(elapsed_seconds, 1.0))
        if date and elapsed_seconds is not None
        else None,
        is_proxy_page=status in (404, 410) and bool(body.strip()) and not isinstance(value, dict),
        json=value,
    )


def remote_contact(value: object) -> RemoteContact | None:
    """Return the contact in `{"contact": [{...}]}` or `{"contact": {...}}` (GET by phone only)."""
    found = value.get("contact") if isinstance(value, dict) else None
    if isinstance(found, list):
        found = found[0] if found else None
    if not isinstance(found, dict) or not (uuid := _text(found, "uuid")):
        return None
    return RemoteContact(
        uuid=uuid,
        href=_text(found, "href"),
        identifier="".join(c for c in _text(found, "phoneNumber") if c in "0123456789"),
        created_at=_date(_text(found, "createdAt"), datetime.fromisoformat),
        fields=found,
    )


def error_message(value: object) -> str:
    """Return the words of an error body: its `error`, `errors` or `message`, whatever their form; empty without any."""
    if isinstance(value, dict):
        for name in ("message", "error", "errors"):
            if value.get(name):
                return clean(_words(value[name]))
    return ""


def retry_after_seconds(header: str, now: datetime) -> float | None:
    """Return the wait that a `Retry-After` header asks for (RFC 9110, 10.2.3), or None without a readable one.

    Args:
        header: Seconds, or an HTTP date.
        now: The response's own `Date`, so that our clock does not matter.

    """
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", header.strip(), re.ASCII):
        return float(header)
    at = _http_date(header) if header else None
    return max(0.0, (at - now).total_seconds()) if at else None


def limit_texts(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers about the rate limit under their names in small letters and without `x-`; mostly none."""
    return {name.lower().removeprefix("x-"): text for name, text in headers.items() if "ratelimit" in name.lower()}


def limit_per_second(limits: Mapping[str, str]) -> float | None:
    """Return how many requests per second the service says it allows, by its strictest policy; None if it does not."""
    policies = f"{limits.get('ratelimit-policy', '')},{limits.get('ratelimit-limit', '')}"
    rates = []
    for policy in policies.split(","):
        parameters = dict(_PARAMETER.findall(policy))
        number = _NUMBER.fullmatch(policy.partition(";")[0])
        quota = int(parameters.get("q") or (number[1] if number else "0"))
        if quota and 0 < (window_seconds := int(parameters.get("w", 0))) <= _LONGEST_WINDOW_SECONDS:
            rates.append(quota / window_seconds)
    return min(rates, default=None)


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


def _words(value: Any) -> str:  # noqa: ANN401 - JSON of an undocumented form
    if isinstance(value, dict):
        return error_message(value) or "; ".join(f"{name} {_words(inner)}" for name, inner in list(value.items())[:10])
    if isinstance(value, list):
        return "; ".join(_words(inner) for inner in value[:10])
    return str(value)[:_MOST_WORDS]


def _text(found: Mapping[str, object], name: str) -> str:
    value = found.get(name)
    return clean(value) if isinstance(value, str) else ""


def _date(text: str, parse_date: Callable[[str], datetime]) -> datetime | None:
    """Return the time in a text, in UTC where it names no zone; None where it cannot be read."""
    try:
        date = parse_date(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date


_http_date = lru_cache(maxsize=8)(partial(_date, parse_date=parsedate_to_datetime))
"""Of a header; a second's responses all have the same date."""
