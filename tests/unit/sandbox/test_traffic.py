"""The sandbox's rate limit, on a clock that the tests move."""

from hypothesis import given
from hypothesis import strategies as st

from importer.sandbox.traffic import PeakRate, SlidingWindow, whole_seconds


def test_a_full_window_refuses_until_its_first_request_is_a_second_old() -> None:
    """The window slides: it never opens all at once."""
    window = SlidingWindow(2)
    assert window.admit(10.0) == 0.0
    assert window.admit(10.5) == 0.0
    assert window.admit(10.75) == 0.25
    assert window.admit(10.999) > 0.0
    assert window.admit(11.0) == 0.0
    assert window.admit(11.25) == 0.25
    assert window.admit(11.5) == 0.0


def test_refused_requests_take_no_place() -> None:
    """Who asks a hundred times too early is let in on time all the same."""
    window = SlidingWindow(1)
    assert window.admit(0.0) == 0.0
    assert all(window.admit(0.5) == 0.5 for _ in range(100))
    assert window.admit(1.0) == 0.0


def test_refused_requests_take_a_place_if_asked_to() -> None:
    """Who keeps on asking stays out until a second of silence."""
    window = SlidingWindow(1, count_refused=True)
    assert window.admit(0.0) == 0.0
    assert window.admit(0.5) == 1.0
    assert window.admit(1.25) == 1.0
    assert window.admit(2.25) == 0.0


def test_no_limit_lets_everything_in() -> None:
    """Zero means none."""
    window = SlidingWindow(0)
    assert all(window.admit(0.0) == 0.0 for _ in range(1000))


@given(rate=st.integers(1, 5), count_refused=st.booleans(), gaps=st.lists(st.integers(0, 400), max_size=60))
def test_no_second_ever_has_more_than_the_limit(rate: int, *, count_refused: bool, gaps: list[int]) -> None:
    """Wherever a second begins, at most `rate` requests were let in, and a wait told is a wait enough."""
    window, now, admitted = SlidingWindow(rate, count_refused=count_refused), 0.0, []
    for gap in gaps:
        now += gap / 1024  # exact in binary, so that the edge of the window is an edge
        wait_seconds = window.admit(now)
        if not wait_seconds:
            admitted.append(now)
        elif not count_refused:
            now += wait_seconds
            assert window.admit(now) == 0.0
            admitted.append(now)
    assert all(sum(start <= moment < start + 1.0 for moment in admitted) <= rate for start in admitted)


def test_the_peak_is_the_fullest_second() -> None:
    """Three in one second, then two: three."""
    peak = PeakRate()
    for moment in (0.0, 0.5, 0.999, 1.6, 2.2):
        peak.add(moment)
    assert peak.most == 3


def test_a_wait_is_told_in_whole_seconds() -> None:
    """A header of 0 would ask for no wait at all."""
    assert [whole_seconds(seconds) for seconds in (0.001, 1.0, 1.2)] == [1, 1, 2]
