"""What the account does not have is found before anything is sent; what is refused alike stops the run early."""

import io
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from importer.commands.context import CommandContext, CommandResult, load_settings
from importer.commands.run import import_files
from importer.sandbox import Sandbox
from importer.sandbox.account import Channel, Team, User
from importer.sandbox.calls import Asked
from tests.support.commands import ACCOUNT, NO_LIMIT, TOKEN, Said, customers, give, results, serving, table
from tests.support.paths import PEOPLE_FILES

HERE = ("--journal", "journal.sqlite3")
COLUMNS = '[columns]\nidentifier = "Phone"\nname = "Name"\n'
UUID = "0b5d1c3e9a514c0f8e0a0123456789ab"


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports, journal and config are the test's own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Yield a sandbox that the environment names, with lists of several pages, and two users of one name."""
    users = (
        *ACCOUNT.users,
        User(email="ana2@example.com", name="ana garcía"),
        User(email="ines@example.fr", name="Inès Moret"),
    )
    teams = (*ACCOUNT.teams, *(Team(uuid=f"{number:032x}", name=f"Team {number}") for number in range(40)))
    last = Team(uuid="f" * 32, name="Last", members=("ana2@example.com", "ines@example.fr", "ana@example.com"))
    channels = (*ACCOUNT.channels, *(Channel(uuid=f"{number:032x}", title=f"Line {number}") for number in range(40)))
    account = replace(ACCOUNT, users=users, teams=(*teams, last), channels=channels)
    with serving(replace(NO_LIMIT, account=account)) as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
        yield sandbox


def config(text: str) -> None:
    """Write the config."""
    Path("config.toml").write_text(text, encoding="utf-8")


def changes(sandbox: Sandbox) -> Mapping[str, int]:
    """Return the requests that change something."""
    return {call: count for call, count in sandbox.traffic.requests.items() if not call.startswith("GET")}


def problems(said: Said) -> dict[str, tuple[str, list[int]]]:
    """Return the message and the rows of each problem, by its first words."""
    found = [one for one in said.summary["problems"] if one["code"] != "unsent"]
    return {one["message"].split('"')[1]: (one["code"], one["rows"]) for one in found}


MISSES = [
    ("Phone", "Name", "Team", "Line", "Owner"),
    ("+34600111201", "A", "Slaes", "", ""),
    ("+34600111202", "B", UUID, "", ""),
    ("+34600111203", "C", "", "Old WhatsApp", ""),
    ("+34600111204", "D", "", "Instagram", ""),
    ("+34600111205", "E", "", "Nowhere", ""),
    ("+34600111206", "F", "", "", "Ana Garcia"),
    ("+34600111207", "G", "", "", "Ana García"),
    ("+34600111208", "H", "Slaes", "c4a00000-0000-0000-0000-000000000004", ""),
    ("+34600111209", "I", "LAST", "line 39", "inès moret"),
]
EVERY_MISS = {
    "Slaes": ("team_unknown", [2, 9]),
    UUID: ("team_unknown", [3]),
    "Old WhatsApp": ("channel_discarded", [4]),
    "Instagram": ("channel_of_other_source", [5]),
    "Nowhere": ("channel_unknown", [6]),
    "Ana Garcia": ("assigned_user_invalid", [7]),
    "Ana García": ("assigned_user_ambiguous", [8]),
    "c4a00000-0000-0000-0000-000000000004": ("channel_discarded", [9]),
}


@pytest.mark.parametrize("command", [("check",), ("run", "--yes"), ("run", "--dry-run")])
def test_every_miss_of_teams_users_and_channels_is_found_before_anything_is_sent(
    service: Sandbox, command: tuple[str, ...]
) -> None:
    """One line for each wrong value, with its rows; what is on the last page, and in any letters, is there."""
    config(COLUMNS + 'team = "Team"\nchannel = "Line"\nassigned_user = "Owner"\n')
    said = give(*command, table(Path("a.csv"), MISSES), *HERE, "--json")
    assert problems(said) == EVERY_MISS
    assert said.exit_code == 1
    assert '[values."Team"] of the config: "Slaes" = "Sales"' in said.stderr
    assert '"ana2@example.com" or "ana@example.com"' in said.stderr
    assert changes(service) == ({"POST /contacts": 1} if command == ("run", "--yes") else {})
    if service.contacts:
        (contact,) = service.contacts
        assert (contact.team_uuid, contact.channel_uuid) == ("f" * 32, f"{39:032x}")
        assert contact.assigned_user == "ines@example.fr"
    assert service.traffic.requests["GET /teams"] == 3


def test_the_line_that_is_said_corrects_the_rows(service: Sandbox) -> None:
    """Pasted as it stands."""
    line = '[values."Team"]\n"Slaes" = "Sales"\n'
    config(COLUMNS + 'team = "Team"\n' + line)
    table(Path("a.csv"), [("Phone", "Name", "Team"), ("+34600111201", "A", "Slaes")])
    assert give("run", "a.csv", *HERE, "--yes").exit_code == 0
    assert [contact.team_uuid for contact in service.contacts] == [ACCOUNT.teams[0].uuid]


def test_a_wrong_value_may_cost_its_field_alone(service: Sandbox) -> None:
    """Each with a warning of its own."""
    config('[contact]\non_bad_value = "leave_out"\n' + COLUMNS + 'team = "Team"\n')
    rows = [(f"+3460011120{number}", "A", team) for number, team in enumerate(("Slaes", "Salse", "Sales"))]
    said = give("run", table(Path("a.csv"), [("Phone", "Name", "Team"), *rows]), *HERE, "--yes", "--json")
    assert said.rows == {"created": 3, "read": 3}
    assert [(one["code"], one["rows"]) for one in said.summary["warnings"]] == [
        ("team_unknown", [2]),
        ("team_unknown", [3]),
    ]
    assert len(service.contacts) == 3


@pytest.mark.parametrize(
    "text", [f'team = "{UUID}"', 'team = "Slaes"', 'channel = "Old WhatsApp"', 'assigned_user = "Nobody"']
)
def test_a_constant_that_the_account_does_not_have_ends_it_at_once(service: Sandbox, text: str) -> None:
    """It would be wrong in every row."""
    config(f"[contact]\n{text}\n{COLUMNS}")
    said = give("run", customers(Path("a.csv")), *HERE, "--yes")
    assert said.exit_code == 3
    assert f"[contact] {text.split(maxsplit=1)[0]}: " in said.stderr
    assert not changes(service)


def test_owners_by_name_are_guessed_where_the_account_has_them(service: Sandbox) -> None:
    """As an export of HubSpot has them."""
    shutil.copy(PEOPLE_FILES / "hubspot1.csv", "hubspot1.csv")
    said = give("run", "hubspot1.csv", "--country", "FR", *HERE, "--yes", "--json")
    assert said.rows == {"created": 2, "read": 2}
    assert "assigned_user  from Contact owner" in said.stderr
    assert sorted(contact.assigned_user for contact in service.contacts) == ["", "ines@example.fr"]


# Tags and custom fields


def fill(sandbox: Sandbox, count: int, **fields: object) -> None:
    """Put contacts into the account, the first of them with these fields."""
    for number in range(count):
        body = {"identifier": f"3465{number:07}", "source": "whatsapp", "name": "Old", **(fields if not number else {})}
        sandbox.calls.create_contact(Asked(body=body))


TAGGED = [
    ("Phone", "Name", "Tags", "State"),
    ("+34600111201", "A", "VIP, Lead", "Active"),
    ("+34600111202", "B", "Vip", ""),
]
TAGS = COLUMNS + 'tags = "Tags"\n[columns.custom_fields]\n"Status" = { column = "State", type = "text" }\n'


def test_no_tag_or_field_is_called_missing_that_is_on_an_old_contact(service: Sandbox) -> None:
    """The oldest of 600."""
    fill(service, 600, tags=["VIP", "Lead"], custom_fields={"Status": "Lead"})
    config(TAGS)
    said = give("check", table(Path("a.csv"), TAGGED), *HERE, "--json")
    assert said.exit_code == 0
    (warning,) = said.summary["warnings"]
    assert (warning["code"], warning["rows"], warning["column"]) == ("tag_not_seen", [3], "Tags")
    assert 'did you mean "VIP"' in warning["message"]
    assert not changes(service)


@pytest.mark.parametrize("command", [("check",), ("run", "--dry-run"), ("run", "--yes")])
@pytest.mark.usefixtures("service")
def test_tags_and_fields_are_told_of_where_no_contact_could_show_them(command: tuple[str, ...]) -> None:
    """The account of a beginner has no contacts, and maybe no tag or field of that name."""
    config(TAGS)
    said = give(*command, table(Path("a.csv"), TAGGED), *HERE, "--json")
    told = [(one["code"], one["column"], one["rows"]) for one in said.summary["warnings"]]
    tags = [("tag_not_seen", "Tags", [row]) for row in (2, 2, 3)]
    assert told == [*tags, ("custom_field_not_seen", "State", [2])]
    assert 'has the tag "VIP" is not known, as it has no contacts to see it on' in said.stderr
    assert 'has the custom field "Status" is not known' in said.stderr


def test_a_value_that_a_seen_field_does_not_take_is_a_problem_and_not_sent(service: Sandbox) -> None:
    """`check` says it, and `run` sends the other rows."""
    fill(service, 30, custom_fields={"Status": "Lead"})
    config(COLUMNS + '[columns.custom_fields]\n"Status" = "State"\n')
    rows = [("+34600111201", "A", "Activ"), ("+34600111202", "B", "Active"), ("+34600111203", "C", "")]
    path = table(Path("a.csv"), [("Phone", "Name", "State"), *rows])
    said = give("check", path, *HERE, "--json")
    assert said.exit_code == 1
    (problem,) = said.summary["problems"]
    assert (problem["code"], problem["rows"], problem["column"]) == ("option_not_seen", [2], "State")
    assert '[values."State"] of the config: "Activ" = "Active"' in problem["message"]
    said = give("run", path, *HERE, "--yes")
    assert said.exit_code == 1
    assert "It was not sent" in said.stderr
    assert [(row["status"], row["code"]) for row in results()] == [
        ("failed", "custom_field_refused"),
        ("created", ""),
        ("created", ""),
    ]
    assert changes(service) == {"POST /contacts": 2}


def test_a_run_says_what_was_not_seen_before_it_sends(service: Sandbox) -> None:
    """And in its summary; such rows are sent."""
    fill(service, 3, tags=["VIP"])
    config('[contact]\ntags = ["Imported"]\n' + COLUMNS)
    said = give("run", customers(Path("a.csv")), *HERE, "--yes", "--json")
    assert said.rows == {"created": 3, "read": 3}
    assert [one["code"] for one in said.summary["warnings"]] == ["tag_not_seen"]
    assert said.stderr.index("no proof") < said.stderr.index("Finished")


@pytest.mark.parametrize("command", [("check",), ("run", "--dry-run")])
def test_without_a_token_it_tells_what_must_be_in_the_account(command: tuple[str, ...]) -> None:
    """Tags, custom fields and users."""
    config(TAGS.replace("[columns.", 'assigned_user = "Owner"\nteam = "Team"\n[columns.'))
    header = ("Phone", "Name", "Tags", "State", "Owner", "Team")
    said = give(*command, table(Path("a.csv"), [header, ("+34600111201", "A", "VIP", "x", "Ana", "Sales")]), *HERE)
    assert said.exit_code == 0
    head = "These must be in your account:" if command == ("check",) else "First make these in Callbell"
    told = said.stderr[said.stderr.index(head) :].split("\n\n")[0].rstrip().split("\n  ")
    assert told[1:] == ['tags: "VIP"', 'custom fields: "Status"', 'users: "Ana"', 'teams: "Sales"']


# Rows refused alike


def refused(count: int = 50) -> Path:
    """Return a file of which every row has a tag that the account does not have."""
    config('[contact]\ntags = ["Nowhere"]\n' + COLUMNS)
    return customers(Path("a.csv"), count)


def test_twenty_rows_refused_alike_stop_the_run(service: Sandbox) -> None:
    """With code 5, the reason and the cure; nothing more was sent."""
    said = give("run", refused(), *HERE, "--yes", "--json")
    assert said.exit_code == 5
    assert 'Tag "Nowhere" does not exist' in said.stderr
    assert 'Make the tag "Nowhere" in Callbell' in said.stderr
    assert said.rows == {"failed": 20, "unsent": 30, "read": 50}
    assert changes(service) == {"POST /contacts": 20}


def test_a_limit_of_failures_overrules(service: Sandbox) -> None:
    """The person has said how many rows may fail."""
    said = give("run", refused(), *HERE, "--yes", "--json", "--max-failures", "100%")
    assert said.exit_code == 1
    assert said.rows == {"failed": 50, "read": 50}
    assert changes(service) == {"POST /contacts": 50}


@pytest.mark.parametrize("count", [5, 19])
def test_fewer_rows_are_sent_to_the_end(service: Sandbox, count: int) -> None:
    """They tell nothing of others."""
    assert give("run", refused(count), *HERE, "--yes").exit_code == 1
    assert changes(service) == {"POST /contacts": count}


def on_terminal(answer: str, **options: object) -> tuple[CommandResult, list[str]]:
    """Return how a run ends in which a person gives this answer, and what was asked."""
    asked: list[str] = []

    def ask_line(question: str) -> str:
        asked.append(question)
        return answer

    settings, _ = load_settings({"journal": Path("journal.sqlite3"), **options}, os.environ, Path("config.toml"))
    stream = io.StringIO()
    Path("journal.sqlite3").touch()  # else it is asked whether to begin one
    context = CommandContext(settings=settings, environment=os.environ, stream=stream, ask_line=ask_line)
    return import_files(context, ["a.csv"]), asked


def test_on_a_terminal_it_is_asked_whether_to_go_on(service: Sandbox) -> None:
    """A yes sends the others, to the end, without another question."""
    refused()
    ended, asked = on_terminal("y")
    assert len(asked) == 1
    assert 'Tag "Nowhere" does not exist.' in asked[0]
    assert ended.exit_code == 1
    assert changes(service) == {"POST /contacts": 50}
    assert json.loads(ended.summary_json)["rows"]["failed"] == 50


@pytest.mark.parametrize("answer", ["", "n"])
def test_a_no_stops_the_run(service: Sandbox, answer: str) -> None:
    """As does no answer."""
    refused()
    ended, asked = on_terminal(answer)
    assert (ended.exit_code, len(asked)) == (5, 1)
    assert changes(service) == {"POST /contacts": 20}


def test_who_wants_no_questions_is_not_asked(service: Sandbox) -> None:
    """It stops as without a terminal."""
    refused()
    ended, asked = on_terminal("y", yes=True)
    assert (ended.exit_code, asked) == (5, [])
    assert changes(service) == {"POST /contacts": 20}


def test_rows_that_an_earlier_run_was_refused_do_not_stop_the_next(service: Sandbox) -> None:
    """It takes twenty others; those of the earlier run may be sent again meanwhile."""
    path = refused()
    assert give("run", path, *HERE, "--yes").exit_code == 5
    before = {row["row"] for row in results() if row["status"] == "failed"}
    assert give("run", path, *HERE, "--yes").exit_code == 5
    failed = {row["row"] for row in results() if row["status"] == "failed"}
    assert len(failed - before) == 20
    assert 40 <= changes(service)["POST /contacts"] <= 60


def test_a_run_whose_cause_is_gone_goes_on(service: Sandbox) -> None:
    """The same command sends all of them."""
    path = refused()
    assert give("run", path, *HERE, "--yes").exit_code == 5
    config(COLUMNS)
    said = give("run", path, *HERE, "--yes", "--json")
    assert said.rows == {"created": 50, "read": 50}
    assert len(service.contacts) == 50
