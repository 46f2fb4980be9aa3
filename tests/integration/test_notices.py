"""Who hears of a night, through the real command: mail, webhook, ping and commands, received by real servers."""

import asyncio
import errno
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from importer.model.errors import StorageError
from importer.notify import delivery, receivers
from importer.sandbox import Sandbox
from importer.system import installed_units
from importer.system.systemd_units import service_unit
from tests.support.commands import TOKEN, Said, customers, every_byte, give, serving, table
from tests.support.nightly_jobs import nightly_job
from tests.support.paths import ROOT
from tests.support.receivers import (
    MailReceiver,
    WebReceiver,
    breaks_off,
    hangs,
    mail_receiver,
    odd_server,
    stops_half_way,
    web_receiver,
)

SECRET = "s3cret-path"  # noqa: S105 - opens nothing
BAD = [("Phone", "Name"), ("+34600111222", "Ana"), ("+34 12", "Beatriz Bad")]


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own, and names its journal; nothing is waited for between tries."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / "journal.sqlite3"))
    monkeypatch.setenv("CALLBELL_IMPORTER_SETTLE_SECONDS", "0.4")
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    monkeypatch.setattr(delivery, "PAUSES_SECONDS", (0.0, 0.0))


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox that the commands use."""
    with serving() as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        yield sandbox


@pytest.fixture
def mail() -> Iterator[MailReceiver]:
    """A mail server."""
    with mail_receiver() as receiver:
        yield receiver


@pytest.fixture
def web() -> Iterator[WebReceiver]:
    """A web server."""
    with web_receiver() as receiver:
        yield receiver


def config(*lines: str, mail: MailReceiver | None = None) -> None:
    """Write a config with a `[notify]` table."""
    to_mail = (
        [
            'mail_to = "ops@example.com"',
            'smtp_server = "127.0.0.1"',
            'smtp_security = "none"',
            f"smtp_port = {mail.port}",
        ]
        if mail
        else []
    )
    Path("config.toml").write_text("\n".join(["[notify]", *lines, *to_mail]) + "\n", encoding="utf-8")


def leaks(said: Said) -> list[str]:
    """Return which secrets are in what the command said or wrote, the config aside."""
    Path("config.toml").unlink()
    everything = every_byte(Path()) + (said.stdout + said.stderr).encode()
    return [secret for secret in (SECRET, TOKEN) if secret.encode() in everything]


# A night


@pytest.mark.usefixtures("service")
def test_a_night_with_a_bad_row_sends_one_mail(mail: MailReceiver) -> None:
    """Of one row, without a number or a name; the exit code is what it was."""
    config(mail=mail)
    said = give("run", table(Path("contacts.csv"), BAD), "--yes", "--json")
    assert (said.exit_code, said.summary["exit_code"]) == (1, 1)
    (got,) = mail.mails
    run = said.summary["run"]
    assert got["Subject"] == f"callbell-importer: 1 new problem in contacts.csv ({run})"
    text = got.get_content()
    assert "1 created, 1 invalid" in text
    assert f"reports/{run}" in text
    assert "callbell-importer run " in text
    assert "Beatriz" not in text
    assert "600111" not in text


@pytest.mark.usefixtures("service")
def test_the_next_night_is_silent_about_what_is_still_there(mail: MailReceiver) -> None:
    """Whoever was told once need not be told again."""
    config(mail=mail)
    give("run", table(Path("contacts.csv"), BAD), "--yes")
    second = give("run", "contacts.csv", "--yes", "--json")
    if "new" not in second.summary["problems"][0]:
        pytest.skip("this version does not compare a run with the one before")
    assert len(mail.mails) == 1


@pytest.mark.usefixtures("service")
def test_a_night_without_news_is_silent(mail: MailReceiver, web: WebReceiver) -> None:
    """Only the dead-man's switch hears that it was."""
    config(f'webhook = "{web.url}/hook"', f'ping = "{web.url}/{SECRET}"', mail=mail)
    said = give("run", customers(Path("contacts.csv")), "--yes", "--log-file", "log.txt", "-v")
    assert said.exit_code == 0
    assert mail.mails == []
    assert [one.path for one in web.got] == [f"/{SECRET}/start", f"/{SECRET}"]
    assert leaks(said) == []


@pytest.mark.usefixtures("service")
def test_everybody_hears_of_a_bad_night(web: WebReceiver, mail: MailReceiver, tmp_path: Path) -> None:
    """Webhook, ping, mail with the report, and the command; no secret is in what is left behind."""
    program = f"import sys; open({str(tmp_path / 'given.json')!r}, 'w').write(sys.stdin.read())"
    command = json.dumps([sys.executable, "-c", program])
    config(
        f'webhook = "{web.url}/{SECRET}"',
        f'ping = "{web.url}/{SECRET}-ping"',
        'mail_attach = ["html"]',
        f"on_new = {command}",
        mail=mail,
    )
    said = give("run", table(Path("contacts.csv"), BAD), "--yes", "--log-format", "json", "--log-file", "log.json")
    assert said.exit_code == 1
    paths = sorted(one.path for one in web.got)
    assert paths == [f"/{SECRET}", f"/{SECRET}-ping/1", f"/{SECRET}-ping/start"]
    assert [part.get_filename() for part in mail.mails[0].iter_attachments()] == ["report.html"]
    given = json.loads(Path("given.json").read_text(encoding="utf-8"))
    assert (given["exit_code"], given["rows"]["invalid"], given["notice"]["event"]) == (1, 1, "new")
    assert "Beatriz" not in json.dumps(given)
    assert leaks(said) == []


# Endings without a run


@pytest.mark.usefixtures("service")
def test_a_file_that_is_missing(web: WebReceiver) -> None:
    """The error is told, with what to do."""
    config(f'webhook = "{web.url}/hook"', f'ping = "{web.url}/ping"')
    assert give("run", "missing.csv", "--yes").exit_code == 3
    by_path = {one.path: one for one in web.got}
    assert set(by_path) == {"/ping/start", "/ping/3", "/hook"}
    assert "missing.csv" in by_path["/hook"].content["notice"]["subject"]
    assert by_path["/hook"].content["notice"]["event"] == "failure"


def test_a_config_that_is_wrong(web: WebReceiver) -> None:
    """What is right of it is in force: whoever is to be told of a failure is told of this one."""
    config(f'webhook = "{web.url}/hook"', "webhooks = 3")
    assert give("run", "contacts.csv", "--yes").exit_code == 2
    assert ["notify.webhooks" in one.content["notice"]["text"] for one in web.got] == [True]


def test_a_command_line_that_is_wrong(web: WebReceiver) -> None:
    """As a schedule of an older version may have it: which list it was is in the subject, which is not cut."""
    config(f'webhook = "{web.url}/hook"')
    given = ("run", "north.csv", "south.csv", "--config", "config.toml", "--no-such-option", "x", "--yes")
    assert give(*given).exit_code == 2
    subject = web.got[0].content["notice"]["subject"]
    assert subject.startswith("callbell-importer: run of north.csv and 1 more file failed, exit code 2: ")
    assert not subject.endswith("...")


@pytest.mark.usefixtures("service")
def test_a_failure_before_the_run_tells_which_import_it_was(web: WebReceiver, tmp_path: Path) -> None:
    """Of several, each has its files and its config; what an address opens is not told."""
    config(f'webhook = "{web.url}/hook"')
    customers(Path("north.csv"))
    with Path("config.toml").open("a", encoding="utf-8") as file:
        file.write('[columns]\nidentifier = "Nowhere"\n')
    address = "https://me:secret@127.0.0.1:1/south.csv?signature=secret"
    assert give("run", "north.csv", address, "-c", "config.toml", "--yes").exit_code
    (got,) = web.got
    notice = got.content["notice"]
    assert "run of north.csv and 1 more file failed, exit code " in notice["subject"]
    assert f"with {tmp_path}/config.toml." in notice["text"]
    assert "secret" not in str(got.content)


def test_a_token_that_is_refused(web: WebReceiver, monkeypatch: pytest.MonkeyPatch, service: Sandbox) -> None:
    """Exit code 5, in the subject too."""
    monkeypatch.setenv("CALLBELL_API_TOKEN", "another")
    config(f'webhook = "{web.url}/hook"')
    assert give("run", customers(Path("contacts.csv")), "--yes").exit_code == 5
    assert "exit code 5" in web.got[0].content["notice"]["subject"]
    assert len(service.contacts) == 0


@pytest.mark.usefixtures("service")
def test_a_night_without_room_for_its_reports_is_told_as_its_log_tells_it(
    mail: MailReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows are sent: the reports are written again, and no command is to be given again."""
    config(mail=mail)

    def full(*_: object, **__: object) -> NoReturn:
        hint = "See that the disk has room, and give the same command again."
        raise StorageError("reports/x cannot be written: No space left on device.", hint)

    monkeypatch.setattr("importer.commands.end.unwritten_reports.write_reports", full)
    said = give("run", customers(Path("contacts.csv")), "--yes", "--json")
    lines = mail.mails[0].get_content().splitlines()
    assert said.exit_code == 4
    step = "Next: Make room there, and write the reports again; the run itself need not be repeated:"
    assert lines[lines.index(step) + 1].startswith(f"  callbell-importer report {said.summary['run']}")
    assert not any("same command" in line for line in lines)


@pytest.mark.usefixtures("service")
def test_a_night_whose_user_may_not_read_a_file_says_what_cures_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In its log, as nobody else hears of it: root is told by `doctor`, which knows the service and its command."""
    config('webhook_file = "webhook"')
    monkeypatch.setattr(installed_units, "UNITS", tmp_path / "units")
    (tmp_path / "units").mkdir()
    job = nightly_job(journal="/j", arguments=("run", "x.csv", "--config", f"{tmp_path}/config.toml"))
    (tmp_path / "units/callbell-importer.service").write_text(service_unit(job), "utf-8")

    def refuse(*_: object) -> NoReturn:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("importer.system.secret_file.read_beginning", refuse)
    given = ("run", table(Path("contacts.csv"), BAD), "-c", f"{tmp_path}/config.toml", "--yes")
    assert give(*given, "--log-file", "log.txt").exit_code == 1
    told = " ".join(Path("log.txt").read_text("utf-8").split())
    cure = f"callbell-importer doctor --config {tmp_path}/config.toml --notify"
    assert f"cannot be read: Permission denied. What lets the nights read it, this says as root: {cure}" in told


# Nobody hears


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(
    "command", [("run", "--sandbox"), ("run", "--dry-run"), ("check",), ("init", "-c", "new.toml")], ids="-".join
)
def test_nobody_hears_of_what_is_no_import(command: tuple[str, ...], web: WebReceiver, tmp_path: Path) -> None:
    """Rehearsals, dry runs, checks: whoever gives them is there."""
    config('on = ["failure", "degraded", "new", "known", "success"]', f'webhook = "{web.url}"', f'ping = "{web.url}"')
    give(command[0], table(tmp_path / "contacts.csv", BAD), *command[1:], *([] if command[0] == "check" else ["--yes"]))
    assert web.got == []


# Receivers that fail


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("kind", ["hangs", "breaks off", "stops half-way", "refuses", "500", "redirects"])
@pytest.mark.parametrize("rows", [BAD, BAD[:2]], ids=["exit code 1", "exit code 0"])
def test_a_receiver_that_fails_changes_nothing(
    kind: str, rows: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the exit code nor what is written; the log says which and why, without an address."""
    if kind in {"hangs", "stops half-way"}:  # an answer may take longer on a machine at work
        monkeypatch.setattr(receivers, "LIMIT_SECONDS", 0.3)
        monkeypatch.setattr(receivers, "START_SECONDS", 0.3)
    odd = {"hangs": hangs, "breaks off": breaks_off, "stops half-way": stops_half_way}
    with odd_server(odd.get(kind, hangs)) as port, web_receiver(500 if kind == "500" else 302) as answering:
        url = f"http://127.0.0.1:{1 if kind == 'refuses' else port}" if kind in (*odd, "refuses") else answering.url
        config(
            'on = ["failure", "degraded", "new", "success"]',
            f'webhook = "{url}/{SECRET}"',
            f'ping = "{url}/{SECRET}"',
            'on_success = "/nonexistent/command"',
            'on_new = "/nonexistent/command"',
        )
        said = give("run", table(Path("contacts.csv"), rows), "--yes", "--json", "--log-file", "log.txt")
    code = 1 if len(rows) > 2 else 0
    assert (said.exit_code, said.summary["exit_code"]) == (code, code)
    log = Path("log.txt").read_text(encoding="utf-8")
    for receiver in ("webhook (127.0.0.1)", "ping (127.0.0.1)", "command (on_"):
        assert f"the notice by {receiver}" in log
    assert not any("elsewhere" in one.path for one in answering.got)
    assert leaks(said) == []


def in_its_own_process(*arguments: str) -> "subprocess.Popen[bytes]":
    """Start the command in a process of its own, in which no test listens to the log."""
    command = [sys.executable, "-m", "importer", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    nothing, pipe = subprocess.DEVNULL, subprocess.PIPE
    return subprocess.Popen(command, stdin=nothing, stderr=pipe, env=environment)  # noqa: S603 - our own command


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("log_format", ["text", "json"])
def test_without_a_log_file_a_failure_is_one_line_on_standard_error(log_format: str) -> None:
    """Which cron mails, where nothing else reached anybody; of JSON it is one object."""
    config('on_success = "/nonexistent/command"')
    customers(Path("contacts.csv"))
    with in_its_own_process("run", "contacts.csv", "--yes", "-q", "--log-format", log_format) as process:
        _, told = process.communicate(timeout=30)
    last = told.decode().splitlines()[-1]
    assert (json.loads(last)["message"] if log_format == "json" else last) == (
        "the notice by command (on_success) was not delivered: it cannot be started: No such file or directory"
    )
    assert log_format == "json" or told.decode().splitlines() == [last]


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("service")
def test_a_signal_during_the_notices_ends_them_at_once(
    number: signal.Signals,
) -> None:
    """The exit code is the run's."""
    reached = threading.Event()

    async def holds(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        reached.set()
        await hangs(reader, writer)

    table(Path("contacts.csv"), BAD)
    with odd_server(holds) as port:
        config(f'webhook = "http://127.0.0.1:{port}"')
        with in_its_own_process("run", "contacts.csv", "--yes") as process:
            assert reached.wait(30)
            process.send_signal(number)
            _, told = process.communicate(timeout=8)  # the limit of a receiver is 10
    assert process.returncode == 1
    assert b"was not delivered: interrupted" in told
    assert b"Traceback" not in told


# doctor


@pytest.mark.usefixtures("service")
def test_doctor_sends_a_test_and_says_how_each_went(web: WebReceiver, mail: MailReceiver) -> None:
    """A line each; what fails is a problem of the set-up."""
    config(f'webhook = "{web.url}/{SECRET}"', f'ping = "{web.url}/uuid"', 'on_new = "/nonexistent"', mail=mail)
    said = give("doctor", "--notify", "--json")
    checks = {one["name"]: one for one in said.summary["checks"]}
    assert [checks[name]["level"] for name in ("webhook", "mail", "ping", "command")] == ["ok", "ok", "ok", "problem"]
    assert said.exit_code == 2
    assert (len(web.got), len(mail.mails)) == (2, 1)
    assert SECRET not in said.stdout + said.stderr


@pytest.mark.usefixtures("service")
def test_doctor_says_where_a_ping_has_no_log() -> None:
    """Of services other than healthchecks.io: no problem."""
    with web_receiver(404) as web:
        config(f'ping = "{web.url}/uuid"')
        said = give("doctor", "--notify", "--json")
    check = next(one for one in said.summary["checks"] if one["name"] == "ping")
    assert (said.exit_code, check["level"]) == (0, "note")


@pytest.mark.usefixtures("service")
def test_doctor_says_that_nobody_is_told() -> None:
    """And how to change it; without --notify it says nothing of it."""
    said = give("doctor", "--notify", "--json")
    check = said.summary["checks"][-1]
    assert (said.exit_code, check["name"], check["level"]) == (0, "notify", "note")
    assert '"notify"' not in give("doctor", "--json").stdout
