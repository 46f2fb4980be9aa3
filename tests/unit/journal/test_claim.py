"""Rows on their way out: taken, written down, given back, and what a crash leaves."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from importer.journal import Journal, run_input
from importer.model.journal_rows import Attempted
from importer.model.rows import Entry, Status
from tests.support.journals import (
    SHEET,
    START,
    Ticking,
    begin,
    begun,
    contact,
    entry,
    record,
    recorded,
    send_all,
    statuses,
)


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """A journal whose run has three rows."""
    opened = begun(path, numbers=[1, 2, 3])
    yield opened
    opened.close()


def after_a_crash(path: Path) -> Journal:
    """Return the journal as a new process finds it, an hour later; the old one was not closed."""
    return Journal.open(path, Ticking(START + timedelta(hours=1)))


def fetch(journal: Journal, sql: str) -> list[tuple[object, ...]]:
    """Return what a SELECT finds."""
    return journal._database.fetch(sql)


def test_taken_rows_are_in_flight_on_disk(journal: Journal, path: Path) -> None:
    """Another connection sees the intent as soon as `claim` returns."""
    journal.claim(2)
    with closing(after_a_crash(path)) as other:
        assert statuses(other) == ["in_flight", "in_flight", "pending"]
        assert [status for (status,) in fetch(other, "SELECT status FROM contacts")] == ["in_flight", "in_flight"]


def test_outcomes_ride_with_the_next_take(journal: Journal, path: Path) -> None:
    """What was noted is durable when `claim` returns, with status, uuid, attempts and time."""
    first, second = journal.claim(2)
    journal.claim(1, [recorded(first, attempts=3), recorded(second, Status.FAILED, code="server_error")])
    with closing(after_a_crash(path)) as other:
        assert statuses(other) == ["created", "failed", "in_flight"]
        created, *_ = other.report_source("run-1").results()
        assert (created.uuid, created.attempts, created.finished_at) == (
            "uuid-34600000001",
            3,
            START + timedelta(hours=1),
        )


def test_rows_given_back_are_taken_again(journal: Journal) -> None:
    """A row given back comes before later ones, as if it had never been taken, but keeps its attempts."""
    first, _ = journal.claim(2)
    journal.record([recorded(first, Status.PENDING, attempts=2)])
    assert [pending.seq for pending in journal.claim(9)] == [1, 3]
    journal.record([recorded(first, Status.PENDING, attempts=2)])
    journal.finish(record())
    results = list(journal.report_source("run-1").results())
    assert (results[0].status, results[0].attempts) == (Status.UNSENT, 2)
    assert fetch(journal, "SELECT count(*) FROM contacts WHERE identifier = '34600000001'") == [(0,)]


def test_finish_gives_every_row_its_last_word(journal: Journal) -> None:
    """What is in flight is in doubt, what is pending is unsent, and each says why."""
    first, _ = journal.claim(2)
    journal.finish(record(), [recorded(first)])
    results = list(journal.report_source("run-1").results())
    assert [(result.status, result.code) for result in results] == [
        (Status.CREATED, ""),
        (Status.IN_DOUBT, "in_doubt"),
        (Status.UNSENT, "unsent"),
    ]
    sent = "it was sent, and the run ended before the answer came"
    assert [result.reason for result in results] == ["", sent, "the run ended before its turn"]


def test_every_row_is_ended_however_many_there_are(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are ended piece by piece."""
    for count in (1, 2, 3):
        monkeypatch.setattr(run_input, "_PIECE_ROWS", count)
        begin(journal, f"run-of-{count}", range(10, 16))
        journal.claim(1)
        journal.finish(record(f"run-of-{count}"))
        assert statuses(journal, f"run-of-{count}") == ["in_doubt", *["unsent"] * 5]


def test_a_crash_leaves_rows_in_doubt(journal: Journal, path: Path) -> None:
    """The next run of the account looks up what was in flight, and sends what was pending."""
    first, _ = journal.claim(2)
    journal.record([recorded(first)])
    with closing(after_a_crash(path)) as other:
        begin(other, "run-2", [1, 2, 3])
        assert statuses(other) == ["created", "in_doubt", "unsent"]
        assert statuses(other, "run-2") == ["unchanged", "pending", "pending"]
        doubtful, fresh = other.claim(9)
        assert (doubtful.in_doubt, fresh.in_doubt) == (True, False)
        assert doubtful.first_sent_at is not None
        assert START < doubtful.first_sent_at < START + timedelta(minutes=1)
        killed = other.report_source("run-1").record()
        assert (killed.finished_at, killed.exit_code) == (None, None)


def test_dead_runs_can_be_ended_without_a_new_one(journal: Journal, path: Path) -> None:
    """So that `retry` finds the rows of a run that was killed."""
    journal.claim(1)
    with closing(after_a_crash(path)) as other:
        other.end_dead_runs()
        assert statuses(other) == ["in_doubt", "unsent", "unsent"]


def test_a_crash_may_have_sent_until_it_was_found(journal: Journal, path: Path) -> None:
    """Nobody knows when a killed run sent last, so the time after which none did is when it was found dead."""
    journal.claim(1)
    with closing(after_a_crash(path)) as other:
        begin(other, "run-2", [1])
        ((until,),) = fetch(other, "SELECT doubt_until FROM rows WHERE doubt_until IS NOT NULL")
        assert str(until) > "2026-11-23T03:00:00"


@pytest.mark.parametrize("status", [Status.PENDING, Status.UNSENT, Status.IN_DOUBT])
def test_doubt_outlives_a_run_that_did_not_settle_it(journal: Journal, status: Status) -> None:
    """A row in doubt that the next run took and left as it was is in doubt for the run after it, since the first."""
    first_sent = journal.claim(1)[0]
    journal.finish(record(), [recorded(first_sent, Status.IN_DOUBT)])
    since = []
    for name in ("run-2", "run-3"):
        begin(journal, name, [1])
        (pending,) = journal.claim(1)
        assert pending.in_doubt
        since.append(pending.first_sent_at)
        journal.finish(record(name), [recorded(pending, status, attempts=0)])
        assert statuses(journal, name) == ["unsent" if status is Status.UNSENT else "in_doubt"]
    assert since[0] == since[1]


def test_a_row_in_doubt_that_is_given_back_leaves_the_others_in_flight(journal: Journal) -> None:
    """Each contact has the doubt of its own row."""
    journal.record([recorded(pending, Status.IN_DOUBT) for pending in journal.claim(3)])
    journal.finish(record())
    begin(journal, "run-2", [1, 2, 3])
    first, *_ = journal.claim(3)
    journal.record([recorded(first, Status.PENDING)])
    assert fetch(journal, "SELECT status FROM contacts ORDER BY identifier") == [
        ("in_doubt",),
        ("in_flight",),
        ("in_flight",),
    ]


def test_doubt_outlives_a_run_that_never_took_it(journal: Journal) -> None:
    """A doubtful row whose turn never came is in doubt, not unsent: it may be in Callbell."""
    journal.claim(1)
    journal.finish(record())
    begin(journal, "run-2", [1])
    journal.finish(record("run-2"))
    assert statuses(journal, "run-2") == ["in_doubt"]
    (result,) = journal.report_source("run-2").results()
    assert result.reason == ("an earlier run sent it without an answer, and this run ended before it was looked up")


def test_a_found_contact_counts_as_what_was_sent(journal: Journal) -> None:
    """Looked up and found, the account has the content of then: the new content differs, the old is unchanged."""
    (first, *_) = journal.claim(1)
    journal.finish(record(), [recorded(first, Status.IN_DOUBT)])
    changed: list[Entry] = [entry(contact(1, "New name"), 2)]
    begin(journal, "run-2")
    journal.enqueue(0, changed)
    (pending,) = journal.claim(1)
    journal.finish(record("run-2"), [recorded(pending, Status.CREATED, attempts=0)])
    begin(journal, "run-3")
    journal.enqueue(0, changed)
    begin(journal, "run-4", [1])
    assert (statuses(journal, "run-3"), statuses(journal, "run-4")) == (["exists"], ["unchanged"])


def test_a_row_sent_again_counts_as_its_new_content(journal: Journal) -> None:
    """Not found and sent again, the account has the new content."""
    (first, *_) = journal.claim(1)
    journal.finish(record(), [recorded(first, Status.IN_DOUBT)])
    for name, status in (("run-2", ["created"]), ("run-3", ["unchanged"])):
        begin(journal, name)
        journal.enqueue(0, [entry(contact(1, "New name"), 2)])
        send_all(journal)
        journal.finish(record(name))
        assert statuses(journal, name) == status


def test_what_was_sent_last_is_what_others_differ_from(journal: Journal) -> None:
    """Whichever row of whichever run sent it: here one that failed, and was sent again in another place."""
    journal.record([recorded(pending, Status.FAILED) for pending in journal.claim(3)])
    journal.finish(record())
    begin(journal, "run-2")
    journal.enqueue(0, [entry(contact(8), 2), entry(contact(9), 3), entry(contact(1, "Second", tags=("a",)), 4)])
    send_all(journal)
    journal.finish(record("run-2"))
    begin(journal, "run-3")
    journal.enqueue(0, [entry(contact(1, "Third", tags=("a",)), 2)])
    (result,) = journal.report_source("run-3").results()
    assert (result.status, result.reason) == (Status.EXISTS, "differs from what was sent: name")


def test_attempts_that_settled_nothing_are_kept(journal: Journal) -> None:
    """They stand beside their row, which stays as it is."""
    (pending,) = journal.claim(1)
    attempts = [Attempted(seq=pending.seq, attempt=n, at=START, http_status=503, reason="busy") for n in (1, 2)]
    journal.record(attempts)
    assert fetch(journal, "SELECT seq, attempt, http_status, reason FROM attempts") == [
        (1, 1, 503, "busy"),
        (1, 2, 503, "busy"),
    ]
    assert statuses(journal)[0] == "in_flight"


def test_saving_nothing_writes_nothing(journal: Journal) -> None:
    """An idle flush costs no transaction."""
    before = journal._database._connection.total_changes
    journal.record([])
    assert journal._database._connection.total_changes == before


def failed_with(path: Path, http_status: int | None) -> Journal:
    """Return a journal whose first run failed with its only row so."""
    journal = begun(path, numbers=[1])
    (pending,) = journal.claim(1)
    failed = recorded(pending, Status.FAILED)
    journal.record([replace(failed, outcome=replace(failed.outcome, http_status=http_status))])
    journal.finish(record())
    return journal


@pytest.mark.parametrize(
    ("http_status", "was_refused"), [(400, True), (409, True), (422, True), (499, True), (500, False), (None, False)]
)
@pytest.mark.parametrize("name", ["Name 1", "Another name"])
def test_a_row_that_was_refused_is_to_be_looked_up_when_it_is_sent_again(
    path: Path,
    http_status: int | None,
    was_refused: bool,  # noqa: FBT001 - a table of cases
    name: str,
) -> None:
    """Some services refuse, and make the contact all the same; whether the row was corrected says nothing of that."""
    with closing(failed_with(path, http_status)) as journal:
        journal.begin(record("run-2"))
        journal.enqueue(journal.add_sheet(SHEET), [entry(contact(1, name), 2)])
        (pending,) = journal.claim(1)
        assert (pending.in_doubt, pending.was_refused) == (was_refused, was_refused)
        assert bool(pending.first_sent_at) is was_refused


def test_a_refused_row_that_was_not_sent_again_is_unsent_and_still_looked_up(path: Path) -> None:
    """Whether its turn came or not: the next run looks it up before it sends it."""
    with closing(failed_with(path, 422)) as journal:
        begin(journal, "run-2", [1])
        journal.finish(record("run-2"))
        assert statuses(journal, "run-2") == ["unsent"]
        begin(journal, "run-3", [1])
        (pending,) = journal.claim(1)
        assert pending.was_refused
        journal.release([pending])
        journal.finish(record("run-3"))
        assert statuses(journal, "run-3") == ["unsent"]
        begin(journal, "run-4", [1])
        (pending,) = journal.claim(1)
        assert (pending.in_doubt, pending.was_refused) == (True, True)  # looked up at once
        journal.finish(record("run-4"))
        assert statuses(journal, "run-4") == ["in_doubt"]
        begin(journal, "run-5", [1])
        (pending,) = journal.claim(1)
        assert (pending.in_doubt, pending.was_refused) == (True, False)  # run-4 may have sent it


def test_a_row_in_doubt_was_not_refused(journal: Journal) -> None:
    """It waits the settle time: the service may be working on it."""
    send_all(journal, Status.IN_DOUBT)
    journal.finish(record())
    begin(journal, "run-2", [1, 2, 3])
    assert [(one.in_doubt, one.was_refused) for one in journal.claim(3)] == [(True, False)] * 3


def test_what_an_answer_proved_is_written_down(journal: Journal) -> None:
    """Row by row."""
    first, second, third = map(recorded, journal.claim(3))
    journal.record([first, replace(second, outcome=replace(second.outcome, is_ours=False)), third])
    assert fetch(journal, "SELECT is_ours FROM rows ORDER BY seq") == [(1,), (0,), (1,)]
