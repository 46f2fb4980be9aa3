"""The connection to the account: which one it is, its teams and channels, and the sheets mapped with them."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import repeat

from importer.client.account import AccountLists, identify_account, read_lists
from importer.client.http import CallbellClient
from importer.client.token import NoTokenError, Token, find_token
from importer.commands.account.asking_display import asking_account, outage_before_rows
from importer.commands.account.token_place import warn_of_other_token
from importer.commands.context import CommandContext
from importer.commands.input.input_sheet import InputSheet
from importer.commands.mapping_selection import column_mapping, guess_of, mapping_options, with_account
from importer.commands.questions.consent_notes import notes_beside_config
from importer.commands.rehearsal import Rehearsal, start_rehearsal
from importer.journal import AccountMatch, Journal
from importer.mapper.column_mapping import ColumnMapping, uses_channels, uses_teams, uses_users
from importer.mapper.mapping_guess import Guess
from importer.mapper.options import MappingOptions
from importer.model.account import AccountIdentity, Directory
from importer.model.protocols import Service
from importer.model.runs import OF_SANDBOX, RunRecord
from importer.worker_pool.patient_service import PatientService


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedSheet:
    """An opened sheet, and which column feeds which field."""

    reader: InputSheet
    options: MappingOptions
    mapping: ColumnMapping
    notes: tuple[str, ...] = ()
    """What to tell of a guessed mapping, or of a column that says who agreed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The service, and the account that answers there."""

    service: CallbellClient
    account: AccountMatch
    """What the journal knows of it."""
    lists: AccountLists | None
    """Its teams, channels and users; None: there is no token, so nobody was asked."""
    directory: Directory | None
    """Those of them that the mappings need; None: there is no token."""
    sheets: Sequence[MappedSheet]
    """Mapped with the teams, channels and users of the account."""
    rehearsal: Rehearsal | None = None
    """The sandbox that the service is; None: it is no sandbox of this run."""

    @property
    def foretells(self) -> bool:
        """Whether a dry run can ask the account what would become of each row."""
        return self.lists is not None and self.rehearsal is None

    @property
    def is_asked(self) -> bool:
        """Whether it is known what the account has."""
        return self.lists is not None and (self.rehearsal is None or self.rehearsal.lists is not None)


async def connect(
    context: CommandContext, store: Journal, record: RunRecord, readers: Sequence[InputSheet], opened: AsyncExitStack
) -> Connection:
    """Ask the service which account it is, and for its teams, channels and users; map the sheets.

    Args:
        context: With where the service is.
        store: The open journal.
        record: The run, after which the account of a sandbox is called.
        readers: The opened sheets.
        opened: Gets what has to be closed when the run is over.

    Raises:
        InputError: A mapping does not fit its header.
        ServiceError: The token is refused, or the service cannot be reached.
        UsageError: There is no token.

    """
    guesses = [await asyncio.to_thread(guess_of, reader, context.settings) for reader in readers]
    sheets = [reader.sheet for reader in readers]
    options = list(map(mapping_options, sheets, repeat(context.settings), guesses))
    outage = outage_before_rows(context)
    async with asking_account(context, outage):
        rehearsal = await start_rehearsal(context, options, opened) if context.settings.run.sandbox else None
        base_url, token = rehearsal.service if rehearsal else _service(context)
        service = await opened.enter_async_context(CallbellClient(base_url, token or Token(""), context.clock))
        asked = PatientService(service, outage)
        lists, directory, is_asked = None, None, rehearsal is None or rehearsal.lists is not None
        if token is not None:
            named = _named(options, guesses)
            lists = await _account_lists(context, asked, rehearsal, named)
            directory = _directory(lists, named, options if is_asked else [])
        # A rehearsal that did not ask the account takes every name for granted.
        known = directory if is_asked else None
        mapped = list(map(_mapped, readers, options, guesses, repeat(directory), repeat(known), repeat(context)))
        identity = await _identity(context, asked, base_url, lists, f"{OF_SANDBOX}{record.name}" if rehearsal else "")
    account = store.match_account(identity)
    return Connection(
        service=service, account=account, lists=lists, directory=directory, sheets=mapped, rehearsal=rehearsal
    )


async def _identity(
    context: CommandContext, service: Service, base_url: str, lists: AccountLists | None, sandbox: str
) -> AccountIdentity:
    """Return which account it is, by its lists if it was asked.

    A sandbox within this run is empty each time, so it is called after the run, and nothing of it is remembered.
    """
    label = context.settings.service.account
    if lists is None:
        return AccountIdentity(name=f"{base_url} {label}")
    if sandbox:
        return AccountIdentity(name=sandbox, main_channels=lists.main_channels)
    return await identify_account(service, lists, base_url, label, context.jitter)


async def _account_lists(
    context: CommandContext, service: Service, rehearsal: Rehearsal | None, named: Mapping[str, bool]
) -> AccountLists:
    """Return the account's lists; of a sandbox that was told of no account, only what is named."""
    if rehearsal is None:
        return await read_lists(service, context.jitter, **{**named, "teams": True, "channels": True})
    return rehearsal.lists or await read_lists(service, context.jitter, **{**named, "users": False})


def _named(options: Sequence[MappingOptions], guesses: Sequence[Guess | None]) -> dict[str, bool]:
    """Return whether some of the account's teams, channels and users are, or may be, named."""
    guessed = set[str]().union(*(one.by_account for one in guesses if one))
    return {
        "teams": "team" in guessed or any(map(uses_teams, options)),
        "channels": "channel" in guessed or any(map(uses_channels, options)),
        "users": "assigned_user" in guessed or any(map(uses_users, options)),
    }


def _directory(lists: AccountLists, named: Mapping[str, bool], options: Sequence[MappingOptions]) -> Directory:
    """Return what the mappings need of the lists, of which UUIDs in the options are checked too.

    Raises:
        UnreadableError: The token may not read what is named; a UUID that cannot be checked is sent as it is.

    """
    given = {f"{name}s": any(getattr(one.contact, name) for one in options) for name in ("team", "channel")}
    checked = {name: is_given and name not in lists.refused for name, is_given in given.items()}
    return lists.directory(**{name: is_named or checked.get(name, False) for name, is_named in named.items()})


def _mapped(
    reader: InputSheet,
    options: MappingOptions,
    guessed: Guess | None,
    found: Directory | None,
    known: Directory | None,
    context: CommandContext,
) -> MappedSheet:
    """Return the sheet with its mapping, now that the account was asked.

    The account's lists complete a guess (`found`) and resolve names (`known`); without these, names pass as they are.
    The context tells the config's path, for the message of a mapping that does not fit.

    Raises:
        InputError: The mapping does not fit its header.

    """
    chosen, notes = with_account(options, guessed, found)
    mapping = column_mapping(reader.sheet, chosen, known, context.options.get("config"))
    told = (*notes, *notes_beside_config(reader, context.settings))
    return MappedSheet(reader=reader, options=chosen, mapping=mapping, notes=told)


def _service(context: CommandContext) -> tuple[str, Token | None]:
    """Return the service's address and the token; a dry run does without a token, and without asking the account."""
    chosen = context.settings.service
    warn_of_other_token(context)
    try:
        return chosen.base_url, find_token(context.environment, chosen.token_file, chosen.account)
    except NoTokenError:
        if context.settings.run.dry_run:
            return chosen.base_url, None
        raise
