"""Runs that did not come to their end: what `doctor` says of them where nobody holds the journal."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from importer.commands.killed_run import free_lock
from importer.journal import Journal
from importer.journal.integrity import examine
from importer.model.diagnosis import Level
from importer.model.runs import RunRecord
from tests.support.journals import SHEET, START, Ticking, contact, entry, record


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A journal with a run of two rows that was killed before it sent one."""
    path = tmp_path / "journal.sqlite3"
    with closing(Journal.open(path, Ticking())) as opened:
        opened.begin(replace(record(), options={"min_rows": "50%", "fail_on": "new", "yes": True}))
        opened.add_sheet(SHEET)
        opened.enqueue(0, [entry(contact(1), 2), entry(contact(2), 3)])
    return path


def finished(path: Path, run: RunRecord) -> None:
    """Add a run that came to its end."""
    with closing(Journal.open(path, Ticking())) as opened:
        opened.begin(run)
        opened.finish(replace(run, finished_at=START + timedelta(hours=1), exit_code=0))


def test_a_run_that_was_killed_is_told_with_what_is_left_and_the_command(journal: Path) -> None:
    """Also where another import came to its end since."""
    finished(journal, replace(record("run-2"), files=("/home/other.csv",)))
    told = free_lock(journal, examine(journal))
    assert told.level is Level.NOTE
    assert told.text == ("free; the run run-1 did not come to its end, 2 rows unsent or in doubt: the next run goes on")
    again = "callbell-importer run /home/contacts.csv --min-rows 50% --fail-on new --yes"
    assert told.next_step == f"To go on now:\n{again}"


def test_a_run_of_which_a_later_one_went_on_is_not_told(journal: Path) -> None:
    """Nor is anything of a journal of another schema, which is left as it is."""
    state = replace(examine(journal), schema_version=1)
    assert free_lock(journal, state).text == "free"
    finished(journal, record("run-2"))
    assert free_lock(journal, examine(journal)).text == "free"
