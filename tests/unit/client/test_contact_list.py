"""The walk of the contact list: who was there all the time is never missed, however the list shifts meanwhile."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.client.contact_list import ContactList, WalkError
from importer.model.errors import ServiceError
from importer.model.journal_rows import WalkedContact
from importer.model.protocols import Service
from tests.support import virtual_time
from tests.support.contact_list import Event, ShiftingList, comes, goes, writes


def walk(there: Service, most_requests: int = 10_000, observe: Callable[..., None] = lambda _page: None) -> set[str]:
    """Walk the list and return the UUIDs."""

    async def walked() -> Sequence[WalkedContact]:
        found = ContactList(there, lambda: 0.5, observe)
        await found.pages()
        return await found.walk(most_requests)

    return {one.uuid for one in virtual_time.run(walked())}


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (1, 1), (20, 1), (21, 3), (40, 3), (41, 4), (1000, 51)])
def test_a_list_that_stands_still_is_read_once_and_its_first_page_twice(count: int, requests: int) -> None:
    """A list of one page is one answer, and needs no second reading."""
    there = ShiftingList(newest=list(range(count)))
    assert walk(there) == {f"u{one}" for one in range(count)}
    assert len(there.asked) == requests
    assert all(query["include_field_types"] == "true" for query in there.asked)


def test_what_is_kept_of_a_contact() -> None:
    """The digits of its number, its channel and its UUID; who has no number, or another source, is left out."""
    people: list[dict[str, object]] = [
        {"uuid": "a", "phoneNumber": "+34 600 111 222", "source": "whatsapp", "channel": {"uuid": "c"}},
        {"uuid": "b", "phoneNumber": "34600111333", "channel": None},
        {"uuid": "c", "phoneNumber": None, "source": "whatsapp"},
        {"uuid": "d", "phoneNumber": "34600111444", "source": "telegram"},
    ]
    page = {"contacts": people, "meta": {"page": 1, "pages": 1, "next": None}}
    found = ContactList(ShiftingList(spoil=lambda _number, _page: page), lambda: 0.5)
    assert virtual_time.run(found.walk(9)) == [
        WalkedContact(number="34600111222", channel_uuid="c", uuid="a"),
        WalkedContact(number="34600111333", channel_uuid="", uuid="b"),
    ]


def test_the_observer_sees_every_contact_once() -> None:
    """As the service describes it, so that its tags and fields are seen in the same walk."""
    seen: list[Mapping[str, object]] = []
    walk(ShiftingList(newest=list(range(50)), events=iter([[], [writes(49)]])), observe=seen.extend)
    assert sorted(str(one["uuid"]) for one in seen) == sorted(f"u{one}" for one in range(50))
    assert all("phoneNumber" in one for one in seen)


def test_who_moves_past_the_walk_is_found_at_its_end() -> None:
    """The last of 100 writes while the first page is being read."""
    there = ShiftingList(newest=list(range(100)), events=iter([[writes(99)]]))
    assert walk(there) == {f"u{one}" for one in range(100)}


def test_who_moves_past_the_second_reading_is_found_too() -> None:
    """Nobody new on the pages that were read again is no proof, if they were more than one."""
    late = [[*[writes(30)] * 25, writes(99)], [], [], [], [], [writes(25)]]
    there = ShiftingList(newest=list(range(100)), events=iter(late))
    assert walk(there) == {f"u{one}" for one in range(100)}


def test_a_message_to_everybody_from_the_oldest_on() -> None:
    """A whole page that is known and in its order is no proof while those are missing who stood above it."""
    there = ShiftingList(newest=list(range(200)), events=iter([[], [], [], [], [writes(-1)] * 130]))
    assert walk(there) == {f"u{one}" for one in range(200)}


def test_a_list_that_turns_round_once_ends_too_early_and_is_read_again() -> None:
    """Everybody wrote, in the order that looks like the one before: the number of pages tells."""
    there = ShiftingList(newest=list(range(60)), events=iter([[writes(-1)] * 60]))
    assert walk(there) == {f"u{one}" for one in range(60)}


def test_many_deletions_cost_a_second_reading_and_no_more() -> None:
    """Those who stood above and are gone are not waited for."""
    there = ShiftingList(newest=list(range(100)), events=iter([[], [goes(0)] * 10]))
    assert walk(there) >= {f"u{one}" for one in range(10, 100)}
    assert len(there.asked) <= 2 * 5 + 1


EVENTS = st.lists(
    st.lists(
        st.one_of(
            st.integers(0, 150).map(writes),
            st.integers(-5, -1).map(writes),
            st.integers(1000, 1100).map(comes),
            st.integers(0, 150).map(goes),
        ),
        max_size=6,
    ),
    max_size=30,
)


@settings(max_examples=150, deadline=None)
@given(count=st.integers(0, 130), events=EVENTS)
def test_whoever_was_there_all_the_time_is_never_missed(count: int, events: list[list[Event]]) -> None:
    """People write, come and are deleted between any two requests."""
    there = ShiftingList(newest=list(range(count)), events=iter(events))
    found = walk(there)
    assert found >= {f"u{one}" for one in range(count) if one in there.times}
    assert found <= {f"u{one}" for one in [*range(count), *range(1000, 1101)]}


@settings(max_examples=100, deadline=None)
@given(
    count=st.integers(0, 60),
    events=st.lists(st.lists(st.integers(0, 60).map(writes), max_size=1), max_size=30),
    per_page=st.integers(7, 10),
)
def test_the_size_of_a_page_does_not_matter(count: int, events: list[list[Event]], per_page: int) -> None:
    """A service that shows other numbers of contacts a page is walked as well."""
    there = ShiftingList(newest=list(range(count)), events=iter(events), per_page=per_page)
    assert walk(there) == {f"u{one}" for one in range(count)}


def test_a_list_that_never_rests_is_given_up() -> None:
    """Somebody new between any two requests, for ever: no walk proves anything."""

    def more() -> Iterator[Sequence[Event]]:
        for one in range(1000, 100_000):
            yield [comes(one)]

    with pytest.raises(WalkError, match="shifts faster"):
        walk(ShiftingList(newest=list(range(30)), events=more()))


def spoilt(**meta: object) -> Callable[[int, dict[str, Any]], object]:
    """Return what changes the second page."""
    return lambda number, page: {**page, "meta": {**page["meta"], **meta}} if number == 2 else page


ODD: dict[str, Callable[[int, dict[str, Any]], object]] = {
    "no list": lambda _number, page: {"meta": page["meta"]},
    "no meta": lambda _number, page: {"contacts": page["contacts"]},
    "no next": lambda _number, page: {**page, "meta": {"pages": 5}},
    "next is a list": spoilt(next=["x"]),
    "a contact without uuid": lambda _number, page: {**page, "contacts": [*page["contacts"], {"name": "Ana"}]},
    "a text among the contacts": lambda _number, page: {**page, "contacts": ["Ana"]},
    "an empty page and a next": lambda _number, page: {**page, "contacts": []},
    "ends too early": lambda _number, page: {**page, "meta": {**page["meta"], "next": None}},
    "goes round": lambda number, page: {**page, "meta": {**page["meta"], "next": "50"}} if number > 1 else page,
}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_answer_ends_the_walk(odd: str) -> None:
    """A list that is not what it should be proves nobody's absence."""
    with pytest.raises(WalkError):
        walk(ShiftingList(newest=list(range(100)), spoil=ODD[odd]))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_a_refused_page_ends_the_walk(status: int) -> None:
    """Also one in the middle, such as a cursor that the service does not know any more."""
    with pytest.raises(ServiceError):
        walk(ShiftingList(newest=list(range(100)), spoil=lambda number, page: status if number >= 3 else page))


def test_a_walk_that_takes_too_many_requests_is_given_up() -> None:
    """Past 10,000 contacts nobody knows how many there are."""
    there = ShiftingList(newest=list(range(300)))
    with pytest.raises(WalkError, match="goes on after 7 pages"):
        walk(there, most_requests=7)
    assert len(there.asked) == 7


def test_a_page_is_asked_for_again_after_a_failure() -> None:
    """A 503 between two pages harms nobody."""
    there = ShiftingList(newest=list(range(100)), spoil=lambda number, page: 503 if number in (2, 3) else page)
    assert len(walk(there)) == 100


def test_the_first_page_tells_the_length_and_is_not_read_twice() -> None:
    """What the choice between two ways asked for is the walk's first page."""

    async def main() -> None:
        there = ShiftingList(newest=list(range(100)))
        found = ContactList(there, lambda: 0.5)
        assert await found.pages() == 5
        await asyncio.sleep(0)
        await found.walk(100)
        assert (len(there.asked), found.requests) == (6, 6)

    virtual_time.run(main())
