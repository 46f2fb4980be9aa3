"""Durations and counts in words."""

import pytest

from importer.reports.phrases import count_lines, counted, duration


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "0 s"), (59.7, "1 min 0 s"), (3599.0, "59 min 59 s"), (7500.0, "2 h 5 min")]
)
def test_durations_are_words(seconds: float, words: str) -> None:
    """As people say them."""
    assert duration(seconds) == words


def test_counts_have_their_noun() -> None:
    """One row, and several of them."""
    assert (counted(1), counted(0, "kind"), counted(3_812)) == ("1 row", "0 kinds", "3,812 rows")


def test_counts_stand_in_columns() -> None:
    """What there is none of is left out."""
    assert count_lines([(12_000, "a", "x"), (0, "b", "y"), (7, "ccc", "z")], width=3) == (
        "  12,000 a    x\n       7 ccc  z"
    )
    assert count_lines([], width=3) == ""
