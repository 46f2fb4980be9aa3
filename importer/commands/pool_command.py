"""A command that works through the account with a worker pool, and the pool with the command's settings."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from importer.commands.account.account_registry import require_one_journal
from importer.commands.account.connection import Connection, connect
from importer.commands.context import CommandContext, CommandResult
from importer.commands.end.exit_status import exit_code
from importer.commands.input.input_sheet import InputSheet
from importer.commands.journal_path import journal_of
from importer.commands.setup import required_account
from importer.journal import AccountMatch, Journal
from importer.model.journal_rows import OutcomeT
from importer.model.protocols import Service, WorkJournal
from importer.model.runs import RunRecord
from importer.model.stop import Stop
from importer.system.stop_signals import Interruption
from importer.worker_pool.operation import Operation, StepT
from importer.worker_pool.pool import WorkerPool
from importer.worker_pool.rate_limiter import RateLimiter


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
        settled: The account, once a person who had to be asked has said which it is, and which journal it has; given
            where that was before this command.

    """

    verb: ClassVar = "sent"
    context: CommandContext
    store: Journal
    record: RunRecord
    arguments: Sequence[str] = ()
    readers: Sequence[InputSheet] = ()
    interruption: Interruption = field(default_factory=Interruption)
    settled: AccountMatch | None = None

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
                    self.settled = account = self._account(connection.account)
                return await self._send(replace(connection, account=account))

    def _account(self, found: AccountMatch) -> AccountMatch:
        """Return which account it is, for which a person may have to be asked; nobody is asked twice.

        Raises:
            ImporterError: It is not the one that it must be, or a person does not want to go on with it.

        """
        if self.settled and self.settled.identity == found.identity:
            return self.settled
        account = required_account(self.context, self.record, found, self.arguments)
        journal = journal_of(self.context.settings)
        require_one_journal(self.context, account.identity, journal, self.record.command, self.arguments)
        return account

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
        """Return a worker pool; from here on a signal ends the command gracefully."""
        pool = pool_of(self.context, operation, service, journal, limiter)
        pool.too_many_failures = too_many_failures
        self.interruption.pool = pool
        return pool


def pool_of(
    context: CommandContext,
    operation: Operation[StepT, OutcomeT],
    service: Service,
    journal: WorkJournal[OutcomeT],
    limiter: RateLimiter,
) -> WorkerPool[StepT, OutcomeT]:
    """Return a worker pool with the command's settings."""
    chosen = context.settings.service
    return WorkerPool(
        operation=operation,
        service=service,
        journal=journal,
        rate_limiter=limiter,
        clock=context.clock,
        jitter=context.jitter,
        rate=chosen.rate,
        longest_outage_seconds=chosen.max_outage_seconds,
    )
