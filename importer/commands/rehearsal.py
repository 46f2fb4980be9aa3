"""A rehearsal: the sandbox within a run, which has what the account has, as far as a few GETs can tell.

With a token its teams, channels and users are those of the account; once the rows are read, so are the tags and custom
fields that they need. Without one it takes whatever the rows name, and what it took for granted is said at the end.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from importer.client.account import (
    AccountLists,
    UnreadableError,
    json_objects,
    list_pages,
    read_lists,
    text_field,
    who_am_i,
)
from importer.client.http import CallbellClient
from importer.client.token import NoTokenError, find_token
from importer.commands.account_check import MOST_TAGS, AccountContents, Requirements, census
from importer.commands.context import CommandContext
from importer.mapper.options import CustomFieldOptions
from importer.model.account import FieldType
from importer.model.plain_text import plain
from importer.model.protocols import Service
from importer.model.replies import Reply
from importer.model.requests import Request
from importer.model.rows import Contact, Entry

if TYPE_CHECKING:
    from importer.sandbox import AccountSetup, Sandbox

_MOST_NAMES = 20
_MOST_PAGES = 500


@dataclass(frozen=True, slots=True)
class ReadOnlyService:
    """The account's own service, to which a rehearsal sends nothing but GETs."""

    service: Service

    async def send(self, request: Request) -> Reply:
        """Send a GET.

        Raises:
            ValueError: It is no GET.

        """
        if request.is_change:
            raise ValueError(f"a rehearsal sends no {request.method}")
        return await self.service.send(request)


@dataclass(slots=True, kw_only=True)
class Rehearsal:
    """A sandbox that stands for the account, and observes the rows of the run.

    Args:
        sandbox: That runs.
        setup: Its account, as far as it is known before the rows are read.
        fields: The custom fields of the mappings.
        account: The account's own service; None: there is no token.
        lists: The account's teams and channels, as its own service lists them; None: there is no token.

    """

    sandbox: "Sandbox"
    setup: "AccountSetup"
    fields: Sequence[CustomFieldOptions]
    account: Service | None
    lists: AccountLists | None
    requirements: Requirements = field(default_factory=Requirements)
    _named: dict[str, dict[str, None]] = field(default_factory=dict)
    """By kind, the teams and channels that rows name, in their order."""
    _refused: dict[str, Sequence[str]] = field(default_factory=dict)
    """By kind, what the rows need and was not seen in the account."""

    def mapped(self, entries: Sequence[Entry]) -> None:
        """Note what the rows require of the account."""
        for entry in entries:
            if isinstance(contact := entry.mapped, Contact):
                self.requirements.see(entry.row, contact)
                for kind, uuid in (("teams", contact.team_uuid), ("channels", contact.channel_uuid)):
                    if uuid:
                        self._named.setdefault(kind, {})[uuid] = None

    def recognised(self, row: int, identifier: str) -> None:
        """A sandbox is empty each time, so no row is recognised."""

    async def learn(self, jitter: Callable[[], float]) -> None:
        """Give the sandbox the tags and custom fields of the account, as far as the rows need them.

        Raises:
            ServiceError: The token is refused, or the service cannot be reached.

        """
        if self.account is None or self.lists is None:
            return
        seen = await census(self.account, self.requirements, self.lists, jitter)
        tags, any_tag = self._tags(seen), not seen.tags
        fields = self._fields_seen(seen)
        known_users = {user.email for user in self.setup.users}
        self._refused = {
            "tags": [] if any_tag else [tag for tag in self.requirements.tags if tag not in tags],
            "custom fields": [name for name in self.requirements.fields if name not in fields],
            "users": [user for user in self.requirements.users if user not in known_users],
        }
        self.sandbox.calls.set_account(_with_contents(self.setup, tags, fields, any_tag=any_tag))

    def _tags(self, seen: AccountContents) -> frozenset[str]:
        """Return the tags that the account has, or may have: those that nobody could ask for are among them."""
        not_seen = [tag for tag in self.requirements.tags if tag not in seen.tags]
        asked = [tag for tag in not_seen if "," not in tag][:MOST_TAGS]
        return seen.tags.union(not_seen).difference(asked)

    def _fields_seen(self, seen: AccountContents) -> Mapping[str, tuple[FieldType, tuple[str, ...]]]:
        """Return the type and options of each custom field of the mappings that the account has, or may have."""
        is_known = seen.whole and bool(seen.fields)
        found = {}
        for one in self.fields:
            in_use = seen.fields.get(one.name)
            if in_use is not None:
                is_type = in_use.type in set(FieldType)
                found[one.name] = (FieldType(in_use.type) if is_type else one.type, in_use.options)
            elif not is_known:
                found[one.name] = (one.type, one.options)
        return found

    def paragraphs(self) -> list[str]:
        """Return what to tell at the end: what was taken for granted, or refused because it was not seen."""
        if self.account is None:
            return list(taken_for_granted(self.requirements, self._named))
        lines = [f"  {kind}: {_names(names)}" for kind, names in self._refused.items() if names]
        if not lines:
            return []
        head = (
            "The sandbox refused what was not seen in the account. That is no proof: no call of the service lists it,"
            "\nso it was looked for on contacts and in teams. See in Callbell's settings whether there is:"
        )
        return ["\n".join([head, *lines])]


def taken_for_granted(requirements: Requirements, named: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """Yield a paragraph with all that the account must have so that it takes the rows; nothing if that is nothing.

    Args:
        requirements: What the rows require.
        named: By kind, such as `teams`, what else they name.

    """
    required: dict[str, Sequence[str]] = {
        "tags": list(requirements.tags),
        "custom fields": list(requirements.fields),
        "users": list(requirements.users),
        **{kind: list(names) for kind, names in named.items()},
    }
    if lines := [f"  {kind}: {_names(names)}" for kind, names in required.items() if names]:
        head = "There is no token, so nobody was asked: these must be in your account:"
        yield "\n".join([head, *lines])


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    return plain(", ".join(names[:_MOST_NAMES])) + more


def tell_rehearsal(context: CommandContext) -> None:
    """Say that a run is a rehearsal, if it is one: the first line that it writes."""
    if context.settings.run.sandbox:
        context.tell("This is a rehearsal: all goes to a sandbox within this run, and nothing is sent to Callbell.")


async def start_rehearsal(
    context: CommandContext, fields: Sequence[CustomFieldOptions], opened: AsyncExitStack
) -> Rehearsal:
    """Start a sandbox that has the account's teams, channels and users, where there is a token.

    Args:
        context: With where the service is, and the token.
        fields: The custom fields of the mappings.
        opened: Gets what has to be closed when the run is over.

    Raises:
        ServiceError: The token is refused, or the service cannot be reached.
        UsageError: The token cannot be read.

    """
    # Late: a run that does not need it does not wait for a server to be imported.
    from importer.sandbox import DEFAULT_ACCOUNT, CustomField, Sandbox, SandboxOptions  # noqa: PLC0415 - said above

    account, lists = await _own_account(context, opened)
    if account is None or lists is None:
        custom_fields = [CustomField(name=one.name, type=one.type, options=one.options) for one in fields]
        setup = replace(DEFAULT_ACCOUNT.opened(custom_fields), any_team=True, any_channel=True)
    else:
        setup = await _setup(account, lists, context.jitter)
    options = SandboxOptions(account=setup, rate_limit=math.ceil(context.settings.service.rate))
    sandbox = await opened.enter_async_context(Sandbox(options))
    return Rehearsal(sandbox=sandbox, setup=setup, fields=fields, account=account, lists=lists)


async def _own_account(context: CommandContext, opened: AsyncExitStack) -> tuple[Service | None, AccountLists | None]:
    """Return the account's own service with its teams and channels; None without a token."""
    chosen = context.settings.service
    try:
        token = find_token(context.environment, chosen.token_file, chosen.account)
    except NoTokenError:
        return None, None
    client = await opened.enter_async_context(CallbellClient(chosen.base_url, token, context.clock))
    service = ReadOnlyService(client)
    return service, await read_lists(service, context.jitter, teams=True, channels=True)


async def _setup(service: Service, lists: AccountLists, jitter: Callable[[], float]) -> "AccountSetup":
    """Return a sandbox's account with the account's teams, channels and users."""
    from importer.sandbox import DEFAULT_ACCOUNT  # noqa: PLC0415 - late, see above
    from importer.sandbox.account import Channel, Team, User  # noqa: PLC0415 - late, see above

    users: dict[str, User] = {}
    with suppress(UnreadableError):
        email = await who_am_i(service, jitter)
        users[email] = User(email=email, name=email)
    teams = []
    for one in lists.teams:
        uuid, members = text_field(one, "uuid"), []
        async for page in list_pages(service, f"teams/{uuid}/members", "users", {}, _MOST_PAGES, jitter):
            for user in json_objects(page.get("users")):
                member = text_field(user, "email")
                users[member] = User(email=member, name=text_field(user, "name"))
                members.append(member)
        teams.append(Team(uuid=uuid, name=text_field(one, "name"), members=tuple(members)))
    channels = tuple(
        Channel(
            uuid=text_field(one, "uuid"),
            title=text_field(one, "title"),
            type=text_field(one, "type"),
            main=one.get("main") is True,
            discarded_at=text_field(one, "discardedAt") or None,
        )
        for one in lists.channels
    )
    return replace(
        DEFAULT_ACCOUNT,
        users=tuple(users.values()),
        teams=tuple(teams),
        channels=channels,
        any_tag=True,
        any_team="teams" in lists.refused,
        any_user="teams" in lists.refused,
        any_channel="channels" in lists.refused,
        custom_fields=(),
    )


def _with_contents(
    setup: "AccountSetup",
    tags: frozenset[str],
    fields: Mapping[str, tuple[FieldType, tuple[str, ...]]],
    *,
    any_tag: bool,
) -> "AccountSetup":
    from importer.sandbox import CustomField  # noqa: PLC0415 - late, see above

    custom_fields = tuple(
        CustomField(name=name, type=kind, options=options) for name, (kind, options) in fields.items()
    )
    return replace(setup, tags=tags, any_tag=any_tag, custom_fields=custom_fields)
