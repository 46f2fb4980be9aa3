"""What becomes of a contact that is entered, from what the journal knows of its key: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from importer.journal.column_values import decode_json
from importer.model.replies import Outcome
from importer.model.rows import Sheet, Status

_DONE = frozenset({Status.CREATED, Status.UPDATED, Status.EXISTS})
_DOUBTFUL = frozenset({Status.IN_FLIGHT, Status.IN_DOUBT})


@dataclass(frozen=True, slots=True)
class FirstRow:
    """Where in this run's input a key stood first."""

    seq: int
    sheet_index: int
    number: int
    row_run: int | None = None
    """Of the row of an earlier run that speaks for it, where it was recognised."""
    row_seq: int | None = None


@dataclass(frozen=True, slots=True)
class KnownContact:
    """What the account has from earlier runs under a key."""

    status: Status
    uuid: str
    href: str
    same: bool
    """Whether exactly this was sent."""
    first_sent_at: str
    last_sent_at: str
    payload: str | None
    """As it was sent, where it was not the same and is still remembered."""


@dataclass(frozen=True, slots=True)
class EnqueueDecision:
    """A row's first outcome."""

    outcome: Outcome
    same_as: int | None = None
    """The seq of the row that speaks for it, for a duplicate."""
    same_run: int | None = None
    """The run that this row is of; None: the same run."""
    doubt_since: str | None = None
    """When an earlier run first sent it, if nobody knows whether it arrived."""
    doubt_until: str | None = None
    """The time after which no run sent it."""


_TO_SEND = EnqueueDecision(Outcome(status=Status.PENDING))


def deduplicate_across_runs(payload: str, known: KnownContact | None) -> EnqueueDecision:
    """Return what becomes of a contact whose key has no earlier row in this run."""
    if known is None:
        return _TO_SEND
    if known.status in _DOUBTFUL:
        return EnqueueDecision(_TO_SEND.outcome, doubt_since=known.first_sent_at, doubt_until=known.last_sent_at)
    if known.status not in _DONE:
        return _TO_SEND
    if known.same:
        return EnqueueDecision(Outcome(status=Status.UNCHANGED, uuid=known.uuid, href=known.href))
    return EnqueueDecision(
        Outcome(
            status=Status.EXISTS,
            uuid=known.uuid,
            href=known.href,
            code="differs",
            reason=_differs(payload, known.payload),
        )
    )


def deduplicate_within_run(earlier: FirstRow, sheets: Mapping[int, Sheet], sheet_index: int) -> EnqueueDecision:
    """Return what becomes of a contact whose key stands in an earlier row of this run."""
    outcome = Outcome(status=Status.DUPLICATE, code="duplicate", reason=duplicate_reason(earlier, sheets, sheet_index))
    return EnqueueDecision(outcome, same_as=earlier.row_seq or earlier.seq, same_run=earlier.row_run)


def duplicate_reason(earlier: FirstRow, sheets: Mapping[int, Sheet], sheet_index: int) -> str:
    """Return which earlier row a duplicate is the same as, for a person."""
    where = f"row {earlier.number}"
    there, here = sheets[earlier.sheet_index], sheets[sheet_index]
    if earlier.sheet_index != sheet_index and there.name:
        where += f" of sheet {there.name}"
    if there.file != here.file:
        where += f" of {there.file}"
    return f"same identifier as {where}"


def _differs(payload: str, sent: str | None) -> str:
    if sent is None:
        return "differs from what was sent"
    now, then = decode_json(payload), decode_json(sent)
    custom = now.pop("custom_fields", {}), then.pop("custom_fields", {})
    return f"differs from what was sent: {', '.join([*_differing(now, then), *_differing(*custom)])}"


def _differing(now: dict[str, Any], then: dict[str, Any]) -> list[str]:
    return [name for name in sorted({*now, *then}) if now.get(name) != then.get(name)]
