"""How a probe deletes what it made, and finds what it may have made. Pure.

    contacts to delete .......... READ each, DELETE it, until the service says that it is not there
    then ........................ SWEEP: look up each form of the number; what carries the mark is to be deleted
    a POST is in doubt .......... not before the settle time is over, and twice
    look-ups cannot tell ........ LIST: walk the contact list too: after a probe that was cut off, or where look-ups do
                                  not show what was just made, or show somebody else's contact of the same number

A contact without the mark that an answer did not prove is never deleted. One that had the mark and has it no more was
changed by somebody, and is kept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from importer.model.policy import Policy
from importer.model.replies import RemoteContact, Reply
from importer.worker_pool.probe_state import (
    MadeContact,
    Phase,
    ProbeDecision,
    ProbeReply,
    ProbeState,
    end_probe,
    found_contact,
    has_mark,
    is_not_found,
    is_older,
    number_forms,
    request_again,
    said,
)

_OFTEN_ENOUGH = 2
"""Sweeps after a POST without a clear answer: one "not found" may come from a copy that lags behind."""


def clean_up(state: ProbeState, policy: Policy) -> ProbeDecision:
    """Return the next request that deletes or finds what the probe made; OVER if nothing is left."""
    state = replace(state, place=0, failures=0)
    if state.to_delete:
        return replace(state, phase=Phase.READ), 0.0
    if state.is_in_doubt and not state.has_settled:
        return replace(state, phase=Phase.SWEEP, has_settled=True), policy.settle_seconds
    if state.sweeps < (_OFTEN_ENOUGH if state.is_in_doubt or state.is_refused or state.is_resumed else 1):
        gap_seconds = min(policy.not_found_gap_seconds, policy.settle_seconds)
        return replace(state, phase=Phase.SWEEP), gap_seconds if state.sweeps else 0.0
    if not state.is_listed and _needs_list(state):
        return replace(state, phase=Phase.LIST, after=""), 0.0
    return end_probe(state, is_clean=True)


def resumed(state: ProbeState, policy: Policy) -> ProbeDecision:
    """Return how to go on with a probe that was cut off: delete what it made."""
    if state.phase is Phase.IS_FREE:
        return end_probe(state, is_clean=True)
    is_in_doubt = state.is_in_doubt or state.phase in (Phase.MAKE, Phase.REPEAT)
    again = replace(state, is_in_doubt=is_in_doubt, is_resumed=True, sweeps=0, is_listed=False, problem="")
    return clean_up(replace(again, has_settled=False), policy)


def after_cleanup_request(state: ProbeState, got: ProbeReply, policy: Policy) -> ProbeDecision:
    """Decide what follows from the reply to a request of `clean_up`."""
    match state.phase:
        case Phase.READ:
            return _after_read(state, got, policy)
        case Phase.DELETE:
            return _after_delete(state, got, policy)
        case Phase.SWEEP:
            return _after_sweep(state, got, policy)
        case _:
            return _after_list(state, got, policy)


def noticed(found: RemoteContact, state: ProbeState) -> ProbeState:
    """Return the state once a contact of the number was seen: ours, kept, or somebody else's.

    A look-up that shows what was deleted, or is kept, says no more about others than one that shows a stranger's.
    """
    if any(one.uuid == found.uuid for one in state.to_delete):
        return state
    if found.uuid in state.settled or not has_mark(found.fields, state):
        return replace(state, has_stranger=True)
    if is_older(found.created_at, state):
        settled, kept = (*state.settled, found.uuid), (*state.kept, found.uuid)
        return replace(state, settled=settled, kept=kept, has_stranger=True)
    return replace(state, to_delete=(*state.to_delete, MadeContact(uuid=found.uuid, has_mark=True)), sweeps=0)


def _needs_list(state: ProbeState) -> bool:
    """Tell whether look-ups cannot tell whether something of the probe is left."""
    is_open = state.is_in_doubt or state.is_refused
    return state.is_resumed or state.has_stranger or (is_open and not state.answers.is_look_up_reliable)


def _after_read(state: ProbeState, got: ProbeReply, policy: Policy) -> ProbeDecision:
    made, found = state.to_delete[0], found_contact(got.reply)
    if is_not_found(got.reply):
        return replace(state, phase=Phase.DELETE), 0.0  # the copy that was asked may lag behind
    if found is None or found.uuid != made.uuid:
        return _again_or_left(state, got, policy)
    if made.has_mark and not has_mark(found.fields, state):
        return clean_up(_settled(replace(state, kept=(*state.kept, made.uuid))), policy)
    return replace(state, phase=Phase.DELETE), 0.0


def _after_delete(state: ProbeState, got: ProbeReply, policy: Policy) -> ProbeDecision:
    if is_not_found(got.reply) or _says_gone(got.reply):
        return clean_up(_settled(state), policy)
    return _again_or_left(replace(state, phase=Phase.READ), got, policy)


def _after_sweep(state: ProbeState, got: ProbeReply, policy: Policy) -> ProbeDecision:
    found = found_contact(got.reply)
    if found is None and not is_not_found(got.reply):
        return _again_or_left(state, got, policy)
    seen = noticed(found, state) if found else state
    if seen.to_delete:
        return clean_up(seen, policy)
    if state.place + 1 < len(number_forms(state.number)):
        return replace(seen, place=state.place + 1, failures=0), 0.0
    return clean_up(replace(seen, sweeps=state.sweeps + 1), policy)


def _after_list(state: ProbeState, got: ProbeReply, policy: Policy) -> ProbeDecision:
    page = got.reply.json if got.reply.http_status == 200 else None  # noqa: PLR2004 - HTTP's number
    if not isinstance(page, dict) or "contacts" not in page:
        return _again_or_left(state, got, policy)
    seen = replace(state, failures=0)
    for found in _contacts(page["contacts"]):
        if has_mark(found.fields, state):
            seen = noticed(found, seen)
    meta = page.get("meta")
    after = str(meta.get("next") or "") if isinstance(meta, dict) else ""
    if after and after != state.after:
        return replace(seen, after=after), 0.0
    return clean_up(replace(seen, is_listed=True), policy)


def _contacts(listed: object) -> Iterator[RemoteContact]:
    """Yield the contacts of a page of the list."""
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, Mapping) and isinstance(uuid := one.get("uuid"), str):
            yield RemoteContact(uuid=uuid, created_at=_created_at(one.get("createdAt")), fields=one)


def _created_at(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _settled(state: ProbeState) -> ProbeState:
    """Return the state without the contact that is to be deleted next."""
    first, *others = state.to_delete
    return replace(state, to_delete=tuple(others), settled=(*state.settled, first.uuid), failures=0)


def _says_gone(reply: Reply) -> bool:
    """Tell whether the service itself says that it deleted the contact; a log-in page answers 200 too."""
    is_its_json = isinstance(reply.json, Mapping) and "status" in reply.json
    return reply.http_status == 204 or (reply.http_status == 200 and is_its_json)  # noqa: PLR2004 - HTTP's numbers


def _again_or_left(state: ProbeState, got: ProbeReply, policy: Policy) -> ProbeDecision:
    """Return the request again, or the end of a probe that leaves something behind for the next `doctor`."""
    left = f"What the probe made is not deleted for sure: no clear answer came ({said(got.reply)})"
    return request_again(state, got, policy) or end_probe(replace(state, problem=""), left, is_clean=False)
