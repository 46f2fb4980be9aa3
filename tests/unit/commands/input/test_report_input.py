"""The cells of an input that is read again for its reports."""

from dataclasses import replace
from pathlib import Path

import pytest

from importer.commands.input.report_input import input_cells
from importer.model.rows import Sheet
from importer.model.runs import RunRecord
from importer.readers import open_reader
from importer.readers.options import InputOptions
from tests.support.journals import record

TEXT = "\n\nPhone\tName\n34600111222\tAna\n\n34600111223\tEva\n"
ROWS = [(4, ("34600111222", "Ana")), (6, ("34600111223", "Eva"))]


def opened(path: Path, text: str = TEXT, **options: object) -> tuple[RunRecord, Sheet]:
    """Return a run of a file, and its sheet as the run found it."""
    path.write_text(text, "utf-8")
    sheet = open_reader(str(path), InputOptions(**options)).sheet  # type: ignore[arg-type]  # as the test has them
    return replace(record(), files=(str(path),)), sheet


def test_a_file_is_read_as_it_was(tmp_path: Path) -> None:
    """Whatever was guessed or said then: where its header is, what is between its cells."""
    run, sheet = opened(tmp_path / "a.csv", header_row=3)
    assert list(input_cells(run, [sheet], 0)) == ROWS


@pytest.mark.parametrize(("text", "first"), [("600111222,Ana\n600111223,Eva\n", 1), ("\n\n600111222,Ana\n", 3)])
def test_a_file_without_a_header_has_its_first_row(tmp_path: Path, text: str, first: int) -> None:
    """Its columns were called A and B."""
    run, sheet = opened(tmp_path / "a.csv", text, header_row=first, no_header=True)
    assert next(input_cells(run, [sheet], 0)) == (first, ("600111222", "Ana"))


def test_another_file_has_no_cells(tmp_path: Path) -> None:
    """Nor has one that is gone, or of which the journal does not know what it was."""
    path = tmp_path / "a.csv"
    run, sheet = opened(path, header_row=3)
    assert list(input_cells(run, [replace(sheet, stamp="")], 0)) == []
    path.write_text(f"{TEXT}34600111224\tMax\n", "utf-8")
    assert list(input_cells(run, [sheet], 0)) == []
    path.unlink()
    assert list(input_cells(run, [sheet], 0)) == []
