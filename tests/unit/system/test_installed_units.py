"""The nightly services of this computer, as their units tell of them."""

from pathlib import Path

import pytest

from importer.notify.options import VARIABLES
from importer.system import installed_units, shell
from importer.system.installed_units import InstalledUnit, own_unit, secret_copy
from importer.system.service_user import as_user
from importer.system.shell import command_words, importer_command
from importer.system.systemd_units import NO_SECRET, service_unit, timer_unit
from tests.support.nightly_jobs import ODD_WORDS, nightly_job

JOURNAL = "/var/lib/callbell-importer/.local/state/callbell-importer/journal.sqlite3"
TOKEN_FILE = "/etc/callbell-importer/100% secret"  # noqa: S105 - a path


@pytest.fixture(autouse=True)
def units(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a service of the system, one of a person, and what is none."""
    monkeypatch.setattr(installed_units, "UNITS", tmp_path)
    job = nightly_job(journal=JOURNAL, token_file=TOKEN_FILE)
    (tmp_path / "callbell-importer.service").write_text(service_unit(job), "utf-8")
    (tmp_path / "callbell-importer-mine.service").write_text(service_unit(job, of_person=True), "utf-8")
    (tmp_path / "callbell-importer-old.service").write_text("[Service]\nUser=callbell\n", "utf-8")
    (tmp_path / "callbell-importer-x.service").mkdir()
    return tmp_path


def test_a_service_is_known_by_what_schedule_wrote() -> None:
    """With its user, journal and token file; what says no journal or no user is left out."""
    unit = InstalledUnit(
        name="callbell-importer",
        user="callbell",
        journal=Path(JOURNAL),
        token_file=TOKEN_FILE,
        words=nightly_job().words,
        variables=("CALLBELL_IMPORTER_TOKEN_FILE=%d/token",),
    )
    assert installed_units.installed_units() == [unit]


def test_a_services_command_secrets_and_variables_are_as_they_were_given(units: Path) -> None:
    """Whatever systemd needs around them; its config tells whose nights they are."""
    arguments = ("run", *ODD_WORDS, "--config", "/etc/a 100%/c.toml")
    job = nightly_job(
        journal=JOURNAL,
        token_file=TOKEN_FILE,
        secrets={"webhook": "/etc/a 100%/hook"},
        arguments=arguments,
        environment={"CALLBELL_BASE_URL": 'https://x/"100%"', "LANG": "C.UTF-8"},
    )
    (units / "callbell-importer.service").write_text(service_unit(job), "utf-8")
    (unit,) = installed_units.installed_units()
    assert unit.words == job.words
    assert unit.config == "/etc/a 100%/c.toml"
    assert (unit.token_file, unit.secrets) == (TOKEN_FILE, {"webhook": "/etc/a 100%/hook"})
    assert {'CALLBELL_BASE_URL=https://x/"100%"', "LANG=C.UTF-8"} < {*unit.variables}
    assert unit.hands_over("webhook", Path("/etc/a 100%/../a 100%/hook"))
    assert not unit.hands_over("webhook", Path("/etc/other"))
    assert not unit.hands_over("ping", Path("/etc/a 100%/hook"))


@pytest.mark.parametrize(
    ("command", "is_told"),
    [
        ("callbell-importer retry r", True),
        ("/opt/x/callbell-importer run a.csv", True),
        ("callbell-importer doctor -c c.toml --notify", True),
        ("callbell-importer doctor", False),
        ("callbell-importer runs r", False),
    ],
)
def test_who_tells_somebody_as_the_services_user_gets_the_secrets_for_it(command: str, *, is_told: bool) -> None:
    """In variables, as the token; all other commands need none."""
    unit = InstalledUnit(name="x", user="callbell", journal=Path("/j"), token_file="/t", secrets={"webhook": "/a b"})
    words = unit.as_its_user(command)
    assert words.startswith("CALLBELL_API_TOKEN=$(cat /t) ")
    assert ("CALLBELL_IMPORTER_WEBHOOK=$(cat '/a b') su -s " in words) == is_told


def test_the_variables_of_secrets_are_those_that_the_settings_read() -> None:
    """What is a secret stands in one list; a command is not given its own."""
    words = as_user("callbell", "", dict.fromkeys(VARIABLES, "/f"))
    assert words == " ".join([*(f"{one}=$(cat /f)" for one in VARIABLES.values()), "su -s /bin/sh callbell"])


def test_a_service_reads_what_systemd_made_of_a_file(units: Path, tmp_path: Path) -> None:
    """Not of one that the config named before, nor where there was none when it was started."""
    job = nightly_job(journal=JOURNAL, secrets={"webhook": "/etc/hook", "ping": "/etc/ping"})
    (units / "callbell-importer.service").write_text(service_unit(job), "utf-8")
    folder = tmp_path / "credentials/callbell-importer.service"
    folder.mkdir(parents=True)
    (folder / "webhook").write_text("https://example.com/x\n", "utf-8")
    (folder / "ping").write_text(NO_SECRET, "utf-8")
    environment = {"CREDENTIALS_DIRECTORY": str(folder)}
    assert secret_copy("webhook", Path("/etc/hook"), environment) == folder / "webhook"
    assert secret_copy("webhook", Path("/etc/other"), environment) is None
    assert secret_copy("ping", Path("/etc/ping"), environment) is None
    assert secret_copy("smtp_password", Path("/etc/password"), environment) is None
    assert secret_copy("webhook", Path("/etc/hook"), {}) is None


def test_a_service_begins_when_its_timer_says(units: Path) -> None:
    """As it was printed."""
    (units / "callbell-importer.timer").write_text(timer_unit(nightly_job()), "utf-8")
    (unit,) = installed_units.installed_units()
    assert unit.minute == 125


def test_a_service_knows_which_one_it_is_by_the_folder_of_its_credentials() -> None:
    """Where the unit of the folder's name is there."""
    unit = own_unit("/run/credentials/callbell-importer.service")
    assert unit is not None
    assert unit.token_file == TOKEN_FILE
    assert own_unit("/run/credentials/other.service") is None


@pytest.mark.parametrize(("is_terminal", "is_as_user"), [(False, True), (True, False)])
def test_a_command_in_a_services_log_is_given_by_root_as_its_user(
    monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool, is_as_user: bool
) -> None:
    """Whoever reads the log is not the service's user; at a terminal of that user it is given as it is."""
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/callbell-importer.service")
    monkeypatch.setattr(shell, "is_terminal", lambda _stream: is_terminal)
    command = importer_command("retry", "last")
    assert command.startswith("CALLBELL_API_TOKEN=$(cat ") == is_as_user
    assert command.endswith("su -s /bin/sh callbell -c 'callbell-importer retry last'") == is_as_user


def test_a_command_is_one_word_for_the_shell_of_the_services_user() -> None:
    """Whatever is in it; the token is in a variable, as only root may read its file."""
    command = "callbell-importer retry x --config '/srv/a b.toml'"
    (unit,) = installed_units.installed_units()
    words = unit.as_its_user(command)
    assert words.startswith(f"CALLBELL_API_TOKEN=$(cat '{TOKEN_FILE}') su -s /bin/sh callbell -c ")
    assert command_words(words)[-1] == command


def test_no_folder_of_units_has_no_services(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a Mac."""
    monkeypatch.setattr(installed_units, "UNITS", Path("/nonexistent"))
    assert installed_units.installed_units() == []
