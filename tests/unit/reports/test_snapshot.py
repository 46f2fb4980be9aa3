"""The words for how a run stands."""

from collections import Counter
from dataclasses import replace

import pytest

from importer.model.deletion import Fate
from importer.model.rows import Status
from importer.reports.snapshot import (
    Snapshot,
    clock_line,
    clock_time,
    failure_text,
    log_line,
    request_pace,
    status_counts,
    waits,
)

BUSY = Snapshot(
    tally=Counter({Status.CREATED: 900, Status.FAILED: 10, Status.PENDING: 1_090}),
    read_all=True,
    in_flight=3,
    per_second=100.0,
    limit=300.0,
    elapsed_seconds=9.4,
)
STOPPING = replace(BUSY, is_stopping=True, doubtful=4, held_seconds=3.0)


def test_percent_elapsed_and_left_have_fixed_places() -> None:
    """Whoever looks again finds them where they were."""
    later = replace(BUSY, tally=Counter({Status.CREATED: 2_000}), elapsed_seconds=3_723.0)
    assert clock_line(BUSY) == " 45 %  elapsed 0:09     left 0:11     910 of 2,000 rows"
    assert clock_line(later) == "100 %  elapsed 1:02:03  left 0:00     2,000 of 2,000 rows"
    assert clock_line(replace(BUSY, read_all=False)) == "       elapsed 0:09     2,000 rows read"


def test_every_status_that_has_rows_is_counted() -> None:
    """Also those that need no request."""
    tally = Counter({Status.UNCHANGED: 1, Status.EXISTS: 2, Status.UPDATED: 3, Status.IN_DOUBT: 4, Status.PENDING: 5})
    one = replace(BUSY, tally=tally)
    assert status_counts(one) == ("3 updated", "2 exists", "1 unchanged", "4 in doubt")
    assert status_counts(replace(one, is_rehearsal=True))[0] == "3 would be updated"


def test_an_undo_counts_what_became_of_contacts() -> None:
    """Its words are those of its report."""
    tally = Counter({Fate.DELETED: 7, Fate.KEPT: 1, Fate.UNSENT: 2})
    undo = replace(BUSY, tally=tally, pending=Fate.UNSENT, noun="contact")
    assert status_counts(undo) == ("7 deleted", "1 kept")
    assert log_line(undo).startswith("8 of 10 contacts | 80 %")


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (BUSY, ()),
        (
            replace(BUSY, doubtful=192, doubtful_seconds=82.6),
            ("192 rows are in doubt since the last run was cut off: Callbell is asked in 1 min 23 s",),
        ),
        (
            replace(BUSY, doubtful=1, doubt="the connection broke off"),
            ("1 row is in doubt after no clear answer (the connection broke off): Callbell is asked now",),
        ),
        (
            replace(BUSY, probe_seconds=6.2, give_up_seconds=1_750.0, outage_reason="connection refused"),
            ("Callbell does not answer (connection refused), next try in 7 s, giving up in 29 min",),
        ),
        (
            replace(BUSY, probe_seconds=1.0, give_up_seconds=40.0, outage_status=500, outage_reason="Internal error"),
            ("Callbell answers with an error (500, Internal error), next try in 1 s, giving up in 40 s",),
        ),
        (replace(BUSY, held_seconds=1.3, held_status=429), ("429: waiting 2 s",)),
        (replace(BUSY, held_seconds=7.0, held_status=503), ("503, Callbell asks for patience: waiting 7 s",)),
        (STOPPING, ("stopping: 3 requests under way",)),
        (replace(STOPPING, in_flight=1), ("stopping: 1 request under way",)),
        (replace(STOPPING, in_flight=0), ()),
        (
            replace(BUSY, read_all=False),
            ("asking Callbell what it has already, before anything is sent",),
        ),
    ],
)
def test_what_is_waited_for_is_said_with_its_reason(one: Snapshot, said: tuple[str, ...]) -> None:
    """Nobody wonders whether it hangs."""
    assert waits(one) == said


def test_a_run_is_well_while_it_waits_for_nothing_and_little_fails() -> None:
    """The colour of the bar."""
    assert BUSY.is_well
    assert not replace(BUSY, tally=BUSY.tally + Counter({Status.FAILED: 90})).is_well
    assert not replace(BUSY, held_seconds=1.0, held_status=429).is_well


def test_rows_that_wait_for_their_turn_are_told() -> None:
    """Such as one that was deleted and is to be made again: an earlier run may have made it a moment ago."""
    last = replace(BUSY, in_flight=0, per_second=0.0, tally=Counter({Status.CREATED: 299, Status.PENDING: 1}))
    assert waits(last) == ("1 row waits, so that nobody is made twice",)
    soon = replace(last, next_seconds=86.2, last_seconds=86.2)
    assert waits(soon) == ("1 row waits, so that nobody is made twice: Callbell is asked in 1 min 27 s",)
    assert "left 1:27" in clock_line(soon)
    assert waits(replace(last, held_seconds=2.0, held_status=429)) == ("429: waiting 2 s",)
    for busy in (replace(last, in_flight=1), replace(last, per_second=0.2), replace(last, limit=0.5)):
        assert waits(busy) == ()


def test_a_log_has_no_whole_phone_number() -> None:
    """The reason of a failure is the service's, which may name it."""
    line = log_line(replace(BUSY, failure="34600111222 is refused", failure_count=2))
    assert "34600111222" not in line
    assert "2 failed, such as: " in line


def test_the_reason_of_many_failures_is_an_example() -> None:
    """Only the first row's reason is known of the rows with one code, and others may name another tag."""
    said = replace(BUSY, failure='Tag "A" does not exist', failure_count=115)
    assert failure_text(said) == '115 failed, such as: Tag "A" does not exist'
    assert failure_text(replace(said, failure_count=1)) == '1 failed: Tag "A" does not exist'


def test_rows_that_take_two_requests_take_twice_as_long() -> None:
    """The time left counts rows, not requests; a row in doubt is waited for."""
    assert "22 s left" in log_line(replace(BUSY, rows_per_request=0.5))
    assert "1 min 30 s left" in log_line(replace(BUSY, doubtful=1, doubtful_seconds=90.0, last_seconds=90.0))


def test_times_are_shown_as_a_clock_does() -> None:
    """With hours only where there are some."""
    assert [clock_time(seconds) for seconds in (0, 59.9, 60, 7_500)] == ["0:00", "0:59", "1:00", "2:05:00"]


def test_a_run_without_requests_is_measured_by_its_rows() -> None:
    """A dry run that asks nobody about most rows is done in seconds, not in days."""
    dry = replace(BUSY, in_flight=0, per_second=0.02, rows_per_second=545.0)
    assert clock_line(dry) == " 45 %  elapsed 0:09     left 0:02     910 of 2,000 rows"
    assert request_pace(dry) == ()


def test_no_time_is_left_of_a_run_that_stops() -> None:
    """The others are not sent."""
    assert "left -  " in clock_line(STOPPING)


def test_the_account_is_asked_also_where_no_request_is_counted() -> None:
    """A rehearsal asks it beside its own sandbox, a dry run sends nothing."""
    asking = replace(BUSY, in_flight=0, read_all=False, is_asking=True)
    said = ("asking Callbell what it has already, before anything is sent",)
    assert waits(asking) == waits(replace(asking, sends=False)) == said
    assert waits(replace(asking, read_all=True)) == ()
