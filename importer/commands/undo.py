"""`undo`: deletes the contacts that a run created, and only those, and gives back what it changed in others."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from importer.commands.account.connection import Connection
from importer.commands.account.token_place import with_token_place
from importer.commands.context import CommandContext, CommandResult
from importer.commands.end.exit_status import early_end, exit_code
from importer.commands.live_display import in_background, show_pool
from importer.commands.pool_command import PoolCommand
from importer.commands.report_folder import make_report_folder
from importer.commands.setup import new_run, open_journal
from importer.commands.undo_foretold import ForetoldUndo, foretold_undo
from importer.commands.undo_plan import nothing_to_do, undo_plan
from importer.commands.undo_rest import other_runs
from importer.journal import AsyncUndo, Journal, RunUndo
from importer.model.deletion import TAKEN_BACK, Fate
from importer.model.errors import DeclinedError, StorageError, UsageError
from importer.model.plain_text import counted
from importer.model.rows import Status
from importer.model.runs import RunRecord
from importer.model.stop import Stop
from importer.reports.undo_report import closing_words, undo_json, write_undone
from importer.system.logs import LOG, log_end
from importer.system.shell import importer_command
from importer.worker_pool.rate_limiter import RateLimiter
from importer.worker_pool.restore import UndoOperation

_GIVEN_AGAIN = ("config", "account", "journal", "report_dir", "rate", "concurrency")


def undo_run(context: CommandContext, earlier: RunRecord) -> CommandResult:
    """Take back what an earlier run did, after showing it and asking.

    Raises:
        ImporterError: Nobody could be asked, or the answer was no; or it could not begin, or not be written down.

    """
    with open_journal(context) as store:
        store.end_dead_runs()
        contacts, rest = store.undo_of(earlier.name), other_runs(store, earlier, context.options)
        if reason := nothing_to_do(contacts, earlier):
            summary_json = _untouched(context, contacts, earlier)
            return CommandResult(exit_code=0, text=_with_rest(reason, rest), summary_json=summary_json)
        settled = None
        if not context.settings.run.yes or context.settings.run.dry_run:
            _require_person(context, earlier)
            shown = _shown(context, store, contacts, earlier, rest)
            if isinstance(shown, CommandResult):
                return shown
            settled = shown.settled
            context = replace(context, has_connected=settled is not None)
        record = new_run(context, store, "undo", earlier.files, account=earlier.account, undone=earlier.name)
        words = [earlier.name]
        undo = Undo(context=context, store=store, record=record, arguments=words, earlier=earlier, settled=settled)
        return asyncio.run(undo.execute())


def _shown(
    context: CommandContext, store: Journal, contacts: RunUndo, earlier: RunRecord, rest: str
) -> CommandResult | ForetoldUndo:
    """Show what would be done, and ask whether to; return how a command ends that is to do nothing, else what was told.

    Raises:
        ImporterError: The account cannot be asked, or is another one; or the person wants nothing to be undone.

    """
    # A dry run's journal is written to for its figures, so these come first.
    plan, is_begun = undo_plan(contacts, earlier, context), not contacts.tally()[Fate.UNSENT]
    ended = partial(_untouched, context, contacts, earlier, tally=contacts.tally())
    foretold = foretold_undo(context, store, earlier, contacts.to_do())
    if code := foretold.result.exit_code:
        return replace(foretold.result, summary_json=ended(code, foretold.stopped))
    text = _with_rest(plan.text(foretold.contacts), rest)
    if context.settings.run.dry_run:
        text = f"{text}\n\nDry run: nothing was undone or written down."
        return CommandResult(exit_code=0, text=text, summary_json=ended())
    if foretold.changes_nothing and is_begun:
        text = f"{text}\n\n{_nothing_done(context, earlier, foretold.unclear)}"
        return CommandResult(exit_code=1, text=text, summary_json=ended(1))
    if not (context.confirm and context.confirm(text)):
        raise DeclinedError("Nothing was undone.")
    return foretold


def _untouched(
    context: CommandContext,
    contacts: RunUndo,
    earlier: RunRecord,
    code: int = 0,
    reason: object = None,
    *,
    tally: Mapping[Fate, int] | None = None,
) -> str:
    """Return the summary of an undo that did nothing, with its exit code and why it ended early."""
    now = context.clock.now()
    nothing = replace(
        earlier, name="", started_at=now, finished_at=now, exit_code=code, requests_sent=0, requests_throttled=0
    )
    tally, changed = tally or contacts.tally(), contacts.totals()[1]
    return undo_json(nothing, earlier.name, tally, None, updated=changed, reason=reason)


def _nothing_done(context: CommandContext, earlier: RunRecord, unclear: int) -> str:
    """Return why nothing is asked and done of an undo that goes on: nothing is left, or Callbell does not say."""
    if not unclear:
        return "Nothing is left of it that can be undone."
    again = command_again(earlier.name, context.options, yes=False)
    of = counted(unclear, "contact")
    return f"Callbell gives no clear answer now about {of}, so nothing was undone. Try it again later:\n  {again}"


def _with_rest(text: str, rest: str) -> str:
    return f"{text}\n{rest}" if rest else text


def _require_person(context: CommandContext, earlier: RunRecord) -> None:
    """Return if a person is there who can be asked, or need not be.

    Raises:
        UsageError: Nobody is.

    """
    if context.confirm is None and not context.settings.run.dry_run:
        again = command_again(earlier.name, context.options)
        raise UsageError(
            "Nothing was undone: nobody is there to be asked.", f"To undo it:\n  {again}", code="nobody_to_ask"
        )


@dataclass(slots=True, kw_only=True)
class Undo(PoolCommand):
    """An undo that is under way; its account is the one that the contacts were created in."""

    verb = "undone"
    earlier: RunRecord
    """The run that is to be undone."""

    async def _send(self, connection: Connection) -> CommandResult:
        """Take back what the run did and write the report."""
        record, chosen = self.record, self.context.settings.service
        folder = Path(record.report_dir)
        make_report_folder(folder)  # now: a folder that cannot be made is better known before than after
        undo = self.store.undo_of(self.earlier.name)
        journal = AsyncUndo(undo)
        limiter = RateLimiter(rate=chosen.rate, concurrency=chosen.concurrency)
        pool = self._pool(UndoOperation(self.context.settings.policy), connection.service, journal, limiter)
        await journal.begin(record.name, folder, record.started_at)
        pool.enqueued({Fate.UNSENT: undo.tally()[Fate.UNSENT]})
        pool.input_over()
        async with in_background(show_pool(self.context, pool, limiter, noun="contact")):
            await pool.run()
        left = {Status.FAILED: sum(count for fate, count in undo.tally().items() if fate not in TAKEN_BACK)}
        code, ended_at = exit_code(left, pool.stopped, self.interruption.signalled), self.context.clock.now()
        await journal.finish(code, ended_at)
        record = replace(
            record,
            finished_at=ended_at,
            exit_code=code,
            requests_sent=limiter.sent,
            requests_throttled=pool.counters.throttled,
        )
        return self._report(undo, with_token_place(self.context, pool.stopped), record)

    def _report(self, undo: RunUndo, stopped: Stop | Exception | None, record: RunRecord) -> CommandResult:
        report, tally, code = Path(record.report_dir) / "undone.csv", undo.tally(), record.exit_code or 0
        unwritten, cure = "", early_end(stopped)[1]
        try:
            write_undone(report, self.store.report_source(self.earlier.name).sheets(), undo.results())
        except StorageError as error:
            LOG.error("undone.csv was not written: %s", error.message)
            unwritten, code = error.message, error.exit_code
        log_end(code, tally)
        run, options = self.earlier.name, self.context.options
        again = command_again(run, options, yes=self.context.settings.run.yes)
        words = closing_words(record, run, tally, unwritten or report, again=again, cure=cure)
        rest = other_runs(self.store, self.earlier, self.context.options)
        text = "\n\n".join(filter(None, (*early_end(stopped)[:1], words, rest)))
        summary_json = undo_json(
            replace(record, exit_code=code),
            self.earlier.name,
            tally,
            None if unwritten else report,
            updated=undo.totals()[1],
            reason=stopped,
        )
        return CommandResult(exit_code=code, text=text, summary_json=summary_json)


def command_again(run: str, options: Mapping[str, object], *, yes: bool = True) -> str:
    """Return the command with the options that it was given, and whether it does it without a question."""
    given = [(name, options.get(name)) for name in _GIVEN_AGAIN]
    return importer_command("undo", run, options=[("yes", yes), *given])
