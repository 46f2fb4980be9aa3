"""Rows on their way into the journal, and what is read from it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.journal import Journal
from importer.model.errors import StorageError, UsageError
from importer.model.payload import from_json, to_json
from importer.model.protocols import ReportSource
from importer.model.replies import Outcome
from importer.model.rows import Contact, Entry, InvalidRow, Problem, Row, Sheet, Status
from importer.model.runs import RunRecord, ShownRows
from tests.support.journals import SHEET, START, begin, begun, contact, entry, record, recorded, send_all, statuses

WIDTH = Problem(code="width", value="3", message="The row has 3 cells.")
PHONE = Problem(code="phone_invalid", column="Phone", value="12", message="12 is too short.")
TAG = Problem(code="tag_unknown", column="Tags", value="A", message="There is no tag A.")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A journal with a run that has begun."""
    opened = begun(tmp_path / "journal.sqlite3")
    yield opened
    opened.close()


def outcomes(journal: Journal, name: str = "run-1") -> list[Outcome]:
    """Return the rows' outcomes in their order, but for what only `undo` and updates read."""
    parts = [part.name for part in fields(Outcome) if part.name not in {"is_ours", "base", "left", "kept"}]
    results = journal.report_source(name).results()
    return [Outcome(**{part: getattr(result, part) for part in parts}) for result in results]


def test_what_was_entered_is_taken_in_order(journal: Journal) -> None:
    """New contacts are pending, and come out as they went in."""
    given_contacts = [contact(3, tags=("a", "b"), City="Ávila"), contact(1), contact(2)]
    journal.enqueue(0, [entry(given, row) for row, given in enumerate(given_contacts, 2)])
    taken = journal.claim(2) + journal.claim(2)
    assert [(pending.seq, pending.row) for pending in taken] == [(1, 2), (2, 3), (3, 4)]
    assert [pending.contact for pending in taken] == given_contacts
    assert not any(pending.in_doubt for pending in taken)
    assert journal.claim(2) == []


def test_an_invalid_row_keeps_all_its_problems(journal: Journal) -> None:
    """It is never pending; its outcome has the first problem's code and every message."""
    journal.enqueue(0, [entry(InvalidRow(problems=(PHONE, TAG), identifier="12", name="Ana"), 2)])
    assert journal.claim(1) == []
    (result,) = journal.report_source("run-1").results()
    assert (result.identifier, result.name, result.row) == ("12", "Ana", 2)
    assert (result.status, result.code, result.column) == (Status.INVALID, "phone_invalid", "Phone")
    assert result.reason == "12 is too short. There is no tag A."
    assert (result.uuid, result.href, result.http_status) == ("", "", None)


def test_a_key_of_an_earlier_row_is_a_duplicate(journal: Journal) -> None:
    """In one chunk or two, it names the earlier row and has its uuid once that is known."""
    journal.enqueue(0, [entry(contact(1), 2), entry(contact(1), 3)])
    journal.enqueue(0, [entry(contact(1), 9)])
    send_all(journal)
    first, *others = outcomes(journal)
    assert first.status is Status.CREATED
    assert {outcome.status for outcome in others} == {Status.DUPLICATE}
    assert {outcome.uuid for outcome in others} == {first.uuid}
    assert {outcome.reason for outcome in others} == {"same identifier as row 2"}


@pytest.mark.parametrize("tallied_only", [False, True])
@pytest.mark.parametrize("chunks", [[3], [1, 2], [1, 1, 1]])
def test_a_duplicate_says_in_what_it_differs_from_the_row_that_is_sent(
    tmp_path: Path, chunks: list[int], *, tallied_only: bool
) -> None:
    """In one chunk or in several, in a run and in a check, which keeps no rows that would be sent."""
    sent = replace(contact(1), tags=("A",), custom_fields={"City": "Rome"})
    other = replace(
        sent, name="Other", tags=("B",), note="A note", custom_fields={"City": "Oslo", "Joined": "2026-01-02"}
    )
    entries = [entry(sent, 2), entry(other, 3), entry(replace(sent, custom_fields={}), 4)]
    path = tmp_path / "other.sqlite3"
    with closing(Journal.open(path, lambda: START, rehearsal=tallied_only, tallied_only=tallied_only)) as journal:
        begin(journal, "run-1")
        for count in chunks:
            journal.enqueue(0, [entries.pop(0) for _ in range(count)])
        reasons = [
            result.reason for result in journal.report_source("run-1").results() if result.status is Status.DUPLICATE
        ]
        assert reasons == [
            "same identifier as row 2; not sent, though it differs in name, tags, note, City, Joined",
            "same identifier as row 2; not sent, though it differs in City",
        ]
        (group,) = journal.report_source("run-1").problems()
        assert (group.code, group.count) == ("duplicate", 2)


def test_duplicates_that_differ_are_a_group_of_their_own(journal: Journal) -> None:
    """They are the ones to look at, and what is said of them is not true of the others."""
    journal.enqueue(0, [entry(contact(1), 2), entry(contact(1), 3), entry(contact(1, "Other"), 4)])
    same, other = sorted(journal.report_source("run-1").problems(), key=lambda group: group.rows)
    assert (same.rows, same.message) == ((3,), "same identifier as row 2")
    assert (other.rows, other.message) == ((4,), "same identifier as row 2; not sent, though it differs in name")


def test_a_group_knows_whether_its_rows_have_one_sentence(journal: Journal) -> None:
    """The first row's is true of all only if all have it."""
    journal.enqueue(0, [entry(contact(number), row) for row, number in enumerate((1, 2, 3, 1, 2), start=2)])
    wrong = (PHONE, PHONE, TAG, replace(TAG, message="Another."))
    journal.enqueue(0, [entry(InvalidRow(problems=(one,)), row) for row, one in enumerate(wrong, start=9)])
    groups = {group.code: group for group in journal.report_source("run-1").problems()}
    assert (groups["duplicate"].message, groups["duplicate"].varies) == ("same identifier as row 2", True)
    assert not groups["phone_invalid"].varies
    assert not groups["tag_unknown"].varies


def test_a_duplicate_names_the_other_sheet_and_file(journal: Journal) -> None:
    """A row number alone would mislead where the earlier row stands elsewhere."""
    workbook = Sheet(file="b.xlsx", name="Old", header=("Phone",))
    journal.enqueue(0, [entry(contact(1), 2)])
    old = journal.add_sheet(workbook)
    journal.enqueue(old, [entry(contact(1), 5), entry(contact(2), 6)])
    new = journal.add_sheet(Sheet(file="b.xlsx", name="New", header=("Phone",)))
    journal.enqueue(new, [entry(contact(2), 5)])
    reasons = [outcome.reason for outcome in outcomes(journal)]
    assert reasons[1] == "same identifier as row 2 of contacts.csv"
    assert reasons[3] == "same identifier as row 6 of sheet Old"


def test_other_channels_and_sources_are_other_contacts(journal: Journal) -> None:
    """One number may be a contact in each channel and source."""
    keys = [("whatsapp", ""), ("whatsapp", "c1"), ("telegram", "")]
    contacts = [Contact(identifier="1", name="A", source=source, channel_uuid=channel) for source, channel in keys]
    journal.enqueue(0, [entry(given, 2) for given in contacts])
    assert len(journal.claim(9)) == 3


@pytest.mark.parametrize("status", [Status.CREATED, Status.UPDATED, Status.EXISTS])
def test_what_an_earlier_run_sent_is_unchanged(journal: Journal, status: Status) -> None:
    """The same content is not sent again, and has the uuid of then; a duplicate of it too."""
    journal.enqueue(0, [entry(contact(1), 2)])
    (pending,) = journal.claim(1)
    journal.finish(record(), [recorded(pending, status)])
    before = outcomes(journal)[0]
    begin(journal, "run-2", [1, 1])
    assert journal.claim(9) == []
    unchanged, duplicate = outcomes(journal, "run-2")
    assert unchanged == Outcome(status=Status.UNCHANGED, uuid=before.uuid, href=before.href)
    assert (duplicate.status, duplicate.uuid) == (Status.DUPLICATE, before.uuid)


def test_what_differs_from_an_earlier_run_says_how(journal: Journal) -> None:
    """It exists with the uuid of then, and the fields that differ are named, also two runs later."""
    journal.enqueue(0, [entry(contact(1, tags=("a",), City="Ávila", Plan="x"), 2)])
    send_all(journal)
    journal.finish(record())
    for name in ("run-2", "run-3"):
        journal.begin(record(name))
        journal.enqueue(journal.add_sheet(SHEET), [entry(contact(1, "Other", City="León", Plan="x"), 2)])
        assert journal.claim(1) == []
        journal.finish(record(name))
        assert outcomes(journal, name) == [
            Outcome(
                status=Status.EXISTS,
                uuid="uuid-34600000001",
                href="/c/uuid-34600000001",
                code="differs",
                reason="differs from what was sent: name, tags, City",
            )
        ]


def test_another_account_knows_nothing_of_it(journal: Journal) -> None:
    """What one account has is sent to another all the same."""
    journal.enqueue(0, [entry(contact(1), 2)])
    send_all(journal)
    journal.finish(record())
    begin(journal, "run-2", [1], account="other")
    assert len(journal.claim(1)) == 1


@pytest.mark.parametrize("status", [Status.FAILED, Status.UNSENT, Status.PENDING])
def test_what_did_not_arrive_is_pending_anew(journal: Journal, status: Status) -> None:
    """A row that failed or was not sent is sent by the next run, without a look-up."""
    journal.enqueue(0, [entry(contact(1), 2)])
    send_all(journal, status)
    journal.finish(record())
    begin(journal, "run-2", [1])
    (pending,) = journal.claim(1)
    assert not pending.in_doubt


texts = st.text(min_size=1, max_size=8)


@given(st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=3))
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]) -> None:
    """Whatever a cell or an answer says is kept; a lone surrogate, which is no character, becomes a question mark."""
    journal = begun(tmp_path_factory.mktemp("any") / "j")
    contacts = {identifier: Contact(identifier=identifier, source="s", name=name) for identifier, name, _ in rows}
    journal.enqueue(0, [Entry(row=Row(number=2, cells=(c.name,)), mapped=c) for c in contacts.values()])
    taken = journal.claim(9)
    assert [pending.contact for pending in taken] == [from_json(to_json(c)) for c in contacts.values()]
    journal.close()


def test_lone_surrogates_are_kept_as_question_marks(journal: Journal) -> None:
    """Half a character from a workbook or the service does not stop the run."""
    journal.enqueue(0, [entry(contact(1, "half \ud800"), 2)])
    (pending,) = journal.claim(1)
    assert pending.contact.name == "half ?"
    journal.record([recorded(pending, Status.FAILED, code="\udfff")])
    assert outcomes(journal)[0].code == "?"


def test_the_run_is_read_as_it_was_written(journal: Journal) -> None:
    """Begin and end make the record; sheets, tally and the list of runs agree with it."""
    journal.enqueue(0, [entry(contact(1), 2), entry(contact(2), 3)])
    send_all(journal)
    source: ReportSource = journal.report_source("run-1")
    assert source.record() == record()
    ended = RunRecord(
        **{name: getattr(record(), name) for name in ("name", "command", "account", "files", "options", "report_dir")},
        started_at=START,
        finished_at=START + timedelta(hours=2),
        exit_code=1,
        blank=3,
        requests_sent=4,
        requests_retried=5,
        requests_throttled=6,
        rate_limit=300.0,
        rate_achieved=291.5,
    )
    assert journal.runs()[0][1] == source.tally()
    journal.finish(ended)
    begin(journal, "run-2")
    assert source.record() == ended
    times = journal._database.fetch("SELECT started_at, finished_at FROM runs WHERE name = 'run-1'")
    assert times == [("2026-11-23T02:00:00.000000+00:00", "2026-11-23T04:00:00.000000+00:00")]
    assert source.sheets() == [SHEET]
    assert source.tally() == {status: 2 if status is Status.CREATED else 0 for status in Status}
    assert [(past.name, tally[Status.CREATED]) for past, tally in journal.runs()] == [("run-2", 0), ("run-1", 2)]


def test_long_inputs_are_read_in_pages(journal: Journal) -> None:
    """Every row comes once and in order, however many there are."""
    journal.enqueue(0, [entry(contact(number), number + 2) for number in range(2501)])
    report = journal.report_source("run-1")
    assert [result.row for result in report.results()] == list(range(2, 2503))
    journal.finish(record())
    assert [row.result.row for row in report.shown_rows(0, ShownRows.EVERY)] == list(range(2, 2503))
    (earlier,) = journal.rows_of("run-1")
    assert [row.number for chunk in earlier.chunks() for row in chunk] == list(range(2, 2503))


def test_rows_to_fix_are_those_of_the_sheet_with_their_cells(journal: Journal) -> None:
    """What is where it should be, and other sheets' rows, are left out."""
    journal.enqueue(0, [entry(contact(1), 2), entry(InvalidRow(problems=(PHONE,), identifier="12", name="Ana"), 3)])
    send_all(journal)
    other = journal.add_sheet(SHEET)
    journal.enqueue(other, [entry(InvalidRow(problems=(TAG,)), 2), entry(contact(2), 3)])
    journal.finish(record())
    report = journal.report_source("run-1")
    (invalid,), (of_other,) = report.rows_to_fix(0), report.rows_to_fix(other)
    assert (invalid.row, invalid.cells, invalid.status) == (3, ("12", "Ana"), Status.INVALID)
    assert (of_other.row, of_other.columns) == (2, ("Tags",))  # and not the row that is unsent: `retry` sends it


def test_rows_are_shown_with_the_cells_that_are_kept(journal: Journal) -> None:
    """Those that an earlier run settled have none; what needs a person, or changed, can be had alone."""
    rows = [entry(contact(1), 2), entry(InvalidRow(problems=(PHONE,), identifier="12", name="Ana"), 3)]
    journal.enqueue(0, [*rows, entry(contact(1), 4)])
    send_all(journal)
    journal.finish(record())
    begin(journal, "run-2")
    journal.enqueue(0, rows)
    journal.finish(record("run-2"))
    first, second = (journal.report_source(name) for name in ("run-1", "run-2"))
    assert [(row.result.row, row.result.status, row.cells) for row in first.shown_rows(0, ShownRows.EVERY)] == [
        (2, Status.CREATED, rows[0].row.cells),
        (3, Status.INVALID, ("12", "Ana")),
        (4, Status.DUPLICATE, rows[0].row.cells),
    ]
    assert [(row.result.row, row.cells) for row in second.shown_rows(0, ShownRows.EVERY)] == [
        (2, None),
        (3, ("12", "Ana")),
    ]
    assert [row.result.row for row in second.shown_rows(0, ShownRows.CHANGED)] == [3]
    assert [(row.result.row, row.columns) for row in first.shown_rows(0, ShownRows.TO_FIX)] == [(3, ("Phone",))]
    assert list(first.shown_rows(1, ShownRows.EVERY)) == []


def test_earlier_rows_come_back_with_what_the_reader_found(journal: Journal) -> None:
    """A reader for each sheet yields the rows to retry: numbers, cells and the reader's own problems."""
    journal.enqueue(0, [entry(contact(1), 2), entry(InvalidRow(problems=(WIDTH, PHONE)), 7, problems=(WIDTH,))])
    send_all(journal)
    journal.finish(record())
    (earlier,) = journal.rows_of("run-1")
    assert list(earlier.chunks()) == [[Row(number=7, cells=("", ""), problems=(WIDTH,))]]
    assert (earlier.sheet, earlier.blank_rows) == (SHEET, 0)
    earlier.close()


def test_problems_are_grouped_most_first(journal: Journal) -> None:
    """A row counts once per code and column; other rows' codes are there too; 20 row numbers at most."""
    twice = InvalidRow(problems=(TAG, TAG, PHONE))
    journal.enqueue(0, [entry(contact(1), 2), entry(twice, 3), entry(twice, 4)])
    journal.enqueue(0, [entry(InvalidRow(problems=(PHONE,)), row) for row in range(5, 30)])
    journal.record([recorded(pending, Status.FAILED, code="server_error") for pending in journal.claim(1)])
    groups = journal.report_source("run-1").problems()
    assert [(group.code, group.column, group.count) for group in groups] == [
        ("phone_invalid", "Phone", 27),
        ("tag_unknown", "Tags", 2),
        ("server_error", "", 1),
    ]
    assert groups[0].rows == tuple(range(3, 23))
    assert groups[0].message == PHONE.message


@pytest.mark.parametrize("code", ["tag_unknown", "assigned_user_unknown", "differs"])
def test_rows_that_lack_different_things_are_groups_of_their_own(journal: Journal, code: str) -> None:
    """Each has its own count and rows; what differs in every row makes no group of its own."""
    journal.enqueue(0, [entry(contact(number), number) for number in range(2, 8)])
    said = ['Tag "web"', 'Tag "tienda"', 'Tag "web"', "No 1", "No 2", "No 3"]
    for pending, reason in zip(journal.claim(6), said, strict=True):
        named = reason.startswith("Tag")
        refused = recorded(pending, Status.FAILED, code=code if named else "phone_refused")
        journal.record([replace(refused, outcome=replace(refused.outcome, reason=reason))])
    groups = journal.report_source("run-1").problems()
    assert {(group.code, group.message, group.count, group.rows) for group in groups} == {
        (code, 'Tag "web"', 2, (2, 4)),
        (code, 'Tag "tienda"', 1, (3,)),
        ("phone_refused", "No 1", 3, (5, 6, 7)),
    }


def test_an_unknown_run_is_told(journal: Journal) -> None:
    """A name that no run has is the person's mistake, with the command that lists the names."""
    with pytest.raises(UsageError, match="no run named run-9") as error:
        journal.report_source("run-9")
    assert "callbell-importer runs" in error.value.hint


def test_two_runs_cannot_share_a_name(journal: Journal) -> None:
    """The second is refused, and the first stays as it is."""
    with pytest.raises(StorageError, match="a run named run-1 already"):
        journal.begin(record())
    assert statuses(journal) == []


def test_rows_need_a_run(tmp_path: Path) -> None:
    """Entering rows without a run is a defect, not a fault of the disk."""
    journal = Journal.open(tmp_path / "j")
    with pytest.raises(RuntimeError, match="no run was begun"):
        journal.add_sheet(SHEET)
    journal.close()
