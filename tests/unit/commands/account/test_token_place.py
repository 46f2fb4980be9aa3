"""Where a token that is refused is to be replaced."""

import io
from pathlib import Path

import pytest

from importer.commands.account.token_place import token_place, with_token_place
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
