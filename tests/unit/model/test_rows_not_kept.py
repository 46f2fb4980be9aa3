"""What is said of a run whose rows are not all there any more."""

from datetime import UTC, datetime

from importer.journal import retention
from importer.model import rows_not_kept
from importer.model.rows_not_kept import KeptRows


def test_why_rows_are_only_counted_and_what_cannot_be_done_with_them() -> None:
    """By the rules that the journal drops them by."""
    assert KeptRows().lines() == []
    (settled,) = KeptRows(dropped=1).lines()
    assert settled.startswith("1 of its rows is only counted now: of runs before the last 7, the journal drops rows")
    assert "undo and retry do not need them" in settled
    (unsent,) = KeptRows(dropped=20, is_retry_whole=False).lines()
    assert unsent.startswith("20 of its rows are only counted now: of runs older than 30 days, and before the last 30,")
    assert unsent.endswith("retry cannot send the others again.")


def test_of_a_purge_it_is_said_when_it_was() -> None:
    """Whatever was dropped before it."""
    (told,) = KeptRows(dropped=4, forgotten_at=datetime(2026, 11, 23, tzinfo=UTC)).lines()
    assert told == "The run was forgotten on 2026-11-23 (purge): 4 of its rows are only counted."


def test_the_rules_are_those_of_the_journal() -> None:
    """They are told where the journal is not known."""
    for name in ("RUNS_WITH_ALL_ROWS", "RUNS_WITH_OPEN_ROWS", "DAYS_WITH_OPEN_ROWS"):
        assert getattr(rows_not_kept, name) == getattr(retention, name)
