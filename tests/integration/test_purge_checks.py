"""What checks wrote: forgotten with one person, and when it is old."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from importer.commands.purge.files import in_reports
from importer.model.person import Person
from tests.support.answered_terminal import on_a_terminal
from tests.support.commands import NO_LIMIT, TOKEN, give, serving, table

NUMBER = "+34600111222"
CONFIG = '[columns]\nidentifier = "Phone"\nname = "Name"\nassigned_user = "Owner"\nteam = "Team"\n'
OF_CHECK = "20261101-020000-contacts"


@pytest.fixture(autouse=True)
def _service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test stands in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / "journal.sqlite3"))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    with serving(NO_LIMIT) as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
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


def test_a_user_name_in_a_row_to_fix_is_told() -> None:
    """It may be anybody's first name, so the file of the check stays."""
    problems = check_file(name="problems.csv", text="User,Name\nzenobia,Bo\n")
    (found,) = in_reports(problems.parent, Person(identifier="zenobia"))
    assert (found.path, found.act) == (problems, None)
    assert not [*in_reports(problems.parent, Person(identifier="zeno"))]


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
