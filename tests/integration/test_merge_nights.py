"""`run --existing update` over several nights: one sheet edited, people editing, and what `undo` gives back of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from importer.sandbox import Duplicates, Sandbox
from importer.sandbox.account import StoredContact
from importer.sandbox.calls import Asked
from importer.sandbox.options import OptionalFields
from tests.support.commands import NO_LIMIT, TOKEN, Said, give, read, results, serving, table

HEADER = ("Phone", "Name", "Remarks", "Tags", "Owner", "Team", "City", "Points", "Joined", "Status", "Features")
CONFIG = """
[contact]
existing = "update"
clear_mark = "--"
[columns]
identifier = "Phone"
name = "Name"
note = "Remarks"
tags = ["Tags"]
assigned_user = "Owner"
team = "Team"
[columns.custom_fields]
"City" = "City"
"Loyalty Points" = { column = "Points", type = "number" }
"Joined" = { column = "Joined", type = "date", format = "%d/%m/%Y" }
"Status" = { column = "Status", type = "dropdown" }
"Features" = { column = "Features", type = "checkbox", separator = "|" }
"""
ANA, EVA, IAN = "+34600000001", "+34600000002", "+34600000003"
FULL = {
    "Name": "Ana",
    "Remarks": "Old",
    "Tags": "VIP,Lead",
    "Owner": "ana@example.com",
    "Team": "Support",
    "City": "Roma",
    "Points": "42",
    "Joined": "03/03/2026",
    "Status": "Active",
    "Features": "Dark Mode|Notifications",
}


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own, with a config and a journal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / "journal.sqlite3"))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    monkeypatch.setenv("COLUMNS", "200")
    Path("config.toml").write_text(CONFIG, encoding="utf-8")


@pytest.fixture(params=OptionalFields)
def service(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox that shows the fields that are shown sometimes, in each way."""
    with serving(replace(NO_LIMIT, duplicates=Duplicates.SECOND, optional_fields=request.param)) as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        yield sandbox


def row(phone: str, **cells: str) -> Mapping[str, str]:
    """Return a row of a sheet."""
    return {"Phone": phone, **cells}


def night(*rows: Mapping[str, str], options: Sequence[str] = ()) -> Said:
    """Import the rows."""
    lines = [[one.get(name, "") for name in HEADER] for one in rows]
    return give("run", table(Path("contacts.csv"), [HEADER, *lines]), "--yes", "--rate", "0", "--json", *options)


def stored(service: Sandbox, phone: str) -> StoredContact:
    """Return the contact of a number."""
    (found,) = [one for one in service.contacts if one.identifier == phone.removeprefix("+")]
    return found


def by_hand(service: Sandbox, phone: str, **fields: object) -> None:
    """Change a contact, as a person does."""
    answer = service.calls.change_contact(Asked(parameter=stored(service, phone).uuid, body=fields))
    assert answer.status == 200, answer.body


def undone() -> str:
    """Return what the last undo says of its first contact."""
    folder = max(Path("reports").glob("*-undo-*"), key=lambda path: path.name)
    return read(folder / "undone.csv")[0]["reason"]


def outcome(number: int = 0) -> tuple[str, str, str]:
    """Return status, code and reason of a row of the last run."""
    line = results()[number]
    return line["status"], line["code"], line["reason"]


EDITS = [
    ({"Name": "Ana María"}, "name"),
    ({"Remarks": "New"}, "note"),
    ({"Tags": "VIP,Newsletter"}, "tags"),
    ({"Owner": "marco@example.com"}, "assigned_user"),
    ({"Team": "Sales"}, "team_uuid"),
    ({"City": "Milano"}, "City"),
    ({"Points": "43"}, "Loyalty Points"),
    ({"Joined": "04/03/2026"}, "Joined"),
    ({"Status": "Lead"}, "Status"),
    ({"Features": "Dark Mode"}, "Features"),
]
HANDS: Mapping[str, Mapping[str, Any]] = {
    "name": {"name": "By hand"},
    "note": {"note": "By hand"},
    "assigned_user": {"assigned_user": "support@example.com"},
    "team_uuid": {"team_uuid": "5a1e5000000000000000000000000001"},
    "City": {"custom_fields": {"City": "Napoli"}},
    "Loyalty Points": {"custom_fields": {"Loyalty Points": "7"}},
    "Joined": {"custom_fields": {"Joined": "2020-01-01"}},
    "Status": {"custom_fields": {"Status": "Inactive"}},
    "Features": {"custom_fields": {"Features": ["Notifications"]}},
}


@pytest.mark.parametrize(("edit", "field"), EDITS, ids=[field for _, field in EDITS])
def test_an_edit_of_one_field_changes_that_field_and_undo_gives_it_back(
    service: Sandbox, edit: Mapping[str, str], field: str
) -> None:
    """By one GET and one PATCH; all else stays, and the reason names the field."""
    night(row(ANA, **FULL))
    before, asked = stored(service, ANA), dict(service.traffic.requests)
    said = night(row(ANA, **{**FULL, **edit}))
    assert (said.exit_code, said.rows) == (0, {"read": 1, "updated": 1}), said.stderr
    assert outcome() == ("updated", "", f"Changed by this run: {field}.")
    assert stored(service, ANA) != before
    requests = {call: count - asked.get(call, 0) for call, count in service.traffic.requests.items()}
    assert requests["GET /contacts/:uuid"] == requests["PATCH /contacts/:uuid"] == 1
    assert night(row(ANA, **{**FULL, **edit})).rows == {"read": 1, "unchanged": 1}
    assert give("undo", said.summary["run"], "--yes").exit_code == 0
    assert stored(service, ANA) == before


@pytest.mark.parametrize("field", HANDS)
def test_what_a_person_changed_stays_where_the_sheet_did_not(service: Sandbox, field: str) -> None:
    """Another field's edit is brought over beside it."""
    night(row(ANA, **FULL))
    by_hand(service, ANA, **HANDS[field])
    other, name = ({"Remarks": "New"}, "note") if field != "note" else ({"City": "Milano"}, "City")
    hand = stored(service, ANA)
    assert night(row(ANA, **{**FULL, **other})).rows == {"read": 1, "updated": 1}
    assert outcome() == ("updated", "", f"Changed by this run: {name}.")
    now = stored(service, ANA)
    changed: Mapping[str, Any] = (
        {"note": "New"} if name == "note" else {"custom_fields": {**hand.custom_fields, "City": "Milano"}}
    )
    assert now == replace(hand, **changed)


@pytest.mark.parametrize("wins", ["callbell", "sheet"])
@pytest.mark.parametrize(("edit", "field"), [one for one in EDITS if one[1] in HANDS], ids=list(HANDS))
def test_both_changed_it(service: Sandbox, edit: Mapping[str, str], field: str, wins: str) -> None:
    """By default a conflict that needs a person; with the sheet's way it is updated, and undone again."""
    if field == "team_uuid":
        edit = {"Team": "Sales"}
        by_hand_fields: Mapping[str, Any] = {"team_uuid": "7" * 32}
        account = service.options.account
        team = replace(account.teams[0], uuid="7" * 32, name="Third", default=False)
        service.calls.set_account(replace(account, teams=(*account.teams, team)))
    else:
        by_hand_fields = HANDS[field]
    night(row(ANA, **FULL))
    by_hand(service, ANA, **by_hand_fields)
    hand = stored(service, ANA)
    said = night(row(ANA, **{**FULL, **edit}), options=("--on-conflict", wins))
    status, code, reason = outcome()
    if wins == "callbell":
        assert (said.exit_code, said.rows) == (1, {"read": 1, "exists": 1})
        assert (status, code) == ("exists", "conflict")
        assert reason.startswith(
            f"Changed in the sheet, and by somebody in Callbell, so left as it is: {field}: the sheet says "
        )
        assert stored(service, ANA) == hand
        assert len(read(Path(said.summary["reports"]["failed"][0]))) == 1
    else:
        assert (said.exit_code, status, code) == (0, "updated", ""), said.stderr
        assert stored(service, ANA) != hand
        assert give("undo", said.summary["run"], "--yes").exit_code == 0
        assert stored(service, ANA) == hand


def test_the_mark_clears_each_field_that_can_be_cleared_and_undo_gives_them_back(service: Sandbox) -> None:
    """An empty cell changes nothing."""
    night(row(ANA, **FULL))
    before = stored(service, ANA)
    assert night(row(ANA, Name="Ana")).exit_code == 0
    assert stored(service, ANA) == before
    marks = {name: "--" for name in FULL if name not in ("Name", "Team")}
    said = night(row(ANA, **{**FULL, **marks}))
    assert (said.exit_code, said.rows) == (0, {"read": 1, "updated": 1}), said.stderr
    now = stored(service, ANA)
    assert (now.note, now.tags, now.assigned_user, dict(now.custom_fields)) == ("", (), "", {})
    assert night(row(ANA, **{**FULL, **marks})).rows == {"read": 1, "unchanged": 1}
    assert give("undo", said.summary["run"], "--yes").exit_code == 0
    assert stored(service, ANA) == before


def test_what_cannot_be_cleared_makes_the_row_invalid(service: Sandbox) -> None:
    """A name and a team."""
    night(row(ANA, **FULL), row(EVA, **FULL))
    before = service.contacts
    said = night(row(ANA, **{**FULL, "Name": "--"}), row(EVA, **{**FULL, "Team": "--"}))
    assert (said.exit_code, said.rows) == (1, {"read": 2, "invalid": 2})
    assert service.contacts == before


def test_tags_of_the_sheet_and_of_people_live_together(service: Sandbox) -> None:
    """What the sheet added is added, what it took away is taken away, what people gave stays."""
    night(row(ANA, Name="Ana", Tags="VIP,Lead"))
    by_hand(service, ANA, tags=["VIP", "Lead", "Call back"])
    night(row(ANA, Name="Ana", Tags="VIP,Newsletter"))
    assert stored(service, ANA).tags == ("VIP", "Call back", "Newsletter")
    by_hand(service, ANA, tags=["Call back"])
    night(row(ANA, Name="Ana", Tags="VIP,Newsletter,Interested"))
    assert stored(service, ANA).tags == ("Call back", "Interested")
    night(row(ANA, Name="Ana", Tags=""))
    assert stored(service, ANA).tags == ("Call back", "Interested")
    night(row(ANA, Name="Ana", Tags="--"))
    assert stored(service, ANA).tags == ("Call back",)


def test_the_undo_of_a_middle_night_gives_back_what_nobody_changed_since(service: Sandbox) -> None:
    """What a later night, or a person, changed stays."""
    night(row(ANA, Name="Ana", Remarks="1", City="Roma"), row(EVA, Name="Eva", Remarks="1"))
    middle = night(
        row(ANA, Name="Ana", Remarks="2", City="Milano"), row(EVA, Name="Eva", Remarks="2"), row(IAN, Name="I")
    )
    assert middle.rows == {"read": 3, "updated": 2, "created": 1}
    last = night(
        row(ANA, Name="Ana", Remarks="3", City="Milano"), row(EVA, Name="Eva", Remarks="2"), row(IAN, Name="I")
    )
    assert last.rows == {"read": 3, "updated": 1, "unchanged": 2}
    said = give("undo", middle.summary["run"], "--yes", "--json")
    assert {name: count for name, count in said.summary["contacts"].items() if count} == {
        "created": 1, "updated": 2, "deleted": 1, "restored": 1, "changed": 1,
    }, said.stderr  # fmt: skip
    assert said.exit_code == 1
    assert (stored(service, ANA).note, stored(service, ANA).custom_fields["City"]) == ("3", "Roma")
    assert stored(service, EVA).note == "1"
    assert len(service.contacts) == 2


@pytest.mark.parametrize("gone", ["report", "recreate"])
def test_a_contact_that_was_deleted_in_callbell(service: Sandbox, gone: str) -> None:
    """Is reported, or made again with all that the sheet says."""
    text = Path("config.toml").read_text("utf-8")
    Path("config.toml").write_text(f"[service]\nsettle_seconds = 0\n{text}", "utf-8")
    night(row(ANA, **FULL), row(EVA, **FULL))
    was = stored(service, ANA)
    service.calls.delete_contact(Asked(parameter=was.uuid))
    said = night(row(ANA, **{**FULL, "Remarks": "New"}), row(EVA, **FULL), options=("--gone", gone))
    if gone == "report":
        assert (said.exit_code, said.rows) == (1, {"read": 2, "failed": 1, "unchanged": 1})
        assert outcome()[:2] == ("failed", "gone")
        assert "--gone recreate" in said.stderr
        assert len(service.contacts) == 1
        again = give("retry", said.summary["run"], "--gone", "recreate", "--rate", "0", "--json")
        assert (again.exit_code, again.rows) == (0, {"read": 1, "created": 1}), again.stderr
    else:
        assert (said.exit_code, said.rows) == (0, {"read": 2, "created": 1, "unchanged": 1})
    now = stored(service, ANA)
    assert replace(now, uuid=was.uuid, number=was.number, created_at=was.created_at, note="Old") == was
    assert now.note == "New"
    assert night(row(ANA, **{**FULL, "Remarks": "New"}), row(EVA, **FULL)).rows == {"read": 2, "unchanged": 2}


def test_a_first_meeting_fills_what_is_empty_and_leaves_the_rest(service: Sandbox) -> None:
    """With the sheet's way it replaces; and `undo` gives back what was there, but that a team cannot be taken away."""
    body = {"identifier": "34600000001", "source": "whatsapp", "name": "Wrote first", "tags": ["Call back"]}
    service.calls.create_contact(Asked(body={**body, "custom_fields": {"City": "Napoli"}}))
    before = stored(service, ANA)
    said = night(row(ANA, **FULL))
    assert (said.exit_code, said.rows) == (0, {"read": 1, "updated": 1}), said.stderr
    now = stored(service, ANA)
    assert (now.name, now.custom_fields["City"], now.note) == ("Wrote first", "Napoli", "Old")
    assert now.tags == ("Call back", "VIP", "Lead")
    status, code, reason = outcome()
    assert (status, code) == ("updated", "differs")
    assert reason.endswith("It was in Callbell before; left as it is there: name, City.")
    assert night(row(ANA, **FULL)).rows == {"read": 1, "unchanged": 1}
    assert give("undo", said.summary["run"], "--yes").exit_code == 1
    assert undone().endswith("Left as it is, for it was changed since or cannot be given back: team_uuid.")
    assert stored(service, ANA) == replace(before, team_uuid=now.team_uuid)


def test_a_first_meeting_by_the_sheets_way_replaces(service: Sandbox) -> None:
    """But tags of people stay; `undo` gives all of it back."""
    body = {"identifier": "34600000001", "source": "whatsapp", "name": "Wrote first", "tags": ["Call back"]}
    service.calls.create_contact(Asked(body={**body, "custom_fields": {"City": "Napoli"}}))
    before, sheet = stored(service, ANA), row(ANA, **{**FULL, "Team": ""})
    said = night(sheet, options=("--on-conflict", "sheet"))
    assert (said.exit_code, said.rows) == (0, {"read": 1, "updated": 1}), said.stderr
    now = stored(service, ANA)
    assert (now.name, now.custom_fields["City"], now.tags) == ("Ana", "Roma", ("Call back", "VIP", "Lead"))
    assert outcome()[:2] == ("updated", "")
    assert give("undo", said.summary["run"], "--yes").exit_code == 0
    assert stored(service, ANA) == before
    assert night(sheet).rows == {"read": 1, "updated": 1}
    assert (stored(service, ANA).name, stored(service, ANA).note) == ("Wrote first", "Old")
