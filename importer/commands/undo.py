"""`undo`: deletes the contacts that a run created, and only those, and gives back what it changed in others."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from importer.commands.account.connection import Connection
from importer.commands.account.token_place import with_token_place
from importer.commands.context import CommandContext, CommandResult
from importer.commands.end.exit_status import early_end, exit_code
from importer.commands.live_display import in_background, show_pool
from importer.commands.pool_command import PoolCommand
from importer.commands.setup import new_run, open_journal
from importer.commands.undo_rest import rest_of_list
from importer.journal import AsyncUndo, RunUndo
from importer.journal.run_report import RunReport
from importer.model.changes import field_labels
from importer.model.deletion import TAKEN_BACK, Fate
from importer.model.errors import StorageError, UsageError
from importer.model.phone_mask import masked
from importer.model.plain_text import counted, plain
from importer.model.rows import Status
from importer.model.runs import RunRecord
from importer.model.stop import Stop
from importer.reports.account_words import account_words
from importer.reports.undo_report import closing_words, counts, undo_json, write_undone
from importer.system.files import private_folder
from importer.system.logs import LOG, log_end
from importer.system.shell import importer_command
from importer.worker_pool.rate_limiter import RateLimiter
from importer.worker_pool.restore import UndoOperation

_SHOWN = 5
_GIVEN_AGAIN = ("config", "account", "journal", "report_dir", "rate", "concurrency")


def undo_run(context: CommandContext, earlier: RunRecord) -> CommandResult:
    """Take back what an earlier run did, after showing it and asking.

    Raises:
        ImporterError: Nobody could be asked, or the answer was no; or it could not begin, or not be written down.

    """
    with open_journal(context) as store:
        store.end_dead_runs()
        contacts = store.undo_of(earlier.name)
        now = context.clock.now()
        nothing = replace(
            earlier, name="", started_at=now, finished_at=now, exit_code=0, requests_sent=0, requests_throttled=0
        )
        untouched = undo_json(nothing, earlier.name, contacts.tally(), None, updated=contacts.totals()[1])
        rest = rest_of_list(store, earlier, context.options)
        if reason := nothing_to_do(contacts, earlier):
            return CommandResult(exit_code=0, text=_with_rest(reason, rest), summary_json=untouched)
        plan = _with_rest(undo_plan(contacts, earlier, context), rest)
        if context.settings.run.dry_run:
            text = f"{plan}\n\nDry run: nothing was undone or written down."
            return CommandResult(exit_code=0, text=text, summary_json=untouched)
        _confirm(context, plan, earlier)
        record = new_run(context, store, "undo", earlier.files, account=earlier.account, undone=earlier.name)
        undo = Undo(context=context, store=store, record=record, arguments=[earlier.name], earlier=earlier)
        return asyncio.run(undo.execute())


def _with_rest(text: str, rest: str) -> str:
    return f"{text}\n{rest}" if rest else text


def _confirm(context: CommandContext, plan: str, earlier: RunRecord) -> None:
    """Return if the person wants the run to be undone."""
    if context.settings.run.yes:
        return
    if context.confirm is None:
        again = command_with_yes(earlier.name, context.options)
        raise UsageError(
            "Nothing was undone: nobody is there to be asked.", f"To undo it:\n  {again}", code="nobody_to_ask"
        )
    if not context.confirm(plan):
        raise UsageError("Nothing was undone.", code="declined")


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
        private_folder(folder)  # now: a folder that cannot be made is better known before than after
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
        words = closing_words(record, self.earlier.name, tally, report, unwritten=unwritten, cure=cure)
        rest = rest_of_list(self.store, self.earlier, self.context.options)
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


def undo_plan(undo: RunUndo, earlier: RunRecord, context: CommandContext) -> str:
    """Return what an undo of the run would do, for the person to see before it is done."""
    left_out = _forgotten_lines(undo, earlier)
    (delete, restore), (created, changed), tally = undo.to_do_each(), undo.totals(), undo.tally()
    others = (Fate.UNSENT, Fate.KEPT)
    before: dict[Fate, int] = {fate: number for fate, number in tally.items() if fate not in others and number}
    where = plain(account_words(earlier.account, context.settings.service.base_url))
    lines = [f"{earlier.name} {_did(created, changed)} in {where}."]
    if before:
        lines += ["Of these, by an earlier undo:", counts(before)]
    if created:
        lines.append(f"To be deleted from Callbell, which cannot be undone: {counted(delete, 'contact')}.")
        lines += [*_listed(undo.first(_SHOWN), delete), *_kept_lines(undo)]
    if changed:
        lines.append(f"To be restored as they were before: {counted(restore, 'contact')}.")
        lines += _listed(undo.first_changed(_SHOWN), restore)
    lines += left_out
    lines.append("What was changed since is kept as it is; what the run did not touch is not touched.")
    return "\n".join(lines)


def _did(created: int, changed: int) -> str:
    """Return what a run did, such as `created 3 contacts and updated 2 contacts`."""
    parts = [f"created {counted(created, 'contact')}"] if created or not changed else []
    return " and ".join([*parts, f"updated {counted(changed, 'contact')}"] if changed else parts)


def _forgotten_lines(undo: RunUndo, earlier: RunRecord) -> list[str]:
    """Return that the run was purged, so that not all of it can be taken back; nothing if it was not."""
    kept = RunReport(undo.database, undo.key.run).kept()
    if not kept.forgotten_at:
        return []
    what = f"what it did to {kept.dropped:,} rows, and the values before its updates, are not known any more"
    when = f"{kept.forgotten_at:%Y-%m-%d}"
    return [f"{earlier.name} was forgotten on {when} (purge): {what}. That cannot be taken back."]


def _kept_lines(undo: RunUndo) -> list[str]:
    """Return which contacts are kept because nothing proves that the run made them; nothing if there are none."""
    if not (count := undo.tally()[Fate.KEPT]):
        return []
    kept = f"To be kept, for nothing proves that the run made them: {counted(count, 'contact')}."
    return [kept, *_listed(undo.first_kept(_SHOWN), count)]


def _listed(shown: Sequence[tuple[int, str, str, tuple[str, ...]]], count: int) -> list[str]:
    """Return a line for each of the first contacts, with the fields to be given back, and one for the others."""
    lines = [
        f"  row {row}: {plain(name)} ({masked(identifier)}){f': {plain(field_labels(changed))}' if changed else ''}"
        for row, identifier, name, changed in shown
    ]
    return lines if count == len(shown) else [*lines, f"  and {count - len(shown):,} more"]


def nothing_to_do(undo: RunUndo, earlier: RunRecord) -> str:
    """Return why there is nothing to undo; empty if there is."""
    if earlier.is_rehearsal:
        return f"{earlier.name} was a rehearsal, of which nothing was sent to Callbell: there is nothing to undo."
    if undo.to_do():
        return ""
    if kept := _kept_lines(undo):
        return "\n".join([f"Nothing that {earlier.name} did is left to be undone.", *kept])
    if forgotten := _forgotten_lines(undo, earlier):
        return forgotten[0]
    created, changed = undo.totals()
    if created or changed:
        return f"{earlier.name} {_did(created, changed)}: all of that was taken back already."
    return f"{earlier.name} created and updated no contacts: there is nothing to undo."


def command_with_yes(run: str, options: Mapping[str, object]) -> str:
    """Return the command that does it without a question, with the options that it was given."""
    given = [(name, options.get(name)) for name in _GIVEN_AGAIN]
    return importer_command("undo", run, options=[("yes", True), *given])
