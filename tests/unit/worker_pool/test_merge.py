"""The three-way merge: what the sheet said, what it says now, and what Callbell has."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.changes import CUSTOM, Conflict, ContactChange, FieldValue
from importer.model.payload import COMPARED
from importer.model.policy import OnConflict, Policy
from importer.model.replies import RemoteContact
from importer.model.rows import Contact
from importer.worker_pool.contact_changes import SHOWN_IF_FILLED, field_value, is_same
from importer.worker_pool.merge import Merge, merge
from tests.support.callbell_contacts import (
    CONTACTS,
    ROWS,
    TAGS,
    TEXT_FIELDS,
    cleared,
    described,
    patched,
    with_field,
)

BARE = Contact(identifier="1", source="whatsapp", name="Ana")
CALLBELL, SHEET = Policy(), Policy(on_conflict=OnConflict.SHEET)
POLICIES = {"callbell": CALLBELL, "sheet": SHEET}

SHOWN_AS = {"assigned_user": "assignedUser", "team_uuid": "team"}
VALUES = {
    "name": {"s": "Sara", "b": "Bea", "c": "Cleo"},
    "note": {"s": "says", "b": "began", "c": "called", "": ""},
    "assigned_user": {"s": "s@example.com", "b": "b@example.com", "c": "c@example.com", "": ""},
    "team_uuid": {"s": "t1", "b": "t2", "c": "t3", "": ""},
    "custom_fields.City": {"s": "Sada", "b": "Burgos", "c": "Coria", "": ""},
}
OUT, ODD = "left out", "odd"
"""What Callbell may have besides: nothing is said of it, or what cannot be read."""
CLEAR = "--"

# The sheet says, it said, Callbell has: what is done with on_conflict `callbell`, and with `sheet`.
MERGES = [
    ("b", "b", "b", "done", "done"),
    ("b", "b", "c", "done", "done"),
    ("b", "b", "", "done", "done"),
    ("b", "b", OUT, "done", "done"),
    ("b", "b", ODD, "done", "done"),
    ("s", "b", "s", "done", "done"),
    ("s", "b", "b", "sent", "sent"),
    ("s", "b", OUT, "sent", "sent"),
    ("s", "b", "c", "conflict", "sent"),
    ("s", "b", "", "conflict", "sent"),
    ("s", "b", ODD, "conflict", "sent"),
    ("s", "", "", "sent", "sent"),
    ("s", "", "c", "conflict", "sent"),
    ("s", "", "s", "done", "done"),
    ("", "b", "b", "silent", "silent"),
    ("", "b", "c", "silent", "silent"),
    ("", "b", "", "silent", "silent"),
    ("", "", "c", "silent", "silent"),
    (CLEAR, "b", "b", "sent", "sent"),
    (CLEAR, "b", "", "done", "done"),
    (CLEAR, "b", "c", "conflict", "sent"),
    (CLEAR, "b", OUT, "sent", "sent"),
    (CLEAR, "", "c", "done", "done"),
    ("s", None, "s", "done", "done"),
    ("s", None, "", "sent", "sent"),
    ("s", None, "c", "differs", "sent"),
    ("s", None, OUT, "differs", "sent"),
    ("s", None, ODD, "differs", "sent"),
    ("", None, "c", "silent", "silent"),
    (CLEAR, None, "c", "differs", "sent"),
    (CLEAR, None, "", "done", "done"),
]


def shown(name: str, value: object) -> RemoteContact:
    """Return the contact as Callbell has it: of this field it says this, else only the name that every row has."""
    fields: dict[str, object] = {"name": BARE.name}
    if value is not OUT and name.startswith(CUSTOM):
        fields["customFields"] = {name.removeprefix(CUSTOM): value}
    elif value is not OUT:
        fields[SHOWN_AS.get(name, name)] = value
    elif name == "name":
        del fields["name"]
    return RemoteContact(uuid="u1", fields=fields)


def said(name: str, value: str) -> Contact:
    """Return a contact of the sheet that says this in a field; a name it always has."""
    if value == CLEAR:
        return cleared(BARE, (name,))
    return with_field(BARE, name, VALUES[name][value])


def quiet(contact: Contact, name: str) -> Contact:
    """Return the base that, the field aside, is as the contact."""
    return with_field(contact, name, field_value(BARE, name))


CASES = [
    (name, *row) for name in VALUES for row in MERGES if name != "name" or {*row[:3]}.isdisjoint({"", CLEAR, None})
]
"""Every field with every row of the table; a contact always has a name, and every row shows it as it was."""


@pytest.mark.parametrize("whose", POLICIES)
@pytest.mark.parametrize(("name", "sheet", "base", "has", "callbell", "sheet_wins"), CASES)
def test_every_field_is_merged_as_the_table_says(  # noqa: PLR0913, PLR0917 - a table's columns
    whose: str, name: str, sheet: str, base: str | None, has: str, callbell: str, sheet_wins: str
) -> None:
    """Only what the sheet changed is sent; what a person changed is left, or is a conflict."""
    expected = callbell if whose == "callbell" else sheet_wins
    if base is None and has == OUT and name in SHOWN_IF_FILLED:
        expected = "sent"  # one that was there would be shown
    now, before = said(name, sheet), None if base is None else said(name, base)
    value: Any = {OUT: OUT, ODD: {"odd": 7}}.get(has) or VALUES[name][has] or None
    result = merge(now, before, shown(name, value), POLICIES[whose])
    wanted = "" if sheet == CLEAR else VALUES[name][sheet]
    there = None if has in (OUT, ODD) else VALUES[name][has]
    assert dict(result.change.after) == ({name: wanted} if expected == "sent" else {})
    assert dict(result.change.before) == ({name: there} if expected == "sent" and there is not None else {})
    conflict = Conflict(field=name, sheet=wanted, callbell=there)
    assert result.conflicts == ((conflict,) if expected == "conflict" else ())
    assert result.differs == ((name,) if expected == "differs" else ())
    assert result.kept == ({name: there} if expected in ("conflict", "differs") else {})
    if before is None:
        assert result.base == now
    else:
        assert field_value(result.base, name) == (VALUES[name][base or ""] if expected in KEEPS else wanted)
        assert quiet(result.base, name) == quiet(now, name)


KEEPS = ("conflict", "silent")
"""Where the base keeps what the sheet said before."""


@pytest.mark.parametrize("base", [BARE, None])
@pytest.mark.parametrize("odd", [[], "Vigo", 7, True])
def test_custom_fields_in_another_form_are_left(base: Contact | None, odd: object) -> None:
    """Nobody knows what is there, and a value that a person gave might be."""
    now = with_field(BARE, "custom_fields.City", "Vigo")
    found = RemoteContact(uuid="u1", fields={"name": "Ana", "customFields": odd})
    result = merge(now, base, found, CALLBELL)
    assert not result.change.after
    assert bool(result.conflicts) == (base is not None)
    assert bool(result.differs) == (base is None)


@pytest.mark.parametrize(
    ("sheet", "base", "has", "sent"),
    [
        ("42", "41", 41, "42"),
        ("42", "41", 41.0, "42"),
        ("42", "41", 42, None),
        ("42", "", None, "42"),
        ("a  b", "c", "a b ", None),
        ("Garci\u0301a", "Garc\u00eda", "x", None),
        (("On", "Off"), ("On",), ["On"], ("On", "Off")),
        (("On", "Off"), ("On",), ["Off", "On"], None),
        (("Off", "On"), ("On", "Off"), ["On"], None),
        (("On",), "", [], ("On",)),
        (("On",), "", "", ("On",)),
        (("On",), "On", ["On"], None),
    ],
)
def test_custom_fields_are_compared_by_what_they_mean(
    sheet: FieldValue, base: FieldValue, has: object, sent: FieldValue | None
) -> None:
    """A number may come back as one, options in any order, and spaces are none of a person's changes."""
    name = "custom_fields.X"
    result = merge(with_field(BARE, name, sheet), with_field(BARE, name, base), shown(name, has), CALLBELL)
    assert dict(result.change.after) == ({} if sent is None else {name: sent})
    assert result.conflicts == ()


def test_a_number_is_given_back_as_a_text() -> None:
    """The form in which PATCH takes it."""
    name, now = "custom_fields.X", with_field(BARE, "custom_fields.X", "43")
    for has, text in ((41, "41"), (41.0, "41"), (41.5, "41.5")):
        result = merge(now, with_field(BARE, name, text), shown(name, has), CALLBELL)
        assert dict(result.change.before) == {name: text}


@pytest.mark.parametrize(("base", "has"), [(("On",), None), (("On",), ["On"]), ("", ["On"]), (None, ["On"])])
def test_a_checkbox_is_cleared_by_an_empty_list(base: FieldValue | None, has: object) -> None:
    """Its own form of no value, wherever it can be told that it is one."""
    name = "custom_fields.X"
    before = None if base is None else with_field(BARE, name, base)
    result = merge(cleared(BARE, (name,)), before, shown(name, has), SHEET)
    assert dict(result.change.after) in ({name: ()}, {})
    assert bool(result.change.after) == (bool(has) and base != "")


def test_a_default_team_counts_as_none() -> None:
    """The service gave it, and no person."""
    now = with_field(BARE, "team_uuid", "t1")
    found = RemoteContact(uuid="u1", fields={"name": "Ana", "team": {"uuid": "t0", "default": True}})
    for base in (None, BARE):
        result = merge(now, base, found, CALLBELL)
        assert (dict(result.change.after), dict(result.change.before)) == ({"team_uuid": "t1"}, {"team_uuid": "t0"})


@pytest.mark.parametrize(
    ("sheet", "base", "has", "sent"),
    [
        ("A", "A", "B", None),
        ("AB", "A", "A", "AB"),
        ("AB", "A", "AC", "ACB"),
        ("B", "A", "A", "B"),
        ("B", "A", "AC", "CB"),
        ("B", "A", "C", "CB"),
        ("B", "AB", "ABC", "BC"),
        ("B", "AB", "BC", None),
        ("AB", "A", "BA", None),
        ("AB", "A", "B", None),
        ("AB", "", "", "AB"),
        ("", "A", "A", None),
        (CLEAR, "A", "A", ""),
        (CLEAR, "A", "AC", "C"),
        (CLEAR, "A", "C", None),
        (CLEAR, "", "C", None),
        ("AB", None, "", "AB"),
        ("AB", None, "CA", "CAB"),
        ("AB", None, "CBA", None),
        ("", None, "C", None),
        (CLEAR, None, "", None),
    ],
)
@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_tags_are_merged_one_by_one(policy: Policy, sheet: str, base: str | None, has: str, sent: str | None) -> None:
    """What the sheet added is added, what it took away is taken away, and it is never a conflict."""
    now = cleared(BARE, ("tags",)) if sheet == CLEAR else replace(BARE, tags=tuple(sheet))
    before = None if base is None else replace(BARE, tags=tuple(base))
    result = merge(now, before, described(replace(BARE, tags=tuple(has))), policy)
    assert dict(result.change.after) == ({} if sent is None else {"tags": tuple(sent)})
    assert dict(result.change.before) == ({} if sent is None else {"tags": tuple(has)})
    assert (result.conflicts, result.differs) == ((), ())
    assert result.base.tags == (before.tags if before and not sheet else now.tags)


@pytest.mark.parametrize(
    ("sheet", "base", "has", "sent", "kept"),
    [
        ("I", "IA", "IA", None, "IA"),  # the cell was emptied: it takes nothing away
        ("I", "A", "AC", "ACI", "AI"),  # the tag of every row is new
        ("IB", "IA", "IA", "IB", "IB"),  # the cell says something
        (CLEAR, "IA", "IAC", "C", ""),
    ],
)
def test_an_empty_cell_takes_no_tags_away_beside_those_of_every_row(
    sheet: str, base: str, has: str, sent: str | None, kept: str
) -> None:
    """The tags of every row are not in its cells."""
    now = cleared(BARE, ("tags",)) if sheet == CLEAR else replace(BARE, tags=tuple(sheet))
    found, before = described(replace(BARE, tags=tuple(has))), replace(BARE, tags=tuple(base))
    result = merge(now, before, found, Policy(tags=("I",)))
    assert result.change.after.get("tags") == (None if sent is None else tuple(sent))
    assert result.base.tags == tuple(kept)


def test_tags_are_cleared_on_a_first_meeting_only_where_the_sheet_wins() -> None:
    """People gave them."""
    now, found = cleared(BARE, ("tags",)), described(replace(BARE, tags=("C",)))
    assert merge(now, None, found, CALLBELL).differs == ("tags",)
    assert dict(merge(now, None, found, SHEET).change.after) == {"tags": ()}


@pytest.mark.parametrize("odd", [OUT, "VIP", [{"name": "VIP"}], 7])
@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_tags_that_are_not_shown_are_never_sent(policy: Policy, odd: object) -> None:
    """The list would replace what people gave, whoever wins."""
    now, found = replace(BARE, tags=("A",)), shown("tags", odd)
    met, known = merge(now, None, found, policy), merge(now, BARE, found, policy)
    assert not met.change.after
    assert not known.change.after
    assert met.differs == ("tags",)
    assert known.conflicts == (Conflict(field="tags", sheet=("A",), callbell=None),)
    assert known.base.tags == ()


@pytest.mark.parametrize(
    ("sheet", "base", "sent"),
    [("bot_end", "bot_start", True), ("bot_end", "", True), ("bot_end", "bot_end", False), ("bot_end", None, False)],
)
def test_the_bot_is_only_told_what_the_sheet_changed(sheet: str, base: str | None, sent: bool) -> None:  # noqa: FBT001 - a table of cases
    """It is never shown, so nobody knows how a contact stands that is met for the first time."""
    now, before = replace(BARE, bot_status=sheet), None if base is None else replace(BARE, bot_status=base)
    for policy in POLICIES.values():
        result = merge(now, before, described(BARE), policy)
        assert dict(result.change.after) == ({"bot_status": sheet} if sent else {})
        assert (dict(result.change.before), result.conflicts, result.differs) == ({}, (), ())
        assert result.base.bot_status == sheet


def test_the_channel_is_never_sent() -> None:
    """PATCH does not take it; identifier and source neither."""
    now = replace(BARE, channel_uuid="c2", identifier="2")
    result = merge(now, replace(BARE, channel_uuid="c1"), described(BARE), SHEET)
    assert (dict(result.change.after), result.base) == ({}, now)


def test_several_fields_are_named_in_the_apis_order() -> None:
    """A person sees everything, custom fields at the end by their names."""
    now = replace(BARE, name="Eva", note="n", custom_fields={"B": "1", "A": "2"}, tags=("A",))
    result = merge(now, BARE, described(BARE), CALLBELL)
    assert list(result.change.after) == ["name", "tags", "note", "custom_fields.A", "custom_fields.B"]
    assert result.change.uuid == "u1"


# For all contacts

BASES = st.none() | CONTACTS
BRIEF = st.booleans()


def values(contact: Contact) -> dict[str, FieldValue]:
    """Return every field of a contact, but for the one that is never shown."""
    names = [*COMPARED, "custom_fields.City", "custom_fields.Features"]
    return {name: field_value(contact, name) for name in names if name != "bot_status"}


def seen(result: Merge, *, is_brief: bool) -> Mapping[str, FieldValue]:
    """Return what is sent, but for what no answer shows: the bot's status, and what a brief one leaves out."""
    sent = result.change.after.items()
    return {name: value for name, value in sent if name != "bot_status" and (value or not is_brief)}


@given(ROWS, BASES, CONTACTS, BRIEF)
def test_what_a_person_gave_is_never_lost(now: Contact, base: Contact | None, has: Contact, is_brief: bool) -> None:  # noqa: FBT001 - drawn
    """Without `on_conflict sheet`, a value that is not what the sheet had said stays, and so does each such tag."""
    result = merge(now, base, described(has, is_brief=is_brief), CALLBELL)
    after = values(patched(has, result.change.after))
    for name, value in values(has).items():
        was = "" if base is None else field_value(base, name)
        if name == "tags":
            assert set(value) - set(was) <= set(after[name])
        elif value and not is_same(name, was, value):
            assert after[name] == value


@given(ROWS, CONTACTS, CONTACTS, BRIEF)
def test_what_the_sheet_did_not_change_is_never_sent(now: Contact, base: Contact, has: Contact, is_brief: bool) -> None:  # noqa: FBT001 - drawn
    """Whatever Callbell has."""
    result = merge(now, base, described(has, is_brief=is_brief), SHEET)
    for name in result.change.after:
        assert not is_same(name, field_value(now, name), field_value(base, name))
        assert field_value(now, name) or name in now.cleared


@given(ROWS, BASES, CONTACTS, st.sampled_from([CALLBELL, SHEET]), BRIEF)
def test_merging_again_changes_nothing(
    now: Contact,
    base: Contact | None,
    has: Contact,
    policy: Policy,
    is_brief: bool,  # noqa: FBT001 - drawn
) -> None:
    """Neither with the same base, as after a doubt, nor with the new one, as in the next run: conflicts stay."""
    result = merge(now, base, described(has, is_brief=is_brief), policy)
    then = described(patched(has, result.change.after), is_brief=is_brief)
    again, next_run = merge(now, base, then, policy), merge(now, result.base, then, policy)
    assert (seen(again, is_brief=is_brief), dict(next_run.change.after)) == ({}, {})
    assert again.conflicts == next_run.conflicts == result.conflicts
    assert again.base == next_run.base == result.base


@given(ROWS, CONTACTS, CONTACTS, BRIEF)
def test_the_sheet_wins_where_it_is_told_to(now: Contact, base: Contact, has: Contact, is_brief: bool) -> None:  # noqa: FBT001 - drawn
    """Then nothing is a conflict, and Callbell has every text that the sheet changed."""
    result = merge(now, base, described(has, is_brief=is_brief), SHEET)
    assert result.conflicts == ()
    after = patched(has, result.change.after)
    for name in ("name", *TEXT_FIELDS):
        value = field_value(now, name)
        if (value or name in now.cleared) and not is_same(name, value, field_value(base, name)):
            assert is_same(name, value, field_value(after, name))


@given(ROWS, CONTACTS, CONTACTS)
def test_tags_are_what_the_sheet_and_people_made_of_them(now: Contact, base: Contact, has: Contact) -> None:
    """Of a filled or cleared cell: those that are there or were added, without those that were taken away."""
    wanted = set(has.tags)
    if now.tags or "tags" in now.cleared:
        wanted = (wanted | (set(now.tags) - set(base.tags))) - (set(base.tags) - set(now.tags))
    after = patched(has, merge(now, base, described(has), CALLBELL).change.after)
    assert set(after.tags) == wanted
    assert len(after.tags) == len(wanted)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from([*TAGS, "n1", "Vigo"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["uuid", "City", "email"]), inner),
    max_leaves=6,
)


@given(
    ROWS,
    BASES,
    st.dictionaries(st.sampled_from(["name", "tags", "assignedUser", "team", "note", "customFields"]), JSON),
    st.sampled_from([CALLBELL, SHEET]),
)
def test_any_answer_can_be_merged(
    now: Contact, base: Contact | None, fields: dict[str, object], policy: Policy
) -> None:
    """Whatever JSON the service answers: what is known of it is kept, and tags are only sent where they were seen."""
    result = merge(now, base, RemoteContact(uuid="u1", fields=fields), policy)
    assert result.change.before.keys() <= result.change.after.keys()
    assert "tags" not in result.change.after or "tags" in result.change.before
    assert not ({conflict.field for conflict in result.conflicts} | {*result.differs}) & result.change.after.keys()


# What an earlier run's PATCH may have set: the sheet said "b", then "d", and says "s" or "b" again
DOUBT = ContactChange(uuid="u1", after={"note": "doubted"}, before={"note": "began"})


@pytest.mark.parametrize(
    ("sheet", "base", "has", "sent", "conflict"),
    [
        ("s", "b", "doubted", True, False),
        ("b", "b", "doubted", True, False),
        ("s", "b", "began", True, False),
        ("b", "b", "began", False, False),
        ("s", "b", "called", False, True),
        ("b", "b", "called", False, False),
        ("s", None, "doubted", True, False),
    ],
)
def test_a_doubtful_patchs_value_is_the_sheets(
    sheet: str,
    base: str | None,
    has: str,
    sent: bool,  # noqa: FBT001 - a table of cases
    conflict: bool,  # noqa: FBT001 - a table of cases
) -> None:
    """Where Callbell has it; what a person gave since stays theirs."""
    now, before = said("note", sheet), None if base is None else said("note", base)
    result = merge(now, before, shown("note", has), CALLBELL, [DOUBT])
    assert dict(result.change.after) == ({"note": now.note} if sent else {})
    assert bool(result.conflicts) == conflict


@pytest.mark.parametrize(
    ("field", "doubted", "sheet", "sent"),
    [
        ("note", "", "b", True),  # a service shows a note that is there
        ("note", "doubted", "b", False),
        ("assigned_user", "doubted", "b", True),
        ("assigned_user", "", "b", True),
        ("assigned_user", "doubted", "doubted", True),
        ("assigned_user", "doubted", "s", True),
    ],
)
def test_a_value_in_doubt_that_is_not_shown_gives_way_to_the_sheet(
    field: str,
    doubted: str,
    sheet: str,
    sent: bool,  # noqa: FBT001 - a table of cases
) -> None:
    """Also to a sheet that is back at what it said before: nobody knows which of the two Callbell has."""
    doubt = ContactChange(uuid="u1", after={field: doubted}, before={})
    now, base = (_with(field, value) for value in (sheet, "b"))
    result = merge(now, base, RemoteContact(uuid="u1", fields={"tags": []}), CALLBELL, [doubt])
    assert dict(result.change.after) == ({field: sheet} if sent else {})


def _with(field: str, value: str) -> Contact:
    fields: dict[str, Any] = {field: value}
    return replace(BARE, **fields)


def test_a_field_in_doubt_that_is_not_shown_is_still_met_where_nothing_was_sent_before() -> None:
    """What a first meeting fills needs no base."""
    doubt = ContactChange(uuid="u1", after={"assigned_user": "doubted"}, before={})
    now = replace(BARE, assigned_user="b")
    result = merge(now, None, RemoteContact(uuid="u1", fields={"tags": []}), CALLBELL, [doubt])
    assert result.change.after == {}
    assert "assigned_user" in result.differs


POSTED = ContactChange(uuid="", after={"name": "Ana", "note": "posted"})


def test_any_of_several_posts_may_have_made_the_contact() -> None:
    """Runs that were cut off sent it while the sheet was edited; what one of them sent, no person gave."""
    result = merge(said("note", "s"), said("note", "b"), shown("note", "posted"), CALLBELL, [POSTED])
    assert result.change.after == {"note": "says"}
    assert not result.conflicts


@pytest.mark.parametrize("base", [said("note", "b"), None])
def test_a_contact_with_nothing_of_the_posts_is_first_met(base: Contact | None) -> None:
    """Somebody else made it: the sheet fills what is empty, and leaves the rest."""
    found = RemoteContact(uuid="u1", fields={"name": "Somebody", "note": "", "tags": []})
    result = merge(said("note", "s"), base, found, CALLBELL, [POSTED])
    assert (result.change.after, result.differs) == ({"note": "says"}, ("name",))


def test_a_contact_with_a_tag_of_the_posts_is_theirs() -> None:
    """A person who took away another one is heeded."""
    posted = ContactChange(uuid="", after={"name": "Ana", "tags": ("new", "vip")})
    now = replace(BARE, tags=("new", "vip"))
    found = RemoteContact(uuid="u1", fields={"name": "Somebody", "tags": ["vip"]})
    assert merge(now, now, found, CALLBELL, [posted]).change.after == {}


def test_a_person_who_cleared_what_a_post_set_is_heeded() -> None:
    """The contact's name is the POST's, so that it is the one that was made."""
    assert merge(said("note", "b"), said("note", "b"), shown("note", ""), CALLBELL, [POSTED]).change.after == {}


def test_another_contacts_doubt_says_nothing() -> None:
    """The number may have another contact by now."""
    doubts = [replace(DOUBT, uuid="u2")]
    assert merge(said("note", "s"), said("note", "b"), shown("note", "doubted"), CALLBELL, doubts).conflicts


@pytest.mark.parametrize(
    ("sheet", "has", "sent"),
    [
        ("AC", "ABP", ["A", "P", "C"]),  # the PATCH arrived: B was the sheet's, P is a person's
        ("AC", "AP", ["A", "P", "C"]),  # it did not
        ("AB", "AP", ["A", "P", "B"]),
        ("A", "ABP", ["A", "P"]),
        ("A", "AP", None),
    ],
)
def test_tags_of_a_doubtful_patch_are_the_sheets(sheet: str, has: str, sent: list[str] | None) -> None:
    """The sheet said A, then A and B, without a clear answer."""
    doubt = ContactChange(uuid="u1", after={"tags": ("A", "B")}, before={"tags": ("A",)})
    found = RemoteContact(uuid="u1", fields={"name": BARE.name, "tags": list(has)})
    result = merge(replace(BARE, tags=tuple(sheet)), replace(BARE, tags=("A",)), found, CALLBELL, [doubt])
    assert dict(result.change.after) == ({} if sent is None else {"tags": tuple(sent)})


@pytest.mark.parametrize(("has", "sent"), [("BP", None), ("CP", None), ("AP", ["P", "B", "C"]), ("P", ["P", "B", "C"])])
def test_a_list_of_tags_in_doubt_arrived_as_a_whole_or_not_at_all(has: str, sent: list[str] | None) -> None:
    """The sheet said A, then B and C, without a clear answer: where one of them is, a person took the other away."""
    doubt = ContactChange(uuid="u1", after={"tags": ("B", "C")}, before={"tags": ("A",)})
    found = RemoteContact(uuid="u1", fields={"name": BARE.name, "tags": list(has)})
    result = merge(replace(BARE, tags=("B", "C")), replace(BARE, tags=("A",)), found, CALLBELL, [doubt])
    assert dict(result.change.after) == ({} if sent is None else {"tags": tuple(sent)})


def test_of_several_lists_of_tags_in_doubt_each_tag_stands_for_itself() -> None:
    """B may be of either, so that it does not prove that C arrived."""
    changes = [ContactChange(uuid="u1", after={"tags": tags}, before={"tags": ()}) for tags in (("B",), ("B", "C"))]
    posts = [replace(change, uuid="", before={}) for change in changes]
    found = RemoteContact(uuid="u1", fields={"name": BARE.name, "tags": ["B"]})
    for doubts in (changes, posts, posts[1:]):
        result = merge(replace(BARE, tags=("B", "C")), replace(BARE, tags=("A",)), found, CALLBELL, doubts)
        assert result.change.after == {"tags": ("B", "C")}


def test_tags_in_doubt_that_cannot_be_read_are_left() -> None:
    """What an earlier run's PATCH made of them is not known, so that nothing is sent over it."""
    doubt = ContactChange(uuid="u1", after={"tags": ("new",)}, before={"tags": ("old",)})
    found = RemoteContact(uuid="u1", fields={"name": "Ana", "tags": "odd"})
    now, base = (replace(BARE, tags=(tag,)) for tag in ("vip", "old"))
    result = merge(now, base, found, CALLBELL, doubts=(doubt,))
    assert not result.change.after
    assert [conflict.field for conflict in result.conflicts] == ["tags"]


@pytest.mark.parametrize(
    ("sheet", "has", "sent"),
    [
        ("AB", "", ["A", "B"]),
        ("AB", "P", ["P", "A", "B"]),
        ("AB", "AB", None),
        ("A", "ABP", ["A", "P"]),
        ("C", "", ["C"]),
    ],
)
def test_tags_that_a_later_post_did_not_have_are_sent_again(sheet: str, has: str, sent: list[str] | None) -> None:
    """The sheet said A and B, then nothing, and says A and B again; which POST made the contact is not known."""
    posts = [ContactChange(uuid="", after={"name": BARE.name, "tags": ("A", "B")}), _BARE_POST]
    found = RemoteContact(uuid="u1", fields={"name": BARE.name, "tags": list(has)})
    result = merge(replace(BARE, tags=tuple(sheet)), replace(BARE, tags=("A", "B")), found, CALLBELL, posts)
    assert dict(result.change.after) == ({} if sent is None else {"tags": tuple(sent)})


@pytest.mark.parametrize(
    ("has", "sent"),
    [("", {"note": "says"}), ("says", {}), ("by hand", {})],
    ids=["of the later", "of the first", "a person"],
)
def test_a_field_that_a_later_post_did_not_have_is_sent_again(has: str, sent: dict[str, str]) -> None:
    """Where the contact has no value, the later POST made it: nobody has to have cleared it."""
    posts = [ContactChange(uuid="", after={"name": BARE.name, "note": "says"}), _BARE_POST]
    result = merge(said("note", "s"), said("note", "s"), shown("note", has), CALLBELL, posts)
    assert dict(result.change.after) == sent


_BARE_POST = ContactChange(uuid="", after={"name": BARE.name})


@pytest.mark.parametrize(("before", "is_ours"), [("s", True), ("another", False)])
def test_what_a_patch_replaced_tells_whose_contact_it_is(before: str, is_ours: bool) -> None:  # noqa: FBT001 - pytest
    """It had what the POST set, so it is ours: a tag that a person took away since is not given again."""
    post = ContactChange(uuid="", after={"name": "Sent", "note": "s", "tags": ("A",)})
    patch = ContactChange(uuid="u1", after={"note": "t"}, before={"note": before})
    found = RemoteContact(uuid="u1", fields={"name": "By hand", "note": "t", "tags": []})
    now = replace(BARE, name="Sent", note="t", tags=("A",))
    result = merge(now, replace(now, note="s"), found, CALLBELL, [post, patch])
    assert dict(result.change.after) == ({} if is_ours else {"tags": ("A",)})
