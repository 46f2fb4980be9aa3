"""The account that the token is for, as commands see it that change nothing there: by GETs alone."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from importer.client.account import UnreadableError, json_objects, list_pages, read_lists
from importer.client.http import CallbellClient
from importer.client.token import NoTokenError, find_token
from importer.commands.account.account_check import misfits, not_seen
from importer.commands.account.census import AccountContents, Census
from importer.commands.account.requirements import Requirements, RequirementsOfSheet, source_columns
from importer.commands.context import CommandContext
from importer.mapper.options import CustomFieldOptions, MappingOptions
from importer.mapper.warnings import RowTally
from importer.model.account import ACCOUNT_PROBLEMS, Directory, FieldType
from importer.model.plain_text import plain
from importer.model.protocols import Service
from importer.model.replies import Reply
from importer.model.requests import WHO_AM_I, Request
from importer.model.rows import Entry, InvalidRow
from importer.model.runs import ProblemGroup
from importer.reports.account_words import account_words

_MOST_OFFERED = 12
_MOST_PAGES = 25
"""Of contacts, 20 a page: they show most of the fields that are in use."""


@dataclass(frozen=True, slots=True)
class ReadOnlyService:
    """The account's own service, to which nothing but GETs is sent."""

    service: Service

    async def send(self, request: Request) -> Reply:
        """Send a GET.

        Raises:
            ValueError: It is no GET.

        """
        if request.is_change:
            raise ValueError(f"this command sends no {request.method}")
        return await self.service.send(request)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAccount:
    """What is known of the account without any row."""

    directory: Directory
    contents: AccountContents
    """What its latest contacts carry."""

    @property
    def fields(self) -> Sequence[CustomFieldOptions]:
        """Its custom fields, without columns, sorted by name; of a type that is not known, text."""
        types = set(FieldType)
        return [
            CustomFieldOptions(
                name=name, column="", type=FieldType(one.type if one.type in types else "text"), options=one.options
            )
            for name, one in sorted(self.contents.fields.items())
        ]

    @property
    def offered(self) -> dict[str, Sequence[str]]:
        """What can be the same for every contact, by the key of `[contact]`."""
        there = self.directory
        lists = {"team": there.teams, "assigned_user": there.users}
        return {
            key: sorted(one.sent if key == "assigned_user" else one.name for one in (found or ()))[:_MOST_OFFERED]
            for key, found in lists.items()
        }

    def missing(self, entries: Sequence[Entry], options: MappingOptions) -> tuple[ProblemGroup, ...]:
        """Return what rows name and the account does not have, or was not seen to have."""
        requirements = Requirements()
        RequirementsOfSheet(requirements, source_columns(options)).mapped(entries)
        names: dict[tuple[str, str, str], RowTally] = {}
        for entry in entries:
            for problem in entry.mapped.problems if isinstance(entry.mapped, InvalidRow) else ():
                if problem.code in ACCOUNT_PROBLEMS:
                    tally = names.setdefault((problem.code, problem.column, problem.message), RowTally())
                    tally.add(entry.row.number)
        wrong = [tally.group(*key) for key, tally in names.items()]
        seen = self.contents
        return (*wrong, *misfits(requirements, seen), *not_seen(requirements, seen, self.directory))


async def own_account(context: CommandContext, opened: AsyncExitStack) -> Service | None:
    """Return the account's own service; None where there is no token, or no answer, which is told.

    Args:
        context: With where the service is, and the token.
        opened: Gets what has to be closed afterwards.

    Raises:
        UsageError: The token cannot be read.

    """
    chosen = context.settings.service
    try:
        token = find_token(context.environment, chosen.token_file, chosen.account)
    except NoTokenError:
        return None
    client = await opened.enter_async_context(CallbellClient(chosen.base_url, token, context.clock))
    service = ReadOnlyService(client)
    reply = await service.send(WHO_AM_I)
    if reply.http_status is None:  # what does not need the account goes on without a network
        where = plain(account_words("", chosen.base_url))
        context.tell(f"The account was not asked: {where} did not answer ({plain(reply.message)}).")
        return None
    return service


async def known_account(context: CommandContext) -> KnownAccount | None:
    """Return what the account has; None where there is no token, or no answer.

    Raises:
        ServiceError: The token is refused, or the service breaks off.
        UsageError: The token cannot be read.

    """
    async with AsyncExitStack() as opened:
        service = await own_account(context, opened)
        if service is None:
            return None
        lists = await read_lists(service, context.jitter, teams=True, channels=True, users=True)
        is_read = {name: name not in lists.refused for name in ("teams", "channels", "users")}
        census = Census(Requirements())
        query = {"include_field_types": "true"}
        try:
            async for page in list_pages(service, "contacts", "contacts", query, _MOST_PAGES, context.jitter):
                census.see_contacts(json_objects(page.get("contacts")))
        except UnreadableError as error:
            context.tell(
                f"The account's contacts cannot be read, so its tags and fields are not known: {error.message}"
            )
        return KnownAccount(directory=lists.directory(**is_read), contents=census.contents)
