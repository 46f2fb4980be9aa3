"""A past run for programs: what only its folder keeps is told if it is there."""

from pathlib import Path

import pytest

from importer.reports.past_run import kept_error, kept_summary


@pytest.mark.parametrize("content", [None, "", "[]", '{"run": ', "\x00"])
def test_a_summary_that_is_not_there_or_is_none_says_nothing(tmp_path: Path, content: str | None) -> None:
    """Somebody may have written to it."""
    if content is not None:
        (tmp_path / "summary.json").write_text(content, "utf-8")
    assert kept_summary(tmp_path) == {}
    assert kept_error({}) is None


def test_the_error_of_a_run_is_kept_by_its_summary(tmp_path: Path) -> None:
    """The journal knows its exit code alone."""
    (tmp_path / "summary.json").write_text('{"error": {"code": "out_of_time"}}', "utf-8")
    assert kept_error(kept_summary(tmp_path)) == {"code": "out_of_time"}
    assert kept_error({"error": None}) is None
