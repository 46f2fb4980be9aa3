"""How fast files are read, against bare libraries in the same run: CSV with and without quotes, .xlsx both ways."""

import csv
import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter  # type: ignore[import-untyped]  # it has no types

from tests.benchmarks.measuring import machine

_TIMES = 5
_HEADER = ("Phone", "Name", "Email", "City", "Tags", "Note", "Joined", "Points")

_OURS = """
from importer.readers import open_reader, preload
from importer.readers.options import InputOptions
import importer.readers.text.reader, importer.readers.excel.reader
import importer.readers.excel.workbook, importer.readers.excel.xlsx
preload()  # as the command does, while it asks the account; the bare readers' imports are not counted either
def read(path):
    reader = open_reader(path, InputOptions())
    rows = sum(len(chunk) for chunk in reader.chunks())
    reader.close()
    return rows
"""
_PANDAS_CSV = """
import pandas
def read(path):
    return sum(map(len, pandas.read_csv(path, dtype=str, keep_default_na=False, chunksize=1000)))
"""
_PANDAS_XLSX = """
import pandas, python_calamine
def read(path):
    return len(pandas.read_excel(path, dtype=str, engine="calamine"))
"""
_OPENPYXL = """
import openpyxl
def read(path):
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    return sum(1 for _ in book.worksheets[0].iter_rows(values_only=True)) - 1
"""
_MEASURE = """
import json, pathlib, resource, sys, time
began_at = time.process_time()
rows = read(sys.argv[1])
seconds = time.process_time() - began_at
status = pathlib.Path("/proc/self/status")  # Linux's getrusage tells the most that the parent had, too
if status.exists():
    peak_kb = int(status.read_text().split("VmHWM:")[1].split()[0])
else:
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([rows, seconds, peak_kb / 1024]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What reading one file cost, by the median of five; seconds of CPU, as other programs may run beside it."""

    name: str
    rows: int
    seconds: float
    peak_mb: float
    """Of a process that did nothing else."""
    times_bare: float
    """Its time in times of the bare library's."""


def figures(rows: int) -> list[Figure]:
    """Return the figures, with CSV files of three times as many rows as the workbooks have."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain, quoted = (_text(folder / f"{quoting}.csv", rows * 3, quoting) for quoting in (0, 1))
        book, zeros = (_book(folder / f"{zeros}.xlsx", rows, zeros=zeros) for zeros in (False, True))
        for label, path, bare in (
            ("csv", plain, _PANDAS_CSV),
            ("csv, all quoted", quoted, _PANDAS_CSV),
            ("xlsx", book, _PANDAS_XLSX),
            ("xlsx, streamed", zeros, _OPENPYXL),
        ):
            found += _compared(label, path, bare)
    return found


def main(rows: int = 100_000) -> None:
    """Print the table."""
    print(f"{'file':28} {'rows':>8} {'seconds':>8} {'rows/s':>9} {'MB':>5} {'times bare':>10}")
    for figure in figures(rows):
        speed = figure.rows / figure.seconds
        line = f"{figure.name:28} {figure.rows:8,} {figure.seconds:8.2f} {speed:9,.0f} {figure.peak_mb:5.0f}"
        print(f"{line} {figure.times_bare:10.2f}")
    print(machine())


def _compared(label: str, path: Path, bare: str) -> list[Figure]:
    """Read the file in turns, by the bare library and by ours, so that both meet the same machine."""
    turns = [(_measured(bare, path), _measured(_OURS, path)) for _ in range(_TIMES)]
    theirs, ours = ([turn[side] for turn in turns] for side in (0, 1))
    base = statistics.median(seconds for _, seconds, _ in theirs)
    return [
        Figure(
            name=f"{label}, {who}",
            rows=measured[0][0],
            seconds=statistics.median(seconds for _, seconds, _ in measured),
            peak_mb=max(peak for _, _, peak in measured),
            times_bare=statistics.median(seconds for _, seconds, _ in measured) / base,
        )
        for who, measured in (("bare", theirs), ("ours", ours))
    ]


def _measured(code: str, path: Path) -> tuple[int, float, float]:
    command = [sys.executable, "-c", code + _MEASURE, str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    rows, seconds, peak = json.loads(said.stdout)
    return rows, seconds, peak


def _row(number: int) -> tuple[str, ...]:
    who = f"Ana Pérez {number}"
    return (f"+34{600_000_000 + number}", who, f"ana{number}@example.com", "Madrid", "a;b", "a remark", "2026-03-03")


def _text(path: Path, rows: int, quoting: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL if quoting else csv.QUOTE_MINIMAL)
        writer.writerow(_HEADER)
        writer.writerows((*_row(number), str(number % 100)) for number in range(rows))
    return path


def _book(path: Path, rows: int, *, zeros: bool) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    # A format of zeros, of which calamine knows nothing, makes the reader stream.
    number_format = book.add_format({"num_format": "000"}) if zeros else None
    sheet.write_row(0, 0, _HEADER)
    for number in range(rows):
        sheet.write_row(number + 1, 0, _row(number))
        sheet.write_number(number + 1, 7, number % 100, number_format)
    book.close()
    return path
