"""Which commands are told of to webhook and ping: an import that a person wanted, once."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from importer.sandbox import Sandbox
from tests.support.commands import customers, give, own_state, table
from tests.support.receivers import WebReceiver, web_receiver

if os.name == "nt":
    pytest.skip("terminals are POSIX's", allow_module_level=True)
from tests.support.answered_terminal import on_a_terminal

LIST = [("Phone", "Name"), ("+34600111222", "Ana"), ("+34 12", "Eva")]


@pytest.fixture(autouse=True)
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Each test stands in a folder of its own, with the account of a sandbox."""
    with own_state(tmp_path, monkeypatch) as sandbox:
        yield sandbox


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebReceiver]:
    """A web server that the config names for webhook and ping."""
    with web_receiver() as receiver:
        addresses = f'webhook = "{receiver.url}/hook"\nping = "{receiver.url}/ping"\n'
        (tmp_path / "config.toml").write_text(f"[notify]\n{addresses}", encoding="utf-8")
        yield receiver


def last_run() -> Path:
    """Return where the last run's object is."""
    (found,) = Path().rglob("last-run.json")
    return found


@pytest.mark.parametrize(
    ("options", "question"),
    [
        (["--country", "ES"], "Import them? [Y/n]"),
        (["--country", "FR"], "Import them all the same? [y/N]"),
        (["--country", "ES", "--journal", "other.sqlite3"], "Begin a new one there? [Y/n]"),
    ],
)
def test_a_person_who_says_no_is_told_of_to_nobody(web: WebReceiver, options: list[str], question: str) -> None:
    """Not the dead-man's switch either, and the summary says that it was a no, not a bad file."""
    table(Path("a.csv"), [("Móvil", "Nombre"), *((f"6001112{number}", "Ana") for number in range(10, 30))])
    ended = on_a_terminal("run", "a.csv", *options, answers=[(question, "n\n")])
    assert (ended.exit_code, ended.unasked, web.got) == (3, 0, [])
    assert json.loads(last_run().read_text("utf-8"))["error"]["code"] == "declined"


def test_the_list_of_runs_has_a_no_as_a_no() -> None:
    """For programs, too."""
    customers(Path("a.csv"))
    assert on_a_terminal("run", "a.csv", answers=[("Import them?", "n\n")]).exit_code == 3
    (run,) = give("runs", "--json").summary["runs"]
    assert give("runs", run["run"], "--json").summary["run"]["error"]["code"] == "declined"


def test_a_run_is_told_of_once(web: WebReceiver) -> None:
    """`report` and `runs` show it again, and it is no news, nor the last run."""
    assert give("run", table(Path("a.csv"), LIST), "--yes").exit_code == 1
    assert next(one.path for one in web.got) == "/ping/start"
    told, last = len(web.got), last_run().stat().st_mtime_ns
    run = next(Path("reports").iterdir()).name
    for command in (["report"], ["report", run, "--json"], ["runs", run, "--json"], ["runs", run]):
        assert give(*command).exit_code == 0
    assert (len(web.got), last_run().stat().st_mtime_ns) == (told, last)


def test_a_person_who_says_yes_is_told_of_at_the_end_alone(web: WebReceiver) -> None:
    """Without `/start`, after which a dead-man's switch would wait for a person's answer."""
    ended = on_a_terminal("run", str(table(Path("a.csv"), LIST)), answers=[("Import them?", "\n")])
    assert (ended.exit_code, sorted(one.path for one in web.got)) == (1, ["/hook", "/ping/1"])
