"""Names with spaces, without quotes."""

import pytest

from importer.cli.split_names import with_whole_names

FILES = {"Clientes 2026.xlsx", "my list of May.csv", "a.csv", "b.csv", "a.csv b.csv", "c c.csv"}


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("Clientes 2026.xlsx --sandbox", ["Clientes 2026.xlsx", "--sandbox"]),
        ("--country ES my list of May.csv", ["--country", "ES", "my list of May.csv"]),
        ("Clientes 2026.xlsx c c.csv --yes", ["Clientes 2026.xlsx", "c c.csv", "--yes"]),
    ],
)
def test_words_that_together_name_a_file_are_one_name(words: str, whole: list[str]) -> None:
    """Wherever they stand, and what was typed beside them stays."""
    assert with_whole_names(words.split(" "), FILES.__contains__) == whole


@pytest.mark.parametrize(
    "words", ["a.csv b.csv", "a.csv --country ES", "Clientes 2025.xlsx", "", "x " * 31 + "c c.csv"]
)
def test_other_words_stay_as_they_are(words: str) -> None:
    """Files that are there by their own names, names of no file, and what a shell made of a pattern."""
    assert with_whole_names(words.split(" "), FILES.__contains__) is None
