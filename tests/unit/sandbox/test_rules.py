"""What the sandbox refuses, and in which words."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.model.account import FieldType
from importer.model.payload import BOT_STATUSES, SOURCES
from importer.sandbox import DEFAULT_ACCOUNT, CustomField
from importer.sandbox.account import only_digits
from importer.sandbox.rules import problems_of_patch, problems_of_post

RIGHT = {"identifier": "34600111222", "source": "whatsapp", "name": "Ana"}
SALES = DEFAULT_ACCOUNT.teams[0].uuid
SECOND_LINE = DEFAULT_ACCOUNT.channels[1].uuid
DISCARDED_LINE = DEFAULT_ACCOUNT.channels[3].uuid

RIGHT_OPTIONS: list[dict[str, object]] = [
    {"name": "Ana García"},
    {"tags": []},
    {"tags": ["VIP", "Cliente"]},
    {"assigned_user": "ana@example.com"},
    {"team_uuid": SALES},
    {"bot_status": "bot_end"},
    {"note": ""},
    {"note": "x" * 1000},
    {"custom_fields": {}},
    {"custom_fields": {"Billing Address": ""}},
    {"custom_fields": {"E-mail": "user@example.com"}},
    {"custom_fields": {"Loyalty Points": "42"}},
    {"custom_fields": {"Loyalty Points": "-4.5"}},
    {"custom_fields": {"Joined": "2026-03-03"}},
    {"custom_fields": {"Status": "Active"}},
    {"custom_fields": {"Features": ["Dark Mode", "Notifications"]}},
    {"custom_fields": {"Features": []}},
]

WRONG_OPTIONS: list[tuple[dict[str, object], str]] = [
    ({"name": ""}, "name can't be blank"),
    ({"name": 5}, "name must be a string"),
    ({"tags": "VIP"}, "tags must be an array of strings"),
    ({"tags": [5]}, "tags must be an array of strings"),
    ({"tags": ["vip"]}, 'Tag "vip" does not exist'),
    ({"assigned_user": ["ana@example.com"]}, "assigned_user must be a string"),
    ({"assigned_user": "nobody@example.com"}, 'User "nobody@example.com" does not exist'),
    ({"team_uuid": "Sales"}, 'Team "Sales" does not exist'),
    ({"team_uuid": ["x"]}, "Team \"['x']\" does not exist"),
    ({"bot_status": "on"}, "bot_status must be one of bot_start, bot_end"),
    ({"note": "x" * 1001}, "note is too long (maximum is 1000 characters)"),
    ({"note": None}, "note must be a string"),
    ({"custom_fields": []}, "custom_fields must be an object"),
    ({"custom_fields": {"Shoe size": "42"}}, 'Custom field "Shoe size" does not exist'),
    ({"custom_fields": {"Billing Address": 5}}, 'Custom field "Billing Address" must be a string'),
    ({"custom_fields": {"E-mail": "user@"}}, 'Custom field "E-mail" must be an e-mail address'),
    ({"custom_fields": {"Loyalty Points": "many"}}, 'Custom field "Loyalty Points" must be a number'),
    ({"custom_fields": {"Loyalty Points": 42}}, 'Custom field "Loyalty Points" must be a string'),
    ({"custom_fields": {"Loyalty Points": "1,5"}}, 'Custom field "Loyalty Points" must be a number'),
    ({"custom_fields": {"Joined": "03/03/2026"}}, 'Custom field "Joined" must be a date such as 2026-03-03'),
    ({"custom_fields": {"Joined": "2026-02-30"}}, 'Custom field "Joined" must be a date such as 2026-03-03'),
    ({"custom_fields": {"Status": "active"}}, 'Custom field "Status" has no option "active"'),
    ({"custom_fields": {"Features": "Dark Mode"}}, 'Custom field "Features" must be an array of strings'),
    ({"custom_fields": {"Features": ["Dark Mode", "Loud"]}}, 'Custom field "Features" has no option "Loud"'),
    ({"nmae": "Ana"}, "nmae is not a parameter of this call"),
]


@pytest.mark.parametrize("source", SOURCES)
def test_each_source_is_known(source: str) -> None:
    """The four sources of the documentation are accepted."""
    assert problems_of_post({**RIGHT, "source": source}, DEFAULT_ACCOUNT) == []


@pytest.mark.parametrize("options", RIGHT_OPTIONS)
def test_what_the_documentation_allows_is_accepted(options: dict[str, object]) -> None:
    """Right options are accepted by POST and by PATCH."""
    assert problems_of_post({**RIGHT, **options}, DEFAULT_ACCOUNT) == []
    assert problems_of_patch(options, DEFAULT_ACCOUNT) == []


@pytest.mark.parametrize(("options", "problem"), WRONG_OPTIONS)
def test_what_is_wrong_is_refused_in_one_sentence(options: dict[str, object], problem: str) -> None:
    """POST and PATCH refuse the same things in the same words."""
    assert problems_of_post({**RIGHT, **options}, DEFAULT_ACCOUNT) == [problem]
    assert problems_of_patch(options, DEFAULT_ACCOUNT) == [problem]


def test_all_problems_are_told_at_once() -> None:
    """A body with three problems gets three sentences."""
    assert problems_of_post({"source": "fax", "name": "Ana"}, DEFAULT_ACCOUNT) == [
        "identifier is required",
        "source must be one of whatsapp, telegram, instagram, facebook",
    ]
    assert len(problems_of_post({}, DEFAULT_ACCOUNT)) == 3


@pytest.mark.parametrize("identifier", ["34600111222", "+34 600 111 222", "(34) 600-111.222", "1"])
def test_phone_numbers_may_be_punctuated(identifier: str) -> None:
    """Spaces, brackets, dots, dashes and a plus are part of how people write numbers."""
    assert problems_of_post({**RIGHT, "identifier": identifier}, DEFAULT_ACCOUNT) == []


@pytest.mark.parametrize("identifier", ["call me", "+", "1" * 16, "34600111222 ext", "٣٤٦٠٠"])
def test_what_is_no_phone_number_is_refused_for_whatsapp_only(identifier: str) -> None:
    """Other sources have identifiers of their own kind."""
    problems = problems_of_post({**RIGHT, "identifier": identifier}, DEFAULT_ACCOUNT)
    assert problems == [f'identifier "{identifier}" is not a phone number']
    assert problems_of_post({**RIGHT, "identifier": identifier, "source": "instagram"}, DEFAULT_ACCOUNT) == []


@pytest.mark.parametrize("identifier", ["", "  ", 34600111222, None])
def test_an_identifier_is_a_text(identifier: object) -> None:
    """A number or an empty text is refused once, not twice."""
    assert len(problems_of_post({**RIGHT, "identifier": identifier}, DEFAULT_ACCOUNT)) == 1


def test_a_channel_must_exist_and_be_in_use() -> None:
    """A channel that was discarded is as good as none."""
    assert problems_of_post({**RIGHT, "channel_uuid": SECOND_LINE}, DEFAULT_ACCOUNT) == []
    for uuid in (DISCARDED_LINE, "x", 5):
        problems = problems_of_post({**RIGHT, "channel_uuid": uuid}, DEFAULT_ACCOUNT)
        assert problems == [f'Channel "{uuid}" does not exist']


@pytest.mark.parametrize("status", BOT_STATUSES)
def test_a_bot_status_needs_a_bot(status: str) -> None:
    """An account without a bot refuses to start or end it."""
    without_bot = replace(DEFAULT_ACCOUNT, bot_enabled=False)
    assert problems_of_post({**RIGHT, "bot_status": status}, without_bot) == [
        "bot_status needs a bot, and the account has none"
    ]


@pytest.mark.parametrize("name", ["identifier", "source", "channel_uuid"])
def test_a_patch_cannot_change_who_it_is(name: str) -> None:
    """The phone number, the source and the channel of a contact stay."""
    assert problems_of_patch({name: "x"}, DEFAULT_ACCOUNT) == [f"{name} is not a parameter of this call"]


def test_unassigning_is_a_yes_or_no_of_patch() -> None:
    """It is true or false, does not go with a user, and is no parameter of POST."""
    assert problems_of_patch({"unassign_user": True}, DEFAULT_ACCOUNT) == []
    assert problems_of_patch({"unassign_user": "yes"}, DEFAULT_ACCOUNT) == ["unassign_user must be a boolean"]
    assert len(problems_of_patch({"unassign_user": True, "assigned_user": "ana@example.com"}, DEFAULT_ACCOUNT)) == 1
    assert len(problems_of_post({**RIGHT, "unassign_user": True}, DEFAULT_ACCOUNT)) == 1


def test_an_opened_account_takes_any_tag_any_user_and_the_fields_it_is_given() -> None:
    """A person's own file is not refused for what only his own account has."""
    opened = DEFAULT_ACCOUNT.opened(
        [CustomField(name="Talla", type=FieldType.DROPDOWN), CustomField(name="City", type=FieldType.NUMBER)]
    )
    body = {**RIGHT, "tags": ["Mine"], "assigned_user": "me@example.org", "custom_fields": {"Talla": "XL"}}
    assert problems_of_post(body, opened) == []
    assert problems_of_post({**RIGHT, "custom_fields": {"City": "Roma"}}, opened) == [
        'Custom field "City" must be a number'
    ]


def test_a_checkbox_without_options_takes_any() -> None:
    """A field whose options are not known cannot refuse one."""
    opened = DEFAULT_ACCOUNT.opened([CustomField(name="Extras", type=FieldType.CHECKBOX)])
    assert problems_of_post({**RIGHT, "custom_fields": {"Extras": ["a", "b"]}}, opened) == []


def test_the_main_channel_is_the_main_one_in_use() -> None:
    """Where none is marked, the first in use of the source; where there is none, an empty text."""
    channels = DEFAULT_ACCOUNT.channels
    assert DEFAULT_ACCOUNT.main_channel() == channels[0].uuid
    assert DEFAULT_ACCOUNT.main_channel("instagram") == channels[2].uuid
    assert DEFAULT_ACCOUNT.main_channel("telegram") == ""


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.sampled_from(["identifier", "source", "name", "tags", "custom_fields", "team_uuid", "note", "x"]),
        st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=3)
        | st.dictionaries(st.text(), st.text() | st.lists(st.text(), max_size=2), max_size=2),
        max_size=4,
    )
)
def test_any_json_is_judged(body: dict[str, object]) -> None:
    """Whatever a client sends, it gets sentences."""
    assert all(problems_of_post(body, DEFAULT_ACCOUNT))
    assert all(problems_of_patch(body, DEFAULT_ACCOUNT))


def test_digits_are_those_of_ascii() -> None:
    """Digits of other scripts are none: the service's own examples have 0 to 9."""
    assert only_digits("+34 (600) ١٢٣") == "34600"


def test_a_channel_is_of_the_contacts_source() -> None:
    """A WhatsApp contact cannot have an Instagram channel."""
    instagram = DEFAULT_ACCOUNT.channels[2].uuid
    assert problems_of_post({**RIGHT, "channel_uuid": instagram}, DEFAULT_ACCOUNT) == [
        f'Channel "{instagram}" is of type instagram, not whatsapp'
    ]
    body = {**RIGHT, "source": "instagram", "channel_uuid": instagram}
    assert problems_of_post(body, DEFAULT_ACCOUNT) == []


def test_only_a_patch_clears_what_has_a_form() -> None:
    """An empty e-mail is none, and PATCH takes it away; a checkbox field is cleared with an empty list alone."""
    empty = {"custom_fields": {"E-mail": "", "Status": ""}}
    assert problems_of_patch(empty, DEFAULT_ACCOUNT) == []
    assert len(problems_of_post({**RIGHT, **empty}, DEFAULT_ACCOUNT)) == 2
    assert len(problems_of_patch({"custom_fields": {"Features": ""}}, DEFAULT_ACCOUNT)) == 1


def test_two_users_of_the_account_have_one_name() -> None:
    """So that a name alone is not enough to tell who is meant."""
    names = [user.name for user in DEFAULT_ACCOUNT.users]
    assert len(set(names)) < len(names)


def test_an_account_that_was_not_asked_takes_any_team_and_channel() -> None:
    """By whatever name; but no channel that it knows to be out of use."""
    body = {**RIGHT, "team_uuid": "Ventas", "channel_uuid": "Main line"}
    assert len(problems_of_post(body, DEFAULT_ACCOUNT)) == 2
    opened = replace(DEFAULT_ACCOUNT, any_team=True, any_channel=True)
    assert problems_of_post(body, opened) == []
    assert len(problems_of_post({**RIGHT, "channel_uuid": DISCARDED_LINE}, opened)) == 1
    assert len(problems_of_post({**RIGHT, "team_uuid": 5}, opened)) == 1
