"""What to do next, about one row and about a run, in plain words for results.xlsx and report.html. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from importer.model.cures import MISSING_IN_CALLBELL
from importer.model.rows import CONFLICT, GONE, IN_CALLBELL, Status
from importer.model.runs import ProblemGroup, Result, RunRecord
from importer.reports.missing_in_callbell import row_waiting_text
from importer.reports.next_step import FINISHED, send_again, to_do
from importer.reports.run_commands import after_rehearsal, command_line, retry_command
from importer.reports.same_cause import Step, all_alike

_STEPS = {
    Status.INVALID: "Fix the cell, save, and import the file again.",
    Status.FAILED: "Send it again: {retry}",
    Status.IN_DOUBT: "Find out whether it arrived: {retry}",
    Status.UNSENT: "Send it: {retry}",
}
_LATER = frozenset({408, 425, 429})
"""HTTP statuses that ask for patience: the row itself may be right."""
_REFUSED = range(400, 500)


@dataclass(frozen=True, slots=True)
class RetryCommands:
    """The commands that send rows of a run again."""

    retry: str
    recreate: str
    """Makes contacts again that are gone."""
    is_rehearsal: bool = False
    """Whether the run went to a sandbox, and so do they."""

    @classmethod
    def of(cls, record: RunRecord) -> "RetryCommands":
        """Return those of a run."""
        return cls(retry_command(record), retry_command(record, gone="recreate"), record.is_rehearsal)


def row_step(result: Result, commands: RetryCommands) -> str:
    """Return what to do about a row; empty where nothing is.

    Args:
        result: The row.
        commands: Of its run.

    """
    retry = commands.retry
    if result.code == GONE and result.status is Status.FAILED:
        return f"If that was meant, take the row out of the list. To make it again: {commands.recreate}"
    if result.code == CONFLICT:
        return "Decide which value is right, in Callbell or in the file, and import the file again."
    if result.code in MISSING_IN_CALLBELL and result.status is Status.FAILED:
        return f"{row_waiting_text(result.code, result.reason, is_rehearsal=commands.is_rehearsal)} {retry}"
    if result.status is Status.FAILED and result.http_status in _REFUSED and result.http_status not in _LATER:
        return "Fix what the reason names, in the file or in Callbell, and import the file again."
    return _STEPS.get(result.status, "").format(retry=retry)


def run_steps(
    record: RunRecord,
    tally: Mapping[Status, int],
    problems: Sequence[ProblemGroup],
    told: Sequence[Step],
    *,
    carried: Step | None = None,
    of_list: RunRecord | None = None,
) -> list[Step]:
    """Return what to do next, as the closing text has it, and all that can be sent again besides.

    Args:
        record: The run.
        tally: How many rows have each status.
        problems: The groups of problems, without what is none.
        told: The next steps of the closing text.
        carried: How the list's values get to customers who were there already, and were left as they are.
        of_list: The rehearsal of the list that the rows of this one came from; None: they are the list.

    """
    steps = [*told]
    if record.exit_code not in FINISHED:
        steps = _go_on(record, tally, told)
    else:
        steps += [step for step in send_again(record, to_do(tally, problems)) if step not in told]
    if carried and not all_alike(tally, problems, record.options, record.files):
        steps.append(carried)
    if record.is_rehearsal and any(tally[status] for status in IN_CALLBELL):
        steps.extend(after_rehearsal(record, of_list))
    return steps or [(_nothing_to_do(record, tally), "")]


def give_again(record: RunRecord, lost: int) -> Step:
    """Return what to do about rows that are not in Callbell, of which a purge left the count alone."""
    rows, they = ("the row", "it was") if lost == 1 else (f"the {lost:,} rows", "they were")
    said = f"What was wrong with {rows} is forgotten. If {they} not fixed since, give the list again:"
    return said, command_line("run", record.files, record.options, same_files=True)


def _go_on(record: RunRecord, tally: Mapping[Status, int], told: Sequence[Step]) -> list[Step]:
    """Return how a run goes on that ended early, with its command: whoever reads this may not have given it."""
    if not any(tally.values()):
        return []
    if record.command == "retry":
        again = retry_command(record)
    else:
        again = command_line("run", record.files, record.options, same_files=True)
    return [(f"{sentence.rstrip('.')}:", again) if not command else (sentence, command) for sentence, command in told]


def _nothing_to_do(record: RunRecord, tally: Mapping[Status, int]) -> str:
    """Return why there is no next step."""
    if any(tally.values()):
        return "Nothing: every row is where it should be."
    if record.exit_code not in FINISHED:
        return "Give the same command again: the run ended before it had read a row."
    if record.left_out:
        return "Nothing: every row of the list was left out."
    return "Nothing: the list holds no rows. If it should, see that this is the right file, sheet and header row."
