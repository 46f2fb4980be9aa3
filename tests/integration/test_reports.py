"""The reports for people: corrected and given again, written again, chosen."""

import contextlib
import io
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from importer.commands.context import CommandContext
from importer.commands.report import report_run
from importer.commands.runs import find_run_to_report
from importer.journal import Journal
from importer.reports import results_workbook
from importer.sandbox import Sandbox
from importer.settings import settle
from tests.support.commands import TOKEN, customers, give, phones, read, serving, table

ROWS = [
    ("Phone", "Name", "City"),
    ("+34600000001", "Ana", "Ávila"),
    ("ask Luis", "Luis", "=1+1"),
    ("+34600000003", "Eva", ""),
    ("", "Max", "007"),
    ("+34600000001", "Ana again", ""),
]


@pytest.fixture(autouse=True)
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Each test stands in a folder of its own, with a service of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / "journal.sqlite3"))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    with serving() as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        yield sandbox


def folder(number: int = -1) -> Path:
    """Return the reports of a run; the last one's, if no other is named."""
    return sorted(path for path in Path("reports").iterdir())[number]


def book(path: Path) -> Path:
    """Write the rows as a workbook."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "Clientes"
    for row in ROWS:
        sheet.append(row)
        for cell in sheet[sheet.max_row]:
            cell.data_type = "s" if cell.value is not None else cell.data_type
    made.save(path)
    return path


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_two_cells_fixed_and_given_again_are_two_rows_sent(service: Sandbox, kind: str) -> None:
    """The rows' sheet is recognised, and what is done is known."""
    source = table(Path("contacts.csv"), ROWS) if kind == "csv" else book(Path("contacts.xlsx"))
    assert give("run", source).exit_code == 1
    path = folder() / "results.xlsx"
    results = openpyxl.load_workbook(path)
    assert results.sheetnames == ["Import summary", "Clientes" if kind == "xlsx" else "contacts", "Import problems"]
    rows = results.worksheets[1]
    assert [cell.value for cell in rows[1]][:4] == ["Phone", "Name", "City", "import_status"]
    assert [cell.value for cell in rows[3]][:4] == ["ask Luis", "Luis", "=1+1", "invalid"]
    rows["A3"], rows["A5"] = "+34600000002", "+34600000004"
    results.save(path)
    said = give("run", path, "--json")
    assert (said.exit_code, said.rows) == (0, {"created": 2, "unchanged": 2, "duplicate": 1, "read": 5})
    assert phones(service) == [f"3460000000{digit}" for digit in "1234"]


def test_our_columns_are_known_in_whatever_order_they_stand(service: Sandbox) -> None:
    """Earlier versions had the UUID in the second of them."""
    give("run", book(Path("contacts.xlsx")))
    results = openpyxl.load_workbook(folder() / "results.xlsx")
    rows = [[cell.value for cell in row] for row in results["Clientes"].iter_rows()]
    rows = [[*row[:4], row[7], row[4], row[6], row[5], row[8]] for row in rows]
    earlier = ["import_status", "import_uuid", "import_reason", "import_cells", "import_what_to_do", "import_row"]
    assert rows[0][3:] == earlier
    for line, row in enumerate(rows, 1):
        for place, value in enumerate(row[3:], 4):
            results["Clientes"].cell(line, place).value = value
    results["Clientes"]["A3"] = "+34600000002"
    results.save("earlier.xlsx")
    said = give("run", "earlier.xlsx", "--json")
    assert said.rows == {"created": 1, "unchanged": 2, "duplicate": 1, "invalid": 1, "read": 5}
    assert len(service.contacts) == 3
    header = [cell.value for cell in openpyxl.load_workbook(folder() / "results.xlsx")["Clientes"][1]]
    assert header == [*ROWS[0], *(earlier[at] for at in (0, 2, 4, 3, 1, 5))]


def test_a_rehearsals_workbook_can_be_given_to_a_run(service: Sandbox) -> None:
    """What would be created is created, once, and the cell that was missing is sent."""
    give("run", book(Path("contacts.xlsx")), "--sandbox")
    (path,) = Path("reports/rehearsals").glob("*/results.xlsx")
    results = openpyxl.load_workbook(path)
    assert [row[3].value for row in results["Clientes"].iter_rows(min_row=2)] == [
        *("would be created", "invalid", "would be created", "invalid", "duplicate")
    ]
    assert give("run", path, "--json").rows == {"created": 2, "invalid": 2, "duplicate": 1, "read": 5}
    results["Clientes"]["A5"] = "+34600000004"
    results.save("fixed.xlsx")
    assert give("run", "fixed.xlsx", "--json").rows == {
        "created": 1,
        "unchanged": 2,
        "invalid": 1,
        "duplicate": 1,
        "read": 5,
    }
    assert phones(service) == [f"3460000000{digit}" for digit in "134"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.usefixtures("service")
def test_the_terminal_and_the_reports_name_the_same_file_to_fix(kind: str) -> None:
    """Failed rows are fixed in failed.csv or failed.xlsx, as the input was; the workbook's rows say the same."""
    said = give("run", table(Path("contacts.csv"), ROWS) if kind == "csv" else book(Path("contacts.xlsx")))
    name, results = f"failed.{kind}", openpyxl.load_workbook(folder() / "results.xlsx")["Import summary"]
    told = " ".join(str(cell.value) for row in results.iter_rows() for cell in row if cell.value)
    for text in (said.stderr, told, (folder() / "report.html").read_text(encoding="utf-8")):
        assert f"rows in {name} (" in text or f"rows that need you in {name} (" in text
        assert f"{name}" in text.partition("callbell-importer run ")[2]
        assert "run results.xlsx" not in text


def test_every_cell_is_a_text_with_its_status(service: Sandbox) -> None:
    """The input's columns come first, the wrong cell is named, the UUID is a link, and no formula is left."""
    give("run", book(Path("contacts.xlsx")))
    rows = openpyxl.load_workbook(folder() / "results.xlsx")["Clientes"]
    assert {cell.data_type for row in rows.iter_rows() for cell in row if cell.value is not None} == {"s"}
    header = [cell.value for cell in rows[1]]
    table_rows = [dict(zip(header, [cell.value for cell in row], strict=True)) for row in rows.iter_rows(min_row=2)]
    assert [row["import_status"] for row in table_rows] == ["created", "invalid", "created", "invalid", "duplicate"]
    assert [row["import_cells"] for row in table_rows] == [None, "A3", None, "A5", None]
    assert [row["import_row"] for row in table_rows] == ["2", "3", "4", "5", "6"]
    assert rows["H2"].hyperlink is not None
    assert str(rows["H2"].value) in {contact.uuid for contact in service.contacts}
    assert (rows.freeze_panes, rows.auto_filter.ref) == ("A2", "A1:I6")
    assert rows["A3"].number_format == "@"


def test_the_second_night_shows_the_cells_of_rows_that_are_unchanged() -> None:
    """The journal does not keep them: the file is read again if it is the same; else the workbook with them stays."""
    source = table(Path("contacts.csv"), ROWS)
    give("run", source)
    give("run", source)
    rows = openpyxl.load_workbook(folder() / "results.xlsx")["contacts"]
    assert [[cell.value for cell in row[:4]] for row in rows.iter_rows(min_row=2, max_row=2)] == [
        ["+34600000001", "Ana", "Ávila", "unchanged"]
    ]
    name = folder().name
    source.write_text(source.read_text("utf-8") + "x,y,z\n", "utf-8")
    whole = (folder() / "results.xlsx").read_bytes()
    said = give("report", name, "--no-open")
    assert said.exit_code == 0
    assert "results.xlsx is left as it is: the list is gone or was changed since" in said.stderr
    assert (folder() / "results.xlsx").read_bytes() == whole
    (folder() / "results.xlsx").unlink()
    said = give("report", name, "--no-open")
    left_out = "2 rows of contacts.csv left out of results.xlsx, as the file is gone or was changed since: 2, 4."
    assert left_out in said.stderr
    book = openpyxl.load_workbook(folder() / "results.xlsx")
    assert [row[3].value for row in book["contacts"].iter_rows(min_row=2)] == ["invalid", "invalid", "duplicate"]
    told = [cell.value for row in book["Import summary"].iter_rows() for cell in row if cell.value]
    assert any(left_out in str(text) for text in told)


def test_a_part_that_is_given_again_is_right(service: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a large run only the rows that changed are there, and it says so; then only those that need a person."""
    source = table(Path("contacts.csv"), ROWS[:2])
    give("run", source)
    table(source, ROWS)
    for most, statuses in (
        ("UNCHANGED", ["invalid", "created", "invalid", "duplicate"]),
        ("ALL_CHANGES", ["invalid"] * 2),
    ):
        monkeypatch.setattr(results_workbook, f"MOST_WITH_{most}", 4)
        if most == "UNCHANGED":
            give("run", source)
        else:
            give("report", "--no-open")
        results = openpyxl.load_workbook(folder() / "results.xlsx")
        assert [row[3].value for row in results["contacts"].iter_rows(min_row=2)] == statuses
        told = [str(cell.value) for row in results["Import summary"].iter_rows() for cell in row if cell.value]
        assert any("as the run has more than" in text for text in told)
    rows = results["contacts"]
    rows["A2"], rows["A3"] = "+34600000002", "+34600000004"
    results.save("fixed.xlsx")
    assert give("run", "fixed.xlsx", "--json").rows == {"created": 2, "read": 2}
    assert len(service.contacts) == 4


def test_the_reports_are_written_again() -> None:
    """As they were, with what the summary alone kept; a run that is not there is exit code 2."""
    give("run", table(Path("contacts.csv"), ROWS))
    before = {path.name: path.read_bytes() for path in folder().iterdir()}
    assert set(before) == {"results.csv", "results.xlsx", "report.html", "failed.csv", "summary.json"}
    for path in folder().iterdir():
        if path.name != "summary.json":
            path.unlink()
    said = give("report", "--json", "--no-open")
    assert said.exit_code == 0
    assert json.loads(said.stdout) == json.loads(before["summary.json"])
    after = {path.name: path.read_bytes() for path in folder().iterdir()}
    assert {name for name, content in after.items() if content != before[name]} <= {"results.xlsx"}
    assert give("report", "nothing").exit_code == 2


@pytest.mark.parametrize("has_summary", [True, False])
def test_an_edited_report_is_kept_under_another_name(*, has_summary: bool) -> None:
    """It is said which, and how it is imported; what nobody touched is written over."""
    give("run", table(Path("contacts.csv"), ROWS))
    written = (folder() / "summary.json").stat().st_mtime_ns
    for number in ("", "2-"):
        (folder() / "failed.csv").write_text(f"Phone{number}\n", "utf-8")
        os.utime(folder() / "failed.csv", ns=(written + 10**9, written + 10**9))
        if not has_summary:
            (folder() / "summary.json").unlink()
            for name in ("results.csv", "results.xlsx", "report.html"):
                (folder() / name).unlink()
        said = give("report", "--no-open")
        assert said.exit_code == 0
        assert (folder() / f"edited-{number}failed.csv").read_text("utf-8") == f"Phone{number}\n"
        assert "import_status" in (folder() / "failed.csv").read_text("utf-8-sig")
        assert (
            f"failed.csv was changed since the run wrote it: what you changed is kept in edited-{number}failed.csv"
            in (said.stderr)
        )
        assert f"callbell-importer run {folder()}/edited-{number}failed.csv" in said.stderr
        written = (folder() / "summary.json").stat().st_mtime_ns
    assert {path.name for path in folder().iterdir()} == {
        *("results.csv", "results.xlsx", "report.html", "failed.csv", "summary.json"),
        *("edited-failed.csv", "edited-2-failed.csv"),
    }


@pytest.mark.parametrize("has_desktop", [True, False])
def test_a_page_that_no_desktop_opens_is_named(monkeypatch: pytest.MonkeyPatch, *, has_desktop: bool) -> None:
    """Whole, so that it can be opened in a browser."""
    give("run", table(Path("contacts.csv"), ROWS))
    monkeypatch.setattr("importer.commands.report.open_file", lambda *_: has_desktop)
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    settings = settle({"journal": "journal.sqlite3"}, {})
    context = CommandContext(settings=settings, environment={}, stream=stream)
    text = report_run(context, find_run_to_report(context, ""), is_to_open=True).text
    assert text.endswith("report.html is being opened." if has_desktop else f"yourself:\n  {folder()}/report.html")


def test_a_run_that_was_killed_gets_its_reports() -> None:
    """It wrote none: what was open is closed first, and the next run is not needed for it."""
    give("run", table(Path("contacts.csv"), ROWS))
    name = folder().name
    shutil.rmtree(folder())
    with contextlib.closing(sqlite3.connect("journal.sqlite3")) as journal, journal:
        journal.execute("UPDATE runs SET finished_at = NULL, tally = NULL")
        journal.execute("UPDATE rows SET status = 'pending' WHERE number = 2")
    said = give("report")
    assert said.exit_code == 0
    assert [row["status"] for row in read(folder() / "results.csv")][:2] == ["unsent", "invalid"]
    assert folder().name == name
    assert f"The reports of {name} are written again" in said.stderr


def test_a_retry_shows_the_rows_that_it_sent(service: Sandbox) -> None:
    """With the numbers and the cells that they have in the input."""
    file = table(Path("contacts.csv"), [*ROWS[:2], ("600000009", "Pia", "Lugo")])
    assert give("run", file).exit_code == 1
    assert give("retry", "--country", "ES").exit_code == 0
    rows = openpyxl.load_workbook(folder() / "results.xlsx")["contacts"]
    assert [[cell.value for cell in row][:4] for row in rows.iter_rows(min_row=2)] == [
        ["600000009", "Pia", "Lugo", "created"]
    ]
    assert rows["I2"].value == "3"
    assert len(service.contacts) == 2


def test_reports_are_chosen() -> None:
    """By the config or the environment; results.csv can be made for Excel."""
    Path("config.toml").write_text('[run]\nreports = ["csv"]\ncsv_for_excel = true\n', "utf-8")
    give("run", customers(Path("contacts.csv")), "--yes")
    assert {path.name for path in folder().iterdir()} == {"results.csv", "summary.json"}
    assert (folder() / "results.csv").read_bytes().startswith(b"\xef\xbb\xbffile")
    assert len(read(folder() / "results.csv")) == 3
    Path("config.toml").write_text('[run]\nreports = ["pdf"]\n', "utf-8")
    said = give("report")
    assert said.exit_code == 2
    assert "csv, xlsx, html" in said.stderr


def test_the_environment_chooses_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """With commas between them."""
    monkeypatch.setenv("CALLBELL_IMPORTER_REPORTS", "html,csv")
    give("run", customers(Path("contacts.csv")))
    assert {path.name for path in folder().iterdir()} == {"results.csv", "report.html", "summary.json"}


def test_the_run_keeps_its_pace() -> None:
    """Every request is in one of the counts; the page loads nothing."""
    sent = give("run", customers(Path("contacts.csv")), "--json").summary["requests"]["sent"]
    with contextlib.closing(Journal.open(Path("journal.sqlite3"))) as journal:
        ((record, _),) = journal.runs()
    assert sum(record.pace) == sent > 0
    page = (folder() / "report.html").read_text("utf-8")
    assert not re.search(r"src=|href=|@import|url\(", page)  # one file: it loads nothing
