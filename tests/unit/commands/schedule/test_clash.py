"""Other schedules of one journal."""

import pytest

from importer.commands.schedule import clash as tested
from importer.commands.schedule.clash import free_minute


def test_a_free_time_is_an_hour_from_all_others() -> None:
    """The next one after the wanted one, also over midnight; none where the whole day is taken."""
    assert free_minute(120, []) == 120
    assert free_minute(120, [125]) == 195
    assert free_minute(23 * 60 + 30, [10]) == 75
    assert free_minute(120, range(0, 1440, 60)) is None


@pytest.mark.parametrize(("one", "other", "minutes"), [(0, 1439, 1), (120, 60, 60), (0, 720, 720)])
def test_times_of_day_meet_over_midnight(one: int, other: int, minutes: int) -> None:
    """The shorter way counts."""
    assert tested._apart(one, other) == minutes
