"""A corrected row with the number of somebody else in the same list."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from importer.sandbox import Sandbox
from tests.support.commands import TOKEN, Said, give, serving, table

ROWS = [("Phone", "Name"), ("+525598765432", "Eva"), ("12", "Bo"), ("+525598765499", "Ana"), ("13", "ana ")]


@pytest.fixture(autouse=True)
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Yield Callbell's stand-in; each test stands in a folder of its own, and has the journal there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / "journal.sqlite3"))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    monkeypatch.setenv("CALLBELL_IMPORTER_RATE", "0")
    with serving() as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        yield sandbox


def corrected(**numbers: str) -> Said:
    """Import a list, and then its rows to fix with these numbers in place of the wrong ones."""
    give("run", table(Path("list.csv"), ROWS), "--yes")
    (failed,) = Path("reports").glob("*-list/failed.csv")
    text = failed.read_text("utf-8-sig")
    for name, number in numbers.items():
        wrong = {"Bo": "12", "Ana": "13"}[name]
        text = text.replace(f"\n{wrong},", f"\n{number},")
    failed.write_text(text, encoding="utf-8")
    return give("run", failed, "--yes")


def test_the_number_of_somebody_else_is_told_and_not_to_be_carried_over() -> None:
    """The update would give one customer the name of another."""
    said = corrected(Bo="+525598765432")
    told = "Row 2 of failed.csv has the number of row 2 of list.csv, which has another name, and was not sent:"
    assert told in " ".join(said.stderr.split())
    assert "--existing update" not in said.stderr
    (folder,) = Path("reports").glob("*-failed")
    page = (folder / "report.html").read_text("utf-8")
    assert told in page
    assert "--existing update" not in page


def test_several_are_told_at_once() -> None:
    """With the row of each."""
    said = " ".join(corrected(Bo="+525598765499", Ana="+525598765432").stderr.split())
    rows = "2 rows of failed.csv have numbers of rows of list.csv that have other names, and were not sent:"
    assert f"{rows} row 2 that of row 4, row 3 that of row 2." in said


def test_the_same_customer_twice_is_nobody_else() -> None:
    """By the name, however it is written."""
    assert "another name" not in corrected(Ana="+525598765499").stderr
