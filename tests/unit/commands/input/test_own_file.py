"""Which run wrote a file of our own making, and which list its rows are of."""

import io
import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from importer.commands.context import CommandContext
from importer.commands.input.check_record import keep_check
from importer.commands.input.own_file import (
    OriginalList,
    another_users,
    is_own,
    list_file,
    list_of,
    with_checks,
    with_list,
    writer_of,
)
from importer.journal import Journal
from importer.model.rows import Sheet
from importer.model.runs import LIST, RunRecord
from importer.reports.run_commands import choose_columns
from importer.settings import settle
from tests.support.journals import record

LISTED = "/home/clientes.csv"


def run(name: str, file: str = LISTED, **options: object) -> RunRecord:
    """Return a run of a file."""
    return replace(record(name), files=(file,), options=options)


FIRST = run("first", sheet="Clientes", country="ES")
SECOND = run("second", f"{FIRST.report_dir}/failed.xlsx", country="ES")
RUNS = [SECOND, FIRST, run("other", "/home/b.csv")]
FAILED = (f"{SECOND.report_dir}/failed.xlsx",)


OWN, OTHER = Sheet(file="failed.xlsx", header=("Tel", "import_row")), Sheet(file="lista.csv", header=("Tel", "Nombre"))


def test_files_are_of_our_own_making_if_all_of_them_have_our_columns() -> None:
    """Where they are says nothing."""
    assert is_own([OWN])
    assert not is_own([OWN, OTHER])
    assert not is_own([])


def test_a_file_that_was_read_is_followed_by_what_its_run_knew_else_by_its_name() -> None:
    """Another file in the folder of a run is a list itself."""
    lista = f"{FIRST.report_dir}/lista.csv"
    files = (f"{SECOND.report_dir}/failed.csv",)
    assert list_of(files, [replace(SECOND, files=(lista,)), FIRST]) == OriginalList((lista,), {})
    known = {LIST: {"file": LISTED, "sheet": "Clientes"}}
    renamed = replace(SECOND, files=(f"{FIRST.report_dir}/fixed.csv",), options=known)
    assert list_of(files, [renamed, FIRST]) == OriginalList((LISTED,), {"sheet": "Clientes"})


def test_the_run_that_wrote_a_file_is_the_one_whose_folder_it_is_in() -> None:
    """Of any other file, or of several of different folders, nobody is the writer."""
    assert writer_of(FAILED, RUNS) is SECOND
    assert writer_of((LISTED,), RUNS) is None
    assert writer_of((*FAILED, LISTED), RUNS) is None
    assert writer_of(("https://example.com/failed.xlsx",), RUNS) is None


def test_the_list_is_found_through_every_file_that_was_fixed() -> None:
    """How it was read is known too; a list itself is of none."""
    assert list_of(FAILED, RUNS) == OriginalList((LISTED,), {"sheet": "Clientes"})
    assert list_of((LISTED,), RUNS) is None
    assert list_of((), RUNS) is None


def test_of_a_run_that_the_journal_does_not_have_its_summary_names_the_list(tmp_path: Path) -> None:
    """It stands beside the file; one that names nothing, or itself, names no list."""
    summary = tmp_path / "summary.json"
    files = (str(tmp_path / "failed.xlsx"),)
    assert list_of(files, []) is None
    summary.write_text(json.dumps({"files": [LISTED]}), encoding="utf-8")
    assert list_of(files, []) == OriginalList((LISTED,), {})
    summary.write_text(json.dumps({"files": [*files]}), encoding="utf-8")
    assert list_of(files, []) is None


def test_the_columns_are_chosen_of_the_list(tmp_path: Path) -> None:
    """`init` is told with the list's own name and sheet, whatever was given for the file of our own making."""
    context = CommandContext(settings=settle({}, {}), environment={}, stream=io.StringIO())
    with closing(Journal.open(tmp_path / "journal.sqlite3")) as journal:
        journal.begin(FIRST)
        fixed = with_list(context, replace(SECOND, options={"sheet": "Import rows", "country": "ES"}), journal, [OWN])
        assert with_list(context, FIRST, journal, [OTHER]) is FIRST
        assert with_list(context, SECOND, journal, [OTHER]) is SECOND
    assert list_file(fixed, "") == LISTED
    assert list_file(FIRST, "a.csv") == "a.csv"
    told = f"callbell-importer init {LISTED} --sheet Clientes --country ES"
    assert choose_columns(fixed.files, fixed.options) == told


def test_of_another_users_file_is_told_only_where_the_journal_does_not_know_its_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A journal may be named that both use; and nobody is told twice who is asked."""
    monkeypatch.setattr("importer.commands.input.own_file.of_another_user", lambda *_: "It is another's.")
    context = CommandContext(settings=settle({}, {}), environment={}, stream=io.StringIO())
    asked = replace(context, stream=io.StringIO(), ask_line=lambda _: "")
    with closing(Journal.open(tmp_path / "journal.sqlite3")) as journal:
        assert another_users(context, FAILED, journal) == "It is another's."
        with_list(context, replace(FIRST, files=FAILED), journal, [OWN])
        with_list(asked, replace(FIRST, files=FAILED), journal, [OWN])
        journal.begin(SECOND)
        assert another_users(context, FAILED, journal) == ""
    assert context.stream.getvalue() == "It is another's.\n"  # type: ignore[attr-defined]
    assert asked.stream.getvalue() == ""  # type: ignore[attr-defined]


def test_of_another_users_check_it_is_told_unless_the_journal_knows_its_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever checks a list need not be the one whose nights import it."""
    monkeypatch.setattr("importer.commands.input.own_file.of_another_user", lambda *_: "It is another's.")
    context = CommandContext(settings=settle({}, {}), environment={}, stream=io.StringIO())
    keep_check(replace(run("check"), report_dir=str(tmp_path)), {})
    problems = (str(tmp_path / "problems.csv"),)
    with closing(Journal.open(tmp_path / "journal.sqlite3")) as journal:
        assert another_users(context, problems, journal) == "It is another's."
        journal.begin(FIRST)
        assert another_users(context, problems, journal) == ""


def test_a_check_tells_what_its_list_is_and_how_it_was_read(tmp_path: Path) -> None:
    """Nothing else of its options is kept; of a folder without one nothing is known."""
    options = {"sheet": "Clientes", "country": "ES", "tag": ["VIP"], "guessed": [{"identifier": "Tel"}]}
    check = replace(run("check"), report_dir=str(tmp_path / "check"))
    keep_check(check, options)
    problems = (str(tmp_path / "check/problems.csv"),)
    *runs, found = with_checks(problems, RUNS)
    assert (runs, found.command, found.files, found.started_at) == (RUNS, "check", (LISTED,), check.started_at)
    assert {**found.options, "tag": ["VIP"]} == options
    assert list_of(problems, [*runs, found]) == OriginalList((LISTED,), {"sheet": "Clientes"})
    assert with_checks((LISTED,), RUNS) == RUNS
    assert with_checks((str(tmp_path / "problems.csv"),), RUNS) == RUNS


@pytest.mark.parametrize(
    "change",
    [
        {"files": 3},
        {"files": []},
        {"options": 3},
        {"options": {"guessed": [{"shoes": "Tel"}]}},
        {"options": {"guessed": 3, "consent": [{"Acepta": 3}]}},
        {"started_at": "yesterday"},
    ],
)
def test_what_somebody_wrote_in_place_of_a_check_tells_nothing(tmp_path: Path, change: dict[str, object]) -> None:
    """No command fails for it."""
    keep_check(replace(run("check"), report_dir=str(tmp_path)), {})
    path = tmp_path / "check.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **change}), "utf-8")
    assert with_checks((str(tmp_path / "problems.csv"),), RUNS) == RUNS
