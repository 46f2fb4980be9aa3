"""What the account has: who it is, its teams and channels. Asked once, before anything is sent."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from importer.errors import ServiceError
from importer.mapping.options import Directory
from importer.model import Reply
from importer.retry import backoff_seconds

_MOST_ASKED = 5
_MOST_PAGES = 500


class Readable(Protocol):
    """The one call that is needed here: GET, one request, never raises for what the network does."""

    async def read(self, path: str, query: Mapping[str, str]) -> tuple[Reply, object]:
        """Return the reply, and the JSON value of its body."""


async def who_am_i(service: Readable, jitter: Callable[[], float]) -> str:
    """Return the e-mail of the token's owner (GET /auth/me); nothing else of that answer is kept: it echoes the key.

    Raises:
        ServiceError: The token is refused, or the service cannot be reached.

    """
    found = await _read(service, "auth/me", {}, jitter)
    email = found.get("user_email")
    return email if isinstance(email, str) and email else "unknown"


async def token_is_good(service: Readable) -> bool:
    """Ask once whether the token is accepted; no answer at all is no proof against it."""
    reply, _ = await service.read("auth/me", {})
    return reply.http_status not in (401, 403)


async def directory(service: Readable, *, teams: bool, channels: bool, jitter: Callable[[], float]) -> Directory:
    """Return the names of the account's teams and channels, of those that are asked for.

    Raises:
        ServiceError: The token is refused, or the service cannot be reached.

    """
    return Directory(
        teams=await _names(service, "teams", "name", jitter) if teams else {},
        channels=await _names(service, "channels", "title", jitter) if channels else {},
    )


async def _names(service: Readable, path: str, label: str, jitter: Callable[[], float]) -> Mapping[str, str]:
    """Walk all pages; a name that two share would be a guess, so it is left out."""
    named: dict[str, str] = {}
    shared: set[str] = set()
    for page in range(1, _MOST_PAGES + 1):
        found = await _read(service, path, {"page": str(page)}, jitter)
        for one in _dicts(found.get(path)):
            name, uuid = str(one.get(label, "")).strip().casefold(), str(one.get("uuid", ""))
            if named.setdefault(name, uuid) != uuid:
                shared.add(name)
        meta = found.get("meta")
        pages = meta.get("pages") if isinstance(meta, dict) else None
        if not isinstance(pages, int) or page >= pages:
            break
    return {name: uuid for name, uuid in named.items() if name and name not in shared}


async def _read(
    service: Readable, path: str, query: Mapping[str, str], jitter: Callable[[], float]
) -> dict[str, object]:
    """GET until there is an answer, some times: reading again harms nobody."""
    message = ""
    for number in range(1, _MOST_ASKED + 1):
        reply, value = await service.read(path, query)
        if reply.http_status in (401, 403):
            raise ServiceError(
                f"The service refused the token ({reply.http_status}).",
                "Take a new token from Callbell's settings (API), then run the same command again.",
            )
        if reply.http_status == 200 and isinstance(value, dict):  # noqa: PLR2004 - HTTP's number
            return value
        message = reply.message or f"status {reply.http_status}"
        if reply.fatal or number == _MOST_ASKED:
            break
        await asyncio.sleep(reply.retry_after_seconds or backoff_seconds(number, 8.0, jitter()))
    raise ServiceError(
        f"The service did not answer: {message}.",
        "Check the network and base_url, then run the same command again: nothing was sent.",
    )


def _dicts(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))
