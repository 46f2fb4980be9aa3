"""How a run is shown by itself."""

from datetime import UTC, datetime

from importer.model.rows import Status
from importer.model.runs import DECLINED, RunRecord
from importer.reports.run_table import TO_FINISH, fitted_line, run_text, runs_table


def test_a_long_line_of_a_run_keeps_its_column_and_its_words() -> None:
    """On a terminal; a file gets it as it is, and a command is never broken."""
    line = f"  undo      2026-11-28 13:04:47+00:00, not finished, reports in /{'long/' * 12}reports"
    first, second = fitted_line(line, 80).split("\n")
    assert first == "  undo      2026-11-28 13:04:47+00:00, not finished, reports in"
    assert second == f"{' ' * 12}/{'long/' * 12}reports"
    assert fitted_line(line, 0) == line
    assert fitted_line(f"{TO_FINISH}callbell-importer undo {'long' * 20} --yes", 80).count("\n") == 0


def test_a_run_that_was_declined_has_nothing_to_fix_and_nothing_to_send() -> None:
    """Whoever answered no knows of its rows, and they are in the list still."""
    declined = RunRecord(
        name="20261123-020000-contacts",
        command="run",
        account="main",
        files=("contacts.csv",),
        options={DECLINED: True},
        report_dir="reports/20261123-020000-contacts",
        started_at=datetime(2026, 11, 23, 2, tzinfo=UTC),
        finished_at=datetime(2026, 11, 23, 2, tzinfo=UTC),
        exit_code=3,
    )
    counts = dict.fromkeys(Status, 0) | {Status.UNSENT: 215, Status.INVALID: 83}
    header, line = runs_table([(declined, counts)], UTC, 80).splitlines()
    assert "UNSENT" not in header
    assert line.split()[-3:] == ["298", "0", "declined"]
    assert "  declined  at its question: nothing was sent\n" in run_text(declined, counts, UTC)
