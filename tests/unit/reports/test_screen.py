"""As much of a text as a screen holds."""

import pytest

from importer.reports.screen import fitting_text, screen_lines

VERSIONS = ("a\n\nb\n\nc\n\nd", "a\n\nb\n\nc", "a\n\nb")


@pytest.mark.parametrize(
    ("line_count", "shown"),
    [
        (8, VERSIONS[0]),
        (7, VERSIONS[1]),
        (6, VERSIONS[1]),
        (5, "a\nb\n\nc"),
        (4, "a\nb\nc"),
        (3, "a\nb"),
        (2, "a\nb"),
    ],
)
def test_the_first_version_that_fits_is_shown(line_count: int, shown: str) -> None:
    """A line is left to the prompt; blank lines go, from the top, before the last version has to do."""
    assert fitting_text(VERSIONS, 80, line_count) == shown


def test_a_shorter_version_leaves_room_for_what_stands_above() -> None:
    """One that loses its blank lines may take all of the screen."""
    assert fitting_text(VERSIONS, 80, 8, 2) == VERSIONS[1]
    assert fitting_text(VERSIONS, 80, 6, 4) == VERSIONS[1]
    assert fitting_text(VERSIONS[:1], 80, 8, 4) == VERSIONS[0]


def test_a_command_that_is_too_long_for_a_line_takes_two() -> None:
    """It is not wrapped, so that it can be copied; a terminal breaks it."""
    assert screen_lines("  callbell-importer run " + "a" * 70, 80) == 2
    assert screen_lines("\n", 80) == 2
