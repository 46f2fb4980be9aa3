"""What must hold of updates, whatever went wrong; each sentence that is returned is one that does not."""

import contextlib
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from importer.journal.intents import change_of
from importer.model.changes import ContactChange, FieldValue, field_labels
from importer.model.rows import CONFLICT, Contact, Status
from importer.model.runs import Result
from importer.worker_pool.contact_changes import field_value
from importer.worker_pool.update_outcomes import CHANGED, LEFT
from tests.fault_injection.client import Sent
from tests.fault_injection.fields import FIELDS, is_said
from tests.fault_injection.ledger import Look
from tests.fault_injection.server import Server

_CHANGES = "SELECT seq, uuid, after, before FROM changes JOIN runs ON runs.id = run WHERE name = ? ORDER BY seq"
_NONE: Mapping[str, Look] = MappingProxyType({})


def changes_of(path: Path, run: str) -> dict[int, ContactChange]:
    """Return by the rows' seq what the journal says that a run changed, and what was there before."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        found = connection.execute(_CHANGES, (run,)).fetchall()
    return {seq: change_of(uuid, after, before) for seq, uuid, after, before in found}


def uuids_of(path: Path) -> set[str]:
    """Return the UUIDs of the contacts that a journal knows."""
    if not path.exists():
        return set()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return {uuid for (uuid,) in connection.execute("SELECT uuid FROM contacts")}


def of_changes(
    path: Path, run: str, patches: Sequence[Sent], not_shown: Collection[str] = (), unused: Mapping[str, Look] = _NONE
) -> Iterator[str]:
    """The journal knows of every PATCH that left, and what was there before the first one.

    Args:
        path: The journal's.
        run: Its name.
        patches: That left in it.
        not_shown: Fields that the service leaves out where they have no value: the first value that it shows counts.
        unused: By UUID, the last answers that no PATCH followed: the power may have gone after an intent.

    """
    known = {change.uuid: change for change in changes_of(path, run).values()} if patches else {}
    first: dict[tuple[str, str], FieldValue] = {}
    last: dict[tuple[str, str], FieldValue] = {}
    for sent in patches:
        for name, value in sent.values.items():
            there = field_value(sent.look.contact, name) if sent.look else ""
            if sent.look and (there or name not in not_shown):
                earlier = first.setdefault((sent.uuid, name), there)
                if name == "tags":
                    first[sent.uuid, name] = _tags_before(earlier, last.get((sent.uuid, name), earlier), there)
            last[sent.uuid, name] = value
    for (uuid, name), value in last.items():
        look = unused.get(uuid)
        change = known.get(uuid, ContactChange(uuid=uuid))
        after, before = change.after, change.before
        if after.get(name) != value:
            yield f"{uuid} was PATCHed to {name} {value!r}, and the journal has {after.get(name)!r}"
        if name == "tags" and name in before and _is_of_unused(before[name], first.get((uuid, name), ()), value, look):
            continue
        if name in before and not _is_same(name, before[name], first.get((uuid, name), before[name])):
            yield f"{uuid} had {name} {first[uuid, name]!r} before, and the journal has {before[name]!r}"
        if name not in before and first.get((uuid, name)):
            yield f"{uuid} had {name} {first[uuid, name]!r} before, and the journal does not know"


def of_row(result: Result, server: Server, patches: Sequence[Sent]) -> Iterator[str]:
    """A row is `updated` if its contact was PATCHed in the run, with the fields that it names; `gone` if it is."""
    if result.code == "gone" and result.uuid not in server.deleted_by_person:
        yield f"{result.uuid} is called gone, and nobody deleted it"
    sent = {name for one in patches if one.uuid == result.uuid for name in one.values}
    looks = {one.look.moment for one in patches if one.look}
    arrived = {
        name for one in server.patched if one.uuid == result.uuid and one.look.moment in looks for name in one.values
    }
    # Where a person gave a field the sheet's own value, and a PATCH may not have arrived, nobody can know who did.
    by_person = {name for name in sent if (result.uuid, name) in server.ledger.touched}
    done = arrived | by_person
    told = _told(result)
    if result.status is Status.UPDATED and not told:
        yield "updated, without a word of what"
    if told - set(map(_label, sent & done)):
        yield f"{told} are said to be changed, and {sent & done} were"
    if (
        result.status in (Status.UPDATED, Status.EXISTS)
        and result.code not in (CONFLICT, "differs")
        and set(map(_label, sent - (by_person - arrived))) - told
    ):
        yield f"{sent} were PATCHed, and {told or 'nothing'} is said to be changed"


def conflict_of(result: Result) -> str:
    """Return what a row's reason says of a conflict; empty where it is in none."""
    return f"{LEFT}{result.reason.partition(LEFT)[2]}" * (result.code == CONFLICT)


def at_rest(results: Sequence[tuple[str, Result]], rows: Mapping[str, Contact], server: Server) -> Iterator[str]:
    """In the end Callbell has what the sheet changed and nobody else did; where both did, the row is in conflict.

    Args:
        results: Of the last run, with their keys.
        rows: What the rows ask for, by key.
        server: That has carried out everything.

    """
    for key, result in results:
        held = server.held.get(result.uuid)
        if result.uuid in server.ledger.undone:
            continue
        if held is None or key not in rows or result.status is Status.DUPLICATE or server.key(result.uuid) != key:
            continue
        for name in FIELDS:
            wanted, there = field_value(rows[key], name), field_value(held, name)
            if not is_said(rows[key], name) or _is_same(name, wanted, there):
                continue
            is_known = server.ledger.is_known(result.uuid)
            is_told_apart = server.ledger.tells_by_age and result.uuid not in server.ledger.perhaps_ours
            is_met = result.uuid in server.before and is_told_apart
            if (result.uuid, name) not in server.ledger.touched and (is_known or is_met):
                yield f"row {result.row} ({key}): {name} is {there!r}, and the sheet alone changed it to {wanted!r}"
            elif (
                server.may_replace
                or (result.code == CONFLICT and f"{_label(name)}: the sheet" in result.reason)
                or name == "tags"
                or not is_known
                or server.ledger.may_be_back(result.uuid, key, name)
            ):
                continue
            elif not server.ledger.ever_held(result.uuid, name, wanted):
                yield f"row {result.row} ({key}): {name} is {there!r}, not {wanted!r}, and that is no conflict"


def _tags_before(before: Collection[str], sent: Collection[str], there: Collection[str]) -> FieldValue:
    """Return the tags that were there before two PATCHes, if people's work between them is counted as before."""
    by_person = set(there) - set(sent)
    taken = set(sent) - set(there)
    return tuple((set(before) | by_person) - taken)


def _is_of_unused(known: FieldValue, first: FieldValue, sent: FieldValue, look: Look | None) -> bool:
    """Tell whether the journal's tags are those before an intent whose PATCH never left, as the power went."""
    return look is not None and _is_same("tags", known, _tags_before(first, sent, look.contact.tags))


def _told(result: Result) -> set[str]:
    """Return the fields that a row says were changed."""
    if not result.reason.startswith(CHANGED):
        return set()
    return set(result.reason.removeprefix(CHANGED).split(". ")[0].rstrip(".").split(", "))


def _label(name: str) -> str:
    return field_labels([name])


def _is_same(name: str, wanted: FieldValue, there: FieldValue) -> bool:
    return set(wanted) == set(there) if name == "tags" else wanted == there
