"""A notice as an e-mail: the message, and its way to the mail server. The only home of smtplib.

The server's answers are told by their number alone: they may repeat what was sent to it.
"""

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

from importer.model.loopback import is_loopback
from importer.notify.delivery import DeliveryError
from importer.notify.notice import Notice
from importer.notify.options import NotifyOptions, SmtpSecurity

_PORTS = {SmtpSecurity.STARTTLS: 587, SmtpSecurity.TLS: 465, SmtpSecurity.NONE: 25}
_MOST_BYTES = 10 * 1024 * 1024
"""Of all attachments: encoded they are a third more, and many servers take 20 to 25 MB."""
_KINDS = {"csv": "results", "xlsx": "workbook", "html": "page", "failed": "failed"}
"""Of what can be attached: its key among the summary's reports."""
_TYPES = {
    ".csv": ("text", "csv"),
    ".html": ("text", "html"),
    ".xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
_LONGEST_LINE = 900
"""Of a mail, 998 bytes (RFC 5322, 2.1.1)."""
_FOR_NOW = range(400, 500)
"""Answers of servers that may take the mail later."""
_GOODBYE_SECONDS = 1.0
"""For the answer to the last word, when the mail was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachments:
    """What is attached to a mail."""

    files: Mapping[str, bytes]
    """Their contents by their names."""
    left_out: tuple[str, ...]
    """A sentence for each that could not be."""


def attachments(options: NotifyOptions, reports: Mapping[str, object]) -> Attachments:
    """Read the reports that are to be attached.

    Args:
        options: Which.
        reports: The paths by their names in the summary.

    """
    files: dict[str, bytes] = {}
    left_out = []
    for path in _wanted(options, reports):
        try:
            size = path.stat().st_size
            if size + sum(map(len, files.values())) > _MOST_BYTES:
                left_out.append(f"{path.name} is not attached: it is too large ({size / 1024**2:.1f} MiB).")
            else:
                files[path.name] = path.read_bytes()
        except OSError:
            left_out.append(f"{path.name} is not attached: it cannot be read.")
    return Attachments(files=files, left_out=tuple(left_out))


def _wanted(options: NotifyOptions, reports: Mapping[str, object]) -> Iterator[Path]:
    for kind in options.mail_attach:
        found = reports.get(_KINDS[kind]) or ()
        yield from (Path(str(path)) for path in (found if isinstance(found, list | tuple) else [found]))


def mail_message(notice: Notice, options: NotifyOptions, host: str, attached: Attachments) -> EmailMessage:
    """Return the mail.

    Args:
        notice: What is told.
        options: From whom, and to whom.
        host: This computer's name.
        attached: What goes with it.

    """
    message = EmailMessage()
    domain = host if host.isascii() and host.replace(".", "").replace("-", "").isalnum() else "localhost"
    user = options.smtp_user if "@" in options.smtp_user else f"callbell-importer@{domain}"
    message["Subject"] = notice.subject
    message["From"] = options.mail_from or user
    message["To"] = ", ".join(options.mail_to)
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain=domain)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence is to answer
    message.set_content("\n".join([notice.text, *attached.left_out]) + "\n", cte="quoted-printable")
    for name, content in attached.files.items():
        main, sub = _TYPES.get(Path(name).suffix, ("application", "octet-stream"))
        charset = {"charset": "utf-8"} if main == "text" else {}
        message.add_attachment(content, maintype=main, subtype=sub, filename=name, params=charset)
    # From here on for headers alone: folded at 78, a long subject would begin on a line of its own.
    message.policy = message.policy.clone(max_line_length=_LONGEST_LINE)
    return message


def send_mail(message: EmailMessage, options: NotifyOptions, password: str, timeout_seconds: float) -> None:
    """Give the mail to the server once; blocks.

    Args:
        message: The mail.
        options: The server, how the way there is guarded, and who logs in.
        password: Of the login; empty: none.
        timeout_seconds: For each step.

    Raises:
        DeliveryError: The server did not take it.

    """
    with _told():
        server = _connect(options, timeout_seconds)
    try:
        with _told(is_connected=True, is_local=is_loopback(options.smtp_server)):
            if options.smtp_security is SmtpSecurity.STARTTLS:
                server.starttls(context=ssl.create_default_context())
            if options.smtp_user:
                server.login(options.smtp_user, password)
            refused = server.send_message(message)
            if server.sock:
                server.sock.settimeout(_GOODBYE_SECONDS)
    finally:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()
    if refused:
        raise DeliveryError(f"the server refuses {len(refused)} of {len(options.mail_to)} recipients")


def _connect(options: NotifyOptions, timeout_seconds: float) -> smtplib.SMTP:
    port = options.smtp_port or _PORTS[options.smtp_security]
    name = socket.gethostname()
    own_name = name if "." in name and name.isascii() else "[127.0.0.1]"  # smtplib's own search may take long
    if options.smtp_security is SmtpSecurity.TLS:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(options.smtp_server, port, own_name, timeout=timeout_seconds, context=context)
    return smtplib.SMTP(options.smtp_server, port, own_name, timeout=timeout_seconds)


@contextlib.contextmanager
def _told(*, is_connected: bool = False, is_local: bool = False) -> Iterator[None]:
    """Turn what smtplib raises into a sentence; only what surely was not taken is tried again."""
    try:
        yield
    except smtplib.SMTPServerDisconnected as error:
        reason = "the connection broke off" if is_connected else "no connection came about"
        is_late = isinstance(error.__context__, TimeoutError)
        raise DeliveryError("no answer in time" if is_late else reason, again=not (is_connected or is_late)) from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted({code for code, _ in error.recipients.values()})
        said = f"the server refuses every recipient ({', '.join(map(str, codes))})"
        raise DeliveryError(said, again=all(code in _FOR_NOW for code in codes)) from None
    except smtplib.SMTPResponseException as error:
        kinds = {smtplib.SMTPAuthenticationError: "the login", smtplib.SMTPSenderRefused: "the sender (mail_from)"}
        what = kinds.get(type(error), "the mail")
        raise DeliveryError(
            f"the server refuses {what} ({error.smtp_code})", again=error.smtp_code in _FOR_NOW
        ) from None
    except smtplib.SMTPNotSupportedError:
        cure = '; on this computer it needs none: smtp_security = "none" under [notify]' if is_local else ""
        raise DeliveryError(f"the server offers no STARTTLS, or no login{cure}") from None
    except ssl.SSLCertVerificationError:
        raise DeliveryError("its certificate is not good") from None
    except ssl.SSLError:
        raise DeliveryError("no safe connection (TLS) came about") from None
    except TimeoutError:
        raise DeliveryError("no answer in time") from None
    except socket.gaierror:
        raise DeliveryError("its name was not found", again=True) from None
    except (smtplib.SMTPException, OSError):
        reason = "the connection broke off" if is_connected else "no connection came about"
        raise DeliveryError(reason, again=not is_connected) from None
