"""Rows, runs and journals for the tests of the journal."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from importer.journal import Journal
from importer.journal.schema import APPLICATION_ID, MIGRATIONS, MIGRATIONS_FOLDER
from importer.model.journal_rows import Pending, Recorded, RecordedOutcome
from importer.model.payload import fingerprint, to_json
from importer.model.replies import Outcome
from importer.model.rows import Contact, Entry, InvalidRow, Problem, Row, Sheet, Status
from importer.model.runs import RunRecord

START = datetime(2026, 11, 23, 2, tzinfo=UTC)
SHEET = Sheet(file="contacts.csv", header=("Phone", "Name"), encoding="utf-8", delimiter=",", notes=("guessed",))


class Ticking:
    """A clock that is a second later at each look."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def record(name: str = "run-1", account: str = "main") -> RunRecord:
    """Return a run that begins."""
    return RunRecord(
        name=name,
        command="run",
        account=account,
        files=("/home/contacts.csv",),
        options={"limit": 5, "tag": ["a"]},
        report_dir=f"/home/reports/{name}",
        started_at=START,
        rate_limit=300.0,
    )


def contact(number: int, name: str = "", *, tags: tuple[str, ...] = (), **custom: str) -> Contact:
    """Return a contact with the given last digits."""
    return Contact(
        identifier=f"34600{number:06}",
        source="whatsapp",
        name=name or f"Name {number}",
        tags=tags,
        custom_fields=custom,
    )


def entry(mapped: Contact | InvalidRow, row: int, problems: tuple[Problem, ...] = ()) -> Entry:
    """Return a row of the input with what became of it."""
    return Entry(row=Row(number=row, cells=(mapped.identifier, mapped.name), problems=problems), mapped=mapped)


def entries(numbers: Iterable[int]) -> list[Entry]:
    """Return one row per number, from row 2 on."""
    return [entry(contact(number), row) for row, number in enumerate(numbers, 2)]


def begun(path: Path, name: str = "run-1", numbers: Iterable[int] = (), account: str = "main") -> Journal:
    """Return a journal with a run that has one sheet."""
    journal = Journal.open(path, Ticking())
    begin(journal, name, numbers, account)
    return journal


def begin(journal: Journal, name: str, numbers: Iterable[int] = (), account: str = "main") -> None:
    """Begin a run with one sheet."""
    journal.begin(record(name, account))
    journal.enqueue(journal.add_sheet(SHEET), entries(numbers))


def first_version(path: Path) -> None:
    """Write a journal as the first version had it: the run `run-1` of the account `main` created contact 1."""
    sent = contact(1)
    line = {"key": sent.identifier, "sent": to_json(sent), "print": fingerprint(to_json(sent)), "at": START.isoformat()}
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.executescript((MIGRATIONS_FOLDER / MIGRATIONS[0]).read_text(encoding="utf-8"))
        file.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        file.execute("PRAGMA user_version = 1")
        file.execute("INSERT INTO accounts VALUES (1, 'main')")
        file.execute(
            """INSERT INTO runs VALUES (1, 'run-1', 'run', 1, '["/home/contacts.csv"]', '{}', '/home/run-1', :at,
            :at, 0, 0, 1, 0, 0, 300.0, 1.0, '{"created":1}')""",
            line,
        )
        file.execute("INSERT INTO sheets VALUES (1, 0, 'contacts.csv', '', '[\"Phone\"]', 1, 'utf-8', ',', '[]')")
        file.execute(
            """INSERT INTO rows VALUES (1, 1, 'created', 0, 2, 1, 201, NULL, :at, NULL, NULL, :at, 'whatsapp', '', :key,
            'Name 1', 'uuid-1', '/c/uuid-1', '', '', '', :print, :sent, '[]', NULL)""",
            line,
        )
        file.execute(
            """INSERT INTO contacts VALUES (1, 'whatsapp', '', :key, 'created', 'uuid-1', '/c/uuid-1', :print, 1, 1,
            :at, :at)""",
            line,
        )


def recorded(pending: Pending, status: Status = Status.CREATED, attempts: int = 1, code: str = "") -> Recorded:
    """Return an outcome of a row that was taken."""
    done = status in (Status.CREATED, Status.EXISTS)
    uuid = f"uuid-{pending.contact.identifier}" if done else ""
    outcome = Outcome(
        status=status,
        uuid=uuid,
        href=f"/c/{uuid}" if uuid else "",
        http_status=201,
        code=code,
        is_ours=status is Status.CREATED,
    )
    return RecordedOutcome(seq=pending.seq, outcome=outcome, attempts=attempts, at=START + timedelta(hours=1))


def send_all(journal: Journal, status: Status = Status.CREATED) -> None:
    """Take every row and give it the status."""
    journal.record([recorded(pending, status) for pending in journal.claim(1000)])


def statuses(journal: Journal, name: str = "run-1") -> list[str]:
    """Return the rows' statuses in their order."""
    return [result.status.value for result in journal.report_source(name).results()]


@contextmanager
def with_one_sent(path: Path) -> Iterator[Journal]:
    """Yield a journal whose first run created contact 1."""
    opened = begun(path, numbers=[1])
    send_all(opened)
    opened.finish(record())
    yield opened
    opened.close()
