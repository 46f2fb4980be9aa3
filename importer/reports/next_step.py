"""The one next step after a run, with the exact command."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from importer.model.cures import MISSING_IN_CALLBELL
from importer.model.person import FORGOTTEN
from importer.model.plain_text import counted
from importer.model.rows import GONE, IN_CALLBELL, Status
from importer.model.runs import TOO_FEW_ROWS, ProblemGroup, RunRecord, conflict_count
from importer.reports.missing_in_callbell import lacking_groups, missing_text, rehearsal_text, waiting_text
from importer.reports.rows_apart import recreate, with_rows_to_fix, without_forgotten
from importer.reports.run_commands import command_line, in_earnest, lasting_options, retry_command, whole_command
from importer.reports.same_cause import CAN_SUCCEED_UNCHANGED, Step, all_alike, cure, step_text

FINISHED = (0, 1)
"""Exit codes of runs that came to their end."""
SETTLED_BY_ITSELF = CAN_SUCCEED_UNCHANGED | {Status.IN_DOUBT.value}
"""Codes of rows that the same command settles."""
AGAIN = "the same command again"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDo:
    """How many rows of a run want what; none of them is in Callbell as it should be."""

    by_person: int
    """Invalid, refused, or in conflict."""
    again: int
    """Failed for a reason that was the service's: they can succeed as they are."""
    in_doubt: int
    unsent: int
    in_conflict: int
    gone: int
    """Of those by a person: deleted in Callbell."""
    forgotten: int = 0
    """Of those by a person: of people who are not to be imported; no file of rows to fix has them."""

    @property
    def to_fix(self) -> int:
        """How many rows have something that is to be fixed, in the file or in Callbell."""
        return self.by_person - self.in_conflict - self.gone - self.forgotten


def to_do(tally: Mapping[Status, int], problems: Sequence[ProblemGroup]) -> ToDo:
    """Return what is left to be done, from the rows per status and their groups of problems."""
    again = sum(group.count for group in problems if group.code in CAN_SUCCEED_UNCHANGED)
    refused = max(0, tally.get(Status.FAILED, 0) - again)
    in_conflict = conflict_count(problems)
    return ToDo(
        by_person=tally.get(Status.INVALID, 0) + refused + in_conflict,
        again=min(again, tally.get(Status.FAILED, 0)),
        in_doubt=tally.get(Status.IN_DOUBT, 0),
        unsent=tally.get(Status.UNSENT, 0),
        in_conflict=in_conflict,
        gone=min(refused, sum(group.count for group in problems if group.code == GONE)),
        forgotten=sum(group.count for group in problems if group.code == FORGOTTEN),
    )


def missing_in_callbell(left: ToDo, problems: Sequence[ProblemGroup]) -> Sequence[ProblemGroup]:
    """Return the groups of what Callbell lacks, if most rows to fix were refused for want of it; else none."""
    missing = lacking_groups(problems)
    return missing if 2 * sum(one.count for one in missing) > left.to_fix else []


def missing_step(
    groups: Sequence[ProblemGroup],
    files: Sequence[str],
    options: Mapping[str, object],
    again: str = "give the same command again",
    *,
    is_rehearsal: bool = False,
) -> Step:
    """Return how all that Callbell lacks is made there, and the run's command given again.

    Args:
        groups: Of rows that lack it.
        files: Of the run.
        options: Of the run.
        again: What the command does.
        is_rehearsal: Whether a sandbox lacks it, as the account was not seen to have it.

    """
    same = command_line("run", files, options, same_files=True)
    seen = rehearsal_text(groups) if is_rehearsal else ""
    return " ".join(filter(None, [missing_text(groups), seen, f"Then {again}:"])), same


def _missing_step(record: RunRecord, groups: Sequence[ProblemGroup]) -> Step:
    again = {"again": "import the list again"} if record.command == "retry" else {}
    return missing_step(groups, record.files, lasting_options(record), **again, is_rehearsal=record.is_rehearsal)


def is_cut_short(record: RunRecord) -> bool:
    """Tell whether the list of a run that came to its end had too few rows."""
    return any(one.code == TOO_FEW_ROWS for one in record.degraded)


def whole_export(files: Sequence[str], options: Mapping[str, object]) -> Step:
    """Return what comes before all else of a list that was cut short: its rows to fix are in the whole one too.

    Args:
        files: Of the run.
        options: Of the run.

    """
    return "Get the whole export, then:", whole_command(files, options)


def next_steps(
    record: RunRecord,
    tally: Mapping[Status, int],
    problems: Sequence[ProblemGroup],
    failed: Sequence[Path] | None,
    country: str = "",
    early_cure: str = "",
) -> list[Step]:
    """Return what to do next; nothing where all is done.

    Args:
        record: The run, with its exit code.
        tally: How many rows have each status.
        problems: The groups of problems.
        failed: The files with the rows to fix; None for a dry run, which writes none.
        country: That the numbers fit, where they do not say their country; empty: it is not known.
        early_cure: What to do about the reason why the run ended early; may be empty.

    """
    left, alike = to_do(tally, problems), all_alike(tally, problems, record.options, record.files)
    if record.exit_code not in FINISHED:
        if record.is_rehearsal and early_cure:
            early_cure = f"{early_cure} {rehearsal_text(lacking_groups(problems))}".rstrip()
        return [(_go_on(record, is_dry=failed is None, is_cured_first=alike is not None, early_cure=early_cure), "")]
    if is_cut_short(record):
        return [whole_export(record.files, lasting_options(record))]
    if alike and alike.code != GONE:
        missing, options = _missing_step(record, lacking_groups(problems)), lasting_options(record)
        is_missing = alike.code in MISSING_IN_CALLBELL
        return [missing if is_missing else cure(alike, record.command, record.files, options, country)]
    if failed is None:
        return _after_dry_run(record, tally, left)
    if left.by_person:
        fix = _fix(record, left, problems, failed) if left.to_fix > 0 and failed else []
        again = recreate(left.gone, retry_command(record, gone="recreate"))
        return [*_conflict(record, left, failed), *again, *fix, *without_forgotten(left.forgotten)]
    return send_again(record, left)


def next_step(
    record: RunRecord,
    tally: Mapping[Status, int],
    problems: Sequence[ProblemGroup],
    failed: Sequence[Path] | None,
    country: str = "",
    early_cure: str = "",
) -> str:
    """Return the same as a text, with the exact commands; empty where all is done."""
    return "\n".join(map(step_text, next_steps(record, tally, problems, failed, country, early_cure)))


def send_again(record: RunRecord, left: ToDo) -> list[Step]:
    """Return how those rows are sent again that can succeed as they are; nothing if there are none."""
    if not (left.again or left.in_doubt or left.unsent):
        return []
    again = "Rehearse again" if record.is_rehearsal else "Send again"
    return [(f"{again} {_to_send_again(left)}; nothing in them has to be changed:", retry_command(record))]


def _go_on(record: RunRecord, *, is_dry: bool, is_cured_first: bool, early_cure: str) -> str:
    """Return how a run goes on that ended early, after what has to be done first."""
    if AGAIN in early_cure:
        return early_cure
    goes_on = "the sandbox starts empty" if record.options.get("sandbox") else "it continues where this run ended"
    give = f"{early_cure} After that, give".lstrip() if is_cured_first or early_cure else "Give"
    return f"{give} {AGAIN}{'' if is_dry else f': {goes_on}'}."


def _after_dry_run(record: RunRecord, tally: Mapping[Status, int], left: ToDo) -> list[Step]:
    if any(tally.get(status) for status in (Status.CREATED, Status.UPDATED, Status.UNSENT)):
        said = "Give the same command without --dry-run to send the rows"
        if record.command != "run" or not record.options.get("dry_run") or record.options.get("limit"):
            return [(f"{said}.", "")]
        return [(f"{said}:", in_earnest(record))]
    command = command_line("run", record.files, {**record.options, "gone": "recreate"}, same_files=True)
    again = recreate(left.gone, command) if record.command == "run" else []
    if not tally.get(Status.INVALID):
        return again
    check = command_line("check", record.files, record.options, same_files=True)
    is_there = any(tally.get(status) for status in IN_CALLBELL)
    nothing = "There is nothing to send" if is_there else "Nothing could be sent"
    return [*again, (f"{nothing}. This writes the rows to fix, with the wrong cells named, into a file:", check)]


def _fix(record: RunRecord, left: ToDo, problems: Sequence[ProblemGroup], failed: Sequence[Path]) -> list[Step]:
    """Return how the rows are fixed that need a person; or what to fix instead, if that is in Callbell."""
    failed = with_rows_to_fix(failed, problems)
    if missing := missing_in_callbell(left, problems):
        others = left.to_fix - sum(one.count for one in missing)
        return [_missing_step(record, missing), *_others(others, failed)]
    waiting = lacking_groups(problems)
    told = waiting_text(waiting, is_rehearsal=record.is_rehearsal)
    wait = [(told, retry_command(record))] if waiting else []
    commands = "\n".join(command_line("run", [path], lasting_options(record)) for path in failed)
    verb = "rehearse" if record.is_rehearsal else "import"
    names = " and ".join(path.name for path in failed)
    count = left.to_fix - sum(one.count for one in waiting)
    other = "other " if left.in_conflict else ""  # of which no cell is wrong, and which have a step of their own
    rows, them = (f"the {other}row", "it") if count == 1 else (f"the {other}{count:,} rows", "them")
    is_read_again = bool(record.compared_with) or record.is_rehearsal
    in_list = f"Fix {them} in your list too, or its next run shows {them} again."
    too = [(in_list, "")] if is_read_again else []
    return [*wait, (f"Fix {rows} in {names} (the last columns say why), save, and {verb} {them}:", commands), *too]


def _others(count: int, failed: Sequence[Path]) -> list[Step]:
    """Return when the rows are fixed that have other problems; nothing if there are none."""
    if count <= 0:
        return []
    rows, them = ("row", "it is") if count == 1 else (f"{count:,} rows", "they are")
    names = " and ".join(path.name for path in failed)
    return [(f"Fix the other {rows} after that: {them} left in the {names} of that run.", "")]


def _conflict(record: RunRecord, left: ToDo, failed: Sequence[Path]) -> list[Step]:
    if not left.in_conflict:
        return []
    names = " and ".join(path.name for path in failed)
    said = f"{counted(left.in_conflict)} in conflict: {names} says what the sheet and Callbell have."
    ask = "Correct the sheet or Callbell and give the same command again, or let the sheet win:"
    return [(f"{said} {ask}", retry_command(record, on_conflict="sheet"))]


def _to_send_again(left: ToDo) -> str:
    parts = [
        f"{left.again:,} that Callbell could not take" if left.again else "",
        f"{left.in_doubt:,} in doubt (Callbell is asked first)" if left.in_doubt else "",
        f"{left.unsent:,} that were not sent" if left.unsent else "",
    ]
    return ", ".join(part for part in parts if part)
