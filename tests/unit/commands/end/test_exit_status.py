"""How a run ends: the exit code, and the limits that a person set."""

import signal

import pytest

from importer.commands.end.exit_status import exit_code, failure_limit, out_of_time
from importer.model.errors import BusyError, ImporterError, InputError, ServiceError, StorageError, UsageError
from importer.model.rows import IN_CALLBELL, TO_RETRY, Status
from importer.model.stop import Stop

STOP = Stop(message="enough", hint="")


@pytest.mark.parametrize("status", sorted(IN_CALLBELL))
def test_rows_that_are_where_they_should_be_end_with_0(status: Status) -> None:
    """A run of such rows ends well."""
    assert exit_code({status: 3}, None, None) == 0


@pytest.mark.parametrize("status", sorted(TO_RETRY))
def test_one_row_to_fix_ends_with_1(status: Status) -> None:
    """One row that is not where it should be is told."""
    assert exit_code({Status.CREATED: 3, status: 1}, None, None) == 1


def test_one_row_in_conflict_ends_with_1() -> None:
    """It is in Callbell, and needs a person all the same."""
    assert exit_code({Status.EXISTS: 3}, None, None, conflicts=1) == 1


@pytest.mark.parametrize(("new", "code"), [(None, 1), (0, 0), (1, 1)])
def test_only_what_is_new_may_count(new: int | None, code: int) -> None:
    """Of rows that are invalid or in conflict; the same ones as in the last run alarm nobody."""
    tally = {Status.CREATED: 3, Status.INVALID: 5}
    assert exit_code(tally, None, None, conflicts=2, new=new) == code
    assert exit_code({Status.EXISTS: 3}, None, None, conflicts=2, new=new) == code


@pytest.mark.parametrize("status", sorted(TO_RETRY - {Status.INVALID}))
def test_rows_that_could_be_sent_always_count(status: Status) -> None:
    """New or not: whoever is failed, in doubt or unsent should be in Callbell."""
    assert exit_code({status: 1}, None, None, new=0) == 1


def test_a_degraded_run_ends_with_1() -> None:
    """Though every row of it is where it should be; what ended it early says more."""
    assert exit_code({Status.CREATED: 3}, None, None, is_degraded=True) == 1
    assert exit_code({Status.CREATED: 3}, None, None, new=0, is_degraded=True) == 1
    assert exit_code({Status.CREATED: 3}, STOP, None, is_degraded=True) == 5
    assert exit_code({Status.CREATED: 3}, STOP, signal.SIGTERM, new=0, is_degraded=True) == 143


def test_no_rows_end_with_0() -> None:
    """Nothing to do is done."""
    assert exit_code({}, None, None) == 0


def test_a_service_that_stops_the_run_ends_with_5() -> None:
    """Whatever became of the rows."""
    assert exit_code({Status.CREATED: 3}, STOP, None) == 5


@pytest.mark.parametrize("kind", [UsageError, InputError, StorageError, ServiceError, BusyError])
def test_an_error_ends_with_its_own_code(kind: type[ImporterError]) -> None:
    """The tree of errors is the table of exit codes."""
    assert exit_code({}, kind("what happened"), None) == kind.exit_code


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_with_its_own_code(number: signal.Signals, code: int) -> None:
    """A run that was asked to stop says so, though rows are unsent and the pool has its reason."""
    assert exit_code({Status.UNSENT: 1}, STOP, number) == code


def test_the_reason_of_an_early_end_is_a_sentence_for_people() -> None:
    """The time is told as hours, minutes and seconds."""
    assert "--max-duration" in out_of_time(5400).message
    assert "1:30:00" in out_of_time(5400).message


def test_without_a_limit_any_number_may_fail() -> None:
    """An empty text is no limit."""
    assert failure_limit("")({Status.FAILED: 10_000}) is None


@pytest.mark.parametrize(("failed", "stops"), [(0, False), (2, False), (3, True)])
def test_a_number_of_failures_may_be_reached_but_not_passed(failed: int, stops: bool) -> None:  # noqa: FBT001 - a table
    """Two may fail, the third is one too many."""
    assert (failure_limit("2")({Status.FAILED: failed, Status.CREATED: 1}) is not None) is stops


def test_no_failure_at_all_may_be_asked_for() -> None:
    """The first failed row ends the run."""
    too_many = failure_limit("0")
    assert too_many({Status.CREATED: 50}) is None
    assert too_many({Status.CREATED: 50, Status.FAILED: 1}) is not None


@pytest.mark.parametrize(
    ("done", "stops"),
    [
        ({Status.FAILED: 19}, False),  # too few to tell
        ({Status.FAILED: 20}, True),
        ({Status.FAILED: 1, Status.CREATED: 19}, False),  # 5 % may fail
        ({Status.FAILED: 2, Status.CREATED: 19}, True),
    ],
)
def test_a_share_of_failures_means_something_from_twenty_rows_on(done: dict[Status, int], stops: bool) -> None:  # noqa: FBT001 - a table
    """One bad row at the start is not 100 %."""
    assert (failure_limit("5%")(done) is not None) is stops


def test_the_reason_names_the_limit() -> None:
    """A person sees which limit it was."""
    reason = failure_limit("5%")({Status.FAILED: 30})
    assert reason is not None
    assert "--max-failures 5%" in reason.message
