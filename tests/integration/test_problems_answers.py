"""problems.csv of a check is read as its list is: who counts by what was answered about it, whenever that was."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from importer.sandbox import Sandbox
from tests.support.commands import Said, give, own_state, read, table

if os.name == "nt":
    pytest.skip("terminals are POSIX's", allow_module_level=True)
from tests.support.answered_terminal import Ended, on_a_terminal

HEADER = "Acepta WhatsApp"
SHORT = {2: "Sí", 3: "No", 4: "No"}
"""Rows whose number is too short, and what they say in the column of consent."""
ASKED = 'with "Sí"? [Y/n]'
LAST = ("Import them?", "\n")
OF_LIST = "as in the last run of its list"


@pytest.fixture(autouse=True)
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Yield Callbell's stand-in; each test stands in a folder of its own, and has journal and token there."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("CALLBELL_IMPORTER_RATE", "0")
    with own_state(tmp_path, monkeypatch) as sandbox:
        yield sandbox


def listed(**numbers: str) -> Path:
    """Write a list of six customers; those of whom a number is given have it in place of the usual one."""
    people = [
        (numbers.get(f"n{n}", "12" if n in SHORT else f"+34600111{n:03}"), f"Ana {n}", SHORT.get(n, "Sí"))
        for n in range(6)
    ]
    return table(Path("a.csv"), [("Móvil", "Nombre", HEADER), *people])


def checked(*files: str | Path) -> Path:
    """Check files, and return the newest file with the rows to fix, in which the numbers are right now."""
    assert give("check", *(files or (listed(),))).exit_code == 1
    return fixed(max(Path("reports").glob("*/problems*.csv"), key=lambda path: path.stat().st_mtime_ns))


def fixed(path: Path) -> Path:
    """Return a file in which the numbers that are too short were made right."""
    lines = path.read_text("utf-8").splitlines()
    right = [
        line.replace("12,", f"+34600222{n:03},", 1) if line.startswith("12,") else line for n, line in enumerate(lines)
    ]
    path.write_text("\n".join(right) + "\n", "utf-8")
    return path


def answered(answer: str, *options: str, code: int = 1) -> Ended:
    """Import the list on a terminal, with an answer to who counts."""
    ended = on_a_terminal("run", "a.csv", *options, answers=[(ASKED, f"{answer}\n"), LAST])
    assert ended.exit_code == code
    return ended


def night(file: Path, *options: str) -> Said:
    """Import a file where nobody is asked."""
    return give("run", file, "--yes", "--json", *options)


@pytest.mark.parametrize("options", [(), ("--sandbox",)])
def test_whoever_is_left_out_of_the_list_later_is_not_sent_from_its_rows_to_fix(
    service: Sandbox, options: Sequence[str]
) -> None:
    """In a run or in a rehearsal: the check had nobody's answer yet."""
    problems = checked()
    answered("", *options)
    there, said = len(service.contacts), night(problems)
    assert f'Only "Sí" in {HEADER}, {OF_LIST}.' in said.stderr
    assert said.rows == {"read": 1, "created": 1, "left_out": 2}
    assert len(service.contacts) == there + 1


@pytest.mark.parametrize("options", [(), ("--sandbox",)])
def test_an_answer_from_before_the_check_holds_for_what_is_written_into_its_rows(
    service: Sandbox, options: Sequence[str]
) -> None:
    """Only those are among them who had agreed; a cell that says no now counts too."""
    listed()
    answered("", *options)
    problems, there = checked("a.csv"), len(service.contacts)
    (row,) = read(problems)
    assert row[HEADER] == "Sí"
    problems.write_text(problems.read_text("utf-8").replace(",Sí,", ",No,"), "utf-8")
    said = night(problems)
    assert f'Only "Sí" in {HEADER}, {OF_LIST}.' in said.stderr
    assert (said.rows["left_out"], len(service.contacts)) == (1, there)


def test_the_last_answer_about_the_list_counts(service: Sandbox) -> None:
    """The first one was another."""
    problems = checked()
    answered("")
    table(Path("a.csv"), [("Móvil", "Nombre", HEADER), ("+34600111000", "Ana", "Sí"), ("+34600111001", "Eva", "Nunca")])
    assert on_a_terminal("run", "a.csv", answers=[("[Y/n]", "n\n"), LAST]).exit_code == 0
    assert f"All rows, whatever {HEADER} says, {OF_LIST}." in night(problems).stderr
    assert len(service.contacts) == 6


def test_on_a_terminal_it_is_not_asked_again(service: Sandbox) -> None:
    """It is told, with the command that names the list."""
    problems = checked()
    answered("")
    ended = on_a_terminal("run", str(problems), answers=[LAST])
    assert (ended.exit_code, ended.unasked, len(service.contacts)) == (0, 0, 4)
    told = f'Only "Sí" in {HEADER}, {OF_LIST}; to answer otherwise: callbell-importer init a.csv'
    assert told in " ".join(ended.shown.split())


def test_rows_that_were_checked_twice_are_followed_to_their_list(service: Sandbox) -> None:
    """Also from a check of the file that a run wrote."""
    again = checked(broken(checked()))
    answered("")
    assert night(again).rows == {"read": 1, "created": 1, "left_out": 2}
    (failed,) = Path("reports").glob("*/failed.csv")
    problems = checked(failed)
    problems.write_text(problems.read_text("utf-8").replace(",Sí,", ",No,"), "utf-8")
    said = night(problems)
    assert f'Only "Sí" in {HEADER}, as in an earlier run of these rows.' in said.stderr
    assert len(service.contacts) == 4


def broken(path: Path) -> Path:
    """Return a file in which the numbers are too short again."""
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join("12," + line.partition(",")[2] if line[0] == "+" else line for line in lines), "utf-8")
    return path


def test_without_the_column_by_which_rows_were_left_out_nothing_is_sent(service: Sandbox) -> None:
    """As of the list itself."""
    problems = checked()
    answered("")
    problems.write_text(problems.read_text("utf-8").replace(HEADER, "Ciudad"), "utf-8")
    there, said = len(service.contacts), night(problems)
    assert (said.exit_code, said.summary["error"]["code"], len(service.contacts)) == (3, "consent_unknown", there)


def test_where_nobody_answered_it_is_as_in_the_lists_first_run(service: Sandbox) -> None:
    """All rows are sent, and the column is pointed out."""
    problems = checked()
    for path in (Path("a.csv"), problems):
        assert f'"{HEADER}" seems to ask for consent' in night(path).stderr
    assert len(service.contacts) == 6


def test_the_columns_are_those_of_the_check(service: Sandbox) -> None:
    """A few rows that are wrong would tell another one."""
    rows = [("12", f"+3460022233{n}", f"Ana {n}") if n < 3 else (f"+3460011122{n}", "", f"Eva {n}") for n in range(9)]
    problems = checked(table(Path("a.csv"), [("Móvil", "Fijo", "Nombre"), *rows]))
    assert night(problems).exit_code == 0
    assert {one.identifier[:-1] for one in service.contacts} == {"3460022200"}


def test_the_country_of_the_check_is_proposed(service: Sandbox) -> None:
    """It was said for the list."""
    people = [("600 111 22", "Ana 1"), ("600 111 333", "Eva")]
    listing = table(Path("a.csv"), [("Móvil", "Nombre"), *people])
    assert give("check", listing, "--country", "ES").exit_code == 1
    (problems,) = Path("reports").glob("*/problems.csv")
    problems.write_text(problems.read_text("utf-8").replace("600 111 22,", "600 111 222,"), "utf-8")
    ended = on_a_terminal("run", str(problems), answers=[LAST])
    assert (ended.exit_code, ended.unasked, len(service.contacts)) == (0, 0, 1)
    assert "the check that wrote this file" in " ".join(ended.shown.split())


def test_where_nobody_is_asked_the_country_is_told_as_that_of_the_check() -> None:
    """No run had it."""
    assert give("check", table(Path("a.csv"), [("Móvil", "Nombre"), ("600 111 22", "Ana")]), "--country", "ES").stderr
    (problems,) = Path("reports").glob("*/problems.csv")
    problems.write_text(problems.read_text("utf-8").replace("600 111 22,", "600 111 222,"), "utf-8")
    said = " ".join(night(problems).stderr.split())
    assert said.count("The check of ") == 1
    assert "had --country ES: 1 of 1 numbers without a country code" in said


def test_beside_the_rows_it_says_of_which_list_they_are() -> None:
    """Without a row of it; a check that finds nothing to fix leaves nothing behind."""
    listed(n2="+34600111002", n3="+34600111003", n4="+34600111004")
    assert give("check", "a.csv").exit_code == 0
    assert not Path("reports").exists()
    (written,) = checked().parent.glob("*.json")
    told = json.loads(written.read_text("utf-8"))
    assert (written.name, told["command"], told["files"]) == ("check.json", "check", [str(Path("a.csv").absolute())])
    assert "Ana" not in written.read_text("utf-8")
    if os.name != "nt":
        assert written.stat().st_mode & 0o777 == 0o600


def told_of(consent: object = None, *, started_at: str = "2026-11-28T20:15:51+00:00") -> str:
    """Return what is beside the rows of a check, with these answers and this time."""
    return json.dumps({"files": ["/a.csv"], "options": {"consent": consent}, "started_at": started_at})


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{}", '{"files": 3}', '{"files": ["/a.csv"], "options": 3}', "x"),
        told_of([{"Acepta": {"only": [5], "seen": [6]}}]),
        told_of(started_at="9999-12-31T23:59:59-12:00"),
    ],
)
def test_a_damaged_file_about_the_list_is_none(service: Sandbox, text: str) -> None:
    """The rows are sent as those of a file that nobody knows."""
    problems = checked()
    problems.with_name("check.json").write_text(text, "utf-8")
    assert night(problems).exit_code == 0
    assert len(service.contacts) == 3
