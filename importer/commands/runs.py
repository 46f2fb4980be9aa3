"""`runs`: past runs, as a table or one by itself."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence

from importer.commands.context import CommandContext, CommandResult
from importer.commands.journal_path import journal_file, journal_of
from importer.commands.killed_run import running_run
from importer.commands.last_import import last_import
from importer.commands.named_journal import other_journals, require_journal
from importer.commands.service_journals import elsewhere
from importer.commands.setup import is_there
from importer.journal import Journal
from importer.journal.run_names import latest_run_names
from importer.model.deletion import Fate, taken_back
from importer.model.errors import UsageError
from importer.model.plain_text import plain, wrapped_text
from importer.model.rows import TO_RETRY, Status
from importer.model.runs import RunRecord
from importer.reports.past_run import listed_run_json, past_run_json
from importer.reports.results import json_text
from importer.reports.run_commands import command_line, same_journal, take_back
from importer.reports.run_table import TO_FINISH, Undone, fitted_line, run_text, runs_table, undo_lines
from importer.settings import Settings
from importer.system.shell import as_typed

_MAKE_ONE = "Make one with: callbell-importer run FILE"
_KEPT = "  kept      "
_NOT_SENT = (Status.INVALID, Status.FAILED, Status.UNSENT)
_Counts = Mapping[Status, int]
"""How many rows have each status."""


def list_runs(context: CommandContext, name: str = "", line_width: int = 0) -> str:
    """Return a line for each run, newest first; with a name, what is known of that run.

    Args:
        context: With the journal.
        name: The run's; empty: all of them.
        line_width: Of the terminal, for which columns that are least needed are left out; 0: it is none.

    Raises:
        StorageError: The journal cannot be read.
        UsageError: There is no run of this name.

    """
    with _journal(context.settings) as journal:
        found, undone = (journal.runs(), _undone(journal)) if journal else ([], {})
        running = running_run(journal_of(context.settings), found)
        if not name:
            shown = (
                runs_table(found, context.zone, line_width, undone, _not_updated(journal, found), running=running)
                if found
                else wrapped_text(as_typed("\n".join(_no_run(context, "runs"))), line_width) + "\n"
            )
            return shown + _failed_since(context, found, line_width)
        shown = run_text(*_named(found, name, context, "runs"), context.zone, running)
        source = journal.report_source(name) if journal else None
        lines = undo_lines(source.undos(), undone.get(name, {}), context.zone) if source else []
        if undone.get(name, {}).get(Fate.UNSENT):
            lines.append(f"{TO_FINISH}{same_journal(context.options, 'undo', name)}")
        told = [fitted_line(line, line_width) for line in [*shown.splitlines(), *lines]]
        kept = source.kept().lines() if source else []
        told += [line for one in kept for line in _kept_lines(one, line_width)]
    return "".join(f"{line}\n" for line in told)


def _kept_lines(sentence: str, line_width: int) -> Iterator[str]:
    """Yield the lines that say which rows of a run are only counted, one below the other."""
    room = max(line_width - len(_KEPT), 1) if line_width else 0
    for place, line in enumerate(wrapped_text(sentence, room).split("\n")):
        yield f"{' ' * len(_KEPT) if place else _KEPT}{line}"


def _failed_since(context: CommandContext, found: Sequence[tuple[RunRecord, _Counts]], line_width: int) -> str:
    """Return that the last import has no run, and why; empty where there is a later run."""
    run = context.settings.run
    last = None if run.sandbox else last_import(journal_of(context.settings), run.of_account)
    is_told = last is not None and (last.is_without_run or last.had_nothing_to_send)
    if last is None or not is_told or any(record.started_at > last.ended_at for record, _ in found):
        return ""
    why = "" if last.had_nothing_to_send else ", as nothing was read"
    said = f"Not in this list{why}: {last.sentence(context.zone)}."
    return wrapped_text("\n".join(filter(None, (said, as_typed(last.hint)))), line_width) + "\n"


def runs_result(context: CommandContext, name: str = "") -> CommandResult:
    """Return the same for programs.

    Raises:
        StorageError: The journal cannot be read.
        UsageError: There is no run of this name.

    """
    ending: dict[str, object] = {"command": "runs", "exit_code": 0, "error": None}
    with _journal(context.settings) as journal:
        found, undone = (journal.runs(), _undone(journal)) if journal else ([], {})
        counts = {one: taken_back(fates) for one, fates in undone.items()}
        if not name:
            ending["runs"] = [
                listed_run_json(record, tally, undone=counts.get(record.name, 0)) for record, tally in found
            ]
        else:
            _named(found, name, context, "runs")
            source = journal.report_source(name) if journal else None
            ending["run"] = past_run_json(source, undone=counts.get(name, 0)) if source else None
    return CommandResult(exit_code=0, text="", summary_json=json_text(ending))


def find_run(context: CommandContext, command: str, name: str) -> RunRecord:
    """Return the run of a name, for a command.

    Raises:
        StorageError: The journal cannot be read.
        UsageError: There is none.

    """
    with _journal(context.settings) as journal:
        return _named(journal.runs() if journal else [], name, context, command)[0]


def last_to_undo(context: CommandContext) -> str:
    """Return the command that takes back the last run that changed something, and what lists the others.

    Raises:
        StorageError: The journal cannot be read.

    """
    with _journal(context.settings) as journal:
        found, undone = (journal.runs(), journal.undone_runs()) if journal else ([], set())
    changed = [one for one, tally in found if take_back(one, tally) and one.name not in undone]
    names = f"All runs: {same_journal(context.options, 'runs')}"
    if not changed:
        return names
    undo = same_journal(context.options, "undo", changed[0].name)
    return f"The last run that changed something in Callbell:\n  {undo}\n{names}"


def find_run_to_report(context: CommandContext, name: str) -> RunRecord:
    """Return the run of a name; without one, the last that was not declined: of that nothing was sent or written.

    Raises:
        StorageError: The journal cannot be read.
        UsageError: There is none.

    """
    with _journal(context.settings) as journal:
        found = journal.runs() if journal else []
    reported = [one for one in found if name or not one[0].is_declined]
    if found and not reported:
        raise UsageError("There is no run with reports yet.", _MAKE_ONE, code="run_unknown")
    return _named(reported, name, context, "report")[0]


def find_run_to_retry(context: CommandContext, name: str) -> tuple[RunRecord, Sequence[str]]:
    """Return the run of a name; without one, the last that a person wants in Callbell, and why later ones are not it.

    Raises:
        StorageError: The journal cannot be read.
        UsageError: There is none, or its rows are not wanted in Callbell.

    """
    with _journal(context.settings) as journal:
        found, undone = (journal.runs(), journal.undone_runs()) if journal else ([], set())
    reasons = {record.name: _unwanted(record, counts, undone) for record, counts in found}
    wanted = [one for one, why in reasons.items() if not why]
    record, _ = _named(found, name or next(iter(wanted), ""), context, "retry")
    if why := reasons[record.name]:
        again = command_line("run", record.files, record.options, same_files=True)
        raise UsageError(f"Nothing was sent: {why}", f"To import it after all:\n  {again}", code="run_unwanted")
    later = [one for one, _ in found[: list(reasons).index(record.name)]]
    told = [one for one in later if not (one.command == "retry" and one.is_declined)]  # it left the run as it was
    return record, [] if name else [reasons[one.name] for one in told]


def _unwanted(record: RunRecord, counts: _Counts, undone: set[str]) -> str:
    """Return why the rows of a run are not to be sent again unasked; empty if they may be, or none is left."""
    if record.is_declined:
        return f"{record.name} was declined at its question, so `retry` does not send its rows."
    if record.name in undone and any(counts[status] for status in TO_RETRY):
        return f"{record.name} was undone, so `retry` does not send its other rows."
    return ""


@contextlib.contextmanager
def _journal(settings: Settings) -> Iterator[Journal | None]:
    """Yield the open journal; None: there never was one, and none is made.

    Raises:
        StorageError: It cannot be read, or an earlier run used it and it is missing.

    """
    path = journal_of(settings)
    if not is_there(path):
        require_journal(settings, path)
        yield None
        return
    with contextlib.closing(Journal.open(path)) as journal:
        yield journal


def _no_run(context: CommandContext, *words: str) -> tuple[str, str]:
    """Return the sentence that no run is known, with where one was looked for, and what to do."""
    journal = journal_of(context.settings)
    if not is_there(journal):
        why = f"There is no run yet. The journal {plain(str(journal))} is not there."
        if context.settings.run.journal:
            why = f"There is no journal at {plain(str(journal))}, so no run is known."
    else:
        why = f"There is no run yet. The journal {plain(str(journal))} has none."
    return why, elsewhere(context, *words) or _MAKE_ONE


def _named(
    found: Sequence[tuple[RunRecord, _Counts]], name: str, context: CommandContext, command: str
) -> tuple[RunRecord, _Counts]:
    for record, counts in found:
        if name in ("", record.name):
            return record, counts
    words = tuple(filter(None, (command, name)))
    if name and (known := _in_known_journal(context, command, name)):
        raise UsageError(*known, code="run_unknown")
    if name and found:
        journal = plain(str(journal_of(context.settings)))
        names = f"See their names with: {same_journal(context.options, 'runs')}"
        raise UsageError(
            f"There is no run named {name} in the journal {journal}.",
            "\n".join(filter(None, (names, elsewhere(context, *words)))),
            code="run_unknown",
        )
    raise UsageError(*_no_run(context, *words), code="run_unknown")


def _in_known_journal(context: CommandContext, command: str, name: str) -> tuple[str, str] | None:
    """Return which other journal that this user's runs had has the run, and the command for it; None: none has."""
    own, rehearsals = journal_of(context.settings), journal_file(None, sandbox=True)
    usual = {journal_file(None, sandbox=False), rehearsals, *other_journals([])} - {own}
    for path in sorted(usual):
        if name in latest_run_names(path):
            places = {"sandbox": True} if path == rehearsals else {"journal": str(path)}
            options = {**context.options, "journal": None, "sandbox": None, **places}
            there = (
                f"There is no run named {name} in the journal {plain(str(own))}, but in {plain(str(path))} there is."
            )
            return there, f"To look there:\n  {same_journal(options, command, name)}"
    return None


def _not_updated(journal: Journal | None, found: Sequence[tuple[RunRecord, _Counts]]) -> Mapping[str, int]:
    """Return how many customers of each run are in Callbell as they were; only runs that may have such are counted."""
    if journal is None:
        return {}
    names = (record.name for record, counts in found if any(counts[status] for status in _NOT_SENT))
    return {name: journal.report_source(name).not_updated() for name in names}


def _undone(journal: Journal) -> Undone:
    return {name: journal.undo_of(name).tally_with_forgotten() for name in journal.undone_runs()}
