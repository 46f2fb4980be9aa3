"""Makes the files in `written/` with programs that are not installed with the tests.

Run by hand, from the project's root, where LibreOffice, Gnumeric and Node are installed (Debian: `apt-get install
libreoffice-calc gnumeric nodejs npm`; Node's libraries: `npm install xlsx@0.18.5 exceljs@4.4.0` in a folder that
NODE_PATH names; Python's: `pip install pyexcel pyexcel-xlsx pyexcel-xls pyexcel-ods3`):

    python -m tests.support.spreadsheets.make_written_files

The results are kept with the project.
"""

import json
import shutil
import subprocess
import tempfile
from datetime import date, time, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pyexcel  # type: ignore[import-not-found]  # only where the files are made

from tests.support.cell_kinds import Cell, Table, serial_of
from tests.support.writers import xlsxwriter_writes
from tests.support.written_files import CANNOT, tables_of

HERE = Path(__file__).parent
FILES = HERE / "written"


def run(*command: str | Path) -> None:
    """Run a program to its end."""
    subprocess.run([shutil.which(str(command[0])) or "", *map(str, command[1:])], check=True, capture_output=True)  # noqa: S603 - our own words


def as_json(table: Table) -> dict[str, Any]:
    """Return what a script for Node is told of a table."""
    return {
        "name": table.name,
        "cells": [{"row": row, "column": column, **_cell(cell)} for row, column, cell in table.cells],
        "merged": table.merged,
        "hiddenRows": sorted(table.hidden_rows),
        "hiddenColumns": sorted(table.hidden_columns),
    }


def _cell(cell: Cell) -> dict[str, Any]:
    value = cell.value
    if isinstance(value, date | time | timedelta):
        value = serial_of(value)
    return {
        "value": value,
        "format": cell.number_format,
        "formula": cell.formula,
        "calculated": cell.is_calculated,
        "error": cell.error,
        "look": cell.look,
    }


def by_libreoffice(folder: Path, name: str) -> None:
    """Have LibreOffice save a file of XlsxWriter."""
    source = folder / "libreoffice.xlsx"
    xlsxwriter_writes(source, tables_of(CANNOT[name]))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    kind = {".xls": "xls:MS Excel 97"}.get(Path(name).suffix, Path(name).suffix[1:])
    run("soffice", profile, "--headless", "--convert-to", kind, "--outdir", FILES, source)


def by_gnumeric(folder: Path, name: str) -> None:
    """Have Gnumeric save a file of XlsxWriter."""
    source = folder / "gnumeric.xlsx"
    xlsxwriter_writes(source, tables_of(CANNOT[name]))
    exporter = {".xls": "Gnumeric_Excel:excel_biff8", ".xlsx": "Gnumeric_Excel:xlsx", ".ods": "Gnumeric_OpenCalc:odf"}
    run("ssconvert", f"--export-type={exporter[Path(name).suffix]}", source, FILES / name)


def by_node(folder: Path, name: str) -> None:
    """Have a library for Node write a file."""
    told = folder / f"{name}.json"
    told.write_text(json.dumps([as_json(table) for table in tables_of(CANNOT[name])]), encoding="utf-8")
    run("node", HERE / "make_written_files.js", told, FILES / name)


def by_pyexcel(_: Path, name: str) -> None:
    """Have pyexcel write a file, which takes values only."""
    sheets = {}
    for table in tables_of(CANNOT[name]):
        rows = [table.header, *([kind.cell.value for kind in kinds] for kinds in table.rows)]
        sheets[table.name] = [list(row) for row in zip(*zip_longest(*rows, fillvalue=None), strict=True)]
    pyexcel.save_book_as(bookdict=sheets, dest_file_name=str(FILES / name))


def main() -> None:
    """Write all files."""
    FILES.mkdir(exist_ok=True)
    programs = {
        "libreoffice": by_libreoffice,
        "gnumeric": by_gnumeric,
        "sheetjs": by_node,
        "exceljs": by_node,
        "pyexcel": by_pyexcel,
    }
    with tempfile.TemporaryDirectory() as folder:
        for name in CANNOT:
            programs[Path(name).stem](Path(folder), name)


if __name__ == "__main__":
    main()
