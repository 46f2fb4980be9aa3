"""What the account has: who it is, its teams and channels. Asked once, before anything is sent."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from importer.client.responses import clean
from importer.model.account import Directory
from importer.model.errors import ServiceError
from importer.model.policy import backoff_seconds
from importer.model.replies import Reply

_MOST_ASKED = 5
_MOST_PAGES = 500
_LONGEST_WAIT_SECONDS = 900.0
"""A service that asks for a longer wait ends the command, as it ends a run (`Policy.longest_hold_seconds`)."""


class Readable(Protocol):
    """The one call that is needed here: GET, one request, never raises for what the network does."""

    async def read(self, path: str, query: Mapping[str, str]) -> tuple[Reply, object]:
        """Return the reply, and the JSON value of its body."""


async def who_am_i(service: Readable, jitter: Callable[[], float]) -> str:
    """Return the e-mail of the token's owner (GET /auth/me); nothing else of that answer is kept: it echoes the key.

    Raises:
        ServiceError: The token is refused, or the service cannot be reached.

    """
    found = await read(service, "auth/me", {}, jitter)
    email = found.get("user_email")
    return (clean(email) if isinstance(email, str) else "") or "unknown"


async def ask_me(service: Readable) -> Reply:
    """Ask once, GET /auth/me, a question that changes nothing: is the service there, and the token good?"""
    reply, _ = await service.read("auth/me", {})
    return reply


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
    """Walk all pages; a name that two share would be a guess, so it is left out. What is out of use has no name."""
    named: dict[str, str] = {}
    shared: set[str] = set()
    for page in range(1, _MOST_PAGES + 1):
        found = await read(service, path, {"page": str(page)}, jitter)
        for one in dicts(found.get(path)):
            name, uuid = text_in(one, label).strip().casefold(), text_in(one, "uuid")
            if name and uuid and not one.get("discardedAt") and named.setdefault(name, uuid) != uuid:
                shared.add(name)
        meta = found.get("meta")
        pages = meta.get("pages") if isinstance(meta, dict) else None
        if not isinstance(pages, int) or page >= pages:
            break
    return {name: uuid for name, uuid in named.items() if name not in shared}


async def read(
    service: Readable, path: str, query: Mapping[str, str], jitter: Callable[[], float]
) -> dict[str, object]:
    """GET until there is an answer, some times: reading again harms nobody.

    Raises:
        ServiceError: The token is refused, or the service cannot be reached.

    """
    for number in range(1, _MOST_ASKED + 1):
        reply, value = await service.read(path, query)
        if reply.http_status == 200 and isinstance(value, dict):  # noqa: PLR2004 - HTTP's number
            return value
        wait_seconds = reply.retry_after_seconds or backoff_seconds(number, 8.0, jitter())
        if number == _MOST_ASKED or not _may_pass(reply) or wait_seconds > _LONGEST_WAIT_SECONDS:
            break
        await asyncio.sleep(wait_seconds)
    raise _error(reply, wait_seconds)


def _may_pass(reply: Reply) -> bool:
    """Tell whether the same question may get another answer soon."""
    status = reply.http_status or 0
    return not reply.fatal and (status in (408, 429) or not 300 <= status < 500)  # noqa: PLR2004 - HTTP's numbers


def _error(reply: Reply, wait_seconds: float) -> ServiceError:
    if reply.http_status in (401, 403):
        return ServiceError(
            f"The service refused the token ({reply.http_status}).",
            "Take a new token from Callbell's settings (API), then run the same command again.",
        )
    if wait_seconds > _LONGEST_WAIT_SECONDS:
        return ServiceError(
            f"The service asks to wait {wait_seconds / 60:.0f} minutes before the next request.",
            "Run the same command again after that: nothing was sent.",
        )
    return ServiceError(
        f"The service did not answer as it should: {reply.message.rstrip('.') or 'what came is not its JSON'}.",
        "Check the network and base_url, then run the same command again: nothing was sent.",
    )


def text_in(one: Mapping[str, object], name: str) -> str:
    """Return the text under a name of a JSON object; an empty one where there is none."""
    value = one.get(name)
    return value if isinstance(value, str) else ""


def dicts(value: object) -> Iterator[Mapping[str, object]]:
    """Yield the JSON objects of what should be a list of them."""
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))
