"""As much of a text as a screen holds."""

import pytest

from importer.reports.screen import fitting_text, screen_lines


@pytest.mark.parametrize(
    ("line_count", "shown"),
    [(6, "a\n\nb\n\nc"), (5, "a\n\nb"), (4, "a\n\nb"), (3, "a\nb"), (2, "a\nb")],
)
def test_the_first_version_that_fits_is_shown(line_count: int, shown: str) -> None:
    """A line is left to the prompt; if none fits, the last one is shown without blank lines."""
    assert fitting_text(["a\n\nb\n\nc", "a\n\nb"], 80, line_count) == shown


def test_paragraphs_stand_closer_from_the_top() -> None:
    """What is to be done stands at the end, apart, as long as there is room."""
    assert fitting_text(["a\n\nb\n\nc"], 80, 5) == "a\nb\n\nc"


def test_a_shorter_version_leaves_room_for_what_stands_above() -> None:
    """The last one takes all of the screen before a blank line of it goes."""
    assert fitting_text(["a\n\nb\n\nc", "a\n\nb"], 80, 6, 2) == "a\n\nb"
    assert fitting_text(["a\n\nb"], 80, 4, 4) == "a\n\nb"


def test_a_command_that_is_too_long_for_a_line_takes_two() -> None:
    """It is not wrapped, so that it can be copied; a terminal breaks it."""
    assert screen_lines("  callbell-importer run " + "a" * 70, 80) == 2
    assert screen_lines("\n", 80) == 2
