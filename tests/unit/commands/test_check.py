"""`check` as its users meet it: what it finds, says, writes and asks."""

import asyncio
import io
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from importer.commands.check import Check
from importer.commands.context import CommandContext
from importer.commands.input.input_sheet import InputSheet
from importer.journal import Journal
from importer.model.errors import InputError
from importer.model.rows import Row, Sheet
from importer.model.runs import RunRecord
from importer.sandbox import Sandbox
from importer.settings import settle
from tests.support.commands import ACCOUNT, NO_LIMIT, TOKEN, customers, give, read, serving, table
from tests.support.paths import SAMPLES

HERE = ("--journal", "journal.sqlite3")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports, journal and config are the test's own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Yield a sandbox that the environment names."""
    with serving() as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
        yield sandbox


def written(name: str) -> Path:
    """Return the one report of that name."""
    (path,) = Path("reports").glob(f"*/{name}")
    return path


def config(text: str) -> None:
    """Write the config."""
    Path("config.toml").write_text(text, encoding="utf-8")


def test_a_good_file_ends_with_0_and_the_command_that_sends_it() -> None:
    """Nothing is written but the words."""
    said = give("check", customers(Path("contacts.csv"), 3), *HERE)
    assert said.exit_code == 0
    assert "3 of 3 rows would be sent. Nothing was sent now." in said.stderr
    assert "callbell-importer run " in said.stderr
    assert not Path("reports").exists()
    assert said.stdout == ""


def test_every_problem_is_grouped_with_its_rows_and_what_to_do() -> None:
    """The sample with a problem of each kind."""
    said = give("check", SAMPLES / "problems.csv", *HERE, "--json")
    assert said.exit_code == 1
    found = {group["code"]: (group["column"], group["count"]) for group in said.summary["problems"]}
    assert found["phone_letters"] == ("Phone", 2)
    assert found["note_too_long"] == ("Remarks", 2)
    assert found["width_wrong"] == ("", 3)
    assert said.summary["rows"] == {
        "read": 17,
        "blank": 1,
        "left_out": 0,
        "would_be_sent": 3,
        "invalid": 13,
        "duplicate": 1,
        "unchanged": 0,
        "exists": 0,
        "failed": 0,
        "in_doubt": 0,
        "would_be_created": None,
        "would_be_updated": None,
        "in_conflict": 0,
    }
    assert [group["code"] for group in said.summary["warnings"]] == ["duplicate"]
    assert 'A4, A17 (phone_letters, column "Phone")' in said.stderr
    assert "delimiter comma" in said.stderr
    assert "identifier     from Phone" in said.stderr


KINDS = """Phone,Name,Bot,Email,Born,Amount
+34612345201,Clara,,,,
ask Maria,A,,,,
ask José,A,,,,
+34 612 345 208 ext 12,A,,,,
+34 612 345 209 ext 13,A,,,,
612345678 / 912345678,A,,,,
612345679 / 912345679,A,,,,
+3461234,A,,,,
+3461235,A,,,,
+346123456789012345,A,,,,
+346123456789012346,A,,,,
+999612345678,A,,,,
+999612345679,A,,,,
612345207,A,,,,
612345208,A,,,,
+34112345678,A,,,,
+34112345679,A,,,,
+34(0)612345678,A,,,,
+34(0)612345679,A,,,,
3.4612E+10,A,,,,
3.4613E+10,A,,,,
+34612345212,A,maybe,,,
+34612345213,A,perhaps,,,
+34612345214,A,,ana@,,
+34612345215,A,,bob@,,
+34612345216,A,,,01/02/2024,
+34612345217,A,,,02/03/2024,
+34612345218,A,,,yesterday,
+34612345219,A,,,today,
+34612345220,A,,,,many
+34612345221,A,,,,few
+34612345222,A,,,,"1,234"
+34612345223,A,,,,"2,345"
+34612345224,A,,,,,x
+34612345225,A,,,,,x,y
+34612345240,#REF!,,,,
+34612345241,#N/A,,,,
+34612345201,Clara,,,,
+34612345230,B,,,,
+34612345230,B,,,,
+34612345242,JosÃ©,,,,
+34612345243,MarÃ­a,,,,
"""
KINDS_CONFIG = """[columns]
identifier = "Phone"
name = "Name"
bot_status = "Bot"
[columns.custom_fields]
Email = { column = "Email", type = "email" }
Born = { column = "Born", type = "date" }
Amount = { column = "Amount", type = "number" }
"""


def test_the_sentence_of_a_group_is_true_of_all_of_its_rows() -> None:
    """Of each kind there are two rows, with other values: those of the first are an example."""
    config(KINDS_CONFIG)
    Path("kinds.csv").write_text(KINDS, encoding="utf-8")
    said = give("check", "kinds.csv", *HERE, "--json")
    groups = [*said.summary["problems"], *said.summary["warnings"]]
    assert len(groups) == 20
    for group in groups:
        general, _, example = group["message"].partition(f" For example row {group['rows'][0]}: ")
        assert (group["count"], bool(general), bool(example)) == (2, True, True), group
        assert not any(sign in general for sign in '"0123456789'), group
    assert "2 rows: The row has the same identifier as an earlier row, and only that one counts." in said.stderr
    assert "For example row 39: same identifier as row 2" in said.stderr


def test_the_rows_to_fix_come_with_the_cells_that_are_wrong() -> None:
    """As a text file, which `check` and `run` take as it is."""
    give("check", SAMPLES / "problems.csv", *HERE)
    rows = read(written("problems.csv"))
    cells = {row["import_row"]: row["import_cells"] for row in rows}
    assert (cells["4"], cells["9"], cells["11"], cells["12"]) == ("A4", "B9", "E11", "")
    assert cells["17"] == "A17 B17 D17 E17"
    again = give("check", written("problems.csv"), *HERE, "--json", "--report-dir", "again")
    assert again.summary["rows"]["read"] == 13
    assert "import_status" not in again.stderr


def test_a_workbook_gets_a_workbook() -> None:
    """With the columns that its header named; of a name made of two of them, both empty, the first cell."""
    book = openpyxl.Workbook()
    for row in (("Phone", "First name", "Last name"), ("12ab", None, None), ("+34600111222", "Ana", "Gil")):
        book.active.append(row)  # type: ignore[union-attr]  # a new workbook has a sheet
    book.save("book.xlsx")
    assert give("check", "book.xlsx", *HERE).exit_code == 1
    sheet = openpyxl.load_workbook(written("problems.xlsx")).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]][-2:] == ["2", "A2 B2"]


def test_without_a_token_it_says_what_nobody_was_asked() -> None:
    """Teams, tags and earlier runs."""
    config('[columns]\nidentifier = "Phone"\nname = "Name"\ntags = "Tags"\nteam = "Team"\n')
    table(Path("a.csv"), [("Phone", "Name", "Tags", "Team"), ("+34600111222", "Ana", "VIP", "Sales")])
    said = give("check", "a.csv", *HERE, "--json")
    assert said.exit_code == 0
    first, second = said.summary["not_checked"]
    assert "these teams, tags was not asked" in first
    assert "earlier run" in second


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
@pytest.mark.parametrize("command", [("check",), ("run", "--dry-run")])
def test_a_token_file_that_cannot_be_used_is_no_missing_token(command: tuple[str, ...]) -> None:
    """Who gave one wants it to be used, and is told what is wrong with it."""
    Path("token").write_text("abc", encoding="utf-8")
    Path("token").chmod(0o644)
    config('[service]\ntoken_file = "token"\n')
    said = give(*command, customers(Path("contacts.csv")), *HERE)
    assert said.exit_code == 2
    assert "can be read by other people" in said.stderr


def test_with_a_token_it_asks_the_account_and_sends_nothing(service: Sandbox) -> None:
    """Only GETs: a user who is in no team, a tag and a field that nobody carries are worth a look, and no problem."""
    table(Path("old.csv"), [("Phone", "Name", "Tags"), ("+34655120987", "Eva", "VIP")])
    assert give("run", "old.csv", *HERE, "--yes").exit_code == 0
    before = service.traffic.requests.copy()
    table(
        Path("a.csv"),
        [
            ("Phone", "Name", "Tags", "Owner", "City"),
            ("+34600111222", "Ana", "VIP,New", "nobody@example.com", "Rome"),
            ("+34600111223", "Leo", "VIP", "ana@example.com", ""),
            ("+34655120987", "Eva", "", "", ""),
        ],
    )
    config(
        '[columns]\nidentifier = "Phone"\nname = "Name"\ntags = "Tags"\nassigned_user = "Owner"\n'
        '[columns.custom_fields]\n"City" = "City"\n'
    )
    said = give("check", "a.csv", *HERE, "--json")
    assert said.exit_code == 0
    assert said.summary["not_checked"] == []
    assert {group["code"]: group["rows"] for group in said.summary["warnings"]} == {
        "differs": [4],
        "user_not_seen": [2],
        "tag_not_seen": [2],
        "custom_field_not_seen": [2],
    }
    asked = service.traffic.requests - before
    assert set(asked) == {
        "GET /auth/me", "GET /teams", "GET /channels", "GET /teams/:uuid/members", "GET /contacts",
        "GET /contacts/phone/:number",
    }  # fmt: skip
    assert len(service.contacts) == 1


def test_a_team_that_the_account_does_not_have_is_a_problem(service: Sandbox) -> None:
    """Teams and channels can be listed, so what is not there is not there."""
    config('[columns]\nidentifier = "Phone"\nname = "Name"\nteam = "Team"\n')
    table(Path("a.csv"), [("Phone", "Name", "Team"), ("+34600111222", "Ana", "Salse")])
    said = give("check", "a.csv", *HERE)
    assert said.exit_code == 1
    assert 'did you mean "Sales"' in said.stderr
    assert not service.contacts


def test_what_an_earlier_run_sent_is_counted(service: Sandbox) -> None:
    """The account's journal knows, and the check leaves it as it is."""
    path = customers(Path("contacts.csv"), 3)
    give("run", path, *HERE, "--yes")
    for _ in range(2):
        said = give("check", customers(Path("contacts.csv"), 5), *HERE, "--json")
        assert (said.summary["rows"]["unchanged"], said.summary["rows"]["would_be_sent"]) == (3, 2)
    assert len(service.contacts) == 3
    assert [line.split()[-5] for line in give("runs", *HERE).stdout.splitlines()[1:]] == ["run"]


def test_a_refused_token_is_code_5() -> None:
    """As for a run."""
    with serving(replace(NO_LIMIT, account=replace(ACCOUNT, token="another"))) as sandbox:
        customers(Path("contacts.csv"))
        config(f'[service]\nbase_url = "{sandbox.base_url}"\ntoken_file = "token"\n')
        Path("token").write_text(TOKEN, encoding="utf-8")
        Path("token").chmod(0o600)
        assert give("check", "contacts.csv", *HERE).exit_code == 5


def test_the_sandbox_can_be_asked_too() -> None:
    """It needs no token."""
    said = give("check", SAMPLES / "contacts.csv", "--sandbox", *HERE, "--json")
    assert (said.exit_code, said.summary["not_checked"]) == (0, [])


def test_a_mapping_that_does_not_fit_is_code_3() -> None:
    """With the sentence of a run."""
    customers(Path("contacts.csv"))
    config('[input]\nheader = ["Telephone", "Name"]\n[columns]\nidentifier = "Telephone"\nname = "Name"\n')
    said = give("check", "contacts.csv", *HERE)
    assert said.exit_code == 3
    assert '"Telephone", which is gone, and "Phone" is new' in said.stderr


def test_new_columns_are_mentioned_and_no_error() -> None:
    """By `check` and by `run`."""
    table(Path("a.csv"), [("Phone", "Name", "City"), ("+34600111222", "Ana", "Rome")])
    config('[input]\nheader = ["Phone", "Name"]\n[columns]\nidentifier = "Phone"\nname = "Name"\n')
    for command in (("check",), ("run", "--dry-run")):
        said = give(*command, "a.csv", *HERE)
        assert said.exit_code == 0
        assert 'New columns, which the config says nothing of: "City".' in said.stderr


def test_several_files_are_told_apart() -> None:
    """Each with its rows, and its own file to mend."""
    first, second = (
        customers(Path("one.csv"), 2),
        table(Path("two.csv"), [("Tel", "Nombre"), ("12ab", "Leo"), ("", "Eva")]),
    )
    said = give("check", first, second, *HERE, "--json")
    assert [(sheet["rows"], sheet["delimiter"]) for sheet in said.summary["sheets"]] == [(2, ","), (2, ",")]
    assert [Path(path).name for path in said.summary["reports"]["problems"]] == ["problems-2-two.csv"]


def test_what_the_account_lacks_for_all_rows_is_no_matter_of_another_column(service: Sandbox) -> None:
    """The cure is that of a run, and then the check is given again."""
    assert service.contacts == ()
    table(Path("a.csv"), [("Phone", "Name", "Team"), *((f"+3460011122{place}", "Ana", "Nope") for place in range(9))])
    config('[columns]\nidentifier = "Phone"\nname = "Name"\nteam = "Team"\n')
    said = give("check", "a.csv", *HERE).stderr
    assert "A run would make no request." in said
    assert "Name a team of the account. Then give the same command again:\n  callbell-importer check a.csv" in said


def test_what_the_requests_of_a_run_are_for_is_said(service: Sandbox) -> None:
    """Where no row would be sent too: then they only ask."""
    customers(Path("a.csv"), 3)
    told = "A run would make about 6 requests: 3 to ask what Callbell has, 3 to create or change contacts."
    assert told in give("check", "a.csv", *HERE).stderr
    assert give("run", "a.csv", "--yes").exit_code == 0
    assert len(service.contacts) == 3
    said = give("check", "a.csv", *HERE).stderr
    assert "0 of 3 rows would be sent." in said
    assert "A run would make about 3 requests: they ask what Callbell has, and change nothing." in said
    customers(Path("a.csv"), 4)
    told = "A run would make about 5 requests: 4 to ask what Callbell has, 1 to create or change a contact."
    assert told in give("check", "a.csv", *HERE).stderr
    customers(Path("a.csv"), 1)
    told = "A run would make about 1 request: it asks what Callbell has, and changes nothing."
    assert told in give("check", "a.csv", *HERE).stderr


def test_columns_that_a_config_leaves_out_are_so_on_purpose_and_its_rows_are_told_in_words() -> None:
    """No custom field is advised for them, and who was left out is said by what the column says."""
    rows = [
        ("Phone", "Name", "Town", "Accepts"),
        *((f"+3460011122{n}", "Ana", "Vigo", ["yes", "no"][n % 2]) for n in range(4)),
    ]
    table(Path("a.csv"), rows)
    assert "make a custom field in Callbell" in give("check", "a.csv", *HERE).stderr
    config('[columns]\nidentifier = "Phone"\nname = "Name"\n[input.where]\n"Accepts" = ["yes"]\n')
    said = give("check", "a.csv", *HERE).stderr
    assert "make a custom field" not in said
    assert '2 rows, 2 left out: not "yes" in Accepts' in said
    assert ' read, 2 left out: not "yes" in Accepts.' in give("run", "a.csv", "--sandbox").stderr


def test_only_the_first_rows_are_looked_at_if_that_is_wanted() -> None:
    """As `run --limit` would."""
    said = give("check", customers(Path("contacts.csv"), 5), "--limit", "2", *HERE, "--json")
    assert said.summary["rows"]["read"] == 2


def test_consecutive_numbers_are_worth_a_look() -> None:
    """The rows are sent all the same."""
    said = give("check", customers(Path("contacts.csv"), 12), *HERE)
    assert said.exit_code == 0
    assert '(phones_consecutive, column "Phone")' in said.stderr


def test_the_next_command_reads_the_file_as_it_was_read() -> None:
    """With its sheet, and what else was said about it."""
    said = give("check", SAMPLES / "customers.xlsx", "--sheet", "Contacts", "--tag", "Imported", *HERE)
    assert said.exit_code == 0
    assert "--sheet Contacts --tag Imported --journal " in said.stderr


class BreakingOff:
    """A reader whose file cannot be read to its end."""

    sheet = Sheet(file="broken.csv", header=("Phone", "Name"), delimiter=",")
    blank_rows = 0

    def chunks(self) -> Iterator[Sequence[Row]]:
        """Yield one chunk, and no more."""
        yield [Row(number=2, cells=("+34600111222", "Ana")), Row(number=3, cells=("12ab", "Leo"))]
        raise InputError("broken.csv cannot be read any further.", "Save it again.")

    def close(self) -> None:
        """Nothing is open."""


def test_a_file_that_breaks_off_is_code_3_with_what_was_found_up_to_there() -> None:
    """The reason comes first, and the rows before it are told of."""
    context = CommandContext(settings=settle({"dry_run": True}, {}), environment={}, stream=io.StringIO())
    record = RunRecord(
        name="20261123-020000-broken",
        command="check",
        account="",
        files=("broken.csv",),
        options={},
        report_dir="reports/20261123-020000-broken",
        started_at=datetime(2026, 11, 23, 2, tzinfo=UTC),
    )
    with closing(Journal.open(Path("journal.sqlite3"), rehearsal=True, tallied_only=True)) as store:
        check = Check(context=context, store=store, record=record, readers=[InputSheet(BreakingOff())])
        ending = asyncio.run(check.execute())
    assert ending.exit_code == 3
    assert ending.text.startswith("broken.csv cannot be read any further. Save it again.\n\nUp to there:\n\n")
    assert "1 of 2 rows would be sent." in ending.text
    assert "phone_letters" in ending.text


def test_it_can_be_quiet() -> None:
    """Where all is well."""
    assert give("check", customers(Path("contacts.csv")), "--quiet", *HERE).stderr == ""
