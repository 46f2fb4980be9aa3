"""What follows from each reply to the GET and the DELETE of a contact that a run created."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.journal.schema import MIGRATIONS_FOLDER
from importer.model.deletion import Deletion, Fate
from importer.model.journal_rows import Pending
from importer.model.policy import Policy
from importer.model.replies import Arrival, RemoteContact, Reply
from importer.model.requests import delete_contact, get_contact
from importer.model.rows import Contact
from importer.model.stop import Stop
from importer.worker_pool.delete import (
    Compare,
    Delete,
    DeleteDecision,
    DeleteOperation,
    DeleteStep,
    after_delete,
    after_get,
)
from importer.worker_pool.operation import AskToken, Final, SendLater, SendNow
from tests.support.virtual_time import START

SENT = Contact(identifier="34600111222", source="whatsapp", name="Ana")
BEGUN = Compare(uuid="u1", sent=SENT)
POLICY = Policy(most_attempts=3)
DESTROYED = {"status": "contact was destroyed"}
NO_ANSWER = Reply(arrival=Arrival.UNKNOWN, message="the connection broke off")
NEVER = Reply(arrival=Arrival.NEVER, message="no connection came about")


def answer(status: int, **more: Any) -> Reply:
    """Return a reply with this status."""
    return Reply(arrival=Arrival.ANSWERED, http_status=status, **more)


def shown(**fields: object) -> Reply:
    """Return the reply of a GET that shows a contact: ours as it was sent, unless told otherwise."""
    described = {"uuid": "u1", "name": "Ana", **fields}
    return answer(200, contact=RemoteContact(uuid=str(described["uuid"]), fields=described))


def read(reply: Reply, step: Compare = BEGUN) -> DeleteDecision:
    """Decide after a GET."""
    return after_get(reply, step, POLICY, 0.5)


def deleted(reply: Reply, step: Compare = BEGUN) -> DeleteDecision:
    """Decide after a DELETE."""
    return after_delete(reply, step, POLICY, 0.5)


def outcome(decision: DeleteDecision) -> Deletion:
    """Return the outcome of a decision that is one."""
    assert isinstance(decision, Final)
    return decision.outcome


def compared_again(decision: DeleteDecision) -> tuple[float, Compare]:
    """Return after how many seconds a decision has the contact compared again, and what was done before."""
    assert isinstance(decision, SendLater)
    assert isinstance(decision.step, Compare)
    return decision.wait_seconds, decision.step


def test_a_contact_as_it_was_sent_is_deleted_at_once() -> None:
    """Before any other request: what was seen must still hold."""
    assert read(shown()) == SendNow(step=Delete(compare=BEGUN))


def test_a_changed_contact_is_kept_and_says_why() -> None:
    """The reason names the fields."""
    kept = outcome(read(shown(name="Eva", note="called")))
    assert kept.status is Fate.CHANGED
    assert "name, note" in kept.reason


def test_another_contact_is_not_deleted() -> None:
    """An answer about somebody else is no leave to delete."""
    reason = "The service answered with another contact."
    failed = outcome(read(shown(uuid="u2")))
    assert (failed.status, failed.reason, failed.http_status) == (Fate.FAILED, reason, 200)
    said = outcome(read(shown(uuid="u2"), replace(BEGUN, in_doubt=True))).reason
    assert said == f"It may be deleted or not. {reason}"


def test_a_proxys_page_is_no_word_of_the_service() -> None:
    """A 404 without its JSON says nothing about the contact: it is asked again, and nothing is called gone."""
    page = replace(answer(404), is_proxy_page=True)
    for decided, in_doubt in ((read(page), False), (deleted(page), True)):
        assert isinstance(decided, SendLater)
        assert isinstance(decided.step, Compare)
        assert decided.step.not_found_count == 0
        assert decided.step.in_doubt is in_doubt


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize("step", [BEGUN, replace(BEGUN, failures=1, in_doubt=True)])
def test_one_not_found_is_not_enough(status: int, step: Compare) -> None:
    """To a GET, "not found" must be said twice, some seconds apart: also after a DELETE that nobody answered."""
    wait_seconds, again = compared_again(read(answer(status), step))
    assert wait_seconds == POLICY.not_found_gap_seconds
    assert outcome(read(answer(status), again)).status is Fate.GONE


def test_a_delete_that_finds_nothing_is_final() -> None:
    """The one that deletes knows what is there; a copy that lags behind answers GETs alone."""
    gone = outcome(deleted(answer(404)))
    assert (gone.status, gone.reason, gone.http_status) == (Fate.GONE, "It was not there any more.", 404)


def test_a_contact_that_is_shown_again_was_not_missed() -> None:
    """The "not found" before was wrong, and does not count after that."""
    assert read(shown(), replace(BEGUN, not_found_count=1)) == SendNow(step=Delete(compare=BEGUN))


@pytest.mark.parametrize(("status", "body"), [(200, DESTROYED), (202, {"status": "ok"}), (204, None)])
def test_a_delete_that_says_so_is_done(status: int, body: object) -> None:
    """The service's own JSON, or HTTP's "no content"."""
    assert outcome(deleted(answer(status, json=body))).status is Fate.DELETED


@pytest.mark.parametrize(("status", "is_deleted"), [(200, True), (299, True), (300, False), (199, False), (500, False)])
def test_only_a_success_says_deleted(status: int, is_deleted: bool) -> None:  # noqa: FBT001 - a table of cases
    """Whatever its JSON says."""
    decision = deleted(answer(status, json=DESTROYED))
    assert (decision == Final(outcome=Deletion(status=Fate.DELETED, http_status=status))) is is_deleted


def test_a_reply_without_a_status_says_nothing() -> None:
    """No answer is none, whatever comes with it."""
    assert compared_again(deleted(replace(NO_ANSWER, json=DESTROYED)))[1].in_doubt


@pytest.mark.parametrize("body", [None, "destroyed", [], {}, {"contact": []}])
def test_any_other_200_is_doubtful(body: object) -> None:
    """A log-in page answers 200 too, so a GET has to tell."""
    assert compared_again(deleted(answer(200, json=body)))[1].in_doubt


@pytest.mark.parametrize("reply", [NO_ANSWER, answer(500), answer(502), answer(408), answer(503)])
def test_without_a_clear_answer_a_get_tells(reply: Reply) -> None:
    """After a while, which grows; whatever the request was."""
    once = replace(BEGUN, failures=1, in_doubt=True)
    assert deleted(reply) == SendLater(step=once, wait_seconds=1.0, is_retry=True)
    assert read(reply, once) == SendLater(step=replace(once, failures=2), wait_seconds=2.0, is_retry=True)


def test_a_delete_that_never_arrived_was_not_sent() -> None:
    """So nothing that follows says that it may be deleted."""
    assert not compared_again(deleted(NEVER))[1].in_doubt


def test_an_unreadable_contact_is_asked_for_again() -> None:
    """A 200 without a contact says nothing."""
    assert compared_again(read(answer(200)))[1].failures == 1


@pytest.mark.parametrize("may_be_deleted", [False, True])
def test_patience_ends(may_be_deleted: bool) -> None:  # noqa: FBT001 - a table of cases
    """After so many unclear answers it has failed, and the reason tells whether it may be deleted all the same."""
    failed = outcome(read(NO_ANSWER, replace(BEGUN, failures=2, in_doubt=may_be_deleted)))
    assert failed.status is Fate.FAILED
    assert ("may be deleted" in failed.reason) is may_be_deleted


def test_a_429_costs_nothing() -> None:
    """It is no failure, however often it comes."""
    step = replace(BEGUN, failures=2)
    assert read(answer(429), step) == deleted(answer(429), step) == SendLater(step=step)


@pytest.mark.parametrize("status", [400, 409, 415, 422])
def test_a_refusal_is_final(status: int) -> None:
    """With the service's own words, or the status."""
    refused = outcome(deleted(answer(status, message="the contact is blocked")))
    assert (refused.status, refused.http_status) == (Fate.FAILED, status)
    assert "the contact is blocked" in refused.reason
    assert str(status) in outcome(read(answer(status))).reason


def test_what_fails_after_a_doubtful_delete_says_so() -> None:
    """A person must know that the contact may be gone all the same."""
    doubt = replace(BEGUN, failures=1, in_doubt=True)
    for failed in (deleted(answer(422), doubt), read(answer(422), doubt), read(shown(uuid="u2"), doubt)):
        assert outcome(failed).reason.startswith("It may be deleted or not. ")


def test_a_403_asks_for_the_token() -> None:
    """It may be about the contact or about everything."""
    asked = deleted(answer(403))
    assert isinstance(asked, AskToken)
    assert asked.otherwise.status is Fate.FAILED


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
    """All of them stand in the SQL CHECK, but for what is no last word, never enqueued, or came later."""
    script = (MIGRATIONS_FOLDER / "0002_undo.sql").read_text(encoding="utf-8")
    check = script.partition("CREATE TABLE removals")[2].partition("CHECK (status IN (")[2].partition("))")[0]
    words = {word.strip(" '\n") for word in check.split(",")}
    assert words == {*Fate, "pending", "in_flight"} - {Fate.UNSENT, Fate.KEPT, Fate.RESTORED}


CONTACTS = st.sampled_from([None, shown().contact, shown(name="Eva").contact, shown(uuid="u2").contact])
REPLIES = st.builds(
    Reply,
    arrival=st.sampled_from(Arrival),
    http_status=st.none() | st.integers(100, 599),
    contact=CONTACTS,
    message=st.text(max_size=5),
    retry_after_seconds=st.none() | st.floats(0, 1e6),
    json=st.sampled_from([None, DESTROYED, [], "x"]),
    fatal=st.booleans(),
)
STEPS = st.builds(
    Compare,
    uuid=st.just("u1"),
    sent=st.just(SENT),
    failures=st.integers(0, 2),
    not_found_count=st.integers(0, 1),
    in_doubt=st.booleans(),
)


@given(REPLIES, STEPS)
def test_only_a_clear_answer_takes_back(reply: Reply, step: Compare) -> None:
    """No reply but a 404, a 410, or a DELETE's own success makes the journal forget a contact."""
    after = read(reply, step)
    assert not (isinstance(after, Final) and after.outcome.status is Fate.DELETED)
    for decision in (after, deleted(reply, step)):
        if isinstance(decision, Final) and decision.outcome.status in (Fate.DELETED, Fate.GONE):
            assert reply.http_status in (404, 410) or 200 <= (reply.http_status or 0) < 300


@given(REPLIES, STEPS)
def test_a_delete_needs_a_get_that_shows_the_contact(reply: Reply, step: Compare) -> None:
    """Nothing is deleted unless it was just seen as it was sent."""
    if isinstance(read(reply, step), SendNow):
        assert (reply.http_status, reply.contact) == (200, shown().contact)
        assert reply.contact is not None
        assert reply.contact.fields["name"] == "Ana"
    assert not isinstance(deleted(reply, step), SendNow)


@given(st.lists(REPLIES, min_size=20, max_size=20))
def test_unclear_answers_come_to_an_end(replies: list[Reply]) -> None:
    """Every contact has its outcome after a bounded number of unclear answers."""
    step, unclear = BEGUN, 0
    for reply in replies:
        after = read(reply, step)
        if not isinstance(after, SendLater):
            return
        _, again = compared_again(after)
        unclear += again != step
        step = again
    assert unclear <= POLICY.most_attempts


# The operation


ROW = Pending(seq=1, row=2, contact=SENT, uuid="u1")
OPERATION = DeleteOperation(Policy())


def test_a_contact_is_looked_at_first() -> None:
    """Nothing is deleted unseen."""
    assert OPERATION.first_step(ROW, START, 0.0) == SendLater(step=BEGUN)
    assert OPERATION.self_test_step() is None


def test_each_step_has_its_request() -> None:
    """By the contact's UUID."""
    assert OPERATION.request(BEGUN) == get_contact("u1")
    assert OPERATION.request(Delete(compare=BEGUN)) == delete_contact("u1")


@pytest.mark.parametrize("step", [BEGUN, Delete(compare=BEGUN)])
@pytest.mark.parametrize("is_in_flight", [False, True])
def test_what_is_given_up_leaves_nothing_to_record(step: DeleteStep, is_in_flight: bool) -> None:  # noqa: FBT001 - a table of cases
    """The journal has it in flight."""
    assert OPERATION.give_back(step, is_in_flight=is_in_flight) is None
