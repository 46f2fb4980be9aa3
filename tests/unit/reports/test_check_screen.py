"""The text of `check` on a terminal."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from importer.model.rows import Sheet, Status
from importer.model.runs import ProblemGroup
from importer.reports.check_report import Checked, CheckedSheet, checked_text
from importer.reports.check_screen import screen_text
from importer.reports.screen import screen_lines
from tests.unit.reports.test_report_advice import RUN

SHEET = Sheet(file="/a.csv", header=("Phone", "Name"), header_row=1)


def groups(kind: str, count: int) -> list[ProblemGroup]:
    """Return so many kinds, each with a sentence of two lines."""
    sentence = "Something is wrong with it, and this says what it is. " * 2
    return [
        ProblemGroup(code=f"{kind}_{number}", column="Phone", message=sentence, count=1, rows=(2,))
        for number in range(count)
    ]


def checked(folder: Path, *, problems: int, warnings: int, mapping: Sequence[str]) -> Checked:
    """Return what a check found."""
    return Checked(
        record=replace(RUN, command="check", report_dir=str(folder), exit_code=1),
        sheets=(CheckedSheet(sheet=SHEET, rows=9, blank=0, mapping=tuple(mapping)),),
        tally=Counter({Status.PENDING: 4, Status.INVALID: 4, Status.DUPLICATE: 1, Status.UNCHANGED: 2}),
        problems=tuple(groups("problem", problems)),
        warnings=tuple(groups("warning", warnings)),
        not_checked=(),
        required=(),
        to_fix=(folder / "problems.csv",),
    )


def test_all_that_fits_is_shown(tmp_path: Path) -> None:
    """And no file is written that nobody needs."""
    found = checked(tmp_path, problems=1, warnings=0, mapping=["  identifier from Phone"])
    assert screen_text(found, "", 80, 24) == checked_text(found)
    many = checked(tmp_path, problems=9, warnings=9, mapping=["  identifier from Phone"] * 9)
    assert screen_text(many, "", 80, 99) == checked_text(many)
    assert screen_text(many, "", 0, 0) == checked_text(many)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("problems", "warnings", "columns"), [(1, 4, 2), (3, 3, 30), (9, 1, 4), (9, 9, 60)])
def test_what_does_not_fit_is_in_a_file_that_anybody_can_open(
    tmp_path: Path, problems: int, warnings: int, columns: int
) -> None:
    """The screen says what is not there, and where it is; what to do next stands at its end."""
    found = checked(tmp_path, problems=problems, warnings=warnings, mapping=["  identifier from Phone"] * columns)
    shown = screen_text(found, "", 80, 24)
    assert screen_lines(shown, 80) <= 23
    assert "--json" not in shown
    assert "see check.txt" in shown
    assert f"All of it: {tmp_path / 'check.txt'}" in shown
    assert shown.count("(problem_") >= min(problems, 3)  # with their cells, if not with their sentences
    assert shown.splitlines()[-1].startswith("  callbell-importer check ")
    whole = (tmp_path / "check.txt").read_text(encoding="utf-8")
    assert f"warning_{warnings - 1}" in whole
    assert whole.count("identifier from Phone") == columns
    assert "All of it" not in whole


def test_where_that_file_cannot_be_written_all_is_shown(tmp_path: Path) -> None:
    """A check does not fail for it."""
    (tmp_path / "file").touch()
    found = checked(tmp_path / "file", problems=9, warnings=9, mapping=())
    assert screen_text(found, "", 80, 24) == checked_text(found)
