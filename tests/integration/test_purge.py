"""The command `purge`: no byte is left of who is forgotten, and nobody is made twice."""

import importlib
import os
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from importer.commands.purge.files import in_done
from importer.journal.problem_hash import old_problem_hash
from importer.journal.purge import JournalPurge
from importer.model.person import Person
from importer.sandbox import Sandbox
from importer.sandbox.calls import Asked
from importer.system.locks import journal_lock
from tests.support.commands import give, own_place, phones, results, table
from tests.support.later_days import shift

NUMBER, NAME, MAIL = "+34600111222", "Zenobia Quintanar", "zenobia@quintanar.example"
OTHERS = [("+34600111223", "Ana", "ana@example.com"), ("+34600111224", "Bo", "bo@example.com")]
_WRITINGS = re.compile(rb"600[\s.()\-/]*111[\s.()\-/]*222(?![0-9])")


def _holds(data: bytes) -> bool:
    return bool(_WRITINGS.search(data)) or any(text.encode() in data for text in (NAME, MAIL, "Quintanar"))


def holders(folder: Path) -> list[str]:
    """Return the files in which the person stands: their bytes, and workbooks unpacked."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            parts = [path.read_bytes()]
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as package:
                    parts += map(package.read, package.namelist())
            if any(map(_holds, parts)):
                found.append(path.relative_to(folder).as_posix())
    return found


def sheet(path: str, *extra: tuple[str, str, str]) -> Path:
    """Write a CSV file with the person and others."""
    return table(Path(path), [("Phone", "Name", "E-mail"), (NUMBER, NAME, MAIL), *OTHERS, *extra])


@pytest.fixture(autouse=True)
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Each test stands in a folder of its own."""
    monkeypatch.setenv("CALLBELL_IMPORTER_LOG_FILE", str(tmp_path / "importer.log"))
    with own_place(tmp_path, monkeypatch) as sandbox:
        yield sandbox


def _nights() -> None:
    """Runs in which the person is created, unchanged, changed, twice, invalid; and a backup, a log that names them."""
    give("run", sheet("contacts.csv"), "-v")
    give("run", "contacts.csv")
    give("journal", "backup", "copy.sqlite3")
    changed = table(Path("changed.csv"), [("Phone", "Name", "E-mail"), (NUMBER, f"{NAME} II", MAIL), *OTHERS])
    give("run", changed)
    give("run", changed, "--existing", "update")
    give("run", sheet("twice.csv", ("0034 600 111 222", NAME, MAIL)))
    bad = [
        ("Phone", "Name", "Bot"),
        (NUMBER, NAME, "zenobia@quintanar.example says 600-111-222"),
        ("600 111 222", NAME, ""),
    ]
    give("run", table(Path("bad.csv"), bad), "-c", config(bot="Bot"))
    with Path("importer.log").open("a", encoding="utf-8") as log:
        log.write("a line of another program about +34 600 111 222\n")
    for path in ("contacts.csv", "changed.csv", "twice.csv", "bad.csv"):
        Path(path).unlink()


def config(**columns: str) -> str:
    """Write a config whose columns cannot be guessed."""
    lines = [f'{name}_status = "{header}"' for name, header in columns.items()]
    text = '[columns]\nidentifier = "Phone"\nname = "Name"\n' + "\n".join(lines) + "\n"
    Path("with.toml").write_text(text, encoding="utf-8")
    return "with.toml"


def test_no_byte_is_left_of_who_is_forgotten(tmp_path: Path) -> None:
    """Neither number nor name: in the journal, its log, backups, reports (workbooks unpacked) and log files."""
    _nights()
    assert {"journal.sqlite3", "copy.sqlite3", "importer.log"} < set(holders(tmp_path))
    said = give("purge", "--contact", NUMBER, "--yes")
    assert said.exit_code == 0, said.stderr
    assert holders(tmp_path) == []
    assert NAME not in said.stderr
    assert "600111222" not in said.stderr
    assert "In Callbell" in said.stderr
    for journal in ("journal.sqlite3", "copy.sqlite3"):
        assert give("journal", "check", "--journal", journal).exit_code == 0


def test_what_callbell_had_in_a_conflict_is_forgotten_too(tmp_path: Path, service: Sandbox) -> None:
    """Their name may stand in it as a colleague wrote it."""
    table(Path("a.csv"), [("Phone", "Name"), (NUMBER, "Z."), *(other[:2] for other in OTHERS)])
    give("run", "a.csv")
    (uuid,) = (one.uuid for one in service.contacts if one.identifier == NUMBER.removeprefix("+"))
    service.calls.change_contact(Asked(parameter=uuid, body={"name": NAME}))
    table(Path("a.csv"), [("Phone", "Name"), (NUMBER, "Z. Q."), *(other[:2] for other in OTHERS)])
    give("run", "a.csv", "--existing", "update")
    assert [line["code"] for line in results()] == ["conflict", "", ""]
    Path("a.csv").unlink()
    assert "journal.sqlite3" in holders(tmp_path)
    assert give("purge", "--contact", NUMBER, "--yes").exit_code == 0
    assert holders(tmp_path) == []


def test_after_many_nights_all_of_it_is_on_one_screen() -> None:
    """A line for all files that become the same; each of those that a person has to see to; so before, so after."""
    for night in range(6):
        sheet("contacts.csv" if night % 2 else "more.csv")
        give("run", "contacts.csv" if night % 2 else "more.csv")
    would = give("purge", "--contact", NUMBER, "--dry-run").stderr
    told = give("purge", "--contact", NUMBER, "--yes").stderr
    assert told.count("\n") <= 15
    assert " files: 1 row blanked in each (results.csv)\n" in told
    assert "…222 would be forgotten, and not be imported again.\n" in would
    same = [line for line in told.splitlines() if line.startswith("  ")]
    assert [line for line in would.splitlines() if line.startswith("  ")] == same
    left = told.partition("Left for you to do:\n")[2].splitlines()[:2]
    assert sorted(Path(line.partition(":")[0]).name for line in left) == ["contacts.csv", "more.csv"]
    assert told.splitlines()[-1].startswith("  https://")


def test_many_files_of_people_are_on_one_screen_too() -> None:
    """Those of a folder have a line together; what has no room is listed once the others are done."""
    files = [sheet(f"of-{number:02}.csv") for number in range(10)]
    for folder in ("a", "b", "c", "d", "e", "f", "g"):
        Path(folder).mkdir()
        files.append(sheet(f"{folder}/list.csv"))
    give("run", *files)
    told = give("purge", "--contact", NUMBER, "--yes").stderr
    assert f"  {Path.cwd()}: 10 files, yours: take them out yourself: of-00.csv, of-01.csv" in told
    assert "of-07.csv, ...\n" in told
    assert "  and 2 more: the same command lists them once these are done\n" in told
    assert told.count("\n") <= 24
    for path in files[:12]:
        path.unlink()
    again = give("purge", "--contact", NUMBER, "--yes").stderr
    assert f"{files[-1]}: yours" in again.replace(f"{Path.cwd()}/", "")


def test_reports_keep_the_others(tmp_path: Path) -> None:
    """The person's line keeps its row and status; the workbook is written again without them by `report`."""
    sheet("contacts.csv")
    give("run", "contacts.csv")
    run = next(path for path in Path("reports").iterdir())
    give("purge", "--contact", NUMBER, "--yes")
    lines = results()
    assert [(line["row"], line["identifier"], line["name"], line["status"]) for line in lines] == [
        ("2", "", "", "created"),
        ("3", "34600111223", "Ana", "created"),
        ("4", "34600111224", "Bo", "created"),
    ]
    assert not (run / "results.xlsx").exists()
    assert give("report", run.name, "--no-open").exit_code == 0
    assert (run / "results.xlsx").exists()
    Path("contacts.csv").unlink()
    assert holders(tmp_path) == []


def test_who_is_forgotten_is_not_imported_again(tmp_path: Path, service: Sandbox) -> None:
    """Their row is invalid, with its code, in whatever writing; nothing of it is kept; `--remember` takes it back."""
    sheet("contacts.csv")
    give("purge", "--contact", NUMBER, "--yes")  # no journal yet: nothing is begun silently
    give("run", "contacts.csv")
    give("purge", "--contact", NUMBER, "--yes")
    for writing in (NUMBER, "0034 600 111 222"):
        said = give(
            "run", table(Path("contacts.csv"), [("Phone", "Name"), (writing, NAME), ("+34600111225", "Cy")]), "--json"
        )
        assert said.exit_code == 1
        assert said.rows["invalid"] == 1
        assert {group["code"] for group in said.summary["problems"]} == {"forgotten"}
    Path("contacts.csv").rename(tmp_path.parent / "contacts.csv")
    assert holders(tmp_path) == []
    assert give("purge", "--contact", NUMBER, "--remember").exit_code == 0
    (tmp_path.parent / "contacts.csv").rename("contacts.csv")
    rows = give("run", "contacts.csv", "--existing", "create", "--json").rows
    # Looked up and found; as it was made a moment ago, the look-up may take it for the work of this second.
    assert (rows.get("exists", 0) + rows.get("created", 0), rows["unchanged"], rows["read"]) == (1, 1, 2)
    assert len(phones(service)) == 4  # and not made twice


def test_a_dry_run_shows_and_changes_nothing(tmp_path: Path) -> None:
    """And nobody is asked where nobody is: exit code 2 with the command to give."""
    _nights()
    before = holders(tmp_path)
    said = give("purge", "--contact", NUMBER, "--dry-run")
    assert said.exit_code == 0
    assert re.search(r"\d files: deleted \(report.html, results.xlsx\)", said.stderr)
    assert "rows blanked in each (results.csv)" in said.stderr
    assert said.stderr.count("\n") <= 24
    unasked = give("purge", "--contact", NUMBER)
    assert unasked.exit_code == 2
    assert "purge --contact" in unasked.stderr
    assert "--yes" in unasked.stderr
    assert holders(tmp_path) == before


def test_files_that_people_gave_are_told_and_never_changed() -> None:
    """The sheet of last night stands where it stood."""
    before = sheet("contacts.csv").read_bytes()
    give("run", "contacts.csv")
    said = give("purge", "--contact", NUMBER, "--yes")
    assert "contacts.csv: yours" in " ".join(said.stderr.split())
    assert Path("contacts.csv").read_bytes() == before


def test_old_runs_are_forgotten_and_nobody_is_made_twice(
    tmp_path: Path, service: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names and numbers of old runs go, with their reports; who comes back is known by the keyed hash."""
    sheet("contacts.csv")
    give("run", "contacts.csv")
    Path("contacts.csv").rename(tmp_path.parent / "kept.csv")
    shift(monkeypatch, days=100)
    give("run", table(Path("others.csv"), [("Phone", "Name"), ("+34600111229", "Di")]))
    said = give("purge", "--older-than", "90d", "--yes")
    assert said.exit_code == 0, said.stderr
    assert holders(tmp_path) == []
    assert len([*Path("reports").iterdir()]) == 1
    assert give("journal", "check").exit_code == 0
    (tmp_path.parent / "kept.csv").rename("contacts.csv")
    assert give("run", "contacts.csv", "--existing", "create", "--json").rows == {"exists": 3, "read": 3}
    assert give("run", "contacts.csv", "--existing", "create", "--json").rows == {"unchanged": 3, "read": 3}
    assert len(phones(service)) == 4


def test_what_is_in_use_is_not_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """A contact that stands in last night's sheet keeps its values: nothing is merged as if for the first time."""
    sheet("contacts.csv", ("1", "Nobody", ""))
    give("run", "contacts.csv")
    sheet("contacts.csv")
    shift(monkeypatch, days=100)
    give("run", "contacts.csv")
    said = give("purge", "--older-than", "90d", "--yes")
    assert said.exit_code == 0
    assert "1 run older than 90 days: forgotten, with their reports.\n  1 row; later runs had all of " in said.stderr
    assert give("run", "contacts.csv", "--json", "--existing", "update").rows == {"unchanged": 3, "read": 3}
    assert [line["name"] for line in results()] == [NAME, "Ana", "Bo"]


def test_backups_that_have_old_runs_still_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before and after; they are not changed, and where nothing was forgotten nothing is said of them."""
    sheet("contacts.csv")
    give("run", "contacts.csv")
    give("journal", "backup", "copy.sqlite3")
    assert "copy.sqlite3" not in give("purge", "--older-than", "90d", "--yes").stderr
    shift(monkeypatch, days=100)
    for option in ("--dry-run", "--yes"):
        said = give("purge", "--older-than", "90d", option).stderr
        assert "Left for you to do: backups keep what they have. Delete them" in said
        assert f"  {Path.cwd()}/copy.sqlite3\n" in said


def test_an_update_says_that_it_meets_them_for_the_first_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The merge has no earlier values, and the row's reason says why."""
    sheet("contacts.csv")
    give("run", "contacts.csv")
    shift(monkeypatch, days=100)
    give("purge", "--older-than", "90d", "--yes")
    give("run", "contacts.csv", "--existing", "update")
    assert {"what was sent before does not count any more" in line["reason"] for line in results()} == {True}


def test_a_run_that_was_forgotten_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """`runs` keeps its counts; `report`, `retry` and `undo` say what they cannot do."""
    sheet("contacts.csv", ("1", "Nobody", ""))
    give("run", "contacts.csv")
    (run,) = (path.name for path in Path("reports").iterdir())
    shift(monkeypatch, days=100)
    give("purge", "--older-than", "90d", "--yes")
    assert "4" in give("runs").stderr + give("runs").stdout
    assert "forgotten" in give("runs", run).stdout
    assert "forgotten" in give("undo", run, "--yes").stderr
    assert "give their file to `run`:\n  callbell-importer run contacts.csv" in give("retry", run).stderr


def test_retention_forgets_at_the_end_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the config says, without a question."""
    sheet("contacts.csv")
    give("run", "contacts.csv")
    Path("contacts.csv").unlink()
    shift(monkeypatch, days=100)
    Path("config.toml").write_text('[retention]\nolder_than = "90d"\n', encoding="utf-8")
    said = give("run", table(Path("others.csv"), [("Phone", "Name"), ("+34600111229", "Di")]), "--yes")
    assert said.exit_code == 0, said.stderr
    assert holders(tmp_path) == []


@pytest.mark.parametrize("arguments", [(), ("--older-than", "soon"), ("--contact", "12"), ("--remember",)])
def test_what_is_to_be_forgotten_must_be_said(arguments: tuple[str, ...]) -> None:
    """Exit code 2."""
    give("run", sheet("contacts.csv"))
    assert give("purge", *arguments, "--yes").exit_code == 2


class Killed(BaseException):
    """The process ends here."""


STEPS = (
    "importer.commands.purge.command.PersonPurge.put_on_list",
    "importer.commands.purge.files.FoundFile.forget",
    "importer.system.files._sync",
    "importer.commands.purge.command.PersonPurge.forget",
    "importer.commands.purge.command.PersonPurge.finish",
    "importer.journal.purge_person.compact",
)


def killed_at(monkeypatch: pytest.MonkeyPatch, step: int) -> list[str]:
    """Let the process end before the nth of the steps of a purge; return those that were taken."""
    taken: list[str] = []
    for name in STEPS:
        place, _, last = name.rpartition(".")
        module, _, inner = place.rpartition(".")
        owner = (
            importlib.import_module(place)
            if not inner[:1].isupper()
            else getattr(importlib.import_module(module), inner)
        )
        before = getattr(owner, last)

        def counting(*arguments: Any, before: Any = before, name: str = name, **options: Any) -> Any:
            taken.append(name)
            if len(taken) == step:
                raise Killed
            return before(*arguments, **options)

        monkeypatch.setattr(owner, last, counting)
    return taken


def is_called_forgotten(journal: Path) -> bool:
    """Tell whether the journal says that a person is forgotten."""
    with closing(sqlite3.connect(journal)) as file:
        return bool(file.execute("SELECT count(*) FROM forgotten_people WHERE finished_at IS NOT NULL").fetchone()[0])


def test_a_purge_that_is_cut_off_goes_on(tmp_path: Path) -> None:
    """At each step: nothing half-forgotten is called forgotten, and the same command ends it."""
    give("run", sheet("contacts.csv"))
    give("journal", "backup", "copy.sqlite3")
    Path("contacts.csv").unlink()
    whole = tmp_path.parent / f"{tmp_path.name}-whole"
    shutil.copytree(tmp_path, whole)
    step, was_killed = 0, True
    while was_killed:
        step += 1
        for path in [*tmp_path.iterdir()]:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
        with pytest.MonkeyPatch.context() as patched:
            taken = killed_at(patched, step)
            try:
                give("purge", "--contact", NUMBER, "--yes")
                was_killed = False
            except Killed:
                assert not (is_called_forgotten(Path("journal.sqlite3")) and holders(tmp_path)), taken
        assert give("purge", "--contact", NUMBER, "--yes").exit_code == 0, taken
        assert holders(tmp_path) == [], taken
        assert is_called_forgotten(Path("journal.sqlite3"))
    assert set(taken) == set(STEPS)
    assert step > 15


def test_a_purge_waits_for_a_run_or_ends_with_6() -> None:
    """A run has the journal."""
    give("run", sheet("contacts.csv"))
    with journal_lock(Path("journal.sqlite3").resolve(), "20261123-020000-contacts"):
        for arguments in (("--contact", NUMBER), ("--older-than", "90d"), ("--contact", NUMBER, "--remember")):
            assert give("purge", *arguments, "--yes").exit_code == 6


def test_what_a_killed_run_left_goes_too(tmp_path: Path) -> None:
    """Half a report, or the parts of a workbook, beside the reports."""
    give("run", sheet("contacts.csv"))
    Path("contacts.csv").unlink()
    run = next(Path("reports").iterdir())
    (run / ".results.csv.x1.part").write_text(f"2,{NUMBER},{NAME}", encoding="utf-8")
    (run / "tmpabc").mkdir()
    (run / "tmpabc" / "sheet.xml").write_text(f"<c>{NAME}</c>", encoding="utf-8")
    (run / "mine.txt").write_text("nothing of theirs", encoding="utf-8")
    give("purge", "--contact", NUMBER, "--yes")
    assert holders(tmp_path) == []
    assert (run / "mine.txt").exists()


def test_a_folder_of_files_that_were_done(tmp_path: Path) -> None:
    """Text files lose the person's rows, workbooks are deleted; the others stay as they are."""
    person = Person(identifier="34600111222", code="34")
    sheet("done/contacts.csv")
    others = table(Path("done/others.csv"), [("Phone",), ("+34600111229",)]).read_bytes()
    book = Workbook()
    book.create_sheet("Contacts").append([NAME, 34600111222])
    book.save("done/contacts.xlsx")
    for found in [*in_done(Path("done"), person)]:
        found.forget(person)
    assert holders(tmp_path) == []
    assert Path("done/contacts.csv").read_text("utf-8").splitlines()[1].startswith(OTHERS[0][0])
    assert Path("done/others.csv").read_bytes() == others
    assert not Path("done/contacts.xlsx").exists()


@pytest.mark.parametrize("of_earlier_version", [False, True])
def test_no_hash_is_left_of_what_their_cells_said(*, of_earlier_version: bool) -> None:
    """By which the next run would have known their problem; those of others stay."""
    rows = [("Phone", "Name", "Bot"), (NUMBER, NAME, "no bot"), (OTHERS[0][0], "Ana", "no bot"), ("12", "Bo", "")]
    give("run", table(Path("bad.csv"), rows), "-c", config(bot="Bot"))
    if of_earlier_version:
        with closing(sqlite3.connect("journal.sqlite3")) as file, file:
            told = file.execute("SELECT fingerprint, code FROM rows WHERE status = 'invalid'").fetchall()
            file.execute("DELETE FROM known_problems")
            kept = [(old_problem_hash(content, code),) for content, code in told]
            file.executemany("INSERT INTO known_problems VALUES (1, ?, 1)", kept)
    give("purge", "--contact", NUMBER, "--yes")
    with closing(sqlite3.connect("journal.sqlite3")) as file:
        assert file.execute("SELECT sum(count) FROM known_problems").fetchone() == (2,)


def test_a_file_that_was_moved_is_searched_wherever_it_is_now(tmp_path: Path) -> None:
    """The journal knows where, whatever the command line said that night; another's file beside it is nobody's."""
    for folder in ("done", "by-hand"):
        sheet("contacts.csv")
        assert give("run", "contacts.csv", "--yes", "--done-dir", folder).exit_code == 0
    Path("by-hand/contacts.csv").unlink()
    sheet("done/mine.csv")
    said = give("purge", "--contact", NUMBER, "--yes")
    assert said.exit_code == 0
    assert "done/contacts.csv: without their rows" in said.stderr
    assert holders(tmp_path) == ["done/mine.csv"]


def test_rehearsals_are_searched_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rehearsal has a journal and reports of its own, with the same people: none is left there."""
    monkeypatch.delenv("CALLBELL_IMPORTER_JOURNAL")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    give("run", sheet("contacts.csv"), "--sandbox", "--yes")
    give("run", "contacts.csv", "--yes")
    Path("contacts.csv").unlink()
    assert any("sandbox.sqlite3" in name for name in holders(tmp_path))
    assert any("rehearsals" in name for name in holders(tmp_path))
    assert give("purge", "--contact", NUMBER, "--yes").exit_code == 0
    assert holders(tmp_path) == []


def test_what_an_undo_wrote_is_searched_too(tmp_path: Path, service: Sandbox) -> None:
    """undone.csv names them; and their contact, that was deleted, is not forgotten to be gone."""
    sheet("contacts.csv")
    give("run", "contacts.csv")
    run = next(Path("reports").iterdir()).name
    give("undo", run, "--yes")
    Path("contacts.csv").unlink()
    assert any("undone.csv" in name for name in holders(tmp_path))
    give("purge", "--contact", NUMBER, "--yes")
    assert holders(tmp_path) == []
    assert len(phones(service)) == 0


def test_who_may_still_be_under_way_is_not_forgotten() -> None:
    """A row in doubt: exit code 2, with the run to retry; nothing was changed."""
    give("run", sheet("contacts.csv"))
    with closing(sqlite3.connect("journal.sqlite3", isolation_level=None)) as file:
        file.execute("UPDATE contacts SET status = 'in_doubt' WHERE identifier LIKE '%222'")
    before = Path("reports").stat().st_mtime_ns
    said = give("purge", "--contact", NUMBER, "--yes")
    assert said.exit_code == 2
    assert "callbell-importer retry 2" in said.stderr
    assert Path("reports").stat().st_mtime_ns == before
    with closing(sqlite3.connect("journal.sqlite3")) as file:
        assert file.execute("SELECT count(*) FROM forgotten_people").fetchone() == (0,)


def test_a_person_at_a_terminal_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """And no answer is a no."""
    give("run", sheet("contacts.csv"))
    monkeypatch.setattr("importer.cli.app.is_terminal", lambda: True)
    for answer, code in (("no", 3), ("", 3), ("sí", 0)):
        monkeypatch.setattr("importer.cli.prompts.typer.prompt", lambda *_, answer=answer, **__: answer)
        assert give("purge", "--contact", NUMBER).exit_code == code


def test_a_warning_about_them_is_taken_out_of_the_summary(tmp_path: Path) -> None:
    """What only reports keep, such as that a name looks damaged, is known by its row."""
    rows = [("Phone", "Name"), (NUMBER, "JosÃ© Quintanar"), ("+34600111223", "Ana")]
    give("run", table(Path("contacts.csv"), rows))
    Path("contacts.csv").unlink()
    assert any("summary.json" in name for name in holders(tmp_path))
    give("purge", "--contact", NUMBER, "--yes")
    assert holders(tmp_path) == []


def test_a_purge_of_old_runs_that_is_cut_off_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At each step: no run is called forgotten of which a byte is left, and the same command ends it."""
    give("run", sheet("contacts.csv"))
    Path("contacts.csv").unlink()
    whole = tmp_path.parent / f"{tmp_path.name}-whole"
    shutil.copytree(tmp_path, whole)
    shift(monkeypatch, days=100)
    steps = ("unlink", "forget_runs", "compact", "mark_forgotten")
    for step in steps:
        for path in [*tmp_path.iterdir()]:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(whole, tmp_path, dirs_exist_ok=True)

        def killed(*_: Any, **__: Any) -> None:
            raise Killed

        owner = {"unlink": Path, "compact": importlib.import_module("importer.commands.purge.runs")}.get(
            step, JournalPurge
        )
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(owner, step, killed)
            with pytest.raises(Killed):
                give("purge", "--older-than", "90d", "--yes")
        with closing(sqlite3.connect("journal.sqlite3")) as file:
            assert file.execute("SELECT forgotten_at FROM runs").fetchall() == [(None,)]
        assert give("purge", "--older-than", "90d", "--yes").exit_code == 0
        assert holders(tmp_path) == []
        assert [*Path("reports").iterdir()] == []


def test_nobody_else_is_forgotten_whose_number_is_alike(service: Sandbox) -> None:
    """+1 479 234 5678 without its country code is +47 92345678: that person's row, report and contact stay."""
    give("run", table(Path("contacts.csv"), [("Phone", "Name"), ("+14792345678", "Ann"), ("+4792345678", "Nour")]))
    assert phones(service) == ["14792345678", "4792345678"]
    assert give("purge", "--contact", "+14792345678", "--yes").exit_code == 0
    assert [(line["identifier"], line["name"]) for line in results()] == [("", ""), ("4792345678", "Nour")]
    said = give("run", "contacts.csv", "--json")
    assert said.rows == {"unchanged": 1, "invalid": 1, "read": 2}


def test_the_other_journals_are_named_with_their_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person is to be forgotten everywhere; a log gets the commands without the number."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    file = table(Path("others.csv"), [("Phone", "Name"), ("+34600000001", "Ana")])
    for journal in ("one.sqlite3", "two.sqlite3"):
        assert give("run", file, "--yes", "--rate", "0", "--journal", journal).exit_code == 0
    said = give("purge", "--contact", "+34600000001", "--journal", "one.sqlite3", "--yes")
    assert said.exit_code == 0
    text = " ".join(said.stderr.split())
    assert f"callbell-importer purge --contact NUMBER --journal {Path.cwd()}/two.sqlite3" in text
    assert f"--journal {Path.cwd()}/one.sqlite3" not in text


def _files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("name", ["Ana", "@ana", "example.com"])
def test_a_name_that_is_nobodys_identifier_is_refused(name: str) -> None:
    """Also where it stands in names and notes of the reports: exit code 2, and no file is touched."""
    give("run", sheet("contacts.csv", ("+34600111225", "Ana Soler", "ana")))
    before = _files(Path("reports"))
    said = give("purge", "--contact", name, "--yes")
    assert said.exit_code == 2
    assert "whole identifier" in said.stderr
    assert _files(Path("reports")) == before


def test_a_user_name_is_only_the_whole_identifier() -> None:
    """Its own rows are forgotten; who is called like it, or has it in a note, stays as they are."""
    rows = [("User", "Name", "Note"), ("@ana", "Zenobia", "x"), ("ana2", "Ana", "ana"), ("bo", "Ana Soler", "see ana")]
    Path("with.toml").write_text(
        '[contact]\nsource = "telegram"\n[columns]\nidentifier = "User"\nname = "Name"\nnote = "Note"\n', "utf-8"
    )
    give("run", table(Path("contacts.csv"), rows), "-c", "with.toml")
    said = give("purge", "--contact", "Ana", "--yes", "-c", "with.toml")
    assert said.exit_code == 0, said.stderr
    assert "contacts.csv: a cell is their user name" in said.stderr
    lines = [("", ""), ("ana2", "Ana"), ("bo", "Ana Soler")]
    assert [(line["identifier"], line["name"]) for line in results()] == lines
    with closing(sqlite3.connect("journal.sqlite3")) as file:
        assert file.execute("SELECT identifier, name FROM rows ORDER BY seq").fetchall() == lines
    assert give("run", "contacts.csv", "-c", "with.toml", "--json").rows == {"unchanged": 2, "invalid": 1, "read": 3}
    assert give("purge", "--contact", "@ana", "--remember", "-c", "with.toml").exit_code == 0
    assert "invalid" not in give("run", "contacts.csv", "-c", "with.toml", "--json").rows


def test_a_row_with_two_numbers_is_forgotten_as_a_whole(tmp_path: Path) -> None:
    """Name, other number and note: also in the reports that are written again, and in the next run."""
    rows = [("Phone", "Name", "Note"), ("+34600111222 / +34611222333", NAME, MAIL), ("+34600111223", "Ana", "")]
    give("run", table(Path("contacts.csv"), rows))
    run = next(Path("reports").iterdir()).name
    assert give("purge", "--contact", NUMBER, "--yes").exit_code == 0
    Path("contacts.csv").rename(tmp_path.parent / "two.csv")
    assert give("report", run, "--no-open").exit_code == 0
    assert holders(tmp_path) == []
    assert all(b"611222333" not in text for text in _files(tmp_path).values())
    (tmp_path.parent / "two.csv").rename("contacts.csv")
    said = give("run", "contacts.csv", "--json")
    assert {group["code"] for group in said.summary["problems"]} == {"forgotten"}
    Path("contacts.csv").unlink()
    assert holders(tmp_path) == []


def test_every_report_is_searched_whatever_its_journal(tmp_path: Path) -> None:
    """What a check, a rehearsal, and a run with another journal left in the folder for reports."""
    bad = [("Phone", "Name", "Phone 2"), (f"{NUMBER} / 1", NAME, MAIL), *OTHERS]
    give("check", table(Path("bad.csv"), bad), "-c", config())
    (problems,) = Path("reports").rglob("problems.csv")
    problems.with_name("check.txt").write_text(f"{NUMBER} is one number of two.")
    give("run", sheet("contacts.csv"), "--journal", "other.sqlite3", "--yes")
    give("run", "contacts.csv")
    give("run", "contacts.csv", "--sandbox", "--yes", "--journal", "rehearsed.sqlite3")
    for name in ("bad.csv", "contacts.csv"):
        Path(name).unlink()
    assert any(name.endswith("problems.csv") for name in holders(tmp_path))
    assert give("purge", "--contact", NUMBER, "--yes").exit_code == 0
    assert not [name for name in holders(tmp_path) if name.startswith("reports")]


def test_the_rehearsals_are_forgotten_where_a_journal_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their journal is in the state folder, whatever the run's own one is."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    sheet("contacts.csv")
    with monkeypatch.context() as without:
        without.delenv("CALLBELL_IMPORTER_JOURNAL")
        give("run", "contacts.csv", "--sandbox", "--yes")
    give("run", "contacts.csv", "--yes")
    Path("contacts.csv").unlink()
    assert any("sandbox.sqlite3" in name for name in holders(tmp_path))
    said = give("purge", "--contact", NUMBER, "--yes")
    assert said.exit_code == 0
    commands = "  callbell-importer report RUN\n  callbell-importer report RUN --sandbox\n"
    assert f"written again, without them:\n{commands}" in said.stderr
    assert holders(tmp_path) == []


def test_a_report_that_was_given_to_a_run_is_no_file_of_a_person(tmp_path: Path) -> None:
    """It is told once, and as what becomes of it: not among what is left to do, if it is deleted."""
    give("run", table(Path("bad.csv"), [("Phone", "Name"), (NUMBER, NAME), ("12", "Bo")]), "-c", config(bot="Name"))
    (failed,) = Path("reports").rglob("failed.csv")
    run = failed.parent.name
    give("run", failed, "-c", "with.toml")
    give("report", run, "--no-open")
    Path("bad.csv").unlink()
    said = give("purge", "--contact", NUMBER, "--yes")
    assert "yours" not in said.stderr
    assert failed.is_file()
    assert holders(tmp_path) == []


def test_a_workbook_that_somebody_edited_is_theirs_until_it_is_written_again() -> None:
    """What was corrected in it is not deleted; once `report` has written it, it is a report as any other."""
    book = Workbook()
    for row in (("Phone", "Name"), (f"{NUMBER} / 1", NAME), ("12", "Bo")):
        book.active.append(row)  # type: ignore[union-attr]
    book.save("bad.xlsx")
    give("run", "bad.xlsx")
    (failed,) = Path("reports").rglob("failed.xlsx")
    later = failed.with_name("summary.json").stat().st_mtime + 60
    os.utime(failed, (later, later))
    give("run", failed)
    said = give("purge", "--contact", NUMBER, "--dry-run").stderr
    assert said.count(str(failed.absolute())) == 1
    assert f"{failed.absolute()}: yours: it was changed" in said
    os.utime(failed, (later - 61, later - 61))
    said = give("purge", "--contact", NUMBER, "--dry-run").stderr
    assert " files: deleted (failed.xlsx, " in said
    assert f"{failed.absolute()}: yours" not in said
    os.utime(failed, (later, later))
    give("report", failed.parent.name, "--no-open")
    said = give("purge", "--contact", NUMBER, "--dry-run").stderr
    assert f"{failed.absolute().with_name('edited-failed.xlsx')}: yours" in said


def test_what_a_purge_writes_again_has_its_time_of_before() -> None:
    """It is not taken for a report that somebody edited."""
    give("run", sheet("contacts.csv"))
    (results_file,) = Path("reports").rglob("results.csv")
    before = results_file.stat().st_mtime_ns
    give("purge", "--contact", NUMBER, "--yes")
    assert NUMBER[1:] not in results_file.read_text("utf-8")
    assert results_file.stat().st_mtime_ns == before


def test_of_another_journal_that_forgot_them_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only one that knows them still, or cannot be read, is named: no hint leads back."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    sheet("contacts.csv")
    for journal in ("one.sqlite3", "two.sqlite3"):
        give("run", "contacts.csv", "--yes", "--journal", journal)
    give(
        "run", table(Path("others.csv"), [("Phone", "Name"), ("+34600111229", "Di")]), "--journal", "3.sqlite3", "--yes"
    )
    first, second = (
        give("purge", "--contact", NUMBER, "--journal", one, "--yes").stderr for one in ("one.sqlite3", "two.sqlite3")
    )
    assert "They stand in other journals too" in first
    assert f"--journal {Path.cwd()}/two.sqlite3" in first
    assert "3.sqlite3" not in first
    assert "other journals" not in second.casefold()
    Path("3.sqlite3").write_bytes(b"nothing that a program can read")
    assert "cannot be read from here" in give("purge", "--contact", NUMBER, "--yes", "--journal", "one.sqlite3").stderr


def test_of_a_number_that_nobody_knows_it_says_so() -> None:
    """Nothing is claimed of Callbell; who is to be refused before they come can be, and that can be taken back."""
    give("run", table(Path("others.csv"), [("Phone", "Name"), *[one[:2] for one in OTHERS]]))
    plan = give("purge", "--contact", NUMBER, "--dry-run").stderr
    assert "Nothing is kept of …222" in plan
    assert "mistyped?" in plan
    said = give("purge", "--contact", NUMBER, "--yes").stderr
    assert "From now on a row of theirs is not imported" in said
    assert "purge --contact NUMBER --remember" in said
    assert not any("Callbell and delete" in text for text in (plan, said))
    assert give("run", sheet("contacts.csv"), "--json").rows["invalid"] == 1
    assert give("purge", "--contact", NUMBER, "--remember", "--yes").exit_code == 0
    assert "invalid" not in give("run", "contacts.csv", "--json").rows


def test_who_is_known_nowhere_is_asked_about_in_words_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is offered to be forgotten; and who is on the list already is not asked about."""
    give("run", table(Path("others.csv"), [("Phone", "Name"), *[one[:2] for one in OTHERS]]))
    monkeypatch.setattr("importer.cli.app.is_terminal", lambda: True)
    asked: list[str] = []
    for answer, code in (("no", 3), ("", 3), ("sí", 0), ("no", 0)):

        def answering(question: str, *_: Any, answer: str = answer, **__: Any) -> str:
            asked.append(question)
            return answer

        monkeypatch.setattr("importer.cli.prompts.typer.prompt", answering)
        said = give("purge", "--contact", NUMBER)
        assert said.exit_code == code
    assert [question.splitlines()[-1] for question in asked] == ["Refuse them from now on? [y/N]"] * 3
    assert "was forgotten before" in said.stderr
