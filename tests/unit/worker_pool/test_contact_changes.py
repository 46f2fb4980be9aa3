"""What counts as a change of a contact since it was sent."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.rows import Contact
from importer.sandbox.account import DEFAULT_ACCOUNT, StoredContact
from importer.sandbox.answers import contact_body
from importer.worker_pool.contact_changes import changes
from tests.support.virtual_time import START

SENT = Contact(
    identifier="34600111222",
    source="whatsapp",
    name="Ana García",
    tags=("VIP", "Lead"),
    custom_fields={"City": "Vigo", "Loyalty Points": "42", "Features": ("Dark Mode", "Notifications")},
    assigned_user="ana@example.com",
    team_uuid="5a1e5000000000000000000000000001",
    channel_uuid="c4a00000000000000000000000000001",
    note="Likes boats",
)
FOUND = {
    "uuid": "u1",
    "name": "Ana García",
    "tags": ["VIP", "Lead"],
    "customFields": {"City": "Vigo", "Loyalty Points": "42", "Features": ["Dark Mode", "Notifications"]},
    "assignedUser": "ana@example.com",
    "team": {"uuid": "5a1e5000000000000000000000000001", "default": False},
    "channel": {"uuid": "c4a00000000000000000000000000001"},
    "note": "Likes boats",
}
BARE = Contact(identifier="34600111222", source="whatsapp", name="Ana García")


def custom(**fields: Any) -> dict[str, Any]:
    """Return the custom fields as found, with some that are other."""
    return {"customFields": {**FOUND["customFields"], **{name.replace("_", " "): to for name, to in fields.items()}}}  # type: ignore[dict-item]  # it is a dict


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"name": "  Ana  Garci\u0301a "},
        {"tags": ["Lead", "VIP"]},
        {"tags": ["Lead", "VIP", "VIP"]},
        {"assignedUser": "Ana@Example.com"},
        {"assignedUser": {"email": "ana@example.com", "name": "Ana"}},
        {"team": "5a1e5000000000000000000000000001"},
        {"closedAt": "2026-01-01", "conversationHref": "elsewhere", "avatarUrl": "new"},
        {"phoneNumber": "+34 600 111 222"},
        custom(Loyalty_Points=42),
        custom(Loyalty_Points=42.0),
        custom(Features=["Notifications", "Dark Mode"]),
        custom(Joined=None, Status="", Other=[]),
    ],
)
def test_what_was_not_changed_is_the_same(other: dict[str, object]) -> None:
    """Order, spaces, the form of an object, and what nobody sent, are no changes."""
    assert changes(SENT, {**FOUND, **other}) == ()


@pytest.mark.parametrize("name", sorted(set(FOUND) - {"uuid"}))
def test_what_the_service_leaves_out_is_no_change(name: str) -> None:
    """A field that the answer does not have says nothing."""
    assert changes(SENT, {field: value for field, value in FOUND.items() if field != name}) == ()


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"name": "Ana Pérez"}, "name"),
        ({"name": None}, "name"),
        ({"name": 7}, "name"),
        ({"tags": ["VIP"]}, "tags"),
        ({"tags": ["VIP", "Lead", "Interested"]}, "tags"),
        ({"tags": None}, "tags"),
        ({"tags": "VIP"}, "tags"),
        ({"tags": [{"name": "VIP"}, {"name": "Lead"}]}, "tags"),
        ({"assignedUser": "marco@example.com"}, "assigned_user"),
        ({"assignedUser": None}, "assigned_user"),
        ({"assignedUser": 7}, "assigned_user"),
        ({"assignedUser": {"name": "Ana"}}, "assigned_user"),
        ({"team": {"uuid": "another", "default": True}}, "team_uuid"),
        ({"team": None}, "team_uuid"),
        ({"channel": {"uuid": "another"}}, "channel_uuid"),
        ({"note": "Sold the boat"}, "note"),
        ({"note": None}, "note"),
        ({"customFields": None}, "custom field City"),
        ({"customFields": []}, "custom_fields"),
        (custom(City="Lugo"), "custom field City"),
        (custom(City=None), "custom field City"),
        (custom(City=7), "custom field City"),
        (custom(Loyalty_Points=43), "custom field Loyalty Points"),
        (custom(Loyalty_Points=True), "custom field Loyalty Points"),
        (custom(Features=["Dark Mode"]), "custom field Features"),
        (custom(Features="Dark Mode"), "custom field Features"),
        (custom(Joined="2026-01-01"), "custom field Joined"),
    ],
)
def test_what_was_changed_is_named(other: dict[str, object], field: str) -> None:
    """Also what cannot be read, or has been emptied, or was added, counts as changed."""
    assert field in changes(SENT, {**FOUND, **other})


@pytest.mark.parametrize(
    ("found", "changed"),
    [
        ({"tags": [], "assignedUser": None, "customFields": {}, "note": ""}, ()),
        ({"team": {"uuid": "t", "default": True}}, ()),
        ({"team": {"uuid": "t", "default": False}}, ("team_uuid",)),
        ({"team": {"name": "Sales"}, "assignedUser": {}}, ("assigned_user", "team_uuid")),
        ({"channel": {"uuid": "the main one"}}, ()),
        ({"tags": ["VIP"]}, ("tags",)),
        ({"assignedUser": "ana@example.com"}, ("assigned_user",)),
        ({"note": "called"}, ("note",)),
        ({"customFields": {"City": "Vigo"}}, ("custom field City",)),
    ],
)
def test_what_was_not_sent_may_not_have_come_since(found: dict[str, object], changed: tuple[str, ...]) -> None:
    """Except for what the service gives by itself: the main channel and the default team."""
    assert changes(BARE, found) == changed


def test_several_changes_are_all_named() -> None:
    """A person sees everything that differs, in the API's order."""
    assert changes(SENT, {**FOUND, "note": "x", "name": "y", "tags": []}) == ("name", "tags", "note")


TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
CONTACTS = st.builds(
    Contact,
    identifier=st.just("34600111222"),
    source=st.just("whatsapp"),
    name=TEXTS,
    tags=st.lists(TEXTS, max_size=3).map(tuple),
    custom_fields=st.dictionaries(TEXTS, TEXTS | st.lists(TEXTS, max_size=3).map(tuple), max_size=3),
    assigned_user=st.sampled_from(["", "ana@example.com"]),
    team_uuid=st.sampled_from(["", *(team.uuid for team in DEFAULT_ACCOUNT.teams)]),
    channel_uuid=st.sampled_from(["", *(channel.uuid for channel in DEFAULT_ACCOUNT.channels)]),
    note=st.just("") | TEXTS,
)


@given(CONTACTS)
def test_a_contact_that_nobody_touched_is_never_changed(sent: Contact) -> None:
    """What the sandbox answers for a contact as it was sent is the same, whatever was sent."""
    stored = StoredContact(
        number=1,
        uuid="u1",
        identifier=sent.identifier,
        source=sent.source,
        channel_uuid=sent.channel_uuid or DEFAULT_ACCOUNT.main_channel(),
        name=sent.name,
        created_at=START,
        tags=sent.tags,
        custom_fields=sent.custom_fields,
        assigned_user=sent.assigned_user,
        team_uuid=sent.team_uuid,
        note=sent.note,
    )
    assert changes(sent, contact_body(stored, DEFAULT_ACCOUNT)) == ()


@given(CONTACTS, st.sampled_from(["name", "note", "assigned_user"]), TEXTS)
def test_another_text_is_always_a_change(sent: Contact, field: str, text: str) -> None:
    """Whatever was sent, another name, note or user is found."""
    found = {"name": sent.name, "note": sent.note, "assignedUser": sent.assigned_user}
    other = replace(sent, **{field: f"{text} x {getattr(sent, field)}"})  # type: ignore[arg-type]  # all three are texts
    assert changes(other, found) == (field,)


@given(
    CONTACTS,
    st.dictionaries(
        st.sampled_from([*FOUND, "other"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
            max_leaves=6,
        ),
    ),
)
def test_any_answer_is_survived(sent: Contact, found: dict[str, object]) -> None:
    """Whatever JSON the service answers, there is a list of fields, without an exception."""
    assert all(isinstance(field, str) for field in changes(sent, found))
