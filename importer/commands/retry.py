"""`retry`: sends the rows of an earlier run again that are not in Callbell."""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import repeat
from pathlib import Path

from importer.commands.context import CommandContext, CommandResult, with_config_of
from importer.commands.end.exit_status import exit_code
from importer.commands.input.input_sheet import InputSheet
from importer.commands.input.own_file import list_file
from importer.commands.journal_path import journal_of
from importer.commands.last_import import last_import
from importer.commands.mapping_selection import column_mapping, guess_of, mapping_options
from importer.commands.rehearsal import tell_rehearsal
from importer.commands.run import ImportRun
from importer.commands.runs import find_run_to_report, find_run_to_retry
from importer.commands.setup import new_run, open_journal
from importer.journal import Journal
from importer.journal.run_report import RunReport
from importer.mapper.contact import to_contact
from importer.model.errors import InputError
from importer.model.person import FORGOTTEN
from importer.model.plain_text import counted, plain
from importer.model.policy import FailOn
from importer.model.rows import TO_RETRY, Contact, Status
from importer.model.runs import CONSENT, DECLINED, LIST, NO_PROBLEMS, NUMBERS_OF, WAITED, ProblemGroup, RunRecord
from importer.reports.closing_text import END_OF_REHEARSAL
from importer.reports.next_step import next_step
from importer.reports.past_run import failed_files
from importer.reports.results import summary_text
from importer.reports.run_commands import command_line, lasting_options, report_command, whole_command
from importer.system.logs import LOG

_OF_ONE_RUN_ALONE = frozenset(
    {"config", CONSENT, DECLINED, "dry_run", "guessed", "json", LIST, "limit", "min_rows"}
    | {NUMBERS_OF, "quiet", "verbose", "yes", WAITED}
)
"""Options of an earlier run that are not repeated: they do not decide what is sent, or where it goes."""


def earlier_run(context: CommandContext, name: str, config: Path | None) -> tuple[CommandContext, RunRecord]:
    """Return the context with the options of an earlier run, over which those of the context win, and that run.

    Args:
        context: With what was given now.
        name: The run's; empty: the last one that has reports.
        config: The config file that was given now; None: the earlier run's.

    Raises:
        StorageError: The journal cannot be read.
        UsageError: There is no such run, or its config cannot be read, or something is wrong in it.

    """
    return _with_options(context, find_run_to_report(context, name), config)


def run_to_retry(context: CommandContext, name: str, config: Path | None) -> tuple[CommandContext, RunRecord]:
    """Return the same for a run that may be sent again: one that was declined or undone has to be asked for by `run`.

    Raises:
        StorageError: The journal cannot be read.
        UsageError: As of `earlier_run`, or its rows are not wanted in Callbell.

    """
    earlier, left_out = find_run_to_retry(context, name)
    if not name:
        _tell_unread_list(context, earlier)
    for reason in left_out:
        context.tell(f"{reason} The run before it is taken: {earlier.name}.")
    return _with_options(context, earlier, config)


def _tell_unread_list(context: CommandContext, earlier: RunRecord) -> None:
    """Tell that the last import failed before it had a run: whoever retries it means its rows, and not those before."""
    run = context.settings.run
    last = None if run.sandbox else last_import(journal_of(context.settings), run.of_account)
    if last and last.left_list_unread:
        said = last.sentence(context.zone)
        why = f"{said[:1].upper()}{said[1:]}. Its list was not read, so no retry sends its rows."
        again = whole_command(earlier.files, lasting_options(earlier))
        step = f"Then import it; the run before it was:\n  {again}\n"
        context.tell("\n".join(filter(None, (why, last.hint, step))))


def _with_options(context: CommandContext, earlier: RunRecord, config: Path | None) -> tuple[CommandContext, RunRecord]:
    before = {name: value for name, value in earlier.options.items() if name not in _OF_ONE_RUN_ALONE}
    return with_config_of(context, earlier, config, options=before), earlier


def retry_run(context: CommandContext, earlier: RunRecord) -> CommandResult:
    """Send the rows of an earlier run again that are not where they should be; of none there is no run.

    Raises:
        ImporterError: The run could not begin, or could not be written down.

    """
    tell_rehearsal(context)
    account = "" if context.settings.run.sandbox else earlier.account
    with open_journal(context) as journal:
        journal.end_dead_runs()
        source = journal.report_source(earlier.name)
        invalid = _all_invalid(context, journal, earlier, source)
        if invalid is not None:
            return _nothing_to_send(context, source, invalid)
        record = replace(new_run(context, journal, "retry", earlier.files, account=account), series=earlier.series)
        run = ImportRun(
            context=context,
            store=journal,
            record=record,
            arguments=[earlier.name],
            readers=list(_sheets(journal, earlier)),
            retried=earlier.name,
        )
        result = asyncio.run(run.execute())
        if not (kept := source.kept()).is_retry_whole:
            return replace(result, text=f"{kept.lines()[0]} {_give_file(earlier)}\n\n{result.text}")
        return result


def _sheets(journal: Journal, earlier: RunRecord) -> Iterator[InputSheet]:
    """Yield the sheets of an earlier run with the rows to retry, and the columns that it guessed."""
    guessed = earlier.options.get("guessed")
    columns = guessed if isinstance(guessed, list) else repeat({})
    for rows, one in zip(journal.rows_of(earlier.name), columns, strict=False):
        yield InputSheet(rows, guessed=one)


def _all_invalid(context: CommandContext, journal: Journal, earlier: RunRecord, source: RunReport) -> int | None:
    """Return how many rows are to be retried, if none of them can be sent; None if one can.

    Rows that were invalid may be right with other options, another config, or what the account has now.

    Raises:
        InputError: The mapping does not fit the header.

    """
    count, tally = 0, source.tally()
    may_be_sent = source.conflicts() or any(tally[status] for status in TO_RETRY - {Status.INVALID})
    for reader in _sheets(journal, earlier):
        options = mapping_options(reader.sheet, context.settings, guess_of(reader, context.settings))
        with _header_of_then(earlier, reader.sheet.file):
            mapping = column_mapping(reader.sheet, options, None)
        for rows in reader.chunks():
            if may_be_sent or any(isinstance(to_contact(row, mapping), Contact) for row in rows):
                return None
            count += len(rows)
    return count


@contextlib.contextmanager
def _header_of_then(earlier: RunRecord, file: str) -> Iterator[None]:
    """Say of a header that does not fit that it is the one from the time of the run: the file may have another now.

    Raises:
        InputError: The block raises one.

    """
    try:
        yield
    except InputError as error:
        problems = error.message.partition("\n")[2]
        again = command_line("run", earlier.files, earlier.options, same_files=True)
        raise InputError(
            f"The mapping of the config does not fit the header that {plain(file)} had in {earlier.name}, whose rows"
            f" are kept as they were:\n{problems}",
            "What the file is now was not looked at. If it is right again, import it; what is in Callbell is not sent"
            f" again:\n  {again}",
            code=error.code,
        ) from error


def _nothing_to_send(context: CommandContext, source: RunReport, invalid: int) -> CommandResult:
    """Return how a retry ends that has nothing to send: as a run does, but without a name and a folder.

    Args:
        context: Of the command.
        source: The earlier run.
        invalid: How many rows of it are to be fixed.

    """
    earlier, now = source.record(), context.clock.now()
    tally, failed = {Status.INVALID: invalid}, failed_files(Path(earlier.report_dir)) if invalid else ()
    groups = [replace(one, new=0) for one in source.problems() if one.code not in {*NO_PROBLEMS, FORGOTTEN} and invalid]
    if not (kept := source.kept()).is_retry_whole:
        text = f"{kept.lines()[0]} {_give_file(earlier)}"
        tally = {status: source.tally()[status] for status in TO_RETRY}
    elif invalid:
        text = _to_fix_first(earlier, {**source.tally(), **tally}, groups, failed)
    else:
        text = f"Nothing of {earlier.name} is left to be sent again: none of its rows failed, or still has to be sent."
    LOG.info("%s", text.partition("\n")[0])
    if earlier.is_rehearsal:
        text = f"{text}\n\n{END_OF_REHEARSAL}"
    code = exit_code(tally, None, None, new=0 if context.settings.run.fail_on is FailOn.NEW else None)
    ended = RunRecord(
        name="",
        command="retry",
        account=earlier.account,
        files=earlier.files,
        options=context.options,
        report_dir="",
        started_at=now,
        finished_at=now,
        exit_code=code,
        compared_with=earlier.name,
    )
    summary = summary_text(ended, tally, groups, {"failed": [*map(str, failed)]})
    return CommandResult(exit_code=code, text=text, summary_json=summary)


def _give_file(earlier: RunRecord) -> str:
    """Return how rows are sent that the journal has not any more; of a file of our own making, its list is named."""
    files = tuple(dict.fromkeys(list_file(earlier, file) for file in earlier.files))
    again = command_line("run", files, earlier.options, same_files=files == earlier.files)
    return f"To send those again that are not in Callbell, give their file to `run`:\n  {again}"


def _to_fix_first(
    earlier: RunRecord, tally: Mapping[Status, int], groups: Sequence[ProblemGroup], failed: Sequence[Path]
) -> str:
    """Return that rows can only be sent once they are fixed, and how, with the exact command."""
    count = tally[Status.INVALID]
    said = f"{counted(count)} of it {'has' if count == 1 else 'have'} to be fixed first"
    advice = next_step(replace(earlier, exit_code=1), tally, groups, failed) or (
        "Write the file with these rows again, fix them (its last columns say why), and give that file to `run`:"
        f"\n  {report_command(earlier)}"
    )
    return f"Nothing of {earlier.name} can be sent again as it is: {said}.\n\n{advice}"
