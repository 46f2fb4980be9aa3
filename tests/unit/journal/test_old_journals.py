"""A journal that an earlier release wrote opens with today's code, and nothing in it is lost."""

import csv
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from importer.journal import Journal
from importer.journal.schema import APPLICATION_ID, MIGRATIONS
from importer.model.account import AccountIdentity
from importer.model.deletion import Deletion, Fate
from importer.model.journal_rows import Pending, RecordedOutcome
from importer.model.payload import from_json
from importer.model.policy import Existing
from importer.model.rows import Contact, Sheet, Status
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
    """A journal of version 4."""
    return loaded(tmp_path / "journal.sqlite3")


@pytest.fixture(params=[4, 5])
def any_path(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A journal of each earlier version."""
    return loaded(tmp_path / "journal.sqlite3", request.param)


@pytest.fixture(params=[4, 5, 8, 11, 12])
def every_path(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A journal of each version of which there is a dump."""
    return loaded(tmp_path / "journal.sqlite3", request.param)


@pytest.fixture
def path_8(tmp_path: Path) -> Path:
    """A journal of version 8, which knew contacts that were sent, and none that were updated."""
    return loaded(tmp_path / "journal.sqlite3", 8)


@pytest.fixture
def path_5(tmp_path: Path) -> Path:
    """A journal of version 5, which knew accounts by their names and contacts by what was sent."""
    return loaded(tmp_path / "journal.sqlite3", 5)


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


def test_no_value_is_lost(every_path: Path) -> None:
    """Every row of every table is still there, but for columns that a migration drops or makes new.

    Two numbers of version 5 are one contact since keys are normalised.
    """
    path = every_path
    twice = fetched(path, "SELECT count(*) FROM contacts WHERE identifier = '0034 600-000-201'")[0][0]
    dropped = {"runs": {"same_as", "input_fingerprint"}, "contacts": {"identifier", "row_fingerprint"}}
    selects = {}
    for (table,) in fetched(path, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"):
        names = [name for _, name, *_ in fetched(path, f"PRAGMA table_info({table})")]
        kept = ", ".join(name for name in names if name not in dropped.get(table, ()))
        selects[table] = f"SELECT {kept} FROM {table}"  # noqa: S608 - the schema's own names
    before = {table: Counter(fetched(path, select)) for table, select in selects.items()}
    Journal.open(path).close()
    lost = {table: before[table] - Counter(fetched(path, select)) for table, select in selects.items()}
    assert {table: rows.total() for table, rows in lost.items() if rows} == ({"contacts": 1} if twice else {})
    assert sum(before["rows"].values()) > 80
    assert fetched(path, "PRAGMA user_version") == [(len(MIGRATIONS),)]


def test_a_second_opening_changes_nothing(every_path: Path) -> None:
    """The file is migrated once."""
    path = every_path
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


def test_all_runs_are_listed_and_their_reports_written(any_path: Path, tmp_path: Path) -> None:
    """The list has each run with its tally; a report has a line per row."""
    path = any_path
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


def answered_with_201(path: Path) -> None:
    """Have all contacts created by a service that answers so: then an undo may delete them."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("UPDATE rows SET http_status = 201 WHERE status = 'created'")


def test_an_unfinished_undo_keeps_what_nothing_proves_to_be_ours(any_path: Path) -> None:
    """The answers were 200, as for contacts that were there before; what was deleted stays deleted."""
    path = any_path
    with closing(Journal.open(path, Ticking(_NOW))) as journal:
        undo = journal.undo_of(runs(path)["undone"])
        assert undo.to_do() == 0
        assert +Counter(undo.tally()) == {Fate.DELETED: 4, Fate.KEPT: 8}
        undo.begin("again", Path("/home/ana/again"), _NOW)
        assert undo.claim(100) == []


def test_an_unfinished_undo_goes_on(any_path: Path) -> None:
    """What was in flight is claimed again, as it was sent, where a 201 had told that the run made it."""
    path = any_path
    answered_with_201(path)
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


# Version 5: accounts by their names, contacts by what was sent

MAIN_CHANNEL = "c4a00000000000000000000000000001"
UUIDS = frozenset({"5a1e5000000000000000000000000001", MAIN_CHANNEL})


def international(identifier: str) -> str:
    """Return the number that is written so in Spain."""
    digits = re.sub(r"[^0-9]", "", identifier).removeprefix("00")
    return digits if digits.startswith("34") else f"34{digits}"


def names(path: Path) -> list[str]:
    """Return what the journal calls its accounts."""
    return [name for (name,) in fetched(path, "SELECT name FROM accounts ORDER BY id")]


def account(name: str) -> AccountIdentity:
    """Return the account of version 5's dump as the service tells of it now."""
    return AccountIdentity(name=name, uuids=UUIDS, main_channels=frozenset({MAIN_CHANNEL}))


def offered(journal: Journal, run: str, identity: AccountIdentity, identifiers: Sequence[str]) -> dict[str, bool]:
    """Offer rows, and return the numbers that are claimed, and whether each is looked up before it is sent."""
    match = journal.match_account(identity)
    assert not match.is_doubtful
    journal.begin(record(run, match.name), match)
    rows = [replace(contact(1), identifier=one, normalised=international(one)) for one in identifiers]
    sheet = journal.add_sheet(Sheet(file="next.csv", header=("Phone", "Name")))
    journal.enqueue(sheet, [entry(one, row) for row, one in enumerate(rows, 2)])
    return {one.contact.normalised_identifier: one.in_doubt for one in journal.claim(500)}


def test_the_dump_of_version_5_holds_what_there_is_to_lose(path_5: Path) -> None:
    """Numbers as written, the main channel named, an account by two names; in flight, in doubt, half undone."""
    assert fetched(path_5, "PRAGMA user_version") == [(5,)]
    assert {status for (status,) in fetched(path_5, "SELECT status FROM rows")} == set(Status) - {Status.UPDATED}
    assert len(names(path_5)) == 2
    assert len(fetched(path_5, "SELECT 1 FROM contacts WHERE identifier LIKE '600 %' AND status = 'in_doubt'")) == 4
    assert fetched(path_5, "SELECT channel FROM contacts WHERE channel <> ''") == [(MAIN_CHANNEL,)] * 2
    assert fetched(path_5, "SELECT count(*) FROM contacts WHERE status = 'in_flight'") == [(4,)]
    assert {status for (status,) in fetched(path_5, "SELECT status FROM removals")} == {
        "deleted", "in_flight", "pending",
    }  # fmt: skip


@pytest.mark.parametrize("form", ["{}", "+{}", "+34 {national}", "{national}", "0034-{national}"])
@pytest.mark.parametrize("first", [0, 1])
def test_nobody_is_sent_twice_after_the_migration(path_5: Path, form: str, first: int) -> None:
    """By whichever of its names the account comes first, and whatever its numbers are written like now.

    What is in Callbell is left alone, and what is in doubt or was refused is looked up first. A number that was
    sent without its country code is known by that, so it has to be offered so once.
    """
    known: dict[str, set[str]] = {}
    for identifier, status in fetched(path_5, "SELECT identifier, status FROM contacts"):
        known.setdefault(international(identifier), set()).add(status)
    written = [identifier for (identifier,) in fetched(path_5, "SELECT identifier FROM contacts")]
    doubtful = {number: True for number, statuses in known.items() if statuses <= {"in_doubt", "in_flight"}}
    refused = {number: True for number, statuses in known.items() if statuses == {"failed"}}
    first_name, other_name = (names(path_5)[place] for place in (first, 1 - first))
    with closing(Journal.open(path_5, Ticking(_NOW))) as journal:
        offered(journal, "other", account(other_name), [])
        assert offered(journal, "as then", account(first_name), written) == doubtful | refused
        again = [form.format(number, national=number[2:]) for number in known]
        assert offered(journal, "otherwise", account("third"), again) == doubtful | refused
        assert journal._database.fetch("SELECT count(*) FROM accounts") == [(1,)]


def test_accounts_keep_their_names_and_gain_their_uuids(path_5: Path) -> None:
    """Also by the e-mail, for an account whose lists cannot be read."""
    before = names(path_5)
    with closing(Journal.open(path_5, Ticking(_NOW))) as journal:
        for name in before:
            offered(journal, f"of {name}", account(name), [])
        match = journal.match_account(account("another"))
        assert match.names == {*before, "owner@example.com"}
        assert journal.match_account(AccountIdentity(name="another", email="owner@example.com")).ids == match.ids


@pytest.mark.parametrize("version", [4, 5])
def test_rows_are_recognised_after_the_migration(tmp_path: Path, version: int) -> None:
    """By their fingerprints, without being mapped; but where numbers were sent as written, until they were mapped once.

    Only mapping tells their country code, and it sends none of them.
    """
    path = loaded(tmp_path / "journal.sqlite3", version)
    marks = fetched(
        path,
        """SELECT contacts.row_fingerprint, payload FROM contacts JOIN rows ON run = sent_run AND seq = sent_seq
        WHERE account = 1 AND contacts.row_fingerprint IS NOT NULL AND contacts.status IN ('created', 'exists')
            AND contacts.channel = '' AND contacts.identifier NOT LIKE '%201'""",
    )
    assert len(marks) > 20
    name = names(path)[0]
    with closing(Journal.open(path, Ticking(_NOW))) as journal:
        for run in ("first", "second"):
            match = journal.match_account(account(name))
            journal.begin(record(run, name), match)
            known = journal.recognise([(row, mark) for row, (mark, _) in enumerate(marks, 2)])
            found = [one is not None for one in known]
            assert all(found) or (version == 5 and run == "first")
            unknown = [
                replace(entry(from_json(sent, international(json.loads(sent)["identifier"])), row), fingerprint=mark)
                for row, ((mark, sent), is_known) in enumerate(zip(marks, found, strict=True), 2)
                if not is_known
            ]
            counts = journal.enqueue(journal.add_sheet(Sheet(file="next.csv", header=("Phone", "Name"))), unknown)
            assert +Counter(counts) == {Status.UNCHANGED: len(marks)}


def test_a_number_that_lacked_its_country_code_is_looked_up_before_it_is_sent(path_5: Path) -> None:
    """Where it is sent in another form now, only its digits show that it may be the same; another is sent at once."""
    identity = account(names(path_5)[0])
    with closing(Journal.open(path_5, Ticking(_NOW))) as journal:
        found = offered(journal, "digits", identity, ["34600000202", "34600000777"])
        assert found == {"34600000202": True, "34600000777": False}


def test_a_contact_without_its_country_code_can_be_undone(path_5: Path) -> None:
    """Once a row showed which number it is: it is made again after it was deleted, and only then."""
    answered_with_201(path_5)
    identity = account(names(path_5)[0])
    with closing(Journal.open(path_5, Ticking(_NOW))) as journal:
        assert offered(journal, "next", identity, ["600 000 202"]) == {}
        undo = journal.undo_of(runs(path_5)["as_is"])
        undo.begin("again", Path("/home/ana/again"), _NOW)
        gone = Deletion(status=Fate.DELETED)
        undo.record([RecordedOutcome(seq=one.seq, outcome=gone, attempts=1, at=_NOW) for one in undo.claim(100)])
        assert offered(journal, "last", identity, ["600 000 202"]) == {"34600000202": False}


# Version 8: what is in Callbell, and nothing of who was there before


def claimed(journal: Journal, run: str, existing: Existing, contacts: Sequence[Contact]) -> list[Pending]:
    """Offer contacts in a run, and return those that are claimed."""
    ((name,),) = journal._database.fetch("SELECT name FROM accounts")
    match = journal.match_account(account(name))
    journal.begin(record(run, name), match, existing)
    rows = [entry(one, row) for row, one in enumerate(contacts, 2)]
    journal.enqueue(journal.add_sheet(Sheet(file="next.csv", header=("Phone", "Name"))), rows)
    return journal.claim(500)


def by_status(path: Path) -> dict[str, list[Contact]]:
    """Return what was sent last of each contact, by its status."""
    sql = """SELECT contacts.status, payload, contacts.identifier FROM contacts
        JOIN rows ON run = sent_run AND seq = sent_seq"""
    found: dict[str, list[Contact]] = {}
    for status, sent, key in fetched(path, sql):
        found.setdefault(status, []).append(from_json(sent, key))
    return found


def test_the_dump_of_version_8_holds_what_there_is_to_lose(path_8: Path) -> None:
    """Contacts of each status, and an undo that was killed."""
    assert fetched(path_8, "PRAGMA user_version") == [(8,)]
    counts = {status: len(contacts) for status, contacts in by_status(path_8).items()}
    assert counts == {"created": 47, "exists": 1, "failed": 2, "in_doubt": 16, "in_flight": 4}
    assert {status for (status,) in fetched(path_8, "SELECT status FROM removals")} == {
        "deleted", "in_flight", "pending",
    }  # fmt: skip


def test_only_what_was_created_counts_as_sent(path_8: Path) -> None:
    """Of who was there before, or failed, or is in doubt, nobody knows what Callbell has of the sheet."""
    Journal.open(path_8).close()
    found = dict(fetched(path_8, "SELECT status, group_concat(DISTINCT is_sent) FROM contacts GROUP BY status"))
    assert found == {"created": "1", "exists": "0", "failed": "0", "in_doubt": "0", "in_flight": "0"}


@pytest.mark.parametrize("existing", Existing)
def test_nobody_of_version_8_is_sent_twice(path_8: Path, existing: Existing) -> None:
    """What is in Callbell is left or merged by its UUID, and what is in doubt or was refused is looked up first."""
    before = by_status(path_8)
    with closing(Journal.open(path_8, Ticking(_NOW))) as journal:
        taken = claimed(journal, "next", existing, [one for contacts in before.values() for one in contacts])
    doubtful = [*before["in_doubt"], *before["in_flight"], *before["failed"]]
    assert {row.contact.identifier for row in taken if row.in_doubt} == {one.identifier for one in doubtful}
    rest = [(row.contact, bool(row.uuid), row.base) for row in taken if not row.in_doubt]
    assert rest == ([(before["exists"][0], True, None)] if existing is Existing.UPDATE else [])


def test_an_update_goes_by_what_version_8_sent(path_8: Path) -> None:
    """A changed row of a contact that was created is merged, with what was sent as its base; it is never in flight."""
    created = by_status(path_8)["created"]
    before = fetched(path_8, "SELECT * FROM contacts WHERE status = 'created'")
    with closing(Journal.open(path_8, Ticking(_NOW))) as journal:
        taken = claimed(journal, "next", Existing.UPDATE, [replace(one, name=f"{one.name} again") for one in created])
        assert [row.base for row in taken] == created
        assert all(row.uuid and not row.in_doubt for row in taken)
    assert [line[: len(before[0])] for line in fetched(path_8, "SELECT * FROM contacts WHERE is_sent")] == before


def test_an_undo_that_version_8_began_goes_on(path_8: Path) -> None:
    """Its table is made again, with the word for what is given back."""
    with closing(Journal.open(path_8, Ticking(_NOW))) as journal:
        undo = journal.undo_of(runs(path_8)["undone"])
        assert (undo.to_do(), undo.totals(), undo.tally()[Fate.DELETED]) == (8, (12, 0), 4)
        undo.begin("again", Path("/home/ana/again"), _NOW)
        assert len(undo.claim(100)) == 8


def test_rows_in_conflict_of_earlier_runs_are_counted(tmp_path: Path) -> None:
    """`runs` lists them among the rows to fix."""
    path = loaded(tmp_path / "journal.sqlite3", 12)
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        ((run,),) = file.execute("SELECT run FROM rows WHERE status = 'exists' GROUP BY run LIMIT 1").fetchall()
        file.execute("UPDATE rows SET code = 'conflict' WHERE status = 'exists' AND run = ?", (run,))
        ((count, name),) = file.execute("SELECT tally ->> 'exists', name FROM runs WHERE id = ?", (run,)).fetchall()
    with closing(Journal.open(path)) as journal:
        counted = {record.name: record.conflicts for record, _ in journal.runs()}
    assert counted.pop(name) == count > 0
    assert set(counted.values()) == {0}
