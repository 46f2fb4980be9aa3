"""Who is there already: the way that takes fewer requests, and what is said of its cost."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from importer.client.account import AccountLists
from importer.commands.account.presence import find_existing, has_several_channels
from importer.commands.context import CommandContext, load_settings
from importer.model.journal_rows import WalkedContact
from tests.support import virtual_time
from tests.support.contact_list import Event, ShiftingList, comes

ONE_CHANNEL = AccountLists(channels=[{"uuid": "main", "type": "whatsapp"}, {"uuid": "other", "type": "telegram"}])


@dataclass(slots=True, kw_only=True)
class Asked:
    """A journal that has so many rows to be asked about."""

    rows: int
    look_ups: int = 0
    """0: one a row."""
    walked: list[WalkedContact] | None = None
    several_channels: bool | None = None

    async def to_ask(self) -> tuple[int, int]:
        return self.rows, self.look_ups or self.rows

    async def add_walked(self, contacts: Sequence[WalkedContact], *, several_channels: bool) -> None:
        self.walked, self.several_channels = [*contacts], several_channels


@dataclass(slots=True, kw_only=True)
class Asking:
    """A question that was asked: what it cost, and what was said of it."""

    journal: Asked
    there: ShiftingList
    said: str
    observed: list[object] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many pages were read."""
        return len(self.there.asked)


def ask(
    rows: int, contacts: int, lists: AccountLists | None = ONE_CHANNEL, *, look_ups: int = 0, **more: Any
) -> Asking:
    """Ask for so many rows in an account of so many contacts."""
    options: dict[str, object] = {name: more.pop(name) for name in ("existing", "rate") if name in more}
    settings, kept = load_settings(options, {}, find_config=False)
    context = CommandContext(settings=settings, options=kept, environment={}, stream=io.StringIO())
    there = ShiftingList(newest=list(range(contacts)), **more)
    it = Asking(journal=Asked(rows=rows, look_ups=look_ups), there=there, said="")
    virtual_time.run(find_existing(context, there, it.journal, lists, it.observed.extend))
    assert isinstance(context.stream, io.StringIO)
    it.said = context.stream.getvalue()
    return it


def test_a_long_file_walks_the_list() -> None:
    """An account of 2,000 contacts and a file of 10,000 rows: all are known after 101 requests."""
    it = ask(10_000, 2_000)
    assert it.journal.walked is not None
    assert len(it.journal.walked) == 2_000
    assert it.requests == 101
    assert it.said == "Asking whether Callbell has 10,000 customers not sent before: about 101 requests.\n"
    assert len(it.observed) == 2_000


def test_a_short_file_is_looked_up() -> None:
    """Only how long the list is was asked for."""
    it = ask(90, 2_000)
    assert (it.journal.walked, it.requests) == (None, 1)
    assert it.said == "Asking whether Callbell has 90 customers not sent before: about 90 requests.\n"


def test_a_handful_is_looked_up_without_a_question() -> None:
    """The list's length costs a request too."""
    it = ask(1, 0)
    assert (it.journal.walked, it.requests) == (None, 0)
    assert it.said == "Asking whether Callbell has 1 customer not sent before: about 1 request.\n"


def test_numbers_with_two_forms_count_twice() -> None:
    """They may take two look-ups each, which a walk does not."""
    assert ask(90, 2_000, look_ups=180).journal.walked is not None
    assert ask(90, 2_000, look_ups=101).journal.walked is None


@pytest.mark.parametrize("rows", [0, 5])
@pytest.mark.parametrize("existing", ["create", "skip"])
def test_nothing_is_asked_that_nobody_wants_to_know(rows: int, existing: str) -> None:
    """Neither without rows to ask about nor where all are to be POSTed unasked."""
    it = ask(rows, 2_000, existing=existing)
    assert it.requests == 0
    assert (it.said == "") is (not rows or existing == "create")


def test_past_10_000_contacts_nobody_knows_how_many_there_are() -> None:
    """The list's pages end at 500, and the walk goes on by its cursor."""
    it = ask(2_000, 12_000)
    assert it.journal.walked is not None
    assert len(it.journal.walked) == 12_000
    assert it.said.startswith("Asking whether Callbell has 2,000 customers not sent before: at least 501 requests")


def test_a_list_that_turns_out_to_be_too_long_is_left() -> None:
    """When it has cost as much as the look-ups, they are made."""
    it = ask(520, 12_000)
    assert (it.journal.walked, it.requests) == (None, 520)
    assert it.said.endswith("about 520 requests, 2 s.\n")


@pytest.mark.parametrize("status", [400, 403, 500])
def test_a_list_that_cannot_be_walked_leaves_the_look_ups(status: int) -> None:
    """Nothing of half a walk is kept."""
    it = ask(1_000, 2_000, spoil=lambda number, page: status if number > 3 else page)
    assert it.journal.walked is None
    assert it.said.endswith("about 1,000 requests, 3 s.\n")


def test_a_list_that_never_rests_leaves_the_look_ups() -> None:
    """Somebody new between any two requests proves nothing."""
    events: list[list[Event]] = [[comes(number)] for number in range(5_000, 10_000)]
    assert ask(1_000, 100, events=iter(events)).journal.walked is None


def test_the_cost_in_seconds_is_that_of_one_request_after_the_other() -> None:
    """Or of the account's rate, where that is slower."""
    assert "about 101 requests, 50 s." in ask(10_000, 2_000, rate=2.0).said
    assert "about 101 requests, 20 s." in ask(10_000, 2_000, latency_seconds=0.2).said


def channels(*types: str) -> AccountLists:
    """Return an account with channels of these types."""
    return AccountLists(channels=[{"uuid": f"c{n}", "type": kind} for n, kind in enumerate(types)])


@pytest.mark.parametrize(
    ("lists", "several"),
    [
        (None, True),
        (AccountLists(), True),
        (ONE_CHANNEL, False),
        (channels("whatsapp", "whatsapp"), True),
        (channels("telegram"), True),
    ],
)
def test_whether_a_number_may_be_there_more_than_once(lists: AccountLists | None, several: bool) -> None:  # noqa: FBT001 - a table of cases
    """Only where the account is known to have one WhatsApp channel it may not."""
    assert has_several_channels(lists) is several
    assert ask(100, 40, lists).journal.several_channels is several
