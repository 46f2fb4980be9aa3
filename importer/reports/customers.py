"""How many customers are in Callbell, and how many rows need somebody, in the words of every text on a run. Pure."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from importer.model.plain_text import plain
from importer.model.rows import IN_CALLBELL, Status
from importer.model.runs import ProblemGroup, RunRecord
from importer.reports.next_step import FINISHED, SETTLED_BY_ITSELF, ToDo, to_do
from importer.reports.problem_groups import is_problem
from importer.reports.same_cause import all_alike


def customers_text(
    record: RunRecord,
    tally: Mapping[Status, int],
    problems: Sequence[ProblemGroup],
    *,
    not_updated: int = 0,
    leaves_existing: bool = False,
    is_dry: bool = False,
) -> str:
    """Return how many customers are in Callbell, how many rows need somebody, and which need nobody.

    Where one step is the cure of nearly all rows, nobody needs to look at each: then it is only the customers.

    Args:
        record: The run.
        tally: How many rows have each status.
        problems: The groups of problems.
        not_updated: Customers who are in Callbell as they were: their row is invalid, failed or was not sent.
        leaves_existing: Whether nobody who was there was to be updated.
        is_dry: Whether it is a dry run, of which the rows that are not sent would be.

    """
    rows = sum(tally.values())
    if not rows:
        return _no_rows_text(record) if record.command == "run" else ""
    there = customers_there(tally, not_updated)
    there += tally.get(Status.UNSENT, 0) if is_dry else 0
    is_foretold = is_dry or record.is_rehearsal
    is_alike = all_alike(tally, wrong_groups(record, problems), record.options, record.files) is not None
    apart = "" if is_alike else _apart(tally, to_do(tally, list(filter(is_problem, problems))), is_dry=is_dry)
    if not is_foretold and (none := _none_sent(tally)):
        return f"{none}{apart}"
    as_before = "" if leaves_existing else _as_before(not_updated, there)
    return f"{_how_many_are(there, rows, is_foretold=is_foretold)} in Callbell{as_before}.{apart}"


def customers_there(tally: Mapping[Status, int], not_updated: int) -> int:
    """Return how many customers are in Callbell; a row that stands twice is no customer.

    Args:
        tally: How many rows have each status.
        not_updated: Customers who are there as they were: their row is invalid, failed or was not sent.

    """
    return sum(tally.get(status, 0) for status in IN_CALLBELL - {Status.DUPLICATE}) + not_updated


def wrong_groups(record: RunRecord, problems: Sequence[ProblemGroup]) -> list[ProblemGroup]:
    """Return the problems that somebody has to do something about; the same command settles some of a run to go on."""
    goes_on = record.exit_code not in FINISHED
    told = [group for group in problems if is_problem(group)]
    return [group for group in told if not (goes_on and group.code in SETTLED_BY_ITSELF)]


def _no_rows_text(record: RunRecord) -> str:
    """Return that a run had no rows, and why, as far as that is known."""
    said = "There were 0 rows to import."
    if record.exit_code not in FINISHED or record.left_out:
        return said
    below = "only blank rows" if record.blank else "no rows"
    what = plain(PurePath(record.files[0]).name) if len(record.files) == 1 else "Each of the files"
    return f"{said} {what} has a header, and {below} below it."


def _apart(tally: Mapping[Status, int], left: ToDo, *, is_dry: bool) -> str:
    """Return a sentence on the rows that are not in Callbell as rows of their own; empty without any."""
    kinds = (
        (left.by_person, "needs you", "need you"),
        (left.again, "can be sent again", "can be sent again"),
        (left.in_doubt, "is in doubt", "are in doubt"),
        (0 if is_dry else left.unsent, "was not sent", "were not sent"),
        (tally.get(Status.DUPLICATE, 0), "stands twice", "stand twice"),
    )
    said = ", ".join(f"{count:,} {one if count == 1 else more}" for count, one, more in kinds if count)
    return f" {said}." if said else ""


def _how_many_are(there: int, rows: int, *, is_foretold: bool) -> str:
    """Return how many of the rows' customers are there, such as `3 of 5 customers are`; or would be."""
    if rows == 1:
        return f"1 customer {'would' if is_foretold else 'is'}{'' if there else ' not'}{' be' if is_foretold else ''}"
    how_many = f"All {rows:,}" if there == rows else f"{there:,} of {rows:,}" if there else f"None of {rows:,}"
    return f"{how_many} customers {'would be' if is_foretold else 'is' if there == 1 else 'are'}"


def _none_sent(tally: Mapping[Status, int]) -> str:
    """Return that no row could be sent, as all are invalid or stand twice; else an empty text.

    That says more of the run than how many of their customers an earlier one brought to Callbell.
    """
    rows, invalid = sum(tally.values()), tally.get(Status.INVALID, 0)
    if not invalid or invalid + tally.get(Status.DUPLICATE, 0) < rows:
        return ""
    return "The row could not be sent." if rows == 1 else f"None of {rows:,} rows could be sent."


def _as_before(not_updated: int, there: int) -> str:
    """Return how many of the customers in Callbell are there as they were, as their row did not reach them; or nothing.

    Args:
        not_updated: How many these are.
        there: How many are in Callbell, these among them.

    """
    if not not_updated:
        return ""
    return ", not updated" if not_updated == there else f", {not_updated:,} of them not updated"
