"""Whether the nights would begin an empty journal although there is one that this account had before."""

import contextlib
import os
from pathlib import Path

import pytest

from importer.commands.journal_path import journal_file
from importer.commands.schedule import journal_check as tested
from importer.journal import Journal
from importer.journal.integrity import JournalState
from tests.support.commands import customers, give

pytestmark = pytest.mark.skipif(os.name == "nt", reason="other users' services are for POSIX' systems")


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own, where the own journal has 3 contacts and forgot 2."""
    monkeypatch.chdir(tmp_path)
    customers(Path("contacts.csv"))
    own = journal_file(None, sandbox=False)
    own.parent.mkdir(parents=True)
    with contextlib.closing(Journal.open(own)):
        pass
    state = JournalState(faults=(), schema_version=1, contacts=3, forgotten=2)
    monkeypatch.setattr(tested, "journal_contents", lambda path: state if path == own else None)


def told(*options: str) -> str:
    """Return what is said of a night."""
    return " ".join(give("schedule", "contacts.csv", *options).stderr.split())


def test_another_users_nights_are_told_of_the_journal_of_whoever_installs_them() -> None:
    """With how many it knows, and what root gives to let them go on with it."""
    own = journal_file(None, sandbox=False)
    said = told("--kind", "cron", "--user", "night")
    folder = "/home/night/.local/state/callbell-importer"
    assert (
        f"journal note the nights begin a new one, {folder}/journal.sqlite3; {own} has 3 contacts, and 2 more" in said
    )
    assert "whoever was forgotten is imported again" in said
    assert f"su -s /bin/sh night -c 'mkdir -p {folder}' mv {own} {folder}/journal.sqlite3 chown night:" in said


def test_nights_with_the_own_journal_are_told_nothing() -> None:
    """Nor those that a config gives one."""
    assert "journal note" not in told("--kind", "cron")
    assert "journal note" not in told("--kind", "cron", "--user", "night", "--journal", "j.sqlite3")
