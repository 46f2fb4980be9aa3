"""The operation of `run` and `retry`: per row it asks first, creates, or leaves what is there. Pure.

    in doubt ...................................... as `CreateOperation` settles it
    in the account already ........................ Final(exists)
    a WhatsApp contact of which that is not known . AskFirst: Final(exists), or Post
    not in the account, or it cannot be asked ..... Post

Before a row that was in doubt is sent again, the other form of its number is asked for too.
"""

from dataclasses import replace
from datetime import datetime

from importer.model.changes import ContactChange
from importer.model.journal_rows import Pending, Presence
from importer.model.policy import Existing, Policy
from importer.model.replies import Outcome, Reply
from importer.model.requests import Request
from importer.model.rows import Status
from importer.worker_pool.ask_first import (
    AskFirst,
    after_ask,
    ask_given_back,
    ask_request,
    can_be_asked,
    needs_asking,
    other_number,
)
from importer.worker_pool.create import CreateOperation, CreateStep
from importer.worker_pool.create_outcomes import exists
from importer.worker_pool.operation import Final, NextStep, SendLater
from importer.worker_pool.retry_decision import LookUp, Post

ImportStep = AskFirst | CreateStep
ImportDecision = NextStep[ImportStep, Outcome]


class ImportOperation:
    """Brings the contact of each row into the account.

    Args:
        policy: The retry and timeout policy, and what to do with contacts that are there already.

    """

    pending = Status.PENDING

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._create = CreateOperation(policy)

    def first_step(self, row: Pending, now: datetime, run_seconds: float) -> ImportDecision:
        """Settle a doubt, leave what is there, ask, or POST."""
        if row.presence is Presence.THERE and not row.in_doubt and self._policy.existing is not Existing.CREATE:
            return Final(outcome=exists(None, row.uuid))
        first = self._create.first_step(row, now, run_seconds)
        if isinstance(first, SendLater) and isinstance(first.step, Post) and not row.in_doubt:
            return replace(first, step=AskFirst(attempt=first.step.attempt)) if needs_asking(row, self._policy) else first
        return first

    def request(self, step: ImportStep) -> Request:
        """Return the step's POST or look-up."""
        return ask_request(step) if isinstance(step, AskFirst) else self._create.request(step)

    def intent(self, step: ImportStep) -> ContactChange | None:  # noqa: ARG002 - the protocol's
        """Return None: it changes no contact."""
        return None

    def decide(self, step: ImportStep, reply: Reply, jitter: float) -> ImportDecision:
        """Return what follows from the reply; `ask_first` and `retry_decision` have the tables."""
        if isinstance(step, AskFirst):
            return after_ask(reply, step, self._policy, jitter)
        decision = self._create.decide(step, reply, jitter)
        if isinstance(step, LookUp) and isinstance(decision, SendLater) and isinstance(decision.step, Post):
            return self._asked_in_other_form(decision, decision.step)
        return decision

    def self_test_step(self) -> ImportStep | None:
        """Return the look-up of a contact that was surely created, once, when some row needs look-ups."""
        return self._create.self_test_step()

    def give_back(self, step: ImportStep, *, is_in_flight: bool) -> Outcome | None:
        """Leave the row pending where no contact can have been made, else in doubt."""
        return ask_given_back(step) if isinstance(step, AskFirst) else self._create.give_back(step, is_in_flight=is_in_flight)

    def _asked_in_other_form(self, decision: SendLater[CreateStep], post: Post) -> ImportDecision:
        """Ask for the other form of the number before it is sent again; the form as sent was just asked for."""
        contact = post.attempt.contact
        if self._policy.existing is Existing.CREATE or not (can_be_asked(contact) and other_number(contact)):
            return decision
        return replace(decision, step=AskFirst(attempt=post.attempt, in_other_form=True, was_sent=True))
