"""Groups of rows with the same problem, as text: the reason, the cells, and the code by which it can be looked up."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import PurePath
from typing import NamedTuple

from importer.model.cell_names import column_letters
from importer.model.plain_text import counted, plain
from importer.model.rows import Sheet, Status
from importer.model.runs import NO_PROBLEMS, ProblemGroup, RunRecord

EXAMPLE = "For example row "
"""How the example begins in the sentence of a group whose rows have different ones."""
_MOST_ROWS = 5
_MAYBE_LOST = "differs in"
"""What is said of a row that was left out, or not changed, though it says something else."""
_REFUSED_AS = {
    "tag_not_seen": "tag_unknown",
    "custom_field_not_seen": "custom_field_refused",
    "user_not_seen": "assigned_user_unknown",
}
"""What was not seen in the account before rows were sent, and how Callbell refuses it."""
_NAME = re.compile('"([^"]+)"')
_DIFFERING_DUPLICATES = (
    "The row has the same identifier as an earlier row, and was not sent, though it says something else."
)


def is_problem(group: ProblemGroup) -> bool:
    """Tell whether somebody has to do something about the rows."""
    return group.code not in NO_PROBLEMS


def problem_changes(groups: Sequence[ProblemGroup]) -> tuple[int, int]:
    """Return how many problems of rows are new since the last run of the same import, and how many were there."""
    told = [group for group in groups if is_problem(group)]
    new = sum(group.new for group in told)
    return new, sum(group.count for group in told) - new


def changes_text(record: RunRecord, groups: Sequence[ProblemGroup]) -> str:
    """Return the same as a sentence; empty where there is nothing to compare with, or to tell.

    What is still there, or gone, may be of a run before the last one, which was interrupted, or a retry.
    """
    new, still_there = problem_changes(groups)
    if not record.compared_with or not (new or still_there or record.gone):
        return ""
    kinds = ((new, "new"), (still_there, "still there"), (record.gone, "gone"))
    said = ", ".join(f"{count:,} {what}" for count, what in kinds if count)
    return f"Problems since earlier runs (the last: {record.compared_with}; a row may have several): {said}."


def group_sentence(group: ProblemGroup) -> str:
    """Return a sentence that is true of all rows of the group, and has an example where their own sentences differ."""
    if not group.varies:
        return group.message
    from importer.reports.code_explanations import explanation_of  # noqa: PLC0415 - many runs have no such group

    explanation = explanation_of(group.code)
    general = _DIFFERING_DUPLICATES if _is_differing_duplicate(group) else explanation.means if explanation else ""
    example = f"{EXAMPLE}{group.rows[0]}: {group.message}" if group.rows and group.message else ""
    return " ".join(filter(None, (general, example)))


def worth_a_look(problems: Sequence[ProblemGroup], warnings: Sequence[ProblemGroup]) -> list[ProblemGroup]:
    """Return what is no problem, and yet may be missing or wrong in Callbell.

    Args:
        problems: The groups of rows, those among them that are no problem.
        warnings: Of rows that are right.

    """
    return [*filter(_is_maybe_lost, problems), *not_refused(warnings, problems)]


def for_information(problems: Sequence[ProblemGroup]) -> list[ProblemGroup]:
    """Return the groups of rows that are neither a problem nor worth a look."""
    return [group for group in problems if not is_problem(group) and not _is_maybe_lost(group)]


def _is_maybe_lost(group: ProblemGroup) -> bool:
    """Tell whether the rows are no problem, and yet what they say may be missing in Callbell."""
    return group.code == "differs" or _is_differing_duplicate(group)


def _is_differing_duplicate(group: ProblemGroup) -> bool:
    return group.code == Status.DUPLICATE and _MAYBE_LOST in group.message


def not_refused(warnings: Sequence[ProblemGroup], problems: Sequence[ProblemGroup]) -> list[ProblemGroup]:
    """Return the warnings without those about a tag, a field or a user that Callbell has refused by its name."""
    return [
        one
        for one in warnings
        if not any(group.code == _REFUSED_AS.get(one.code) and _names(group.message, one) for group in problems)
    ]


def _names(message: str, warning: ProblemGroup) -> bool:
    """Tell whether a refusal names what the warning is about, in quotation marks if it has any."""
    found = _NAME.search(warning.message)
    return found is not None and found[0 if '"' in message else 1] in message


class ShownGroups(NamedTuple):
    """How much of a paragraph of groups is shown."""

    most: int | None = None
    """Groups; 0: they are counted only; None: all."""
    more_in: str = "the report"
    """Where the groups are that are not shown, and the sentences."""
    is_brief: bool = False
    """Whether each group has one line, without its sentence."""


def groups_text(
    title: str,
    groups: Sequence[ProblemGroup],
    shown: ShownGroups = ShownGroups(),  # noqa: B008 - it is frozen
    sheets: Sequence[Sheet] = (),
    *,
    says_new: bool = False,
) -> str:
    """Return a paragraph with a title and the groups of problems that are shown, and how many more there are.

    Args:
        title: Of the paragraph.
        groups: Most rows first; without any the text is empty.
        shown: How much of them.
        sheets: Of the rows, for the names of the cells; none: rows are named by their number.
        says_new: Whether it is said which of them are new since the last run of the same import.

    """
    if not groups:
        return ""
    if shown.most == 0:
        return f"{title.rstrip(':')} ({counted(len(groups), 'kind')}): see {shown.more_in}"
    left = groups[shown.most :] if shown.most is not None else ()
    more = [f"  and {counted(len(left), 'kind')} more: see {shown.more_in}"] if left else []
    if shown.is_brief:
        title = f"{title.rstrip(':')} (what to do: see {shown.more_in}):"
    write = partial(_group_text, sheets=sheets, says_new=says_new, is_brief=shown.is_brief)
    return "\n".join([title, *map(write, groups[: shown.most]), *more])


def _group_text(group: ProblemGroup, sheets: Sequence[Sheet], *, says_new: bool, is_brief: bool) -> str:
    """Return how many rows have the problem, what to do, and the first of them."""
    column = f', column "{plain(group.column)}"' if group.column else ""
    shown = _new_and_known(group, sheets) if says_new else places(group, sheets)
    more = ", ..." if shown and group.count > min(len(group.rows), _MOST_ROWS) else ""
    what = f"{plain(group.code)}{column}"
    named = f"{shown}{more} ({what})" if shown else what
    new = "" if not (says_new and group.new) else " (new)" if group.new == group.count else f" ({group.new:,} new)"
    if is_brief or not (sentence := group_sentence(group)):
        return f"  {counted(group.count)}{new}: {named}"
    return f"  {counted(group.count)}{new}: {plain(sentence)}\n    {named}"


def _new_and_known(group: ProblemGroup, sheets: Sequence[Sheet]) -> str:
    """Return the first of the group's cells, the new ones apart from the known ones, if it has both."""
    count = min(group.new, len(group.rows))  # the new ones stand first
    if not 0 < count < min(len(group.rows), _MOST_ROWS):
        shown = places(group, sheets)
        return f"new: {shown}" if shown and 0 < group.new < group.count else shown
    new, known = (
        replace(group, rows=group.rows[part], sheets=group.sheets[part])
        for part in (slice(count), slice(count, _MOST_ROWS))
    )
    return f"new: {places(new, sheets)}; known: {places(known, sheets)}"


def places(group: ProblemGroup, sheets: Sequence[Sheet]) -> str:
    """Return the first of the group's cells, such as `C13, C40`; where the column is not sure, its rows.

    Of several files, each is named before its cells: `a.csv C13, C40, b.csv C2`.
    """
    if len(sheets) > 1 and group.sheets:
        return _places_by_file(group, sheets)
    letters = {_letters(group.column, sheet) for sheet in sheets}
    numbers = group.rows[:_MOST_ROWS]
    if len(letters) == 1 and (column := letters.pop()):
        return ", ".join(f"{column}{number}" for number in numbers)
    noun = "row" if len(numbers) == 1 else "rows"
    return f"{noun} {', '.join(map(str, numbers))}" if numbers else ""


def _places_by_file(group: ProblemGroup, sheets: Sequence[Sheet]) -> str:
    cells = [
        f"{_letters(group.column, sheets[index]) or 'row '}{number}"
        for number, index in zip(group.rows[:_MOST_ROWS], group.sheets, strict=False)
    ]
    return _by_file(cells, group, sheets)


def first_rows(group: ProblemGroup, sheets: Sequence[Sheet], more: str) -> str:
    """Return the numbers of the group's first rows; of several files, each is named before its rows.

    Args:
        group: Of problems.
        sheets: Of the run.
        more: The sign for rows beyond them.

    """
    numbers = list(map(str, group.rows))
    named = _by_file(numbers, group, sheets) if len(sheets) > 1 and group.sheets else ", ".join(numbers)
    return f"{named}, {more}" if group.count > len(numbers) else named


def _by_file(places_of: Sequence[str], group: ProblemGroup, sheets: Sequence[Sheet]) -> str:
    """Return places in a row, with the name of a file before the first of its places."""
    names = [plain(PurePath(sheet.file).name) for sheet in sheets]
    if len(set(names)) < len(names):
        names = [plain(sheet.file) for sheet in sheets]
    of_files = groupby(zip(places_of, group.sheets, strict=False), key=itemgetter(1))
    return ", ".join(f"{names[index]} {', '.join(place for place, _ in found)}" for index, found in of_files)


def _letters(column: str, sheet: Sheet) -> str:
    """Return the letters of the column with this header; empty if there is none, or several."""
    found = [place for place, header in enumerate(sheet.header) if column and header == column]
    return column_letters(found[0]) if len(found) == 1 else ""
