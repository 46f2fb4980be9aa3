"""What other runs have to do with an undo of one: those that changed its contacts since, or brought its list too."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, takewhile

from importer.journal import Journal
from importer.model.runs import RunRecord
from importer.reports.next_step import FINISHED
from importer.reports.run_commands import same_journal


def other_runs(store: Journal, earlier: RunRecord, options: Mapping[str, object]) -> str:
    """Return which other runs are to be undone, with the command for each; empty: none.

    Args:
        store: The journal.
        earlier: The run that is undone.
        options: Of the undo, by which its journal is found.

    """
    return "\n".join(filter(None, (_changed_later(store, earlier, options), rest_of_list(store, earlier, options))))


def _changed_later(store: Journal, earlier: RunRecord, options: Mapping[str, object]) -> str:
    """Return which later runs changed the contacts, so that what the run did stays until those are undone."""
    lines = [
        f"{count:,} of these contacts {'was' if count == 1 else 'were'} changed by the later run {name}:"
        f" to take back all, undo that first.\n  {same_journal(options, 'undo', name)}"
        for name, count in store.undo_of(earlier.name).changed_later().items()
    ]
    return "\n".join(lines)


def rest_of_list(store: Journal, earlier: RunRecord, options: Mapping[str, object]) -> str:
    """Return which other runs brought the same list into Callbell, with the command for each; empty: none did.

    Args:
        store: The journal.
        earlier: The run that is undone.
        options: Of the undo, by which its journal is found.

    """
    if earlier.is_rehearsal or earlier.is_declined:
        return ""
    runs = [record for record, _ in store.runs() if _is_of_list(record, earlier)]
    return "\n".join(_lines(store, runs_of_one_import(runs, earlier.name), options))


def runs_of_one_import(runs: Sequence[RunRecord], name: str) -> list[RunRecord]:
    """Return the runs that continued one that ended early, or were continued, without the named one; newest first.

    Args:
        runs: Of the same list, newest first, the named one among them.
        name: Of the run.

    """
    place = [one.name for one in runs].index(name)
    later = list(takewhile(lambda pair: _ended_early(pair[0]), pairwise(reversed(runs[: place + 1]))))
    before = takewhile(_ended_early, runs[place + 1 :])
    return [*(after for _, after in reversed(later)), *before]


def _is_of_list(record: RunRecord, earlier: RunRecord) -> bool:
    is_same = (record.files, record.account) == (earlier.files, earlier.account)
    return is_same and not record.is_rehearsal and not record.is_declined


def _ended_early(record: RunRecord) -> bool:
    return record.exit_code not in FINISHED


def _lines(store: Journal, runs: Sequence[RunRecord], options: Mapping[str, object]) -> Iterator[str]:
    for one in runs:
        if count := store.undo_of(one.name).to_do():
            made = f"{count:,} more of this list {'was' if count == 1 else 'were'} brought into Callbell by {one.name}:"
            yield f"{made}\n  {same_journal(options, 'undo', one.name)}"
