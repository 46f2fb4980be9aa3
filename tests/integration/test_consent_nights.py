"""Whoever a person's answer left out stays left out where nobody is asked, whatever the list says by then."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from importer.sandbox import Sandbox
from tests.support.commands import TOKEN, Said, give, serving, table

if os.name == "nt":
    pytest.skip("terminals are POSIX's", allow_module_level=True)
from tests.support.answered_terminal import on_a_terminal

HEADER = "Acepta publicidad"
ASKED, LAST = "[Y/n] ", ("Import them?", "\n")
ONLY = 'Only "Sí" in Acepta publicidad, as in the last run.'


@pytest.fixture(autouse=True)
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Yield Callbell's stand-in; each test stands in a folder of its own, and has journal and token there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    monkeypatch.setenv("CALLBELL_IMPORTER_RATE", "0")
    with serving() as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        yield sandbox


def listed(*cells: str, header: str = HEADER) -> Path:
    """Write a list of which each customer says something in the column of consent."""
    people = [(f"+346001112{place:02}", f"Ana {place}", cell) for place, cell in enumerate(cells)]
    return table(Path("a.csv"), [("Phone", "Name", header), *people])


def answered(*answers: tuple[str, str], code: int = 0) -> str:
    """Import the list on a terminal, and return what it shows."""
    ended = on_a_terminal("run", "a.csv", answers=[*answers])
    assert (ended.exit_code, ended.unasked) == (code, 0)
    return " ".join(ended.shown.split())


def night(*options: str) -> Said:
    """Import the list where nobody can be asked."""
    return give("run", "a.csv", "--json", *options)


@pytest.mark.parametrize("options", [(), ("--yes",)])
def test_a_value_that_nobody_answered_about_is_left_out(service: Sandbox, options: Sequence[str]) -> None:
    """It is said with its rows and how to answer; who said no stays out; and a person is asked about it later."""
    listed("Sí", "No", "Sí")
    answered(('with "Sí"? [Y/n] ', "\n"), LAST)
    listed("Sí", "No", "Sí", "Quizás", "Quizás", "", "SÍ ", "no")
    for _ in range(2):
        said = night(*options)
        assert ONLY in said.stderr
        new = "New in Acepta publicidad, and left out as nobody answered about it: {}.\n{}\n  {}\n"
        values = '"Quizás" (2 rows), no answer (1 row)'
        assert new.format(values, "To answer, on a terminal:", "callbell-importer run a.csv") in said.stderr
        assert (said.exit_code, len(service.contacts), said.rows["left_out"]) == (0, 3, 5)
    assert "New in Acepta publicidad" in give("check", "a.csv").stderr
    assert "Quizás 2" in answered(("[Y/n] ", "n\n"), LAST).replace('"', "")
    assert len(service.contacts) == 8


def test_where_all_rows_count_so_do_new_values(service: Sandbox) -> None:
    """A person answered that whatever the column says does not matter."""
    listed("Sí", "No")
    answered((ASKED, "n\n"), LAST)
    listed("Sí", "No", "Quizás")
    said = night("--yes")
    assert "All rows, whatever Acepta publicidad says, as in the last run." in said.stderr
    assert (said.exit_code, len(service.contacts)) == (0, 3)


def test_a_column_that_has_too_many_words_to_ask_about_leaves_out_all_the_same(service: Sandbox) -> None:
    """On a terminal too; the config may say which of them count."""
    listed("Sí", "No")
    answered((ASKED, "\n"), LAST)
    listed("Sí", "No", *(f"{word} 7" for word in "abcdef"))
    told = 'To say which count, write a config, and "Acepta publicidad" = ["..."] under its [input.where]:'
    for shown in (night("--yes").stderr, answered()):
        assert "(1 row), 1 other (1 row)" in shown
        assert told in shown
    assert len(service.contacts) == 1


def test_another_word_for_yes_is_asked_about(service: Sandbox) -> None:
    """Where nobody can be asked it does not count, also if all rows say yes."""
    listed("Sí", "No")
    answered((ASKED, "\n"), LAST)
    listed("Sí", "Vale", "Yes")
    assert night().rows["left_out"] == 2
    listed("Sí", "Yes")
    assert night().rows["left_out"] == 1
    answered(('with "Sí" or "Yes"? [Y/n]', "\n"), LAST)
    assert len(service.contacts) == 2
    assert "left_out" not in night().rows


def test_a_column_with_another_header_stops_the_run(service: Sandbox) -> None:
    """Until a person answers about the new one; in other letters it is the same."""
    listed("Sí", "No")
    answered((ASKED, "\n"), LAST)
    listed("Sí", "No", header=HEADER.upper())
    assert night().rows == {"read": 1, "unchanged": 1, "left_out": 1}
    listed("Sí", "No", header="Consentimiento")
    for said in (night(), night("--yes")):
        assert (said.exit_code, said.summary["error"]["code"]) == (3, "consent_unknown")
        assert 'a.csv has no column "ACEPTA PUBLICIDAD" any more, or has it twice: only rows with "Sí"' in said.stderr
        assert said.stderr.endswith("callbell-importer init a.csv\n")
    answered((ASKED, "\n"), code=1)
    assert night().rows == {"read": 1, "unchanged": 1, "left_out": 1}
    assert len(service.contacts) == 1


def test_a_column_that_is_gone_is_asked_about_each_time(service: Sandbox) -> None:
    """Enter sends nothing; a yes holds for that run alone, as the column may come back."""
    listed("Sí", "No")
    answered((ASKED, "\n"), LAST)
    listed("Sí", "No", header="Ciudad")
    gone = "in it were imported before. Import all rows now? [y/N]"
    assert "Nothing was sent." in answered((gone, "\n"), code=3)
    assert len(service.contacts) == 1
    answered((gone, "y\n"), LAST, code=1)  # as of any list whose header changed
    assert len(service.contacts) == 2
    assert night().exit_code == 3
    listed("Sí", "No", "No")
    assert night().rows["left_out"] == 2


def test_a_list_of_which_no_row_counts_any_more_stops_the_run(service: Sandbox) -> None:
    """Other words were chosen for its column; where all say no, there is nothing to do."""
    listed("Sí", "No")
    answered((ASKED, "\n"), LAST)
    listed("Yes", "No")
    said = night("--yes")
    assert (said.exit_code, said.summary["error"]["code"]) == (3, "consent_unknown")
    assert 'a.csv: no row has "Sí" in Acepta publicidad' in said.stderr
    assert 'nobody answered about "Yes" (1 row).' in said.stderr
    assert said.stderr.endswith("To answer, on a terminal:\n  callbell-importer run a.csv\n")
    listed("No", "No")
    assert (night().exit_code, len(service.contacts)) == (0, 1)


def test_a_new_value_in_the_file_with_the_rows_to_fix_is_left_out(service: Sandbox) -> None:
    """As in its list."""
    listed("Sí", "No", "Sí")
    path = Path("a.csv")
    path.write_text(path.read_text("utf-8").replace("+34600111202", "12"), "utf-8")
    answered((ASKED, "\n"), LAST, code=1)
    (failed,) = Path("reports").glob("*/failed.csv")
    failed.write_text(failed.read_text("utf-8").replace("\n12,Ana 2,Sí", "\n+34600111202,Ana 2,Quizás"), "utf-8")
    said = give("run", failed, "--yes", "--json")
    assert said.exit_code == 3
    assert '"Quizás" (1 row)' in said.stderr
    assert len(service.contacts) == 1
