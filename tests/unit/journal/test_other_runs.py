"""A run, a retry and an undo change nothing of other runs and other accounts, whose rows have the same numbers."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from importer.journal import Journal
from importer.model.deletion import Deletion, Fate
from importer.model.journal_rows import Attempted, Pending, RecordedOutcome
from importer.model.rows import Contact, Entry, InvalidRow, Problem, Status
from tests.support.journals import SHEET, START, begin, begun, contact, entry, record, recorded, statuses

NUMBERS = range(1, 8)
BEFORE = ("run-1", "run-2", "run-3")
ENDS = [Status.CREATED, Status.EXISTS, Status.FAILED, Status.IN_DOUBT, Status.UPDATED, Status.CREATED]
INVALID = InvalidRow(problems=(Problem(code="phone_missing", column="Phone", message="No number."),))


def marked(contacts: list[Contact]) -> list[Entry]:
    """Return the contacts' rows with fingerprints, and an invalid one behind them."""
    rows = [
        replace(entry(one, row), fingerprint=f"{one.identifier}{one.name:>16}".encode()[-16:])
        for row, one in enumerate(contacts, 2)
    ]
    return [*rows, entry(INVALID, len(rows) + 2)]


def ended(journal: Journal, name: str, account: str, names: str = "") -> None:
    """Make a run with a row of every end: the last one, which is valid, was never sent."""
    begin(journal, name, account=account)
    journal.enqueue(0, marked([contact(number, names) for number in NUMBERS]))
    claimed = journal.claim(len(ENDS))
    journal.record([Attempted(seq=one.seq, attempt=1, at=START, reason=name) for one in claimed])
    journal.finish(record(name, account), [recorded(one, end) for one, end in zip(claimed, ENDS, strict=False)])


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A journal with a run of the same account, and one of another."""
    journal = begun(tmp_path / "journal.sqlite3")
    journal.finish(record())
    ended(journal, "run-2", "main")
    ended(journal, "run-3", "other")
    yield journal
    journal.close()


def stored(journal: Journal, runs: Iterable[str], accounts: Iterable[str] = ()) -> list[list[tuple[object, ...]]]:
    """Return every line of every table that belongs to these runs, and the contacts of these accounts."""
    fetch, owners = journal._database.fetch, dict(journal._database.fetch("SELECT name, id FROM runs"))
    ids = ", ".join(str(owners[name]) for name in runs)
    tables = {"runs": "id", "sheets": "run", "rows": "run", "problems": "run", "attempts": "run", "removals": "run"}
    lines = [fetch(f"SELECT * FROM {table} WHERE {column} IN ({ids})") for table, column in tables.items()]  # noqa: S608 - ours
    contacts = "SELECT contacts.* FROM contacts JOIN accounts ON accounts.id = account WHERE name = ?"
    return lines + [fetch(contacts, (account,)) for account in accounts]


def work(journal: Journal, name: str, account: str) -> list[Pending]:
    """Do all that a run does: recognise, enqueue, claim, note, give back, settle, end."""
    begin(journal, name, account=account)
    rows = marked([contact(9), *(contact(number, "New name") for number in NUMBERS), contact(1)])
    known = journal.recognise([(row.row.number, row.fingerprint) for row in rows])
    journal.enqueue(0, [row for row, identifier in zip(rows, known, strict=True) if identifier is None])
    journal.enqueue(journal.add_sheet(SHEET), [entry(contact(number), number) for number in range(20, 23)])
    claimed = journal.claim(2)
    journal.release(claimed[:1])
    journal.record([Attempted(seq=claimed[1].seq, attempt=1, at=START), recorded(claimed[1], Status.PENDING)])
    claimed = journal.claim(100)
    ends = [*ENDS, Status.UNSENT]
    journal.record([recorded(one, end) for one, end in zip(claimed, ends, strict=False)])
    journal.finish(record(name, account))
    return claimed


@pytest.mark.parametrize("account", ["main", "other", "third"])
def test_a_run_changes_only_itself_and_its_accounts_contacts(journal: Journal, account: str) -> None:
    """Whatever it does; also where the other accounts have contacts of the same numbers."""
    others = {"main", "other"} - {account}
    before = stored(journal, BEFORE, others)
    assert work(journal, "run-4", account)
    assert stored(journal, BEFORE, others) == before


def test_an_undo_changes_only_its_runs_contacts(journal: Journal) -> None:
    """The same numbers of another account stay known, and an earlier run's contacts can still be deleted."""
    work(journal, "run-4", "main")
    before = stored(journal, BEFORE, ["other"])
    undo = journal.undo_of("run-4")
    undo.begin("undo-1", Path("/home/reports/undo-1"), START)
    claimed = undo.claim(2)
    assert len(claimed) == 2
    deleted = Deletion(status=Fate.DELETED)
    undo.record([RecordedOutcome(seq=one.seq, outcome=deleted, attempts=1, at=START) for one in claimed])
    undo.finish(0, START)
    assert stored(journal, BEFORE, ["other"]) == before
    again = journal.undo_of("run-2")
    assert again.to_do() == 2
    assert again.tally() == dict.fromkeys(Fate, 0) | {Fate.UNSENT: 2}


def test_each_run_reports_its_own_rows(journal: Journal) -> None:
    """Results, tallies, problems, rows to fix and rows to retry of a run are the same after others."""

    def told(name: str) -> list[object]:
        source = journal.report_source(name)
        earlier = [list(one.chunks()) for one in journal.rows_of(name)]
        fix = [list(source.rows_to_fix(index)) for index in range(len(source.sheets()))]
        return [
            source.record(),
            source.sheets(),
            list(source.results()),
            source.tally(),
            source.problems(),
            fix,
            earlier,
        ]

    before = [told(name) for name in BEFORE]
    work(journal, "run-4", "main")
    work(journal, "run-5", "other")
    assert [told(name) for name in BEFORE] == before


def test_rows_that_were_given_back_forget_only_their_own_contact(tmp_path: Path) -> None:
    """The second of three is released and sent later; what the others sent is known meanwhile."""
    with closing(begun(tmp_path / "journal.sqlite3", numbers=[1, 2, 3])) as journal:
        first, second, third = journal.claim(3)
        journal.record([recorded(first), recorded(second, Status.PENDING), recorded(third, Status.IN_DOUBT)])
        known = "SELECT identifier, status FROM contacts ORDER BY identifier"
        assert journal._database.fetch(known) == [("34600000001", "created"), ("34600000003", "in_doubt")]
        journal.finish(record())
        assert statuses(journal) == ["created", "unsent", "in_doubt"]
