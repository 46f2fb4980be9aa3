"""The `[notify]` table: what it takes, and that its secrets show nowhere."""

from pathlib import Path

import pytest

from importer.model.errors import UsageError
from importer.notify.event import Event
from importer.notify.options import NotifyOptions, SmtpSecurity, WebhookFormat
from importer.settings import Settings, settle

SECRET = "s3cret"  # noqa: S105 - opens nothing
MAIL = 'mail_to = ["a@example.com"]\nsmtp_server = "mail.example.com"\n'


def notify(config: str, folder: Path = Path(), **environment: str) -> NotifyOptions:
    """Return the table's options."""
    return settle({}, environment, f"[notify]\n{config}", "config.toml", folder).notify


def problem(config: str, environment: dict[str, str] | None = None) -> str:
    """Return the one thing that is wrong."""
    with pytest.raises(UsageError) as caught:
        settle({}, environment or {}, f"[notify]\n{config}", "config.toml")
    assert SECRET not in caught.value.message
    return caught.value.message


def test_nobody_is_told_by_default() -> None:
    """And nobody is where only the events are named."""
    assert not Settings().notify.has_receivers
    assert not notify('on = ["success"]\nmail_attach = ["html"]').has_receivers


@pytest.mark.parametrize(
    "line",
    [
        'webhook = "https://example.com/x"',
        'webhook_file = "x"',
        'ping = "https://example.com/x"',
        'ping_file = "x"',
        MAIL,
        'on_failure = "x"',
        'on_degraded = "x"',
        'on_new = "x"',
        'on_known = "x"',
        'on_success = ["x"]',
    ],
)
def test_each_receiver_is_one(line: str) -> None:
    """It alone is enough."""
    assert notify(line).has_receivers


def test_everything_is_understood(tmp_path: Path) -> None:
    """Words in capitals or not, one text for a list of one, files seen from the config's folder."""
    options = notify(
        """
        on = "New"
        webhook_file = "hook"
        webhook_format = "TEAMS"
        ping_file = "/etc/ping"
        mail_to = "a@example.com"
        mail_attach = ["HTML", "failed"]
        smtp_server = "localhost"
        smtp_security = "None"
        smtp_password_file = "password"
        on_failure = "alert 'two words'"
        on_new = ["alert", "two words"]
        """,
        tmp_path,
    )
    assert options.on == (Event.NEW,)
    assert options.webhook_file == tmp_path / "hook"
    assert options.webhook_format is WebhookFormat.TEAMS
    assert options.ping_file == Path("/etc/ping")
    assert options.mail_to == ("a@example.com",)
    assert options.mail_attach == ("html", "failed")
    assert options.smtp_security is SmtpSecurity.NONE
    assert options.smtp_password_file == tmp_path / "password"
    assert options.on_failure == options.on_new == ("alert", "two words")


def test_a_variable_wins_over_the_config() -> None:
    """So that the config can be shared."""
    found = notify(
        'webhook = "https://example.com/config"\nping_file = "ping"',
        CALLBELL_IMPORTER_WEBHOOK=f"https://example.com/{SECRET}",
        CALLBELL_IMPORTER_PING=f"https://example.com/{SECRET}",
        CALLBELL_IMPORTER_SMTP_PASSWORD=SECRET,
    )
    assert found.webhook == found.ping == f"https://example.com/{SECRET}"
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (f'webhook = "http://example.com/{SECRET}"', "config.toml, line 2, notify.webhook: must begin with https://"),
        (f'ping = "example.com/{SECRET}"', "notify.ping: must be an address"),
        ('on = ["never"]', "notify.on: must be one of failure, degraded, new, known, success"),
        ('mail_to = "nobody"', "must be an e-mail address"),
        ('mail_to = "a@b.c\\nBcc: d@e.f"', "must be one line"),
        ('mail_to = "a@b.c, d@e.f"', "must be an e-mail address"),
        ('mail_to = "a@example.com"', "mail_to needs smtp_server"),
        (f'{MAIL}smtp_security = "none"', "for a server on this computer alone"),
        (f"{MAIL}smtp_port = 65536", "must be a port"),
        (f'{MAIL}smtp_password = "{SECRET}"', "did you mean smtp_password_file?"),
        ('on_failure = "alert \'x"', "has a quote that is not closed"),
        ("on_failure = 7", "must be a list of texts"),
        (f'webhook = ["{SECRET}"]', "must be a text in quotes"),
        ('mail_attach = "pdf"', "must be one of csv, xlsx, html, failed"),
    ],
)
def test_what_is_wrong_is_told_where_it_is(config: str, said: str) -> None:
    """Without a secret."""
    assert said in problem(config)


def test_a_wrong_variable_is_told_without_its_value() -> None:
    """It is an address that others must not see."""
    said = problem("", {"CALLBELL_IMPORTER_WEBHOOK": f"http://example.com/{SECRET}"})
    assert said.startswith("the variable CALLBELL_IMPORTER_WEBHOOK: must begin with https://")


def test_other_keys_have_no_variable() -> None:
    """A name that nobody reads is told."""
    assert "no such setting" in problem("", {"CALLBELL_IMPORTER_ON_FAILURE": "x"})
