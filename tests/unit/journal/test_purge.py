"""Old runs are forgotten, and nobody is sent twice because of it."""

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.journal import Journal
from importer.journal.database import Database
from importer.journal.integrity import examine
from importer.journal.purge import JournalPurge
from importer.journal.purge_person import PersonPurge
from importer.journal.retention import drop_settled_rows
from importer.model.person import Person
from importer.model.phone_forms import in_form
from importer.model.policy import Existing
from importer.model.rows import Contact, Entry, Row, Status
from tests.support.journals import SHEET, START, Ticking, record, recorded

_DAY = timedelta(days=1)
# Two forms of one number, old keys without a country code, a handle, and a plain number.
_NUMBERS = (
    "5215512345678",
    "525512345678",
    "5491123456789",
    "541123456789",
    "5511987654321",
    "551187654321",
    "34600111222",
)


def night(journal: Journal, day: int, contacts: list[Contact], *, existing: Existing = Existing.CREATE) -> Counter[str]:
    """Run an import on a day: what is claimed is created; return what was sent, by its number in the shorter form."""
    at = START + day * _DAY
    journal._now = Ticking(at)
    journal.begin(replace(record(f"run-{day}"), started_at=at), existing=existing)
    rows = [Row(number=number, cells=(one.identifier, one.name)) for number, one in enumerate(contacts, 2)]
    prints = [f"{one.identifier}|{one.name}".encode().ljust(16, b"\0")[-16:] for one in contacts]
    sheet = journal.add_sheet(SHEET)
    known = journal.recognise([(row.number, mark) for row, mark in zip(rows, prints, strict=True)])
    entries = [
        Entry(row=row, mapped=one, fingerprint=mark)
        for row, one, mark, found in zip(rows, contacts, prints, known, strict=True)
        if found is None
    ]
    journal.enqueue(sheet, entries)
    claimed = journal.claim(1000)
    sent = Counter(in_form(one.contact.normalised_identifier, "without") for one in claimed if not one.uuid)
    journal.record([recorded(one) for one in claimed])
    journal.finish(replace(record(f"run-{day}"), started_at=at, finished_at=at, exit_code=0))
    return sent


def forget(path: Path, day: int) -> None:
    """Purge what is older than a day, and drop what nothing needs."""
    with closing(Database(path)) as database:
        drop_settled_rows(database, START + 400 * _DAY, lambda: True)
        purge = JournalPurge(database)
        purge.forget_runs(START + day * _DAY)
        purge.compact()
        purge.mark_forgotten(START + day * _DAY, START + day * _DAY)


_nights = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from(_NUMBERS), st.sampled_from("AB")), max_size=5),
        st.booleans(),
        st.sampled_from(Existing),
    ),
    min_size=2,
    max_size=7,
)


@settings(max_examples=25, deadline=None)
@given(_nights)
def test_a_purge_sends_nobody_twice(nights: list[tuple[list[tuple[str, str]], bool, Existing]]) -> None:
    """Whatever runs and purges come in which order, as many POSTs leave for each person as without the purges: one."""
    with TemporaryDirectory() as name:
        path, twin = Path(name) / "a.sqlite3", Path(name) / "b.sqlite3"
        sent, sent_without = Counter[str](), Counter[str]()
        for day, (people, purges, existing) in enumerate(nights):
            contacts = [Contact(identifier=number, source="whatsapp", name=one) for number, one in people]
            with closing(Journal.open(path)) as journal:
                sent += night(journal, day, contacts, existing=existing)
            with closing(Journal.open(twin)) as journal:
                sent_without += night(journal, day, contacts, existing=existing)
            if purges:
                forget(path, day)
            assert examine(path).faults == ()
        assert sent == sent_without
        assert set(sent.values()) <= {1}


def _contact(identifier: str = "34600111222") -> Contact:
    return Contact(identifier=identifier, source="whatsapp", name="Zenobia")


def test_a_refused_contact_is_still_looked_up_before_it_is_sent(tmp_path: Path) -> None:
    """Some services refuse and make the contact all the same: that it was refused is not forgotten."""
    path = tmp_path / "journal.sqlite3"
    with closing(Journal.open(path)) as journal:
        journal.begin(record("run-1"))
        journal.enqueue(journal.add_sheet(SHEET), [Entry(row=Row(number=2, cells=()), mapped=_contact())])
        (pending,) = journal.claim(1)
        failed = recorded(pending, Status.FAILED)
        journal.record([replace(failed, outcome=replace(failed.outcome, http_status=400))])
        journal.finish(replace(record("run-1"), finished_at=START, exit_code=1))
    forget(path, 200)
    with closing(Journal.open(path)) as journal:
        journal.begin(record("run-2"))
        journal.enqueue(journal.add_sheet(SHEET), [Entry(row=Row(number=2, cells=()), mapped=_contact())])
        (pending,) = journal.claim(1)
    assert (pending.in_doubt, pending.was_refused) == (True, True)


@pytest.mark.parametrize("status", [Status.IN_DOUBT, Status.PENDING])
def test_what_is_open_is_never_purged(tmp_path: Path, status: Status) -> None:
    """A row in doubt stays with its number; a run that did not end is no old run."""
    path = tmp_path / "journal.sqlite3"
    with closing(Journal.open(path, Ticking())) as journal:
        journal.begin(record("run-1"))
        journal.enqueue(journal.add_sheet(SHEET), [Entry(row=Row(number=2, cells=("x",)), mapped=_contact())])
        if status is Status.IN_DOUBT:
            journal.claim(1)
            journal.end_dead_runs()
    forget(path, 200)
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT status, identifier, name FROM rows").fetchall() == [
            (status, "34600111222", "Zenobia")
        ]
    with closing(Journal.open(path)) as journal:
        (rows,) = journal.rows_of("run-1")
        journal.end_dead_runs()
        assert len([row for chunk in rows.chunks() for row in chunk]) == 1  # so `retry` sends it again


def test_old_keys_without_a_country_code_are_found_again(tmp_path: Path) -> None:
    """As before the purge, such a contact is looked up before the number with its code is sent."""
    path = tmp_path / "journal.sqlite3"
    with closing(Journal.open(path)) as journal:
        night(journal, 0, [_contact("600111222")])
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("UPDATE contacts SET is_normalised = 0, row_fingerprint = NULL")
    forget(path, 200)
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT count(*) FROM contacts WHERE identifier GLOB '*600111222*'").fetchone() == (0,)
    with closing(Journal.open(path)) as journal:
        journal.begin(record("run-2"), existing=Existing.CREATE)
        journal.enqueue(journal.add_sheet(SHEET), [Entry(row=Row(number=2, cells=()), mapped=_contact())])
        (pending,) = journal.claim(1)
    assert pending.in_doubt


def test_a_person_is_forgotten_in_both_forms_of_their_number(tmp_path: Path) -> None:
    """52 and 521 are one person, in the journal and on the list."""
    path = tmp_path / "journal.sqlite3"
    with closing(Journal.open(path)) as journal:
        night(journal, 0, [_contact("5215512345678"), _contact("525512345678"), _contact()])
    with closing(Database(path)) as database:
        purge = PersonPurge(database, Person(identifier="525512345678", code="52"), START)
        purge.put_on_list()
        assert purge.forget() == 2
        purge.finish()
    assert b"5512345678" not in path.read_bytes()
    with closing(Journal.open(path)) as journal:
        journal.begin(record("run-2"))
        entries = [Entry(row=Row(number=2, cells=("x",)), mapped=_contact("5215512345678"))]
        assert journal.enqueue(journal.add_sheet(SHEET), entries) == {Status.INVALID: 1}
        assert [one.code for one in journal.report_source("run-2").problems()] == ["forgotten"]


def test_who_is_under_way_is_told(tmp_path: Path) -> None:
    """A row in doubt names its run; the caller forgets nothing."""
    path = tmp_path / "journal.sqlite3"
    with closing(Journal.open(path)) as journal:
        journal.begin(record("run-1"))
        journal.enqueue(journal.add_sheet(SHEET), [Entry(row=Row(number=2, cells=("x",)), mapped=_contact())])
        journal.claim(1)
    with closing(Database(path)) as database:
        assert PersonPurge(database, Person(identifier="34600111222", code="34"), START).find().open_run == "run-1"


def test_rows_of_past_nights_are_dropped_and_counted(tmp_path: Path) -> None:
    """The last seven runs have all rows; the others those that changed something, and all of their counts."""
    path = tmp_path / "journal.sqlite3"
    people = [Contact(identifier=f"3460011{number:04}", source="whatsapp", name="A") for number in range(20)]
    for day in range(12):
        with closing(Journal.open(path)) as journal:
            night(journal, day, people)
        with closing(Database(path)) as database:
            drop_settled_rows(database, START + day * _DAY, lambda: True)
    with closing(sqlite3.connect(path)) as file:
        assert dict(file.execute("SELECT run, count(*) FROM rows GROUP BY 1")) == {
            1: 20,
            **dict.fromkeys(range(6, 13), 20),
        }
        assert file.execute("SELECT count(*) FROM contacts WHERE seen_at IS NULL").fetchone() == (0,)
    with closing(Journal.open(path)) as journal:
        assert {counts[Status.UNCHANGED] for _, counts in journal.runs()[:-1]} == {20}
        (kept,) = journal.report_source("run-3").kept().lines()
        assert kept.startswith("20 of its rows are only counted now: of runs before the last 7, the journal drops rows")
        assert {one.name for one in journal.report_source("run-11").results()} == {"A"}
    assert examine(path).faults == ()


def test_what_was_forgotten_costs_the_next_night_nothing(tmp_path: Path) -> None:
    """An old run whose rows all stay, because a contact in use stands on them, is not gone through every night."""
    path = tmp_path / "journal.sqlite3"
    with closing(Journal.open(path)) as journal:
        for day, number in enumerate(_NUMBERS):
            night(
                journal,
                day,
                [Contact(identifier=number, source="whatsapp", name="Ana") for number in _NUMBERS[: day + 1]],
            )
    assert deletions(path, 6)
    assert not deletions(path, 6)


def deletions(path: Path, day: int) -> list[str]:
    """Purge what is older than a day; return the statements that delete rows."""
    said: list[str] = []
    with closing(Database(path)) as database:
        with database.transaction() as connection:
            connection.set_trace_callback(said.append)
        JournalPurge(database).forget_runs(START + day * _DAY)
    return [one for one in said if one.startswith("DELETE FROM rows")]
