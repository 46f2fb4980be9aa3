"""Whoever a person's answer left out stays left out where nobody is asked, whatever the list says by then."""

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from importer.sandbox import Sandbox
from tests.support.commands import Said, give, own_state, table

if os.name == "nt":
    pytest.skip("terminals are POSIX's", allow_module_level=True)
from tests.support.answered_terminal import on_a_terminal
from tests.support.receivers import mail_receiver, web_receiver

HEADER = "Acepta publicidad"
ASKED, LAST = "[Y/n] ", ("Import them?", "\n")
LEFT_OUT = "were left out, as nobody answered about what is new in Acepta publicidad:"
ONLY = 'Only "Sí" in Acepta publicidad, as in the last run.'


@pytest.fixture(autouse=True)
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Yield Callbell's stand-in; each test stands in a folder of its own, and has journal and token there."""
    monkeypatch.setenv("CALLBELL_IMPORTER_RATE", "0")
    with own_state(tmp_path, monkeypatch) as sandbox:
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


def degraded(said: Said) -> list[tuple[str, str]]:
    """Return why a command was degraded: codes, each with its sentence."""
    return [(one["code"], one["message"]) for one in said.summary["degraded"]]


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
        assert (said.exit_code, len(service.contacts), said.rows["left_out"]) == (1, 3, 5)
        assert degraded(said) == [("consent_new", f"3 rows of a.csv {LEFT_OUT} {values}.")]
    checked = give("check", "a.csv", "--json")
    assert "New in Acepta publicidad" in checked.stderr
    assert (checked.exit_code, degraded(checked)) == (1, degraded(said))
    seen = on_a_terminal("check", "a.csv", answers=[])
    assert (seen.exit_code, "DEGRADED" in seen.shown) == (0, False)  # there run asks
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
    said = night("--yes")
    many = f"6 rows of a.csv {LEFT_OUT} 6 kinds"
    line = '"Acepta publicidad" = ["..."]'
    how = f"run cannot ask about all of it: say which count under [input.where] of a config, {line}."
    assert degraded(said) == [("consent_unclear", f"{many} of answers. {how}")]
    assert "which of them count, write a config:\n  callbell-importer init a.csv\n" in said.stderr
    for shown in (said.stderr, answered()):
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


def test_a_night_tells_by_mail_and_webhook_whom_it_left_out() -> None:
    """With file, column, values, rows and command, as nobody reads the log; once answered, no more."""
    listed("Sí", "No")
    answered((ASKED, "\n"), LAST)
    listed("Sí", "No", "Quizás\x1b[31m\n", "", "+34600999888 mañana")
    with mail_receiver() as mail, web_receiver() as web:
        to_mail = (
            f'mail_to = "ops@example.com"\nsmtp_server = "127.0.0.1"\nsmtp_security = "none"\nsmtp_port = {mail.port}'
        )
        Path("config.toml").write_text(f'[notify]\nwebhook = "{web.url}/hook"\n{to_mail}\n', "utf-8")
        config = Path("config.toml").absolute()
        said = night("--yes")
        assert said.exit_code == 1
        (got,), (posted,) = mail.mails, web.got
        text = got.get_content().replace("\r\n", "\n")
        assert got["Subject"].startswith("callbell-importer: degraded import of a.csv: consent_new")
        values = '"Quizás" (1 row), no answer (1 row), "…888 mañana" (1 row)'
        assert f"Degraded:\n  consent_new: 3 rows of a.csv {LEFT_OUT} {values}.\n" in text
        command = f"  callbell-importer run {Path('a.csv').absolute()} --config {config}\n"
        assert f"Next: to answer about the rows that were left out, give this on a terminal:\n{command}" in text
        assert "600999888" not in text + posted.body.decode()
        assert posted.content["degraded"][0]["code"] == "consent_new"
        assert night("--yes").exit_code == 1
        assert len(mail.mails) == 2
        answered((ASKED, "\n"))
        assert night("--yes").exit_code == 0
        assert len(mail.mails) == 2


def test_a_number_in_an_answer_is_in_nothing_that_a_purge_does_not_clean() -> None:
    """Neither in the text for a log, nor in what the journal keeps of the night."""
    listed("Sí", "No")
    answered((ASKED, "\n"), LAST)
    listed("Sí", "No", "Eva +34600999888")
    said = night("--yes")
    assert "600999888" not in said.stderr
    assert 'about it: "Eva …888" (1 row).' in said.stderr
    with closing(sqlite3.connect(next(Path().rglob("journal.sqlite3")))) as journal:
        kept = [json.loads(text) for (text,) in journal.execute("SELECT degraded FROM runs ORDER BY id")]
    assert [len(one) for one in kept] == [0, 1]
    assert ("600999888" in str(kept), "…888" in str(kept)) == (False, True)


def test_a_value_far_below_the_first_rows_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run on a terminal would not ask about it; which rows have it is known only when all were read."""
    listed("Sí", "No")
    answered((ASKED, "\n"), LAST)
    listed(*["Sí"] * 3_000, "Vale")
    monkeypatch.setattr("importer.commands.questions.consent_question._MOST_ROWS", 1_000)
    said = night("--limit", "3001")
    assert [code for code, _ in degraded(said)] == ["consent_unclear"]
    assert "1 row of a.csv was left out, as nobody answered" in said.stderr
    assert '"Vale" (1 row)' in said.stderr


def test_whoever_is_left_out_for_another_reason_is_not_told_of() -> None:
    """Two columns, in one of which they said no: the new value in the other one matters to nobody."""
    head = ("Phone", "Name", HEADER, "Acepta WhatsApp")
    people = [("+34600111200", "Ana", "Sí", "Sí"), ("+34600111201", "Eva", "No", "No")]
    table(Path("a.csv"), [head, *people])
    answered((ASKED, "\n"), (ASKED, "\n"), LAST)
    table(Path("a.csv"), [head, *people, ("+34600111202", "Iva", "No", "Quizás")])
    assert (night("--yes").exit_code, degraded(night("--yes"))) == (0, [])
    table(Path("a.csv"), [head, *people, ("+34600111202", "Iva", "Sí", "Quizás")])
    assert [code for code, _ in degraded(night("--yes"))] == ["consent_new"]


def test_a_config_that_asks_nothing_is_named() -> None:
    """Else the command that it tells would not ask."""
    listed("Sí", "No")
    answered((ASKED, "\n"), LAST)
    listed("Sí", "No", "Quizás")
    Path("config.toml").write_text("[run]\nyes = true\n", "utf-8")
    ((_, message),) = degraded(night())
    assert message.endswith("The config says yes = true under [run], so nobody is asked: take that out to answer.")
