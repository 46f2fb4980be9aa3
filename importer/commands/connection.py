"""The connection to the account, and the commands that send through it with a worker pool."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from importer.client.account import directory, who_am_i
from importer.client.http import CallbellClient
from importer.client.token import NoTokenError, Token, find_token
from importer.commands.context import CommandContext, CommandResult
from importer.commands.exit_status import exit_code
from importer.commands.mapping_selection import column_mapping, mapping_options
from importer.journal import Journal
from importer.mapper.column_mapping import ColumnMapping, uses_channels, uses_teams
from importer.mapper.options import MappingOptions
from importer.model.account import Directory
from importer.model.errors import UsageError
from importer.model.journal_rows import OutcomeT
from importer.model.protocols import Reader, Service, WorkJournal
from importer.model.runs import RunRecord
from importer.model.stop import Stop
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
    account: str
    """As the journal calls it."""
    directory: Directory | None
    """Its teams and channels; None: there is no token, so nobody was asked."""
    sheets: Sequence[MappedSheet]
    """Mapped with the teams and channels of the account."""


async def connect(
    context: CommandContext, record: RunRecord, readers: Sequence[Reader], opened: contextlib.AsyncExitStack
) -> Connection:
    """Ask the service for the account, and for the teams and channels that the mappings name; map the sheets.

    Args:
        context: With where the service is.
        record: The run; its account is the one that it must be.
        readers: The opened sheets.
        opened: Gets what has to be closed when the run is over.

    Raises:
        InputError: A mapping does not fit its header.
        ServiceError: The token is refused, or the service cannot be reached.
        UsageError: There is no token, or it is another account's.

    """
    options = [mapping_options(reader.sheet, context.settings) for reader in readers]
    in_sandbox = context.settings.run.sandbox
    base_url, token = await _sandbox(context, options, opened) if in_sandbox else _service(context)
    service = await opened.enter_async_context(CallbellClient(base_url, token or Token(""), context.clock))
    name, found = context.settings.service.account, None
    if token is not None:
        name = name or await who_am_i(service, context.jitter)
        teams, channels = any(map(uses_teams, options)), any(map(uses_channels, options))
        found = await directory(service, teams=teams, channels=channels, jitter=context.jitter)
    # A sandbox is empty each time, so nothing of it is remembered.
    account = f"sandbox {record.name}" if in_sandbox else f"{base_url} {name}"
    if record.account not in ("", account):
        raise UsageError(
            f"That run was for another account ({record.account}), and this one is {account}.",
            "Give the token and the config of that account. Nothing was changed.",
        )
    sheets = []
    for reader, one in zip(readers, options, strict=True):
        mapping = column_mapping(reader.sheet, one, found)
        sheets.append(MappedSheet(reader=reader, options=one, mapping=mapping))
    return Connection(service=service, account=account, directory=found, sheets=sheets)


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
    context: CommandContext, options: Sequence[MappingOptions], opened: contextlib.AsyncExitStack
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
        readers: The opened sheets.
        interruption: Stops the pool, or as long as there is none, cancels the command.

    """

    verb: ClassVar = "sent"
    context: CommandContext
    store: Journal
    record: RunRecord
    readers: Sequence[Reader] = ()
    interruption: Interruption = field(default_factory=Interruption)

    async def execute(self) -> CommandResult:
        """Connect, send, and write the reports.

        Raises:
            ImporterError: The command could not begin, or could not be written down.

        """
        with self.interruption.by_signals():
            async with contextlib.AsyncExitStack() as opened:
                try:
                    connection = await connect(self.context, self.record, self.readers, opened)
                except asyncio.CancelledError:
                    if self.interruption.signalled is None:
                        raise
                    code = exit_code({}, None, self.interruption.signalled)
                    return CommandResult(exit_code=code, text=f"Interrupted before anything was {self.verb}.")
                return await self._send(connection)

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


@contextlib.asynccontextmanager
async def in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let a coroutine run until the block ends, which cancels it."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
