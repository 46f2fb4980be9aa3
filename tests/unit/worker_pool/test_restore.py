"""What follows from each reply to the GET and the PATCH of an undo that gives back what an update changed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.changes import ContactChange, FieldValue
from importer.model.deletion import Deletion, Fate, LastSent
from importer.model.journal_rows import Pending
from importer.model.policy import OnConflict, Policy
from importer.model.replies import Arrival, RemoteContact, Reply
from importer.model.requests import delete_contact, get_contact, patch_contact
from importer.model.rows import Contact
from importer.model.stop import Stop
from importer.worker_pool.contact_changes import field_value, is_same
from importer.worker_pool.delete import Compare, Delete
from importer.worker_pool.merge import merge
from importer.worker_pool.operation import AskToken, Final, Operation, SendLater, SendNow
from importer.worker_pool.restore import (
    CompareChange,
    GiveBack,
    RestoreDecision,
    RestoreStep,
    UndoOperation,
    after_compare_change,
    after_give_back,
)
from tests.support.callbell_contacts import CONTACTS, ROWS, described, patched
from tests.support.pools import NEVER, NO_ANSWER, answer
from tests.support.virtual_time import START

BEFORE = Contact(identifier="1", source="whatsapp", name="Ana", note="likes boats", tags=("VIP",))
AFTER = replace(BEFORE, name="Ana Maria", tags=("VIP", "Lead"))
CHANGE = ContactChange(
    uuid="u1",
    after={"name": "Ana Maria", "tags": ("VIP", "Lead")},
    before={"name": "Ana", "tags": ("VIP",)},
)
BEGUN = CompareChange(uuid="u1", change=CHANGE)
POLICY = Policy(most_attempts=3)
BACK = GiveBack(compare=BEGUN, change=ContactChange(uuid="u1", after=CHANGE.before, before=CHANGE.after))
DOUBTED = replace(BEGUN, in_doubt=True, tried=frozenset({"name", "tags"}))


def showing(contact: Contact = AFTER, **fields: Any) -> Reply:
    """Return the reply that shows a contact, as the update left it unless told otherwise."""
    found = described(contact)
    fields = {**found.fields, **fields}
    return answer(200, contact=replace(found, uuid=str(fields["uuid"]), fields=fields))


def read(reply: Reply, step: CompareChange = BEGUN) -> RestoreDecision:
    """Decide after a GET."""
    return after_compare_change(reply, step, POLICY, 0.5)


def given_back(reply: Reply, step: GiveBack = BACK) -> RestoreDecision:
    """Decide after a PATCH."""
    return after_give_back(reply, step, POLICY, 0.5)


def outcome(decision: RestoreDecision) -> Deletion:
    """Return the outcome of a decision that is one."""
    assert isinstance(decision, Final)
    return decision.outcome


def read_again(decision: RestoreDecision) -> tuple[float, CompareChange]:
    """Return after how many seconds a decision has the contact read again, and what was done before."""
    assert isinstance(decision, SendLater)
    assert isinstance(decision.step, CompareChange)
    return decision.wait_seconds, decision.step


def test_what_nobody_changed_since_is_given_back_at_once() -> None:
    """Before any other request: what was seen must still hold."""
    assert read(showing()) == SendNow(step=BACK)
    assert read(showing(), replace(BEGUN, not_found_count=1)) == SendNow(step=BACK)
    done = outcome(given_back(showing(BEFORE)))
    assert (done.status, done.http_status, done.reason) == (Fate.RESTORED, 200, "Given back: name, tags.")


def test_what_is_as_before_needs_nothing() -> None:
    """The PATCH never arrived, or an earlier undo has given it back."""
    assert outcome(read(showing(BEFORE))) == Deletion(status=Fate.RESTORED, http_status=200)


def test_what_somebody_changed_since_is_left() -> None:
    """The other fields are given back, and the contact says which was not."""
    decided = read(showing(replace(AFTER, name="Anita")))
    assert isinstance(decided, SendNow)
    assert isinstance(decided.step, GiveBack)
    assert dict(decided.step.change.after) == {"tags": ("VIP",)}
    done = outcome(given_back(showing(replace(BEFORE, name="Anita")), decided.step))
    assert done.status is Fate.CHANGED
    assert done.reason == ("Given back: tags. Left as it is, for it was changed since or cannot be given back: name.")


def test_where_all_was_changed_since_nothing_is_sent() -> None:
    """The contact is as somebody wants it."""
    left = outcome(read(showing(replace(AFTER, name="Anita", tags=()))))
    assert (left.status, left.http_status) == (Fate.CHANGED, 200)
    assert "name, tags" in left.reason


NOTE, TEAM, CITY, ON = "note", "team_uuid", "custom_fields.City", "custom_fields.Features"


@pytest.mark.parametrize(
    ("name", "before", "after", "shown", "given"),
    [
        (NOTE, "a", "b", {"note": "b"}, "a"),
        (NOTE, "", "b", {"note": "b"}, ""),
        (NOTE, None, "b", {"note": "b"}, ""),
        (NOTE, "a", "", {"note": ""}, "a"),
        (NOTE, "a", "", {"note": None}, "a"),
        (NOTE, "a", "", {}, "a"),
        (NOTE, None, "b", {}, "as it was"),
        (NOTE, "", "b", {}, "as it was"),
        (NOTE, "a", "b", {}, "left"),
        (NOTE, None, "b", {"note": "c"}, "left"),
        (NOTE, None, "b", {"note": 7}, "left"),
        (TEAM, "t1", "t2", {"team": {"uuid": "t2"}}, "t1"),
        (TEAM, "", "t2", {"team": {"uuid": "t2"}}, "left"),
        (TEAM, None, "t2", {"team": {"uuid": "t2"}}, "left"),
        (TEAM, None, "t2", {"team": None}, "as it was"),
        ("assigned_user", "", "a@example.com", {"assignedUser": "A@example.com"}, ""),
        (
            "assigned_user",
            "b@example.com",
            "a@example.com",
            {"assignedUser": {"email": "a@example.com"}},
            "b@example.com",
        ),
        ("bot_status", None, "bot_end", {}, "left"),
        ("name", "Ana", "Eva", {}, "left"),
        ("tags", (), ("A",), {}, "left"),
        ("tags", (), ("A",), {"tags": ["A"]}, ()),
        ("tags", ("A",), (), {"tags": []}, ("A",)),
        (CITY, "", "Vigo", {"customFields": {"City": "Vigo"}}, ""),
        (CITY, "41", "42", {"customFields": {"City": 42}}, "41"),
        (CITY, "Lugo", "", {"customFields": {}}, "Lugo"),
        (CITY, "", "Vigo", {"customFields": {}}, "as it was"),
        (CITY, None, "Vigo", {}, "left"),
        (CITY, None, "Vigo", {"customFields": {"City": "Vigo"}}, "left"),
        ("assigned_user", None, "a@example.com", {"assignedUser": "a@example.com"}, "left"),
        (ON, "", ("On",), {"customFields": {"Features": ["On"]}}, ()),
        (ON, ("Off",), ("On",), {"customFields": {"Features": ["On"]}}, ("Off",)),
    ],
)
def test_every_field_is_given_back_in_its_own_form(
    name: str, before: FieldValue | None, after: FieldValue, shown: Mapping[str, object], given: FieldValue
) -> None:
    """Or it is as it was; or it is left: somebody changed it, nobody can see it, or it cannot be emptied."""
    change = ContactChange(uuid="u1", after={name: after}, before={} if before is None else {name: before})
    reply = answer(200, contact=RemoteContact(uuid="u1", fields=shown))
    decided = read(reply, CompareChange(uuid="u1", change=change))
    if given in ("left", "as it was"):
        assert outcome(decided).status is (Fate.CHANGED if given == "left" else Fate.RESTORED)
    else:
        assert isinstance(decided, SendNow)
        assert isinstance(decided.step, GiveBack)
        assert decided.step.change == ContactChange(uuid="u1", after={name: given}, before={name: after})


# What counts as the sheet's last word


@pytest.mark.parametrize("doubted", [(), ("name",), ("tags",), ("name", "tags")])
def test_what_counted_before_counts_again_where_the_undo_gave_back_all(doubted: tuple[str, ...]) -> None:
    """By a PATCH that was confirmed, or by one without an answer of which all is there."""
    step = replace(BEGUN, in_doubt=bool(doubted), tried=frozenset(doubted))
    decided = read(showing(patched(AFTER, {name: CHANGE.before[name] for name in doubted})), step)
    if isinstance(decided, SendNow):
        assert isinstance(decided.step, GiveBack)
        decided = given_back(showing(BEFORE), decided.step)
    assert (outcome(decided).status, outcome(decided).last_sent) == (Fate.RESTORED, LastSent.BEFORE_THE_RUN)


@pytest.mark.parametrize("name", ["name", "tags"])
def test_what_a_person_put_back_is_the_persons(name: str) -> None:
    """A value that is as before without our doing: the next update may not take it for the importer's own."""
    put_back = patched(AFTER, {name: CHANGE.before[name]})
    decided = read(showing(put_back))
    assert isinstance(decided, SendNow)
    assert isinstance(decided.step, GiveBack)
    for done in (outcome(given_back(showing(BEFORE), decided.step)), outcome(read(showing(BEFORE)))):
        assert (done.status, done.last_sent) == (Fate.RESTORED, LastSent.UNKNOWN)


def test_nobody_knows_what_counts_after_a_part_was_given_back() -> None:
    """Or may have been."""
    decided = read(showing(replace(AFTER, name="Anita")))
    assert isinstance(decided, SendNow)
    assert isinstance(decided.step, GiveBack)
    partly = outcome(given_back(showing(replace(BEFORE, name="Anita")), decided.step))
    others = outcome(read(showing(replace(AFTER, name="Anita", tags=())), DOUBTED))
    failed = [outcome(read(reply, replace(DOUBTED, failures=2))) for reply in (NO_ANSWER, answer(422))]
    assert [one.last_sent for one in (partly, others, *failed)] == [LastSent.UNKNOWN] * 4


def test_what_counts_stays_where_nothing_was_given_back() -> None:
    """Somebody changed all of it, it is gone, it was refused, or nobody answered."""
    done = [
        outcome(read(showing(replace(AFTER, name="Anita", tags=())))),
        outcome(read(answer(404), replace(BEGUN, not_found_count=1))),
        outcome(given_back(answer(422))),
        outcome(read(NO_ANSWER, replace(BEGUN, failures=2))),
        outcome(given_back(NEVER, replace(BACK, compare=replace(BEGUN, failures=2)))),
    ]
    assert [one.last_sent for one in done] == [LastSent.UNTOUCHED] * 5


# Replies


def test_another_contact_is_not_changed() -> None:
    """An answer about somebody else is no leave to PATCH."""
    failed = outcome(read(showing(uuid="u2")))
    assert (failed.status, failed.http_status) == (Fate.FAILED, 200)
    assert failed.reason == "The service answered with another contact."


@pytest.mark.parametrize("status", [404, 410])
def test_one_not_found_is_not_enough(status: int) -> None:
    """Two are needed, some seconds apart, be the first one a PATCH's; alternating with GETs that show it, they end."""
    wait_seconds, missed = read_again(read(answer(status)))
    assert wait_seconds == POLICY.not_found_gap_seconds
    wait_seconds, missed_too = read_again(given_back(answer(status)))
    assert wait_seconds == POLICY.not_found_gap_seconds
    assert missed_too == replace(missed, failures=1)
    for step in (missed, missed_too):
        gone = outcome(read(answer(status), step))
        assert (gone.status, gone.reason, gone.http_status) == (Fate.GONE, "It was not there any more.", status)
    failed = outcome(given_back(answer(status), replace(BACK, compare=replace(BEGUN, failures=2))))
    assert failed.status is Fate.FAILED


def test_a_proxys_page_is_no_word_of_the_service() -> None:
    """It is asked again, and the PATCH may have arrived."""
    page = replace(answer(404), is_proxy_page=True)
    assert read_again(read(page))[1] == replace(BEGUN, failures=1)
    assert read_again(given_back(page))[1] == replace(DOUBTED, failures=1)


@pytest.mark.parametrize(
    "reply", [NO_ANSWER, answer(500), answer(503), answer(408), answer(200), answer(204), showing(AFTER)]
)
def test_without_a_clear_answer_a_get_tells(reply: Reply) -> None:
    """After a while, which grows."""
    once = replace(DOUBTED, failures=1)
    assert given_back(reply) == SendLater(step=once, wait_seconds=1.0, is_retry=True)
    if reply.contact is None:
        assert read(reply, once) == SendLater(step=replace(once, failures=2), wait_seconds=2.0, is_retry=True)


def test_a_patch_that_never_arrived_was_not_sent() -> None:
    """So nothing that follows says that it may have been."""
    assert not read_again(given_back(NEVER))[1].in_doubt


def test_a_patch_that_arrived_in_spite_of_a_doubt_is_seen() -> None:
    """The contact is as before the update."""
    _, again = read_again(given_back(NO_ANSWER))
    assert outcome(read(showing(BEFORE), again)).status is Fate.RESTORED


@pytest.mark.parametrize(("in_doubt", "said"), [(False, "It was left as it is"), (True, CompareChange.doubt)])
def test_patience_ends(in_doubt: bool, said: str) -> None:  # noqa: FBT001 - a table of cases
    """After so many unclear answers it has failed, and the reason tells whether it is sure."""
    failed = outcome(read(NO_ANSWER, replace(BEGUN, failures=2, in_doubt=in_doubt)))
    assert failed.status is Fate.FAILED
    assert failed.reason.startswith(f"{said}: no clear answer came 3 times")


@pytest.mark.parametrize("status", [400, 409, 415, 422])
def test_a_refusal_is_final(status: int) -> None:
    """With the service's own words."""
    for refused in (outcome(given_back(answer(status, message="no"))), outcome(read(answer(status, message="no")))):
        assert (refused.status, refused.reason) == (Fate.FAILED, "The service refused: no")
        assert refused.http_status == status


def test_a_429_costs_nothing() -> None:
    """The contact is read again, for it may have changed meanwhile."""
    assert read(answer(429)) == given_back(answer(429)) == SendLater(step=BEGUN)


def test_a_403_asks_for_the_token() -> None:
    """It may be about the contact or about everything."""
    assert isinstance(read(answer(403)), AskToken)
    assert isinstance(given_back(answer(403)), AskToken)


@pytest.mark.parametrize("reply", [answer(401), answer(405), answer(301), replace(NEVER, fatal=True)])
def test_what_every_contact_would_meet_stops_the_undo(reply: Reply) -> None:
    """No contact is decided by it."""
    assert isinstance(read(reply), Stop)
    assert isinstance(given_back(reply), Stop)


# For all


REPLIES = st.builds(
    Reply,
    arrival=st.sampled_from(Arrival),
    http_status=st.none() | st.integers(100, 599),
    contact=st.sampled_from([None, showing().contact, showing(BEFORE).contact, showing(uuid="u2").contact]),
    message=st.text(max_size=5),
    is_proxy_page=st.booleans(),
    fatal=st.booleans(),
)
STEPS = st.builds(
    CompareChange,
    uuid=st.just("u1"),
    change=st.just(CHANGE),
    failures=st.integers(0, 2),
    not_found_count=st.integers(0, 1),
    in_doubt=st.booleans(),
)


@given(REPLIES, STEPS)
def test_nothing_is_given_back_unseen(reply: Reply, step: CompareChange) -> None:
    """A PATCH follows at once, and only from a 200 that shows this contact as the update left it."""
    if isinstance(decided := read(reply, step), SendNow):
        assert (reply.http_status, reply.contact) == (200, showing().contact)
    assert not (isinstance(decided, SendLater) and isinstance(decided.step, GiveBack))
    assert not isinstance(given_back(reply, replace(BACK, compare=step)), SendNow)


@given(ROWS, CONTACTS, CONTACTS, st.booleans(), st.booleans())
def test_what_an_update_changed_is_as_before_after_an_undo(
    now: Contact,
    base: Contact,
    has: Contact,
    is_brief: bool,  # noqa: FBT001 - drawn
    sheet_wins: bool,  # noqa: FBT001 - drawn
) -> None:
    """But for what cannot be emptied and what is never shown; and what was not changed is not touched."""
    policy = Policy(on_conflict=OnConflict.SHEET if sheet_wins else OnConflict.CALLBELL)
    change = merge(now, base, described(has, is_brief=is_brief), policy).change
    then = patched(has, change.after)
    decided = after_compare_change(
        answer(200, contact=described(then, is_brief=is_brief)), CompareChange(uuid="u1", change=change), policy, 0.5
    )
    if isinstance(decided, SendNow):
        assert isinstance(decided.step, GiveBack)
        then = patched(then, decided.step.change.after)
    cannot = {"bot_status"} | ({"team_uuid"} if not has.team_uuid else set())
    for name in ("name", "tags", "assigned_user", "team_uuid", "note", CITY, ON):
        if name not in cannot:
            assert is_same(name, field_value(has, name), field_value(then, name))


# The operation


OPERATION: Operation[Any, Deletion] = UndoOperation(POLICY)
ROW = Pending(seq=1, row=2, contact=AFTER, uuid="u1", change=CHANGE)
MADE = replace(ROW, change=None)


def test_a_row_is_given_back_or_deleted_by_what_the_run_did() -> None:
    """What it changed is given back; what it made is deleted."""
    assert OPERATION.first_step(ROW, START, 0.0) == SendLater(step=BEGUN)
    assert OPERATION.first_step(MADE, START, 0.0) == SendLater(step=Compare(uuid="u1", sent=AFTER))


@pytest.mark.parametrize(("run_seconds", "wait_seconds"), [(0.0, 90.0), (200.0, 0.0)])
def test_a_patch_that_may_be_under_way_is_waited_for(run_seconds: float, wait_seconds: float) -> None:
    """What is given back before it arrives would be replaced by it."""
    row = replace(ROW, in_doubt=True)
    assert OPERATION.first_step(row, START, run_seconds) == SendLater(step=BEGUN, wait_seconds=wait_seconds)
    assert OPERATION.self_test_step() is None
    assert OPERATION.pending is Fate.UNSENT


def test_each_step_has_its_request() -> None:
    """By the contact's UUID; what a PATCH gives back is written down before it leaves."""
    delete = Delete(compare=Compare(uuid="u1", sent=AFTER))
    assert OPERATION.request(BEGUN) == OPERATION.request(delete.compare) == get_contact("u1")
    assert OPERATION.request(BACK) == patch_contact(BACK.change)
    assert OPERATION.request(delete) == delete_contact("u1")
    assert OPERATION.intent(BACK) == BACK.change
    assert [OPERATION.intent(step) for step in (BEGUN, delete.compare, delete)] == [None] * 3


def test_each_step_has_its_table() -> None:
    """The reply to a GET, a PATCH or a DELETE is judged by what was asked."""
    assert OPERATION.decide(BEGUN, showing(), 0.5) == read(showing())
    assert OPERATION.decide(BACK, showing(BEFORE), 0.5) == given_back(showing(BEFORE))
    compare = Compare(uuid="u1", sent=AFTER)
    assert OPERATION.decide(compare, showing(), 0.5) == SendNow(step=Delete(compare=compare))


@pytest.mark.parametrize("step", [BEGUN, BACK])
@pytest.mark.parametrize("is_in_flight", [False, True])
def test_what_is_given_up_leaves_nothing_to_record(step: RestoreStep, is_in_flight: bool) -> None:  # noqa: FBT001 - a table of cases
    """The journal has it in flight."""
    assert OPERATION.give_back(step, is_in_flight=is_in_flight) is None
