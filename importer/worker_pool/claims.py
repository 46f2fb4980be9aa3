"""Rows that are claimed ahead of their turn: their intent is on disk, so that no request waits for the disk."""

import asyncio
from collections.abc import Callable
from typing import Any

from importer.model.journal_rows import Pending
from importer.model.protocols import WorkJournal

_CLAIM_SECONDS = 0.1
_CLAIM_WITHOUT_LIMIT = 200
_RESERVE_SECONDS = 0.25
"""Rows at hand for a slow disk: commits of up to 91 ms were seen on 2026-11-23; each costs a look-up after a crash."""


class Claims:
    """Claims rows while there are some.

    Args:
        journal: Where they are pending.
        rate: Requests per second, 0.0 for no limit: how many rows to have at hand.
        begin: Told each row that was claimed.
        ended: Told when a claim has ended, with the error in which it ended, if it did.

    """

    def __init__(
        self,
        journal: WorkJournal[Any],
        rate: float,
        begin: Callable[[Pending], None],
        ended: Callable[[Exception | None], None],
    ) -> None:
        self._journal = journal
        self._begin = begin
        self._ended = ended
        self._reserve = round(rate * _RESERVE_SECONDS) if rate else _CLAIM_WITHOUT_LIMIT
        self._count = max(2, round(rate * _CLAIM_SECONDS)) if rate else _CLAIM_WITHOUT_LIMIT
        self._claiming: asyncio.Task[None] | None = None
        self._are_exhausted = False

    @property
    def is_over(self) -> bool:
        """Whether no row is pending now, as far as is known."""
        return self._are_exhausted and not self._claiming

    def more(self) -> None:
        """Take note that more rows may be pending."""
        self._are_exhausted = False

    def top_up(self, at_hand: int) -> None:
        """Claim more rows if few are at hand."""
        if not (self._claiming or self._are_exhausted) and at_hand <= self._reserve:
            self._claiming = asyncio.create_task(self._claim())

    async def wait(self) -> None:
        """Wait for the claim that is under way, if one is."""
        if self._claiming:
            await self._claiming

    async def _claim(self) -> None:
        self._are_exhausted = True  # before asking: what is enqueued meanwhile says otherwise
        failure = None
        try:
            for row in await self._journal.claim(self._count):
                self._are_exhausted = False
                self._begin(row)
        except Exception as error:  # noqa: BLE001 - told: nobody awaits this task for its result
            failure = error
        self._claiming = None
        self._ended(failure)
