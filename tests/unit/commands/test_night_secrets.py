"""Whether nightly jobs can read the files of notices, and the command that cures it."""

import io
import os
import shlex
from pathlib import Path

import pytest

from importer.commands import night_secrets as tested
from importer.commands.context import CommandContext
from importer.commands.doctor import notify_checks
from importer.commands.schedule import access_advice
from importer.model.diagnosis import Diagnosis, Level
from importer.notify.delivery import DeliveryResult
from importer.settings import settle
from importer.system.installed_units import InstalledUnit
from importer.system.service_user import ServiceUser

pytestmark = pytest.mark.skipif(os.name == "nt", reason="users and modes are POSIX's")
FOLDER = Path("/etc/callbell-importer")
CONFIG = f"{FOLDER}/config.toml"
HOOK = f"{FOLDER}/my hook"
WORDS = ("/opt/bin/callbell-importer", "run", "/srv/my list.csv", "--config", CONFIG, "--fail-on", "new", "--yes")
UNIT = InstalledUnit(
    name="callbell-importer",
    user="callbell",
    journal=Path("/j"),
    token_file="/t",
    minute=125,
    words=WORDS,
    variables=("CALLBELL_IMPORTER_TOKEN_FILE=%d/token", "LANG=C.UTF-8", "CALLBELL_IMPORTER_RATE=5 0"),
)
HANDED = InstalledUnit(
    name="callbell-importer",
    user="callbell",
    journal=Path("/j"),
    token_file="/t",
    words=WORDS,
    secrets={"webhook": HOOK},
)
CRON = InstalledUnit(name="x", user="callbell", journal=Path("/j"), token_file="", words=WORDS, is_cron=True)
AGAIN = (
    "CALLBELL_IMPORTER_RATE='5 0' callbell-importer schedule '/srv/my list.csv' --config"
    f" {CONFIG} --fail-on new --at 02:05 --kind systemd --install"
)


def context(config: str = CONFIG, notify: str = 'webhook_file = "my hook"') -> CommandContext:
    """As a command has it that was given in the config's folder."""
    settings = settle({}, {}, f"[notify]\n{notify}\n", "config.toml", FOLDER)
    return CommandContext(settings=settings, options={"config": config}, environment={}, stream=io.StringIO())


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[InstalledUnit]:
    """The jobs that are in place; root asks, and their user may read nothing of root's."""
    found: list[InstalledUnit] = []
    user = ServiceUser(name="callbell", home="/", is_there=True, numbers=(4_000_001, 4_000_002))
    monkeypatch.setattr(tested, "nightly_jobs", lambda: found)
    monkeypatch.setattr(tested, "find_user", lambda *_: user)
    monkeypatch.setattr(tested, "may", lambda *_: False)
    monkeypatch.setattr(access_advice, "may", lambda *_: True)
    monkeypatch.setattr(os.path, "lexists", lambda _: True)
    monkeypatch.setattr(notify_checks, "is_root", lambda: True)
    monkeypatch.setattr(notify_checks, "send_test", lambda *_: [DeliveryResult(receiver="webhook (example.com)")])
    return found


def nights(given: CommandContext) -> list[Diagnosis]:
    """Return what `doctor --notify` says beside how the test went."""
    return [one for one in notify_checks.diagnose_notices(given) if one.name == "nights"]


def test_only_the_jobs_that_have_the_config_are_asked_about(jobs: list[InstalledUnit]) -> None:
    """Others have other notices; and without a file nobody has to read one."""
    jobs.append(UNIT)
    assert nights(context("/etc/other.toml")) == []
    assert nights(context(notify='webhook = "https://example.com/x"')) == []
    assert len(nights(context())) == 1


def test_a_service_that_is_not_handed_the_file_is_put_in_place_again(jobs: list[InstalledUnit]) -> None:
    """By the command that has all that it has, which asks before it does so: the test alone said that all is well."""
    jobs.append(UNIT)
    (found,) = nights(context())
    assert (found.level, found.exit_code) == (Level.PROBLEM, 2)
    assert f"callbell-importer.service runs as callbell, who may not read {HOOK} (webhook_file)" in found.text
    assert found.next_step.splitlines()[-1] == AGAIN
    assert shlex.split(AGAIN)[3] == "/srv/my list.csv"


def test_a_service_that_is_handed_the_file_has_it(jobs: list[InstalledUnit]) -> None:
    """And one that is handed another has not."""
    jobs.append(HANDED)
    (found,) = nights(context())
    assert (found.level, found.text) == (Level.OK, "callbell-importer.service reads the same files, as callbell")
    (found,) = nights(context(notify='webhook_file = "new"'))
    assert found.level is Level.PROBLEM


def test_the_user_of_a_cron_job_is_given_the_file(jobs: list[InstalledUnit]) -> None:
    """In one line that works when it is pasted."""
    jobs.append(CRON)
    (found,) = nights(context())
    assert found.level is Level.PROBLEM
    assert found.next_step.splitlines()[-1] == f"chown callbell:4000002 '{HOOK}' && chmod 600 '{HOOK}'"


def test_whoever_is_not_root_cannot_tell(jobs: list[InstalledUnit], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is claimed then."""
    jobs.append(UNIT)
    monkeypatch.setattr(notify_checks, "is_root", lambda: False)
    assert [one.level for one in nights(context())] == [Level.SKIPPED]


def test_as_the_services_user_a_file_that_is_roots_alone_is_no_problem(
    jobs: list[InstalledUnit], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where systemd hands it over at night; else it is, and root is told what cures it."""
    refused = DeliveryResult(receiver="webhook", failure="cannot be read", is_unreadable=True)
    monkeypatch.setattr(notify_checks, "send_test", lambda *_: [refused])
    jobs.append(HANDED)
    found = notify_checks.diagnose_notices(context())[0]
    assert (found.level, found.exit_code) == (Level.NOTE, 0)
    assert found.next_step == "Only root may read it. The nights can, as systemd hands it over to them."
    jobs[0] = UNIT
    found = notify_checks.diagnose_notices(context())[0]
    assert (found.level, found.exit_code) == (Level.PROBLEM, 2)
    assert found.next_step.splitlines()[-1] == f"  callbell-importer doctor --config {CONFIG} --notify"
    jobs.clear()
    assert "Correct this in [notify]" in notify_checks.diagnose_notices(context())[0].next_step


@pytest.mark.parametrize(
    ("name", "user", "more"),
    [("callbell-importer-shop", "callbell", "--name shop"), ("callbell-importer", "ana", "--user ana")],
)
def test_a_schedule_of_another_name_or_user_stays_that(name: str, user: str, more: str) -> None:
    """Else a second one would be put in place beside it."""
    unit = InstalledUnit(name=name, user=user, journal=Path("/j"), token_file="/t", words=WORDS)
    again = f"schedule '/srv/my list.csv' --config {CONFIG} --fail-on new --kind systemd {more} --install"
    assert tested.schedule_again(unit) == f"callbell-importer {again}"
