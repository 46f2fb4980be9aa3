"""What follows from each reply to the GET and the DELETE of a contact that a run created."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.journal.schema import MIGRATIONS
from importer.model.deletion import Fate, Removal
from importer.model.policy import Policy
from importer.model.replies import Arrival, RemoteContact, Reply
from importer.model.rows import Contact
from importer.model.stop import Stop
from importer.worker_pool.delete_decision import (
    AskToken,
    Course,
    Decision,
    DeleteNow,
    Done,
    ReadIn,
    after_delete,
    after_read,
)

SENT = Contact(identifier="34600111222", source="whatsapp", name="Ana")
REMOVAL = Removal(seq=1, row=2, uuid="u1", sent=SENT)
POLICY = Policy(most_attempts=3)
THERE = {"contact": [{"uuid": "u1", "name": "Ana"}]}
DESTROYED = {"status": "contact was destroyed"}
NO_ANSWER = Reply(arrival=Arrival.UNKNOWN, message="the connection broke off")
NEVER = Reply(arrival=Arrival.NEVER, message="no connection came about")


def answer(status: int, **more: Any) -> Reply:
    """Return a reply with this status."""
    return Reply(arrival=Arrival.ANSWERED, http_status=status, **more)


def shown(uuid: str = "u1") -> Reply:
    """Return the reply of a GET that shows a contact."""
    return answer(200, contact=RemoteContact(uuid=uuid))


def read(reply: Reply, body: object = None, course: Course | None = None) -> Decision:
    """Decide after a GET."""
    return after_read(reply, body, REMOVAL, course or Course(), POLICY, 0.5)


def deleted(reply: Reply, body: object = None, course: Course | None = None) -> Decision:
    """Decide after a DELETE."""
    return after_delete(reply, body, course or Course(), POLICY, 0.5)


def fate(decision: Decision) -> Fate:
    """Return the last word that was said."""
    assert isinstance(decision, Done)
    return decision.fate


def test_a_contact_as_it_was_sent_is_deleted() -> None:
    """In a list or alone, as the API answers here and there."""
    assert isinstance(read(shown(), THERE), DeleteNow)
    assert isinstance(read(shown(), {"contact": {"uuid": "u1", "name": "Ana"}}), DeleteNow)


def test_a_changed_contact_is_kept_and_says_why() -> None:
    """The reason names the fields."""
    kept = read(shown(), {"contact": [{"uuid": "u1", "name": "Eva", "note": "called"}]})
    assert isinstance(kept, Done)
    assert kept.fate is Fate.CHANGED
    assert "name, note" in kept.reason


def test_another_contact_is_not_deleted() -> None:
    """An answer about somebody else is no leave to delete."""
    assert fate(read(shown("u2"), {"contact": [{"uuid": "u2", "name": "Ana"}]})) is Fate.FAILED


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize("course", [Course(), Course(failures=1, sent=True)])
def test_one_witness_is_not_enough(status: int, course: Course) -> None:
    """To a GET, "not there" must be said twice, some seconds apart: also after a DELETE that nobody answered."""
    first = read(answer(status), None, course)
    assert isinstance(first, ReadIn)
    assert first.wait_seconds == POLICY.witness_gap_seconds
    assert fate(read(answer(status), None, first.course)) is Fate.GONE


def test_a_delete_that_finds_nothing_is_the_last_word() -> None:
    """The one that deletes knows what is there; a copy that lags behind answers GETs alone."""
    assert fate(deleted(answer(404))) is Fate.GONE


def test_a_contact_that_is_shown_again_was_not_missed() -> None:
    """The witness was wrong, and does not count after that."""
    shown_again = read(shown(), THERE, Course(missed=1))
    assert isinstance(shown_again, DeleteNow)
    assert shown_again.course.missed == 0


@pytest.mark.parametrize(("status", "body"), [(200, DESTROYED), (202, {"status": "ok"}), (204, None)])
def test_a_delete_that_says_so_is_done(status: int, body: object) -> None:
    """The service's own JSON, or HTTP's "no content"."""
    assert fate(deleted(answer(status), body)) is Fate.DELETED


@pytest.mark.parametrize("body", [None, "destroyed", [], {}, {"contact": []}])
def test_any_other_200_is_doubtful(body: object) -> None:
    """A log-in page answers 200 too, so a GET has to tell."""
    after = deleted(answer(200), body)
    assert isinstance(after, ReadIn)
    assert after.course.sent


@pytest.mark.parametrize("reply", [NO_ANSWER, answer(500), answer(502), answer(408), answer(503)])
def test_without_a_clear_answer_a_get_tells(reply: Reply) -> None:
    """After a while, which grows; whatever the request was."""
    after = deleted(reply)
    assert isinstance(after, ReadIn)
    assert after == ReadIn(wait_seconds=1.0, course=Course(failures=1, sent=True))
    again = read(reply, None, after.course)
    assert again == ReadIn(wait_seconds=2.0, course=Course(failures=2, sent=True))


def test_a_delete_that_never_arrived_was_not_sent() -> None:
    """So nothing that follows says that it may be deleted."""
    after = deleted(NEVER)
    assert isinstance(after, ReadIn)
    assert not after.course.sent


@pytest.mark.parametrize("body", [None, "<html>", {}, {"contact": []}, {"contact": ["u1"]}])
def test_an_unreadable_contact_is_asked_for_again(body: object) -> None:
    """A 200 without a contact says nothing."""
    assert isinstance(read(answer(200), body), ReadIn)
    assert isinstance(read(shown(), body), ReadIn)


@pytest.mark.parametrize("sent", [False, True])
def test_patience_ends(sent: bool) -> None:  # noqa: FBT001 - a table of cases
    """After so many unclear answers it has failed, and the reason tells whether it may be deleted all the same."""
    failed = read(NO_ANSWER, None, Course(failures=2, sent=sent))
    assert isinstance(failed, Done)
    assert failed.fate is Fate.FAILED
    assert ("may be deleted" in failed.reason) is sent


def test_a_turn_that_the_rate_limit_refused_costs_nothing() -> None:
    """A 429 is no failure, however often it comes."""
    course = Course(failures=2)
    assert (
        read(answer(429), None, course) == deleted(answer(429), None, course) == ReadIn(wait_seconds=0.0, course=course)
    )


@pytest.mark.parametrize("status", [400, 409, 415, 422])
def test_a_refusal_is_the_last_word(status: int) -> None:
    """With the service's own words, or the status."""
    refused = deleted(answer(status, message="the contact is blocked"))
    assert isinstance(refused, Done)
    assert (refused.fate, refused.http_status) == (Fate.FAILED, status)
    assert "the contact is blocked" in refused.reason
    silent = read(answer(status))
    assert isinstance(silent, Done)
    assert str(status) in silent.reason


def test_what_fails_after_a_doubtful_delete_says_so() -> None:
    """A person must know that the contact may be gone all the same."""
    doubt = Course(failures=1, sent=True)
    for failed in (
        deleted(answer(422), None, doubt),
        read(answer(422), None, doubt),
        read(shown("u2"), {"contact": [{"uuid": "u2", "name": "Ana"}]}, doubt),
    ):
        assert isinstance(failed, Done)
        assert failed.reason.startswith("It may be deleted or not. ")


def test_a_403_asks_for_the_token() -> None:
    """It may be about the contact or about everything."""
    asked = deleted(answer(403))
    assert isinstance(asked, AskToken)
    assert asked.otherwise.fate is Fate.FAILED


@pytest.mark.parametrize(
    "reply",
    [
        answer(401),
        answer(405),
        answer(301),
        answer(308),
        answer(429, retry_after_seconds=7200.0),
        answer(503, retry_after_seconds=7200.0),
        Reply(arrival=Arrival.NEVER, message="its certificate is not good", fatal=True),
    ],
)
def test_what_every_contact_would_meet_stops_the_undo(reply: Reply) -> None:
    """No contact is decided by it."""
    assert isinstance(read(reply), Stop)
    assert isinstance(deleted(reply), Stop)


def test_the_fates_are_the_journals_words() -> None:
    """All of them stand in the SQL CHECK, but for the one that is no last word."""
    check = MIGRATIONS[1].partition("CREATE TABLE removals")[2].partition("CHECK (status IN (")[2].partition("))")[0]
    words = {word.strip(" '\n") for word in check.split(",")}
    assert words == {*Fate, "pending", "in_flight"} - {Fate.UNSENT}


REPLIES = st.builds(
    Reply,
    arrival=st.sampled_from(Arrival),
    http_status=st.none() | st.integers(100, 599),
    contact=st.none() | st.builds(RemoteContact, uuid=st.sampled_from(["u1", "u2"])),
    message=st.text(max_size=5),
    retry_after_seconds=st.none() | st.floats(0, 1e6),
    fatal=st.booleans(),
)
BODIES = st.none() | st.sampled_from([THERE, DESTROYED, {"contact": [{"uuid": "u1", "name": "Eva"}]}, [], "x"])
COURSES = st.builds(Course, failures=st.integers(0, 2), missed=st.integers(0, 1), sent=st.booleans())


@given(REPLIES, BODIES, COURSES)
def test_only_a_clear_answer_takes_back(reply: Reply, body: object, course: Course) -> None:
    """No reply but a 404, a 410, or a DELETE's own success makes the journal forget a contact."""
    after = read(reply, body, course)
    assert not (isinstance(after, Done) and after.fate is Fate.DELETED)
    for decision in (after, deleted(reply, body, course)):
        if isinstance(decision, Done) and decision.fate in (Fate.DELETED, Fate.GONE):
            assert reply.http_status in (404, 410) or 200 <= (reply.http_status or 0) < 300


@given(REPLIES, BODIES, COURSES)
def test_a_delete_needs_a_get_that_shows_the_contact(reply: Reply, body: object, course: Course) -> None:
    """Nothing is deleted unless it was just seen as it was sent."""
    if isinstance(read(reply, body, course), DeleteNow):
        assert (reply.http_status, body) == (200, THERE)
    assert not isinstance(deleted(reply, body, course), DeleteNow)


@given(st.lists(st.tuples(REPLIES, BODIES), min_size=20, max_size=20))
def test_unclear_answers_come_to_an_end(replies: list[tuple[Reply, object]]) -> None:
    """Every contact has its last word after a bounded number of unclear answers."""
    course, unclear = Course(), 0
    for reply, body in replies:
        after = read(reply, body, course)
        if not isinstance(after, ReadIn):
            return
        unclear += after.course != course
        course = after.course
    assert unclear <= POLICY.most_attempts
