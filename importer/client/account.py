"""What the account has: who it is, its teams and channels. Asked once, before anything is sent."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from http import HTTPStatus

from importer.client.responses import clean
from importer.model.account import Directory
from importer.model.errors import ServiceError
from importer.model.policy import backoff_seconds
from importer.model.protocols import Service
from importer.model.replies import Reply
from importer.model.requests import WHO_AM_I, Request

_MOST_ATTEMPTS = 5
_MOST_PAGES = 500
_LONGEST_WAIT_SECONDS = 900.0
"""A service that asks for a longer wait ends the command, as it ends a run (`Policy.longest_hold_seconds`)."""


async def who_am_i(service: Service, jitter: Callable[[], float]) -> str:
    """Return the e-mail of the token's owner (GET /auth/me); nothing else of that answer is kept: it echoes the key.

    Raises:
        ServiceError: The token is refused, or the service cannot be reached.

    """
    return clean(text_field(await get_json(service, WHO_AM_I, jitter), "user_email")) or "unknown"


async def directory(service: Service, *, teams: bool, channels: bool, jitter: Callable[[], float]) -> Directory:
    """Return the names of the account's teams and channels, of those that are asked for.

    Raises:
        ServiceError: The token is refused, or the service cannot be reached.

    """
    return Directory(
        teams=await _names(service, "teams", "name", jitter) if teams else {},
        channels=await _names(service, "channels", "title", jitter) if channels else {},
    )


async def _names(service: Service, path: str, label: str, jitter: Callable[[], float]) -> Mapping[str, str]:
    """Return UUIDs by name; a name that two share would be a guess, so it is left out, as is what is out of use."""
    named: dict[str, str] = {}
    shared: set[str] = set()
    async for page in list_pages(service, path, {}, _MOST_PAGES, jitter):
        for one in json_objects(page.get(path)):
            name, uuid = text_field(one, label).strip().casefold(), text_field(one, "uuid")
            if name and uuid and not one.get("discardedAt") and named.setdefault(name, uuid) != uuid:
                shared.add(name)
    return {name: uuid for name, uuid in named.items() if name not in shared}


async def list_pages(
    service: Service, path: str, query: Mapping[str, str], most: int, jitter: Callable[[], float]
) -> AsyncIterator[Mapping[str, object]]:
    """Yield the first pages of a list, at most so many.

    Raises:
        ServiceError: The token is refused, or the service cannot be reached.

    """
    for number in range(1, most + 1):
        page = await get_json(service, Request(method="GET", path=path, query={**query, "page": str(number)}), jitter)
        yield page
        meta = page.get("meta")
        count = meta.get("pages") if isinstance(meta, dict) else None
        if not isinstance(count, int) or number >= count:
            return


async def get_json(service: Service, request: Request, jitter: Callable[[], float]) -> dict[str, object]:
    """Return the JSON object that a GET is answered with; repeated a few times, for that harms nobody.

    Raises:
        ServiceError: The token is refused, or the service cannot be reached.

    """
    for number in range(1, _MOST_ATTEMPTS + 1):
        reply = await service.send(request)
        if reply.http_status == HTTPStatus.OK and isinstance(reply.json, dict):
            return reply.json
        wait_seconds = reply.retry_after_seconds or backoff_seconds(number, 8.0, jitter())
        if number == _MOST_ATTEMPTS or not _may_pass(reply) or wait_seconds > _LONGEST_WAIT_SECONDS:
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


def text_field(one: Mapping[str, object], name: str) -> str:
    """Return the text under a name of a JSON object; an empty one where there is none."""
    value = one.get(name)
    return value if isinstance(value, str) else ""


def json_objects(value: object) -> Iterator[Mapping[str, object]]:
    """Yield the JSON objects of what should be a list of them."""
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))
