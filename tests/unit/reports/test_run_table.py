"""How a run is shown by itself."""

from importer.reports.run_table import TO_FINISH, fitted_line


def test_a_long_line_of_a_run_keeps_its_column_and_its_words() -> None:
    """On a terminal; a file gets it as it is, and a command is never broken."""
    line = f"  undo      2026-11-28 13:04:47+00:00, not finished, reports in /{'long/' * 12}reports"
    first, second = fitted_line(line, 80).split("\n")
    assert first == "  undo      2026-11-28 13:04:47+00:00, not finished, reports in"
    assert second == f"{' ' * 12}/{'long/' * 12}reports"
    assert fitted_line(line, 0) == line
    assert fitted_line(f"{TO_FINISH}callbell-importer undo {'long' * 20} --yes", 80).count("\n") == 0
