"""What must hold after every undo, whatever went wrong; each sentence that is returned is one that does not."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path

from importer.journal import Journal
from importer.model.changes import ContactChange, FieldValue, field_labels
from importer.model.deletion import TAKEN_BACK, Fate, RemovalResult
from importer.model.plain_text import utc
from importer.model.rows import IN_CALLBELL, Contact, Status
from importer.model.runs import Result
from importer.worker_pool.contact_changes import field_value
from tests.fault_injection.fields import is_said
from tests.fault_injection.process import Ended
from tests.fault_injection.server import Server

_STOPPED = 5
_SENT = frozenset({Status.CREATED, Status.UPDATED})


def created_by(store: Journal, run: str) -> list[Result]:
    """Return the rows whose contacts a run created."""
    return [one for one in store.report_source(run).results() if one.status is Status.CREATED]


def of_journal(store: Journal, run: str, server: Server, changes: Mapping[int, ContactChange]) -> Iterator[str]:
    """Every contact that the run created or changed has one fate, and it is true.

    Args:
        store: The journal.
        run: The run's name.
        server: With the contacts.
        changes: What the run changed, by the rows' seq.

    """
    results = list(store.undo_of(run).results())
    expected = [
        (one.sheet_index, one.row, one.identifier, one.uuid if is_created else changes[seq].uuid)
        for seq, one in enumerate(store.report_source(run).results(), 1)
        if (is_created := one.status is Status.CREATED) or (seq in changes and not _is_refused(one))
    ]
    if [(one.sheet_index, one.row, one.identifier, one.uuid) for one in results] != expected:
        yield f"{run}: the contacts are not those that it created: {results}"
    tally = {fate: count for fate, count in store.undo_of(run).tally().items() if count}
    if tally != Counter(one.fate for one in results):
        yield f"{run}: the tally is {tally}, and the contacts are {results}"
    for result in results:
        yield from (f"{run}, row {result.row}: {result.fate}, but {wrong}" for wrong in _of_contact(result, server))


def of_report(store: Journal, run: str, ended: Ended, folder: Path) -> Iterator[str]:
    """The report and the summary say what the journal says, and the exit code fits."""
    if not ended.summary_json:
        return  # there was nothing to do
    results = list(store.undo_of(run).results())
    with (folder / "undone.csv").open(encoding="utf-8", newline="") as file:
        told = [
            (
                line["row"],
                line["identifier"].removeprefix("'"),
                line["uuid"],
                line["outcome"],
                line["reason"],
                line["finished_at"],
            )
            for line in csv.DictReader(file)
        ]
    if told != [_told(one) for one in results]:
        yield f"{ended.name}: undone.csv is not what the journal says"
    counts = json.loads(ended.summary_json)["contacts"]
    fates = Counter(one.fate for one in results)
    created = len(created_by(store, run))
    of_run = {"created": created, "updated": len(results) - created}
    if counts != {fate.value: fates[fate] for fate in Fate} | of_run:
        yield f"{ended.name}: the summary has {counts}, and the contacts are {results}"
    if ended.exit_code != (_STOPPED if ended.stopped else int(not fates.keys() <= TAKEN_BACK)):
        yield f"{ended.name}: the exit code is {ended.exit_code}, and the contacts are {results}"
    if Fate.UNSENT in fates and not ended.stopped:
        yield f"{ended.name} has ended, and not all contacts are decided: {results}"


def not_known(store: Journal, run: str, server: Server) -> Iterator[str]:
    """Yield the UUIDs of what is gone and the journal does not know: an undo was cut off, or had no clear answer."""
    for result in store.undo_of(run).results():
        if result.fate not in TAKEN_BACK and result.uuid not in server.held:
            yield result.uuid


def at_rest(store: Journal, run: str, server: Server, changes: Mapping[str, ContactChange]) -> Iterator[str]:
    """After a calm undo to the end, what is not taken back was changed by a person, or is not proved to be ours.

    Args:
        store: The journal.
        run: The run's name.
        server: With the contacts.
        changes: What the run changed in contacts that it did not create, by UUID.

    """
    proved = {row.uuid for row in created_by(store, run) if row.http_status == HTTPStatus.CREATED}
    for result in store.undo_of(run).results():
        if change := changes.get(result.uuid):
            yield from (f"{run}, row {result.row}: {wrong}" for wrong in _of_change(result, change, server))
            continue
        is_kept = result.fate is Fate.CHANGED and (
            server.is_changed(result.uuid) or _is_another(store, run, result, server)
        )
        is_kept |= result.fate is Fate.KEPT and result.uuid not in proved
        if result.fate not in TAKEN_BACK and not is_kept:
            yield f"{run}, row {result.row}: {result.fate} is not the end: {result.reason}"


def known_again(store: Journal, run: str, changes: Mapping[str, ContactChange]) -> Iterator[str]:
    """Yield the UUIDs of contacts of which an importer must know again what the sheet had said before the run.

    An earlier run had made or updated the contact, no later one had to do with it, and the undo says that it gave back
    all that the run had changed.

    Args:
        store: The journal.
        run: The name of the run that was undone.
        changes: What it changed, by UUID.

    """
    names = [record.name for record, _ in store.runs()]
    later, earlier = names[: names.index(run)], names[names.index(run) + 1 :]
    others = {one.uuid for name in later for one in _rows_of(store, name) if one.status is not Status.UNCHANGED}
    sent = {one.uuid for name in earlier for one in _rows_of(store, name) if one.status in _SENT}
    for result in store.undo_of(run).results():
        change = changes.get(result.uuid)
        is_whole = change is not None and result.reason == f"Given back: {field_labels(change.after)}."
        if is_whole and result.fate is Fate.RESTORED and result.uuid in sent - others:
            yield result.uuid


def of_next_run(
    results: Sequence[tuple[str, Result]],
    rows: Mapping[str, Contact],
    server: Server,
    changes: Mapping[str, ContactChange],
) -> Iterator[str]:
    """The first update after an undo calls no row done whose values are not there, unless a person wanted that.

    Args:
        results: Of that run, with their keys.
        rows: What the rows ask for, by key.
        server: That has carried out everything.
        changes: What the undone run had changed, by UUID.

    """
    for key, result in results:
        held = server.held.get(result.uuid)
        if held is None or result.uuid not in changes or key not in rows or result.status is Status.DUPLICATE:
            continue
        for name in changes[result.uuid].after:
            wanted, there = field_value(rows[key], name), field_value(held, name)
            is_there = set(wanted) <= set(there) if name == "tags" else wanted == there
            is_of_person = (result.uuid, name) in server.ledger.touched
            is_told = field_labels([name]) in result.reason or result.status not in IN_CALLBELL
            if is_said(rows[key], name) and not (is_there or is_of_person or is_told):
                yield f"row {result.row} ({key}): {result.status}, but {name} is {there!r}, not {wanted!r}"


def _rows_of(store: Journal, run: str) -> Iterator[Result]:
    return store.report_source(run).results()


def _is_refused(result: Result) -> bool:
    """Tell whether a row's only request was refused, so that nothing of it is to be taken back."""
    is_of_client = result.http_status is not None and 400 <= result.http_status < 500
    return result.status is Status.FAILED and result.attempts == 1 and is_of_client


def _is_another(store: Journal, run: str, result: RemovalResult, server: Server) -> bool:
    """Tell whether an earlier run made the contact with other values than the row's, so that it looks changed."""
    rows = {(one.sheet_index, one.row): one for one in created_by(store, run)}
    return rows[result.sheet_index, result.row].name != server.as_sent[result.uuid].name


def _of_change(result: RemovalResult, change: ContactChange, server: Server) -> Iterator[str]:
    """Yield what is wrong with a contact to which values are given back."""
    if (held := server.held.get(result.uuid)) is None:
        is_gone_since = result.fate is Fate.RESTORED and result.uuid in server.deleted_by_person
        if not (result.fate is Fate.GONE or is_gone_since):
            yield f"{result.fate}, but {result.uuid} is not there"
        return
    there = {name: field_value(held, name) for name in change.after}
    before = {name: change.before.get(name) or ("" if isinstance(change.after[name], str) else ()) for name in there}
    others = [
        name for name in there if not (_is_same(there[name], before[name]) or _is_same(there[name], change.after[name]))
    ]
    left = [name for name in there if name not in others and not _is_same(there[name], before[name])]
    given_since = {name for name in there if server.ledger.is_of_person(result.uuid, name)}
    if result.fate is Fate.RESTORED and {*others, *left} - given_since:
        yield f"restored, but it has {there}, and had {before}"
    elif result.fate is Fate.CHANGED and (left or not others):
        yield f"changed, but it has {there}, and had {before}; the run made it {change.after}"
    elif result.fate not in (Fate.RESTORED, Fate.CHANGED):
        yield f"{result.fate} is not the end: {result.reason}"


def _is_same(one: FieldValue, other: FieldValue) -> bool:
    return one == other if isinstance(one, str) else set(one) == set(other)


def _of_contact(result: RemovalResult, server: Server) -> Iterator[str]:
    is_there = result.uuid in server.held
    if result.fate in (Fate.DELETED, Fate.GONE) and is_there:
        yield f"the server has {result.uuid}"
    elif result.fate is Fate.DELETED and result.uuid in server.deleted_by_person:
        yield f"a person deleted {result.uuid}"
    # What a person deleted later, or a DELETE that nobody can know of, says nothing against it.
    excused = server.deleted_by_person | server.doubtful_deletions
    is_unsure = result.fate is Fate.FAILED and "may be deleted" in result.reason
    if result.fate in (Fate.CHANGED, Fate.FAILED) and not (is_there or is_unsure or result.uuid in excused):
        yield f"the server does not have {result.uuid}: {result.reason}"


def _told(result: RemovalResult) -> tuple[str, ...]:
    at = utc(result.finished_at)
    return f"{result.row}", result.identifier, result.uuid, result.fate.value, result.reason, at
