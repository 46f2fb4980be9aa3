"""What is to be done with the list itself after a run: fixed too, or carried over to who was there already. Pure."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from importer.model.own_names import is_own_header
from importer.model.plain_text import plain
from importer.model.rows import IN_CALLBELL, Sheet, Status
from importer.model.runs import RunRecord
from importer.reports.next_step import FINISHED, is_cut_short
from importer.reports.report_options import RunBackground
from importer.reports.run_commands import command_line
from importer.reports.same_cause import Step


def fix_list_too(record: RunRecord, tally: Mapping[Status, int], sheets: Sequence[Sheet]) -> list[Step]:
    """Return that the list itself is still to be fixed, after rows were sent from a file of our own making.

    Args:
        record: The run.
        tally: How many rows have each status.
        sheets: Of the run.

    """
    is_ours = any(is_own_header(sheet.header) for sheet in sheets)
    is_there = any(tally.get(status) for status in IN_CALLBELL - {Status.DUPLICATE})
    if not is_ours or not is_there or record.is_rehearsal or record.exit_code not in FINISHED:
        return []
    what = plain(PurePath(record.files[0]).name) if len(record.files) == 1 else "these files"
    return [(f"What you fixed in {what}, fix in your list too, or its next run shows it again.", "")]


def carry_over(record: RunRecord, tally: Mapping[Status, int], background: RunBackground) -> Step | None:
    """Return how the list's values get to the customers who were there already: a sentence, and the command.

    None where none were left as they are, the list was cut short, or the run has not come to its end.

    Args:
        record: The run.
        tally: How many rows have each status.
        background: What an undo gave back is not to be urged again; nor is another row of the list to be put on the
            customer whose number it has, of which is told instead.

    """
    there = tally.get(Status.EXISTS, 0)
    if not (there and background.leaves_existing) or record.command != "run" or record.is_rehearsal:
        return None
    if record.exit_code not in FINISHED or is_cut_short(record):
        return None
    if background.other_person:
        return background.other_person, ""
    who = "the customer who was" if there == 1 else f"the {there:,} customers who were"
    command = command_line("run", record.files, {**record.options, "existing": "update"}, same_files=True)
    if background.given_back:
        said = f"The undo of {background.given_back} gave back what the list had changed, and it is left so."
        return f"{said} Only if it is to be changed again:", command
    return f"To carry over what the list says of {who} there already:", command
