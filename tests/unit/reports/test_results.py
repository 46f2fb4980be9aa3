"""Results, failed rows and summary, as they stand on disk."""

import csv
import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer.model.errors import StorageError
from importer.model.plain_text import escape, plain, utc
from importer.model.protocols import ReportSource
from importer.model.rows import Sheet, Status
from importer.model.rows_not_kept import KeptRows
from importer.model.runs import ProblemGroup, Result, RowToFix, RunRecord, ShownRow, ShownRows
from importer.reports import write_reports
from importer.reports.failed_rows import write_sheet
from importer.reports.results import COLUMNS, result_lines, write_csv_table

START = datetime(2026, 11, 23, 2, 0, 0, tzinfo=UTC)
END = START + timedelta(seconds=61, milliseconds=500)
SHEET = Sheet(file="contacts.csv", header=("Phone", "Name"), encoding="utf-8", delimiter=";")
BOOK = Sheet(file="more/Año 2026.xlsx", name="Sheet 1", header=("Phone", "Name"), header_row=3)
CREATED = Result(
    sheet_index=0,
    row=2,
    identifier="34600111222",
    name="Ana, of Madrid",
    status=Status.CREATED,
    uuid="u-1",
    href="https://x/u-1",
    http_status=201,
    attempts=1,
    finished_at=START.astimezone(timezone(timedelta(hours=5))),
)
INVALID = Result(
    sheet_index=0,
    row=4,
    identifier="+12",
    name='=HYPERLINK("evil")',
    status=Status.INVALID,
    code="phone_invalid",
    column="Phone",
    reason="Too short\x1b[31m.\r\nMend it.",
    attempts=0,
    finished_at=None,
)
TO_FIX = RowToFix(row=4, cells=("+12", "=1+1"), status=Status.INVALID, reason="Too short.\x07")
GROUP = ProblemGroup(code="phone_invalid", column="Phone", message="Too \x1b[1mshort.", count=1, rows=(4,))


class FakeSource(ReportSource):
    """A run as the journal would yield it."""

    options: Mapping[str, object] = {}

    def __init__(
        self,
        sheets: Sequence[Sheet] = (SHEET,),
        results: Sequence[Result] = (CREATED, INVALID),
        to_fix: Mapping[int, Sequence[RowToFix]] | None = None,
        **ended: Any,
    ) -> None:
        self._ended = ended
        self._sheets = sheets
        self._results = results
        self._to_fix = {0: [TO_FIX]} if to_fix is None else to_fix

    def record(self) -> RunRecord:
        return RunRecord(
            name="20261123-020000-contacts",
            command="run",
            account="https://api.callbell.eu/v1 main",
            files=("/home/ana/contacts.csv",),
            options=self.options,
            report_dir="reports/20261123-020000-contacts",
            started_at=START,
            blank=2,
            requests_sent=1,
            rate_limit=300.0,
            rate_achieved=12.345,
            **self._ended,
        )

    def sheets(self) -> Sequence[Sheet]:
        return self._sheets

    def tally(self) -> Mapping[Status, int]:
        return {status: sum(result.status is status for result in self._results) for status in Status}

    def kept(self) -> KeptRows:
        return KeptRows()

    def not_updated(self) -> int:
        return 0

    def results(self) -> Iterator[Result]:
        yield from self._results

    def rows_to_fix(self, sheet_index: int) -> Iterator[RowToFix]:
        yield from self._to_fix.get(sheet_index, ())

    def shown_rows(self, sheet_index: int, which: ShownRows) -> Iterator[ShownRow]:
        cells = {(fix.row, fix.status): fix.cells for fix in self._to_fix.get(sheet_index, ())}
        for result in self._results:
            if result.sheet_index == sheet_index and (result.needs_person or which is not ShownRows.TO_FIX):
                yield ShownRow(result, cells.get((result.row, result.status)), (result.column,))

    def problems(self) -> Sequence[ProblemGroup]:
        return [GROUP]


def test_results_are_a_line_per_row(tmp_path: Path) -> None:
    """The columns and their order are fixed; cells that could run or steer a terminal are made harmless."""
    write_reports(FakeSource(), tmp_path)
    assert (tmp_path / "results.csv").read_bytes().decode("utf-8") == (
        "file,sheet,row,identifier,name,status,uuid,href,http_status,code,column,reason,attempts,finished_at\n"
        'contacts.csv,,2,34600111222,"Ana, of Madrid",created,u-1,https://x/u-1,201,,,,1,2026-11-23T02:00:00Z\n'
        'contacts.csv,,4,+12,"\'=HYPERLINK(""evil"")",invalid,,,,phone_invalid,Phone,Too short. Mend it.,0,\n'
    )


def test_failed_rows_keep_the_inputs_own_form(tmp_path: Path) -> None:
    """Excel sees UTF-8 and the delimiter it knows, and the rows as they were."""
    reports = write_reports(FakeSource(), tmp_path)
    assert [path.name for path in reports.failed] == ["failed.csv"]
    assert reports.failed[0].read_bytes().decode("utf-8") == (
        "\ufeffPhone;Name;import_status;import_reason;import_row\n+12;'=1+1;invalid;Too short.;4\n"
    )


def test_rows_in_conflict_are_rows_to_fix(tmp_path: Path) -> None:
    """Though all of them are in Callbell: who decides finds both values in the reason."""

    class InConflict(FakeSource):
        def problems(self) -> Sequence[ProblemGroup]:
            return [ProblemGroup(code="conflict", column="", message="why", count=1, rows=(2,))]

    fix = RowToFix(row=2, cells=("+34600111222", "Ana"), status=Status.EXISTS, reason='note: "x", "y"')
    reports = write_reports(InConflict(results=[CREATED._replace(status=Status.EXISTS)], to_fix={0: [fix]}), tmp_path)
    assert reports.failed[0].read_bytes().decode("utf-8").splitlines()[1:] == [
        '+34600111222;Ana;exists;"note: ""x"", ""y""";2'
    ]


def test_summary_says_it_all(tmp_path: Path) -> None:
    """Its keys are fixed, times are UTC, and rows read are the sum of all statuses."""
    folder = tmp_path / "run"
    reports = write_reports(FakeSource(finished_at=END, exit_code=1), folder)
    assert reports.summary.read_text(encoding="utf-8") == reports.summary_json
    assert json.loads(reports.summary_json) == {
        "run": "20261123-020000-contacts",
        "command": "run",
        "files": ["/home/ana/contacts.csv"],
        "started_at": "2026-11-23T02:00:00Z",
        "finished_at": "2026-11-23T02:01:01Z",
        "seconds": 61.5,
        "exit_code": 1,
        "sandbox": False,
        "rows": {
            "created": 1,
            "updated": 0,
            "exists": 0,
            "unchanged": 0,
            "duplicate": 0,
            "invalid": 1,
            "failed": 0,
            "in_doubt": 0,
            "unsent": 0,
            "read": 2,
            "blank": 2,
            "left_out": 0,
        },
        "requests": {"sent": 1, "retried": 0, "throttled": 0},
        "rate": {"limit": 300.0, "achieved": 12.3},
        "problems": [
            {"code": "phone_invalid", "column": "Phone", "message": "Too short.", "count": 1, "rows": [4], "new": 0},
        ],
        "changes": {"compared_with": None, "new": 0, "still_there": 1, "gone": 0},
        "degraded": [],
        "warnings": [],
        "reports": {
            "results": str(folder / "results.csv"),
            "failed": [str(folder / "failed.csv")],
            "summary": str(folder / "summary.json"),
        },
        "error": None,
    }


def test_a_run_that_has_not_ended_has_no_end(tmp_path: Path) -> None:
    """What is not known is null."""
    content = json.loads(write_reports(FakeSource(), tmp_path).summary_json)
    assert (content["finished_at"], content["seconds"], content["exit_code"]) == (None, None, None)


def test_nothing_to_fix_is_no_file(tmp_path: Path) -> None:
    """An empty file would look like work."""
    reports = write_reports(FakeSource(to_fix={}), tmp_path)
    assert reports.failed == ()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results.csv", "summary.json"]


def test_several_sheets_have_a_file_each(tmp_path: Path) -> None:
    """The names say which is which, whatever signs the input's names have."""
    source = FakeSource(sheets=(SHEET, SHEET, BOOK), to_fix={0: [TO_FIX], 2: [TO_FIX]})
    reports = write_reports(source, tmp_path)
    assert [path.name for path in reports.failed] == ["failed-1-contacts.csv", "failed-3-Año-2026.xlsx"]


def test_a_workbook_comes_back_as_a_workbook(tmp_path: Path) -> None:
    """Header and sheet are where the config finds them again, and every cell is a text, so that none can run."""
    rows = [TO_FIX, RowToFix(row=5, cells=("007",), status=Status.FAILED, reason="a\x00b")]
    reports = write_reports(FakeSource(sheets=(BOOK,), to_fix={0: rows}), tmp_path)
    assert [path.name for path in reports.failed] == ["failed.xlsx"]
    book = openpyxl.load_workbook(reports.failed[0])
    sheet = book["Sheet 1"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)] == [
        ["Phone", "Name", "import_status", "import_reason", "import_row"],
        ["+12", "=1+1", "invalid", "Too short.", "4"],
        ["007", None, "failed", "a b", "5"],
    ]
    assert {cell.data_type for row in sheet.iter_rows(min_row=3) for cell in row if cell.value} == {"s"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["failed.xlsx", "results.csv", "summary.json"]


def test_wrong_cells_are_coloured_in_the_workbook_too(tmp_path: Path) -> None:
    """Also those that are empty, or that the row does not reach."""
    rows = [
        RowToFix(row=4, cells=("", "Ana"), status=Status.INVALID, reason="Missing.", columns=("Phone",)),
        RowToFix(row=5, cells=("+12",), status=Status.INVALID, reason="Missing.", columns=("Name",)),
    ]
    reports = write_reports(FakeSource(sheets=(BOOK,), to_fix={0: rows}), tmp_path)
    sheet = openpyxl.load_workbook(reports.failed[0])["Sheet 1"]
    colours = {name: sheet[name].fill.fgColor.rgb for name in ("A4", "B4", "A5", "B5", "C4", "C5")}
    assert [name for name, colour in colours.items() if colour == "FFFFC7CE"] == ["A4", "B5"]


def test_a_sheet_name_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    """Some programs write names that Excel does not take."""
    book = Sheet(file="a.xlsx", name="'" + "x" * 40, header=("Phone",))
    row = RowToFix(row=2, cells=("x" * 40_000,), status=Status.FAILED, reason="")
    reports = write_reports(FakeSource(sheets=(book,), to_fix={0: [row]}), tmp_path)
    assert openpyxl.load_workbook(reports.failed[0]).sheetnames == ["Rows"]


def test_a_mended_file_that_fails_again_has_our_columns_once(tmp_path: Path) -> None:
    """No header may stand there twice, or the file could not be given to `run`."""
    sheet = Sheet(file="failed.csv", header=("import_row", "Phone", "import_status", "import_reason"), delimiter=",")
    row = RowToFix(row=9, cells=("4", "12", "invalid", "Too short."), status=Status.FAILED, reason="Refused.")
    reports = write_reports(FakeSource(sheets=(sheet,), to_fix={0: [row]}), tmp_path)
    assert reports.failed[0].read_text(encoding="utf-8-sig") == (
        "Phone,import_status,import_reason,import_row\n12,failed,Refused.,9\n"
    )


@pytest.mark.parametrize("sheet", [SHEET, replace(BOOK, header_row=1)])
def test_a_row_wider_than_its_header_loses_no_cell(tmp_path: Path, sheet: Sheet) -> None:
    """What no header names comes after our own columns, to be put where it belongs."""
    row = RowToFix(row=4, cells=("1", "Ana", "x", "", "=y"), status=Status.INVALID, reason="Too wide.")
    written = write_reports(FakeSource(sheets=[sheet], to_fix={0: [row]}), tmp_path).failed[0]
    if sheet.delimiter:
        table = list(csv.reader(written.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
        assert table[1] == ["1", "Ana", "invalid", "Too wide.", "4", "x", "", "'=y"]
    else:
        found = openpyxl.load_workbook(written).active
        assert found is not None
        assert [cell.value for cell in found[2]] == ["1", "Ana", "invalid", "Too wide.", "4", "x", None, "=y"]


def test_the_header_of_a_text_file_stands_where_it_stood(tmp_path: Path) -> None:
    """The config may say on which row it is."""
    sheet = Sheet(file="a.csv", header=("P",), header_row=3, delimiter="\t")
    reports = write_reports(FakeSource(sheets=(sheet,), to_fix={0: [TO_FIX]}), tmp_path)
    assert reports.failed[0].read_text(encoding="utf-8-sig").startswith("\n\nP\timport_status\t")


@pytest.mark.skipif(os.name != "posix", reason="Windows guards files by other means than mode bits")
def test_reports_are_for_their_owner_alone(tmp_path: Path) -> None:
    """They hold people's names and numbers."""
    source = FakeSource(sheets=(SHEET, BOOK), to_fix={0: [TO_FIX], 1: [TO_FIX]})
    reports = write_reports(source, tmp_path / "new" / "run")
    files = list(reports.folder.iterdir())
    assert len(files) == 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(reports.folder.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """What the system says becomes a sentence."""
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(StorageError):
        write_reports(FakeSource(), blocked / "run")


def test_what_the_workbook_library_raises_is_told(tmp_path: Path) -> None:
    """Its own error for a file that it cannot make carries the system's, and that is what becomes a sentence."""
    with pytest.raises(IsADirectoryError if os.name == "posix" else OSError):
        write_sheet(tmp_path, BOOK, [(["Phone"], [])])


@pytest.mark.parametrize("sheet", [SHEET, BOOK])
def test_reports_are_whole_or_not_there(tmp_path: Path, sheet: Sheet) -> None:
    """When the journal fails in the middle, no half file is left behind."""

    class Failing(FakeSource):
        def rows_to_fix(self, sheet_index: int) -> Iterator[RowToFix]:
            yield TO_FIX
            raise StorageError(f"The journal cannot be read for sheet {sheet_index}.")

    with pytest.raises(StorageError, match="journal"):
        write_reports(Failing(sheets=(sheet,)), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["results.csv"]


@given(name=st.text(st.characters(categories=None), max_size=40), reason=st.text(max_size=40))
@example(name=" Ana", reason="Why not? ")
@example(name="'=1", reason="@x")
@example(name="-", reason="'quoted'")
def test_every_row_is_one_line_that_reads_back(
    name: str, reason: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the texts hold, a program finds fourteen cells in each line and no control character."""
    path = tmp_path_factory.getbasetemp() / "results.csv"
    write_csv_table(
        path, COLUMNS, result_lines([SHEET], [CREATED._replace(name=name, status=Status.FAILED, reason=reason)] * 2)
    )
    lines = path.read_bytes().decode("utf-8").split("\n")
    rows = [next(csv.reader([line], strict=True)) for line in lines[:-1]]
    assert [len(row) for row in rows] == [14, 14, 14]
    assert min("".join(lines)) >= " "
    assert (rows[1][4], rows[1][11]) == (escape(plain(name)), escape(plain(reason)))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ana\u0301 \U0001f468\u200d\U0001f469", "Ana\u0301 \U0001f468\u200d\U0001f469"),
        ("\x1b[2J\x1b]0;title\x07x\x1b\\", "x"),
        ("\x9b31mred\x1b", "red"),
        ("a\t\r\nb\x00", "a b"),
        ("\u202egnp.exe\ud800", "gnp.exe?"),
    ],
)
def test_text_that_steers_is_made_plain(text: str, shown: str) -> None:
    """Terminal escapes, control characters and changes of direction go; letters and signs stay."""
    assert plain(text) == shown


def test_times_are_utc_to_the_second() -> None:
    """No time is an empty text."""
    assert utc(END.astimezone(timezone(timedelta(hours=-3)))) == "2026-11-23T02:01:01Z"
    assert utc(None) == ""
