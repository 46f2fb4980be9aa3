"""What an undo would do with each contact, found out by GETs alone, for a person to see before it is done.

    a DELETE .......... Final(deleted)
    a PATCH ........... Final(restored), or Final(changed) where a field of it is left as it is
    all else .......... as `restore` and `delete` decide, without waiting

Nothing is changed in the account, and the journal forgets it: the queue is that of an undo, rolled back afterwards.
"""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from importer.client.token import NoTokenError, find_token
from importer.commands.account.connection import Connection
from importer.commands.account.token_place import with_token_place
from importer.commands.context import CommandContext, CommandResult
from importer.commands.end.exit_status import early_end, exit_code
from importer.commands.journal_path import journal_of
from importer.commands.live_display import in_background, show_pool
from importer.commands.pool_command import PoolCommand
from importer.journal import AsyncUndo, Journal, RunUndo
from importer.model.changes import field_labels
from importer.model.deletion import Deletion, Fate, Removed
from importer.model.journal_rows import Intended, Pending
from importer.model.policy import Policy
from importer.model.replies import Reply
from importer.model.runs import RunRecord
from importer.model.stop import Stop
from importer.system.logs import LOG
from importer.worker_pool.operation import Final, NextStep, SendNow
from importer.worker_pool.rate_limiter import RateLimiter
from importer.worker_pool.restore import GiveBack, UndoOperation, UndoSteps

_LONGEST_SECONDS = 30.0
"""How long a person may wait for the question."""
_MOST_WITHOUT_LIMIT = 9_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ForetoldContact:
    """What would become of a contact that is to be undone, as the account has it now."""

    row: Pending
    """With what the run created, or changed."""
    outcome: Deletion
    """Its reason names the fields."""


def foretold_undo(context: CommandContext, store: Journal, earlier: RunRecord, contacts: int) -> "ForetoldUndo":
    """Ask Callbell how each contact stands, unless that would take long; return what an undo would do.

    Args:
        context: Of the command.
        store: The open journal.
        earlier: The run that would be undone.
        contacts: How many of its contacts would be undone.

    Raises:
        ImporterError: The account cannot be asked, or is another one.

    """
    record = replace(earlier, command="undo")
    with _rolled_back(context, store) as journal:
        undo = ForetoldUndo(context=context, store=journal, record=record, arguments=[earlier.name], earlier=earlier)
        if _is_soon(context, contacts) and _has_token(context):
            undo.result = asyncio.run(undo.execute())
    return undo


def _is_soon(context: CommandContext, contacts: int) -> bool:
    rate = context.settings.service.rate
    return contacts <= (rate * _LONGEST_SECONDS if rate else _MOST_WITHOUT_LIMIT)


def _has_token(context: CommandContext) -> bool:
    """Tell whether the account can be asked; a dry run does without, and of any other connecting says what it lacks."""
    chosen = context.settings.service
    try:
        find_token(context.environment, chosen.token_file, chosen.account)
    except NoTokenError:
        return not context.settings.run.dry_run
    return True


@contextlib.contextmanager
def _rolled_back(context: CommandContext, store: Journal) -> Iterator[Journal]:
    """Yield the journal such that whatever is written is rolled back: a dry run's own is."""
    if context.settings.run.dry_run:
        yield store
        return
    with contextlib.closing(Journal.open(journal_of(context.settings), rehearsal=True)) as journal:
        yield journal


@dataclass(slots=True, kw_only=True)
class ForetoldUndo(PoolCommand):
    """An undo that changes nothing, under way."""

    verb = "undone"
    earlier: RunRecord
    """The run that would be undone."""
    contacts: Sequence[ForetoldContact] | None = None
    """In the input's order; None: nobody could be asked, or the asking ended early."""
    changes: int = 0
    """How many contacts would be deleted, or be given something back."""
    stopped: Stop | Exception | None = None
    """Why the asking ended early, if it did."""
    result: CommandResult = field(default_factory=lambda: CommandResult(exit_code=0, text=""))
    """How the command ends where the asking ended early: its exit code is not 0 then."""

    @property
    def changes_nothing(self) -> bool:
        """Whether Callbell was asked, and all contacts would be left as they are, as far as it says."""
        left = (Fate.CHANGED, Fate.FAILED)
        is_known = self.contacts is not None and not self.changes
        return is_known and all(one.outcome.status in left for one in self.contacts or ())

    @property
    def unclear(self) -> int:
        """Of how many contacts Callbell gave no clear answer: whether they can be undone shows another time."""
        return sum(one.outcome.status is Fate.FAILED for one in self.contacts or ())

    async def _send(self, connection: Connection) -> CommandResult:
        """Ask how each contact stands."""
        LOG.info("Callbell is asked how each contact stands; nothing is undone yet, and what follows is foretold")
        self.interruption.hurries = True
        undo, settings = self.store.undo_of(self.earlier.name), self.context.settings
        self.context.tell(f"Asking Callbell how {_how_many(undo.to_do())}; nothing is changed yet.")
        journal = _SeenUndo(undo)
        limiter = RateLimiter(rate=settings.service.rate, concurrency=settings.service.concurrency)
        operation = UndoDryRun(settings.policy)
        pool = self._pool(operation, connection.service, journal, limiter)
        await journal.begin(self.record.name, Path(self.record.report_dir), self.record.started_at)
        pool.enqueued({Fate.UNSENT: undo.to_do()})
        pool.input_over()
        shown = replace(self.context, settings=replace(settings, run=replace(settings.run, dry_run=True)))
        async with in_background(show_pool(shown, pool, limiter, noun="contact", vanishes=lambda: True)):
            await pool.run()
        code = exit_code({}, pool.stopped, self.interruption.signalled)
        await journal.finish(code, self.context.clock.now())
        if code:
            self.stopped = with_token_place(self.context, pool.stopped)
            said = "Interrupted:" if self.interruption.signalled else " ".join(early_end(self.stopped))
            nothing = "nothing was undone." if self.interruption.signalled else "Nothing was undone."
            return CommandResult(exit_code=code, text=f"{said} {nothing}")
        self.contacts, self.changes = journal.contacts(), operation.changes
        return self.result


def _how_many(contacts: int) -> str:
    return "1 contact stands" if contacts == 1 else f"{contacts:,} contacts stand"


class _SeenUndo(AsyncUndo):
    """The queue of an undo that remembers what became of each contact."""

    def __init__(self, undo: RunUndo) -> None:
        super().__init__(undo)
        self._rows: dict[int, Pending] = {}
        self._outcomes: dict[int, Deletion] = {}

    async def claim(self, count: int) -> Sequence[Pending]:
        """Return up to `count` contacts."""
        rows = await super().claim(count)
        self._rows.update((row.seq, row) for row in rows)
        return rows

    def record(self, recorded: Removed | Intended) -> None:
        """Buffer an outcome."""
        super().record(recorded)
        if not isinstance(recorded, Intended):
            self._outcomes[recorded.seq] = recorded.outcome

    def contacts(self) -> Sequence[ForetoldContact]:
        """Return the contacts with their outcomes, in the input's order."""
        return [ForetoldContact(row=self._rows[seq], outcome=one) for seq, one in sorted(self._outcomes.items())]


class UndoDryRun(UndoOperation):
    """Foretells the fate of each contact.

    Args:
        policy: The retry and timeout policy.

    """

    def __init__(self, policy: Policy) -> None:
        # Nothing is changed, so it need not be waited until that is safe.
        super().__init__(replace(policy, settle_seconds=0.0, not_found_gap_seconds=0.0))
        self.changes = 0
        """How many requests would change something."""

    def decide(self, step: UndoSteps, reply: Reply, jitter: float) -> NextStep[UndoSteps, Deletion]:
        """Return what follows from the reply to a GET; of a step that would change the contact, its outcome."""
        decision = super().decide(step, reply, jitter)
        if isinstance(decision, Final):
            said = decision.outcome.reason.removeprefix("Kept: ").rstrip(".")
            return Final(outcome=replace(decision.outcome, reason=said))
        if not isinstance(decision, SendNow):
            return decision
        self.changes += 1
        match decision.step:
            case GiveBack(change=change, left=left):
                back = f"to be given back: {field_labels(change.after)}"
                reason = f"{back}; left as it is: {field_labels(left)}" if left else field_labels(change.after)
                return Final(outcome=Deletion(status=Fate.CHANGED if left else Fate.RESTORED, reason=reason))
            case _:
                return Final(outcome=Deletion(status=Fate.DELETED))
