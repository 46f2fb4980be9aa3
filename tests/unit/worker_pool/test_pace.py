"""The counts of requests that a run keeps for its reports."""

from importer.worker_pool.pace import MOST_COUNTS, Pace


def test_requests_are_counted_by_the_second() -> None:
    """Seconds without any are there too."""
    pace = Pace()
    for seconds in (0.0, 0.5, 3.2):
        pace.add(seconds)
    assert (pace.interval_seconds, pace.counts) == (1.0, [2, 0, 0, 1])


def test_a_long_run_has_a_few_hundred_counts() -> None:
    """None is lost, and the interval is what the run's length needs."""
    pace = Pace()
    for seconds in range(36_000):
        pace.add(float(seconds))
    assert len(pace.counts) <= MOST_COUNTS
    assert pace.interval_seconds == 128.0
    assert pace.counts[:2] == [128, 128]
    assert sum(pace.counts) == 36_000


def test_a_pause_of_hours_costs_nothing() -> None:
    """The intervals grow as often as they have to."""
    pace = Pace()
    pace.add(0.0)
    pace.add(1_000_000.0)
    assert len(pace.counts) <= MOST_COUNTS
    assert (pace.counts[0], pace.counts[-1], sum(pace.counts)) == (1, 1, 2)
