"""Contacts that were there before, the order of the list, and what the documentation leaves open about both."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from importer.sandbox import DEFAULT_ACCOUNT, Cursor, Duplicates, OptionalFields, SandboxOptions
from importer.sandbox.calls import Asked, Calls

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SUPPORT = DEFAULT_ACCOUNT.teams[1].uuid


def body(number: int, **fields: object) -> dict[str, object]:
    """Return a body of POST /contacts."""
    return {"identifier": str(34_600_000_000 + number), "source": "whatsapp", "name": f"Person {number}", **fields}


def calls(count: int = 0, **options: Any) -> Calls:
    """Return the calls on an account with so many contacts, the last of them with the newest conversation."""
    contacts = tuple(body(number) for number in range(count))
    return Calls(SandboxOptions(**{"contacts": contacts, **options}), lambda: START)


def page(api: Calls, **query: str) -> tuple[list[str], str | None]:
    """Return the names on a page of the list, and the cursor to the next."""
    found = api.list_contacts(Asked(query=query)).body
    return [one["name"] for one in found["contacts"]], found["meta"]["next"]


def walk(api: Calls) -> list[str]:
    """Return the names on all pages, walked with the cursor."""
    names, after = page(api)
    while after is not None:
        more, after = page(api, after=after)
        names += more
    return names


def uuid_of(api: Calls, number: int) -> str:
    """Return the UUID of a contact."""
    return next(one.uuid for one in api.contacts if one.name == f"Person {number}")


def test_contacts_may_be_there_before() -> None:
    """Made a month ago unless they say when; found by number, listed, and not the same as one made now."""
    told = body(1, created_at=datetime(2025, 1, 1, tzinfo=UTC), tags=["VIP"])
    api = calls(contacts=(body(0), told), duplicates=Duplicates.RETURN)
    assert [one.created_at for one in api.contacts] == [START - timedelta(days=30), datetime(2025, 1, 1, tzinfo=UTC)]
    assert api.find_contact(Asked(parameter="34600000001")).body["contact"]["tags"] == ("VIP",)
    assert walk(api) == ["Person 1", "Person 0"]
    assert api.create_contact(Asked(body=body(1))).body["contact"][0]["uuid"] == uuid_of(api, 1)


def test_who_chats_moves_to_the_top() -> None:
    """The list is sorted by the newest conversation; a change of a contact is none."""
    api = calls(3)
    api.chat(uuid_of(api, 0))
    api.change_contact(Asked(parameter=uuid_of(api, 1), body={"note": "called"}))
    assert walk(api) == ["Person 0", "Person 2", "Person 1"]
    with pytest.raises(KeyError):
        api.chat("nobody")


def test_a_walk_by_conversation_neither_repeats_nor_skips_others() -> None:
    """One that was seen and one that was not move to the top: the first is not repeated, only the second is missed."""
    api = calls(60)
    names, after = page(api)
    api.chat(uuid_of(api, 45))
    api.chat(uuid_of(api, 5))
    while after is not None:
        more, after = page(api, after=after)
        names += more
    assert sorted(names) == sorted(f"Person {number}" for number in range(60) if number != 5)
    assert page(api)[0][:2] == ["Person 5", "Person 45"]


def test_a_walk_by_offset_repeats_and_skips() -> None:
    """As an account may do whose cursor is a number of contacts."""
    api = calls(60, cursor=Cursor.OFFSET)
    first, after = page(api)
    assert (first[-1], after) == ("Person 40", "20")
    api.chat(uuid_of(api, 5))
    assert page(api, after="20")[0][0] == "Person 40"
    for number in (59, 58):
        api.delete_contact(Asked(parameter=uuid_of(api, number)))
    assert page(api, after="20")[0][0] == "Person 38"


def test_people_may_chat_while_the_list_is_walked() -> None:
    """The same ones with the same seed, and others with another; without, the order stays."""
    orders = [walk(calls(100, chats=2.5, seed=seed)) for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    api = calls(100)
    assert walk(api) == walk(api) == [f"Person {number}" for number in reversed(range(100))]
    assert page(calls(0, chats=1.0)) == ([], None)


@pytest.mark.parametrize(
    ("stored", "asked"),
    [("5215512345678", "525512345678"), ("541123456789", "5491123456789"), ("5511987654321", "551187654321")],
)
def test_both_forms_of_a_number_may_be_one_contact(stored: str, asked: str) -> None:
    """For the look-up and for a second POST alike; without the option they are two."""
    contacts = ({**body(0), "identifier": stored},)
    joined = calls(contacts=contacts, finds_both_forms=True, duplicates=Duplicates.REFUSE)
    assert joined.find_contact(Asked(parameter=asked)).status == 200
    assert joined.create_contact(Asked(body={**body(0), "identifier": asked})).status == 422
    joined.delete_contact(Asked(parameter=uuid_of(joined, 0)))
    assert joined.find_contact(Asked(parameter=asked)).status == 404
    assert calls(contacts=contacts).find_contact(Asked(parameter=asked)).status == 404


def test_tags_of_a_patch_may_be_added() -> None:
    """The documentation does not say whether they take the place of the others, as they do by default."""
    for adds, tags in ((False, ("Lead",)), (True, ("VIP", "Lead"))):
        api = calls(contacts=(body(0, tags=["VIP"]),), adds_tags=adds)
        api.change_contact(Asked(parameter=uuid_of(api, 0), body={"tags": ["Lead"]}))
        assert api.contacts[0].tags == tags


def test_an_empty_text_clears_a_custom_field() -> None:
    """Of every type; the others stay, and a cleared one is not shown."""
    fields = {
        "City": "Roma",
        "E-mail": "a@example.com",
        "Status": "Lead",
        "Features": ["Dark Mode"],
        "Joined": "2026-03-03",
    }
    api = calls(contacts=(body(0, custom_fields=fields),))
    cleared = {"E-mail": "", "Status": "", "Features": [], "Joined": ""}
    answer = api.change_contact(Asked(parameter=uuid_of(api, 0), body={"custom_fields": cleared}))
    assert answer.body["contact"][0]["customFields"] == {"City": "Roma"}


@pytest.mark.parametrize(
    ("optional", "listed", "read"),
    [
        (OptionalFields.FILLED, ["note", "channel"], ["note", "channel"]),
        (OptionalFields.ALWAYS, ["note", "team", "channel"], ["note", "team", "channel"]),
        (OptionalFields.UNLISTED, [], ["note", "channel"]),
    ],
)
def test_fields_that_are_shown_sometimes(optional: OptionalFields, listed: list[str], read: list[str]) -> None:
    """Where they are filled, always, or only where a single contact is asked for."""
    api = calls(contacts=(body(0, note="x"),), optional_fields=optional)
    (in_list,) = api.list_contacts(Asked()).body["contacts"]
    (alone,) = api.read_contact(Asked(parameter=uuid_of(api, 0))).body["contact"]
    found = api.find_contact(Asked(parameter="34600000000")).body["contact"]
    names = ("note", "team", "channel")
    assert [[name for name in names if name in one] for one in (in_list, alone, found)] == [listed, read, read]
    assert alone["note"] == "x"
