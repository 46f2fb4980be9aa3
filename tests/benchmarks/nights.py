"""A thousand nights of one sheet: size of the journal and time of a night, at nights 10, 100, 500 and 1,000.

At the level of the journal, as reading and sending are the same every night: each night recognises, enqueues, claims,
records and ends a run, drops what nothing needs and forgets what is older than 90 days, as the end of a run does. Of
50,000 rows 50 are new each night, 50 others are gone, 20 say something else and 25 are invalid; of fewer rows, fewer.
Times are of the processor, so that a busy computer changes little.
"""

import hashlib
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from importer.journal import Journal
from importer.journal.database import Database
from importer.journal.purge import JournalPurge
from importer.journal.retention import compact, drop_settled_rows
from importer.model.journal_rows import Pending, Recorded, RecordedOutcome
from importer.model.replies import Outcome
from importer.model.rows import Contact, Entry, InvalidRow, Problem, Row, Sheet, Status
from importer.model.runs import RunRecord
from tests.benchmarks.measuring import machine, tell

_START = datetime(2026, 1, 1, 2, tzinfo=UTC)
_ROWS_OF_A_NEW_ONE, _ROWS_OF_A_CHANGE, _INVALID = 1000, 2500, 5
_CHUNK = 2000
_DAYS = 90
_SHOWN = frozenset({2, 10, 50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000})
_SHEET = Sheet(file="contacts.csv", header=("Phone", "Name", "City"), encoding="utf-8", delimiter=",")


def main(rows: int = 2_000, nights: int = 1_000) -> None:
    """Print size and time at some nights."""
    tell(f"{rows:,} rows a night, {nights:,} nights")
    tell(f"{'night':>6} {'MB':>8} {'run, s':>8} {'end, s':>8} {'rows kept':>12} {'contacts':>10}")
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "journal.sqlite3"
        for night in range(1, nights + 1):
            began_at = time.process_time()
            _import(path, night, rows)
            ended_at = time.process_time()
            _trim(path, night)
            over_at = time.process_time()
            if night in _SHOWN or night == nights:
                megabytes = path.stat().st_size / 1e6
                times = f"{ended_at - began_at:>8.2f} {over_at - ended_at:>8.2f}"
                tell(
                    f"{night:>6,} {megabytes:>8.1f} {times} {_count(path, 'rows'):>12,} {_count(path, 'contacts'):>10,}"
                )
    tell(machine())


def _import(path: Path, night: int, rows: int) -> None:
    at = _START + timedelta(days=night)
    name = f"{at:%Y%m%d-%H%M%S}-contacts"
    record = RunRecord(
        name=name,
        command="run",
        account="main",
        files=("/srv/contacts.csv",),
        options={},
        report_dir=f"/srv/reports/{name}",
        started_at=at,
    )
    with closing(Journal.open(path, lambda: at)) as journal:
        journal.begin(record)
        sheet = journal.add_sheet(_SHEET)
        people = range(night * rows // _ROWS_OF_A_NEW_ONE, night * rows // _ROWS_OF_A_NEW_ONE + rows)
        for first in range(0, rows, _CHUNK):
            _enqueue(journal, sheet, night, people[first : first + _CHUNK], first + 2)
        while claimed := journal.claim(500):
            journal.record([_created(one, at) for one in claimed])
        journal.finish(replace(record, finished_at=at, exit_code=0))


def _enqueue(journal: Journal, sheet: int, night: int, people: range, first: int) -> None:
    cells = [_cells(person, night) for person in people]
    marked = [(number, _mark(one)) for number, one in enumerate(cells, first)]
    known = journal.recognise(marked)
    entries = [
        _entry(one, number, mark)
        for one, (number, mark), found in zip(cells, marked, known, strict=True)
        if found is None
    ]
    journal.enqueue(sheet, entries)


def _cells(person: int, night: int) -> tuple[str, ...]:
    """Return a person's row: every night some say something else, and a few are invalid."""
    version = night if (person - night) % _ROWS_OF_A_CHANGE == 0 else 0
    phone = "none" if person % 10_000 < _INVALID else f"34{600_000_000 + person}"
    return phone, f"Customer {person} of the shop", f"City {version or person % 500}"


def _mark(cells: tuple[str, ...]) -> bytes:
    return hashlib.blake2b("\x1f".join(cells).encode(), digest_size=16).digest()


def _entry(cells: tuple[str, ...], number: int, mark: bytes) -> Entry:
    row = Row(number=number, cells=cells)
    if cells[0] == "none":
        problem = Problem(code="phone_missing", column="Phone", value=cells[0], message="There is no phone number.")
        return Entry(row=row, mapped=InvalidRow(problems=(problem,), identifier=cells[0], name=cells[1]))
    mapped = Contact(identifier=cells[0], source="whatsapp", name=cells[1], custom_fields={"City": cells[2]})
    return Entry(row=row, mapped=mapped, fingerprint=mark)


def _created(pending: Pending, at: datetime) -> Recorded:
    uuid = f"{pending.contact.identifier}-0000-4000-8000-000000000000"
    outcome = Outcome(
        status=Status.CREATED, uuid=uuid, href=f"https://dash.example/contacts/{uuid}", http_status=201, is_ours=True
    )
    return RecordedOutcome(seq=pending.seq, outcome=outcome, attempts=1, at=at)


def _trim(path: Path, night: int) -> None:
    """Do what the end of a run does (`importer.commands.end.retention`), but for the reports."""
    now = _START + timedelta(days=night)
    before = now - timedelta(days=_DAYS)
    with closing(Database(path)) as database:
        drop_settled_rows(database, now, lambda: True)
        purge = JournalPurge(database)
        if purge.old_runs(before):
            purge.forget_runs(before)
            compact(database)
            purge.mark_forgotten(before, now)
        compact(database)


def _count(path: Path, table: str) -> int:
    with closing(Database(path)) as database:
        return int(database.fetch(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 - our own tables
