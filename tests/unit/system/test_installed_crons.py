"""The cron jobs of this computer, as the tables tell of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from importer.system import crontabs, installed_crons, runtime, service_user
from importer.system.cron_table import with_job
from importer.system.installed_crons import installed_crons as found_crons
from importer.system.installed_units import InstalledUnit
from tests.support.nightly_jobs import nightly_job

JOURNAL = "/var/lib/callbell-importer/.local/state/callbell-importer/journal.sqlite3"
JOB = nightly_job(journal=JOURNAL)
COMMAND = "cd /var/lib/callbell-importer && PATH=/usr/local/bin:/usr/bin:/bin"
CRON = InstalledUnit(
    name="callbell-importer",
    user="callbell",
    journal=Path(JOURNAL),
    token_file="",
    minute=125,
    is_cron=True,
    words=(*COMMAND.split(), *JOB.words, "--quiet"),
)


@pytest.fixture(autouse=True)
def _tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system with a folder for each person's table, and one for those of programs."""
    for name, folder in (("SPOOLS", "crontabs"), ("CRON_FOLDER", "cron.d")):
        (tmp_path / folder).mkdir()
        monkeypatch.setattr(crontabs, name, (tmp_path / folder,) if name == "SPOOLS" else tmp_path / folder)


def test_a_persons_marked_lines_are_theirs(tmp_path: Path) -> None:
    """With the journal and the time; lines without marks, and folders, are left out."""
    table = with_job("0 3 * * * callbell-importer run other.csv\n", JOB)
    (tmp_path / "crontabs/callbell").write_text(table, "utf-8")
    (tmp_path / "crontabs/folder").mkdir()
    assert found_crons() == [CRON]


def test_a_table_of_the_system_names_the_user_in_each_line(tmp_path: Path) -> None:
    """As those in /etc/cron.d do."""
    table = with_job("", JOB).replace("* * * cd", "* * * callbell cd")
    (tmp_path / "cron.d/import").write_text(table, "utf-8")
    assert found_crons() == [replace(CRON, words=("callbell", *CRON.words))]


def test_the_own_table_is_told_by_its_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder with the tables is root's alone."""
    monkeypatch.setattr(crontabs, "SPOOLS", (Path("/nonexistent"),))
    monkeypatch.setattr(installed_crons, "own_table", lambda: with_job("", JOB))
    monkeypatch.setattr(installed_crons, "own_name", lambda: "callbell")
    assert found_crons() == [CRON]


def test_a_job_that_names_no_journal_has_its_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the user's home."""
    user = service_user.ServiceUser(name="callbell", home="/home/callbell", is_there=True)
    monkeypatch.setattr(installed_crons, "find_user", lambda _name, _home: user)
    (tmp_path / "crontabs/callbell").write_text(with_job("", nightly_job()), "utf-8")
    (one,) = found_crons()
    assert one.journal == Path("/home/callbell/.local/state/callbell-importer/journal.sqlite3")


def test_windows_has_no_cron(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever lies there."""
    (tmp_path / "crontabs/callbell").write_text(with_job("", JOB), "utf-8")
    monkeypatch.setattr(runtime, "WINDOWS", True)
    assert found_crons() == []


def test_a_job_has_a_title() -> None:
    """A unit's is its file's name."""
    assert CRON.title == "cron job callbell-importer of callbell"
    unit = InstalledUnit(name="callbell-importer", user="callbell", journal=Path(JOURNAL), token_file="")
    assert unit.title == "callbell-importer.service"
