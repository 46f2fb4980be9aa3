"""The tables that people really have come out of a workbook as they come out of a text file."""

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
import xlsxwriter  # type: ignore[import-untyped]  # it has no types

from tests.support.commands import give, table
from tests.support.paths import PEOPLE_FILES
from tests.support.spreadsheets.old_excel import container, label, workbook
from tests.unit.readers.excel.test_ods import cell, ods, row

Rows = Sequence[Sequence[str]]
OF_TEXT_FILES = {"cp850.csv", "mix2.csv", "short.csv", "vcf.csv", "wholeline.csv"}
"""Files about encodings, quotes and short lines, which no workbook has."""
OPTIONS = {
    "dups.csv": ["--country", "ES"],
    "gforms.csv": ["--country", "ES"],
    "noheader.csv": ["--no-header"],
    "ph_es.csv": ["--country", "ES"],
    "ph_mx.csv": ["--country", "MX"],
    "title_total.csv": ["--header-row", "4", "--country", "ES"],
    "two_headers.csv": ["--header-row", "2"],
}


def as_xlsx(path: Path, rows: Rows) -> None:
    """Write texts as XlsxWriter does."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate(rows):
            for column, text in enumerate(cells):
                sheet.write_string(number, column, text)


def as_xls(path: Path, rows: Rows) -> None:
    """Write texts record by record."""
    cells = [label(number, column, text) for number, row in enumerate(rows) for column, text in enumerate(row) if text]
    path.write_bytes(container({"Workbook": workbook(b"".join(cells))}))


def as_ods(path: Path, rows: Rows) -> None:
    """Write texts, each line of a cell a paragraph."""
    ods(path, *[row(*map(_ods_cell, cells)) for cells in rows])


def _ods_cell(text: str) -> str:
    lines = [escape(line).replace("  ", " <text:s/>") for line in text.split("\n")]
    return cell('office:value-type="string"', "".join(f"<text:p>{line}</text:p>" for line in lines)) if text else cell()


def rows_of(name: str) -> Rows:
    """Return the rows of a file, without characters that no workbook can have."""
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", (PEOPLE_FILES / name).read_bytes().decode("utf-8-sig", "replace"))
    first = text.partition("\n")[0]
    return list(csv.reader(text.splitlines(keepends=True), delimiter=max(",;", key=first.count)))


def outcome(path: Path, options: Sequence[str]) -> object:
    """Return what `check` says of the rows and columns of a file, or why it cannot say anything."""
    said = give("check", path, *options, "--json")
    if said.exit_code == 3:
        told = next(line for line in said.stderr.splitlines() if not line.startswith("A new journal"))
        return re.sub(r'^\S+: |^\S+, sheet "\w+": ', "", told)
    (sheet,) = said.summary["sheets"]
    notes = [note for note in sheet["notes"] if "encoding" not in note and "saved" not in note]
    mapping = [line.replace(path.name, "FILE") for line in sheet["mapping"]]  # a command names the file
    groups = [*map(_group, said.summary["problems"]), *map(_group, said.summary["warnings"])]
    return said.rows, sheet["header"], mapping, notes, sorted(groups)


def _group(group: Mapping[str, Any]) -> tuple[Any, ...]:
    return group["code"], group["column"], *group["rows"]


@pytest.mark.parametrize(("ending", "write"), [(".xlsx", as_xlsx), (".xls", as_xls), (".ods", as_ods)])
@pytest.mark.parametrize("name", sorted({path.name for path in PEOPLE_FILES.iterdir()} - OF_TEXT_FILES))
def test_a_table_is_the_same_in_every_kind_of_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, ending: str, write: Callable[[Path, Rows], None]
) -> None:
    """Rows, columns, notes, and each problem with its rows."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / "journal.sqlite3"))
    rows, options = rows_of(name), OPTIONS.get(name, [])
    path = tmp_path / f"a{ending}"
    write(path, rows)
    assert outcome(path, options) == outcome(table(tmp_path / "a.csv", rows), options)
