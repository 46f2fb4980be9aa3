"""The operation that creates: its first steps, its requests, and what it gives back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from importer.model.journal_rows import Pending
from importer.model.policy import Policy
from importer.model.replies import Arrival, RemoteContact, Reply
from importer.model.requests import create_contact, find_contact
from importer.model.rows import Contact, Status
from importer.worker_pool.create import CreateOperation, CreateStep, LookUpSelfTest, SelfTestLookUp
from importer.worker_pool.create_outcomes import Attempt
from importer.worker_pool.operation import Final, SendLater
from importer.worker_pool.retry_decision import LookUp, Post
from tests.support.virtual_time import START

CONTACT = Contact(identifier="34600111222", source="whatsapp", name="Ana")
ROW = Pending(seq=1, row=2, contact=CONTACT)
POLICY = Policy(settle_seconds=90.0)
ATTEMPT = Attempt(contact=CONTACT, first_sent_at=START)
NO_ANSWER = Reply(arrival=Arrival.UNKNOWN, message="no answer in time")
MADE = Reply(arrival=Arrival.ANSWERED, http_status=201, contact=RemoteContact(uuid="u1", created_at=START))


def first_look_up(row: Pending, run_seconds: float) -> tuple[float, Attempt]:
    """Return after how long the row is looked up first, and what was done for it before."""
    first = CreateOperation(POLICY).first_step(row, START, run_seconds)
    assert isinstance(first, SendLater)
    assert isinstance(first.step, LookUp)
    return first.wait_seconds, first.step.attempt


def test_a_fresh_row_is_posted() -> None:
    """However long the run has lasted."""
    assert CreateOperation(POLICY).first_step(ROW, START, 1000.0) == SendLater(step=Post(attempt=ATTEMPT))


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_a_row_in_doubt_waits_the_settle_time_from_the_start_of_the_run(days: int) -> None:
    """Whatever the clocks say of when it was sent: they may have been set between the runs."""
    doubtful = replace(ROW, in_doubt=True, first_sent_at=START - timedelta(days=days))
    assert first_look_up(doubtful, 0.0) == (90.0, replace(ATTEMPT, first_sent_at=START - timedelta(days=days)))
    assert first_look_up(doubtful, 30.0)[0] == 60.0
    assert first_look_up(doubtful, 200.0)[0] == 0.0


def test_a_row_that_was_refused_is_looked_up_at_once() -> None:
    """Some services refuse, and make the contact all the same; whatever is there by now was there before this run."""
    refused = replace(ROW, in_doubt=True, was_refused=True, first_sent_at=START - timedelta(days=1))
    assert first_look_up(refused, 0.0) == (0.0, replace(ATTEMPT, was_refused=True))


def test_each_step_has_its_request() -> None:
    """A POST is a POST; the others are look-ups."""
    operation = CreateOperation(POLICY)
    assert operation.request(Post(attempt=ATTEMPT)) == create_contact(CONTACT)
    assert operation.request(LookUp(attempt=ATTEMPT)) == find_contact(CONTACT)
    assert operation.request(SelfTestLookUp(contact=CONTACT)) == find_contact(CONTACT)


@pytest.mark.parametrize(
    ("step", "is_in_flight", "status"),
    [
        (Post(attempt=ATTEMPT), False, Status.PENDING),
        (Post(attempt=ATTEMPT), True, Status.IN_DOUBT),
        (Post(attempt=replace(ATTEMPT, doubted=NO_ANSWER)), False, Status.IN_DOUBT),
        (Post(attempt=replace(ATTEMPT, doubted=NO_ANSWER, not_found_count=2)), False, Status.PENDING),
        (LookUp(attempt=ATTEMPT), False, Status.IN_DOUBT),
        (LookUp(attempt=ATTEMPT), True, Status.IN_DOUBT),
        (LookUp(attempt=replace(ATTEMPT, was_refused=True)), False, Status.PENDING),
        (LookUp(attempt=replace(ATTEMPT, was_refused=True)), True, Status.PENDING),
        (SelfTestLookUp(contact=CONTACT), True, None),
    ],
)
def test_what_may_have_arrived_is_given_back_in_doubt(
    step: CreateStep,
    is_in_flight: bool,  # noqa: FBT001 - a table of cases
    status: Status | None,
) -> None:
    """What surely made no contact is pending again; a self-test leaves nothing."""
    outcome = CreateOperation(POLICY).give_back(step, is_in_flight=is_in_flight)
    assert (outcome.status if outcome else None) is status


def test_a_row_that_was_cut_off_says_so() -> None:
    """In the results, until the next run knows more."""
    outcome = CreateOperation(POLICY).give_back(Post(attempt=ATTEMPT), is_in_flight=True)
    assert outcome is not None
    assert outcome.reason == "It was sent, but no clear answer came (the run was cut off), before the run ended."


def test_a_doubt_tests_the_look_up_on_what_was_created() -> None:
    """And a look-up that is blind leaves the row in doubt."""
    operation = CreateOperation(POLICY)
    assert isinstance(operation.decide(Post(attempt=ATTEMPT), MADE, 0.5), Final)
    assert operation.self_test_step() is None
    doubt = operation.decide(Post(attempt=ATTEMPT), NO_ANSWER, 0.5)
    assert isinstance(doubt, SendLater)
    step = operation.self_test_step()
    assert step == SelfTestLookUp(contact=CONTACT)
    not_found = Reply(arrival=Arrival.ANSWERED, http_status=404)
    for _ in range(2):
        again = operation.decide(step, not_found, 0.5)
        assert isinstance(again, SendLater)
        step = again.step
    operation.decide(step, not_found, 0.5)
    missed = operation.decide(doubt.step, not_found, 0.5)
    assert isinstance(missed, SendLater)
    last = operation.decide(missed.step, not_found, 0.5)
    assert isinstance(last, Final)
    assert "look-up does not show" in last.outcome.reason


# The self-test of the look-up: when it is made, and what it finds


ANA, EVA = (Contact(identifier=phone, source="whatsapp", name="Ana") for phone in ("34600111222", "34600111333"))
FOUND, NOT_FOUND, BROKEN = (Reply(arrival=Arrival.ANSWERED, http_status=status) for status in (200, 404, 500))


def begun() -> tuple[LookUpSelfTest, SelfTestLookUp]:
    """Return a test that is under way, and its look-up."""
    test = LookUpSelfTest(gap_seconds=5.0)
    test.note_created(ANA)
    test.note_needed()
    step = test.step()
    assert step is not None
    return test, step


def test_the_self_test_asks_for_both_forms_of_a_number() -> None:
    """A service that has stored the other form is not blind."""
    operation = CreateOperation(POLICY)
    contact = replace(ANA, identifier="525512345678")
    asked = [operation.request(SelfTestLookUp(contact=contact, not_found_count=count)).path for count in range(3)]
    assert [path.rpartition("/")[2] for path in asked] == ["525512345678", "5215512345678", "525512345678"]


@pytest.mark.parametrize("needed_first", [False, True])
def test_it_needs_a_contact_and_a_need(needed_first: bool) -> None:  # noqa: FBT001 - a table of cases
    """In either order; the first contact is looked up, and only once."""
    test = LookUpSelfTest(gap_seconds=5.0)
    notes = [lambda: test.note_created(ANA), test.note_needed]
    for note in reversed(notes) if needed_first else notes:
        assert test.step() is None
        note()
    test.note_created(EVA)
    assert test.step() == SelfTestLookUp(contact=ANA)
    assert test.step() is None


def test_a_contact_that_is_shown_ends_it_well() -> None:
    """Also after two answers that did not show it yet."""
    test, step = begun()
    for reply in (NOT_FOUND, NOT_FOUND):
        again = test.judge(step, reply)
        assert isinstance(again, SendLater)
        assert again.wait_seconds == 5.0
        step = again.step
    assert test.judge(step, FOUND) is None
    assert not test.is_blind


def test_three_not_founds_make_it_blind() -> None:
    """Answers that say nothing do not count."""
    test, step = begun()
    for reply in (NOT_FOUND, BROKEN, NOT_FOUND, BROKEN):
        assert not test.is_blind
        again = test.judge(step, reply)
        assert isinstance(again, SendLater)
        step = again.step
    assert test.judge(step, NOT_FOUND) is None
    assert test.is_blind
