"""Who is sent what: at the beginning of a run, at its end, and as a test; received by real servers of each kind."""

import errno
import json
import os
import sys
import time
from pathlib import Path
from typing import NoReturn

import pytest

from importer.notify import receivers
from importer.notify.delivery import DeliveryResult
from importer.notify.event import events_of
from importer.notify.notice import Place
from importer.notify.options import NotifyOptions, SmtpSecurity, WebhookFormat
from importer.notify.receivers import send_notices, send_start, send_test
from importer.system import installed_units, secret_file
from importer.system.systemd_units import service_unit
from tests.support.nightly_jobs import nightly_job
from tests.support.receivers import (
    Talk,
    breaks_off,
    hangs,
    is_no_server_of_the_kind,
    mail_receiver,
    odd_server,
    stops_half_way,
    web_receiver,
)

PLACE = Place(host="import-1")
NEW = {"command": "run", "exit_code": 1, "problems": [{"code": "x", "count": 2, "new": 2}], "files": ["/in/a.csv"]}
KNOWN = NEW | {"problems": [{"code": "x", "count": 2, "new": 0}]}
WELL = {"command": "run", "exit_code": 0}
SECRET = "s3cret"  # noqa: S105 - opens nothing


def ended(
    options: NotifyOptions, summary: dict[str, object], environment: dict[str, str] | None = None
) -> list[DeliveryResult]:
    """Tell of an ending."""
    return send_notices(options, events_of(summary), summary, PLACE, environment or {})


def failures(results: list[DeliveryResult]) -> list[str]:
    """Return what is told in the log."""
    assert SECRET not in repr(results)
    return [f"{one.receiver}: {one.failure}" for one in results if one.failure]


def recorder(folder: Path, code: int = 0) -> tuple[str, ...]:
    """Return a command that writes down what it is given, and its environment."""
    program = (
        "import json, os, sys; sys.stdout.write('noise'); given = sys.stdin.read();"
        f"open({str(folder / 'given.json')!r}, 'a').write(given + '\\n');"
        f"open({str(folder / 'environment.json')!r}, 'w').write(json.dumps(dict(os.environ))); sys.exit({code})"
    )
    return (sys.executable, "-c", program)


def given(folder: Path) -> list[dict[str, object]]:
    """Return what the command was given, each time it ran."""
    path = folder / "given.json"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


# The webhook and the mail: the events that are wanted


@pytest.mark.parametrize("form", list(WebhookFormat))
def test_the_webhook_gets_new_problems(form: WebhookFormat) -> None:
    """In each form, with the subject in it."""
    with web_receiver() as web:
        assert failures(ended(NotifyOptions(webhook=f"{web.url}/{SECRET}", webhook_format=form), NEW)) == []
    (one,) = web.got
    assert (one.path, one.headers["Content-Type"]) == (f"/{SECRET}", "application/json")
    assert "2 new problems in a.csv" in json.dumps(one.content)


def test_the_mail_is_sent() -> None:
    """Its subject says it all."""
    with mail_receiver() as mail:
        options = NotifyOptions(
            mail_to=("ops@example.com",),
            smtp_server="127.0.0.1",
            smtp_port=mail.port,
            smtp_security=SmtpSecurity.NONE,
        )
        assert failures(ended(options, NEW)) == []
    assert mail.mails[0]["Subject"] == "callbell-importer: 2 new problems in a.csv"


@pytest.mark.parametrize("summary", [KNOWN, WELL, {"command": "run", "exit_code": 130}])
def test_nobody_hears_what_is_no_news(summary: dict[str, object]) -> None:
    """Problems that were there, a night without any, and a person's own Ctrl-C."""
    with web_receiver() as web:
        assert ended(NotifyOptions(webhook=web.url), summary) == []
    assert web.got == []


def test_other_events_are_told_where_they_are_wanted() -> None:
    """Each alone too."""
    with web_receiver() as web:
        for summary in (WELL, KNOWN, NEW):
            (event,) = events_of(summary)
            assert failures(ended(NotifyOptions(webhook=web.url, on=(event,)), summary)) == []
            assert ended(NotifyOptions(webhook=web.url, on=()), summary) == []
    assert [one.content["notice"]["event"] for one in web.got] == ["success", "known", "new"]


# The ping: every ending


@pytest.mark.parametrize(
    ("summary", "path"),
    [
        (WELL, "/uuid"),
        (NEW, "/uuid/1"),
        ({"command": "run", "exit_code": 5}, "/uuid/5"),
        ({"command": "run", "exit_code": 130}, "/uuid/130"),
        ({"command": "run", "exit_code": 143}, "/uuid/143"),
    ],
)
def test_the_ping_tells_of_every_ending(summary: dict[str, object], path: str) -> None:
    """With its exit code, whatever `on` says: a dead-man's switch needs the good nights above all."""
    with web_receiver() as web:
        options = NotifyOptions(ping=f"{web.url}/uuid", on=())
        assert failures(send_start(options, {})) == []
        assert failures(ended(options, summary)) == []
    assert [one.path for one in web.got] == ["/uuid/start", path]
    assert web.got[1].body


def test_the_beginning_waits_for_no_second_try() -> None:
    """The run is what counts."""
    with web_receiver(503) as web:
        assert failures(send_start(NotifyOptions(ping=web.url), {})) == ["ping (127.0.0.1): it answers 503"]
    assert len(web.got) == 1


def test_without_a_ping_the_beginning_is_told_to_nobody() -> None:
    """A webhook hears of endings."""
    assert send_start(NotifyOptions(webhook="https://example.com/x"), {}) == []


# Commands


def test_a_command_gets_the_summary(tmp_path: Path) -> None:
    """On its standard input, with the notice's texts; what it prints is nobody's."""
    assert failures(ended(NotifyOptions(on_new=recorder(tmp_path)), NEW)) == []
    (one,) = given(tmp_path)
    assert one["exit_code"] == 1
    assert one["notice"]["subject"] == "callbell-importer: 2 new problems in a.csv"  # type: ignore[index]


def test_a_command_gets_no_secret(tmp_path: Path) -> None:
    """The rest of the environment it has."""
    names = ("WEBHOOK", "PING", "SMTP_PASSWORD")
    secrets = dict.fromkeys(("CALLBELL_API_TOKEN", *(f"CALLBELL_IMPORTER_{name}" for name in names)), SECRET)
    ended(NotifyOptions(on_new=recorder(tmp_path)), NEW, {**os.environ, **secrets, "HELLO": "there"})
    environment = json.loads((tmp_path / "environment.json").read_text(encoding="utf-8"))
    assert SECRET not in environment.values()
    assert environment["HELLO"] == "there"


def test_a_command_runs_at_its_own_event(tmp_path: Path) -> None:
    """Whatever `on` says, and once where several events have it."""
    command = recorder(tmp_path)
    options = NotifyOptions(on=(), on_failure=command, on_new=command)
    assert ended(options, KNOWN) == []
    worst = {"command": "run", "exit_code": 5, "problems": NEW["problems"]}
    assert [one.receiver for one in ended(options, worst)] == ["command (on_failure)"]
    assert len(given(tmp_path)) == 1


def test_nothing_in_a_command_is_a_shells(tmp_path: Path) -> None:
    """Each word arrives as it is, and the file's name is in none of them."""
    out = tmp_path / "out.json"
    program = f"import json, sys; open({str(out)!r}, 'w').write(json.dumps(sys.argv[1:]))"
    words = ("$(touch x)", "`id`", "; rm -rf .", "%PATH%", "*", "")
    hostile = NEW | {"files": ["/in/$(touch x); rm -rf ..csv"]}
    assert failures(ended(NotifyOptions(on_new=(sys.executable, "-c", program, *words)), hostile)) == []
    assert json.loads(out.read_text(encoding="utf-8")) == [*words]


@pytest.mark.parametrize(
    ("command", "failure"),
    [
        (("/nonexistent/alert",), "it cannot be started: No such file or directory"),
        (("alert\0",), "it cannot be started: its name or an argument is none"),
        ((sys.executable, "-c", "import sys; sys.exit(3)"), "it ended with exit code 3"),
    ],
)
def test_a_command_that_fails_is_told(command: tuple[str, ...], failure: str) -> None:
    """By its event's name."""
    assert failures(ended(NotifyOptions(on_new=command), NEW)) == [f"command (on_new): {failure}"]


def test_a_command_that_does_not_read_is_none_that_fails() -> None:
    """Not everybody wants the summary, however long it is."""
    long = NEW | {"files": ["x" * 1_000_000]}
    assert failures(ended(NotifyOptions(on_new=(sys.executable, "-c", "pass")), long)) == []


@pytest.mark.skipif(os.name == "nt", reason="groups of processes are POSIX's")
def test_a_command_that_hangs_is_killed_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that its child holds is free again."""
    monkeypatch.setattr(receivers, "COMMAND_SECONDS", 1.5)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    child = f"import time; file = open({str(fifo)!r}, 'w'); file.write('x'); file.flush(); time.sleep(600)"
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    began = time.monotonic()
    results = ended(NotifyOptions(on_new=(sys.executable, "-c", program)), NEW)
    assert failures(results) == ["command (on_new): not done within 1.5 s"]
    assert time.monotonic() - began < 10
    os.set_blocking(reader, True)
    while os.read(reader, 100):  # ends once the child, which holds the other end, is gone
        pass
    os.close(reader)


# Receivers that fail


@pytest.mark.parametrize("talk", [hangs, breaks_off, stops_half_way, is_no_server_of_the_kind])
def test_a_receiver_that_misbehaves_keeps_nobody_else(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever it is, the others hear."""
    monkeypatch.setattr(receivers, "LIMIT_SECONDS", 2.0)
    with odd_server(talk) as port, web_receiver() as web:
        options = NotifyOptions(
            webhook=web.url,
            ping=f"http://127.0.0.1:{port}/{SECRET}",
            mail_to=("ops@example.com",),
            smtp_server="127.0.0.1",
            smtp_port=port,
            smtp_security=SmtpSecurity.NONE,
        )
        told = failures(ended(options, NEW))
    assert [line.partition(":")[0] for line in told] == ["ping (127.0.0.1)", "mail (127.0.0.1)"]
    assert len(web.got) == 1


def test_a_server_error_is_tried_again() -> None:
    """Twice more."""
    with web_receiver(500, 503, 200) as web:
        assert failures(ended(NotifyOptions(webhook=web.url), NEW)) == []
    assert len(web.got) == 3


# Secrets in files and variables


def test_addresses_come_from_files(tmp_path: Path) -> None:
    """With whatever blanks an editor leaves behind."""
    with web_receiver() as web:
        for name in ("webhook", "ping"):
            (tmp_path / name).write_text(f"\ufeff{web.url}/{name}-{SECRET}\r\n", encoding="utf-8")
            (tmp_path / name).chmod(0o600)
        options = NotifyOptions(webhook_file=tmp_path / "webhook", ping_file=tmp_path / "ping")
        assert failures(ended(options, NEW)) == []
    assert sorted(one.path for one in web.got) == [f"/ping-{SECRET}/1", f"/webhook-{SECRET}"]


@pytest.mark.parametrize(
    ("content", "mode", "failure"),
    [
        (None, 0o600, "cannot be read: No such file or directory"),
        ("https://example.com/s3cret", 0o640, "can be read by other people"),
        (" \n", 0o600, "is empty"),
        ("x" * 9000, 0o600, "is too long"),
        ("http://example.com/s3cret", 0o600, "must begin with https://"),
        ("s3cret", 0o600, "must be an address"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_a_file_that_cannot_be_used_is_told(content: str | None, mode: int, failure: str, tmp_path: Path) -> None:
    """In the log, as any other failure; nothing is raised."""
    path = tmp_path / "webhook"
    if content is not None:
        path.write_text(content, encoding="utf-8")
        path.chmod(mode)
    (told,) = failures(ended(NotifyOptions(webhook_file=path), NEW))
    assert told.startswith("webhook: ")
    assert failure in told


def test_a_service_reads_what_systemd_handed_over_and_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file itself is root's alone; of what is no address a person is told where they put it."""
    monkeypatch.setattr(installed_units, "UNITS", tmp_path / "units")
    credentials, named = tmp_path / "callbell-importer.service", "/etc/callbell-importer/webhook"
    for folder in (tmp_path / "units", credentials):
        folder.mkdir()
    unit = service_unit(nightly_job(journal="/j", secrets={"webhook": named}))
    (tmp_path / "units/callbell-importer.service").write_text(unit, encoding="utf-8")
    options, environment = NotifyOptions(webhook_file=Path(named)), {"CREDENTIALS_DIRECTORY": str(credentials)}
    with web_receiver() as web:
        (credentials / "webhook").write_text(f"{web.url}/{SECRET}\n", encoding="utf-8")
        assert failures(ended(options, NEW, environment)) == []
    assert [one.path for one in web.got] == [f"/{SECRET}"]
    (credentials / "webhook").write_text("\n", encoding="utf-8")
    assert failures(ended(options, NEW, environment)) == [f"webhook: The file webhook_file, {named}, is empty."]
    other = NotifyOptions(webhook_file=tmp_path / "other")
    assert "other, cannot be read: No such file" in failures(ended(other, NEW, environment))[0]


def test_a_file_that_may_not_be_read_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has a cure of its own: another user may."""

    def refuse(*_: object) -> NoReturn:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(secret_file, "read_beginning", refuse)
    options = NotifyOptions(
        webhook_file=Path("hook"),
        mail_to=("ops@example.com",),
        smtp_server="127.0.0.1",
        smtp_user="me",
        smtp_password_file=Path("password"),
    )
    results = ended(options, NEW)
    assert [one.is_unreadable for one in results] == [True, True]
    assert all(f", {Path.cwd()}/" in one.failure for one in results)  # whoever reads the log stands elsewhere
    assert all("cannot be read: Permission denied" in one.failure for one in results)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("source", ["variable", "file", "nowhere"])
def test_the_password(source: str, tmp_path: Path) -> None:
    """From the variable, else the file; without one nothing is sent."""
    file = tmp_path / "password"
    file.write_text(f"{SECRET if source == 'file' else 'wrong'}\n", encoding="utf-8")
    file.chmod(0o600)
    environment = {"CALLBELL_IMPORTER_SMTP_PASSWORD": SECRET} if source == "variable" else {}
    with mail_receiver(user="me", password=SECRET) as mail:
        options = NotifyOptions(
            mail_to=("ops@example.com",),
            smtp_server="127.0.0.1",
            smtp_port=mail.port,
            smtp_security=SmtpSecurity.NONE,
            smtp_user="me",
            smtp_password_file=None if source == "nowhere" else file,
        )
        told = failures(ended(options, NEW, environment))
    assert len(mail.mails) == (0 if source == "nowhere" else 1)
    assert told == ([] if mail.mails else [told[0]])
    assert source != "nowhere" or "CALLBELL_IMPORTER_SMTP_PASSWORD" in told[0]


def test_secrets_do_not_show_in_the_options() -> None:
    """Whoever prints the settings prints none."""
    assert SECRET not in repr(NotifyOptions(webhook=f"https://x/{SECRET}", ping=f"https://x/{SECRET}"))


# A test


def test_everybody_gets_the_test(tmp_path: Path) -> None:
    """Whatever `on` says; the dead-man's switch keeps it as a line of its log, which is no success and no failure."""
    with web_receiver() as web, mail_receiver() as mail:
        options = NotifyOptions(
            on=(),
            webhook=f"{web.url}/hook",
            ping=f"{web.url}/uuid",
            on_failure=recorder(tmp_path),
            on_success=("/nonexistent",),
            mail_to=("ops@example.com",),
            smtp_server="127.0.0.1",
            smtp_port=mail.port,
            smtp_security=SmtpSecurity.NONE,
        )
        results = send_test(options, PLACE, {})
    assert [one.receiver for one in results if not one.failure] == [
        "webhook (127.0.0.1)",
        "mail (127.0.0.1)",
        "ping (127.0.0.1)",
        "command (on_failure)",
    ]
    assert failures(results) == ["command (on_success): it cannot be started: No such file or directory"]
    assert sorted(one.path for one in web.got) == ["/hook", "/uuid/log"]
    assert "test notice" in mail.mails[0]["Subject"]
    assert given(tmp_path)[0]["notice"]["event"] == "test"  # type: ignore[index]
