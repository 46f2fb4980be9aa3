"""What follows from each reply to the GET and the PATCH of an update."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.changes import ContactChange
from importer.model.journal_rows import Pending, Presence
from importer.model.policy import OnConflict, Policy
from importer.model.replies import Arrival, Outcome, RemoteContact, Reply
from importer.model.requests import get_contact, patch_contact
from importer.model.rows import Contact, Status
from importer.model.stop import Stop
from importer.worker_pool.operation import AskToken, Final, SendLater, SendNow
from importer.worker_pool.update import (
    Deleted,
    GetContact,
    Patch,
    UpdateDecision,
    UpdateStep,
    after_get_contact,
    after_patch,
    first_update_step,
    give_back_update,
    update_intent,
    update_request,
    updated,
)
from tests.support.callbell_contacts import CONTACTS, ROWS, cleared, described, patched
from tests.support.pools import NEVER, NO_ANSWER, answer

BASE = Contact(identifier="1", source="whatsapp", name="Ana", note="likes boats", tags=("VIP",))
NOW = replace(BASE, name="Ana Maria", custom_fields={"Address": "Main Street 1"})
BEGUN = GetContact(uuid="u1", contact=NOW, base=BASE)
POLICY = Policy(most_attempts=3, most_look_ups=4)
PROXY_PAGE = replace(answer(404), is_proxy_page=True)
DOUBTED = ContactChange(uuid="u1", after={"name": "Ana Maria", "note": "x"}, before={"name": "Ana", "note": "y"})


def showing(contact: Contact = BASE, status: int = 200, **fields: Any) -> Reply:
    """Return the reply that shows a contact, as it was sent unless told otherwise."""
    found = described(contact)
    fields = {**found.fields, **fields}
    return answer(status, contact=replace(found, uuid=str(fields["uuid"]), fields=fields))


def read(reply: Reply, step: GetContact = BEGUN, policy: Policy = POLICY) -> UpdateDecision | Deleted:
    """Decide after a GET."""
    return after_get_contact(reply, step, policy, 0.5)


def patch(step: GetContact = BEGUN, has: Contact = BASE) -> Patch:
    """Return the PATCH that follows from a GET."""
    decided = read(showing(has), step)
    assert isinstance(decided, SendNow)
    assert isinstance(decided.step, Patch)
    return decided.step


BEGUN_PATCH = patch()


def sent(reply: Reply, step: Patch = BEGUN_PATCH) -> UpdateDecision:
    """Decide after a PATCH."""
    return after_patch(reply, step, POLICY, 0.5)


def outcome(decision: UpdateDecision | Deleted) -> Outcome:
    """Return the outcome of a decision that is one."""
    assert isinstance(decision, Final)
    return decision.outcome


def read_again(decision: UpdateDecision | Deleted) -> tuple[float, GetContact]:
    """Return after how many seconds a decision has the contact read again, and what was done before."""
    assert isinstance(decision, SendLater)
    assert isinstance(decision.step, GetContact)
    return decision.wait_seconds, decision.step


# The steps


def test_an_earlier_runs_post_is_not_waited_for() -> None:
    """The contact that it was to make is there."""
    posted = ContactChange(uuid="", after={"name": "Ana"})
    row = Pending(seq=1, row=2, contact=NOW, uuid="u1", base=BASE, doubts=(posted,))
    assert first_update_step(row, 0.0, POLICY) == SendLater(step=replace(BEGUN, doubts=(posted,)))


def test_an_update_begins_with_a_get() -> None:
    """Nothing is changed unseen."""
    row = Pending(seq=1, row=2, contact=NOW, uuid="u1", base=BASE, presence=Presence.THERE)
    assert first_update_step(row, 0.0, POLICY) == SendLater(step=BEGUN)
    assert update_request(BEGUN) == get_contact("u1")
    assert update_intent(BEGUN) is None


@pytest.mark.parametrize(("run_seconds", "wait_seconds"), [(0.0, 90.0), (30.0, 60.0), (200.0, 0.0)])
def test_an_earlier_runs_patch_is_waited_for(run_seconds: float, wait_seconds: float) -> None:
    """The service may still be working on it, and would replace what is PATCHed before."""
    row = Pending(seq=1, row=2, contact=NOW, uuid="u1", base=BASE, doubts=(DOUBTED,))
    begun = SendLater(step=replace(BEGUN, doubts=(DOUBTED,)), wait_seconds=wait_seconds)
    assert first_update_step(row, run_seconds, POLICY) == begun


def test_what_an_earlier_runs_patch_set_is_no_conflict() -> None:
    """No person gave it: the sheet has changed it since."""
    doubts = (ContactChange(uuid="u1", after={"name": "Ana M."}, before={"name": "Ana"}),)
    step = patch(replace(BEGUN, doubts=doubts), replace(BASE, name="Ana M."))
    assert (step.merge.change.after["name"], step.merge.conflicts) == ("Ana Maria", ())


def test_what_the_sheet_changed_is_sent_at_once() -> None:
    """Before any other request, for there is no ETag; what it changes and was before is known before it leaves."""
    assert dict(BEGUN_PATCH.merge.change.after) == {"name": "Ana Maria", "custom_fields.Address": "Main Street 1"}
    assert update_request(BEGUN_PATCH) == patch_contact(BEGUN_PATCH.merge.change)
    assert update_intent(BEGUN_PATCH) == BEGUN_PATCH.merge.change
    assert dict(BEGUN_PATCH.merge.change.before) == {"name": "Ana", "custom_fields.Address": ""}


def test_a_look_up_that_found_it_serves_as_the_get() -> None:
    """It shows the same, so it is not asked for twice."""
    met = GetContact(uuid="u1", contact=NOW)
    decided = read(showing(replace(BASE, note="", tags=())), met)
    assert isinstance(decided, SendNow)
    assert list(patch(met, replace(BASE, note="", tags=())).merge.change.after) == [
        "tags",
        "note",
        "custom_fields.Address",
    ]


# The outcomes


def test_a_confirmed_patch_names_its_fields() -> None:
    """Custom fields by the names that people know."""
    done = outcome(sent(showing(NOW)))
    assert done == Outcome(
        status=Status.UPDATED,
        uuid="u1",
        href="h1",
        http_status=200,
        reason="Changed by this run: name, Address.",
        base=NOW,
    )
    assert updated(BEGUN_PATCH, 200) == done


def test_where_nothing_is_to_be_changed_nothing_is_sent() -> None:
    """The row exists as the sheet says."""
    done = outcome(read(showing(NOW)))
    assert done == Outcome(status=Status.EXISTS, uuid="u1", href="h1", http_status=200, base=NOW)


def test_a_first_meeting_says_what_it_left() -> None:
    """A person's values stay, and the row tells which."""
    met = GetContact(uuid="u1", contact=replace(NOW, custom_fields={}, tags=("VIP",), note="new"))
    left = outcome(read(showing(), met))
    assert (left.status, left.code) == (Status.EXISTS, "differs")
    assert left.reason == "It was in Callbell before; left as it is there: name, note."
    assert left.base == met.contact


def test_a_first_meeting_may_fill_some_and_leave_others() -> None:
    """Both are said."""
    met = GetContact(uuid="u1", contact=NOW)
    filled = outcome(sent(showing(NOW), patch(met)))
    assert (filled.status, filled.code) == (Status.UPDATED, "differs")
    assert filled.reason == "Changed by this run: Address. It was in Callbell before; left as it is there: name."


def test_a_conflict_has_both_values() -> None:
    """The base keeps the field, so that the next run finds the conflict again."""
    now = cleared(replace(BASE, name="Ana Maria", tags=()), ("note",))
    has = replace(BASE, name="Anita", note="called\x1b[31m twice")
    left = outcome(read(showing(has), replace(BEGUN, contact=now)))
    assert (left.status, left.code) == (Status.EXISTS, "conflict")
    assert left.reason == (
        "Changed in the sheet, and by somebody in Callbell, so left as it is: "
        'name: the sheet says "Ana Maria", Callbell has "Anita"; '
        'note: the sheet says nothing, Callbell has "called twice".'
    )
    assert left.base is not None
    assert (left.base.name, left.base.note, left.base.tags) == ("Ana", "likes boats", ("VIP",))


def test_a_field_that_is_sent_for_the_first_time_is_changed_by_nobody() -> None:
    """Its column is new in the list, and Callbell has a value: that is told, beside what both sides changed."""
    has = replace(BASE, name="Anita", custom_fields={"Address": "Harbour 7"})
    left = outcome(read(showing(has)))
    assert (left.status, left.code) == (Status.EXISTS, "conflict")
    both = "Changed in the sheet, and by somebody in Callbell, so left as it is: "
    first = "Not sent before, and Callbell has another value, so left as it is: "
    of_address = 'Address: the sheet says "Main Street 1", Callbell has "Harbour 7".'
    assert left.reason == f'{both}name: the sheet says "Ana Maria", Callbell has "Anita". {first}{of_address}'
    assert outcome(read(showing(replace(has, name="Ana Maria")))).reason == f"{first}{of_address}"


def test_a_conflict_does_not_hold_up_other_fields() -> None:
    """They are sent, and the row is updated and in conflict."""
    done = outcome(sent(showing(NOW), patch(has=replace(BASE, name="Anita"))))
    assert (done.status, done.code) == (Status.UPDATED, "conflict")
    assert done.reason.startswith("Changed by this run: Address. Changed in the sheet, and by somebody in Callbell")
    assert done.base is not None
    assert (done.base.name, done.base.custom_fields) == ("Ana", NOW.custom_fields)


def test_a_conflict_with_what_cannot_be_read_says_so() -> None:
    """Lists are shown with commas."""
    now = replace(BASE, tags=("VIP", "Lead"))
    left = outcome(read(showing(tags="?"), replace(BEGUN, contact=now)))
    assert 'tags: the sheet says "VIP, Lead", Callbell has what cannot be read.' in left.reason


def test_the_sheet_may_win() -> None:
    """Then there is no conflict."""
    decided = read(showing(replace(BASE, name="Anita")), policy=replace(POLICY, on_conflict=OnConflict.SHEET))
    assert isinstance(decided, SendNow)
    assert isinstance(decided.step, Patch)
    assert decided.step.merge.change.after["name"] == "Ana Maria"


def test_an_empty_cell_keeps_the_base() -> None:
    """What the sheet said of it before is still what it said."""
    silent = replace(BASE, note="", tags=())
    assert outcome(read(showing(), replace(BEGUN, contact=silent))).base == BASE


# Replies to the GET


@pytest.mark.parametrize("status", [404, 410])
def test_one_not_found_is_not_enough(status: int) -> None:
    """Two are needed, some seconds apart, and a contact that is shown in between was not missed."""
    wait_seconds, missed = read_again(read(answer(status)))
    assert wait_seconds == POLICY.not_found_gap_seconds
    assert read(answer(status), missed) == Deleted(get=missed, http_status=status)
    assert patch(missed).get == BEGUN
    assert isinstance(sent(answer(404)), SendLater)


@pytest.mark.parametrize("reply", [PROXY_PAGE, replace(PROXY_PAGE, http_status=410)])
def test_a_proxys_page_is_no_word_of_the_service(reply: Reply) -> None:
    """It is asked again; after a PATCH it may have arrived."""
    missed = replace(BEGUN, not_found_count=1)
    assert read_again(read(reply, missed))[1] == replace(missed, look_ups=1)
    wait_seconds, again = read_again(sent(reply))
    assert (wait_seconds, again.not_found_count) == (POLICY.settle_seconds, 0)
    assert again.doubted == BEGUN_PATCH.merge.change


@pytest.mark.parametrize(
    "reply", [NO_ANSWER, NEVER, answer(500), answer(502), answer(408), answer(200), answer(204), answer(200, json=[])]
)
def test_a_get_without_a_clear_answer_is_made_again(reply: Reply) -> None:
    """After a while, which grows; at last the row has failed, and nothing was changed."""
    wait_seconds, again = read_again(read(reply))
    assert (wait_seconds, again) == (1.0, replace(BEGUN, look_ups=1))
    failed = outcome(read(reply, replace(BEGUN, look_ups=3)))
    assert (failed.status, failed.code) == (Status.FAILED, "not_asked")
    assert "nothing was changed" in failed.reason
    assert patch(replace(BEGUN, look_ups=3)).get == BEGUN


def test_another_contact_is_not_changed() -> None:
    """An answer about somebody else is no leave to PATCH."""
    other = outcome(read(showing(uuid="u2")))
    assert (other.status, other.code, other.uuid) == (Status.FAILED, "another_contact", "u1")


@pytest.mark.parametrize("status", [400, 409, 415, 422])
def test_a_get_that_is_refused_is_final(status: int) -> None:
    """With the service's own words."""
    refused = outcome(read(answer(status, message="it is blocked")))
    assert (refused.status, refused.code, refused.http_status) == (Status.FAILED, "look_up_refused", status)
    assert "it is blocked" in refused.reason
    assert str(status) in outcome(read(answer(status))).reason


@pytest.mark.parametrize(
    "reply", [NO_ANSWER, answer(500), answer(422), showing(uuid="u2"), answer(403)], ids=lambda reply: reply.http_status
)
def test_a_row_whose_patch_may_have_arrived_ends_in_doubt(reply: Reply) -> None:
    """Whatever ends it."""
    decided = read(reply, replace(BEGUN, look_ups=3, doubted=DOUBTED))
    ended = decided.otherwise if isinstance(decided, AskToken) else outcome(decided)
    assert (ended.status, ended.code, ended.uuid) == (Status.IN_DOUBT, "in_doubt", "u1")
    assert "A change of name, note was sent" in ended.reason


def test_a_contact_that_is_surely_gone_is_in_no_doubt() -> None:
    """There is nothing any more that a PATCH could have changed."""
    assert isinstance(read(answer(404), replace(BEGUN, not_found_count=1, doubted=DOUBTED)), Deleted)


# Replies to the PATCH


@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_patch_is_confirmed_by_the_contact_in_its_answer(status: int) -> None:
    """Whichever success it is."""
    assert outcome(sent(showing(NOW, status))).status is Status.UPDATED


@pytest.mark.parametrize("name", ["Ana Maria", "ANA MARIA", "Ana  Maria", None, 7])
def test_what_the_service_puts_into_its_own_form_is_confirmed(name: object) -> None:
    """It is not what was there before, so the PATCH has arrived."""
    assert outcome(sent(showing(NOW, name=name))).status is Status.UPDATED


def test_a_patch_is_confirmed_by_what_its_answer_shows() -> None:
    """What it leaves out says nothing."""
    brief = RemoteContact(uuid="u1", fields={"uuid": "u1", "name": "Ana Maria"})
    assert outcome(sent(answer(200, contact=brief))).status is Status.UPDATED


@pytest.mark.parametrize(
    "reply",
    [
        NO_ANSWER,
        answer(500),
        answer(502),
        answer(503),
        answer(408),
        answer(200),
        answer(204),
        answer(200, json="<html>"),
        answer(299),
        showing(NOW, uuid="u2"),
        showing(BASE),
        showing(replace(NOW, name="Ana")),
    ],
)
def test_a_patch_that_may_have_arrived_is_followed_by_a_get(reply: Reply) -> None:
    """After the settle time, with the same base; what was there before it is not forgotten."""
    wait_seconds, again = read_again(sent(reply))
    assert wait_seconds == POLICY.settle_seconds
    assert again == replace(BEGUN, patches=1, doubted=BEGUN_PATCH.merge.change)


def test_a_patch_that_arrived_in_spite_of_a_doubt_is_updated() -> None:
    """The GET shows what it set, and the merge finds nothing more to do."""
    _, again = read_again(sent(NO_ANSWER))
    done = outcome(read(showing(NOW), again))
    assert (done.status, done.reason, done.base) == (Status.UPDATED, "Changed by this run: name, Address.", NOW)


def test_a_patch_that_did_not_arrive_is_sent_again() -> None:
    """From the contact as it is now."""
    _, again = read_again(sent(NO_ANSWER))
    second = patch(again)
    assert second.merge == BEGUN_PATCH.merge
    assert outcome(sent(showing(NOW), second)).status is Status.UPDATED


def test_what_no_answer_shows_is_sent_again_after_a_doubt() -> None:
    """Nobody can say whether the bot's status has arrived, and to set it twice does no harm."""
    begun = replace(BEGUN, contact=replace(BASE, bot_status="bot_end"))
    _, again = read_again(sent(NO_ANSWER, patch(begun)))
    assert dict(patch(again).merge.change.after) == {"bot_status": "bot_end"}
    assert outcome(sent(showing(), patch(again))).reason == "Changed by this run: bot_status."


def test_what_arrived_in_part_is_given_back_whole() -> None:
    """The second intent holds the first one's fields, with what was there before them."""
    _, again = read_again(sent(NO_ANSWER))
    second = patch(again, replace(BASE, name="Ana Maria"))
    assert dict(second.merge.change.after) == {"custom_fields.Address": "Main Street 1"}
    assert update_intent(second) == BEGUN_PATCH.merge.change
    done = outcome(sent(showing(NOW), second))
    assert done.reason == "Changed by this run: name, Address."


def test_a_person_who_changes_it_after_a_doubtful_patch_is_not_overruled() -> None:
    """It is a conflict; the other field has arrived."""
    _, again = read_again(sent(NO_ANSWER))
    left = outcome(read(showing(replace(NOW, name="Anita")), again))
    assert (left.status, left.code) == (Status.UPDATED, "conflict")
    assert left.reason.startswith("Changed by this run: Address. ")


def test_doubtful_patches_come_to_an_end() -> None:
    """After so many the row is in doubt."""
    ended = outcome(sent(NO_ANSWER, patch(replace(BEGUN, patches=2))))
    assert (ended.status, ended.code) == (Status.IN_DOUBT, "in_doubt")
    assert ended.reason == ("A change of name, Address was sent, but no clear answer came (the connection broke off).")
    silent = outcome(sent(answer(200), patch(replace(BEGUN, patches=2))))
    assert "(status 200)" in silent.reason


def test_a_patch_that_never_arrived_is_in_no_doubt() -> None:
    """It is made again after a backoff, by a new GET, and fails at last."""
    wait_seconds, again = read_again(sent(NEVER))
    assert (wait_seconds, again) == (1.0, replace(BEGUN, patches=1))
    failed = outcome(sent(NEVER, patch(replace(BEGUN, patches=2))))
    assert (failed.status, failed.code) == (Status.FAILED, "unreachable")
    doubtful = outcome(sent(NEVER, patch(replace(BEGUN, patches=2, doubted=DOUBTED))))
    assert doubtful.status is Status.IN_DOUBT


def test_a_patch_that_finds_nothing_counts_as_a_first_not_found() -> None:
    """The GET after it says whether the contact is gone; one that shows it each time comes to an end too."""
    wait_seconds, missed = read_again(sent(answer(404)))
    assert (wait_seconds, missed.not_found_count, missed.doubted) == (POLICY.not_found_gap_seconds, 1, None)
    assert isinstance(read(answer(404), missed), Deleted)
    gone = outcome(sent(answer(404), patch(replace(BEGUN, patches=2))))
    assert (gone.status, gone.code, gone.uuid, gone.http_status) == (Status.FAILED, "gone", "u1", 404)
    assert "--gone recreate" in gone.reason


@pytest.mark.parametrize("status", [400, 409, 413, 415, 422])
def test_a_patch_that_is_refused_has_failed(status: int) -> None:
    """With the code of what the service names."""
    refused = outcome(sent(answer(status, message='Tag "VIP" does not exist')))
    assert (refused.status, refused.code, refused.uuid) == (Status.FAILED, "tag_unknown", "u1")


def test_a_429_costs_nothing() -> None:
    """The contact is read again, for it may have changed meanwhile; it is no failure, however often it comes."""
    step = replace(BEGUN, patches=2, look_ups=3)
    assert read(answer(429), step) == SendLater(step=step)
    assert sent(answer(429), patch(step)) == SendLater(step=replace(step, look_ups=0))


def test_a_403_asks_for_the_token() -> None:
    """It may be about the contact or about everything."""
    for decided in (read(answer(403)), sent(answer(403))):
        assert isinstance(decided, AskToken)
        assert decided.otherwise.status is Status.FAILED


@pytest.mark.parametrize(
    "reply",
    [
        answer(401),
        answer(405),
        answer(301),
        answer(429, retry_after_seconds=7200.0),
        answer(503, retry_after_seconds=7200.0),
        replace(NEVER, fatal=True),
    ],
)
def test_what_every_contact_would_meet_stops_the_run(reply: Reply) -> None:
    """No row is decided by it."""
    assert isinstance(read(reply), Stop)
    assert isinstance(sent(reply), Stop)


# Where the pool stops


@pytest.mark.parametrize(
    ("step", "is_in_flight", "status"),
    [
        (BEGUN, False, Status.PENDING),
        (BEGUN, True, Status.PENDING),
        (BEGUN_PATCH, False, Status.PENDING),
        (BEGUN_PATCH, True, Status.IN_DOUBT),
        (replace(BEGUN, doubted=DOUBTED), False, Status.IN_DOUBT),
        (replace(BEGUN, doubted=DOUBTED), True, Status.IN_DOUBT),
        (replace(BEGUN_PATCH, get=replace(BEGUN, doubted=DOUBTED)), False, Status.IN_DOUBT),
    ],
)
def test_what_may_have_arrived_is_given_back_in_doubt(step: UpdateStep, is_in_flight: bool, status: Status) -> None:  # noqa: FBT001 - a table of cases
    """Only a PATCH that has left can have changed anything."""
    given = give_back_update(step, is_in_flight=is_in_flight)
    assert given.status is status
    assert ("the run was cut off" in given.reason) is (status is Status.IN_DOUBT)


# For all replies

REPLIES = st.builds(
    Reply,
    arrival=st.sampled_from(Arrival),
    http_status=st.none() | st.integers(100, 599),
    contact=st.sampled_from([None, showing().contact, showing(NOW).contact, showing(uuid="u2").contact]),
    message=st.text(max_size=5),
    retry_after_seconds=st.none() | st.floats(0, 1e6),
    is_proxy_page=st.booleans(),
    fatal=st.booleans(),
)
STEPS = st.builds(
    GetContact,
    uuid=st.just("u1"),
    contact=st.just(NOW),
    base=st.sampled_from([None, BASE]),
    look_ups=st.integers(0, 3),
    not_found_count=st.integers(0, 1),
    patches=st.integers(0, 2),
    doubted=st.sampled_from([None, DOUBTED]),
)


@given(REPLIES, STEPS)
def test_nothing_is_changed_unseen(reply: Reply, step: GetContact) -> None:
    """A PATCH follows at once, and only from a 200 that shows this contact; a PATCH never from a PATCH."""
    decided = read(reply, step)
    if isinstance(decided, SendNow):
        assert reply.http_status == 200
        assert reply.contact is not None
        assert reply.contact.uuid == "u1"
    assert not (isinstance(decided, SendLater) and isinstance(decided.step, Patch))
    if isinstance(after := sent(reply, patch(step)), SendLater):
        assert isinstance(after.step, GetContact)
    assert not isinstance(after, SendNow)


UNCLEAR = [
    NO_ANSWER,
    NEVER,
    PROXY_PAGE,
    answer(200),
    answer(404),
    answer(429),
    answer(500),
    showing(),
    showing(replace(BASE, name="Ana Maria")),
]


@given(st.lists(st.sampled_from(UNCLEAR), min_size=20, max_size=60))
def test_unclear_answers_come_to_an_end(replies: Sequence[Reply]) -> None:
    """Every row has its outcome after a bounded number of requests, those that the rate limit refused aside."""
    step: UpdateStep = BEGUN
    counted = 0
    for reply in replies:
        decided = sent(reply, step) if isinstance(step, Patch) else read(reply, step)
        if not isinstance(decided, SendLater | SendNow):
            return
        counted += reply.http_status != 429
        step = decided.step
    assert counted <= POLICY.most_attempts * (POLICY.most_look_ups + 3)


@given(REPLIES, STEPS)
def test_only_a_clear_answer_says_updated(reply: Reply, step: GetContact) -> None:
    """A success of this very contact, or a GET after a doubt."""
    for decided in (read(reply, step), sent(reply, patch(step))):
        if isinstance(decided, Final) and decided.outcome.status is Status.UPDATED:
            assert reply.contact is not None
            assert reply.contact.uuid == "u1"


@given(ROWS, st.none() | CONTACTS, CONTACTS)
def test_an_update_against_a_service_without_faults_is_over_after_one_patch(
    now: Contact, base: Contact | None, has: Contact
) -> None:
    """The GET, the PATCH, and the outcome; the next run with the new base then finds nothing to do."""
    step = GetContact(uuid="u1", contact=now, base=base)
    decided = read(showing(has), step)
    if isinstance(decided, SendNow):
        assert isinstance(decided.step, Patch)
        has = patched(has, decided.step.merge.change.after)
        decided = after_patch(showing(has), decided.step, POLICY, 0.5)
    done = outcome(decided)
    assert done.status in (Status.UPDATED, Status.EXISTS)
    again = outcome(read(showing(has), replace(step, base=done.base)))
    assert again.status is Status.EXISTS
    assert again.code == ("conflict" if done.code == "conflict" else "")
