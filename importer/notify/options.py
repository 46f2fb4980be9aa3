"""Who is told, of what, and how: the `[notify]` table of the config."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from importer.model.runs import REPORT_KINDS
from importer.notify.event import IN_FORCE, Event

VARIABLES: Final = MappingProxyType(
    {
        "webhook": "CALLBELL_IMPORTER_WEBHOOK",
        "ping": "CALLBELL_IMPORTER_PING",
        "smtp_password": "CALLBELL_IMPORTER_SMTP_PASSWORD",
    }
)
"""The environment variables of what is secret; the first two are keys of the config too."""
ATTACHABLE: Final = (*REPORT_KINDS, "failed")
"""What a mail can have attached: the reports, and the files with the rows to fix."""


class WebhookFormat(StrEnum):
    """What is posted to a webhook."""

    AUTO = "auto"
    """By its host: Slack's, Teams', else JSON."""
    SLACK = "slack"
    TEAMS = "teams"
    JSON = "json"
    """The summary, and the notice's texts."""


class SmtpSecurity(StrEnum):
    """How the way to the mail server is guarded."""

    STARTTLS = "starttls"
    TLS = "tls"
    """From the first byte on (SMTPS)."""
    NONE = "none"
    """Only for the loopback address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyOptions:
    """Who is told, of what, and how; by default nobody is. Secrets do not show in its text."""

    on: tuple[Event, ...] = IN_FORCE
    """The events that webhook and mail are told."""
    details: bool = False
    """Whether columns, messages and rows of problems are told too, which may hold people's numbers and names."""
    webhook: str = field(default="", repr=False)
    """The address, which is a secret; empty: it is in the file."""
    webhook_file: Path | None = None
    webhook_format: WebhookFormat = WebhookFormat.AUTO
    ping: str = field(default="", repr=False)
    """The address of a dead-man's switch, as healthchecks.io has it; a secret too."""
    ping_file: Path | None = None
    mail_to: tuple[str, ...] = ()
    mail_from: str = ""
    """Empty: `smtp_user` if it is an address, else callbell-importer at this computer."""
    mail_attach: tuple[str, ...] = ()
    """Of `ATTACHABLE`; what is not attached is named."""
    smtp_server: str = ""
    smtp_port: int = 0
    """0: 587 for STARTTLS, 465 for TLS, 25 for none."""
    smtp_security: SmtpSecurity = SmtpSecurity.STARTTLS
    smtp_user: str = ""
    """Empty: no login."""
    smtp_password_file: Path | None = None
    on_failure: tuple[str, ...] = ()
    """The program and its arguments; empty: none. The same of the others."""
    on_degraded: tuple[str, ...] = ()
    on_new: tuple[str, ...] = ()
    on_known: tuple[str, ...] = ()
    on_success: tuple[str, ...] = ()

    def command_of(self, event: Event) -> tuple[str, ...]:
        """Return the command for an event; empty: there is none."""
        command: tuple[str, ...] = getattr(self, f"on_{event}")
        return command

    @property
    def secret_files(self) -> Mapping[str, Path]:
        """The files that are read for a secret, absolute, by its name in `VARIABLES`; none whose secret is given."""
        is_read = {
            "webhook": not self.webhook,
            "ping": not self.ping,
            "smtp_password": bool(self.mail_to and self.smtp_user),
        }
        files = {name: getattr(self, f"{name}_file") for name in VARIABLES}
        return {name: Path(os.path.abspath(file)) for name, file in files.items() if file and is_read[name]}  # noqa: PTH100 - no links

    @property
    def has_receivers(self) -> bool:
        """Whether anybody is told anything."""
        return bool(self.has_webhook or self.has_ping or self.mail_to or any(map(self.command_of, Event)))

    @property
    def has_ping(self) -> bool:
        """Whether there is a dead-man's switch."""
        return bool(self.ping or self.ping_file)

    @property
    def has_webhook(self) -> bool:
        """Whether there is a webhook."""
        return bool(self.webhook or self.webhook_file)
