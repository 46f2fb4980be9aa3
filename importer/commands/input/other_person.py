"""Numbers of corrected rows that another row of the same list has with another name: probably typed wrong."""

from collections.abc import Iterator
from itertools import islice
from pathlib import PurePath

from importer.commands.input.own_file import list_of, with_checks
from importer.journal import Journal
from importer.model.plain_text import plain
from importer.model.rows import IN_CALLBELL, Status
from importer.model.runs import LIST, Result, RunRecord

_SHOWN = 3
_MOST_ROWS = 1_000
"""Of those that were in Callbell already: beyond these it is no correction of single rows."""


def other_person_text(record: RunRecord, journal: Journal) -> str:
    """Return which rows have the number of another row of the list, by whose name; empty: none is known.

    Args:
        record: The run; only one of a file of our own making, such as failed.csv, has such a list.
        journal: That has the run, and those of the list.

    """
    list_run = _run_of_list(record, journal) if LIST in record.options else None
    if list_run is None:
        return ""
    results = journal.report_source(record.name).results()
    there = {one.identifier: one for one in islice((one for one in results if one.status is Status.EXISTS), _MOST_ROWS)}
    found = sorted(_others(there, list_run, journal)) if there else []
    if not found:
        return ""
    file, name = PurePath(record.files[0]).name, PurePath(list_run.files[0]).name
    if len(found) == 1:
        ((own, other),) = found
        row = f"Row {own} of {plain(file)} has the number of row {other} of {plain(name)}, which has another name"
        return f"{row}, and was not sent: see whose number it is, and correct the wrong row."
    told = ", ".join(f"row {own} that of row {other}" for own, other in found[:_SHOWN])
    more = f", and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
    rows = f"{len(found):,} rows of {plain(file)} have numbers of rows of {plain(name)} that have other names"
    return f"{rows}, and were not sent: {told}{more}. See whose numbers they are, and correct the wrong rows."


def _run_of_list(record: RunRecord, journal: Journal) -> RunRecord | None:
    """Return the last run of the list that the rows are of; None: there is none."""
    runs = [one for one, _ in journal.runs()]
    found = list_of(record.files, with_checks(record.files, runs))
    of_list = (
        one
        for one in runs
        if found and one.is_whole and (one.command, one.files, one.account) == ("run", found.files, record.account)
    )
    return next(of_list, None)


def _others(there: dict[str, Result], list_run: RunRecord, journal: Journal) -> Iterator[tuple[int, int]]:
    """Yield the numbers of a row that was there already, and of the list's row that has its number by another name."""
    for one in journal.report_source(list_run.name).results():
        own = there.get(one.identifier)
        if own and one.status in IN_CALLBELL - {Status.DUPLICATE} and _folded(own.name) != _folded(one.name):
            yield own.row, one.row


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
