"""The connection to the account, and the commands that send through it with a worker pool."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from importer.client.account import AccountLists, identify_account, read_lists
from importer.client.http import CallbellClient
from importer.client.token import NoTokenError, Token, find_token
from importer.commands.context import CommandContext, CommandResult, is_yes
from importer.commands.exit_status import exit_code
from importer.commands.mapping_selection import column_mapping, mapping_options
from importer.journal import AccountMatch, Journal
from importer.mapper.column_mapping import ColumnMapping, uses_channels, uses_teams
from importer.mapper.options import MappingOptions
from importer.model.account import AccountIdentity, Directory
from importer.model.errors import UsageError
from importer.model.journal_rows import OutcomeT
from importer.model.plain_text import plain
from importer.model.protocols import Reader, Service, WorkJournal
from importer.model.runs import RunRecord
from importer.model.stop import Stop
from importer.system.shell import importer_command
from importer.system.stop_signals import Interruption
from importer.worker_pool.operation import Operation, StepT
from importer.worker_pool.pool import WorkerPool
from importer.worker_pool.rate_limiter import RateLimiter


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedSheet:
    """An opened sheet, and which column feeds which field."""

    reader: Reader
    options: MappingOptions
    mapping: ColumnMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The service, and the account that answers there."""

    service: CallbellClient
    account: AccountMatch
    """What the journal knows of it."""
    lists: AccountLists | None
    """Its teams and channels; None: there is no token, so nobody was asked."""
    directory: Directory | None
    """The names of its teams and channels that the mappings need; None: there is no token."""
    sheets: Sequence[MappedSheet]
    """Mapped with the teams and channels of the account."""


async def connect(
    context: CommandContext, store: Journal, record: RunRecord, readers: Sequence[Reader], opened: AsyncExitStack
) -> Connection:
    """Ask the service which account it is, and for its teams and channels; map the sheets.

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
    options = [mapping_options(reader.sheet, context.settings) for reader in readers]
    in_sandbox = context.settings.run.sandbox
    base_url, token = await _sandbox(context, options, opened) if in_sandbox else _service(context)
    service = await opened.enter_async_context(CallbellClient(base_url, token or Token(""), context.clock))
    label, lists, directory = context.settings.service.account, None, None
    # A sandbox is empty each time, so nothing of it is remembered.
    identity = AccountIdentity(name=f"sandbox {record.name}" if in_sandbox else f"{base_url} {label}")
    if token is not None:
        teams, channels = any(map(uses_teams, options)), any(map(uses_channels, options))
        wanted = {"teams": teams or not in_sandbox, "channels": channels or not in_sandbox}
        lists = await read_lists(service, context.jitter, **wanted)
        directory = lists.directory(teams=teams, channels=channels)
        identity = replace(identity, main_channels=lists.main_channels)
        if not in_sandbox:
            identity = await identify_account(service, lists, base_url, label, context.jitter)
    sheets = []
    for reader, one in zip(readers, options, strict=True):
        mapping = column_mapping(reader.sheet, one, directory)
        sheets.append(MappedSheet(reader=reader, options=one, mapping=mapping))
    account = store.match_account(identity)
    return Connection(service=service, account=account, lists=lists, directory=directory, sheets=sheets)


def required_account(
    context: CommandContext, record: RunRecord, account: AccountMatch, arguments: Sequence[str]
) -> AccountMatch:
    """Return which account it is, as far as the journal or else a person can tell.

    Args:
        context: With how to ask.
        record: The command's name, and a name of the account that it must be; empty: any.
        account: What the journal knows of the account.
        arguments: Of the command, to be given again.

    Raises:
        UsageError: It is not the one that it must be, or nobody is there to say which it is.

    """
    if record.account and record.account not in account.names:
        raise UsageError(
            f"That run was for another account ({record.account}), and this one is {account.identity.name}.",
            "Give the token and the config of that account. Nothing was changed.",
        )
    if not account.is_doubtful:
        return account
    doubt = (
        f"This may not be the account that the journal knows as {plain(account.name)}:"
        " no team or channel of that one is among those that Callbell names now."
    )
    question = f"{doubt}\nIs it that account all the same? Then what was sent to it is not sent again. [y/n]"
    answer = context.ask_line(question).strip() if context.ask_line else ""
    if is_yes(answer):
        return account
    is_named = account.identity.name not in account.names
    if is_named and answer[:1].lower() == "n" and not record.account:
        return AccountMatch(identity=account.identity, name=account.identity.name)
    name_it = "" if is_named else 'If it is another account, name it: account = "..." under [service] of its config. '
    command = importer_command(record.command, *arguments, options=[*context.options.items()])
    raise UsageError(
        f"{doubt} Nothing was sent.",
        f"{name_it}Give this command on a terminal, where you are asked whether it is:\n  {command}",
    )


def _service(context: CommandContext) -> tuple[str, Token | None]:
    """Return the service's address and the token; a dry run does without a token, and without asking the account."""
    chosen = context.settings.service
    try:
        return chosen.base_url, find_token(context.environment, chosen.token_file, chosen.account)
    except NoTokenError:
        if context.settings.run.dry_run:
            return chosen.base_url, None
        raise


async def _sandbox(
    context: CommandContext, options: Sequence[MappingOptions], opened: AsyncExitStack
) -> tuple[str, Token]:
    """Start a sandbox for this run, which has the custom fields of the mappings; return its address and token."""
    # Late: a run that does not need it does not wait for a server to be imported.
    from importer.sandbox import DEFAULT_ACCOUNT, CustomField, Sandbox, SandboxOptions  # noqa: PLC0415 - said above

    fields = [
        CustomField(name=field.name, type=field.type, options=field.options)
        for one in options
        for field in one.columns.custom_fields
    ]
    rate_limit = math.ceil(context.settings.service.rate)
    sandbox = Sandbox(SandboxOptions(account=DEFAULT_ACCOUNT.opened(fields), rate_limit=rate_limit))
    await opened.enter_async_context(sandbox)
    return sandbox.base_url, Token(sandbox.token)


@dataclass(slots=True, kw_only=True)
class PoolCommand:
    """A command that sends, under way; `execute` is called once.

    Args:
        context: What the command was given.
        store: The open journal, whose lock is held.
        record: The command's name, folder and start; its account is the one that it must be, or empty.
        arguments: Of the command, without its options.
        readers: The opened sheets.
        interruption: Stops the pool, or as long as there is none, cancels the command.

    """

    verb: ClassVar = "sent"
    context: CommandContext
    store: Journal
    record: RunRecord
    arguments: Sequence[str] = ()
    readers: Sequence[Reader] = ()
    interruption: Interruption = field(default_factory=Interruption)

    async def execute(self) -> CommandResult:
        """Connect, send, and write the reports.

        Raises:
            ImporterError: The command could not begin, or could not be written down.

        """
        with self.interruption.by_signals():
            async with AsyncExitStack() as opened:
                try:
                    connection = await connect(self.context, self.store, self.record, self.readers, opened)
                except asyncio.CancelledError:
                    if self.interruption.signalled is None:
                        raise
                    code = exit_code({}, None, self.interruption.signalled)
                    return CommandResult(exit_code=code, text=f"Interrupted before anything was {self.verb}.")
                with self.interruption.by_exception():
                    account = required_account(self.context, self.record, connection.account, self.arguments)
                return await self._send(replace(connection, account=account))

    async def _send(self, connection: Connection) -> CommandResult:
        """Send, and write the reports."""
        raise NotImplementedError

    def _pool(
        self,
        operation: Operation[StepT, OutcomeT],
        service: Service,
        journal: WorkJournal[OutcomeT],
        limiter: RateLimiter,
        too_many_failures: Callable[[Mapping[Any, int]], Stop | None] = lambda _done: None,
    ) -> WorkerPool[StepT, OutcomeT]:
        """Return a worker pool; from here on a signal ends the command in good order."""
        chosen = self.context.settings.service
        self.interruption.pool = pool = WorkerPool(
            operation=operation,
            service=service,
            journal=journal,
            rate_limiter=limiter,
            clock=self.context.clock,
            jitter=self.context.jitter,
            rate=chosen.rate,
            longest_outage_seconds=chosen.max_outage_seconds,
            too_many_failures=too_many_failures,
        )
        return pool


@asynccontextmanager
async def in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let a coroutine run until the block ends, which cancels it."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
