"""What must hold after every run, whatever went wrong; each sentence that is returned is one that does not."""

import csv
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from importer.journal import Journal
from importer.model.policy import Policy
from importer.model.protocols import ReportSource
from importer.model.rows import CONFLICT, GONE, IN_CALLBELL, NEEDS_PERSON, Status
from importer.model.runs import Result
from tests.fault_injection import update_invariants
from tests.fault_injection.client import Sent
from tests.fault_injection.process import Ended
from tests.fault_injection.server import Server
from tests.fault_injection.table import Table, row_key

_OPEN = frozenset({Status.PENDING, Status.IN_FLIGHT})
_NOT_THERE = frozenset({Status.FAILED, Status.UNSENT, Status.INVALID})
_REPORTED = frozenset({"results.csv", "summary.json", "failed.csv", "undone.csv"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """How things stood when a run ended, or died."""

    whole: bool
    """Whether the run read its input to the end."""
    ours: frozenset[str]
    """The keys that the server had from us, or would have."""
    met: Mapping[str, Counter[str]]
    """Per key, what its POSTs met in this run: `never`, `refused`, `away` or `unsure`; its look-ups: `unclear` or
    `forbidden`."""
    patches: Sequence[Sent] = ()
    """The PATCHes that left in this run."""
    asked: bool = True
    """Whether the importer asks before it sends again; who tells it not to (`resend`) is not told what became of it."""
    times_are_sure: bool = True
    """Whether the times that earlier runs wrote down can be compared with those of this one: no clock was set."""


def _is_to_fix(result: Result) -> bool:
    return result.status in NEEDS_PERSON or result.code == CONFLICT


def of_server(server: Server) -> Iterator[str]:
    """No number has two contacts in one channel."""
    for key in server.twice():
        yield f"{key} is there {len(server.contacts[key])} times"


def keyed(results: Iterable[Result], given: Sequence[Table]) -> list[tuple[str, Result]]:
    """Return the results with the keys of their rows; an empty one where the input has no such row, or it no phone."""
    keys = {(index, row.number): row_key(row) for index, table in enumerate(given) for row in table.rows}
    return [(keys.get((result.sheet_index, result.row), ""), result) for result in results]


def of_run(store: Journal, name: str, server: Server, given: Sequence[Table], then: Then) -> Iterator[str]:
    """Every row has one last word, and it is true.

    Args:
        store: The journal.
        name: The run's.
        server: That has carried out everything.
        given: The input.
        then: How it was when the run ended.

    """
    source = store.report_source(name)
    results = list(source.results())
    places = [(index, row.number) for index, table in enumerate(given) for row in table.rows]
    found = [(result.sheet_index, result.row) for result in results]
    if found != (places if then.whole else places[: len(found)]):
        yield f"{name}: the rows are not those of the input: {found}"
    for key, result in keyed(results, given):
        yield from (f"{name}, row {result.row} ({key}): {wrong}" for wrong in _of_row(result, key, server, then))
    counts = dict.fromkeys(Status, 0)
    for result in results:
        counts[result.status] += 1
    if counts != dict(source.tally()):
        yield f"{name}: the tally is {dict(source.tally())}, and the rows are {counts}"


def of_reports(store: Journal, ended: Ended, folder: Path) -> Iterator[str]:
    """The reports say what the journal says, and the exit code fits both."""
    source = store.report_source(ended.name)
    results = list(source.results())
    with (folder / "results.csv").open(encoding="utf-8", newline="") as file:
        told = [(line["row"], line["status"], line["uuid"], line["reason"]) for line in csv.DictReader(file)]
    if told != [(str(one.row), one.status.value, one.uuid, one.reason) for one in results]:
        yield f"{ended.name}: results.csv is not what the journal says"
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    if summary["rows"]["read"] != len(results) or any(summary["rows"][one.status] == 0 for one in results):
        yield f"{ended.name}: summary.json is not what the journal says"
    yield from _of_failed(source, results, folder)
    expected = 5 if ended.stopped else int(any(_is_to_fix(one) for one in results))
    if not ended.exit_code == expected == summary["exit_code"]:
        yield f"{ended.name}: the exit code is {ended.exit_code}, and {expected} would be right"


def of_deleted(store: Journal) -> Iterator[str]:
    """Whom a run found deleted in Callbell, no later run tells as there."""
    gone = set[str]()
    for record, _ in reversed(store.runs()):
        results = list(store.report_source(record.name).results())
        for one in results:
            if one.status in IN_CALLBELL - {Status.DUPLICATE} and one.uuid in gone:
                yield f"{record.name}, row {one.row}: {one.status} with {one.uuid}, which an earlier run found deleted"
        gone |= {one.uuid for one in results if one.code == GONE}


def of_pace(name: str, departures: Sequence[float], rate: float) -> Iterator[str]:
    """In no second did more requests leave than the account allows."""
    most = int(rate)
    for first, one_too_many in zip(departures, departures[most:], strict=False):
        if rate and one_too_many - first < 1.0:
            yield f"{name}: {most + 1} requests left within {one_too_many - first:.3f} s"
            return


def of_half_reports(folder: Path) -> Iterator[str]:
    """A report that a dead process left is whole; what is not whole has another name."""
    for path in folder.rglob("*"):
        if path.name in _REPORTED and path.is_file() and not path.read_bytes().endswith(b"\n"):
            yield f"{path.name} is half a report"


def at_rest(
    results: Sequence[tuple[str, Result]], refused: frozenset[str], *, no_doubt: bool, gone: Collection[str]
) -> Iterator[str]:
    """After a calm run to the end nothing is left to do but what a person must do.

    Args:
        results: With their keys.
        refused: The keys that the service never takes.
        no_doubt: Whether the importer is able and allowed to find out about every row.
        gone: The UUIDs of contacts that people deleted.

    """
    for key, result in results:
        status = result.status
        is_good = status in IN_CALLBELL or status is Status.INVALID
        is_refused = status is Status.FAILED and (key in refused or (result.code == "gone" and result.uuid in gone))
        if not (is_good or is_refused or (status is Status.IN_DOUBT and not no_doubt)):
            yield f"row {result.row} ({key}): {status} is not the end: {result.reason}"


def _of_row(result: Result, key: str, server: Server, then: Then) -> Iterator[str]:
    status = result.status
    # What a person deleted was there, and nothing tells when.
    uuids = {one.uuid for one in server.contacts.get(key, ())} | server.deleted_by_person
    yield from update_invariants.of_row(result, server, then.patches)
    if status in _OPEN:
        yield f"{status} is no last word"
    elif status is Status.DUPLICATE:
        if result.uuid and result.uuid not in uuids:
            yield f"{status} with {result.uuid or 'no uuid'}, but the server has {uuids or 'none'}"
    elif status in IN_CALLBELL and not result.uuid and (uuids & server.before.keys() or (uuids and not then.asked)):
        return  # the service said that it exists, and cannot be asked for it by its identifier
    elif status in IN_CALLBELL and result.uuid not in uuids:
        yield f"{status} with {result.uuid or 'no uuid'}, but the server has {uuids or 'none'}"
    elif status is Status.CREATED and then.times_are_sure and server.was_long_there(result.uuid):
        yield "created, but it was there before"
    elif status is Status.EXISTS and result.code == "exists" and result.uuid not in server.before and then.asked:
        if then.times_are_sure and key not in server.falsely_refused:  # else nobody can know
            yield "exists, but we made it"
    elif status in _NOT_THERE:
        yield from _of_missing(result, key, server, then)


def _of_missing(result: Result, key: str, server: Server, then: Then) -> Iterator[str]:
    met = then.met.get(key, Counter())
    if result.status is Status.FAILED and not _is_warranted(result.code, met):
        yield f"failed after no more than {dict(met)}: {result.reason}"
    elif key in then.ours - server.falsely_refused and then.asked and not result.uuid:
        yield f"{result.status}, but the server has it: {result.reason}"


def _is_warranted(code: str, met: Counter[str]) -> bool:
    """Tell whether a row has failed for a reason: a refusal, or as many failures as the policy has patience for."""
    if code in ("not_asked", "look_up_refused"):
        return met["unclear"] >= Policy().most_look_ups if code == "not_asked" else bool(met["forbidden"])
    if code in ("gone", "another_contact"):
        return True  # `update_invariants` judges them
    # One less: what an earlier run sent without an answer counts as the first attempt of this one.
    return bool(met["refused"]) or met["never"] + met["unsure"] >= Policy().most_attempts - 1


def _of_failed(source: ReportSource, results: Sequence[Result], folder: Path) -> Iterator[str]:
    """The rows to fix are exactly those that are not where they should be."""
    told: list[tuple[str, str]] = []
    several = len(source.sheets()) > 1
    for path in sorted(folder.glob("failed*.csv"), key=lambda one: one.name):
        with path.open(encoding="utf-8-sig", newline="") as file:
            place = path.name.split("-")[1] if several else "1"
            told += [(f"{place}:{line['import_row']}", line["import_status"]) for line in csv.DictReader(file)]
    expected = [(f"{one.sheet_index + 1}:{one.row}", one.status.value) for one in results if _is_to_fix(one)]
    if told != expected:
        yield f"failed.csv has {told}, and {expected} would be right"
