"""What follows from each reply to a probe: from free to made, seen, repeated."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from importer.model.policy import Policy
from importer.model.probe import DuplicateBehaviour, NumberForm
from importer.model.replies import Arrival, RemoteContact, Reply
from importer.worker_pool.probe import TAKEN, decide_probe
from importer.worker_pool.probe_state import MadeContact, Phase, ProbeReply, ProbeState

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
MARK = "0123456789abcdef"
START = ProbeState(number="34600111222", mark=MARK)
READY = replace(START, phase=Phase.MAKE, began_at=NOW)
MADE = replace(READY, phase=Phase.SEE, to_delete=(MadeContact(uuid="one", has_mark=True),), made_seconds=10.0)
POLICY = Policy()
MISSING = Reply(arrival=Arrival.ANSWERED, http_status=404)


def contact(uuid: str = "one", *, name: str = f"callbell-importer probe {MARK}", **fields: Any) -> RemoteContact:
    """Return a contact as the service shows it."""
    shown = {"name": name, "phoneNumber": fields.pop("phone", "34600111222")}
    return RemoteContact(uuid=uuid, identifier="34600111222", fields=shown, **fields)


def answered(status: int = 200, found: RemoteContact | None = None, **fields: Any) -> Reply:
    """Return an answer."""
    return Reply(arrival=Arrival.ANSWERED, http_status=status, contact=found, **fields)


def after(state: ProbeState, reply: Reply, seconds: float = 10.0) -> tuple[ProbeState, float]:
    """Return what follows from a reply."""
    return decide_probe(state, ProbeReply(reply=reply, at=NOW, seconds=seconds, jitter=0.5), POLICY)


def test_each_form_of_the_number_is_asked_for_first() -> None:
    """A Spanish one has two forms of writing; then it is made, and the service's time is known."""
    second, _ = after(START, MISSING)
    ready, _ = after(second, replace(MISSING, clock_skew_seconds=-60.0))
    assert (second.phase, second.place) == (Phase.IS_FREE, 1)
    assert (ready.phase, ready.began_at) == (Phase.MAKE, NOW - timedelta(seconds=60))
    third, _ = after(replace(START, number="5215512345678", place=1), MISSING)
    assert (third.phase, third.place) == (Phase.IS_FREE, 2)


def test_our_own_clock_tells_nothing_of_the_service() -> None:
    """Where it does not tell its time, no contact is called older than the probe."""
    ready, _ = after(replace(START, place=1), MISSING)
    assert (ready.phase, ready.began_at) == (Phase.MAKE, None)
    made, _ = after(ready, answered(200, contact(created_at=NOW - timedelta(days=1))))
    assert made.phase is Phase.SEE


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (answered(200, contact(name="Ana")), TAKEN),
        (answered(401), "is not known"),
        (answered(301), "is not known"),
        (Reply(arrival=Arrival.NEVER, message="no certificate", fatal=True), "no certificate"),
    ],
)
def test_nothing_is_made_of_a_number_that_may_be_there(reply: Reply, problem: str) -> None:
    """It is there, or nobody knows: the probe is over, and clean."""
    end, _ = after(START, reply)
    assert (end.phase, end.is_clean) == (Phase.OVER, True)
    assert problem in end.problem


def test_a_proxys_404_is_no_answer() -> None:
    """It is asked again, and at last nothing is made."""
    state, page = START, replace(MISSING, is_proxy_page=True)
    for failures in range(1, POLICY.most_attempts):
        state, wait_seconds = after(state, page)
        assert (state.phase, state.failures, wait_seconds > 0) == (Phase.IS_FREE, failures, True)
    assert after(state, page)[0].phase is Phase.OVER


@pytest.mark.parametrize(
    ("reply", "status_proves", "created_at_proves"),
    [
        (answered(201, contact()), True, False),
        (answered(200, contact(created_at=NOW + timedelta(seconds=2)), left_by=NOW), False, True),
        (answered(200, contact()), False, False),
        (answered(201, contact(name="Ana from WhatsApp")), True, False),
    ],
)
def test_what_is_surely_its_own_is_looked_for(reply: Reply, *, status_proves: bool, created_at_proves: bool) -> None:
    """Proven by the status, by the time, or by its mark; what proves it is an answer of its own."""
    seen, wait_seconds = after(READY, reply)
    assert (seen.phase, wait_seconds, [one.uuid for one in seen.to_delete]) == (Phase.SEE, 0.0, ["one"])
    assert (seen.answers.status_proves, seen.answers.created_at_proves) == (status_proves, created_at_proves)


@pytest.mark.parametrize(
    "found",
    [
        contact(name="Ana"),
        contact(name="Ana", created_at=NOW - timedelta(days=1)),
        contact(created_at=NOW - timedelta(days=1)),
    ],
)
def test_what_was_there_before_is_not_its_own(found: RemoteContact) -> None:
    """An answer without proof names somebody's contact; also if the service gave it the probe's name."""
    state, _ = after(READY, answered(200, found))
    assert (state.to_delete, state.problem, state.phase) == ((), TAKEN, Phase.SWEEP)


def test_even_a_201_is_no_proof_of_an_old_contact() -> None:
    """Its time of creation says that it was there."""
    state, _ = after(READY, answered(201, contact(name="Ana", created_at=NOW - timedelta(days=1))))
    assert (state.to_delete, state.problem) == ((), TAKEN)


@pytest.mark.parametrize(
    ("reply", "is_in_doubt", "is_refused", "wait_seconds"),
    [
        (Reply(arrival=Arrival.UNKNOWN, message="no answer in time"), True, False, POLICY.settle_seconds),
        (answered(502), True, False, POLICY.settle_seconds),
        (answered(200), True, False, POLICY.settle_seconds),
        (answered(408), True, False, POLICY.settle_seconds),
        (answered(422, message="name is odd"), False, True, 0.0),
    ],
)
def test_without_a_contact_it_finds_nothing_out(
    reply: Reply, *, is_in_doubt: bool, is_refused: bool, wait_seconds: float
) -> None:
    """It only looks for what may have been made, in doubt after the settle time; it never POSTs the first one again."""
    state, waits = after(READY, reply)
    assert (state.phase, state.is_in_doubt, state.is_refused, waits) == (
        Phase.SWEEP,
        is_in_doubt,
        is_refused,
        wait_seconds,
    )
    assert state.problem


@pytest.mark.parametrize("reply", [Reply(arrival=Arrival.NEVER, message="refused"), answered(429)])
def test_what_was_surely_not_done_is_done_again(reply: Reply) -> None:
    """At most six times; then nothing was made."""
    state = READY
    for _ in range(1, POLICY.most_attempts):
        state, _ = after(state, reply)
        assert (state.phase, state.is_in_doubt) == (Phase.MAKE, False)
    end, _ = after(state, reply)
    assert (end.phase, end.is_clean) == (Phase.OVER, True)


@pytest.mark.parametrize("reply", [answered(401), answered(403), answered(302)])
def test_a_refused_token_leaves_it_to_the_next_doctor(reply: Reply) -> None:
    """Over and not clean: the POST may have made something."""
    end, _ = after(READY, reply)
    assert (end.phase, end.is_clean, end.is_in_doubt) == (Phase.OVER, False, True)


def test_it_is_looked_for_until_it_is_shown() -> None:
    """With growing waits; the time counts from the answer to the POST."""
    state, waits = MADE, []
    for seconds in (10.1, 10.5, 11.1):
        state, wait_seconds = after(state, MISSING, seconds)
        waits.append(wait_seconds)
    shown, _ = after(state, answered(200, contact()), 12.0)
    assert waits == [0.25, 0.5, 1.0]
    assert (shown.phase, shown.answers.visible_after_seconds) == (Phase.FORMS, 2.0)
    assert shown.answers.found_by == (NumberForm.DIGITS,)


def test_what_is_never_shown_is_repeated_after_the_time() -> None:
    """Then look-ups prove nothing, and the other forms are not asked for."""
    state, _ = after(MADE, MISSING, 10.0 + POLICY.settle_seconds)
    assert (state.phase, state.answers.is_look_up_reliable) == (Phase.REPEAT, False)
    assert state.answers.watched_seconds == POLICY.settle_seconds


def test_somebody_elses_contact_is_not_the_one_that_was_made() -> None:
    """A look-up that shows it says nothing of ours, which it may hide."""
    state, _ = after(MADE, answered(200, contact("other", name="Ana")))
    assert (state.phase, state.has_stranger, len(state.to_delete)) == (Phase.SEE, True, 1)


def test_the_other_forms_are_asked_for() -> None:
    """Each is found or not."""
    state = replace(MADE, number="5215512345678", phase=Phase.FORMS, place=1)
    state, _ = after(state, answered(200, contact()))
    state, _ = after(state, MISSING)
    assert (state.phase, state.place) == (Phase.REPEAT, 0)
    assert (state.answers.found_by, state.answers.not_found_by) == ((NumberForm.PLUS,), (NumberForm.OTHER,))


AGAIN = replace(MADE, phase=Phase.REPEAT)


@pytest.mark.parametrize(
    ("reply", "behaviour", "uuids"),
    [
        (answered(201, contact("two")), DuplicateBehaviour.SECOND, ["one", "two"]),
        (answered(200, contact("two")), DuplicateBehaviour.SECOND, ["one", "two"]),
        (answered(200, contact()), DuplicateBehaviour.RETURN, ["one"]),
        (answered(200, contact("other", name="Ana")), DuplicateBehaviour.RETURN, ["one"]),
        (answered(201, contact("other", name="Ana")), DuplicateBehaviour.RETURN, ["one"]),
        (answered(409), DuplicateBehaviour.REFUSE, ["one"]),
        (answered(422, message="taken"), DuplicateBehaviour.REFUSE, ["one"]),
        (answered(500), None, ["one"]),
        (Reply(arrival=Arrival.UNKNOWN), None, ["one"]),
    ],
)
def test_the_second_post_tells_the_behaviour(
    reply: Reply, behaviour: DuplicateBehaviour | None, uuids: list[str]
) -> None:
    """And only what carries the mark is the probe's own: somebody may have made a contact of the number meanwhile."""
    state, _ = after(AGAIN, reply)
    assert state.answers.duplicates is behaviour
    assert [one.uuid for one in state.to_delete] == uuids
    assert state.phase is Phase.READ
    assert bool(state.problem) is (behaviour is None)


def test_a_201_for_a_contact_that_was_there_proves_nothing() -> None:
    """So the first one's 201 proves nothing either."""
    state = replace(AGAIN, answers=replace(AGAIN.answers, status_proves=True, created_at_proves=True))
    state, _ = after(state, answered(201, contact(created_at=NOW), left_by=NOW))
    assert (state.answers.status_proves, state.answers.created_at_proves) == (False, False)


@pytest.mark.parametrize(
    ("phone", "form"),
    [
        ("34600111222", NumberForm.DIGITS),
        ("+34600111222", NumberForm.PLUS),
        ("+34 600 111 222", NumberForm.GROUPED),
    ],
)
def test_the_form_of_the_number_is_told(phone: str, form: NumberForm) -> None:
    """As the answer to the first POST writes it."""
    assert after(READY, answered(201, contact(phone=phone)))[0].answers.returned_form is form
