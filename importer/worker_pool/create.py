"""The operation that creates contacts: POST, and a look-up where nobody can say whether the POST arrived. Pure.

The look-up's self-test: does GET /contacts/phone/:number show contacts that were surely just made?

a contact was surely created, and some row's outcome depends on look-ups --> look that contact up
    found ....................... the look-up is reliable
    not found, three times ...... it is not: a row in doubt is never sent again because of a "not found"
"""

from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import assert_never

from importer.model.changes import ContactChange
from importer.model.journal_rows import Pending
from importer.model.policy import Policy
from importer.model.replies import Outcome, Reply
from importer.model.requests import Request, can_be_asked, create_contact, find_contact, other_number
from importer.model.rows import Contact, Status
from importer.worker_pool.create_outcomes import CUT_OFF, Attempt, in_doubt
from importer.worker_pool.operation import Final, NextStep, SendLater
from importer.worker_pool.retry_decision import (
    LookUp,
    Post,
    after_look_up,
    after_post,
    is_unsure,
    resume,
)

_MOST_NOT_FOUND = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTestLookUp:
    """Look up a contact that was surely just created."""

    contact: Contact
    not_found_count: int = 0

    @property
    def in_other_form(self) -> bool:
        """Whether the other form of its number is asked for, which the service may have stored: every other time."""
        return bool(self.not_found_count % 2 and other_number(self.contact))


class LookUpSelfTest:
    """Remembers what was created, and judges the replies.

    Args:
        gap_seconds: Between two look-ups: a new contact may take some seconds to be shown.

    """

    def __init__(self, gap_seconds: float) -> None:
        self._gap_seconds = gap_seconds
        self._created: Contact | None = None
        self._is_needed = self._is_begun = False
        self.is_blind = False
        """Whether the look-up did not show a contact that was surely created."""

    def note_created(self, contact: Contact) -> None:
        """Note a contact that was surely created; the first one is looked up."""
        self._created = self._created or contact

    def note_needed(self) -> None:
        """Note that a row's outcome depends on look-ups."""
        self._is_needed = True

    def step(self) -> SelfTestLookUp | None:
        """Return the look-up to make now, once; else None."""
        if self._is_begun or not self._is_needed or self._created is None:
            return None
        self._is_begun = True
        return SelfTestLookUp(contact=self._created)

    def judge(self, step: SelfTestLookUp, reply: Reply) -> SendLater[SelfTestLookUp] | None:
        """Return what follows from the reply to a look-up."""
        count = step.not_found_count + (reply.http_status == HTTPStatus.NOT_FOUND and not reply.is_proxy_page)
        if reply.http_status == HTTPStatus.OK:
            return None
        if count >= _MOST_NOT_FOUND:
            self.is_blind = True
            return None
        return SendLater(step=replace(step, not_found_count=count), wait_seconds=self._gap_seconds)


CreateStep = Post | LookUp | SelfTestLookUp


class CreateOperation:
    """Creates the contact of each row.

    Args:
        policy: The retry and timeout policy.

    """

    pending = Status.PENDING

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._self_test = LookUpSelfTest(policy.not_found_gap_seconds)

    def first_step(self, row: Pending, now: datetime, run_seconds: float) -> NextStep[CreateStep, Outcome]:
        """POST it; what an earlier run left in doubt, or was refused, is looked up first."""
        first_sent_at = now if row.was_refused else row.first_sent_at or now
        attempt = Attempt(
            contact=row.contact, first_sent_at=first_sent_at, doubts=row.doubts, was_refused=row.was_refused
        )
        if not row.in_doubt:
            return SendLater(step=Post(attempt=attempt))
        return self._noted(resume(attempt, run_seconds, self._policy))

    def request(self, step: CreateStep) -> Request:
        """Return the step's POST or look-up."""
        if isinstance(step, Post):
            return create_contact(step.attempt.contact)
        contact = step.contact if isinstance(step, SelfTestLookUp) else step.attempt.contact
        return find_contact(contact, in_other_form=step.in_other_form)

    def intent(self, step: CreateStep) -> ContactChange | None:  # noqa: ARG002 - the protocol's
        """Return None: it changes no contact."""
        return None

    def decide(self, step: CreateStep, reply: Reply, jitter: float) -> NextStep[CreateStep, Outcome]:
        """Return what follows from the reply; `retry_decision` has the table."""
        match step:
            case Post(attempt=attempt):
                decision = after_post(reply, attempt, self._policy, jitter)
                is_created = isinstance(decision, Final) and decision.outcome.status is Status.CREATED
                if is_created and can_be_asked(attempt.contact):
                    self._self_test.note_created(attempt.contact)
                return self._noted(decision)
            case LookUp():
                return after_look_up(reply, step, self._policy, jitter, is_blind=self._self_test.is_blind)
            case SelfTestLookUp():
                return self._self_test.judge(step, reply)
            case _:
                assert_never(step)

    def self_test_step(self) -> CreateStep | None:
        """Return the look-up of a contact that was surely created, once, when some row needs look-ups."""
        return self._self_test.step()

    def give_back(self, step: CreateStep, *, is_in_flight: bool) -> Outcome | None:
        """Leave the row pending where no contact can have been made, else in doubt."""
        match step:
            case Post(attempt=attempt) if not (is_in_flight or is_unsure(attempt)):
                return Outcome(status=Status.PENDING)
            case LookUp(attempt=attempt) if attempt.was_refused:
                return Outcome(status=Status.PENDING)
            case Post(attempt=attempt) | LookUp(attempt=attempt):
                return in_doubt(attempt, CUT_OFF)
            case _:
                return None

    def _noted(self, decision: NextStep[CreateStep, Outcome]) -> NextStep[CreateStep, Outcome]:
        """Return the decision, after noting whether the row depends on look-ups now."""
        if isinstance(decision, SendLater) and isinstance(decision.step, LookUp):
            self._self_test.note_needed()
        return decision
