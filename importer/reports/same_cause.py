"""The one cause that all, or nearly all, rows of a run fail for, and its cure: no list of rows to fix. Pure."""

from collections.abc import Mapping, Sequence

from importer.model.cures import CURES, cure_of
from importer.model.own_names import is_own_report
from importer.model.person import FORGOTTEN
from importer.model.plain_text import counted, plain
from importer.model.rows import GONE, IN_CALLBELL, Status
from importer.model.runs import LIST, ProblemGroup
from importer.reports.problem_groups import group_sentence
from importer.reports.run_commands import choose_columns, command_line

Step = tuple[str, str]
"""A sentence, and its command or commands, a line each; empty: it says all by itself."""
CAN_SUCCEED_UNCHANGED = frozenset({"server_error", "no_answer", "unreachable", "throttled", "not_asked"})
"""Codes of failures that are the service's, not the row's."""
_FEWEST_ALIKE = 5
"""Fewer rows are fixed sooner than a cause is found."""
_NEARLY_ALL = 0.9
_OF_NUMBERS = frozenset({"phone_no_country", "phone_no_area_code"})
"""Codes that one option, or one line of the config, cures for all rows."""
_EMPTY = ("phone_missing", "identifier_missing", "name_missing")


def step_text(step: Step) -> str:
    """Return a sentence with its commands below it, indented."""
    sentence, commands = step
    return "\n  ".join([sentence, *commands.splitlines()])


def all_alike(
    tally: Mapping[Status, int], problems: Sequence[ProblemGroup], options: Mapping[str, object], files: Sequence[str]
) -> ProblemGroup | None:
    """Return the problem that all, or nearly all, rows have that were tried; None if there is none.

    Where the columns are known to be right, a problem is one of the rows, unless there is another cure for all.

    Args:
        tally: How many rows have each status.
        problems: The groups of problems.
        options: Of the run.
        files: Of the run.

    """
    worst = max(problems, key=lambda group: group.count, default=None)
    if worst is None or worst.code in CAN_SUCCEED_UNCHANGED or worst.code == FORGOTTEN:
        return None  # of people who were forgotten nothing is wrong
    tried = sum(tally.values()) - tally.get(Status.DUPLICATE, 0)
    if worst.count > tally.get(Status.INVALID, 0):
        tried -= tally.get(Status.UNSENT, 0)  # it was refused by the service, which these did not reach
        if worst.count > tally.get(Status.FAILED, 0):
            return None  # of rows that are in Callbell
    if worst.count < max(_FEWEST_ALIKE, _NEARLY_ALL * tried):
        return None
    has_other_cure = worst.code in _OF_NUMBERS or worst.code in CURES or worst.code == GONE
    return worst if has_other_cure or not _columns_are_right(tally, options, files) else None


def _columns_are_right(tally: Mapping[Status, int], options: Mapping[str, object], files: Sequence[str]) -> bool:
    """Tell whether it is no matter of columns: these rows failed before, or others came in by the config's columns."""
    if options.get(LIST) or (files and all(map(is_own_report, files))):
        return True
    return (
        bool(options.get("config"))
        and not options.get("guessed")
        and any(map(tally.get, IN_CALLBELL - {Status.DUPLICATE}))
    )


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
    if group.code in CURES:
        same = command_line(again, files, options, same_files=True)
        told = cure_of(group.code, plain(group.column), group.message)
        return f"{told} Then give the same command again:", same
    told = "Probably it is another column, or the header stands in another row (--header-row N, or --no-header)."
    return f"{told} See what is read, and choose the columns:", choose_columns(files, options)
