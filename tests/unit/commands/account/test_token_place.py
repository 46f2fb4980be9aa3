"""Where a token that is refused is to be replaced."""

import io
from pathlib import Path

import pytest

from importer.commands.account.token_place import token_place, warn_of_other_token, with_token_place
from importer.commands.context import CommandContext
from importer.model.errors import ServiceError, UsageError
from importer.settings import settle
from importer.system import installed_units
from importer.system.systemd_units import service_unit
from importer.worker_pool.circuit_breaker import TOKEN_REFUSED
from tests.support.nightly_jobs import nightly_job

CREDENTIALS = "/run/credentials/callbell-importer.service"
COPY = f"{CREDENTIALS}/token"


def context(environment: dict[str, str], token_file: str = "") -> CommandContext:
    """As a command has it whose token is there."""
    settings = settle({"token_file": token_file or None}, {})
    return CommandContext(settings=settings, environment=environment, stream=io.StringIO())


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandContext:
    """The nightly service, whose token is a credential."""
    job = nightly_job(journal="/j", token_file="/etc/callbell-importer/token")
    (tmp_path / "callbell-importer.service").write_text(service_unit(job), "utf-8")
    monkeypatch.setattr(installed_units, "UNITS", tmp_path)
    return context({"CREDENTIALS_DIRECTORY": CREDENTIALS}, COPY)


def test_the_place_is_the_one_where_a_person_put_the_token(service: CommandContext) -> None:
    """Not systemd's copy, which is made again at each start."""
    assert token_place(service) == "the file /etc/callbell-importer/token"
    assert token_place(context({}, "/srv/token")) == "the file /srv/token"
    assert token_place(context({"CALLBELL_API_TOKEN": "x"}, "/srv/token")) == "the variable CALLBELL_API_TOKEN"
    unknown = "/run/credentials/other.service"
    assert token_place(context({"CREDENTIALS_DIRECTORY": unknown}, f"{unknown}/token")) == f"the file {unknown}/token"


def test_a_refused_token_is_told_with_its_place(service: CommandContext) -> None:
    """Before the first row, and while rows are sent."""
    error = ServiceError("Refused.", "Take a new token, then run the same command again.", code="token_refused")
    told = with_token_place(service, error)
    assert told.hint == (
        "Take a new token, put it into the file /etc/callbell-importer/token, then run the same command again."
    )
    assert error.hint == "Take a new token, then run the same command again."
    assert isinstance(told, ServiceError)
    stopped = with_token_place(service, TOKEN_REFUSED)
    assert "settings, put it into the file /etc/callbell-importer/token, then run" in stopped.hint


def test_a_token_that_is_none_is_told_with_the_file_that_holds_it(service: CommandContext) -> None:
    """The message of the client names the copy."""
    told = with_token_place(service, UsageError(f"The token file {COPY} is empty.", code="token_unusable"))
    assert told.message == "The token file /etc/callbell-importer/token is empty."


@pytest.mark.parametrize("reason", [None, ValueError("x"), UsageError("x", code="usage")])
def test_other_reasons_stay_as_they_are(reason: Exception | None) -> None:
    """They are none of the token's."""
    assert with_token_place(context({}), reason) is reason


CONFIG = '[accounts.a]\ntoken_file = "a.token"\n[accounts.b]\ntoken_file = "b.token"\n'


@pytest.mark.parametrize(
    ("environment", "account", "is_told"),
    [
        ({"CALLBELL_API_TOKEN": "token-of-a"}, "b", True),
        ({"CALLBELL_API_TOKEN": "token-of-a\n"}, "a", False),
        ({}, "b", False),
    ],
)
def test_a_variable_that_wins_over_the_accounts_own_token_is_told(
    tmp_path: Path, environment: dict[str, str], account: str, *, is_told: bool
) -> None:
    """Its customers would go to another account; the token itself is told nowhere."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.token").write_text(f"token-of-{name}\n", "utf-8")
        (tmp_path / f"{name}.token").chmod(0o600)
    settings = settle({"account": account}, {}, CONFIG, config_folder=tmp_path)
    chosen = CommandContext(settings=settings, environment=environment, stream=io.StringIO())
    warn_of_other_token(chosen)
    told = chosen.stream.getvalue()  # type: ignore[attr-defined]  # as made above
    assert (f"{tmp_path}/b.token, which the config has for the account b" in told) == is_told
    assert told.rstrip().endswith("unset CALLBELL_API_TOKEN") == is_told
    assert "token-of" not in told


def test_a_file_that_may_not_be_read_is_no_other_token(tmp_path: Path) -> None:
    """As that of the nightly service, whose user has the token in the variable."""
    settings = settle({"account": "a"}, {}, CONFIG, config_folder=tmp_path)
    chosen = CommandContext(settings=settings, environment={"CALLBELL_API_TOKEN": "x"}, stream=io.StringIO())
    warn_of_other_token(chosen)
    assert chosen.stream.getvalue() == ""  # type: ignore[attr-defined]  # as made above
