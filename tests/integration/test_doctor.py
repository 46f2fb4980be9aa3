"""The command `doctor`, in this process, against sandboxes of each behaviour."""

import json
import math
import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from importer.client.http import CallbellClient
from importer.journal import Journal
from importer.model.probe import DuplicateBehaviour, ProbeAnswers
from importer.model.replies import Reply
from importer.model.requests import Request
from importer.sandbox import Duplicates, Sandbox
from importer.sandbox.calls import Asked
from importer.system.locks import journal_lock
from tests.support.commands import NO_LIMIT, TOKEN, Said, customers, elsewhere, every_byte, give, serving

JOURNAL = Path("journal.sqlite3")
NUMBER = "+34600111222"


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own, and names its journal."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("CALLBELL_", "XDG_STATE"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / JOURNAL))
    monkeypatch.setenv("CALLBELL_IMPORTER_SETTLE_SECONDS", "0.4")
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)


@contextmanager
def service(monkeypatch: pytest.MonkeyPatch, **options: Any) -> Iterator[Sandbox]:
    """Yield a sandbox that the commands use."""
    with serving(replace(NO_LIMIT, **options)) as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        yield sandbox


def levels(said: Said) -> dict[str, str]:
    """Return how each check stands."""
    return {one["name"]: one["level"] for one in said.summary["checks"]}


def line(said: Said, name: str) -> Any:
    """Return one check."""
    return next(one for one in said.summary["checks"] if one["name"] == name)


def answers(sandbox: Sandbox) -> ProbeAnswers | None:
    """Return what the journal knows of the sandbox's account."""
    with closing(Journal.open(JOURNAL)) as journal:
        return journal.probe_of(f"{sandbox.base_url} owner@example.com")


# The set-up


def test_all_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line for each part, exit code 0, and nothing is made: neither journal nor reports nor contacts."""
    with service(monkeypatch) as sandbox:
        said = give("doctor", "--json")
    assert said.exit_code == 0
    assert set(levels(said)) == {
        *("config", "token", "account", "service", "clock", "journal", "lock", "disk", "reports", "schedule", "probe"),
    }
    assert "problem" not in levels(said).values()
    assert "CALLBELL_API_TOKEN" in line(said, "token")["text"]
    assert "owner@example.com" in line(said, "account")["text"]
    assert list(Path().iterdir()) == []
    assert not any(call.startswith(("POST", "DELETE", "PATCH")) for call in sandbox.traffic.requests)
    assert TOKEN not in said.stdout + said.stderr


def test_it_knows_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a run: whole, its schema, and the account as the journal knows it; not a byte of it is changed."""
    with service(monkeypatch):
        assert give("run", customers(Path("contacts.csv"))).exit_code == 0
        before = JOURNAL.read_bytes()
        said = give("doctor", "--json")
    assert JOURNAL.read_bytes() == before
    assert "whole: schema" in line(said, "journal")["text"]
    assert "the journal knows it as" in line(said, "account")["text"]
    assert line(said, "lock")["text"] == "free"


def test_a_copy_of_a_journal_gets_no_lock_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """To look at it leaves nothing behind."""
    with service(monkeypatch):
        assert give("run", customers(Path("contacts.csv"))).exit_code == 0
        copy = Path("copies/copy.sqlite3")
        copy.parent.mkdir()
        assert give("journal", "backup", copy).exit_code == 0
        said = give("doctor", "--journal", copy, "--json")
    assert line(said, "lock")["text"] == "free"
    assert [one.name for one in copy.parent.iterdir()] == ["copy.sqlite3"]


def test_a_broken_config_is_one_line() -> None:
    """Exit code 2; nothing else is looked at, for it would be with other settings."""
    Path("config.toml").write_text("[service]\nrates = 3\n", encoding="utf-8")
    said = give("doctor", "--json", "--probe", NUMBER)
    assert (said.exit_code, levels(said)["config"]) == (2, "problem")
    assert "rates" in line(said, "config")["text"]
    assert {level for name, level in levels(said).items() if name != "config"} == {"not checked"}


def test_without_a_token_the_rest_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2, and how to give one."""
    monkeypatch.delenv("CALLBELL_API_TOKEN")
    said = give("doctor", "--json")
    assert (said.exit_code, levels(said)["token"], levels(said)["journal"]) == (2, "problem", "ok")
    assert "token_file" in line(said, "token")["next_step"]
    assert levels(said)["service"] == "not checked"


def test_a_token_that_is_refused_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service is there, so it is the token's line; exit code 2."""
    monkeypatch.setenv("CALLBELL_API_TOKEN", "another-token")
    with service(monkeypatch):
        said = give("doctor", "--json")
    assert (said.exit_code, levels(said)["token"], levels(said)["service"]) == (2, "problem", "ok")
    assert "401" in line(said, "token")["text"]


@pytest.mark.skipif(os.name == "nt", reason="modes mean nothing there")
def test_a_token_file_is_told_with_its_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret one is ok; one that others can read is a problem, with the command that cures it."""
    monkeypatch.delenv("CALLBELL_API_TOKEN")
    Path("token").write_text(TOKEN, encoding="utf-8")
    Path("token").chmod(0o600)
    monkeypatch.setenv("CALLBELL_IMPORTER_TOKEN_FILE", "token")
    with service(monkeypatch):
        assert "mode 0600" in line(give("doctor", "--json"), "token")["text"]
        Path("token").chmod(0o644)
        said = give("doctor", "--json")
        assert (said.exit_code, line(said, "token")["next_step"]) == (2, "chmod 600 token")
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(Path.cwd()))
        assert "systemd" in line(give("doctor", "--json"), "token")["text"]


def test_a_variable_that_wins_over_an_accounts_own_token_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """It works, and may be another account's."""
    Path("b.token").write_text("token-of-b", "utf-8")
    Path("b.token").chmod(0o600)
    Path("config.toml").write_text('[accounts.b]\ntoken_file = "b.token"\n', encoding="utf-8")
    with service(monkeypatch):
        said = give("doctor", "--json")
    assert (said.exit_code, levels(said)["token"]) == (0, "note")
    assert "b.token, which the config has for the account b" in line(said, "token")["text"]


def test_a_service_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 5, and no traceback."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("CALLBELL_BASE_URL", f"http://127.0.0.1:{free.getsockname()[1]}/v1")
        said = give("doctor", "--json")
    assert (said.exit_code, levels(said)["service"], levels(said)["account"]) == (5, "problem", "not checked")
    assert "cannot be reached" in line(said, "service")["text"]
    assert "Traceback" not in said.stderr


def test_a_journal_that_is_in_use_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """By whom; exit code 6."""
    with service(monkeypatch):
        give("run", customers(Path("contacts.csv")))
        lock = journal_lock(JOURNAL.resolve(), "20261123-020000-contacts")
        lock.__enter__()
        said = give("doctor", "--json")
        lock.__exit__(None, None, None)
    assert (said.exit_code, levels(said)["lock"]) == (6, "problem")
    assert "20261123-020000-contacts" in line(said, "lock")["text"]


def test_what_is_no_journal_or_no_folder_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both lines, and exit code 4."""
    JOURNAL.write_text("no database at all", encoding="utf-8")
    Path("reports").write_text("in the way", encoding="utf-8")
    with service(monkeypatch):
        said = give("doctor", "--json")
    assert (said.exit_code, levels(said)["journal"], levels(said)["reports"]) == (4, "problem", "problem")
    assert JOURNAL.read_text("utf-8") == "no database at all"


def test_the_lines_are_shown_without_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """On standard error, with what to do next."""
    with service(monkeypatch):
        said = give("doctor")
    assert said.stdout == ""
    assert "\njournal   ok" in said.stderr
    assert "callbell-importer doctor --probe NUMBER" in said.stderr


# The probe


@pytest.mark.parametrize("behaviour", Duplicates)
@pytest.mark.parametrize(("status", "seconds"), [(200, 0.0), (201, 0.1), (200, math.inf)])
def test_a_probe_tells_the_behaviours_apart(
    monkeypatch: pytest.MonkeyPatch, behaviour: Duplicates, status: int, seconds: float
) -> None:
    """It says so, the journal keeps it, a plain `doctor` repeats it, and nothing is left in the account."""
    with service(monkeypatch, duplicates=behaviour, created_status=status, visible_after_seconds=seconds) as sandbox:
        said = give("doctor", "--probe", NUMBER, "--yes", "--json")
        assert said.exit_code == 0, said.stderr
        assert not sandbox.contacts
        found = answers(sandbox)
        assert found is not None
        assert found.duplicates is DuplicateBehaviour(behaviour.value)
        assert (found.created_status, found.status_proves) == (status, status == 201)
        assert found.is_look_up_reliable is (seconds < math.inf)
        assert said.summary["probe"]["duplicates"] == behaviour.value
        assert f"({behaviour})" in line(give("doctor", "--json"), "probe")["text"]
    with closing(sqlite3.connect(JOURNAL)) as file:
        assert file.execute("SELECT state FROM probes").fetchall() == [("",)]


def test_a_probe_needs_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal it is refused, with the command that makes it."""
    with service(monkeypatch) as sandbox:
        said = give("doctor", "--probe", NUMBER)
        assert (said.exit_code, sandbox.traffic.requests.total()) == (2, 0)
    assert "doctor --probe +34600111222 --yes" in said.stderr


def test_a_probe_needs_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is none is refused before anything is asked."""
    with service(monkeypatch) as sandbox:
        assert give("doctor", "--probe", "nobody", "--yes").exit_code == 2
        assert sandbox.traffic.requests.total() == 0


def test_a_number_of_the_account_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2; the contact stays, and nothing is made."""
    with service(monkeypatch) as sandbox:
        give("run", customers(Path("contacts.csv"), 1))
        said = give("doctor", "--probe", "+34600000000", "--yes", "--json")
        assert (said.exit_code, len(sandbox.contacts)) == (2, 1)
        assert sandbox.traffic.requests["POST /contacts"] == 1
    assert "in the account already" in line(said, "probe")["text"]


def test_no_probe_is_made_beside_another_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the reports cannot be written, say: first that."""
    Path("reports").write_text("in the way", encoding="utf-8")
    with service(monkeypatch) as sandbox:
        said = give("doctor", "--probe", NUMBER, "--yes", "--json")
        assert (said.exit_code, levels(said)["probe"]) == (4, "not checked")
        assert sandbox.traffic.requests["POST /contacts"] == 0


class Killed(BaseException):
    """The process is gone."""


def kill_at_request(patch: pytest.MonkeyPatch, call: int, *, before: bool) -> None:
    """Let the process die at a request: before it leaves, or when its answer is on the way."""
    send, count = CallbellClient.send, [0]

    async def dying(self: CallbellClient, request: Request) -> Reply:
        count[0] += 1
        if count[0] == call and before:
            raise Killed
        reply = await send(self, request)
        if count[0] == call:
            raise Killed
        return reply

    patch.setattr(CallbellClient, "send", dying)


@pytest.mark.parametrize("before", [True, False])
def test_killed_at_each_request_the_next_doctor_deletes_what_was_made(
    monkeypatch: pytest.MonkeyPatch, *, before: bool
) -> None:
    """A plain `doctor` goes on without a question; others' contacts of the number stay."""
    monkeypatch.setenv("CALLBELL_IMPORTER_SETTLE_SECONDS", "0")
    for call in range(7, 16):  # the first six ask who we are, and for teams and channels
        with service(monkeypatch) as sandbox:
            with monkeypatch.context() as patch:
                kill_at_request(patch, call, before=before)
                with pytest.raises(Killed):
                    give("doctor", "--probe", NUMBER, "--yes")
            body = {"identifier": NUMBER, "source": "whatsapp", "name": "Ana"}
            sandbox.calls.create_contact(Asked(body=body))
            said = give("doctor", "--json")
            assert said.exit_code == 0, said.stderr
            assert [one.name for one in sandbox.contacts] == ["Ana"], call
        with closing(sqlite3.connect(JOURNAL)) as file:
            assert file.execute("SELECT count(*) FROM probes WHERE finished_at IS NULL").fetchall() == [(0,)]


def test_what_was_made_is_deleted_beside_another_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports that cannot be written keep no `doctor` from cleaning up, only from a new probe."""
    monkeypatch.setenv("CALLBELL_IMPORTER_SETTLE_SECONDS", "0")
    with service(monkeypatch) as sandbox:
        with monkeypatch.context() as patch:
            kill_at_request(patch, 9, before=False)
            with pytest.raises(Killed):
                give("doctor", "--probe", NUMBER, "--yes")
        assert len(sandbox.contacts) == 1
        Path("reports").write_text("in the way", encoding="utf-8")
        said = give("doctor", "--probe", NUMBER, "--yes", "--json")
        assert (said.exit_code, len(sandbox.contacts)) == (4, 0)
        assert sandbox.traffic.requests["POST /contacts"] == 1
        assert "found nothing out" in line(said, "probe")["text"]


def test_another_accounts_probe_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """It can only be cleaned up with that account's token; nothing of it is asked for in this one."""
    with service(monkeypatch) as sandbox, monkeypatch.context() as patch:
        kill_at_request(patch, 9, before=False)
        with pytest.raises(Killed):
            give("doctor", "--probe", NUMBER, "--yes")
    with service(monkeypatch, account=elsewhere(user_email="leo@example.com")) as other:
        said = give("doctor", "--json")
        assert (said.exit_code, line(said, "probe")["level"]) == (0, "note")
        assert other.traffic.requests["GET /contacts/phone/:number"] == 0
    assert len(sandbox.contacts) == 1


@pytest.mark.parametrize(("answer", "exit_code"), [(True, 0), (False, 3)])
def test_on_a_terminal_it_asks(monkeypatch: pytest.MonkeyPatch, *, answer: bool, exit_code: int) -> None:
    """With the number and the account; a no makes nothing."""
    asked: list[str] = []

    def confirm(text: str) -> bool:
        asked.append(text)
        return answer

    monkeypatch.setattr("importer.cli.app.is_terminal", lambda: True)
    monkeypatch.setattr("importer.cli.doctor_command.confirm_probe", confirm)
    with service(monkeypatch) as sandbox:
        assert give("doctor", "--probe", NUMBER).exit_code == exit_code
        assert (sandbox.traffic.requests["POST /contacts"] > 0) is answer
    (text,) = asked
    assert NUMBER in text
    assert "owner@example.com" in text


def test_neither_token_nor_number_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What a probe leaves in the journal is what it found out."""
    with service(monkeypatch):
        assert give("doctor", "--probe", NUMBER, "--yes").exit_code == 0
    with closing(sqlite3.connect(JOURNAL)) as file:
        dump = "\n".join(file.iterdump())
    assert NUMBER.lstrip("+") not in dump
    assert TOKEN.encode() not in every_byte(tmp_path)


def test_the_summary_is_json_on_every_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the exit code in it."""
    monkeypatch.delenv("CALLBELL_API_TOKEN")
    said = give("doctor", "--json")
    assert json.loads(said.stdout)["exit_code"] == said.exit_code == 2
