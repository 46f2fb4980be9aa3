"""results.xlsx as it stands on disk; how it is given again is in tests/integration/test_reports.py."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest

from importer.model.errors import StorageError
from importer.model.rows import Sheet, Status
from importer.model.runs import RowToFix, RunRecord, ShownRow, ShownRows
from importer.reports import ReportOptions, write_reports
from importer.reports.html_report import html_report
from importer.reports.results_workbook import sheet_name, shown_rows
from importer.reports.run_summary import RunSummary
from importer.reports.workbook_style import line_height
from tests.unit.reports.test_results import BOOK, CREATED, INVALID, SHEET, TO_FIX, FakeSource

CELLS = {2: ("34600111222", "Ana, of Madrid"), 4: ("+12", "=1+1")}
ALL = ReportOptions(input_cells=lambda _: iter(CELLS.items()))


def written(folder: Path, source: FakeSource, options: ReportOptions = ALL) -> Any:
    """Return the workbook of a run."""
    reports = write_reports(source, folder, options=options)
    assert reports.workbook == folder / "results.xlsx"
    return openpyxl.load_workbook(reports.workbook)


def cells(sheet: Any) -> list[list[str | None]]:
    """Return what the sheet's cells hold."""
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_the_inputs_columns_come_first(tmp_path: Path) -> None:
    """With what became of each row beside them; cells that the journal lacks come from the input, names are its own."""
    rows = written(tmp_path, FakeSource())["contacts"]
    ours = ["import_status", "import_reason", "import_what_to_do", "import_cells", "import_uuid", "import_row"]
    assert cells(rows) == [
        ["Phone", "Name", *ours],
        ["34600111222", "Ana, of Madrid", "created", None, None, None, "u-1", "2"],
        ["+12", "=1+1", "invalid", "Too short. Mend it.", "Fix the cell, save, and import the file again.",
         "A3", None, "4"],
    ]  # fmt: skip
    assert rows["G2"].hyperlink.target == "https://x/u-1"


def test_rows_that_were_left_out_are_told_in_the_workbook_and_the_page(tmp_path: Path) -> None:
    """They are in no count, and the list has them."""

    class Consented(FakeSource):
        def record(self) -> RunRecord:
            consent = [{"Acepta": {"only": ["Sí"], "seen": ["Sí", "No"]}}]
            return replace(super().record(), left_out=210, options={"consent": consent})

    told = '210 rows left out: not "Sí" in Acepta.'
    assert told in [row[0] for row in cells(written(tmp_path, Consented())["Import summary"])]
    assert told.replace('"', "&quot;") in (tmp_path / "report.html").read_text("utf-8")


def test_a_rehearsal_cannot_be_taken_for_the_real_thing(tmp_path: Path) -> None:
    """It says on its first sheet what it is, what would be, and has neither links nor made-up UUIDs."""

    class Rehearsed(FakeSource):
        def record(self) -> RunRecord:
            return replace(super().record(), account="sandbox 20261123-020000-contacts")

    href = "https://dash.callbell.eu/contacts/u-1"
    book = written(tmp_path, Rehearsed(results=[CREATED._replace(href=href), INVALID]))
    told = [str(row[0]) for row in cells(book["Import summary"])]
    assert told[:2] == [
        "Rehearsal of the import of contacts.csv",
        "This is a rehearsal in a sandbox: nothing was sent to Callbell.",
    ]
    assert "would be created" in told
    rows = book["contacts"]
    ours = ["import_status", "import_reason", "import_what_to_do", "import_cells", "import_row"]
    assert cells(rows)[0] == ["Phone", "Name", *ours]
    assert cells(rows)[1][2:] == ["would be created", None, None, None, "2"]
    assert not any(cell.hyperlink for row in rows.iter_rows() for cell in row)


def test_the_table_of_the_pace_is_not_printed(tmp_path: Path) -> None:
    """It stands below the charts, which show it: a page with its first lines alone would be half a table."""
    sheet = written(tmp_path, FakeSource(pace=(3, 2, 1), pace_seconds=2.0))["Import summary"]
    (row,) = [cell.row for cell in sheet["A"] if cell.value == "Requests per second" and cell.font.bold]
    assert row > int(sheet.print_area.split("$")[-1])


def test_why_and_what_to_do_are_on_the_screen(tmp_path: Path) -> None:
    """They stand beside the input's columns, and a long reason is wrapped, not wide."""
    long = INVALID._replace(reason="It is too short, " * 20)
    rows = written(tmp_path, FakeSource(results=[long]))["contacts"]
    widths = [rows.column_dimensions[letter].width for letter in "CDE"]
    assert sum(widths) < 126
    assert rows["D2"].alignment.wrap_text
    assert rows.row_dimensions[2].height == 6 * 15


def test_an_empty_cell_that_is_wrong_is_coloured(tmp_path: Path) -> None:
    """The number that is missing is what has to be written there."""
    fix = RowToFix(row=4, cells=("", "Ana"), status=Status.INVALID, reason="Missing.")
    rows = written(tmp_path, FakeSource(results=[INVALID], to_fix={0: [fix]}))["contacts"]
    assert (rows["A2"].value, rows["A2"].fill.fgColor.rgb) == (None, "FFFFC7CE")
    assert rows["B2"].fill.fgColor.rgb != "FFFFC7CE"


def test_a_row_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """Without its cells it would be imported as an empty one; what is left out is said."""
    book = written(tmp_path, FakeSource(), ReportOptions())
    assert [row[2] for row in cells(book["contacts"])[1:]] == ["invalid"]
    assert any("1 row of contacts.csv left out" in str(row[0]) for row in cells(book["Import summary"]))


def test_the_command_beside_a_row_finds_its_run(tmp_path: Path) -> None:
    """In the journal and the account of that run."""
    source = FakeSource(results=[INVALID._replace(status=Status.IN_DOUBT)], to_fix={})
    source.options = {"journal": "/srv/j.sqlite3", "account": "north", "config": "/srv/config.toml"}
    where = "--config /srv/config.toml --account north --journal /srv/j.sqlite3"
    (row,) = cells(written(tmp_path, source)["contacts"])[1:]
    assert f"callbell-importer retry 20261123-020000-contacts {where}" in str(row[4])
    page = html_report(source, RunSummary(record=source.record(), tally=source.tally(), problems=()))
    assert f"whether it arrived: callbell-importer retry 20261123-020000-contacts {where}" in page


def test_a_file_of_ours_that_was_given_again_has_our_columns_once(tmp_path: Path) -> None:
    """They are replaced, wherever they stand."""
    sheet = replace(SHEET, header=("import_row", "Phone", "IMPORT_STATUS"))
    fix = RowToFix(row=4, cells=("9", "+12", "invalid"), status=Status.INVALID, reason="Too short.")
    book = written(tmp_path, FakeSource(sheets=(sheet,), results=[INVALID], to_fix={0: [fix]}))
    header, row = cells(book["contacts"])
    assert header[:2] == ["Phone", "import_status"]
    assert (row[0], row[-1]) == ("+12", "4")
    assert header.count("import_row") == 1


def test_the_header_stands_where_it_stood(tmp_path: Path) -> None:
    """The config may name its row and its sheet."""
    source = FakeSource(sheets=(BOOK,), results=[INVALID], to_fix={0: [TO_FIX]})
    rows = written(tmp_path, source)["Sheet 1"]
    assert (rows["A3"].value, rows["A4"].value, rows.freeze_panes) == ("Phone", "+12", "A4")


@pytest.mark.parametrize("name", ["Import summary", "history", "x" * 40 + "[1]", "'quoted'", ""])
def test_any_name_of_a_sheet_can_be_written(tmp_path: Path, name: str) -> None:
    """Two sheets of one name, names that Excel keeps for itself, and those of our own sheets."""
    sheet = Sheet(file="a.xlsx", name=name, header=("Phone", "Name"))
    source = FakeSource(sheets=(sheet, sheet), results=[INVALID, INVALID._replace(sheet_index=1)], to_fix={0: [TO_FIX]})
    names = written(tmp_path, source).sheetnames
    assert (names[0], names[-1], len({*names})) == ("Import summary", "Import problems", 4)


def test_a_sheets_name_is_the_inputs() -> None:
    """A text file has its own name without its ending."""
    assert sheet_name(SHEET) == "contacts"
    assert sheet_name(replace(BOOK, name="Año/2026")) == "Año2026"


@pytest.mark.parametrize(
    ("total", "which"),
    [(20_000, ShownRows.EVERY), (20_001, ShownRows.CHANGED), (200_000, ShownRows.CHANGED), (200_001, ShownRows.TO_FIX)],
)
def test_large_runs_show_what_matters(total: int, which: ShownRows) -> None:
    """A workbook of a million rows helps nobody."""
    assert shown_rows(total) is which


def test_charts_are_native_and_the_problems_have_their_sheet(tmp_path: Path) -> None:
    """Rows by status, and requests per second where any were sent."""
    book = written(tmp_path, FakeSource(pace=(3, 2, 1), pace_seconds=2.0))
    with ZipFile(tmp_path / "results.xlsx") as file:
        assert sum(name.startswith("xl/charts/chart") for name in file.namelist()) == 2
    assert cells(book["Import problems"])[1] == ["1", "Phone", "Too short.", "4", "phone_invalid", "problem"]
    told = cells(book["Import summary"])
    assert told[-2:] == [[1, 1.5, 300], [3, 1, 300]]
    assert told[1][0] == "1 of 2 customers is in Callbell. 1 needs you."


def test_one_click_leads_from_the_summary_to_what_needs_a_person(tmp_path: Path) -> None:
    """To the first of these rows, on its sheet, and to the problems; where none needs one, to the rows."""
    summary = written(tmp_path, FakeSource())["Import summary"]
    assert leads(summary) == [
        ('The row that needs you: sheet "contacts", from row 3', "'contacts'!A3"),
        ('The problems in groups: sheet "Import problems"', "'Import problems'!A1"),
    ]
    odd = replace(BOOK, name="Ana's list")
    summary = written(tmp_path, FakeSource(sheets=(odd,), results=[CREATED]))["Import summary"]
    assert leads(summary)[0] == ('The rows: sheet "Ana\'s list"', "'Ana''s list'!A1")


def leads(sheet: Any) -> list[tuple[str, str]]:
    """Return the texts of the links within the workbook, and where they lead."""
    return [(cell.value, cell.hyperlink.location) for (cell, *_) in sheet.iter_rows() if cell.hyperlink]


def test_a_row_is_as_high_as_its_words_need() -> None:
    """A path is not broken within a name, so a line may hold less than its width."""
    assert line_height("one line", 60) == 15
    assert line_height("", 60) == 15
    assert line_height(f"{'x' * 40} {'y' * 40} {'z' * 20}", 56) == 45
    assert line_height(f"run {'x' * 60} {'y' * 50}", 56) == 60


def test_what_cannot_be_written_leaves_no_part(tmp_path: Path) -> None:
    """Neither half a workbook nor a temporary folder."""

    class Failing(FakeSource):
        def shown_rows(self, sheet_index: int, which: ShownRows) -> Iterator[ShownRow]:
            yield from super().shown_rows(sheet_index, which)
            raise StorageError("The disk is gone.")

    with pytest.raises(StorageError, match="gone"):
        write_reports(Failing(), tmp_path, options=ALL)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["failed.csv", "results.csv"]
