"""What the account has: who it is, its teams, channels and users. Asked once, before anything is sent."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType

from importer.client.responses import clean
from importer.model.account import AccountIdentity, Directory, NamedEntry
from importer.model.errors import ServiceError
from importer.model.policy import backoff_seconds
from importer.model.protocols import Service
from importer.model.replies import Reply
from importer.model.requests import WHO_AM_I, Request
from importer.model.stop import CHECK_ADDRESS, CHECK_CLOCK, CHECK_NETWORK
from importer.system.logs import LOG, log_fields

_MOST_ATTEMPTS = 5
_MOST_PAGES = 500
_LONGEST_WAIT_SECONDS = 900.0
"""A service that asks for a longer wait ends the command, as it ends a run (`Policy.longest_hold_seconds`)."""
_CHECK_CLOCK = f"{CHECK_CLOCK}. Then run the same command again: nothing was sent."
_CHECK_NETWORK = f"{CHECK_NETWORK}, then run the same command again: nothing was sent."


class UnreadableError(ServiceError):
    """The service refuses this request of the token, and would refuse it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLists:
    """The account's teams, channels and users as the service lists them; none where nobody asked."""

    teams: Sequence[Mapping[str, object]] = ()
    channels: Sequence[Mapping[str, object]] = ()
    users: Sequence[Mapping[str, object]] = ()
    """The members of all teams, who may be in several."""
    refused: Mapping[str, UnreadableError] = field(default_factory=lambda: MappingProxyType({}))
    """By its name, the error for a list that the token may not read."""

    @property
    def uuids(self) -> frozenset[str]:
        """The UUIDs of all teams and channels, also of those that are out of use, in small letters."""
        return frozenset(uuid for one in (*self.teams, *self.channels) if (uuid := _uuid(one)))

    @property
    def main_channels(self) -> frozenset[str]:
        """The UUIDs of the channels that are used where a contact names none."""
        return frozenset(uuid for one in self.channels if one.get("main") is True and (uuid := _uuid(one)))

    def directory(self, *, teams: bool, channels: bool, users: bool = False) -> Directory:
        """Return the names of the teams, channels and users, of those that are asked for.

        Raises:
            UnreadableError: The token may not read the teams or channels that are asked for. Users that it may not
                read are none: contacts can be assigned by e-mail.

        """
        for name, is_asked in (("teams", teams), ("channels", channels)):
            if is_asked and name in self.refused:
                raise self.refused[name]
        return Directory(
            teams=_entries(self.teams, "uuid", "name") if teams else None,
            channels=_entries(self.channels, "uuid", "title") if channels else None,
            users=_entries(self.users, "email", "name") if users else None,
        )


async def who_am_i(service: Service, jitter: Callable[[], float]) -> str:
    """Return the e-mail of the token's owner (GET /auth/me); nothing else of that answer is kept: it echoes the key.

    Raises:
        ServiceError: The token is refused, or the service cannot be reached.

    """
    return clean(text_field(await get_json(service, WHO_AM_I, jitter), "user_email")) or "unknown"


async def read_lists(
    service: Service, jitter: Callable[[], float], *, teams: bool, channels: bool, users: bool = False
) -> AccountLists:
    """Return the account's teams, channels and users to the last page, of those that are asked for.

    Users are listed only as members of teams, so those who are in none are not seen, and teams are asked for too.

    Raises:
        ServiceError: The token is refused, or the service cannot be reached; a list that this token may not read, or
            that the service does not have, is no error.

    """
    found: dict[str, list[Mapping[str, object]]] = {}
    refused: dict[str, UnreadableError] = {}

    async def read(name: str, path: str) -> None:
        listed = found.setdefault(name, [])
        try:
            async for page in list_pages(service, path, name, {}, _MOST_PAGES, jitter):
                listed += json_objects(page.get(name))
        except UnreadableError as error:
            LOG.warning("the account's %s cannot be read: %s", path, error.message, extra=log_fields("account"))
            refused[name] = error

    for name in (name for name, is_asked in (("teams", teams or users), ("channels", channels)) if is_asked):
        await read(name, name)
    for uuid in (text_field(team, "uuid") for team in found.get("teams", ()) if users):
        if uuid:
            await read("users", f"teams/{uuid}/members")
    return AccountLists(**found, refused=refused)


async def identify_account(
    service: Service, lists: AccountLists, base_url: str, label: str, jitter: Callable[[], float]
) -> AccountIdentity:
    """Return which account it is, after asking for the e-mail of the token's owner.

    Args:
        service: That the account is of.
        lists: The account's teams and channels.
        base_url: The service's address.
        label: The account's name in the config; may be empty. With one, the e-mail may be unknown.
        jitter: A number from 0.0 to 1.0 for the waits between attempts.

    Raises:
        ServiceError: The token is refused, or the service cannot be reached.

    """
    try:
        email = await who_am_i(service, jitter)
    except UnreadableError:
        if not label:
            raise
        email = ""
    return AccountIdentity(
        name=f"{base_url} {label or email}",
        email=email.casefold() if "@" in email else "",
        uuids=lists.uuids,
        main_channels=lists.main_channels,
    )


def _entries(listed: Sequence[Mapping[str, object]], key: str, label: str) -> tuple[NamedEntry, ...]:
    """Return each of them once, sorted: the service may list them in any order, and users are in several teams."""
    entries = {
        NamedEntry(
            sent=sent,
            name=clean(text_field(one, label)),
            type=text_field(one, "type"),
            is_discarded=bool(one.get("discardedAt")),
        )
        for one in listed
        if (sent := clean(text_field(one, key)))
    }
    return tuple(sorted(entries, key=lambda one: (one.sent, one.name)))


def _uuid(one: Mapping[str, object]) -> str:
    return text_field(one, "uuid").strip().casefold()


async def list_pages(
    service: Service, path: str, name: str, query: Mapping[str, str], most: int, jitter: Callable[[], float]
) -> AsyncIterator[Mapping[str, object]]:
    """Yield the first pages of a list, at most so many.

    Args:
        service: That the list is of.
        path: Of the call.
        name: Under which each page has its part of the list.
        query: Of each request, without the page.
        most: How many pages at most.
        jitter: A number from 0.0 to 1.0 for the waits between attempts.

    Raises:
        ServiceError: The token is refused, or the service cannot be reached.

    """
    for number in range(1, most + 1):
        request = Request(method="GET", path=path, query={**query, "page": str(number)})
        page = await get_json(service, request, jitter, holds=name)
        yield page
        meta = page.get("meta")
        count = meta.get("pages") if isinstance(meta, dict) else None
        if not isinstance(count, int) or number >= count:
            return


async def get_json(
    service: Service, request: Request, jitter: Callable[[], float], *, holds: str = ""
) -> dict[str, object]:
    """Return the JSON object that a GET is answered with; repeated a few times, for that harms nobody.

    Args:
        service: To ask.
        request: The GET.
        jitter: A number from 0.0 to 1.0 for the waits between attempts.
        holds: A list that the object should have; without it, the last attempt's object counts all the same.

    Raises:
        ServiceError: The token is refused, or the service cannot be reached.

    """
    for number in range(1, _MOST_ATTEMPTS + 1):
        reply = await service.send(request)
        found = reply.json if reply.http_status == HTTPStatus.OK else None
        if isinstance(found, dict) and (not holds or holds in found or number == _MOST_ATTEMPTS):
            return found
        wait_seconds = reply.retry_after_seconds or backoff_seconds(number, 8.0, jitter())
        if number == _MOST_ATTEMPTS or not _may_pass(reply) or wait_seconds > _LONGEST_WAIT_SECONDS:
            break
        await asyncio.sleep(wait_seconds)
    raise _error(reply, wait_seconds)


def _may_pass(reply: Reply) -> bool:
    """Tell whether the same question may get another answer soon."""
    status = reply.http_status or 0
    return not reply.fatal and (reply.is_proxy_page or status in (408, 429) or not 300 <= status < 500)  # noqa: PLR2004 - HTTP's numbers


def _error(reply: Reply, wait_seconds: float) -> ServiceError:
    is_refused = 400 <= (reply.http_status or 0) < 500 and reply.http_status != 401 and not _may_pass(reply)  # noqa: PLR2004 - HTTP's numbers
    kind = UnreadableError if is_refused else ServiceError
    if reply.http_status in (401, 403):
        return kind(
            f"The service refused the token ({reply.http_status}).",
            "Take a new token from Callbell's settings (API), then run the same command again.",
            code="token_refused",
        )
    if wait_seconds > _LONGEST_WAIT_SECONDS:
        return ServiceError(
            f"The service asks to wait {wait_seconds / 60:.0f} minutes before the next request.",
            "Run the same command again after that: nothing was sent.",
            code="asked_to_wait",
        )
    if reply.no_connection:
        return no_connection_error(reply)
    return kind(
        f"Callbell did not answer as it should: {reply.message.rstrip('.') or 'what came is not its JSON'}.",
        _CHECK_NETWORK if _may_pass(reply) else f"Nothing was sent. {CHECK_ADDRESS}",
        code="" if reply.http_status else "unreachable",
    )


def no_connection_error(reply: Reply) -> ServiceError:
    """Return the error that no connection came about, of a reply that says so."""
    return ServiceError(reply.no_connection, _CHECK_CLOCK if reply.fatal else _CHECK_NETWORK)


def text_field(one: Mapping[str, object], name: str) -> str:
    """Return the text under a name of a JSON object; an empty one where there is none."""
    value = one.get(name)
    return value if isinstance(value, str) else ""


def json_objects(value: object) -> Iterator[Mapping[str, object]]:
    """Yield the JSON objects of what should be a list of them."""
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))
