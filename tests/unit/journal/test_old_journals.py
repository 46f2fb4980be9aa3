"""A journal that an earlier release wrote opens with today's code, and nothing in it is lost."""

import csv
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from importer.journal import Journal
from importer.journal.schema import APPLICATION_ID, MIGRATIONS
from importer.model.deletion import Deletion, Fate
from importer.model.journal_rows import RecordedOutcome
from importer.model.rows import Sheet, Status
from importer.reports import write_reports
from tests.support.journals import START, Ticking, contact, entry, record, recorded

_DUMPS = Path(__file__).parents[2] / "support" / "old_journals"
_NOW = START + timedelta(days=30)
_REPEATED = [
    (2, "exists", "differs"), (3, "unchanged", ""), (4, "unchanged", ""), (5, "unchanged", ""), (6, "unchanged", ""),
    (7, "invalid", "phone_too_short"), (8, "invalid", "phone_missing"), (9, "exists", "differs"),
    (10, "unchanged", ""), (11, "unchanged", ""),
]  # fmt: skip


def loaded(path: Path, version: int = 4) -> Path:
    """Write the journal that a dump holds."""
    with closing(sqlite3.connect(path)) as file:
        file.executescript((_DUMPS / f"version_{version}.sql").read_text(encoding="utf-8"))
    return path


def fetched(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return what a SELECT finds in the file."""
    with closing(sqlite3.connect(path)) as file:
        return file.execute(sql).fetchall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An old journal."""
    return loaded(tmp_path / "journal.sqlite3")


def runs(path: Path) -> dict[str, str]:
    """Return the names of the runs by the file that each imported; of several, the last."""
    return {name.rsplit("-", 1)[-1]: name for (name,) in fetched(path, "SELECT name FROM runs ORDER BY id")}


def test_the_dump_holds_what_there_is_to_lose(path: Path) -> None:
    """It has the mark, the version, and each kind of row that a migration must not lose."""
    assert fetched(path, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert fetched(path, "PRAGMA user_version") == [(4,)]
    assert {status for (status,) in fetched(path, "SELECT status FROM rows")} == set(Status) - {Status.UPDATED}
    assert fetched(path, "SELECT count(*) FROM rows WHERE status = 'pending' AND doubt_since IS NOT NULL") == [(4,)]
    assert {status for (status,) in fetched(path, "SELECT status FROM removals")} == {"deleted", "in_flight"}
    assert fetched(path, "SELECT count(*) FROM runs WHERE same_as IS NOT NULL") == [(2,)]


def test_no_value_is_lost(path: Path) -> None:
    """Every row of every table is still there, but for the columns that a migration drops."""
    dropped = {"runs": {"same_as", "input_fingerprint"}}
    selects = {}
    for (table,) in fetched(path, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"):
        names = [name for _, name, *_ in fetched(path, f"PRAGMA table_info({table})")]
        kept = ", ".join(name for name in names if name not in dropped.get(table, ()))
        selects[table] = f"SELECT {kept} FROM {table}"  # noqa: S608 - the schema's own names
    before = {table: Counter(fetched(path, select)) for table, select in selects.items()}
    Journal.open(path).close()
    lost = {table: before[table] - Counter(fetched(path, select)) for table, select in selects.items()}
    assert lost == {table: Counter() for table in selects}
    assert sum(before["rows"].values()) > 80
    assert fetched(path, "PRAGMA user_version") == [(len(MIGRATIONS),)]


def test_a_second_opening_changes_nothing(path: Path) -> None:
    """The file is migrated once."""
    Journal.open(path).close()
    before = path.read_bytes()
    Journal.open(path).close()
    assert path.read_bytes() == before


def test_a_run_that_repeated_another_has_its_rows(path: Path) -> None:
    """Each row has the status that was reported for it then, and its contact, problems and cells."""
    with closing(Journal.open(path)) as journal:
        (first,) = fetched(path, "SELECT name FROM runs WHERE id = 2")
        contacts = [(row.identifier, row.name, row.uuid, row.href) for row in journal.report_source(*first).results()]
        repeated = [run for run, _ in journal.runs() if run.command == "run" and "contacts" in run.name][:2]
        for run in repeated:
            source = journal.report_source(run.name)
            rows = list(source.results())
            assert [(row.row, row.status.value, row.code) for row in rows] == _REPEATED
            assert [(row.identifier, row.name, row.uuid, row.href) for row in rows] == contacts
            assert {(row.attempts, row.http_status, row.finished_at) for row in rows} == {(0, None, run.started_at)}
            assert [row.row for row in source.rows_to_fix(0)] == [7, 8]
            assert [group.code for group in source.problems()] == [
                "differs", "name_missing", "phone_missing", "phone_too_short",
            ]  # fmt: skip
            assert dict(Counter(row.status for row in rows)) == {s: n for s, n in source.tally().items() if n}
            assert [row.number for rows in journal.rows_of(run.name) for chunk in rows.chunks() for row in chunk] == [
                7,
                8,
            ]
            assert journal.undo_of(run.name).to_do() == 0


def test_all_runs_are_listed_and_their_reports_written(path: Path, tmp_path: Path) -> None:
    """The list has each run with its tally; a report has a line per row."""
    with closing(Journal.open(path)) as journal:
        listed = journal.runs()
        assert [run.name for run, _ in listed] == [
            n for (n,) in fetched(path, "SELECT name FROM runs ORDER BY id DESC")
        ]
        for run, tally in listed:
            folder = tmp_path / run.name
            folder.mkdir()
            write_reports(journal.report_source(run.name), folder)
            with (folder / "results.csv").open(encoding="utf-8-sig", newline="") as file:
                assert Counter(row["status"] for row in csv.DictReader(file)) == +Counter(
                    {status.value: count for status, count in tally.items()}
                )


def test_the_next_run_goes_on_where_the_killed_one_ended(path: Path) -> None:
    """What was in flight or in doubt is looked up first, what was pending or unsent is sent, and nothing else is."""
    with closing(Journal.open(path, Ticking(_NOW))) as journal:
        ((account,),) = fetched(path, "SELECT name FROM accounts")
        open_rows = journal._database.fetch(
            """SELECT identifier, status = 'in_flight' OR doubt_since IS NOT NULL, payload FROM rows
            WHERE status IN ('pending', 'in_flight', 'unsent') ORDER BY seq"""
        )
        ((created,),) = journal._database.fetch("SELECT identifier FROM rows WHERE status = 'created' LIMIT 1")
        journal.begin(record("next", account))
        sheet = journal.add_sheet(Sheet(file="next.csv", header=("Phone", "Name")))
        identifiers = [created, *(identifier for identifier, _, _ in open_rows)]
        journal.enqueue(
            sheet, [entry(replace(contact(row), identifier=one), row) for row, one in enumerate(identifiers, 2)]
        )
        claimed = journal.claim(100)
        assert [(one.contact.identifier, one.in_doubt) for one in claimed] == [(i, bool(d)) for i, d, _ in open_rows]
        assert all(one.first_sent_at and not one.was_refused for one in claimed if one.in_doubt)
        journal.finish(record("next", account), [recorded(one) for one in claimed])
        killed = journal.report_source(runs(path)["killed"]).tally()
        assert (killed[Status.IN_DOUBT], killed[Status.UNSENT]) == (9, 4)
        assert killed[Status.IN_FLIGHT] == killed[Status.PENDING] == 0


def test_an_unfinished_undo_keeps_what_nothing_proves_to_be_ours(path: Path) -> None:
    """The answers were 200, as for contacts that were there before; what was deleted stays deleted."""
    with closing(Journal.open(path, Ticking(_NOW))) as journal:
        undo = journal.undo_of(runs(path)["undone"])
        assert undo.to_do() == 0
        assert +Counter(undo.tally()) == {Fate.DELETED: 4, Fate.KEPT: 8}
        undo.begin("again", Path("/home/ana/again"), _NOW)
        assert undo.claim(100) == []


def test_an_unfinished_undo_goes_on(path: Path) -> None:
    """What was in flight is claimed again, as it was sent, where a 201 had told that the run made it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("UPDATE rows SET http_status = 201 WHERE status = 'created'")
    with closing(Journal.open(path, Ticking(_NOW))) as journal:
        undo = journal.undo_of(runs(path)["undone"])
        deleted, to_do = undo.tally()[Fate.DELETED], undo.to_do()
        assert (deleted, to_do) == (4, 8)
        undo.begin("again", Path("/home/ana/again"), _NOW)
        claimed = undo.claim(100)
        assert len(claimed) == to_do
        assert all(one.uuid and one.contact.name.startswith("Person") for one in claimed)
        gone = Deletion(status=Fate.DELETED)
        undo.record([RecordedOutcome(seq=one.seq, outcome=gone, attempts=1, at=_NOW) for one in claimed])
        undo.finish(0, _NOW)
        assert +Counter(undo.tally()) == {Fate.DELETED: deleted + to_do}


def test_the_learned_limit_is_kept(path: Path) -> None:
    """The account's next run begins with it."""
    with closing(Journal.open(path)) as journal:
        ((account,),) = fetched(path, "SELECT name FROM accounts")
        assert journal.learned_limit(account) == 10.0
