"""Counts in words."""

from importer.reports.phrases import count_lines, counted


def test_counts_have_their_noun() -> None:
    """One row, and several of them."""
    assert (counted(1), counted(0, "kind"), counted(3_812)) == ("1 row", "0 kinds", "3,812 rows")


def test_counts_stand_in_columns() -> None:
    """What there is none of is left out."""
    assert count_lines([(12_000, "a", "x"), (0, "b", "y"), (7, "ccc", "z")], width=3) == (
        "  12,000 a    x\n       7 ccc  z"
    )
    assert count_lines([], width=3) == ""
