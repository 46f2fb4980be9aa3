"""The one cause that all, or nearly all, rows of a run fail for, and its cure: no list of rows to fix. Pure."""

from collections.abc import Mapping, Sequence

from importer.model.cures import CURES, cure_of
from importer.model.plain_text import counted, plain
from importer.model.rows import Status
from importer.model.runs import ProblemGroup
from importer.reports.problem_groups import group_sentence
from importer.reports.run_commands import choose_columns, command_line

Step = tuple[str, str]
"""A sentence, and its command or commands, a line each; empty: it says all by itself."""
CAN_SUCCEED_UNCHANGED = frozenset({"server_error", "no_answer", "unreachable", "throttled", "not_asked"})
"""Codes of failures that are the service's, not the row's."""
_FEWEST_ALIKE = 5
"""Fewer rows are fixed sooner than a cause is found."""
_NEARLY_ALL = 0.9
_EMPTY = ("phone_missing", "identifier_missing", "name_missing")


def step_text(step: Step) -> str:
    """Return a sentence with its commands below it, indented."""
    sentence, commands = step
    return "\n  ".join([sentence, *commands.splitlines()])


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


def cure(
    group: ProblemGroup, command: str, files: Sequence[str], options: Mapping[str, object], country: str = ""
) -> Step:
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
        return "Say which country they are from:", command_line(again, files, given, same_files=True)
    if group.code == "phone_no_country":
        told = "Give the same command again with the country of these numbers, such as --country ES for Spain:"
        return f"{told} not one row has to be changed.", ""
    if group.code == "phone_no_area_code":
        feed = f'identifier = "AREA{{{plain(group.column)}}}"'
        told = "Write the whole numbers in the file. Or, if all are of one area, let the config add its area code:"
        told += f" {feed} under [columns], with the area code in place of AREA. This writes a config:"
        return told, choose_columns(files, options)
    if group.code in CURES and command != "check":
        same = command_line(again, files, options, same_files=True)
        told = cure_of(group.code, plain(group.column), group.message)
        return f"{told} Then give the same command again:", same
    told = "Probably it is another column, or the header stands in another row (--header-row N, or --no-header)."
    return f"{told} See what is read, and choose the columns:", choose_columns(files, options)
