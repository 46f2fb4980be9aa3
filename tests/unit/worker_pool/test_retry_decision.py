"""The retry decision: its whole table, one case a line."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.policy import Ambiguous, Policy, backoff_seconds
from importer.model.replies import Arrival, Outcome, RemoteContact, Reply
from importer.model.rows import Contact, Status
from importer.model.stop import Stop
from importer.worker_pool.create_outcomes import Attempt, in_doubt
from importer.worker_pool.operation import AskToken, Final, SendLater
from importer.worker_pool.retry_decision import (
    LookUp,
    Post,
    PostDecision,
    after_look_up,
    after_post,
    resume,
)
from tests.support.virtual_time import START

CONTACT = Contact(identifier="34600111222", source="whatsapp", name="Ana")
INSTAGRAM = replace(CONTACT, source="instagram", identifier="ana.shop")
ATTEMPT = Attempt(contact=CONTACT, first_sent_at=START)
POLICY = Policy()
MADE_NOW = RemoteContact(uuid="u1", href="h1", identifier="34600111222", created_at=START)
MADE_BEFORE = replace(MADE_NOW, created_at=START - timedelta(days=1))
NEVER = Reply(arrival=Arrival.NEVER, message="the connection was refused")
UNKNOWN = Reply(arrival=Arrival.UNKNOWN, message="no answer in time")


def answer(status: int, message: str = "", contact: RemoteContact | None = None, **more: float) -> Reply:
    """Return a whole response."""
    return Reply(arrival=Arrival.ANSWERED, http_status=status, message=message, contact=contact, **more)  # type: ignore[arg-type]  # the numbers go to number fields


def after(reply: Reply, attempt: Attempt = ATTEMPT, jitter: float = 1.0) -> PostDecision:
    """Decide on a POST's reply with the default policy."""
    return after_post(reply, attempt, POLICY, jitter)


def looked_up(reply: Reply, attempt: Attempt = ATTEMPT, *, in_other_form: bool = False) -> PostDecision:
    """Decide on a look-up's reply with the default policy."""
    return after_look_up(reply, LookUp(attempt=attempt, in_other_form=in_other_form), POLICY, 1.0)


def look_up_in(decision: PostDecision) -> tuple[float, Attempt]:
    """Return after how many seconds a decision has the contact looked up, and what was done for it."""
    assert isinstance(decision, SendLater)
    assert isinstance(decision.step, LookUp)
    return decision.wait_seconds, decision.step.attempt


def post_in(decision: PostDecision) -> tuple[float, Attempt]:
    """Return after how many seconds a decision has the contact sent again, and what was done for it."""
    assert isinstance(decision, SendLater)
    assert isinstance(decision.step, Post)
    return decision.wait_seconds, decision.step.attempt


def outcome_of(decision: PostDecision) -> Outcome:
    """Return the outcome of a decision that is one."""
    assert isinstance(decision, Final)
    return decision.outcome


@pytest.mark.parametrize("status", [200, 201, 202, 208])
def test_a_contact_in_a_2xx_answer_is_created(status: int) -> None:
    """A 2xx answer with a contact that is as old as the request says created, with its uuid."""
    outcome = outcome_of(after(answer(status, contact=MADE_NOW)))
    assert (outcome.status, outcome.uuid, outcome.href, outcome.http_status) == (Status.CREATED, "u1", "h1", status)


def test_a_contact_older_than_the_request_was_there_before() -> None:
    """A 200 whose contact was made before the request left says exists, by the service's clock."""
    assert outcome_of(after(answer(200, contact=MADE_BEFORE))).status is Status.EXISTS


@pytest.mark.parametrize(("skew_seconds", "status"), [(3600.0, Status.EXISTS), (-3600.0, Status.CREATED)])
def test_the_services_clock_decides(skew_seconds: float, status: Status) -> None:
    """A contact made half an hour ago by a clock that is an hour off is judged by that clock."""
    made = replace(MADE_NOW, created_at=START + timedelta(seconds=skew_seconds / 2))
    assert outcome_of(after(answer(201, contact=made, clock_skew_seconds=skew_seconds))).status is status


@pytest.mark.parametrize("status", [100, 200, 201, 204, 299, 402, 406, 408, 418, 500, 502, 503, 504, 599])
def test_whatever_may_have_arrived_is_looked_up(status: int) -> None:
    """A 2xx without a uuid, a 408, a 5xx and every status that nobody listed wait the settle time and are looked up."""
    decision = after(answer(status, "odd"))
    wait_seconds, attempt = look_up_in(decision)
    assert wait_seconds == POLICY.settle_seconds
    assert attempt.doubted == answer(status, "odd")


def test_no_answer_is_looked_up() -> None:
    """A timeout or a reset is looked up after the settle time."""
    assert look_up_in(after(UNKNOWN))[0] == POLICY.settle_seconds


def test_a_contact_that_cannot_be_looked_up_stays_in_doubt() -> None:
    """A source without a look-up by identifier ends in doubt, saying why."""
    outcome = outcome_of(after(UNKNOWN, replace(ATTEMPT, contact=INSTAGRAM)))
    assert outcome.status is Status.IN_DOUBT
    assert "instagram" in outcome.reason


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_a_refusal_is_final(status: int) -> None:
    """A refusal fails at once, with the service's own words."""
    outcome = outcome_of(after(answer(status, "Name is too long")))
    assert (outcome.status, outcome.http_status) == (Status.FAILED, status)
    assert "Name is too long" in outcome.reason


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ('Tag "x" does not exist', "tag_unknown"),
        ("Custom field is unknown", "custom_field_refused"),
        ("assigned_user is unknown", "assigned_user_unknown"),
        ("Team not found", "team_unknown"),
        ("Channel not found", "channel_unknown"),
        ("Phone is wrong", "phone_refused"),
        ("No", "refused"),
        ("", "refused"),
    ],
)
def test_a_refusal_has_a_short_word(message: str, code: str) -> None:
    """What the service refuses is grouped by the field that its words name."""
    assert outcome_of(after(answer(422, message))).code == code


@pytest.mark.parametrize("message", ["Contact already exists", "phone has already been taken", "duplicate contact"])
def test_a_refusal_that_says_it_exists_is_looked_up(message: str) -> None:
    """A refusal because the contact is there is looked up at once, and found says exists, with its uuid."""
    wait_seconds, attempt = look_up_in(after(answer(422, message)))
    assert wait_seconds == 0.0
    outcome = outcome_of(looked_up(answer(200, contact=MADE_NOW), attempt))
    assert (outcome.status, outcome.uuid) == (Status.EXISTS, "u1")


def test_a_refusal_that_says_it_exists_but_is_not_found_failed() -> None:
    """It is looked up once more after the settle time; what the service does not show then is not sent again."""
    _, attempt = look_up_in(after(answer(422, "already taken")))
    wait_seconds, second = look_up_in(looked_up(answer(404), attempt))
    assert wait_seconds == POLICY.settle_seconds
    outcome = outcome_of(looked_up(answer(404), second))
    assert (outcome.status, outcome.code, outcome.http_status) == (Status.FAILED, "not_shown", 422)
    assert "(already taken): the service says that it is there and does not show it." in outcome.reason


@pytest.mark.parametrize(
    ("status", "message"), [(409, ""), (409, "archived"), (402, "already there"), (410, "taken"), (422, "duplicate")]
)
def test_a_conflict_or_any_refusal_that_says_so_is_looked_up_at_once(status: int, message: str) -> None:
    """Look-ups from before that POST say nothing about it."""
    worn = replace(ATTEMPT, not_found_count=2, look_ups=5)
    wait_seconds, attempt = look_up_in(after(answer(status, message), worn))
    assert (wait_seconds, attempt.said_exists, attempt.not_found_count, attempt.look_ups) == (0.0, True, 0, 0)


def test_a_refusal_that_says_it_exists_is_believed_where_nothing_can_be_asked() -> None:
    """A source without a look-up takes the service's word that the contact exists."""
    decision = after(answer(422, "already exists"), replace(ATTEMPT, contact=INSTAGRAM))
    assert outcome_of(decision).status is Status.EXISTS


def test_a_rate_limit_costs_no_attempt() -> None:
    """A 429 sends the row again without counting against it, whatever the number of times."""
    worn = replace(ATTEMPT, posts=POLICY.most_attempts)
    assert after(answer(429), worn) == SendLater(step=Post(attempt=worn))


def test_what_never_arrived_is_sent_again_with_backoff() -> None:
    """A refused connection is tried again after a growing wait, and given up after the policy's attempts."""
    again = Post(attempt=replace(ATTEMPT, posts=2))
    assert after(NEVER, jitter=0.5) == SendLater(step=again, wait_seconds=1.0, is_retry=True)
    outcome = outcome_of(after(NEVER, replace(ATTEMPT, posts=POLICY.most_attempts)))
    assert (outcome.status, outcome.code) == (Status.FAILED, "unreachable")


def test_outcomes_say_all_that_is_known() -> None:
    """Status, UUID, address, HTTP's status and the whole reason, whatever led to them."""
    assert outcome_of(after(NEVER, replace(ATTEMPT, posts=6))) == Outcome(
        status=Status.FAILED,
        code="unreachable",
        reason="The service could not be reached 6 times: the connection was refused.",
    )
    there = "It was in Callbell before; it was left as it is."
    assert outcome_of(after(answer(200, contact=MADE_BEFORE))) == Outcome(
        status=Status.EXISTS, code="exists", uuid="u1", href="h1", http_status=200, reason=there
    )
    told = after(answer(422, "already exists"), replace(ATTEMPT, contact=INSTAGRAM))
    assert outcome_of(told) == Outcome(status=Status.EXISTS, code="exists", http_status=422, reason=there)
    assert outcome_of(after(UNKNOWN, replace(ATTEMPT, contact=INSTAGRAM))).reason == (
        "It was sent, but no clear answer came (no answer in time), and the service cannot be asked for a instagram"
        " contact by its identifier."
    )
    other = replace(MADE_NOW, identifier="34600999888")
    assert outcome_of(looked_up(answer(200, contact=other))).reason.endswith(
        ", and the service answered with a contact of another number."
    )
    resent = after_post(UNKNOWN, replace(ATTEMPT, posts=6), Policy(ambiguous=Ambiguous.RESEND), 1.0)
    assert "(no answer in time), each of 6 times." in outcome_of(resent).reason


@pytest.mark.parametrize("look_ups", [0, 3, 8])
def test_unanswered_look_ups_wait_longer_and_longer(look_ups: int) -> None:
    """With full jitter: up to 2, 4, 8 .. 60 s."""
    decision = after_look_up(UNKNOWN, LookUp(attempt=replace(ATTEMPT, look_ups=look_ups)), POLICY, 0.5)
    assert look_up_in(decision)[0] == 0.5 * min(60.0, 2.0 ** (look_ups + 1))


def test_a_proxys_page_is_no_witness() -> None:
    """A 404 without the service's JSON does not say that the contact is not there: it is looked up again."""
    attempt = Attempt(contact=CONTACT, first_sent_at=START, doubted=answer(504))
    page = replace(answer(404), is_proxy_page=True)
    _, again = look_up_in(looked_up(page, attempt))
    assert again.not_found_count == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 401, 404, 405])
def test_a_misconfigured_service_stops_the_run(status: int) -> None:
    """A refused token, a redirect and a missing endpoint stop everything: every row would meet them."""
    decision = after(answer(status))
    assert isinstance(decision, Stop)
    assert decision.hint


def test_a_bad_certificate_stops_the_run() -> None:
    """A certificate that is not good stops the run, for POSTs and look-ups."""
    fatal = replace(NEVER, fatal=True)
    assert isinstance(after(fatal), Stop)
    assert isinstance(looked_up(fatal), Stop)


@pytest.mark.parametrize("status", [429, 503])
def test_a_long_hold_ends_the_run(status: int) -> None:
    """A service that asks for hours ends the run; minutes are waited for."""
    assert isinstance(after(answer(status, retry_after_seconds=7200.0)), Stop)
    assert not isinstance(after(answer(status, retry_after_seconds=60.0)), Stop)


def test_a_forbidden_row_asks_about_the_token() -> None:
    """A 403 may be about the row or about the token, so the token is asked about."""
    decision = after(answer(403, "not yours"))
    assert isinstance(decision, AskToken)
    assert decision.otherwise.status is Status.FAILED


def test_two_not_founds_are_needed_before_a_row_is_sent_again() -> None:
    """The first "not there" waits for a second; only then is the row sent again."""
    doubted = replace(ATTEMPT, doubted=UNKNOWN)
    wait_seconds, attempt = look_up_in(looked_up(answer(404), doubted))
    assert wait_seconds == POLICY.not_found_gap_seconds
    assert post_in(looked_up(answer(404), attempt))[1].posts == 2


def test_a_new_doubt_needs_new_look_ups() -> None:
    """Look-ups from before a POST say nothing about it."""
    _, attempt = look_up_in(after(UNKNOWN, replace(ATTEMPT, not_found_count=2)))
    assert attempt.not_found_count == 0


@pytest.mark.parametrize(
    ("doubted", "code"), [(answer(500, "broken"), "server_error"), (UNKNOWN, "no_answer"), (None, "no_answer")]
)
def test_a_row_that_is_not_there_after_all_attempts_failed(doubted: Reply | None, code: str) -> None:
    """After the policy's attempts a row that is surely not there has failed, with the last reply as its reason."""
    worn = replace(ATTEMPT, posts=POLICY.most_attempts, not_found_count=1, doubted=doubted)
    outcome = outcome_of(looked_up(answer(404), worn))
    assert (outcome.status, outcome.code) == (Status.FAILED, code)


def test_a_found_contact_of_ours_is_created() -> None:
    """A look-up that finds a contact made since the POST says created; an older one says exists."""
    doubted = replace(ATTEMPT, doubted=UNKNOWN)
    assert outcome_of(looked_up(answer(200, contact=MADE_NOW), doubted)).status is Status.CREATED
    assert outcome_of(looked_up(answer(200, contact=MADE_BEFORE), doubted)).status is Status.EXISTS


def test_another_number_settles_nothing() -> None:
    """A look-up that answers with another number leaves the row in doubt."""
    other = replace(MADE_NOW, identifier="34600999888")
    assert outcome_of(looked_up(answer(200, contact=other))).status is Status.IN_DOUBT


def test_a_number_without_digits_is_taken_as_asked() -> None:
    """A look-up whose contact shows no number is believed: it was asked for by number."""
    hidden = replace(MADE_NOW, identifier="")
    assert outcome_of(looked_up(answer(200, contact=hidden))).status is Status.CREATED


@pytest.mark.parametrize("reply", [NEVER, UNKNOWN, answer(500), answer(200), answer(400), answer(503)])
def test_a_look_up_without_an_answer_is_asked_again_and_then_in_doubt(reply: Reply) -> None:
    """Look-ups that get no clear answer are repeated with backoff; after ten the row stays in doubt."""
    assert look_up_in(looked_up(reply))[1].look_ups == 1
    worn = replace(ATTEMPT, look_ups=POLICY.most_look_ups - 1)
    assert outcome_of(looked_up(reply, worn)).status is Status.IN_DOUBT


def test_a_throttled_look_up_costs_nothing() -> None:
    """A 429 on a look-up asks again as it was."""
    assert looked_up(answer(429)) == SendLater(step=LookUp(attempt=ATTEMPT))


def test_a_refused_token_stops_a_look_up() -> None:
    """A 401 on a look-up stops the run."""
    assert isinstance(looked_up(answer(401)), Stop)


def test_a_row_of_an_earlier_run_waits_the_settle_time_of_this_one() -> None:
    """A row that another run left in doubt is looked up when this run has lasted as long."""
    assert look_up_in(resume(ATTEMPT, 30.0, POLICY)) == (60.0, ATTEMPT)
    assert look_up_in(resume(ATTEMPT, 3600.0, POLICY)) == (0.0, ATTEMPT)
    assert outcome_of(resume(replace(ATTEMPT, contact=INSTAGRAM), 0.0, POLICY)).status is Status.IN_DOUBT


REFUSED_BEFORE = replace(ATTEMPT, was_refused=True)


@pytest.mark.parametrize("said_exists", [False, True])
def test_the_other_form_of_a_number_is_looked_up_too(said_exists: bool) -> None:  # noqa: FBT001 - a table of cases
    """At once; what is found there is the contact, and what is in neither form is looked up once more."""
    mexican = replace(ATTEMPT.contact, identifier="525512345678")
    attempt = replace(ATTEMPT, contact=mexican, said_exists=said_exists)
    assert looked_up(answer(404), attempt) == SendLater(step=LookUp(attempt=attempt, in_other_form=True))
    there = answer(200, contact=replace(MADE_BEFORE, identifier="5215512345678"))
    found = looked_up(there, attempt, in_other_form=True)
    assert isinstance(found, Final)
    assert (found.outcome.status, found.outcome.uuid) == (Status.EXISTS, "u1")
    wait_seconds, missed = look_up_in(looked_up(answer(404), attempt, in_other_form=True))
    assert missed.not_found_count == 1
    assert wait_seconds == (POLICY.settle_seconds if said_exists else POLICY.not_found_gap_seconds)


def test_a_row_that_was_refused_before_is_looked_up_at_once_and_then_sent() -> None:
    """Two look-ups must say that it is not there; then it is a row as any other, whatever is thought of look-ups."""
    for policy in (POLICY, Policy(ambiguous=Ambiguous.STRICT)):
        wait_seconds, attempt = look_up_in(resume(REFUSED_BEFORE, 0.0, policy))
        assert wait_seconds == 0.0
        wait_seconds, second = look_up_in(after_look_up(answer(404), LookUp(attempt=attempt), policy, 1.0))
        assert wait_seconds == policy.not_found_gap_seconds
        sent = after_look_up(answer(404), LookUp(attempt=second), policy, 1.0, is_blind=True)
        assert isinstance(sent, SendLater)
        assert (sent.wait_seconds, sent.is_retry) == (0.0, False)
        assert not post_in(sent)[1].was_refused
        assert post_in(sent)[1].posts == 1


def test_a_row_that_was_refused_before_may_be_there() -> None:
    """Some services refuse, and make the contact all the same."""
    assert outcome_of(looked_up(answer(200, contact=MADE_NOW), REFUSED_BEFORE)).uuid == "u1"


def test_a_row_that_was_refused_before_and_cannot_be_asked_for_is_sent() -> None:
    """Else a mistake in it could never be corrected."""
    unasked = replace(REFUSED_BEFORE, contact=INSTAGRAM)
    assert resume(unasked, 0.0, POLICY) == SendLater(step=Post(attempt=unasked))
    resend = Policy(ambiguous=Ambiguous.RESEND)
    assert resume(REFUSED_BEFORE, 0.0, resend) == SendLater(step=Post(attempt=REFUSED_BEFORE))


ANOTHER = replace(MADE_NOW, uuid="u9", identifier="34600999888")


@pytest.mark.parametrize("status", [200, 201, 202])
def test_an_answer_with_another_numbers_contact_is_not_believed(status: int) -> None:
    """Nobody knows what became of the row: it waits the settle time and is looked up, whatever the policy."""
    for policy in (POLICY, Policy(ambiguous=Ambiguous.RESEND)):
        reply = answer(status, contact=ANOTHER)
        decision = after_post(reply, replace(ATTEMPT, not_found_count=1, look_ups=3), policy, 1.0)
        assert look_up_in(decision) == (policy.settle_seconds, replace(ATTEMPT, doubted=reply))


def test_a_row_that_was_answered_with_another_number_is_never_sent_again() -> None:
    """Found, it is what it is; not found twice, it stays in doubt."""
    _, attempt = look_up_in(after(answer(201, contact=ANOTHER)))
    assert outcome_of(looked_up(answer(200, contact=MADE_NOW), attempt)).uuid == "u1"
    _, second = look_up_in(looked_up(answer(404), attempt))
    outcome = outcome_of(looked_up(answer(404), second))
    assert (outcome.status, outcome.uuid) == (Status.IN_DOUBT, "")
    assert "another number" in outcome.reason
    assert "status 201" in outcome.reason


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("5215512345678", "525512345678"),
        ("541123456789", "5491123456789"),
        ("5511987654321", "551187654321"),
        ("+34 600-111-222", "34600111222"),
    ],
)
def test_the_two_forms_of_a_number_are_one(sent: str, answered: str) -> None:
    """In the answer to a POST and to a look-up, however it is written."""
    attempt = replace(ATTEMPT, contact=replace(CONTACT, identifier=sent))
    reply = answer(200, contact=replace(MADE_NOW, identifier=answered))
    assert outcome_of(after(reply, attempt)).uuid == "u1"
    assert outcome_of(looked_up(reply, attempt)).uuid == "u1"


def test_a_number_that_was_written_without_its_country_is_known_by_it() -> None:
    """The service answers with the whole number."""
    attempt = replace(ATTEMPT, contact=replace(CONTACT, identifier="600 111 222", normalised="34600111222"))
    assert outcome_of(after(answer(201, contact=MADE_NOW), attempt)).uuid == "u1"


def test_only_phone_numbers_are_compared() -> None:
    """An Instagram contact may have a phone number that nobody sent."""
    outcome = outcome_of(after(answer(201, contact=ANOTHER), replace(ATTEMPT, contact=INSTAGRAM)))
    assert (outcome.status, outcome.uuid) == (Status.CREATED, "u9")


LEFT_BY = START + timedelta(seconds=1.5)


@pytest.mark.parametrize(
    ("status", "created_at", "left_by", "is_ours"),
    [
        (201, None, None, True),
        (201, START, LEFT_BY, True),
        (200, LEFT_BY, LEFT_BY, True),
        (202, LEFT_BY + timedelta(seconds=5), LEFT_BY, True),
        (200, LEFT_BY - timedelta(milliseconds=1), LEFT_BY, False),
        (200, START, None, False),
        (200, None, LEFT_BY, False),
    ],
)
def test_only_what_the_answer_proves_is_ours(
    status: int,
    created_at: datetime | None,
    left_by: datetime | None,
    is_ours: bool,  # noqa: FBT001 - a table of cases
) -> None:
    """A 201, or a contact that was made after the request had left, by the service's own clock."""
    reply = replace(answer(status, contact=replace(MADE_NOW, created_at=created_at)), left_by=left_by)
    outcome = outcome_of(after(reply))
    assert (outcome.status, outcome.is_ours) == (Status.CREATED, is_ours)


def test_what_a_look_up_finds_is_not_proved_to_be_ours() -> None:
    """However new it is: anybody may have made it while we waited."""
    doubted = replace(ATTEMPT, doubted=UNKNOWN)
    newer = replace(MADE_NOW, created_at=START + timedelta(seconds=30))
    for status in (200, 201):
        reply = replace(answer(status, contact=newer), left_by=START)
        decision = looked_up(reply, doubted)
        assert not (isinstance(decision, Final) and decision.outcome.is_ours)


@pytest.mark.parametrize("seconds", [2.0, 5.0])
def test_what_was_made_a_little_before_was_there(seconds: float) -> None:
    """Neither created nor ours, not even with a 201; `createdAt` may be in whole seconds, so one is allowed for."""
    before = replace(MADE_NOW, created_at=START - timedelta(seconds=seconds))
    for status in (200, 201):
        outcome = outcome_of(after(answer(status, contact=before)))
        assert (outcome.status, outcome.is_ours) == (Status.EXISTS, False)
    whole = replace(MADE_NOW, created_at=START - timedelta(seconds=0.999))
    assert outcome_of(after(answer(200, contact=whole))).status is Status.CREATED


@pytest.mark.parametrize("status", [408, 410, 425, 500, 502, 503, 504])
def test_only_a_404_says_not_there(status: int) -> None:
    """A gateway's error on a look-up is no answer, however often it comes."""
    doubted = replace(ATTEMPT, doubted=UNKNOWN, not_found_count=1)
    wait_seconds, again = look_up_in(looked_up(answer(status), doubted))
    assert (again.not_found_count, again.look_ups) == (1, 1)
    assert wait_seconds > 0.0


def test_a_not_found_is_an_answer() -> None:
    """The count of look-ups without one begins anew; so does it with a new doubt."""
    assert look_up_in(looked_up(answer(404), replace(ATTEMPT, look_ups=9)))[1].look_ups == 0
    assert look_up_in(after(UNKNOWN, replace(ATTEMPT, look_ups=9)))[1].look_ups == 0


def test_in_doubt_says_what_was_seen() -> None:
    """The reason of a row in doubt holds the last reply's words, or that the run was cut off."""
    assert "no answer in time" in in_doubt(replace(ATTEMPT, doubted=UNKNOWN), "so").reason
    assert "cut off" in in_doubt(ATTEMPT, "so").reason


@given(number=st.integers(1, 10_000), jitter=st.floats(0, 1))
def test_backoff_stays_under_its_cap(number: int, jitter: float) -> None:
    """The wait is never negative and never above the cap, however often it failed."""
    assert 0.0 <= backoff_seconds(number, 60.0, jitter) <= 60.0


@given(
    arrival=st.sampled_from(Arrival),
    status=st.none() | st.integers(100, 599),
    found=st.sampled_from([None, MADE_NOW, MADE_BEFORE]),
    message=st.text(max_size=20),
    posts=st.integers(1, 10),
)
def test_only_what_surely_made_no_contact_is_sent_again(
    arrival: Arrival, status: int | None, found: RemoteContact | None, message: str, posts: int
) -> None:
    """Of all replies to a POST only a 429 and what never arrived lead straight to another POST."""
    reply = Reply(arrival=arrival, http_status=status, contact=found, message=message)
    decision = after(reply, replace(ATTEMPT, posts=posts))
    if isinstance(decision, SendLater) and isinstance(decision.step, Post):
        assert arrival is Arrival.NEVER or status == 429


def test_resend_gives_a_row_up_in_doubt() -> None:
    """Sent again unasked, a row that never gets a clear answer ends in doubt: it may be there, several times."""
    policy = Policy(ambiguous=Ambiguous.RESEND)
    assert post_in(after_post(UNKNOWN, ATTEMPT, policy, 1.0))[1].posts == 2
    worn = replace(ATTEMPT, posts=policy.most_attempts)
    assert outcome_of(after_post(UNKNOWN, worn, policy, 1.0)).status is Status.IN_DOUBT
    assert resume(ATTEMPT, 0.0, policy) == SendLater(step=Post(attempt=ATTEMPT))
