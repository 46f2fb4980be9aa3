"""A notice as an e-mail, given to real mail servers on the loopback address."""

import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from importer.notify import mail
from importer.notify.delivery import DeliveryError
from importer.notify.mail import Attachments, attachments, mail_message, send_mail
from importer.notify.notice import Notice
from importer.notify.options import NotifyOptions, SmtpSecurity
from tests.support.receivers import (
    MailReceiver,
    Talk,
    certificate,
    drops_the_mail,
    hangs,
    hangs_up,
    mail_receiver,
    odd_server,
    web_receiver,
)

NOTICE = Notice(
    event="new", subject="callbell-importer: 1 new problem in señas.csv", text="text\n\nü", summary={}, reports={}
)
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # aiosmtpd knows only STARTTLS
PASSWORD = "p4ss-word"  # noqa: S105 - opens nothing
OPTIONS = NotifyOptions(
    mail_to=("ops@example.com", "boss@example.com"),
    smtp_server="127.0.0.1",
    smtp_security=SmtpSecurity.NONE,
)


def sent(port: int, *, attached: Attachments | None = None, timeout_seconds: float = 5.0, **changes: object) -> str:
    """Return why the mail was not taken; empty if it was."""
    options = replace(OPTIONS, smtp_port=port, **changes)  # type: ignore[arg-type] # of the options' own types
    message = mail_message(NOTICE, options, "import-1.example.com", attached or Attachments(files={}, left_out=()))
    failure: DeliveryError | None = None
    try:
        send_mail(message, options, PASSWORD, timeout_seconds)
    except DeliveryError as error:
        failure = error
    assert PASSWORD not in f"{failure} {failure and failure.__cause__}"
    return f"{failure.reason}{'; again' * failure.again}" if failure else ""


def test_it_arrives() -> None:
    """At everybody, with what a mail of a machine has."""
    with mail_receiver() as receiver:
        assert sent(receiver.port) == ""
    (got,), (envelope,) = receiver.mails, receiver.envelopes
    assert got["Subject"] == NOTICE.subject
    assert got["From"] == "callbell-importer@import-1.example.com"
    assert got["To"] == "ops@example.com, boss@example.com"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Date"]
    assert got["Message-ID"]
    assert got.get_content().splitlines() == ["text", "", "ü"]
    assert envelope.rcpt_tos == ["ops@example.com", "boss@example.com"]


@pytest.mark.parametrize("security", [SmtpSecurity.STARTTLS, SmtpSecurity.TLS])
def test_with_a_safe_connection_and_a_login(
    security: SmtpSecurity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STARTTLS, or TLS from the first byte on; whoever logs in is the sender."""
    secure, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    kind = {"tls": secure} if security is SmtpSecurity.TLS else {"starttls": secure}
    with mail_receiver(user="me@example.com", password=PASSWORD, **kind) as receiver:  # type: ignore[arg-type] # one of two
        assert sent(receiver.port, smtp_security=security, smtp_user="me@example.com") == ""
    assert receiver.mails[0]["From"] == "me@example.com"
    assert receiver.were_secure == [security is SmtpSecurity.STARTTLS]  # aiosmtpd knows of no other kind


@pytest.mark.parametrize("security", [SmtpSecurity.STARTTLS, SmtpSecurity.TLS])
def test_a_certificate_that_nobody_vouches_for(security: SmtpSecurity, tmp_path: Path) -> None:
    """Neither login nor mail is sent."""
    secure, _ = certificate(tmp_path)
    kind = {"tls": secure} if security is SmtpSecurity.TLS else {"starttls": secure}
    with mail_receiver(user="me", password=PASSWORD, **kind) as receiver:  # type: ignore[arg-type] # one of two
        failure = sent(receiver.port, smtp_security=security, smtp_user="me")
    assert (failure, receiver.tries, receiver.mails) == ("its certificate is not good", 0, [])


def test_a_server_that_hides_starttls() -> None:
    """Nothing is sent in the clear, as somebody between may have hidden it; on this computer, the setting is named."""
    with mail_receiver() as receiver:
        failure = sent(receiver.port, smtp_security=SmtpSecurity.STARTTLS)
    cure = 'on this computer it needs none: smtp_security = "none" under [notify]'
    assert (failure, receiver.tries) == (f"the server offers no STARTTLS, or no login; {cure}", 0)


def test_a_wrong_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told by its number, and not tried again."""
    secure, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with mail_receiver(user="me", password="another", starttls=secure) as receiver:
        failure = sent(receiver.port, smtp_security=SmtpSecurity.STARTTLS, smtp_user="me")
    assert failure == "the server refuses the login (535)"


@pytest.mark.parametrize(
    ("refusal", "failure"),
    [
        ({"refuses_recipients": "550 no"}, "the server refuses every recipient (550)"),
        ({"refuses_recipients": "451 later"}, "the server refuses every recipient (451); again"),
        ({"refuses_mail": "554 spam"}, "the server refuses the mail (554)"),
        ({"refuses_mail": "452 full"}, "the server refuses the mail (452); again"),
    ],
)
def test_a_refusal(refusal: dict[str, Any], failure: str) -> None:
    """Only what a server cannot take for now is tried again."""
    with mail_receiver(**refusal) as receiver:
        assert sent(receiver.port) == failure


class _OneOfTwo(MailReceiver):
    async def handle_RCPT(self, *arguments: Any) -> str:  # noqa: N802 - aiosmtpd's
        address, envelope = arguments[3], arguments[2]
        if address == "boss@example.com":
            return "550 no"
        envelope.rcpt_tos.append(address)
        return "250 OK"


def test_one_of_two_recipients(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other gets it, and that is told."""
    monkeypatch.setattr("tests.support.receivers.MailReceiver", _OneOfTwo)
    with mail_receiver() as receiver:
        assert sent(receiver.port) == "the server refuses 1 of 2 recipients"
    assert len(receiver.mails) == 1


@pytest.mark.parametrize(
    ("talk", "failure"),
    [
        (hangs_up, "no connection came about; again"),
        (hangs, "no answer in time"),
        (drops_the_mail, "the connection broke off"),
    ],
)
def test_a_server_that_misbehaves(talk: Talk, failure: str) -> None:
    """Each step has its time-out, and what may have been taken is not sent twice."""
    with odd_server(talk) as port:
        assert sent(port, timeout_seconds=0.5) == failure


def test_a_web_server_is_no_mail_server() -> None:
    """It is told, whatever it says."""
    with web_receiver() as receiver:
        assert sent(int(receiver.url.rpartition(":")[2]), timeout_seconds=0.5) == "no answer in time"


def test_nobody_is_there() -> None:
    """It surely was not taken."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert sent(taken.getsockname()[1]) == "no connection came about; again"


def test_reports_are_attached(tmp_path: Path) -> None:
    """Those that are wanted, as they are."""
    paths = {"page": tmp_path / "report.html", "results": tmp_path / "results.csv", "failed": tmp_path / "failed.xlsx"}
    for path in paths.values():
        path.write_bytes(b"<b>\xc3\xbc</b>")
    reports = {"page": str(paths["page"]), "results": str(paths["results"]), "failed": [str(paths["failed"])]}
    found = attachments(replace(OPTIONS, mail_attach=("html", "failed", "xlsx")), reports)
    with mail_receiver() as receiver:
        assert sent(receiver.port, attached=found) == ""
    parts = [*receiver.mails[0].iter_attachments()]
    assert [part.get_filename() for part in parts] == ["report.html", "failed.xlsx"]
    assert [part.get_payload(decode=True) for part in parts] == [b"<b>\xc3\xbc</b>"] * 2
    assert attachments(OPTIONS, reports).files == {}


def test_what_cannot_be_attached_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail goes out all the same."""
    monkeypatch.setattr(mail, "_MOST_BYTES", 10)
    (tmp_path / "report.html").write_bytes(b"x" * 11)
    reports = {"page": str(tmp_path / "report.html"), "results": str(tmp_path / "results.csv")}
    found = attachments(replace(OPTIONS, mail_attach=("html", "csv")), reports)
    assert found.files == {}
    with mail_receiver() as receiver:
        assert sent(receiver.port, attached=found) == ""
    text = receiver.mails[0].get_content()
    assert "report.html is not attached: it is too large" in text
    assert "results.csv is not attached: it cannot be read" in text


@pytest.mark.parametrize("host", ["vm", "büro", "a b", "x" * 60])
def test_a_computer_may_be_called_anything(host: str) -> None:
    """The sender is an address all the same."""
    message = mail_message(NOTICE, OPTIONS, host, Attachments(files={}, left_out=()))
    assert message["From"].addresses[0].domain in {host, "localhost"}
    assert message.as_bytes().isascii()
