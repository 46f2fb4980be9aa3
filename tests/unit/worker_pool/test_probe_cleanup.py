"""How a probe deletes what it made, and never what others made."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from importer.model.policy import Policy
from importer.model.replies import Arrival, RemoteContact, Reply
from importer.worker_pool.probe_cleanup import after_cleanup_request, clean_up, resumed
from importer.worker_pool.probe_state import MadeContact, Phase, ProbeReply, ProbeState

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
MARK = "0123456789abcdef"
NAME = f"callbell-importer probe {MARK}"
STATE = ProbeState(number="34600111222", mark=MARK, phase=Phase.SWEEP, began_at=NOW)
ONE, PROVEN = MadeContact(uuid="one", has_mark=True), MadeContact(uuid="one", has_mark=False)
POLICY = Policy()
MISSING = Reply(arrival=Arrival.ANSWERED, http_status=404)
DESTROYED = Reply(arrival=Arrival.ANSWERED, http_status=200, json={"status": "contact was destroyed"})


def shown(uuid: str = "one", name: str = NAME, created_at: datetime | None = NOW) -> Reply:
    """Return an answer that shows a contact."""
    found = RemoteContact(uuid=uuid, fields={"name": name}, created_at=created_at)
    return Reply(arrival=Arrival.ANSWERED, http_status=200, contact=found)


def page(*names: str, after: str | None = None, **fields: Any) -> Reply:
    """Return a page of the contact list."""
    listed = [{"uuid": f"uuid-{name}", "name": name, "createdAt": "2026-11-27T12:00:00.000Z"} for name in names]
    json = {"contacts": listed, "meta": {"next": after}} | fields
    return Reply(arrival=Arrival.ANSWERED, http_status=200, json=json)


def after(state: ProbeState, reply: Reply) -> tuple[ProbeState, float]:
    """Return what follows from a reply."""
    return after_cleanup_request(state, ProbeReply(reply=reply, at=NOW, seconds=0.0, jitter=0.5), POLICY)


@pytest.mark.parametrize(
    ("made", "reply", "phase"),
    [
        (ONE, shown(), Phase.DELETE),
        (ONE, shown(name="Ana"), Phase.SWEEP),
        (PROVEN, shown(name="Ana from WhatsApp"), Phase.DELETE),
        (ONE, MISSING, Phase.DELETE),
        (ONE, replace(MISSING, is_proxy_page=True), Phase.READ),
        (ONE, shown("another"), Phase.READ),
        (ONE, Reply(arrival=Arrival.UNKNOWN), Phase.READ),
        (ONE, Reply(arrival=Arrival.ANSWERED, http_status=401), Phase.OVER),
    ],
)
def test_it_is_read_before_it_is_deleted(made: MadeContact, reply: Reply, phase: Phase) -> None:
    """What lost its mark is somebody's now and is kept; what never showed it is the probe's by its answer."""
    state, _ = after(replace(STATE, phase=Phase.READ, to_delete=(made,)), reply)
    assert state.phase is phase
    assert state.kept == (("one",) if phase is Phase.SWEEP else ())
    assert not state.is_clean


@pytest.mark.parametrize(
    ("reply", "phase"),
    [
        (DESTROYED, Phase.SWEEP),
        (Reply(arrival=Arrival.ANSWERED, http_status=204), Phase.SWEEP),
        (MISSING, Phase.SWEEP),
        (Reply(arrival=Arrival.ANSWERED, http_status=200), Phase.READ),
        (Reply(arrival=Arrival.UNKNOWN), Phase.READ),
        (replace(MISSING, is_proxy_page=True), Phase.READ),
        (Reply(arrival=Arrival.ANSWERED, http_status=401), Phase.OVER),
    ],
)
def test_a_delete_counts_when_the_service_itself_says_so(reply: Reply, phase: Phase) -> None:
    """Anything else is looked at again."""
    state, _ = after(replace(STATE, phase=Phase.DELETE, to_delete=(ONE,)), reply)
    assert (state.phase, bool(state.to_delete)) == (phase, phase is not Phase.SWEEP)


def test_it_gives_up_and_leaves_it_to_the_next_doctor() -> None:
    """After as many answers that are none as the policy allows."""
    state, _ = replace(STATE, phase=Phase.READ, to_delete=(ONE,)), 0.0
    for _ in range(POLICY.most_attempts):
        state, _ = after(state, Reply(arrival=Arrival.ANSWERED, http_status=503, message="down"))
    assert (state.phase, state.is_clean, state.to_delete) == (Phase.OVER, False, (ONE,))
    assert "down" in state.problem


@pytest.mark.parametrize(
    ("reply", "to_delete", "kept", "has_stranger"),
    [
        (shown(), ["one"], (), False),
        (shown(name="Ana"), [], (), True),
        (shown(created_at=NOW - timedelta(minutes=1)), [], ("one",), True),
        (shown(created_at=None), ["one"], (), False),
        (shown(created_at=NOW - timedelta(seconds=2)), ["one"], (), False),
        (MISSING, [], (), False),
    ],
)
def test_a_sweep_finds_only_what_carries_the_mark_and_is_new(
    reply: Reply, to_delete: list[str], kept: tuple[str, ...], *, has_stranger: bool
) -> None:
    """A contact that was there before may have got the probe's name by its POST: it is kept, and told."""
    state, _ = after(STATE, reply)
    assert [one.uuid for one in state.to_delete] == to_delete
    assert (state.kept, state.has_stranger) == (kept, has_stranger)


def test_after_the_last_form_a_clean_account_is_clean() -> None:
    """Once where all was answered, twice where a POST was refused or is in doubt."""
    last = replace(STATE, place=1)
    assert after(last, MISSING)[0].is_clean
    refused = replace(last, is_refused=True, answers=replace(STATE.answers, visible_after_seconds=0.0))
    state, wait_seconds = after(refused, MISSING)
    assert (state.phase, state.place, wait_seconds) == (Phase.SWEEP, 0, POLICY.not_found_gap_seconds)
    assert after(replace(state, place=1), MISSING)[0].is_clean


@pytest.mark.parametrize(
    ("fields", "phase"),
    [
        ({"has_stranger": True}, Phase.LIST),
        ({"is_resumed": True}, Phase.LIST),
        ({"is_refused": True}, Phase.LIST),
        ({"is_in_doubt": True, "has_settled": True}, Phase.LIST),
        ({}, Phase.OVER),
    ],
)
def test_the_list_is_walked_where_look_ups_cannot_tell(fields: dict[str, Any], phase: Phase) -> None:
    """They show one contact of a number; and here they never showed what was just made."""
    assert clean_up(replace(STATE, sweeps=2, **fields), POLICY)[0].phase is phase


def test_the_list_is_walked_to_its_end() -> None:
    """By its cursor; what carries the mark is deleted, what does not is left alone."""
    state = replace(STATE, phase=Phase.LIST, sweeps=2, is_resumed=True)
    state, _ = after(state, page("Ana", after="20"))
    assert (state.phase, state.after, state.to_delete, state.has_stranger) == (Phase.LIST, "20", (), False)
    state, _ = after(state, page(NAME, "Leo"))
    assert (state.phase, [one.uuid for one in state.to_delete]) == (Phase.READ, [f"uuid-{NAME}"])


@pytest.mark.parametrize("reply", [Reply(arrival=Arrival.ANSWERED, http_status=200, json=[]), page(contacts=None)])
def test_a_page_that_is_none_finds_nothing(reply: Reply) -> None:
    """It is asked for again, or has no contacts."""
    state, _ = after(replace(STATE, phase=Phase.LIST, sweeps=2), reply)
    assert state.to_delete == ()


def test_a_cursor_that_stays_ends_the_walk() -> None:
    """The list would have no end."""
    state = replace(STATE, phase=Phase.LIST, sweeps=2, after="20")
    assert after(state, page("Ana", after="20"))[0].phase is Phase.OVER


@pytest.mark.parametrize(
    ("phase", "is_in_doubt"),
    [(Phase.MAKE, True), (Phase.REPEAT, True), (Phase.SEE, False), (Phase.DELETE, False), (Phase.OVER, False)],
)
def test_a_post_that_was_about_to_leave_is_in_doubt(phase: Phase, *, is_in_doubt: bool) -> None:
    """What is known to be made is deleted first, then what may come late is waited for."""
    state, wait_seconds = resumed(replace(STATE, phase=phase, to_delete=(ONE,)), POLICY)
    assert (state.phase, state.is_in_doubt, wait_seconds) == (Phase.READ, is_in_doubt, 0.0)
    state, wait_seconds = clean_up(replace(state, to_delete=()), POLICY)
    assert (state.phase, wait_seconds) == (Phase.SWEEP, POLICY.settle_seconds if is_in_doubt else 0.0)


def test_a_probe_that_made_nothing_is_over() -> None:
    """It was cut off before its first POST."""
    end, _ = resumed(replace(STATE, phase=Phase.IS_FREE), POLICY)
    assert (end.phase, end.is_clean) == (Phase.OVER, True)
