"""Deduplicate: the first status of a row, from what the journal knows of its contact's key. Pure.

    key in an earlier row of this run ............ duplicate
    key unknown, or its last sending failed ...... pending; refused with a 4xx: looked up before it is sent
    key in flight or in doubt .................... pending, looked up before it is sent
    key was found deleted in Callbell ............ pending with its UUID, looked up, and told if it is not there; where
                                                   nothing can be looked up: failed (code `gone`)
    key in Callbell, same content ................ unchanged
    key in Callbell, other content ............... exists (code `differs`); also where its only update failed
    key in Callbell, what was sent is forgotten .. exists
    the same two with `existing = update` ........ pending with its UUID, to be merged, if its content is another, was
                                                   never sent or merged, a PATCH is in doubt, or it was left as it
                                                   was and `on_conflict = sheet`

A key is source, channel and normalised identifier; the account's main channel is as none, and the two forms of a mobile
number are one (`importer.journal.number_forms`). `enqueue` calls this for mapped rows; rows with a known fingerprint
are recognised before, and of them only duplicates are decided here.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from importer.model.changes import CUSTOM
from importer.model.payload import content_hashes, differing_fields, from_json
from importer.model.phone_forms import other_form
from importer.model.policy import Existing
from importer.model.replies import Outcome, gone_outcome
from importer.model.requests import digits_only
from importer.model.rows import GONE, Sheet, Status

DUPLICATE_DIFFERS = "not sent, though it differs in"
"""In the reason of a duplicate that says more or less than the row that is sent."""

SENT_FORGOTTEN = "it is there; what was sent before does not count any more (purge or undo)"
"""The reason of a row whose contact is in Callbell, where nobody can say any more whether it differs."""
_NOT_UPDATED = "it is there; an earlier run's update of it failed"
FIRST_MET = "Met as if for the first time: what was sent before does not count any more (purge or undo)."
"""The last sentence in the reason of an update that has no earlier values to go by."""


@dataclass(frozen=True, slots=True)
class FirstRow:
    """The first row of this run's input with a key."""

    seq: int
    sheet_index: int
    number: int
    row_run: int | None = None
    """With `row_seq`, if it was recognised: the row of an earlier run that has its name and UUID."""
    row_seq: int | None = None
    content: bytes | None = None
    """Its contact's `content_hashes`; None: it was recognised."""
    identifier: str = ""
    """As it was sent, or will be; empty: not known."""


@dataclass(frozen=True, slots=True)
class KnownContact:
    """The contact that earlier runs sent under a key."""

    status: Status
    uuid: str
    href: str
    same: bool
    """Whether the payload is the one that was sent."""
    first_sent_at: str
    last_sent_at: str
    payload: str | None
    """What was sent, if it is not the same and still stored."""
    was_refused: int | None = None
    """Whether it failed because the service refused it: some services refuse, and make the contact all the same."""
    is_sent: int = 0
    """Whether the payload was sent or merged; else the contact was only met."""
    is_doubted: int = 0
    """Whether a request about it may have arrived that no later run has merged."""
    is_left: int = 0
    """Whether it was left as Callbell had it when it was first met, and this run lets the sheet's values win."""
    is_forgotten: int = 0
    """Whether what was sent is forgotten (`purge`), or was taken back by an undo that leaves nothing sure."""
    is_not_updated: int | None = 0
    """Whether it was met, and the update that it was met for failed."""


class EnqueueDecision(NamedTuple):
    """A row's first status, and what it is based on."""

    outcome: Outcome
    same_run: int | None = None
    """The run of the row that `same_as` is; None: this run."""
    same_as: int | None = None
    """For a duplicate: the seq of the row that has its name and UUID."""
    doubt_since: str | None = None
    """When an earlier run first sent it, if it may be there."""
    doubt_until: str | None = None
    """The time after which no run sent it; None: it was refused, and the service is not working on it any more."""


TO_SEND = EnqueueDecision(Outcome(status=Status.PENDING))
"""Of a contact whose key is unknown."""


def deduplicate_across_runs(
    payload: str,
    known: KnownContact | None,
    existing: Existing = Existing.SKIP,
    *,
    tells_gone: bool = False,
    fed: Collection[str] | None = None,
) -> EnqueueDecision:
    """Return the status of a contact whose key has no earlier row in this run.

    Args:
        payload: The contact's JSON text.
        known: What earlier runs sent under its key; None: the key is unknown.
        existing: What this run does with contacts that are there.
        tells_gone: Whether those that were deleted in Callbell are told as that, without being looked up.
        fed: The fields that the contact's list has; None: not known.

    """
    if known is None:
        return TO_SEND
    if known.status in (Status.FAILED, Status.IN_FLIGHT, Status.IN_DOUBT):
        return _not_surely_there(known, tells_gone=tells_gone)
    reason = "" if known.same else _NOT_UPDATED if known.is_not_updated else _differs(payload, known.payload, fed)
    is_merged = known.is_sent and not (known.is_doubted or known.is_left)
    if existing is Existing.UPDATE and known.uuid and (reason or not is_merged):
        told = FIRST_MET if known.is_forgotten else ""
        return EnqueueDecision(Outcome(status=Status.PENDING, uuid=known.uuid, href=known.href, reason=told))
    if not reason:
        return EnqueueDecision(Outcome(status=Status.UNCHANGED, uuid=known.uuid, href=known.href))
    code, reason = ("exists", SENT_FORGOTTEN) if known.is_forgotten else ("differs", reason)
    return EnqueueDecision(Outcome(status=Status.EXISTS, uuid=known.uuid, href=known.href, code=code, reason=reason))


def _not_surely_there(known: KnownContact, *, tells_gone: bool) -> EnqueueDecision:
    """Return the same of a contact that failed, may be there, or was deleted: the last has a UUID, and failed."""
    if known.status is not Status.FAILED:
        return EnqueueDecision(TO_SEND.outcome, doubt_since=known.first_sent_at, doubt_until=known.last_sent_at)
    if not known.uuid:
        return EnqueueDecision(TO_SEND.outcome, doubt_since=known.first_sent_at if known.was_refused else None)
    asked = Outcome(status=Status.PENDING, uuid=known.uuid, href=known.href, code=GONE)
    return EnqueueDecision(gone_outcome(known.uuid) if tells_gone else asked)


def deduplicate_within_run(
    earlier: FirstRow,
    sheets: Mapping[int, Sheet],
    sheet_index: int,
    content: bytes | None = None,
    known: KnownContact | None = None,
    identifier: str = "",
) -> EnqueueDecision:
    """Return the status of a contact whose key is in an earlier row of this run.

    Its reason names that row, the other form of a number that stands there, and what would be lost by sending only
    that one.

    Args:
        earlier: The earlier row.
        sheets: Those of this run.
        sheet_index: Where the contact's row is.
        content: The contact's `content_hashes`; None: its row was recognised.
        known: What earlier runs sent, which is what the earlier row says if it was recognised.
        identifier: The contact's, as it would be sent; empty: not known.

    """
    where = f"row {earlier.number}"
    there, here = sheets[earlier.sheet_index], sheets[sheet_index]
    if earlier.sheet_index != sheet_index and there.name:
        where += f" of sheet {there.name}"
    if there.file != here.file:
        where += f" of {there.file}"
    if (digits := digits_only(earlier.identifier)) and other_form(digits) == digits_only(identifier):
        where += f", in its other form {digits}"
    sent = earlier.content or (content_hashes(from_json(known.payload)) if known and known.payload else None)
    names = differing_fields(content, sent) if content and sent else ()
    lost = f"; {DUPLICATE_DIFFERS} {', '.join(names)}" if names else ""
    outcome = Outcome(status=Status.DUPLICATE, code="duplicate", reason=f"same identifier as {where}{lost}")
    return EnqueueDecision(outcome, same_as=earlier.row_seq or earlier.seq, same_run=earlier.row_run)


def _differs(payload: str, sent: str | None, fed: Collection[str] | None) -> str:
    """Return what differs, as a sentence; nothing, if the two only write their key otherwise.

    A field that the list does not have says nothing, and does not differ.
    """
    if sent is None:
        return "differs from what was sent"
    now, then = json.loads(payload), json.loads(sent)
    then["identifier"] = now.get("identifier")
    if not (now.get("channel_uuid") and then.get("channel_uuid")):  # no channel is the main one
        then["channel_uuid"] = now.get("channel_uuid")
    custom = now.pop("custom_fields", {}), then.pop("custom_fields", {})
    cleared = {*now.pop("cleared", ())} ^ {*then.pop("cleared", ())}
    differing = [*_differing(now, then), *_differing(*custom)]
    names = dict.fromkeys(name for name in differing if fed is None or name in fed or name in {*now, *custom[0]})
    names |= dict.fromkeys(sorted(name.removeprefix(CUSTOM) for name in cleared))
    return f"differs from what was sent: {', '.join(names)}" if names else ""


def _differing(now: dict[str, Any], then: dict[str, Any]) -> list[str]:
    return [name for name in sorted({*now, *then}) if now.get(name) != then.get(name)]
