"""What `check` costs a row beyond reading it: at most 30 microseconds, of which phonenumbers alone takes 14.

python tests/benchmarks/checking.py [ROWS]
"""

import asyncio
import contextlib
import csv
import io
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import phonenumbers

from importer.commands.check import Check
from importer.commands.context import CommandContext
from importer.commands.input.input_sheet import InputSheet
from importer.journal import Journal
from importer.model.runs import RunRecord
from importer.readers import open_reader
from importer.readers.options import InputOptions
from importer.settings import settle

ROWS = 100_000
_TIMES = 3
"""The best of so many: others use the machine too."""
_CONFIG = """
[columns]
identifier = "Phone"
name = "{First name} {Last name}"
tags = "Tags"
note = "Remarks"
[columns.custom_fields]
"City" = "City"
"E-mail" = { column = "Mail", type = "email" }
"Joined" = { column = "Joined", type = "date", format = "%d/%m/%Y" }
"""
_HEADER = ("Phone", "First name", "Last name", "Tags", "Remarks", "City", "Mail", "Joined")


def write_customers(path: Path, rows: int) -> None:
    """Write a CSV file of customers: two in a hundred have a wrong phone, one in a hundred stands there twice."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        for number in range(rows):
            mobile = number * 7919 % 100_000_000 if number % 100 else 7919
            phone = "12ab" if number % 50 == 1 else f"+346{mobile:08}"
            person = (f"Ana {number}", "García Núñez", "VIP, Madrid", "Prefers the morning", "Madrid")
            writer.writerow((phone, *person, f"ana{number}@example.com", f"{number % 28 + 1:02}/03/2024"))


def seconds_to_read(path: Path) -> float:
    """Return how long it takes to read the file and do nothing with its rows."""
    start = time.perf_counter()
    with contextlib.closing(open_reader(str(path), InputOptions())) as reader:
        for _ in reader.chunks():
            pass
    return time.perf_counter() - start


def seconds_to_check(path: Path, folder: Path) -> float:
    """Return how long the whole check takes, with its journal and its file of rows to mend."""
    options = {"journal": folder / "journal.sqlite3", "report_dir": folder / "reports", "dry_run": True, "quiet": True}
    settings = settle(options, {}, _CONFIG)
    start = time.perf_counter()
    with (
        contextlib.closing(Journal.open(folder / "journal.sqlite3", rehearsal=True, tallied_only=True)) as store,
        contextlib.closing(open_reader(str(path), InputOptions())) as reader,
    ):
        context = CommandContext(settings=settings, environment={}, stream=io.StringIO())
        record = RunRecord(
            name=f"benchmark-{time.perf_counter_ns()}",
            command="check",
            account="",
            files=(str(path),),
            options={},
            report_dir=str(folder / "reports"),
            started_at=datetime.now(UTC),
        )
        asyncio.run(Check(context=context, store=store, record=record, readers=[InputSheet(reader)]).execute())
    return time.perf_counter() - start


def microseconds_of_phonenumbers(rows: int) -> float:
    """Return what the library alone takes to read, check and write a number, for comparison: machines differ."""
    start = time.perf_counter()
    for number in range(rows):
        parsed = phonenumbers.parse(f"+346{number * 7919 % 100_000_000:08}")
        phonenumbers.is_valid_number(parsed)
        phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return (time.perf_counter() - start) / rows * 1e6


def main(rows: int = ROWS) -> None:
    """Measure, and say so in one line."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "customers.csv"
        write_customers(path, 100)
        seconds_to_check(path, folder)  # a second of imports is no cost of a row
        write_customers(path, rows)
        reading = min(seconds_to_read(path) for _ in range(_TIMES))
        checking = min(seconds_to_check(path, folder) for _ in range(_TIMES))
    beyond = (checking - reading) / rows * 1e6
    sys.stdout.write(
        f"check: {rows:,} rows in {checking:.1f} s, of them {reading:.1f} s reading:"
        f" {beyond:.0f} microseconds a row beyond reading (at most 30, where phonenumbers alone takes 14;"
        f" here it takes {microseconds_of_phonenumbers(rows // 10):.0f})\n"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
