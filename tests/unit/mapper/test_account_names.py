"""What cells call teams, channels and users becomes what the service takes, or a problem that says what is meant."""

import pytest

from importer.mapper.account_names import (
    Resolution,
    folded_label,
    names_of,
    resolve_channel,
    resolve_team,
    resolve_user,
)
from importer.mapper.contact_fields import is_email
from importer.model.account import ACCOUNT_PROBLEMS, NamedEntry
from importer.model.rows import Problem

UUID = "0b5d1c3e-9a51-4c0f-8e0a-0123456789ab"
OTHER = "1b5d1c3e9a514c0f8e0a0123456789ab"
TEAMS = [
    NamedEntry(sent=UUID, name="Sales"),
    NamedEntry(sent="t2", name="Both"),
    NamedEntry(sent="t3", name="both "),
    NamedEntry(sent="t4", name=""),
]
CHANNELS = [
    NamedEntry(sent=UUID, name="Main", type="whatsapp"),
    NamedEntry(sent="c2", name="Shop", type="instagram"),
    NamedEntry(sent="c3", name="Shop", type="whatsapp"),
    NamedEntry(sent="c4", name="Old", type="whatsapp", is_discarded=True),
    NamedEntry(sent="c5", name="Bot", type="telegram"),
    NamedEntry(sent="c6", name="New", type="whatsapp_cloud"),
    NamedEntry(sent="c7", name="Main ", type="whatsapp", is_discarded=True),
]
USERS = [
    NamedEntry(sent="Ana@example.com", name="Ana García"),
    NamedEntry(sent="leo@example.com", name="Leo Gil"),
    NamedEntry(sent="leo.gil@example.com", name="leo  gil"),
]


def problem(found: str | Problem) -> Problem:
    """Return the problem, whose code is one of those that reports tell value by value."""
    assert isinstance(found, Problem)
    assert found.code in ACCOUNT_PROBLEMS
    assert found.message.endswith((".", "?"))
    return found


@pytest.mark.parametrize("text", ["Sales", " sALES ", UUID, UUID.upper(), UUID.replace("-", "")])
def test_a_team_is_known_by_its_name_or_its_uuid(text: str) -> None:
    """Letter case, spaces and hyphens do not matter; what is sent is as the account writes it."""
    assert resolve_team(TEAMS)(text) == UUID


@pytest.mark.parametrize("text", ["Slaes", OTHER, "", "t-2-x"])
def test_a_team_that_is_not_listed_is_a_problem(text: str) -> None:
    """Also a UUID: every team is listed."""
    assert problem(resolve_team(TEAMS)(text)).code == "team_unknown"


def test_what_is_near_is_told() -> None:
    """As the account spells it."""
    found = problem(resolve_team(TEAMS)("Slaes"))
    assert found.near == "Sales"
    assert 'did you mean "Sales"?' in found.message
    assert problem(resolve_team(TEAMS)(OTHER)).near == ""


def test_a_name_that_two_teams_share_is_a_problem_that_lists_them() -> None:
    """Which of them is meant would be a guess; the UUID says it."""
    found = problem(resolve_team(TEAMS)("Both"))
    assert found.code == "team_ambiguous"
    assert '"t2" or "t3"' in found.message
    assert resolve_team(TEAMS)("T2") == "t2"


@pytest.mark.parametrize(
    "resolve", [resolve_team(None), resolve_channel(None, "whatsapp"), resolve_user(None, is_email)]
)
def test_an_account_that_was_not_asked_refuses_nothing(resolve: Resolution) -> None:
    """Neither a name nor a UUID."""
    assert resolve("Slaes") == "Slaes"


@pytest.mark.parametrize(
    ("text", "source", "sent"),
    [
        ("main", "whatsapp", UUID),
        ("Shop", "whatsapp", "c3"),
        ("Shop", "instagram", "c2"),
        ("c5", "telegram", "c5"),
        ("New", "whatsapp", "c6"),
    ],
)
def test_a_channel_is_the_one_of_the_source(text: str, source: str, sent: str) -> None:
    """A discarded one of the same name is not meant; a type that the documentation does not name is not judged."""
    assert resolve_channel(CHANNELS, source)(text) == sent


@pytest.mark.parametrize(
    ("text", "source", "code"),
    [
        ("Old", "whatsapp", "channel_discarded"),
        ("c4", "whatsapp", "channel_discarded"),
        ("Bot", "whatsapp", "channel_of_other_source"),
        ("c5", "whatsapp", "channel_of_other_source"),
        ("Mian", "whatsapp", "channel_unknown"),
    ],
)
def test_a_channel_that_cannot_be_used_is_refused_with_the_reason(text: str, source: str, code: str) -> None:
    """By its title as by its UUID."""
    assert problem(resolve_channel(CHANNELS, source)(text)).code == code


def test_only_channels_that_can_be_used_are_proposed() -> None:
    """Not those of another source, nor what is out of use."""
    found = problem(resolve_channel(CHANNELS, "whatsapp")("Olds"))
    assert "Old" not in found.message.replace('"Olds"', "")
    assert "Bot" not in found.message


@pytest.mark.parametrize("text", ["Ana García", "ana garci\u0301a", "ANA@example.com"])
def test_an_owner_is_known_by_name_or_e_mail(text: str) -> None:
    """The e-mail is sent, as the account writes it."""
    assert resolve_user(USERS, is_email)(text) == "Ana@example.com"


def test_an_e_mail_that_is_in_no_team_passes() -> None:
    """The user may be in none; the documentation has no call that would show it."""
    assert resolve_user(USERS, is_email)("eva@example.com") == "eva@example.com"
    assert resolve_user([], is_email)("eva@example.com") == "eva@example.com"


def test_a_name_that_no_user_has_is_a_problem() -> None:
    """It cannot become an e-mail."""
    found = problem(resolve_user(USERS, is_email)("Ana Garcia"))
    assert (found.code, found.near) == ("assigned_user_invalid", "Ana García")


def test_two_users_of_one_name_are_listed() -> None:
    """By their e-mails."""
    found = problem(resolve_user(USERS, is_email)("Leo Gil"))
    assert found.code == "assigned_user_ambiguous"
    assert '"leo@example.com" or "leo.gil@example.com"' in found.message


def test_names_and_what_is_sent_are_for_comparison() -> None:
    """What has no name is known by its UUID alone."""
    assert folded_label("ANA garci\u0301a") in names_of(USERS)
    assert names_of(TEAMS[3:]) == {"t4"}
