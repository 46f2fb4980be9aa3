"""Which runs are compared with which."""

import pytest

from importer.commands.end.run_end import pattern_of


@pytest.mark.parametrize(
    ("files", "pattern"),
    [
        (["/in/a.csv", "/in/b.csv"], "/in/*.csv"),
        (["/in/a.csv", "/in/b.xlsx"], ""),
        (["/in/a.csv", "/out/b.csv"], ""),
        (["/in/list-20261127.csv", "/in/list-20261128.csv"], ""),
        (["/in/*.csv", "/in/x*.csv"], ""),
    ],
)
def test_names_that_a_shell_made_of_a_pattern_are_known(files: list[str], pattern: str) -> None:
    """They are alike but for their names: with another file tomorrow, it is another import."""
    assert pattern_of(files) == pattern
