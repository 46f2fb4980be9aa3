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


def test_units_of_the_same_journal_are_known_by_its_comment(tmp_path: Path) -> None:
    """Not the schedule itself, which is replaced, and not those of other journals."""
    for name, journal in (("", "/j"), ("-b", "/j"), ("-c", "/k")):
        (tmp_path / f"callbell-importer{name}.timer").write_text("[Timer]\nOnCalendar=*-*-* 02:05:00\n", "utf-8")
        (tmp_path / f"callbell-importer{name}.service").write_text(f"[Service]\n# Journal: {journal}\n", "utf-8")
    (tmp_path / "callbell-importer-d.timer").write_text("[Timer]\nOnCalendar=*-*-* 02:05:00\n", "utf-8")
    assert tested._others(tmp_path, "callbell-importer", "/j") == {"callbell-importer-b": 125}


@pytest.mark.parametrize(("one", "other", "minutes"), [(0, 1439, 1), (120, 60, 60), (0, 720, 720)])
def test_times_of_day_meet_over_midnight(one: int, other: int, minutes: int) -> None:
    """The shorter way counts."""
    assert tested._apart(one, other) == minutes
