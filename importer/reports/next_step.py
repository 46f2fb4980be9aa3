"""The one next step after a run, with the exact command."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from importer.model.cures import CURES, MISSING_IN_CALLBELL, cure_of
from importer.model.plain_text import counted, plain
from importer.model.rows import Status
from importer.model.runs import ProblemGroup, RunRecord, conflict_count
from importer.reports.problem_groups import group_sentence, problem_changes
from importer.reports.run_commands import choose_columns, command_line, retry_command

FINISHED = (0, 1)
"""Exit codes of runs that came to their end."""
CAN_SUCCEED_UNCHANGED = frozenset({"server_error", "no_answer", "unreachable", "throttled"})
"""Codes of failures that are the service's, not the row's."""
SETTLED_BY_ITSELF = CAN_SUCCEED_UNCHANGED | {Status.IN_DOUBT.value}
"""Codes of rows that the same command settles."""
AGAIN = "the same command again"
_FEWEST_ALIKE = 5
"""Fewer rows are fixed sooner than a cause is found."""
_NEARLY_ALL = 0.9
_EMPTY = ("phone_missing", "identifier_missing", "name_missing")


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
    )


def all_alike(tally: Mapping[Status, int], problems: Sequence[ProblemGroup]) -> ProblemGroup | None:
    """Return the problem that all, or nearly all, rows have that were tried; None if there is none."""
    worst = max(problems, key=lambda group: group.count, default=None)
    if worst is None or worst.code in CAN_SUCCEED_UNCHANGED:
        return None
    tried = sum(tally.values()) - tally.get(Status.DUPLICATE, 0)
    if worst.count > tally.get(Status.INVALID, 0):
        tried -= tally.get(Status.UNSENT, 0)  # it was refused by the service, which these did not reach
        if worst.count > tally.get(Status.FAILED, 0):
            return None  # of rows that are in Callbell
    return worst if worst.count >= max(_FEWEST_ALIKE, _NEARLY_ALL * tried) else None


def alike_text(group: ProblemGroup, rows: int) -> str:
    """Return one sentence on a problem that nearly all rows have, instead of a list of rows."""
    column = f'column "{plain(group.column)}"' if group.column else "the rows"
    said = {
        "phone_no_country": f"the numbers in {column} do not say their country",
        **dict.fromkeys(_EMPTY, f"{column} is empty"),
    }.get(group.code, plain(group_sentence(group)).rstrip("."))
    said = said.replace("The ", "the ", 1) if said.startswith("The ") else said
    return f"{group.count:,} of {counted(rows)} fail for the same reason: {said} ({group.code})."


def missing_in_callbell(left: ToDo, problems: Sequence[ProblemGroup]) -> Sequence[ProblemGroup]:
    """Return the groups of what Callbell lacks, if most rows to fix were refused for want of it; else none."""
    lacking = [group for group in problems if group.code in MISSING_IN_CALLBELL]
    missing = [group for group in lacking if group.code == lacking[0].code]
    return missing if 2 * sum(one.count for one in missing) > left.by_person - left.in_conflict else []


def cure(
    group: ProblemGroup, command: str, files: Sequence[str], options: Mapping[str, object], country: str = ""
) -> str:
    """Return what to do about a problem that many rows have, with the command.

    Args:
        group: The problem.
        command: The run's.
        files: Of the run.
        options: Of the run.
        country: That the numbers fit, such as `ES`; empty: it is not known.

    """
    again = command if command == "check" else "run"
    if group.code == "phone_no_country" and country:
        given = {**options, "country": country}
        return f"Say which country they are from:\n  {command_line(again, files, given, same_files=True)}"
    if group.code == "phone_no_country":
        return (
            "Give the same command again with the country of these numbers, such as --country ES for Spain:"
            " not one row has to be changed."
        )
    if group.code == "phone_no_area_code":
        feed = f'identifier = "AREA{{{plain(group.column)}}}"'
        return (
            f"Write the whole numbers in the file. Or, if all are of one area, let the config add its area code: {feed}"
            " under [columns], with the area code in place of AREA. This writes a config:"
            f"\n  {choose_columns(files, options)}"
        )
    if group.code in CURES and command != "check":
        same = command_line(again, files, options, same_files=True)
        told = cure_of(group.code, plain(group.column), group.message)
        return f"{told} Then give the same command again:\n  {same}"
    return (
        "Probably it is another column, or the header stands in another row (--header-row N, or --no-header)."
        f" See what is read, and choose the columns:\n  {choose_columns(files, options)}"
    )


def next_step(
    record: RunRecord,
    tally: Mapping[Status, int],
    problems: Sequence[ProblemGroup],
    failed: Sequence[Path] | None,
    country: str = "",
    early_cure: str = "",
) -> str:
    """Return what to do next, with the exact command; an empty text where all is done.

    Args:
        record: The run, with its exit code.
        tally: How many rows have each status.
        problems: The groups of problems.
        failed: The files with the rows to fix; None for a dry run, which writes none.
        country: That the numbers fit, where they do not say their country; empty: it is not known.
        early_cure: What to do about the reason why the run ended early; may be empty.

    """
    left, alike = to_do(tally, problems), all_alike(tally, problems)
    if record.exit_code not in FINISHED:
        return _go_on(record, is_dry=failed is None, is_cured_first=alike is not None, early_cure=early_cure)
    if alike:
        return cure(alike, record.command, record.files, record.options, country)
    if failed is None:
        return _after_dry_run(record, tally)
    if left.by_person:
        fix = [_fix(record, left, problems, failed)] if left.by_person > left.in_conflict and failed else []
        return "\n".join([*_conflict(record, left, failed), *fix])
    if left.again or left.in_doubt or left.unsent:
        again = "Rehearse again" if record.is_rehearsal else "Send again"
        return f"{again} {_to_send_again(left)}; nothing in them has to be changed:\n  {retry_command(record)}"
    return ""


def _go_on(record: RunRecord, *, is_dry: bool, is_cured_first: bool, early_cure: str) -> str:
    """Return how a run goes on that ended early, after what has to be done first."""
    if AGAIN in early_cure:
        return early_cure
    goes_on = "the sandbox starts empty" if record.options.get("sandbox") else "it continues where this run ended"
    give = f"{early_cure} After that, give".lstrip() if is_cured_first or early_cure else "Give"
    return f"{give} {AGAIN}{'' if is_dry else f': {goes_on}'}."


def _after_dry_run(record: RunRecord, tally: Mapping[Status, int]) -> str:
    if any(tally.get(status) for status in (Status.CREATED, Status.UPDATED, Status.UNSENT)):
        again = "Give the same command without --dry-run to send the rows"
        if record.command != "run" or not record.options.get("dry_run") or record.options.get("limit"):
            return f"{again}."
        return f"{again}:\n  {command_line('run', record.files, record.options, same_files=True)}"
    if not tally.get(Status.INVALID):
        return ""
    check = command_line("check", record.files, record.options, same_files=True)
    return f"Nothing could be sent. This writes the rows to fix, with the wrong cells named, into a file:\n  {check}"


def _fix(record: RunRecord, left: ToDo, problems: Sequence[ProblemGroup], failed: Sequence[Path]) -> str:
    """Return how the rows are fixed that need a person; or what to fix instead, if that is in Callbell."""
    if missing := missing_in_callbell(left, problems):
        others = left.by_person - left.in_conflict - sum(one.count for one in missing)
        cause = replace(missing[0], message=" ".join(one.message for one in missing))
        told = cure(cause, record.command, record.files, record.options)
        return "\n".join([told, *_others(others, failed)])
    commands = "\n  ".join(command_line("run", [path], record.options) for path in failed)
    verb = "rehearse" if record.is_rehearsal else "import"
    names = " and ".join(path.name for path in failed)
    rows = "the row" if left.by_person == 1 else f"the {left.by_person:,} rows"
    them = "it" if left.by_person == 1 else "them"
    were_there = bool(record.compared_with) and problem_changes(problems)[1] > 0
    in_list = f"\nFix {them} in your list too, or its next run shows {them} again."
    told = in_list if were_there or record.is_rehearsal else ""
    return f"Fix {rows} in {names} (the last columns say why), save, and {verb} {them}:\n  {commands}{told}"


def carry_over(record: RunRecord, tally: Mapping[Status, int]) -> str:
    """Return how the list's values get to the customers who were there already, and were left as they are.

    Empty where there are none, or the run has not come to its end.
    """
    there = tally.get(Status.EXISTS, 0)
    if not there or record.command != "run" or record.is_rehearsal or record.exit_code not in FINISHED:
        return ""
    who = "the customer who was" if there == 1 else f"the {there:,} customers who were"
    command = command_line("run", record.files, {**record.options, "existing": "update"}, same_files=True)
    return f"To carry over what the list says of {who} there already:\n  {command}"


def _others(count: int, failed: Sequence[Path]) -> list[str]:
    """Return when the rows are fixed that have other problems; nothing if there are none."""
    if count <= 0:
        return []
    rows, them = ("row", "it is") if count == 1 else (f"{count:,} rows", "they are")
    return [
        f"Fix the other {rows} after that: {them} left in the {' and '.join(path.name for path in failed)} of that run."
    ]


def _conflict(record: RunRecord, left: ToDo, failed: Sequence[Path]) -> list[str]:
    if not left.in_conflict:
        return []
    names = " and ".join(path.name for path in failed)
    retry = retry_command(record, on_conflict="sheet")
    said = f"{counted(left.in_conflict)} in conflict: {names} says what the sheet and Callbell have."
    return [f"{said} Correct one and give the same command again, or let the sheet's values win:\n  {retry}"]


def _to_send_again(left: ToDo) -> str:
    parts = [
        f"{left.again:,} that Callbell could not take" if left.again else "",
        f"{left.in_doubt:,} in doubt (Callbell is asked first)" if left.in_doubt else "",
        f"{left.unsent:,} that were not sent" if left.unsent else "",
    ]
    return ", ".join(part for part in parts if part)
