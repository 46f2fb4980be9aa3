"""The operation that gives back what an update changed: GET, compare, and PATCH what nobody changed since. Pure.

    GET 200, a field as the update set it .. GiveBack at once   PATCH 2xx that shows it .... Final(restored | changed)
    GET 200, all as before the update ...... Final(restored)    PATCH 404 .................. CompareChange, after a gap
    GET 200, none as the update set it ..... Final(changed)     PATCH, no clear answer ..... CompareChange, later
    GET 404, twice ......................... Final(gone)        429 ........................ CompareChange
    refused ................................ Final(failed)      token refused, redirected .. Stop
    403 .................................... AskToken

Field by field: where Callbell has what the update set, the value before is given back; where it has the value before,
nothing is to be done; anything else somebody changed since, and it is left. A contact of which a field is left is
`changed`, whatever was given back. A note or a team that was not shown before the update had no value then; any other
field that was not shown, or could not be read, is left: nobody knows what to give back.

`UndoOperation` is both: rows with a change are given back, the others are deleted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

from importer.model.changes import NEVER_CLEARED, ContactChange, FieldValue, field_labels
from importer.model.deletion import Deletion, Fate, LastSent
from importer.model.journal_rows import Pending
from importer.model.policy import Policy
from importer.model.replies import Arrival, RemoteContact, Reply
from importer.model.requests import Request, get_contact, patch_contact
from importer.worker_pool.contact_changes import LEFT_OUT, SHOWN_IF_FILLED, is_confirmed, is_same, shown_value
from importer.worker_pool.delete import DeleteOperation, DeleteStep
from importer.worker_pool.operation import Final, NextStep, SendLater, SendNow
from importer.worker_pool.reply_status import is_missing
from importer.worker_pool.undo_replies import UndoStep, ask_again, seen_contact, status_decision


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareChange(UndoStep):
    """Ask how the contact stands, and compare it with what an update set."""

    doubt: ClassVar[str] = "Its values may be given back or not"

    change: ContactChange
    """What the update set, and what was there before."""
    tried: frozenset[str] = frozenset()
    """Fields that PATCHes of this undo may have given back, without a clear answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBack:
    """Give values back, which were just seen as the update had set them."""

    compare: CompareChange
    """What was done before, to go on with where the PATCH gets no clear answer."""
    change: ContactChange
    """From what the update set to what was there before."""
    left: tuple[str, ...] = ()
    """Fields that somebody changed since."""


RestoreStep = CompareChange | GiveBack
RestoreDecision = NextStep[RestoreStep, Deletion]
UndoSteps = RestoreStep | DeleteStep


class UndoOperation:
    """Takes back what a run did: gives back what it changed, and deletes what it created.

    Args:
        policy: The retry and timeout policy.

    """

    pending = Fate.UNSENT

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._delete = DeleteOperation(policy)

    def first_step(self, row: Pending, now: datetime, run_seconds: float) -> NextStep[UndoSteps, Deletion]:
        """GET it: it may have been changed, or deleted, by anybody; or the run's PATCH is still under way."""
        if row.change is None:
            return self._delete.first_step(row, now, run_seconds)
        wait_seconds = max(0.0, self._policy.settle_seconds - run_seconds) if row.in_doubt else 0.0
        return SendLater(step=CompareChange(uuid=row.uuid, change=row.change), wait_seconds=wait_seconds)

    def request(self, step: UndoSteps) -> Request:
        """Return the step's GET, PATCH or DELETE."""
        match step:
            case CompareChange():
                return get_contact(step.uuid)
            case GiveBack():
                return patch_contact(step.change)
            case _:
                return self._delete.request(step)

    def intent(self, step: UndoSteps) -> ContactChange | None:
        """Return what a PATCH gives back: until its answer it is not known what counts as sent. None for all else."""
        return step.change if isinstance(step, GiveBack) else None

    def decide(self, step: UndoSteps, reply: Reply, jitter: float) -> NextStep[UndoSteps, Deletion]:
        """Return what follows from the reply, as the table above has it, or that of `delete`."""
        match step:
            case CompareChange():
                return after_compare_change(reply, step, self._policy, jitter)
            case GiveBack():
                return after_give_back(reply, step, self._policy, jitter)
            case _:
                return self._delete.decide(step, reply, jitter)

    def self_test_step(self) -> UndoSteps | None:
        """Return None: nothing is tested."""
        return None

    def give_back(self, step: UndoSteps, *, is_in_flight: bool) -> Deletion | None:  # noqa: ARG002 - the protocol's
        """Return None: the journal has it in flight, so the next undo asks how it stands."""
        return None


def after_compare_change(reply: Reply, step: CompareChange, policy: Policy, jitter: float) -> RestoreDecision:
    """Decide what follows from the reply to GET /contacts/:uuid.

    Args:
        reply: What it got.
        step: Whose request it was.
        policy: The retry and timeout policy.
        jitter: From 0.0 to 1.0.

    """
    found = seen_contact(reply, step, policy, jitter)
    if not isinstance(found, RemoteContact):
        return found
    change, left = _to_give_back(step, found.fields)
    if change.after:
        compare = replace(step, not_found_count=0)
        return SendNow(step=GiveBack(compare=compare, change=change, left=left), instead=compare)
    return Final(outcome=_restored(reply, step, (), left))


def after_give_back(reply: Reply, step: GiveBack, policy: Policy, jitter: float) -> RestoreDecision:
    """Decide what follows from the reply to PATCH /contacts/:uuid, with the arguments of `after_compare_change`."""
    compare = step.compare
    if is_missing(reply):
        missed = replace(compare, not_found_count=1)
        return ask_again(reply, missed, policy, jitter, least_seconds=policy.not_found_gap_seconds)
    if decided := status_decision(reply, compare, policy):
        return decided
    if is_confirmed(step.change, reply.contact):
        return Final(outcome=_restored(reply, compare, tuple(step.change.after), step.left))
    if reply.arrival is not Arrival.NEVER:
        compare = replace(compare, in_doubt=True, tried=compare.tried | step.change.after.keys())
    return ask_again(reply, compare, policy, jitter)


def _to_give_back(step: CompareChange, found: Mapping[str, object]) -> tuple[ContactChange, tuple[str, ...]]:
    """Return the values to give back, and the fields that are left as they are."""
    after: dict[str, FieldValue] = {}
    left = []
    for name, ours in step.change.after.items():
        value = step.change.before.get(name) or ("" if isinstance(ours, str) else ())
        shown = shown_value(found, name)
        if shown is LEFT_OUT and name in SHOWN_IF_FILLED:
            shown = None
        is_ours, is_known = is_same(name, ours, shown), name in step.change.before or name in SHOWN_IF_FILLED
        if is_ours and (value or (is_known and name not in NEVER_CLEARED)):
            after[name] = value
        elif is_ours or not is_same(name, value, shown):
            left.append(name)
    set_by_us = {name: step.change.after[name] for name in after}
    change = ContactChange(uuid=step.uuid, after=MappingProxyType(after), before=MappingProxyType(set_by_us))
    return change, tuple(left)


def _restored(reply: Reply, step: CompareChange, given: tuple[str, ...], left: tuple[str, ...]) -> Deletion:
    said = [f"Given back: {field_labels(given)}."] if given else []
    if left:
        said.append(f"Left as it is, for it was changed since or cannot be given back: {field_labels(left)}.")
    status = Fate.CHANGED if left else Fate.RESTORED
    last_sent = _last_sent(step, given, left)
    return Deletion(status=status, reason=" ".join(said), http_status=reply.http_status, last_sent=last_sent)


def _last_sent(step: CompareChange, given: tuple[str, ...], left: tuple[str, ...]) -> LastSent:
    """Return what counts as sent: a value that is as before without our doing is somebody's, who wants it so."""
    as_before = step.change.after.keys() - {*given, *left}
    if not left and as_before <= step.tried:
        return LastSent.BEFORE_THE_RUN
    return LastSent.UNKNOWN if given or as_before or step.in_doubt else LastSent.UNTOUCHED
