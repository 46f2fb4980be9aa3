"""Reports of runs of which the journal has not every row: what can be written is written, and the rest stays."""

import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from importer.commands.context import CommandContext
from importer.commands.runs import list_runs
from importer.settings import settle
from importer.system.service_user import own_name
from tests.support.commands import give, own_place, table
from tests.support.later_days import shift

NUMBER = "+34600111222"
ROWS = [("Phone", "Name"), (NUMBER, "Zenobia"), ("+34600111223", "Ana"), ("+34600111224", "Bo"), ("12", "Cy")]
NIGHTS = 9
"""Of the first the journal has not every row any more."""


@pytest.fixture(autouse=True)
def _service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test stands in a folder of its own."""
    with own_place(tmp_path, monkeypatch):
        yield


def _nights() -> Path:
    """Let the list be given for some nights; return the reports of the second, which changed nothing."""
    table(Path("contacts.csv"), ROWS)
    for _ in range(NIGHTS):
        give("run", "contacts.csv")
    return sorted(Path("reports").iterdir())[1]


def _texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8-sig") for path in sorted(folder.glob("*.[cj]s*"))}


def _first_sheet(folder: Path) -> str:
    book = load_workbook(folder / "results.xlsx")
    return "\n".join(str(cell) for row in book.worksheets[0].values for cell in row if cell is not None)


def test_a_workbook_that_a_purge_deleted_is_written_again_where_rows_are_only_counted() -> None:
    """As the purge promised, with the counts and what is known still; what is there says more, and stays."""
    folder = _nights()
    purged = give("purge", "--contact", NUMBER, "--yes").stderr
    assert "Reports that were deleted are written again, without them:\n  callbell-importer report RUN\n" in purged
    assert not (folder / "results.xlsx").exists()
    before = _texts(folder)
    assert before["results.csv"].count("\n") == len(ROWS)
    said = give("report", folder.name, "--no-open")
    assert said.exit_code == 0, said.stderr
    assert said.stderr.startswith("3 of its rows are only counted now:")
    assert "Those that were missing are written again" in said.stderr
    assert "  results.xlsx\n" in said.stderr
    assert _texts(folder) == before
    text = _first_sheet(folder)
    assert "3 of its rows are only counted now:" in text
    assert "3 of 4 customers are in Callbell. 1 needs you." in text
    assert "failed.csv" in text
    page = (folder / "report.html").read_text("utf-8")
    assert "too short" in page
    (folder / "report.html").unlink()
    assert give("report", folder.name, "--no-open").exit_code == 0
    assert "too short" in (folder / "report.html").read_text("utf-8")
    assert "3 of its rows are only counted now:" in (folder / "report.html").read_text("utf-8")


def test_reports_that_are_all_there_are_left_as_they_are() -> None:
    """They have rows that the journal has not any more; and what was edited is kept under its other name."""
    folder = _nights()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    said = give("report", folder.name, "--no-open", "--json")
    assert (said.exit_code, said.summary["rows"]["read"]) == (0, 4)
    said = give("report", folder.name, "--no-open")
    assert "all there, and are left as they are" in said.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_of_a_run_that_was_forgotten_the_counts_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """With when it was forgotten; no step and no command that cannot be done any more; a second time as well."""
    give("run", table(Path("contacts.csv"), ROWS))
    (folder,) = Path("reports").iterdir()
    shift(monkeypatch, days=100)
    assert give("purge", "--older-than", "90d", "--yes").exit_code == 0
    for _ in range(2):
        said = give("report", folder.name, "--no-open")
        assert said.exit_code == 0, said.stderr
        assert said.stderr.startswith("The run was forgotten on ")
        text = _first_sheet(folder)
        assert "3 of 4 customers are in Callbell. 1 needs you." in text
        assert "What was wrong with the row is forgotten. If it was not fixed since, give the list again:" in text
        assert "callbell-importer run contacts.csv" in text.replace(f"{Path.cwd()}/", "")
        assert "undo" not in text
        assert "every row is where it should be" not in text
        assert "The run was forgotten on " in (folder / "report.html").read_text("utf-8")
    context = CommandContext(settings=settle({"journal": "journal.sqlite3"}, {}), environment={}, stream=io.StringIO())
    told = list_runs(context, folder.name, 79)
    assert "  kept      The run was forgotten on " in told
    assert max(map(len, told.partition("  kept ")[2].splitlines())) < 79
    assert json.loads((folder / "summary.json").read_text("utf-8"))["rows"]["created"] == 3


def test_who_was_forgotten_is_not_in_the_workbook_that_is_written_again() -> None:
    """Given again, their rows would have no values: it says which were left out, and those of the others are known."""
    rows = [("Phone", "Name", "Consent"), *((number, name, "yes") for number, name in ROWS[1:4])]
    give("run", table(Path("contacts.csv"), rows))
    (folder,) = Path("reports").iterdir()
    give("purge", "--contact", NUMBER, "--yes")
    said = give("report", folder.name, "--no-open")
    told = "1 row of contacts.csv left out of results.xlsx, forgotten by a purge: 2."
    assert told in said.stderr.replace(f"{Path.cwd()}/", "")
    book = load_workbook(folder / "results.xlsx")
    assert [row[1] for row in book.worksheets[1].values] == ["Name", "Ana", "Bo"]
    Path("config.toml").write_text('[input.where]\n"Consent" = ["yes"]\n', encoding="utf-8")
    said = give("run", folder / "results.xlsx", "--yes", "--json")
    assert (said.rows, said.summary["rows"]["left_out"]) == ({"unchanged": 2, "read": 2}, 0)
    said = give("run", "contacts.csv", "--yes")
    assert "left out of results.xlsx" not in said.stderr
    assert "purge --contact NUMBER --remember" in said.stderr


def test_a_check_counts_who_was_forgotten_apart() -> None:
    """The file of rows to fix does not have them: they are to be taken out of the list."""
    give("run", table(Path("contacts.csv"), ROWS))
    give("purge", "--contact", NUMBER, "--yes")
    said = give("check", "contacts.csv")
    assert (
        "  1 with a problem\n  2 sent, or found in Callbell, by an earlier run\n  1 of a person who was forgotten\n"
        in said.stderr
    )
    assert said.stderr.rstrip().endswith(
        "1 row is of a person who was forgotten (purge), and not imported: take it out of your list."
    )
    (problems,) = Path("reports").rglob("problems.csv")
    assert problems.read_text("utf-8-sig").count("\n") == 2
    said = give("check", table(Path("only.csv"), ROWS[:3]))
    assert "with a problem" not in said.stderr
    assert "1 row is of a person who was forgotten" in said.stderr


def test_a_group_keeps_its_sentence_when_its_first_row_is_forgotten() -> None:
    """It is about the others too: one less is counted, and what is an example of it goes."""
    rows = [("Phone", "Name"), ("525512345678", "Eva"), ("525512345679", "Bo"), ("5215512345670", "Ana")]
    give("run", table(Path("contacts.csv"), [*rows, ("5215512345671", "JosÃ©"), ("5215512345672", "MarÃ\xada")]))
    (folder,) = Path("reports").iterdir()
    give("purge", "--contact", "525512345678", "--yes")
    give("purge", "--contact", "5215512345671", "--yes")
    give("report", folder.name, "--no-open")
    found = {one["code"]: one for one in json.loads((folder / "summary.json").read_text("utf-8"))["warnings"]}
    assert found["phone_both_forms"]["message"].startswith("Mexican numbers are in both forms: 3 with 521, 2 with 52.")
    assert (found["phone_both_forms"]["count"], found["phone_both_forms"]["rows"]) == (1, [3])
    (damaged,) = (one for code, one in found.items() if code != "phone_both_forms")
    assert (damaged["count"], damaged["rows"]) == (1, [6])
    assert "forgotten" not in damaged["message"]
    assert "Jos" not in damaged["message"]
    assert damaged["message"]


def _close(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let nobody look into a folder: tests may be run as root, whom no mode keeps out."""

    def refusing(call: Callable[..., Any], *, itself: bool, answer: bool = False) -> Callable[..., Any]:
        def refused(path: Any, *more: Any, **options: Any) -> Any:
            place = Path(os.fsdecode(path)).absolute() if isinstance(path, str | bytes | os.PathLike) else Path()
            if folder in place.parents or (itself and place == folder):
                if answer:
                    return False
                raise PermissionError(13, "Permission denied", str(place))
            return call(path, *more, **options)

        return refused

    monkeypatch.setattr(os, "stat", refusing(os.stat, itself=False))
    monkeypatch.setattr(os, "lstat", refusing(os.lstat, itself=False))
    monkeypatch.setattr(os, "scandir", refusing(os.scandir, itself=True))
    monkeypatch.setattr(os, "access", refusing(os.access, itself=True, answer=True))


@pytest.mark.parametrize("is_whole", [True, False])
def test_reports_that_may_not_be_looked_into_are_not_called_gone(
    monkeypatch: pytest.MonkeyPatch, *, is_whole: bool
) -> None:
    """Those of root's own runs, with the person in them: whoever forgets them is told so, each time, with the cure."""
    give("run", table(Path("contacts.csv"), ROWS))
    (folder,) = Path("reports").absolute().iterdir()
    closed = folder.parent if is_whole else folder
    with monkeypatch.context() as patch:
        _close(patch, closed)
        first, again = (give("purge", "--contact", NUMBER, "--yes").stderr for _ in range(2))
    for told in (first, again):
        assert "not there any more" not in told
        assert f"  {closed}: {own_name()} may not look into it" in told
        assert f"\n    chown -R {own_name()}: {closed}\n" in told
    assert f"nothing is kept of them where {own_name()} may look" in again
    assert NUMBER[1:] in (folder / "results.csv").read_text("utf-8")
    assert give("purge", "--contact", NUMBER, "--yes").exit_code == 0
    assert NUMBER[1:] not in (folder / "results.csv").read_text("utf-8")


def test_of_a_folder_above_the_reports_that_is_closed_nothing_is_given_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as somebody's home: who is unknown here may stand there all the same, and root alone can look."""
    reports = Path("home/reports").absolute()
    places = ["--report-dir", str(reports), "--done-dir", "home/done", "--log-file", "home/log/l.log"]
    give("run", table(Path("contacts.csv"), ROWS[:3]), *places)
    _close(monkeypatch, reports.parent)
    told = give("purge", "--contact", "+34600111299", "--yes").stderr
    me = own_name()
    assert f"Nothing was kept of …299 where {me} may look." in told
    for place in (reports, reports.parent / "done", reports.parent / "log"):
        assert f"  {place}: {me} may not look into it, and they may be there. As root, look for them there\n" in told
    assert "chown" not in told
