"""A journal that only tallies: what `check` needs of it, in a fraction of the time and room."""

from contextlib import closing
from pathlib import Path

from importer.journal import Journal
from importer.model.rows import Contact, InvalidRow, Problem, Status
from tests.support.journals import SHEET, START, begin, begun, contact, entry, record, send_all, statuses

PROBLEMS = tuple(
    Problem(code=code, column=column, value="x", message=f"{code}.")
    for code, column in (("phone_letters", "Phone"), ("name_missing", "Name"), ("width_wrong", ""), ("x", "Phone"))
)


def tallying(path: Path) -> Journal:
    """Return a journal that only tallies, with a run that has one sheet."""
    journal = Journal.open(path, lambda: START, rehearsal=True, tallied_only=True)
    begin(journal, "check-1")
    return journal


def test_rows_that_would_be_sent_are_counted_and_not_written(tmp_path: Path) -> None:
    """All others are written as ever: each duplicate, and each invalid row with its columns once."""
    with closing(tallying(tmp_path / "journal.sqlite3")) as journal:
        rows: list[Contact | InvalidRow] = [
            contact(1),
            InvalidRow(problems=PROBLEMS, identifier="x"),
            contact(1),
            contact(2),
        ]
        counts = journal.enqueue(0, [entry(mapped, row) for row, mapped in enumerate(rows, 2)])
        assert counts == {Status.PENDING: 2, Status.INVALID: 1, Status.DUPLICATE: 1}
        assert statuses(journal, "check-1") == ["invalid", "duplicate"]
        (row,) = journal.report_source("check-1").rows_to_fix(0)
        assert (row.row, row.columns) == (3, ("Phone", "Name"))


def test_what_earlier_runs_sent_is_known(tmp_path: Path) -> None:
    """With its content, so that what differs is told; and nothing of the rehearsal lasts."""
    path = tmp_path / "journal.sqlite3"
    with closing(begun(path, numbers=[1, 2])) as journal:
        send_all(journal)
        journal.finish(record())
    with closing(tallying(path)) as journal:
        rows = [contact(1), contact(2, "Another name"), contact(3)]
        counts = journal.enqueue(0, [entry(mapped, row) for row, mapped in enumerate(rows, 2)])
        assert counts == {Status.UNCHANGED: 1, Status.EXISTS: 1, Status.PENDING: 1}
        assert journal.report_source("check-1").sheets() == [SHEET]
    with closing(Journal.open(path)) as journal:
        assert [run.name for run, _ in journal.runs()] == ["run-1"]
