"""A rehearsal: the sandbox within a run, which has what the account has, as far as a few GETs can tell.

With a token its teams, channels and users are those of the account; once the rows are read, so are the tags and custom
fields that they need. Without one it takes whatever the rows name, and what it took for granted is said at the end.
"""

import math
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from importer.client.account import AccountLists, read_lists, text_field
from importer.client.token import Token
from importer.commands.account.census import AccountContents
from importer.commands.account.own_account import own_account
from importer.commands.account.requirements import Requirements, lines_by_kind
from importer.commands.context import CommandContext
from importer.mapper.options import CustomFieldOptions, MappingOptions
from importer.model.account import FieldType
from importer.model.plain_text import plain
from importer.model.protocols import Service

if TYPE_CHECKING:
    from importer.sandbox import AccountSetup, CustomField, Sandbox


@dataclass(slots=True, kw_only=True)
class Rehearsal:
    """A sandbox that stands for the account.

    Args:
        sandbox: That runs.
        setup: Its account, as far as it is known before the rows are read.
        fields: The custom fields of the mappings.
        account: The account's own service; None: it is not asked.
        lists: The account's teams, channels and users; None: it was not asked.

    """

    sandbox: "Sandbox"
    setup: "AccountSetup"
    fields: Sequence[CustomFieldOptions]
    account: Service | None = None
    lists: AccountLists | None = None
    _refused: dict[str, Sequence[str]] = field(default_factory=dict)
    """By kind, what the rows need and was not seen in the account, so that the sandbox does not have it."""
    _open: dict[str, Sequence[str]] = field(default_factory=dict)
    """By kind, what the rows need, and of which nothing tells whether the account has it: the sandbox takes it."""

    @property
    def service(self) -> tuple[str, Token]:
        """The sandbox's address and token."""
        return self.sandbox.base_url, Token(self.sandbox.token)

    def learn(self, requirements: Requirements, seen: AccountContents) -> None:
        """Give the sandbox the tags and custom fields that were seen in the account, as far as the rows need them."""
        # Where nothing carries a tag or a field, nothing can be told.
        any_tag, any_field = not seen.tags, not (seen.fields and seen.whole)
        fields = [one for mapped in self.fields if (one := _field_seen(mapped, seen, is_any=any_field))]
        users = {user.email for user in self.setup.users}
        missing = {
            "tags": [tag for tag in requirements.tags if tag not in seen.tags],
            "custom fields": [name for name in requirements.fields if name not in seen.fields],
            "users": [user for user in requirements.users if user not in users],
        }
        taken = {"tags": any_tag, "custom fields": any_field, "users": self.setup.any_user}
        self._refused = {kind: [] if taken[kind] else names for kind, names in missing.items()}
        self._open = {kind: names if taken[kind] else [] for kind, names in missing.items()}
        self.sandbox.calls.set_account(
            replace(self.setup, tags=seen.tags, any_tag=any_tag, custom_fields=tuple(fields))
        )

    def not_seen(self) -> list[str]:
        """Return a paragraph with what was refused because it was not seen in the account; none if that is nothing."""
        head = (
            "The sandbox refused what was not seen in the account. That is no proof: no call of the service lists"
            " it, so it was looked for on contacts and in teams. If it is in Callbell's settings, Callbell takes it"
            " (to rehearse with it, put it on one of the latest contacts there, or rehearse without the token):"
        )
        lines = [f"  {plain(line)}" for line in lines_by_kind(self._refused)]
        return ["\n".join([head, *lines])] if lines else []

    def to_make(self) -> tuple[str, ...]:
        """Return what must be in the account before the rows are sent and may be missing there, a line each."""
        return lines_by_kind(self._open)


def _field_seen(mapped: CustomFieldOptions, seen: AccountContents, *, is_any: bool) -> "CustomField | None":
    """Return a custom field with the type and the options that it has in the account; None: it was not seen there."""
    from importer.sandbox import CustomField  # noqa: PLC0415 - late, see below

    in_use = seen.fields.get(mapped.name)
    if in_use is None:
        return CustomField(name=mapped.name, type=mapped.type, options=mapped.options) if is_any else None
    is_type = in_use.type in set(FieldType)
    return CustomField(
        name=mapped.name, type=FieldType(in_use.type) if is_type else mapped.type, options=in_use.options
    )


def tell_rehearsal(context: CommandContext) -> None:
    """Say that a run is a rehearsal, if it is one: the first line that it writes."""
    if context.settings.run.sandbox:
        context.tell("This is a rehearsal: all goes to a sandbox within this run, and nothing is sent to Callbell.")


async def start_rehearsal(
    context: CommandContext, mappings: Sequence[MappingOptions], opened: AsyncExitStack
) -> Rehearsal:
    """Start a sandbox that has the account's teams, channels and users, where there is a token.

    Args:
        context: With where the service is, and the token.
        mappings: With the custom fields that the rows may have.
        opened: Gets what has to be closed when the run is over.

    Raises:
        ServiceError: The token is refused, or the service cannot be reached.
        UsageError: The token cannot be read.

    """
    # Late: a run that does not need it does not wait for a server to be imported.
    from importer.sandbox import DEFAULT_ACCOUNT, CustomField, Sandbox, SandboxOptions  # noqa: PLC0415 - said above

    fields = [one for mapping in mappings for one in mapping.columns.custom_fields]
    account = await own_account(context, opened)
    if account is None:
        lists = None
        custom_fields = [CustomField(name=one.name, type=one.type, options=one.options) for one in fields]
        setup = replace(DEFAULT_ACCOUNT.opened(custom_fields), any_team=True, any_channel=True)
    else:
        lists = await read_lists(account, context.jitter, teams=True, channels=True, users=True)
        setup = _setup(DEFAULT_ACCOUNT, lists)
    options = SandboxOptions(account=setup, rate_limit=math.ceil(context.settings.service.rate))
    sandbox = await opened.enter_async_context(Sandbox(options))
    return Rehearsal(sandbox=sandbox, setup=setup, fields=fields, account=account, lists=lists)


def _setup(default: "AccountSetup", lists: AccountLists) -> "AccountSetup":
    """Return a sandbox's account with the teams, channels and users of the account."""
    from importer.sandbox.account import Channel, Team, User  # noqa: PLC0415 - late, see above

    users = {text_field(one, "email"): text_field(one, "name") for one in lists.users}
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
        default,
        users=tuple(User(email=email, name=name) for email, name in users.items()),
        teams=tuple(Team(uuid=text_field(one, "uuid"), name=text_field(one, "name")) for one in lists.teams),
        channels=channels,
        any_tag=True,
        any_user=not users,
        any_team="teams" in lists.refused,
        any_channel="channels" in lists.refused,
    )
