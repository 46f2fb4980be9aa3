"""The sandbox's calls and its contacts, asked without HTTP."""

import json
import math
from datetime import UTC, datetime, timedelta

import pytest

from importer.sandbox import DEFAULT_ACCOUNT, AccountSetup, Duplicates, SandboxOptions
from importer.sandbox.account import only_digits
from importer.sandbox.answers import Answer, printed_phone, timestamp
from importer.sandbox.calls import Asked, Calls

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SECOND_LINE = DEFAULT_ACCOUNT.channels[1].uuid
SUPPORT = DEFAULT_ACCOUNT.teams[1].uuid


def calls(options: SandboxOptions | None = None) -> Calls:
    """Return the calls on an empty account, where every contact is made a second after the one before."""
    moments = iter(range(100_000))
    return Calls(options or SandboxOptions(), lambda: START + timedelta(seconds=next(moments)))


def make(api: Calls, identifier: str = "34600111222", **fields: object) -> Answer:
    """POST a contact."""
    return api.create_contact(Asked(body={"identifier": identifier, "source": "whatsapp", "name": "Ana", **fields}))


def uuid_of(answer: Answer) -> str:
    """Return the UUID of the contact in a list."""
    return str(answer.body["contact"][0]["uuid"])


def walk(api: Calls, **query: str) -> list[str]:
    """Return the identifiers' digits of all contacts, walked with the cursor."""
    found: list[str] = []
    while True:
        body = api.list_contacts(Asked(query=query)).body
        found += [only_digits(contact["phoneNumber"] or "") for contact in body["contacts"]]
        if body["meta"]["next"] is None:
            return found
        query["after"] = body["meta"]["next"]


def test_a_new_contact_is_as_it_was_sent() -> None:
    """What is stored and what is answered is what was asked for, in a list."""
    api = calls()
    answer = make(
        api,
        tags=["VIP"],
        custom_fields={"Status": "Lead", "Features": ["Dark Mode"]},
        assigned_user="ana@example.com",
        team_uuid=SUPPORT,
        channel_uuid=SECOND_LINE,
        bot_status="bot_end",
        note="Called twice",
    )
    (stored,) = api.contacts
    (body,) = answer.body["contact"]
    assert answer.status == 200
    assert body["uuid"] == stored.uuid
    assert body["createdAt"] == "2026-11-23T02:00:00.000Z"
    assert body["href"].endswith(stored.uuid)
    assert (stored.identifier, stored.digits, stored.bot_status) == ("34600111222", "34600111222", "bot_end")
    assert (body["note"], body["team"]["name"], body["channel"]["uuid"]) == ("Called twice", "Support", SECOND_LINE)
    assert json.loads(json.dumps(body["customFields"])) == {"Status": "Lead", "Features": ["Dark Mode"]}


def test_what_is_left_out_has_the_documented_default() -> None:
    """The main channel, the bot started where there is one, and nothing else."""
    api = calls()
    make(api)
    (stored,) = api.contacts
    assert (stored.channel_uuid, stored.bot_status) == (DEFAULT_ACCOUNT.main_channel(), "bot_start")
    bare = calls(SandboxOptions(account=AccountSetup(bot_enabled=False)))
    (body,) = make(bare).body["contact"]
    assert [contact.bot_status for contact in bare.contacts] == [""]
    assert not {"note", "team", "channel"} & set(body)


def test_a_refused_contact_is_not_stored() -> None:
    """422, with each problem in the message."""
    api = calls()
    answer = make(api, tags=["x"], note=5)
    assert (answer.status, answer.body) == (
        422,
        {"error": {"message": 'Tag "x" does not exist; note must be a string'}},
    )
    assert len(api.contacts) == 0


def test_a_second_post_makes_a_second_contact_by_default() -> None:
    """The mistake of sending twice is there to be seen."""
    api = calls()
    first, second = make(api), make(api, "+34 600 111 222")
    assert uuid_of(first) != uuid_of(second)
    assert [contact.identifier for contact in api.contacts] == ["34600111222", "+34 600 111 222"]


def test_a_second_post_may_be_refused() -> None:
    """422, whatever the number's punctuation; another channel is another contact."""
    api = calls(SandboxOptions(duplicates=Duplicates.REFUSE))
    make(api)
    again = make(api, "+34 600 111 222")
    assert (again.status, len(api.contacts)) == (422, 1)
    assert "already exists" in again.body["error"]["message"]
    assert make(api, channel_uuid=SECOND_LINE).status == 200


def test_a_second_post_may_return_the_first_contact() -> None:
    """200, the same UUID, nothing changed."""
    api = calls(SandboxOptions(duplicates=Duplicates.RETURN))
    first, again = make(api), make(api, name="Another name")
    assert again.body == first.body
    assert len(api.contacts) == 1


def test_other_sources_tell_contacts_apart_by_the_whole_identifier() -> None:
    """`user1` and `other1` have the same digits, and are two; their phone number is null."""
    api = calls(SandboxOptions(duplicates=Duplicates.REFUSE))
    assert make(api, "user1", source="instagram").body["contact"][0]["phoneNumber"] is None
    assert make(api, "other1", source="instagram").status == 200
    assert make(api, "user1", source="instagram").status == 422
    assert api.find_contact(Asked(parameter="1")).status == 404


def test_a_look_up_compares_digits_in_one_channel() -> None:
    """An object, not a list; the main channel unless another is named; of two, the newest."""
    api = calls()
    make(api)
    newest = uuid_of(make(api))
    other = uuid_of(make(api, channel_uuid=SECOND_LINE))
    assert api.find_contact(Asked(parameter="+34 600 111-222")).body["contact"]["uuid"] == newest
    assert (
        api.find_contact(Asked(parameter="34600111222", query={"channel_uuid": SECOND_LINE})).body["contact"]["uuid"]
        == other
    )
    assert api.find_contact(Asked(parameter="34600111223")).status == 404


def test_a_look_up_may_be_blind_for_a_while() -> None:
    """A contact made too short a time ago is not shown; with infinity, none ever is."""
    api = calls(SandboxOptions(visible_after_seconds=2.0))
    make(api)
    assert [api.find_contact(Asked(parameter="34600111222")).status for _ in range(3)] == [404, 200, 200]
    blind = calls(SandboxOptions(visible_after_seconds=math.inf))
    make(blind)
    assert blind.find_contact(Asked(parameter="34600111222")).status == 404


def test_a_patch_changes_what_it_names() -> None:
    """Tags are replaced, custom fields merged, an empty note clears it, what is missing stays."""
    api = calls()
    uuid = uuid_of(make(api, tags=["VIP"], note="x", custom_fields={"City": "Roma"}, assigned_user="ana@example.com"))
    body = {"name": "Eva", "tags": ["Lead"], "custom_fields": {"Status": "Lead"}, "note": "", "unassign_user": True}
    assert api.change_contact(Asked(parameter=uuid, body=body)).status == 200
    (changed,) = api.contacts
    assert (changed.name, changed.tags, changed.note, changed.assigned_user) == ("Eva", ("Lead",), "", "")
    assert changed.custom_fields == {"City": "Roma", "Status": "Lead"}
    api.change_contact(Asked(parameter=uuid, body={"team_uuid": SUPPORT, "unassign_user": False}))
    (again,) = api.contacts
    assert (again.name, again.tags, again.team_uuid) == ("Eva", ("Lead",), SUPPORT)
    assert api.find_contact(Asked(parameter="34600111222")).body["contact"]["name"] == "Eva"


def test_a_wrong_patch_changes_nothing() -> None:
    """422 for what is wrong, 404 for whom nobody knows."""
    api = calls()
    uuid = uuid_of(make(api))
    assert api.change_contact(Asked(parameter=uuid, body={"name": ""})).status == 422
    assert api.change_contact(Asked(parameter="x", body={"name": "Eva"})).status == 404
    assert [contact.name for contact in api.contacts] == ["Ana"]


def test_what_is_deleted_is_gone() -> None:
    """From its UUID, its number and the list; the others stay, and a second deletion is a 404."""
    api = calls()
    uuids = [uuid_of(make(api, number)) for number in ("34600000001", "34600000001", "34600000002")]
    assert api.delete_contact(Asked(parameter=uuids[1])).body == {"status": "contact was destroyed"}
    assert api.delete_contact(Asked(parameter=uuids[1])).status == 404
    assert api.read_contact(Asked(parameter=uuids[1])).status == 404
    assert api.find_contact(Asked(parameter="34600000001")).body["contact"]["uuid"] == uuids[0]
    assert walk(api) == ["34600000002", "34600000001"]
    api.delete_contact(Asked(parameter=uuids[0]))
    assert api.find_contact(Asked(parameter="34600000001")).status == 404


def test_pages_of_twenty_show_the_newest_first() -> None:
    """45 contacts are three pages; the next one is empty."""
    api = calls()
    for number in range(45):
        make(api, str(1000 + number))
    pages = [api.list_contacts(Asked(query={"page": str(page)})).body for page in (1, 2, 3, 4)]
    assert [len(page["contacts"]) for page in pages] == [20, 20, 5, 0]
    assert [page["meta"]["pages"] for page in pages] == [3, 3, 3, 3]
    assert [page["meta"]["next"] is None for page in pages] == [False, False, True, True]
    assert only_digits(pages[0]["contacts"][0]["phoneNumber"]) == "1044"


def test_pages_end_at_500_and_the_cursor_goes_on() -> None:
    """Past 10,000 contacts only `after` reaches the rest."""
    api = calls(SandboxOptions(account=AccountSetup()))
    for number in range(10_030):
        make(api, str(10_000 + number))
    last = api.list_contacts(Asked(query={"page": "500"})).body
    assert (len(last["contacts"]), last["meta"]["pages"]) == (20, 500)
    beyond = api.list_contacts(Asked(query={"page": "501"}))
    assert (beyond.status, beyond.body) == (400, {"error": {"message": "Pagination limit exceeded"}})
    assert walk(api, after=last["meta"]["next"]) == [str(10_000 + number) for number in reversed(range(30))]


def test_the_cursor_is_not_disturbed_by_what_comes_and_goes() -> None:
    """Contacts made or deleted during a walk make it neither repeat nor skip another."""
    api = calls()
    uuids = [uuid_of(make(api, str(1000 + number))) for number in range(50)]
    after = api.list_contacts(Asked()).body["meta"]["next"]
    make(api, "2000")
    api.delete_contact(Asked(parameter=uuids[30]))
    api.delete_contact(Asked(parameter=uuids[10]))
    assert walk(api, after=after) == [str(1000 + number) for number in reversed(range(30)) if number != 10]


@pytest.mark.parametrize("query", [{"page": "0"}, {"page": "x"}, {"page": "²"}, {"page": "9" * 5000}, {"after": "x"}])
def test_a_page_or_cursor_that_is_none_is_refused(query: dict[str, str]) -> None:
    """400."""
    assert calls().list_contacts(Asked(query=query)).status == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"source": "whatsapp"}, ["3", "2", "1"]),
        ({"source": "facebook"}, [""]),
        ({"tags": "VIP"}, ["2", "1"]),
        ({"tags": "VIP,Lead"}, ["2"]),
        ({"team_uuid": SUPPORT}, ["3"]),
        ({"team_uuid": SUPPORT, "tags": "VIP"}, []),
    ],
)
def test_the_list_can_be_filtered(query: dict[str, str], found: list[str]) -> None:
    """By source, by tags (all of them) and by team; the pages are those of what is found."""
    api = calls()
    make(api, "1", tags=["VIP"])
    make(api, "2", tags=["VIP", "Lead"])
    make(api, "3", team_uuid=SUPPORT)
    make(api, "someone", source="facebook")
    assert walk(api, **query) == found
    assert api.list_contacts(Asked(query=query)).body["meta"]["pages"] == 1


def test_field_types_are_told_when_asked_for() -> None:
    """Value, type, and options where the field has some."""
    api = calls()
    make(api, custom_fields={"City": "Roma", "Status": "Lead"})
    (plain,) = api.list_contacts(Asked()).body["contacts"]
    (typed,) = api.list_contacts(Asked(query={"include_field_types": "true"})).body["contacts"]
    assert "customFieldsMetadata" not in plain
    assert typed["customFieldsMetadata"] == {
        "City": {"value": "Roma", "type": "text"},
        "Status": {"value": "Lead", "type": "dropdown", "options": ("Active", "Inactive", "Lead")},
    }


def test_the_account_tells_its_teams_members_and_channels() -> None:
    """With `meta`, and 404 for a team that is none."""
    api = calls()
    teams = api.list_teams(Asked()).body
    assert [team["name"] for team in teams["teams"]] == ["Sales", "Support"]
    assert teams["meta"] == {"page": 1, "pages": 1}
    members = api.list_members(Asked(parameter=SUPPORT)).body
    assert [user["email"] for user in members["users"]] == ["ana@example.com", "support@example.com"]
    assert members["meta"] == {"page": 1, "pages": 1}
    assert api.list_members(Asked(parameter="x")).status == 404
    assert api.list_teams(Asked(query={"page": "2"})).body["teams"] == []
    assert api.list_teams(Asked(query={"page": "two"})).status == 400


@pytest.mark.parametrize(
    ("query", "count"),
    [({}, 4), ({"type": "whatsapp"}, 3), ({"type": "whatsapp", "active": "true"}, 2), ({"active": "false"}, 1)],
)
def test_channels_can_be_filtered(query: dict[str, str], count: int) -> None:
    """By type, and by whether they are in use."""
    assert len(calls().list_channels(Asked(query=query)).body["channels"]) == count


def test_who_am_i_echoes_the_key() -> None:
    """As the service does, so that a client which logs it is found out."""
    assert calls().who_am_i(Asked()).body == {
        "status": "ok",
        "user_email": "owner@example.com",
        "user_name": "Olga Owner",
        "api_key": "sandbox-token",
    }


def test_phone_numbers_are_printed_in_more_than_one_form() -> None:
    """Bare digits or groups, and always the same digits."""
    assert printed_phone("34600111222") == "+34 600 111 222"
    assert printed_phone("34600111223") == "34600111223"
    assert printed_phone("") == ""


def test_a_timestamp_is_utc_with_milliseconds() -> None:
    """As the documentation writes it, with a Z."""
    assert timestamp(datetime(2026, 3, 3, 1, 2, 3, 456789, UTC)) == "2026-03-03T01:02:03.456Z"
