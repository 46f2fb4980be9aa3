"""The look-up's self-test: does GET /contacts/phone/:number show contacts that were surely just made? Pure.

a contact was surely created, and some row's outcome depends on look-ups --> look that contact up
    found ....................... the look-up is reliable
    not found, three times ...... it is not: a row in doubt is never sent again because of a "not found"
"""

from dataclasses import dataclass, replace
from http import HTTPStatus

from importer.model.replies import Reply
from importer.model.rows import Contact
from importer.worker_pool.operation import SelfTestDone, SendLater

_MOST_NOT_FOUND = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTestLookUp:
    """Look up a contact that was surely just created."""

    contact: Contact
    not_found_count: int = 0


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

    def judge(self, step: SelfTestLookUp, reply: Reply) -> SendLater[SelfTestLookUp] | SelfTestDone:
        """Return what follows from the reply to a look-up."""
        count = step.not_found_count + (reply.http_status == HTTPStatus.NOT_FOUND)
        if reply.http_status == HTTPStatus.OK:
            return SelfTestDone()
        if count >= _MOST_NOT_FOUND:
            self.is_blind = True
            return SelfTestDone()
        return SendLater(step=replace(step, not_found_count=count), wait_seconds=self._gap_seconds)
