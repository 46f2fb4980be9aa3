"""The operation of run and retry: what it does with each row."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from importer.model.changes import ContactChange
from importer.model.journal_rows import Pending, Presence
from importer.model.policy import Ambiguous, Existing, Gone, Policy
from importer.model.replies import Arrival, Outcome, RemoteContact, Reply, gone_outcome
from importer.model.requests import create_contact, find_contact, get_contact
from importer.model.rows import Contact, Status
from importer.worker_pool.ask_first import AskFirst
from importer.worker_pool.create import SelfTestLookUp
from importer.worker_pool.create_outcomes import Attempt
from importer.worker_pool.import_operation import ImportDecision, ImportOperation, ImportStep
from importer.worker_pool.operation import Final, SendLater, SendNow
from importer.worker_pool.retry_decision import LookUp, Post
from importer.worker_pool.update import GetContact, Patch
from tests.support.virtual_time import START

CONTACT = Contact(identifier="34600111222", source="whatsapp", name="Ana")
MEXICAN = replace(CONTACT, identifier="525512345678")
ROW = Pending(seq=1, row=2, contact=CONTACT)
TELEGRAM = replace(ROW, contact=replace(CONTACT, source="telegram"))
DOUBTFUL = replace(ROW, in_doubt=True, first_sent_at=START - timedelta(days=1))
LISTED = replace(ROW, presence=Presence.THERE, uuid="u1")
KNOWN = replace(ROW, uuid="u1", base=replace(CONTACT, name="Anna"))
ATTEMPT = Attempt(contact=CONTACT, first_sent_at=START)
NO_ANSWER = Reply(arrival=Arrival.UNKNOWN, message="no answer in time")
NOT_FOUND = Reply(arrival=Arrival.ANSWERED, http_status=404)
SKIP, UPDATE, CREATE = (Policy(existing=existing) for existing in Existing)


def shown(status: int = 200, uuid: str = "u1", **fields: Any) -> Reply:
    """Return an answer with a contact that was there long before."""
    found = {"uuid": uuid, "name": "Ana", "phoneNumber": "34600111222", **fields}
    contact = RemoteContact(uuid=uuid, identifier="34600111222", created_at=START - timedelta(days=9), fields=found)
    return Reply(arrival=Arrival.ANSWERED, http_status=status, contact=contact)


def first(row: Pending, policy: Policy) -> ImportDecision:
    """Return how the operation begins with a row."""
    return ImportOperation(policy).first_step(row, START, 0.0)


def after(operation: ImportOperation, step: ImportStep, reply: Reply) -> ImportDecision:
    """Return what follows."""
    return operation.decide(step, reply, 0.5)


def step_in(decision: ImportDecision) -> ImportStep:
    """Return the step of a decision that has one."""
    assert isinstance(decision, SendLater | SendNow)
    return decision.step


def begun(policy: Policy) -> ImportOperation:
    """Return an operation that has begun with a row."""
    operation = ImportOperation(policy)
    operation.first_step(ROW, START, 0.0)
    return operation


ASK, POST = SendLater(step=AskFirst(attempt=ATTEMPT)), SendLater(step=Post(attempt=ATTEMPT))


@pytest.mark.parametrize(
    ("row", "policy", "expected"),
    [
        (ROW, SKIP, ASK),
        (ROW, UPDATE, ASK),
        (ROW, CREATE, POST),
        (replace(ROW, presence=Presence.ABSENT), SKIP, POST),
        (replace(ROW, presence=Presence.ABSENT), UPDATE, POST),
        (LISTED, UPDATE, SendLater(step=GetContact(uuid="u1", contact=CONTACT))),
        (KNOWN, UPDATE, SendLater(step=GetContact(uuid="u1", contact=CONTACT, base=KNOWN.base))),
        (LISTED, CREATE, POST),
        (KNOWN, CREATE, POST),
    ],
)
def test_how_a_row_begins(row: Pending, policy: Policy, expected: ImportDecision) -> None:
    """By what is known of its contact, and what is to be done with those that are there."""
    assert first(row, policy) == expected


@pytest.mark.parametrize("policy", [SKIP, UPDATE, CREATE])
def test_what_cannot_be_asked_for_is_posted(policy: Policy) -> None:
    """Only WhatsApp contacts can be asked for by their identifier."""
    assert isinstance(step_in(first(TELEGRAM, policy)), Post)


@pytest.mark.parametrize(
    ("row", "is_sent"), [(ROW, False), (TELEGRAM, False), (LISTED, True), (KNOWN, True), (DOUBTFUL, True)]
)
def test_a_row_that_the_account_would_refuse_is_not_sent(row: Pending, *, is_sent: bool) -> None:
    """But for what is there or may be: a PATCH may leave the wrong field alone."""
    refused = Outcome(status=Status.FAILED, code="custom_field_refused", reason="It was not sent.")
    decision = ImportOperation(UPDATE, lambda _contact: refused).first_step(row, START, 0.0)
    assert (decision != Final(outcome=refused)) is is_sent


def test_who_was_listed_is_left_without_a_request() -> None:
    """The walk of this run has said that it is there, and which one it is."""
    decision = first(LISTED, SKIP)
    assert isinstance(decision, Final)
    assert (decision.outcome.status, decision.outcome.uuid) == (Status.EXISTS, "u1")


@pytest.mark.parametrize("policy", [SKIP, UPDATE, CREATE])
@pytest.mark.parametrize("presence", Presence)
def test_a_row_in_doubt_is_looked_up_after_the_settle_time(policy: Policy, presence: Presence) -> None:
    """Whatever the list says: it may have been read before the request arrived."""
    decision = first(replace(DOUBTFUL, presence=presence, uuid="u1"), policy)
    assert isinstance(decision, SendLater)
    assert isinstance(decision.step, LookUp)
    assert decision.wait_seconds == policy.settle_seconds


def test_who_is_told_to_send_again_unasked_does() -> None:
    """`--ambiguous resend` says that a row in doubt may be there twice."""
    assert isinstance(step_in(first(DOUBTFUL, replace(SKIP, ambiguous=Ambiguous.RESEND))), Post)


def test_each_step_has_its_request() -> None:
    """Look-ups, POSTs, GETs and PATCHes."""
    operation = ImportOperation(UPDATE)
    assert operation.request(AskFirst(attempt=ATTEMPT)) == find_contact(CONTACT)
    assert operation.request(Post(attempt=ATTEMPT)) == create_contact(CONTACT)
    assert operation.request(LookUp(attempt=ATTEMPT)) == find_contact(CONTACT)
    assert operation.request(SelfTestLookUp(contact=CONTACT)) == find_contact(CONTACT)
    assert operation.request(GetContact(uuid="u1", contact=CONTACT)) == get_contact("u1")


def test_who_is_not_there_is_posted_and_created() -> None:
    """The POST comes right after the look-up."""
    operation = begun(SKIP)
    decision = after(operation, AskFirst(attempt=ATTEMPT), NOT_FOUND)
    assert decision == SendNow(step=Post(attempt=ATTEMPT))
    made = Reply(arrival=Arrival.ANSWERED, http_status=201, contact=RemoteContact(uuid="u2"))
    done = after(operation, Post(attempt=ATTEMPT), made)
    assert isinstance(done, Final)
    assert (done.outcome.status, done.outcome.is_ours) == (Status.CREATED, True)


@pytest.mark.parametrize("kind", [AskFirst, LookUp, Post])
def test_who_turns_out_to_be_there_is_left_or_merged(kind: type[AskFirst | LookUp | Post]) -> None:
    """By whatever request it was found: skip leaves it, update merges with what that reply shows."""
    left = after(begun(SKIP), kind(attempt=ATTEMPT), shown(note="Hola"))
    assert isinstance(left, Final)
    assert (left.outcome.status, left.outcome.code, left.outcome.uuid) == (Status.EXISTS, "exists", "u1")
    richer = kind(attempt=replace(ATTEMPT, contact=replace(CONTACT, note="VIP")))
    decision = after(begun(UPDATE), richer, shown(note=""))
    patch = step_in(decision)
    assert isinstance(decision, SendNow)
    assert isinstance(patch, Patch)
    assert dict(patch.merge.change.after) == {"note": "VIP"}
    assert (patch.get.uuid, patch.get.base) == ("u1", None)


def test_a_first_meeting_without_anything_to_add_needs_no_patch() -> None:
    """What differs is left and named."""
    decision = after(begun(UPDATE), AskFirst(attempt=ATTEMPT), shown(name="Ana Maria"))
    assert isinstance(decision, Final)
    assert (decision.outcome.status, decision.outcome.code) == (Status.EXISTS, "differs")


def test_a_patch_is_written_down_before_it_leaves_and_nothing_else_is() -> None:
    """So that undo knows of it even if the answer never comes."""
    operation = begun(UPDATE)
    get = GetContact(uuid="u1", contact=CONTACT, base=replace(CONTACT, name="Anna"))
    patch = step_in(after(operation, get, shown(name="Anna")))
    change = operation.intent(patch)
    assert change is not None
    assert (dict(change.after), dict(change.before)) == ({"name": "Ana"}, {"name": "Anna"})
    assert [operation.intent(step) for step in (get, AskFirst(attempt=ATTEMPT), Post(attempt=ATTEMPT))] == [None] * 3
    done = after(operation, patch, shown())
    assert isinstance(done, Final)
    assert done.outcome.status is Status.UPDATED


def gone(policy: Policy, contact: Contact = CONTACT) -> ImportDecision:
    """Return what follows when a contact is not there, twice."""
    return after(begun(policy), GetContact(uuid="u1", contact=contact, not_found_count=1), NOT_FOUND)


REPLACES = replace(ATTEMPT, gone_uuid="u1")


@pytest.mark.parametrize("policy", [SKIP, UPDATE, CREATE])
def test_a_deleted_contact_is_reported(policy: Policy) -> None:
    """That is the default: somebody deleted it on purpose, perhaps; but first its number is asked for, in each form."""
    assert gone(policy) == SendLater(step=AskFirst(attempt=REPLACES))
    told = after(begun(policy), AskFirst(attempt=REPLACES), NOT_FOUND)
    assert told == Final(outcome=gone_outcome("u1", 404))
    assert gone(policy, TELEGRAM.contact) == told
    mexican = AskFirst(attempt=replace(REPLACES, contact=MEXICAN))
    assert after(begun(policy), mexican, NOT_FOUND) == SendNow(step=replace(mexican, in_other_form=True))
    assert after(begun(policy), replace(mexican, in_other_form=True), NOT_FOUND) == told


@pytest.mark.parametrize("policy", [SKIP, CREATE])
def test_whom_a_colleague_made_again_is_left(policy: Policy) -> None:
    """The look-up of its number shows another contact; one that is there after all is shown by its own GET."""
    for step, uuid in ((AskFirst(attempt=REPLACES), "u2"), (GetContact(uuid="u1", contact=CONTACT), "u1")):
        decision = after(begun(policy), step, shown(uuid=uuid, note="Hola"))
        assert isinstance(decision, Final)
        assert (decision.outcome.status, decision.outcome.uuid) == (Status.EXISTS, uuid)


@pytest.mark.parametrize("policy", [SKIP, UPDATE, CREATE])
def test_whom_an_earlier_run_found_deleted_is_asked_for_as_an_update_does(policy: Policy) -> None:
    """Whatever is done with contacts that are there; a PATCH in doubt is no matter to a look-up."""
    row = replace(KNOWN, was_gone=True)
    assert first(row, policy) == SendLater(step=GetContact(uuid="u1", contact=CONTACT, base=KNOWN.base))


def test_what_an_earlier_run_may_have_changed_in_the_new_contact_is_kept_in_mind() -> None:
    """It was PATCHed without an answer, and is found by its number again: what it has is no person's."""
    doubt = ContactChange(uuid="u2", after={"name": "Ana"}, before={"name": "Anna"})
    missed = GetContact(uuid="u1", contact=CONTACT, not_found_count=1, doubts=(doubt,))
    step = step_in(after(begun(UPDATE), missed, NOT_FOUND))
    assert isinstance(step, AskFirst)
    assert step.attempt.doubts == (doubt,)


def test_a_deleted_contact_is_made_again_where_that_is_asked_for() -> None:
    """After it was asked whether another contact has its number; after the settle time, for an earlier run may have."""
    policy = replace(UPDATE, gone=Gone.RECREATE)
    decision = gone(policy)
    attempt = replace(ATTEMPT, gone_uuid="u1")
    assert decision == SendLater(step=AskFirst(attempt=attempt), wait_seconds=policy.settle_seconds)
    assert after(begun(policy), step_in(decision), NOT_FOUND) == SendNow(step=Post(attempt=attempt))
    met = after(begun(policy), step_in(decision), shown(uuid="u2", name="Anna"))
    assert isinstance(met, Final)
    assert met.outcome.uuid == "u2"
    assert isinstance(step_in(gone(policy, TELEGRAM.contact)), Post)


@pytest.mark.parametrize("contact", [CONTACT, TELEGRAM.contact])
def test_the_post_that_makes_a_deleted_contact_again_is_written_down_before_it_leaves(contact: Contact) -> None:
    """It names no contact, for there is none yet: a run that is cut off must leave it in doubt, not deleted."""
    operation = begun(replace(UPDATE, gone=Gone.RECREATE))
    change = operation.intent(Post(attempt=replace(ATTEMPT, contact=contact, gone_uuid="u1")))
    assert change == ContactChange(uuid="", after={"name": "Ana"})


@pytest.mark.parametrize("existing", Existing)
def test_both_forms_are_asked_for_before_a_doubtful_row_is_sent_again(existing: Existing) -> None:
    """Not-founds of the form as sent say nothing of the other one."""
    operation = begun(Policy(existing=existing))
    step: ImportStep = LookUp(attempt=replace(ATTEMPT, contact=MEXICAN))
    asked: list[str] = []
    while isinstance(step, LookUp):
        asked.append(operation.request(step).path.rpartition("/")[2])
        step = step_in(after(operation, step, NOT_FOUND))
    assert asked == ["525512345678", "5215512345678"] * 2
    assert isinstance(step, Post)
    assert step.attempt.contact == MEXICAN


def test_a_number_with_one_form_is_sent_again_at_once() -> None:
    """There is nothing else to ask for."""
    step = step_in(after(begun(SKIP), LookUp(attempt=replace(ATTEMPT, not_found_count=1)), NOT_FOUND))
    assert isinstance(step, Post)


def test_a_contact_that_is_met_after_a_doubtful_post_is_given_back_in_doubt() -> None:
    """The POST may have made it, whatever its answer said: the next run must look it up."""
    operation, contact = begun(UPDATE), replace(CONTACT, note="says")
    refused = Reply(arrival=Arrival.ANSWERED, http_status=409)
    attempt = replace(ATTEMPT, contact=contact, doubted=refused, said_exists=True)
    patch = step_in(after(operation, LookUp(attempt=attempt), shown(uuid="u1", note="")))
    assert isinstance(patch, Patch)
    for step in (patch, patch.get):
        outcome = operation.give_back(step, is_in_flight=False)
        assert outcome is not None
        assert outcome.status is Status.IN_DOUBT


@pytest.mark.parametrize(
    ("step", "is_in_flight", "status"),
    [
        (AskFirst(attempt=ATTEMPT), True, Status.PENDING),
        (AskFirst(attempt=ATTEMPT), False, Status.PENDING),
        (Post(attempt=ATTEMPT), True, Status.IN_DOUBT),
        (Post(attempt=ATTEMPT), False, Status.PENDING),
        (LookUp(attempt=ATTEMPT), False, Status.IN_DOUBT),
        (GetContact(uuid="u1", contact=CONTACT), True, Status.PENDING),
        (SelfTestLookUp(contact=CONTACT), True, None),
    ],
)
def test_what_may_have_arrived_is_given_back_in_doubt(
    step: ImportStep,
    is_in_flight: bool,  # noqa: FBT001 - a table of cases
    status: Status | None,
) -> None:
    """What surely changed nothing is pending again."""
    outcome = begun(UPDATE).give_back(step, is_in_flight=is_in_flight)
    assert (outcome.status if outcome else None) is status


def test_rows_that_are_asked_for_need_no_test_of_the_look_up() -> None:
    """Only a row in doubt depends on whether new contacts are shown."""
    operation = begun(SKIP)
    made = Reply(arrival=Arrival.ANSWERED, http_status=201, contact=RemoteContact(uuid="u2"))
    after(operation, Post(attempt=ATTEMPT), made)
    after(operation, AskFirst(attempt=ATTEMPT), NO_ANSWER)
    after(operation, AskFirst(attempt=ATTEMPT), NOT_FOUND)
    assert operation.self_test_step() is None
    after(operation, Post(attempt=ATTEMPT), NO_ANSWER)
    step = operation.self_test_step()
    assert step == SelfTestLookUp(contact=CONTACT)
    assert after(operation, step, shown()) is None
