"""Other schedules of one journal."""

from pathlib import Path

import pytest

from importer.commands.schedule import clash as tested
from importer.commands.schedule.clash import free_minute


def test_a_free_time_is_an_hour_from_all_others() -> None:
    """The next one after the wanted one, also over midnight; none where the whole day is taken."""
    assert free_minute(120, []) == 120
    assert free_minute(120, [125]) == 195
    assert free_minute(23 * 60 + 30, [10]) == 75
    assert free_minute(120, range(0, 1440, 60)) is None


def test_units_are_known_by_their_names_and_their_comment(tmp_path: Path) -> None:
    """Those of others are left out, and those that lack their service."""
    for name in ("callbell-importer", "callbell-importer-b", "other"):
        (tmp_path / f"{name}.timer").write_text("[Timer]\nOnCalendar=*-*-* 02:05:00\n", "utf-8")
        (tmp_path / f"{name}.service").write_text("[Service]\n# Journal: /j\n", "utf-8")
    (tmp_path / "callbell-importer-d.timer").write_text("[Timer]\nOnCalendar=*-*-* 02:05:00\n", "utf-8")
    found = [(one.name, one.minute, one.journal) for one in tested._timers(tmp_path)]
    assert found == [("callbell-importer-b", 125, "/j"), ("callbell-importer", 125, "/j")]


@pytest.mark.parametrize(("one", "other", "minutes"), [(0, 1439, 1), (120, 60, 60), (0, 720, 720)])
def test_times_of_day_meet_over_midnight(one: int, other: int, minutes: int) -> None:
    """The shorter way counts."""
    assert tested._apart(one, other) == minutes
