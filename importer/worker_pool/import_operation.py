"""The operation of `run` and `retry`: per row it asks first, creates, updates, or leaves what is there. Pure.

    in doubt ...................................... as `create` settles it
    in the account, known to the journal or listed  skip: Final(exists); update: GetContact, as `update` goes on
    a WhatsApp contact of which that is not known . AskFirst, as `ask_first` goes on
    not in the account, or it cannot be asked ..... Post

    found deleted by an earlier run ............... GetContact, whatever is done with those that are there
    found there before, by whatever request ....... skip: Final(exists); update: merged as that reply shows it
    deleted in Callbell ........................... AskFirst, for a colleague may have made it again; else Final(gone)
    the same with --gone recreate ................. AskFirst after the settle time: an earlier run may have made it
                                                    again; the POST is written down before it leaves, as one of a
                                                    new contact, so that it can be in doubt
    a doubt that ends in a POST ................... AskFirst in the number's other form

With `create` the account is not asked, but for contacts that were deleted: every row is POSTed.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from types import MappingProxyType

from importer.model.changes import ContactChange
from importer.model.journal_rows import Pending, Presence
from importer.model.payload import set_fields
from importer.model.policy import Existing, Gone, Policy
from importer.model.replies import Outcome, Reply, gone_outcome
from importer.model.requests import Request, can_be_asked
from importer.model.rows import Contact, Status
from importer.worker_pool.ask_first import (
    AskFirst,
    after_ask,
    ask_request,
    needs_asking,
)
from importer.worker_pool.create import CreateOperation, CreateStep, SelfTestLookUp
from importer.worker_pool.create_outcomes import Attempt, exists
from importer.worker_pool.operation import Final, NextStep, SendLater
from importer.worker_pool.retry_decision import Post
from importer.worker_pool.update import (
    Deleted,
    GetContact,
    Patch,
    UpdateStep,
    after_get_contact,
    after_patch,
    first_update_step,
    give_back_update,
    update_intent,
    update_request,
)

ImportStep = AskFirst | CreateStep | UpdateStep
ImportDecision = NextStep[ImportStep, Outcome]


class ImportOperation:
    """Brings the contact of each row into the account.

    Args:
        policy: The retry and timeout policy, and what to do with contacts that are there already.
        refusal: Returns the outcome of a row that the account would surely refuse, else None.

    """

    pending = Status.PENDING

    def __init__(self, policy: Policy, refusal: Callable[[Contact], Outcome | None] = lambda _contact: None) -> None:
        self._policy = policy
        self._refusal = refusal
        self._create = CreateOperation(policy)
        self._now = datetime.fromtimestamp(0, UTC)
        """When the last row was begun."""

    def first_step(self, row: Pending, now: datetime, run_seconds: float) -> ImportDecision:
        """Settle a doubt, update or leave what is there, ask, or POST."""
        self._now = now
        is_update = row.was_gone or (row.uuid and self._policy.existing is Existing.UPDATE)
        if not row.in_doubt and is_update:
            return first_update_step(row, run_seconds, self._policy)
        if not row.in_doubt and row.presence is Presence.THERE and self._policy.existing is Existing.SKIP:
            return Final(outcome=exists(None, row.uuid))
        if not row.in_doubt and (refused := self._refusal(row.contact)):
            return Final(outcome=refused)
        first = self._create.first_step(row, now, run_seconds)
        if isinstance(first, SendLater) and isinstance(first.step, Post) and not row.in_doubt:
            return SendLater(step=AskFirst(attempt=first.step.attempt)) if needs_asking(row, self._policy) else first
        return first

    def request(self, step: ImportStep) -> Request:
        """Return the step's request."""
        match step:
            case AskFirst():
                return ask_request(step)
            case GetContact() | Patch():
                return update_request(step)
            case _:
                return self._create.request(step)

    def intent(self, step: ImportStep) -> ContactChange | None:
        """Return what a PATCH changes, and what a POST sets that makes a deleted contact again; None for all else."""
        match step:
            case GetContact() | Patch():
                return update_intent(step)
            case Post(attempt=attempt) if attempt.gone_uuid:
                return ContactChange(uuid="", after=MappingProxyType(set_fields(attempt.contact)))
            case _:
                return None

    def decide(self, step: ImportStep, reply: Reply, jitter: float) -> ImportDecision:
        """Return what follows from the reply; `ask_first`, `retry_decision` and `update` have the tables."""
        match step:
            case AskFirst():
                return self._met(after_ask(reply, step, self._policy, jitter), step.attempt, reply, jitter)
            case GetContact():
                return self._after_get(step, reply, jitter)
            case Patch():
                return after_patch(reply, step, self._policy, jitter)
            case _:
                return self._after_create_step(step, reply, jitter)

    def self_test_step(self) -> ImportStep | None:
        """Return the look-up of a contact that was surely created, once, when some row needs look-ups."""
        return self._create.self_test_step()

    def give_back(self, step: ImportStep, *, is_in_flight: bool) -> Outcome | None:
        """Leave the row pending where nothing can have been changed, else in doubt."""
        match step:
            case AskFirst():
                return Outcome(status=Status.PENDING)
            case GetContact() | Patch():
                return give_back_update(step, is_in_flight=is_in_flight)
            case _:
                return self._create.give_back(step, is_in_flight=is_in_flight)

    def _after_create_step(self, step: CreateStep, reply: Reply, jitter: float) -> ImportDecision:
        decision = self._create.decide(step, reply, jitter)
        if isinstance(step, SelfTestLookUp):
            return decision
        return self._met(decision, step.attempt, reply, jitter)

    def _met(self, decision: ImportDecision, attempt: Attempt, reply: Reply, jitter: float) -> ImportDecision:
        """Merge a row with a contact that the reply shows and that was there before: a first meeting."""
        is_there = isinstance(decision, Final) and decision.outcome.status is Status.EXISTS
        if not is_there or reply.contact is None or self._policy.existing is not Existing.UPDATE:
            return decision
        posted = attempt if attempt.doubted else None
        met = GetContact(uuid=reply.contact.uuid, contact=attempt.contact, doubts=attempt.doubts, posted=posted)
        return self._after_get(met, reply, jitter)

    def _after_get(self, step: GetContact, reply: Reply, jitter: float) -> ImportDecision:
        """Merge a row with its contact, leave one that is there after all, or go on without a deleted one."""
        found = reply.contact if reply.http_status == HTTPStatus.OK else None
        if self._policy.existing is not Existing.UPDATE and found and found.uuid == step.uuid:
            return Final(outcome=exists(reply.http_status, found.uuid, found.href))
        decision = after_get_contact(reply, step, self._policy, jitter)
        return self._without(decision) if isinstance(decision, Deleted) else decision

    def _without(self, deleted: Deleted) -> ImportDecision:
        """Ask whether another contact has the number; else make it again where that is wanted, or report it."""
        get, recreates = deleted.get, self._policy.gone is Gone.RECREATE
        attempt = Attempt(contact=get.contact, first_sent_at=self._now, gone_uuid=get.uuid, doubts=get.doubts)
        if can_be_asked(get.contact):
            wait_seconds = self._policy.settle_seconds if recreates else 0.0
            return SendLater(step=AskFirst(attempt=attempt), wait_seconds=wait_seconds)
        if recreates:
            return SendLater(step=Post(attempt=attempt))
        return Final(outcome=gone_outcome(get.uuid, deleted.http_status))
