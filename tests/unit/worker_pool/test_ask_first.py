"""Asking before sending: the whole table, one case a line."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.journal_rows import Pending, Presence
from importer.model.policy import Existing, Gone, Policy
from importer.model.replies import Arrival, Outcome, RemoteContact, Reply, gone_outcome
from importer.model.requests import find_contact, find_number
from importer.model.rows import Contact, Status
from importer.model.stop import Stop
from importer.worker_pool.ask_first import AskDecision, AskFirst, after_ask, ask_request, needs_asking
from importer.worker_pool.create_outcomes import Attempt
from importer.worker_pool.operation import AskToken, Final, SendLater, SendNow
from importer.worker_pool.retry_decision import Post
from tests.support.virtual_time import START

CONTACT = Contact(identifier="34600111222", source="whatsapp", name="Ana", channel_uuid="c1")
MEXICAN = replace(CONTACT, identifier="+52 55 1234 5678", normalised="525512345678")
ATTEMPT, OF_MEXICAN = (Attempt(contact=contact, first_sent_at=START) for contact in (CONTACT, MEXICAN))
STEP = AskFirst(attempt=ATTEMPT)
POLICY = Policy(most_look_ups=3)
THERE = RemoteContact(uuid="u1", href="h1", identifier="34600111222", created_at=START - timedelta(days=1))
ANOTHER = replace(THERE, identifier="34600999999")
NEVER = Reply(arrival=Arrival.NEVER, message="the connection was refused")
UNKNOWN = Reply(arrival=Arrival.UNKNOWN, message="no answer in time")


def answer(status: int, message: str = "", contact: RemoteContact | None = None) -> Reply:
    """Return a whole response."""
    return Reply(arrival=Arrival.ANSWERED, http_status=status, message=message, contact=contact)


NOT_FOUND = answer(404, "not found")
PROXY_PAGE = replace(NOT_FOUND, is_proxy_page=True)


def asked(reply: Reply, step: AskFirst = STEP) -> AskDecision:
    """Decide on a look-up's reply."""
    return after_ask(reply, step, POLICY, 0.5)


def outcome_of(decision: AskDecision) -> Outcome:
    """Return the outcome of a decision that is one."""
    assert isinstance(decision, Final)
    return decision.outcome


def test_who_is_there_is_left() -> None:
    """Whenever it was made: nothing was sent, so that it is not ours."""
    for contact in (THERE, replace(THERE, created_at=None), replace(THERE, created_at=START + timedelta(days=1))):
        outcome = outcome_of(asked(answer(200, contact=contact)))
        assert (outcome.status, outcome.code, outcome.uuid, outcome.href) == (Status.EXISTS, "exists", "u1", "h1")
        assert not outcome.is_ours


def test_who_is_not_there_is_created_at_once() -> None:
    """One answer is enough, for nobody has just made it; the POST leaves before any other request."""
    assert asked(NOT_FOUND) == SendNow(step=Post(attempt=ATTEMPT))


def test_a_number_with_two_forms_is_asked_for_in_both() -> None:
    """In the form as it is written first; only when neither is there it is created."""
    step = AskFirst(attempt=OF_MEXICAN)
    assert ask_request(step) == find_contact(MEXICAN) == find_number("525512345678", "c1")
    other = replace(step, in_other_form=True)
    assert asked(NOT_FOUND, replace(step, failures=2)) == SendNow(step=other)
    assert ask_request(other) == find_number("5215512345678", "c1")
    assert asked(NOT_FOUND, other) == SendNow(step=Post(attempt=OF_MEXICAN))
    shown = answer(200, contact=replace(THERE, identifier="5215512345678"))
    assert outcome_of(asked(shown, other)).status is Status.EXISTS


@pytest.mark.parametrize("number", ["5215512345678", "5491155556666", "5511991234567", "551191234567"])
def test_the_longer_form_has_a_shorter_one(number: str) -> None:
    """Argentina's 9 and Brazil's too; what has one form has no other request."""
    step = AskFirst(attempt=Attempt(contact=replace(CONTACT, identifier=number), first_sent_at=START))
    other = ask_request(replace(step, in_other_form=True)).path
    assert isinstance(asked(NOT_FOUND, step), SendNow)
    assert other != ask_request(step).path


@pytest.mark.parametrize(
    "reply",
    [
        NEVER,
        UNKNOWN,
        PROXY_PAGE,
        answer(408),
        answer(500),
        answer(503),
        answer(200),
        answer(204),
        answer(200, contact=ANOTHER),
    ],
)
def test_without_a_clear_answer_it_is_asked_again_and_never_sent(reply: Reply) -> None:
    """After a backoff, as often as the policy says; then the row has failed, for nothing was sent."""
    again = asked(reply)
    assert again == SendLater(step=replace(STEP, failures=1), wait_seconds=1.0, is_retry=True)
    outcome = outcome_of(asked(reply, replace(STEP, failures=2)))
    assert (outcome.status, outcome.code) == (Status.FAILED, "not_asked")
    assert "Callbell did not say whether it is there, so it was not sent" in outcome.reason


def test_a_throttled_look_up_is_made_again_whatever_the_number_of_times() -> None:
    """A 429 says nothing of the contact."""
    worn = replace(STEP, failures=2)
    assert asked(answer(429), worn) == SendLater(step=worn)


@pytest.mark.parametrize("status", [400, 406, 410, 422])
def test_a_refused_look_up_fails_the_row(status: int) -> None:
    """The same question would be refused again; the service's words are in the reason."""
    outcome = outcome_of(asked(answer(status, "bad number")))
    assert (outcome.status, outcome.code, outcome.http_status) == (Status.FAILED, "look_up_refused", status)
    assert outcome.reason.endswith("bad number")


def test_a_forbidden_look_up_may_mean_the_token() -> None:
    """So it is asked first whether that is good."""
    decision = asked(answer(403, "no"))
    assert isinstance(decision, AskToken)
    assert decision.otherwise.code == "look_up_refused"


@pytest.mark.parametrize("reply", [answer(401), answer(301), answer(405), replace(NEVER, fatal=True)])
def test_what_ends_every_run_ends_it(reply: Reply) -> None:
    """A refused token, a redirection, a bad certificate."""
    assert isinstance(asked(reply), Stop)


@pytest.mark.parametrize("gone", Gone)
def test_a_deleted_contact_that_is_still_shown_is_not_met(gone: Gone) -> None:
    """A look-up that lags behind the GET is no meeting with what is gone; before a POST it is no answer."""
    step, policy = replace(STEP, attempt=replace(STEP.attempt, gone_uuid="u1")), replace(POLICY, gone=gone)
    unclear = after_ask(UNKNOWN, step, policy, 0.5)
    expected = unclear if gone is Gone.RECREATE else Final(outcome=gone_outcome("u1", 200))
    assert after_ask(answer(200, contact=THERE), step, policy, 0.5) == expected
    assert outcome_of(asked(answer(200, contact=replace(THERE, uuid="u2")), step)).uuid == "u2"


@pytest.mark.parametrize("existing", Existing)
@pytest.mark.parametrize("presence", Presence)
@pytest.mark.parametrize("source", ["whatsapp", "telegram", "instagram", "facebook"])
def test_who_is_asked_for(existing: Existing, presence: Presence, source: str) -> None:
    """WhatsApp contacts of which nothing is known, unless rows are to be POSTed unasked."""
    row = Pending(seq=1, row=2, contact=replace(CONTACT, source=source), presence=presence)
    expected = (existing is not Existing.CREATE, presence, source) == (True, Presence.UNKNOWN, "whatsapp")
    assert needs_asking(row, Policy(existing=existing)) is expected


@given(
    status=st.one_of(st.none(), st.integers(100, 599)),
    arrival=st.sampled_from(Arrival),
    contact=st.sampled_from([None, THERE, ANOTHER]),
    step=st.builds(
        AskFirst,
        attempt=st.sampled_from([ATTEMPT, OF_MEXICAN]),
        in_other_form=st.booleans(),
        failures=st.integers(0, 2),
    ),
    is_proxy_page=st.booleans(),
)
def test_only_a_not_found_of_the_service_itself_leads_to_a_post(
    status: int | None,
    arrival: Arrival,
    contact: RemoteContact | None,
    step: AskFirst,
    is_proxy_page: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    """Whatever else is answered, nothing is sent."""
    reply = Reply(arrival=arrival, http_status=status, contact=contact, is_proxy_page=is_proxy_page)
    decision = after_ask(reply, step, POLICY, 0.5)
    posts = isinstance(decision, SendNow | SendLater) and isinstance(decision.step, Post)
    assert not posts or (status == 404 and not is_proxy_page)
