"""What checks wrote: forgotten with one person, and when it is old."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from importer.commands.purge.files import in_reports
from importer.commands.purge.old_checks import old_checks
from importer.model.person import Person
from tests.support.answered_terminal import on_a_terminal
from tests.support.commands import give, own_place, table
from tests.support.later_days import shift

NUMBER = "+34600111222"
CONFIG = '[columns]\nidentifier = "Phone"\nname = "Name"\nassigned_user = "Owner"\nteam = "Team"\n'
OF_CHECK = "20261101-020000-contacts"


@pytest.fixture(autouse=True)
def _service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test stands in a folder of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with own_place(tmp_path, monkeypatch):
        give("run", table(Path("contacts.csv"), [("Phone", "Name"), (NUMBER, "Zenobia"), ("+34600111223", "Ana")]))
        yield


def check_file(folder: str = OF_CHECK, text: str = "zenobia@example.com", name: str = "check.txt") -> Path:
    """Return a file that a check wrote."""
    path = Path("reports", folder, name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_what_a_small_screen_had_no_room_for_is_deleted() -> None:
    """It quotes cells of the person without their number."""
    Path("config.toml").write_text(CONFIG, encoding="utf-8")
    rows = [(NUMBER, "Zenobia", "zenobia@example.com", "Sales")]
    rows += [(f"+3460011{n}", f"Bad {n}", f"o{n}@example.com", f"t{n}") for n in range(1000, 1030)]
    table(Path("a.csv"), [("Phone", "Name", "Owner", "Team"), *rows])
    on_a_terminal("check", "a.csv", answers=[])
    (written,) = Path("reports").glob("*/check.txt")
    assert "zenobia" in written.read_text(encoding="utf-8")
    assert "check.txt: deleted; check writes it again" in give("purge", "--contact", NUMBER, "--dry-run").stderr
    assert written.exists()
    said = give("purge", "--contact", NUMBER, "--yes")
    assert (said.exit_code, "check.txt: deleted; check writes it again" in said.stderr) == (0, True)
    assert not written.exists()


def test_it_is_deleted_too_where_nothing_else_is_kept_of_the_person() -> None:
    """It is no sign that they are known; and nothing is done to it before somebody agreed."""
    written, who = check_file(), "+34600999888"
    for option in ("--dry-run", "--json"):
        said = give("purge", "--contact", who, option)
        assert written.exists()
    said = give("purge", "--contact", who, "--dry-run")
    assert "Was it mistyped?\nWhat checks wrote may quote anybody:\n" in said.stderr
    said = give("purge", "--contact", who, "--yes")
    assert said.stderr.startswith("Nothing was kept of …888.")
    assert "check.txt: deleted; check writes it again\nTo take that back:" in said.stderr
    assert not written.exists()
    check_file()
    said = give("purge", "--contact", who, "--yes")
    assert "was forgotten before" in said.stderr
    assert "check.txt: deleted" in said.stderr
    assert not written.exists()


def test_a_backup_is_not_taken_for_what_a_check_wrote() -> None:
    """It is one of the journal: whoever is refused there is so in its backups too, and whoever is forgotten."""
    table(Path("a.csv"), [("Phone", "Name"), (NUMBER, "Zenobia")])
    assert give("run", "a.csv", "--yes").exit_code == 0
    backups = [Path("copy.sqlite3").absolute(), Path("second.sqlite3").absolute()]
    give("journal", "backup", backups[0])
    said = give("purge", "--contact", "+34600999888", "--yes").stderr
    assert f"\n  {backups[0]}: a backup of the journal, in which they are refused too\n" in said
    assert "What checks wrote" not in said
    assert f"\n  {backups[0]}: a backup of the journal, in which they are forgotten too\n" in forgetting()
    give("journal", "backup", backups[1])
    told = "  2 files: backups of the journal, in which they are forgotten too (copy.sqlite3, second.sqlite3)\n"
    assert told in forgetting()


def forgetting() -> str:
    """Return what would be forgotten of the person."""
    return give("purge", "--contact", NUMBER, "--dry-run").stderr


def test_a_user_name_in_a_row_to_fix_is_told() -> None:
    """It may be anybody's first name, so the file of the check stays."""
    problems = check_file(name="problems.csv", text="User,Name\nzenobia,Bo\n")
    (found,) = in_reports(problems.parent, Person(identifier="zenobia"))
    assert (found.path, found.act) == (problems, None)
    assert not [*in_reports(problems.parent, Person(identifier="zeno"))]


def test_a_list_that_is_called_like_a_number_is_not_named_any_more() -> None:
    """Beside the rows to fix stands only of which list they are."""
    written = check_file(name="check.json", text=json.dumps({"files": [f"/lists/{NUMBER}.csv"]}))
    said = give("purge", "--contact", NUMBER, "--yes")
    assert "3 files: without what is about them (check.json, last-run.json, summary.json)" in said.stderr
    assert NUMBER not in written.read_text(encoding="utf-8")


def test_a_file_of_the_same_name_elsewhere_stays() -> None:
    """In a folder that somebody made within a check's."""
    check_file()
    Path("reports", OF_CHECK, "mine").mkdir()
    own = check_file(f"{OF_CHECK}/mine")
    give("purge", "--contact", NUMBER, "--yes")
    assert own.exists()


def test_without_a_journal_it_says_where_it_looked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With the exact command for each other journal that there is; a number stands in none of them."""
    monkeypatch.delenv("CALLBELL_IMPORTER_JOURNAL")
    said = give("purge", "--contact", NUMBER, "--remember")
    text = " ".join(said.stderr.split())
    assert (said.exit_code, NUMBER in text) == (2, False)
    assert f"There is no journal {tmp_path}/state/callbell-importer/journal.sqlite3." in text
    assert f"for that of rehearsals, {tmp_path}/state/callbell-importer/sandbox.sqlite3." in text
    assert f"purge --contact NUMBER --remember --journal {tmp_path}/journal.sqlite3" in text
    (tmp_path / "journal.sqlite3").unlink()
    said = give("purge", "--older-than", "90d")
    assert (
        "If the runs had another journal:\n  callbell-importer purge --older-than 90d --journal JOURNAL" in said.stderr
    )


def old_files() -> list[Path]:
    """Return what an old check wrote, in the folder for reports and in that of rehearsals."""
    names = ("check.txt", "check.json", "problems.csv", "problems-2-list-b.xlsx")
    return [check_file(folder, name=name) for folder in (OF_CHECK, f"rehearsals/{OF_CHECK}") for name in names]


def test_old_checks_are_deleted_with_old_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a question; those that are not so old stay."""
    Path("reports/rehearsals").mkdir()
    files, new = old_files(), check_file(f"{datetime.now(UTC) + timedelta(days=80):%Y%m%d-%H%M%S}-contacts")
    shift(monkeypatch, days=150)
    text = "8 files of 2 checks older than 90 days (check.json, check.txt, problems.csv, problems.xlsx)"
    assert f"To be deleted: {text}." in give("purge", "--older-than", "90d", "--dry-run").stderr
    assert give("purge", "--older-than", "90d").exit_code == 2
    assert all(path.exists() for path in files)
    said = give("purge", "--older-than", "90d", "--yes", "--json")
    assert json.loads(said.stdout)["counts"]["files"] >= len(files)
    assert not any(path.exists() or path.parent.exists() for path in files)
    assert new.exists()
    check_file()
    said = give("purge", "--older-than", "90d", "--yes")
    assert "No run is older than 90 days" in said.stderr
    assert "1 file of 1 check older than 90 days (check.txt): deleted." in said.stderr
    assert give("purge", "--older-than", "90d", "--yes").exit_code == 0


def test_without_any_journal_old_checks_are_deleted_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever only ever checked has none; one that is named, or was used, has to be there."""
    shift(monkeypatch, days=150)
    written = check_file()
    Path("journal.sqlite3").unlink()
    assert give("purge", "--older-than", "90d", "--yes").exit_code in {2, 4}
    assert written.exists()
    monkeypatch.delenv("CALLBELL_IMPORTER_JOURNAL")
    said = give("purge", "--older-than", "90d", "--yes")
    assert (said.exit_code, written.exists()) == (0, False)
    assert "1 file of 1 check older than 90 days (check.txt): deleted." in said.stderr


def test_retention_deletes_old_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the end of a run, and the log says so."""
    written = check_file()
    shift(monkeypatch, days=150)
    Path("config.toml").write_text('[retention]\nolder_than = "90d"\n', encoding="utf-8")
    give("run", "contacts.csv", "--yes", "--log-file", "importer.log")
    assert not written.parent.exists()
    log = Path("importer.log").read_text(encoding="utf-8")
    assert "1 file of 1 check older than 90 days (check.txt): deleted" in log


def test_what_a_person_has_in_an_old_checks_folder_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of another name, one that was changed since, and all of a folder that is no check's."""
    mine = [check_file(name=name) for name in ("problems_mine.csv", "list.xlsx", "results.txt", "my check.txt")]
    mine.append(check_file(name="check.json"))  # it says of which list the changed rows are
    written, changed = check_file(), check_file(name="problems.csv")
    later = (datetime.now(UTC) + timedelta(days=149)).timestamp()
    os.utime(changed, (later, later))
    others = [check_file(folder) for folder in ("20261301-020000-contacts", "notes", "20261101-mine")]
    of_run = check_file("20261102-020000-contacts")
    check_file("20261102-020000-contacts", name="summary.json")
    shift(monkeypatch, days=150)
    assert give("purge", "--older-than", "90d", "--yes").exit_code == 0
    assert not written.exists()
    assert all(path.exists() for path in (*mine, changed, *others, of_run))


def test_a_folder_that_may_not_be_read_keeps_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is somebody else's check: the others are found all the same."""
    written, closed = check_file(), check_file("20261102-020000-contacts")
    found = Path.iterdir

    def refused(folder: Path) -> Iterator[Path]:
        if folder.name == closed.parent.name:
            raise PermissionError
        return found(folder)

    monkeypatch.setattr(Path, "iterdir", refused)
    checks = old_checks(Path("reports"), (), datetime.now(UTC) + timedelta(days=1))
    assert [path.name for one in checks for path in one.files] == [written.name]


def test_a_copy_of_a_folder_is_somebodys_own() -> None:
    """No name of ours has a space."""
    check_file(f"{OF_CHECK} copy")
    assert old_checks(Path("reports"), (), datetime.now(UTC) + timedelta(days=1)) == []
