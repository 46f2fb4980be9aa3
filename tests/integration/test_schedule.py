"""The command `schedule`: systemd's own verifiers read what it prints, which is installed on a system of the test's."""

import inspect
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import typer.main

from importer.cli import schedule_command
from importer.cli.command_line import app
from importer.cli.schedule_command import OF_ONE_RUN
from importer.commands import report_folder
from importer.commands.context import CommandContext, CommandResult, load_settings
from importer.commands.schedule import access_advice, files_check, in_place, notify_check, system_check
from importer.commands.schedule import checks as schedule_checks
from importer.commands.schedule import command as tested
from importer.commands.schedule import night as schedule_night
from importer.commands.schedule import steps as schedule_steps
from importer.commands.schedule.night import ALWAYS, USUAL_TIME, ScheduleRequest
from importer.model.errors import DeclinedError, StorageError, UsageError
from importer.settings import settle
from importer.system import crontabs, runtime
from importer.system.nightly_job import SERVICE_HOME, ScheduleKind
from importer.system.scheduler import Called, Scheduler
from importer.system.service_user import ServiceUser, own_name
from tests.support.commands import TOKEN, Said, customers, give, table

posix_only = pytest.mark.skipif(os.name == "nt", reason="units and crontabs are for POSIX' systems")
needs_verifier = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here (Debian: apt install systemd)"
)
_TOP = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # the top is a group
MOST_EXPOSED = 20
"""Tenths: below two of ten, where systemd says OK below 4.0."""
OWN = {"files", "config", "at", "kind", "user", "name", "install", "yes"}


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder with an odd name, where the importer is a program with an odd name too."""
    folder = tmp_path / "a 100%"
    folder.mkdir()
    program = folder / "my importer"
    program.write_text("#!/bin/sh\n", "utf-8")
    program.chmod(0o755)
    for name in [
        name for name in os.environ if name.startswith(("CALLBELL_", "XDG_", "SSL_CERT", "PYTHONPATH", "LANG"))
    ]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(sys, "argv", [str(program)])
    monkeypatch.setattr(schedule_night, "CONFIG_FOLDER", str(tmp_path / "etc"))
    monkeypatch.setattr(system_check, "is_systemd_running", lambda: True)
    set_cron(monkeypatch, runs=True)
    monkeypatch.setattr(in_place, "has_crontab", lambda _: False)
    monkeypatch.setattr(in_place, "UNITS", tmp_path / "units")
    monkeypatch.setattr(crontabs, "SPOOLS", ())
    monkeypatch.setattr(crontabs, "CRON_FOLDER", tmp_path / "cron.d")
    monkeypatch.setattr(in_place, "_HOMES", tmp_path / "home")
    monkeypatch.chdir(folder)


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> ServiceUser:
    """Let the administrator give the commands, for a user who may read and write everything; return that user."""
    numbers = (os.getuid(), os.getgid()) if hasattr(os, "getuid") else (0, 0)
    user = ServiceUser(name="callbell", home="/var/lib/callbell-importer", is_there=False, numbers=numbers)
    for module in (system_check, schedule_night, schedule_checks, notify_check):
        monkeypatch.setattr(module, "is_root", lambda: True)
    set_rights(monkeypatch, lambda *_: True)
    # The service's is yet to be made, others are there.
    monkeypatch.setattr(schedule_night, "find_user", lambda _, home: replace(user, is_there=home != user.home))
    # The tests' own folder is beneath /tmp, where the service sees nothing.
    set_temporary(monkeypatch, "/nowhere/")
    return user


def set_cron(monkeypatch: pytest.MonkeyPatch, *, runs: bool | None) -> None:
    """Let cron run, or not, or let nobody see it."""
    for module in (schedule_checks, tested):
        monkeypatch.setattr(module, "is_cron_running", lambda: runs)
        monkeypatch.setattr(module, "start_command", lambda: "service cron start")


def set_temporary(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    """Let the service not see what is in a folder, and all else."""
    for module in (schedule_checks, files_check):
        monkeypatch.setattr(module, "TEMPORARY_FOLDERS", (folder,))


def set_rights(monkeypatch: pytest.MonkeyPatch, may: Callable[[object, str, str], bool | None]) -> None:
    """Let the night's user have these rights."""
    for module in (schedule_checks, files_check, access_advice, schedule_steps, notify_check):
        monkeypatch.setattr(module, "may", may)


def token_file() -> Path:
    """Write the token where only its owner reads it."""
    path = Path("token")
    path.touch(mode=0o600)
    path.write_text(TOKEN, "utf-8")
    return path


def config(more: str = "") -> Path:
    """Write a config as `init` does, and the token beside it."""
    token_file()
    path = Path("config.toml")
    path.write_text(f'[service]\ntoken_file = "token"\n[columns]\nidentifier = "Phone"\nname = "Name"\n{more}', "utf-8")
    return path


def said_units(text: str) -> dict[str, str]:
    """Return the files that were printed, by their paths."""
    parts = re.split(r"^# (/.*)$\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def problems(said: Said) -> list[str]:
    """Return the names of what is a problem."""
    return re.findall(r"^(\w+) +problem ", said.stderr, re.MULTILINE)


# What is printed


def test_every_option_that_is_printed_is_one_of_run() -> None:
    """What `schedule` takes beside its own options is what `run` has; what it adds is an option of `run` too."""
    names = {command: {one.name for one in _TOP[command].params} for command in ("run", "schedule")}
    assert names["schedule"] - OWN == names["run"] - OF_ONE_RUN - OWN
    assert names["run"] >= OF_ONE_RUN | set(ALWAYS)
    kinds = {one.name: one.opts for one in _TOP["run"].params}
    assert all(kinds[one.name] == one.opts for one in _TOP["schedule"].params if one.name in kinds)


def test_options_given_beside_are_printed_and_paths_made_absolute() -> None:
    """The night has another folder, another shell and nobody to ask."""
    customers(Path("my list.csv"))
    config()
    beside = (
        "--country Spain --tag A%B --tag C --rate 0 --min-rows 50% --max-duration 2h --log-file x.log --metrics m.prom"
    )
    said = give("schedule", "my list.csv", "--kind", "cron", *beside.split())
    line = next(line for line in said.stdout.splitlines() if not line.startswith("#"))
    words = shlex.split(line.replace("\\%", "%").partition(" run ")[2])
    folder = str(Path.cwd())
    printed = f"--config {folder}/config.toml|--country Spain|--tag A%B|--tag C|--rate 0.0|--min-rows 50%"
    printed += f"|--max-duration 2h|--log-file {folder}/x.log|--metrics {folder}/m.prom"
    options = [word for option in printed.split("|") for word in option.split(" ", 1)]
    assert words == [f"{folder}/my list.csv", *options, "--fail-on", "new", "--yes", "--quiet"]


@posix_only
def test_a_cron_night_of_the_services_user_has_its_reports_where_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_root: ServiceUser
) -> None:
    """In the service's own folder, as what that user gives by hand; of anybody else, and if named, where they stand."""
    customers(Path("contacts.csv"))
    config()
    night = ("schedule", "contacts.csv", "--kind", "cron", "--user", "callbell")
    home, here = tmp_path / "service", str(Path.cwd())
    monkeypatch.setattr(report_folder, "SERVICE_HOME", str(home))
    monkeypatch.setattr(schedule_night, "SERVICE_HOME", str(home))
    user = replace(as_root, is_there=True, numbers=(991, 991))
    monkeypatch.setattr(schedule_night, "find_user", lambda *_: user)
    said = give(*night)
    assert "--report-dir" not in said.stdout
    assert f"reports in {here}/reports, " in " ".join(said.stderr.split())
    monkeypatch.setattr(report_folder, "_is_owner", lambda user_id: user_id == user.numbers[0])
    said = give(*night)
    assert f" --report-dir {home}/reports " in said.stdout
    assert f"reports in {home}/reports, " in " ".join(said.stderr.split())
    said = give(*night, "--report-dir", "mine")
    assert f"reports in {here}/mine, " in " ".join(said.stderr.split())
    assert str(home) not in said.stdout


@posix_only
def test_variables_of_this_shell_come_along_but_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit can be read by everybody; and a path in a variable is seen from here."""
    customers(Path("contacts.csv"))
    for name in ("CALLBELL_API_TOKEN", "CALLBELL_IMPORTER_SMTP_PASSWORD"):
        monkeypatch.setenv(name, TOKEN)
    for name in ("WEBHOOK", "PING"):
        monkeypatch.setenv(f"CALLBELL_IMPORTER_{name}", f"https://example.com/{TOKEN}")
    monkeypatch.setenv("CALLBELL_IMPORTER_REPORT_DIR", "my reports")
    monkeypatch.setenv("CALLBELL_BASE_URL", "http://127.0.0.1:1/v1")
    for kind in ("systemd", "systemd-user", "cron"):
        said = give("schedule", "contacts.csv", "--kind", kind)
        assert TOKEN not in said.stdout + said.stderr
        assert "CALLBELL_BASE_URL=http://127.0.0.1:1/v1" in said.stdout
        assert "a 100" in said.stdout.partition("CALLBELL_IMPORTER_REPORT_DIR=")[2].partition("my reports")[0]
        assert "--report-dir" not in said.stdout


@posix_only
@pytest.mark.parametrize("kind", ["cron", "systemd-user"])
def test_a_journal_and_a_token_that_this_shell_has_elsewhere_are_the_nights_too(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor do cron and systemd know where this shell has a kept token: what is as usual is not printed."""
    customers(Path("contacts.csv"))
    user = ServiceUser(name=own_name(), home=str(tmp_path / "home"), is_there=True)
    monkeypatch.setattr(schedule_night, "find_user", lambda *_: user)
    monkeypatch.setenv("HOME", str(tmp_path / "other"))
    said = give("schedule", "contacts.csv", "--kind", kind)
    assert f"HOME={tmp_path}/other" in said.stdout
    assert f"XDG_STATE_HOME={tmp_path}/state" in said.stdout
    assert f"XDG_CONFIG_HOME={tmp_path}/config" in said.stdout
    assert (kind == "cron") == (f"# {user.home}/.config/systemd/user/" not in said.stdout)
    monkeypatch.setenv("HOME", user.home)
    monkeypatch.setenv("XDG_STATE_HOME", f"{user.home}/.local/state")
    monkeypatch.setenv("XDG_CONFIG_HOME", f"{user.home}/.config")
    assert "HOME=" not in give("schedule", "contacts.csv", "--kind", kind).stdout


def test_the_token_reaches_the_service_as_the_settings_read_it() -> None:
    """The variable in the unit is the one that the settings read, and wins over the config's own."""
    customers(Path("contacts.csv"))
    config()
    unit = said_units(give("schedule", "contacts.csv", "--kind", "systemd").stdout)[
        "/etc/systemd/system/callbell-importer.service"
    ]
    assert f"LoadCredential=token:{Path.cwd()}/token".replace("%", "%%") in unit
    variables = dict(re.findall(r"^Environment=(CALLBELL_\w+)=(.*)$", unit, re.MULTILINE))
    assert str(settle({}, variables, Path("config.toml").read_text("utf-8")).service.token_file) == "%d/token"


NOTIFY = '[notify]\nwebhook_file = "my hook"\nping_file = "ping"\nping = "https://example.com/wins"\n'


def secret_file(name: str, text: str = "https://example.com/x\n", mode: int = 0o600) -> Path:
    """Write a file with a secret."""
    path = Path(name)
    path.touch(mode=mode)
    path.chmod(mode)
    path.write_text(text, "utf-8")
    return path


@posix_only
@pytest.mark.usefixtures("as_root")
def test_the_files_of_notices_are_handed_over_to_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As its token: they stay root's alone, and nothing is to be given to its user; one whose secret is given is not.

    Commands that root gives as its user get them in variables.
    """
    customers(Path("contacts.csv"))
    config(NOTIFY)
    file = secret_file("my hook").absolute()
    set_rights(monkeypatch, lambda _user, _mode, path: path != str(file))
    said = give("schedule", "contacts.csv", "--kind", "systemd")
    assert f"LoadCredential=webhook:{file}\n".replace("%", "%%") in said.stdout
    assert "ping" not in said.stdout
    assert (said.exit_code, problems(said)) == (0, []), said.stderr
    assert f"{file} (webhook_file), handed over by systemd" in " ".join(said.stderr.split())
    monkeypatch.setattr("importer.system.scheduler._ids", lambda _: (os.getuid(), os.getgid()))
    result, _ = installed(Scheduler(root=tmp_path / "root", call=Programs()), "systemd")
    assert f"CALLBELL_IMPORTER_WEBHOOK=$(cat {shlex.quote(str(file))}) su -s /bin/sh callbell" in result.text


@posix_only
@pytest.mark.parametrize("kind", ["cron", "systemd-user"])
def test_a_file_of_notices_that_the_nights_user_may_not_read_is_a_problem(
    kind: str, as_root: ServiceUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the command that cures it; nothing is installed before that, as with the token."""
    customers(Path("contacts.csv"))
    config(NOTIFY)
    file = secret_file("my hook").absolute()
    monkeypatch.setattr(schedule_night, "find_user", lambda *_: replace(as_root, is_there=True))
    given = ("schedule", "contacts.csv", "--kind", kind, *(["--user", "callbell"] if kind == "cron" else []))
    assert "notify" not in problems(give(*given))
    set_rights(monkeypatch, lambda _user, _mode, path: path != str(file))
    said = give(*given)
    assert "notify" in problems(said)
    assert f"may not read {file} (webhook_file)" in " ".join(said.stderr.split())
    assert re.search(
        rf"^ *chown callbell:\S+ {re.escape(shlex.quote(str(file)))} && chmod 600 ", said.stderr, re.MULTILINE
    )
    assert "LoadCredential" not in said.stdout


@posix_only
@pytest.mark.usefixtures("as_root")
@pytest.mark.parametrize(
    ("text", "mode", "told", "cure"),
    [
        ("", None, "(webhook_file) is not there", "install -m 600 /dev/null "),
        ("https://example.com/x", 0o644, "can be read by other people", "chmod 600 "),
        ("", 0o600, "is empty", "Put the secret into it"),
        ("s3cret", 0o600, "(webhook_file) holds must be an address", "Correct it"),
    ],
)
def test_a_file_of_notices_that_holds_no_secret_is_a_problem(text: str, mode: int | None, told: str, cure: str) -> None:
    """Found now, and not by the first bad night, of which nobody would hear; what it holds is not shown."""
    customers(Path("contacts.csv"))
    config(NOTIFY)
    if mode:
        secret_file("my hook", text, mode)
    said = give("schedule", "contacts.csv", "--kind", "systemd")
    assert problems(said) == ["notify"]
    assert told in " ".join(said.stderr.split())
    assert cure in said.stderr
    assert "s3cret" not in said.stdout + said.stderr


@posix_only
@pytest.mark.usefixtures("as_root")
@pytest.mark.parametrize("name", ["webhook", "ping", "smtp_password"])
def test_a_secret_of_notices_that_only_this_shell_has_is_a_problem(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the key and the file that it is to be in; a login without any password is one too."""
    customers(Path("contacts.csv"))
    login = '[notify]\nmail_to = "a@example.com"\nsmtp_server = "mail.example.com"\nsmtp_user = "me"\n'
    path = config(login if name == "smtp_password" else "")
    variable = f"CALLBELL_IMPORTER_{name.upper()}"
    monkeypatch.setenv(variable, f"https://example.com/{TOKEN}")
    said = give("schedule", "contacts.csv", "-c", str(path), "--kind", "systemd")
    told = " ".join(said.stderr.split())
    assert problems(said) == ["notify"]
    assert f"is not there at night (the variable {variable} of this shell is not)" in told
    assert f"Name {Path.cwd()}/{name.replace('_', '-')} in the config, as {name}_file under [notify]" in told
    assert TOKEN not in said.stdout + said.stderr


@posix_only
def test_whoever_is_not_root_is_told_that_nobody_looked_into_the_files_of_notices() -> None:
    """The units may be for another computer."""
    customers(Path("contacts.csv"))
    config(NOTIFY)
    with pytest.MonkeyPatch.context() as others:
        for module in (schedule_checks, notify_check):
            others.setattr(module, "is_root", lambda: False)
        said = give("schedule", "contacts.csv", "--kind", "systemd")
    assert "notify" not in problems(said)
    assert "handed over by systemd; only root can look into it" in " ".join(said.stderr.split())


@posix_only
@needs_verifier
@pytest.mark.parametrize("kind", ["systemd", "systemd-user"])
def test_systemd_finds_nothing_wrong_with_its_units(kind: str, tmp_path: Path) -> None:
    """`systemd-analyze verify` is silent, whatever the names of files, folders and programs."""
    customers(Path('it\'s "my" $list; año.csv'))
    config(NOTIFY)
    said = give("schedule", 'it\'s "my" $list; año.csv', "--kind", kind, "--report-dir", "my $x", "--tag", "100%")
    units = write_units(said, tmp_path)
    ended = analyzed(["verify", "--man=no", *(str(path) for path in units)], tmp_path, of_person=kind == "systemd-user")
    assert (ended.returncode, ended.stderr, ended.stdout) == (0, "", "")


@posix_only
@needs_verifier
def test_systemd_finds_the_service_shut_in(tmp_path: Path) -> None:
    """`systemd-analyze security` gives the system's service less than two of ten for exposure."""
    customers(Path("contacts.csv"))
    config()
    unit = write_units(give("schedule", "contacts.csv", "--kind", "systemd"), tmp_path)[0]
    ended = analyzed(
        ["security", "--offline=true", "--no-pager", f"--threshold={MOST_EXPOSED}", str(unit)],
        tmp_path,
        of_person=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Overall exposure level" in ended.stdout


def write_units(said: Said, tmp_path: Path) -> list[Path]:
    """Write the printed units into one folder, the service first."""
    folder = tmp_path / "units"
    folder.mkdir()
    written = []
    for path, text in said_units(said.stdout).items():
        if "systemd/" in path:
            written.append(folder / Path(path).name)
            written[-1].write_text(text, "utf-8")
    return written


def analyzed(arguments: Sequence[str], tmp_path: Path, *, of_person: bool) -> subprocess.CompletedProcess[str]:
    """Give a command to systemd's verifier, which needs no running systemd."""
    (tmp_path / "runtime").mkdir(mode=0o700)
    return subprocess.run(  # noqa: S603 - a program of the system
        ["systemd-analyze", *(["--user"] if of_person else []), *arguments],  # noqa: S607 - where the system has it
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "LC_ALL": "C.UTF-8", "XDG_RUNTIME_DIR": str(tmp_path / "runtime")},
        timeout=60,
        check=False,
    )


# What such a night would lack


def test_all_is_well(as_root: ServiceUser) -> None:
    """With a config, a token and a list, nothing is missing, and exit code 0 says so."""
    customers(Path("contacts.csv"))
    config()
    said = give("schedule", "contacts.csv", "--kind", "systemd")
    assert (said.exit_code, problems(said)) == (0, []), said.stderr
    assert f"as {as_root.name}, who is made for it" in said.stderr
    assert "systemctl enable --now callbell-importer.timer" in said.stderr


@pytest.mark.parametrize("kind", ["systemd", "cron", "systemd-user"])
@pytest.mark.usefixtures("as_root")
def test_a_token_that_only_this_shell_has_is_a_problem(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is not there at night; where to put the token is said."""
    customers(Path("contacts.csv"))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    said = give("schedule", "contacts.csv", "--kind", kind)
    assert said.exit_code == 2
    assert "token" in problems(said)
    assert "ut the token, alone, into " in said.stderr


@pytest.mark.usefixtures("as_root")
def test_columns_that_nobody_can_be_asked_about_are_a_problem() -> None:
    """A night has no terminal; exit code 3, and the config that would help."""
    table(Path("contacts.csv"), [("x", "y"), ("+34600111222", "+34600111333"), ("+34600111444", "+34600111555")])
    token_file()
    said = give("schedule", "contacts.csv", "--kind", "systemd")
    assert "columns" in problems(said)
    assert "init" in said.stderr


@pytest.mark.usefixtures("as_root")
def test_a_column_of_who_agreed_is_told_where_no_config_says_it() -> None:
    """At night nobody is asked, so all would be sent; a config can leave the others out, and may not say so yet."""
    rows = [("Phone", "Name", "Consent"), ("+34600111222", "Ana", "Yes"), ("+34600111444", "Eva", "No")]
    table(Path("contacts.csv"), rows)
    token_file()
    said = " ".join(give("schedule", "contacts.csv", "--kind", "systemd").stderr.split())
    assert 'all are sent, whatever "Consent" says' in said
    assert "write a config, and name it with --config: callbell-importer init " in said
    config()
    said = " ".join(give("schedule", "contacts.csv", "--kind", "systemd").stderr.split())
    assert 'all are sent, whatever "Consent" says' in said
    assert "To leave out who did not agree, write which answers count under [input.where] of the config" in said
    config('[input.where]\nConsent = ["Yes"]\n')
    assert "Consent" not in give("schedule", "contacts.csv", "--kind", "systemd").stderr


@pytest.mark.usefixtures("as_root")
def test_the_command_that_asks_for_the_accounts_fields_is_said_where_there_are_some() -> None:
    """Nothing here asks the account, and a field that is not there has each of its rows refused at night."""
    table(Path("contacts.csv"), [("Phone", "Name", "City"), ("+34600111222", "Ana", "Vigo")])
    config()
    assert "custom fields" not in give("schedule", "contacts.csv", "--kind", "systemd").stderr
    config('[columns.custom_fields]\n"Town" = "City"\n')
    said = give("schedule", "contacts.csv", "--kind", "systemd")
    assert said.exit_code == 0
    assert "Whether your account has its custom fields, this asks:" in said.stderr
    assert f" check {shlex.quote(f'{Path.cwd()}/contacts.csv')}\n" in said.stderr


@pytest.mark.usefixtures("as_root")
def test_a_list_of_which_most_rows_are_wrong_is_a_problem() -> None:
    """Numbers without a country code, and no country given."""
    table(Path("contacts.csv"), [("Phone", "Name"), ("600111222", "Ana"), ("600111333", "Bea")])
    config()
    assert problems(give("schedule", "contacts.csv", "--kind", "systemd")) == ["columns"]
    assert problems(give("schedule", "contacts.csv", "--kind", "systemd", "--country", "ES")) == []


@pytest.mark.usefixtures("as_root")
def test_a_list_without_rows_is_said_to_have_none() -> None:
    """Not that none of its rows is invalid; the next night may bring some."""
    table(Path("contacts.csv"), [("Phone", "Name")])
    config()
    said = give("schedule", "contacts.csv", "--kind", "systemd")
    assert "it has no rows now" in " ".join(said.stderr.split())
    assert "of the first 0" not in said.stderr


@pytest.mark.usefixtures("as_root")
def test_a_hint_names_the_option_that_tells_of_a_list_that_is_cut_short() -> None:
    """Only where neither the command nor the config has it, and it changes no exit code."""
    customers(Path("contacts.csv"))
    config()
    command = ("schedule", "contacts.csv", "--kind", "systemd")
    said = give(*command)
    assert re.search(r"^file +note +.*--min-rows 50%", said.stderr, re.MULTILINE)
    assert said.exit_code == 0
    assert "--min-rows 50%" not in give(*command, "--min-rows", "5").stderr
    config('[run]\nmin_rows = "50%"\n')
    assert "--min-rows" not in give(*command).stderr


@pytest.mark.usefixtures("as_root")
def test_a_list_that_is_not_there_yet_is_a_note() -> None:
    """It may come tonight; without a config nobody knows whether its columns will be clear."""
    config()
    said = give("schedule", "later.csv", "--kind", "systemd")
    assert (said.exit_code, problems(said)) == (0, [])
    assert "is not there yet" in said.stderr
    Path("config.toml").unlink()
    assert "no file is there whose columns could be looked at" in give("schedule", "later.csv", "--kind", "cron").stderr


@pytest.mark.parametrize("key", ["dry_run", "sandbox"])
@pytest.mark.usefixtures("as_root")
def test_a_config_by_which_nothing_is_sent_is_a_problem(key: str) -> None:
    """Every night would be fine, and nobody imported."""
    customers(Path("contacts.csv"))
    config(f"[run]\n{key} = true\n")
    assert "config" in problems(give("schedule", "contacts.csv", "--kind", "systemd"))


def test_a_contradiction_of_the_night_is_told_now() -> None:
    """A config that says verbose, and cron's --quiet: each night would end with 2."""
    customers(Path("contacts.csv"))
    config("[run]\nverbose = true\n")
    said = give("schedule", "contacts.csv", "--kind", "cron")
    assert said.exit_code == 2
    assert "contradict" in said.stderr


@pytest.mark.usefixtures("as_root")
@pytest.mark.parametrize("where", ["config", "environment"])
def test_a_night_may_write_where_the_settings_say(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are moved and metrics written by a config's word too: the system's service may write nowhere else."""
    customers(Path("contacts.csv"))
    config()
    if where == "config":
        with Path("config.toml").open("a", encoding="utf-8") as file:
            file.write('[run]\ndone_dir = "over"\nmetrics = "text/night.prom"\n')
    else:
        monkeypatch.setenv("CALLBELL_IMPORTER_DONE_DIR", "over")
        monkeypatch.setenv("CALLBELL_IMPORTER_METRICS", "text/night.prom")
    Path("text").mkdir()
    said = give("schedule", "contacts.csv", "-c", "config.toml", "--kind", "systemd")
    assert f'ReadWritePaths="{Path.cwd()}"'.replace("%", "%%") in said.stdout  # files are moved out of it
    assert f"{Path.cwd()}/text, {Path.cwd()}/over, {Path.cwd()}" in said.stderr


@posix_only
def test_where_a_night_keeps_what_it_writes_is_said(tmp_path: Path) -> None:
    """Reports, journal and log, and the folder from which relative paths count."""
    customers(Path("contacts.csv"))
    config()
    token_file()
    said = " ".join(give("schedule", "contacts.csv", "--kind", "cron").stderr.split())
    here, journal = Path.cwd(), tmp_path / "state/callbell-importer/journal.sqlite3"
    mail = f"the log: what cron mails {own_name()}; it starts in {here}"
    assert f"reports in {here}/reports, the journal {journal}, {mail}" in said
    logged = give("schedule", "contacts.csv", "--kind", "cron", "--log-file", "x.log", "--journal", "j/mine.sqlite3")
    assert f"the journal {here}/j/mine.sqlite3, the log: {here}/x.log" in " ".join(logged.stderr.split())


@pytest.mark.usefixtures("as_root")
def test_the_services_reports_and_journal_are_in_its_own_folder() -> None:
    """Where nobody named others; its log is systemd's."""
    customers(Path("contacts.csv"))
    config()
    said = " ".join(give("schedule", "contacts.csv", "--kind", "systemd").stderr.split())
    home = "/var/lib/callbell-importer"
    kept = f"reports in {home}/reports, the journal {home}/.local/state/callbell-importer/journal.sqlite3"
    assert f"{kept}, the log: journalctl -u callbell-importer" in said


@posix_only
@pytest.mark.usefixtures("as_root")
def test_another_schedule_of_the_journal_at_that_time_is_told_of(tmp_path: Path) -> None:
    """With a time that is free, which is not told of; the same schedule may be installed again."""
    customers(Path("contacts.csv"))
    config()
    command = ("schedule", "contacts.csv", "-c", "config.toml", "--kind", "systemd", "--at")
    (tmp_path / "units").mkdir()
    for path, text in said_units(give(*command, "02:00").stdout).items():
        (tmp_path / "units" / Path(path).name).write_text(text, "utf-8")
    said = give(*command, "02:30", "--name", "second")
    assert said.exit_code == 0
    assert "callbell-importer uses the same journal at about that time" in " ".join(said.stderr.split())
    assert "Take a time that is free: --at 03:00" in " ".join(said.stderr.split())
    assert "same journal" not in give(*command, "03:00", "--name", "second").stderr
    assert "same journal" not in give(*command, "02:30").stderr
    assert "same journal" not in give(*command, "02:30", "--name", "x", "--journal", "other.sqlite3").stderr


@posix_only
def test_another_line_of_cron_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the user's crontab or that user's in /etc/cron.d; and one of another kind, which is not replaced."""
    customers(Path("contacts.csv"))
    config()
    monkeypatch.setattr(in_place, "has_crontab", lambda _: True)
    shown = give("schedule", "contacts.csv", "--kind", "cron", "--at", "02:00").stdout
    programs = Programs(stdout=f"{shown}10 2 * * * callbell-importer run x.csv --journal /other\n")

    def told(kind: str, name: str) -> str:
        scheduler = Scheduler(root=tmp_path / "root", call=programs)
        result, _ = installed(scheduler, kind, answer=None, at="02:30", name=name, yes=True)
        return " ".join(result.text.split())

    monkeypatch.setattr(tested, "_put_in_place", lambda *_: None)
    clash = "uses the same journal at about that time"
    assert clash not in told("cron", "")
    assert f"callbell-importer {clash}" in told("cron", "second")
    assert f"callbell-importer (cron) {clash}" in told("systemd-user", "")
    programs.stdout = ""
    (tmp_path / "cron.d").mkdir()
    line = f"0 3 * * * {own_name()} callbell-importer run x.csv\n"
    (tmp_path / "cron.d/import").write_text(line, "utf-8")
    assert f"a line of {tmp_path}/cron.d/import {clash}" in told("cron", "")


@posix_only
@pytest.mark.usefixtures("as_root")
def test_the_same_import_of_another_user_is_told_of_with_what_takes_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both would run, each with a journal of its own; the one that is written over is not told of."""
    customers(Path("contacts.csv"))
    config()
    monkeypatch.setattr(in_place, "is_root", lambda: True)
    monkeypatch.setattr(crontabs, "SPOOLS", (tmp_path / "crontabs",))
    (tmp_path / "crontabs").mkdir()
    command = ("schedule", "contacts.csv", "--kind", "cron", "--user", "callbell", "--at", "05:00")
    (tmp_path / "crontabs/ana").write_text(give(*command).stdout, "utf-8")
    told = " ".join(give(*command).stderr.split())
    assert (
        "others note the same import is in place already: callbell-importer, every night at 05:00, as ana, by cron"
        " It stays. If this one is to run in its place, take it back: TABLE=$(crontab -u ana -l) && printf"
        " '%s\\n' \"$TABLE\" | sed '/^# begin callbell-importer (/,/^# end callbell-importer$/d' | crontab -u ana -"
    ) in told
    assert "in place already" in give(*command, "--name", "other").stderr
    (tmp_path / "crontabs/ana").rename(tmp_path / "crontabs/callbell")
    assert "in place already" not in give(*command).stderr
    (tmp_path / "crontabs/callbell").write_text("0 5 * * * callbell-importer run other.csv\n", "utf-8")
    assert "in place already" not in give(*command).stderr


@posix_only
def test_without_a_file_what_is_in_place_is_listed(tmp_path: Path) -> None:
    """With what takes each back; that there is nothing is no error; whoever installs has to name a file."""
    customers(Path("contacts.csv"))
    config()
    said = give("schedule")
    assert (said.exit_code, said.stdout) == (0, "")
    assert "No schedule is in place here. To see what puts one in place:" in " ".join(said.stderr.split())
    assert "Missing argument" not in said.stderr
    (tmp_path / "units").mkdir()
    for path, text in said_units(give("schedule", "contacts.csv", "--kind", "systemd").stdout).items():
        (tmp_path / "units" / Path(path).name).write_text(text, "utf-8")
    said = give("schedule")
    assert said.exit_code == 0
    assert said.stdout.startswith(
        "callbell-importer, every night at 02:00, as callbell, by systemd. To take it back:\n"
        "  systemctl disable --now callbell-importer.timer\n  rm "
    )
    missing = give("schedule", "--install")
    assert missing.exit_code == 2
    assert "Missing argument 'FILE...'" in missing.stderr


@posix_only
def test_what_is_in_place_is_listed_whatever_the_accounts(tmp_path: Path) -> None:
    """Listing needs no account; a schedule from before there were several is told to end with 2."""
    customers(Path("contacts.csv"))
    config()
    said = give("schedule", "contacts.csv", "--kind", "systemd", "--config", "config.toml")
    (tmp_path / "units").mkdir()
    for path, text in said_units(said.stdout).items():
        (tmp_path / "units" / Path(path).name).write_text(text, "utf-8")
    assert "ends with exit code 2" not in give("schedule").stdout
    with Path("config.toml").open("a", encoding="utf-8") as file:
        file.write("[accounts.shop-a]\n[accounts.shop-b]\n")
    listed = give("schedule")
    assert listed.exit_code == 0
    assert "it ends with exit code 2 every night, as" in " ".join(listed.stdout.split())
    told = " ".join(give("schedule", "contacts.csv", "--kind", "cron", "--account", "shop-a").stderr.split())
    assert "others note a schedule from before the config had accounts is in place: callbell-importer," in told
    assert "the same import is in place" not in told


@posix_only
def test_a_schedule_of_another_account_is_another_import(tmp_path: Path) -> None:
    """They have the config in common, and the list may be the same."""
    customers(Path("contacts.csv"))
    config("[accounts.shop-a]\n[accounts.shop-b]\n")
    given = ("schedule", "contacts.csv", "--config", "config.toml", "--kind")
    (tmp_path / "units").mkdir()
    for path, text in said_units(give(*given, "systemd", "--account", "shop-a").stdout).items():
        (tmp_path / "units" / Path(path).name).write_text(text, "utf-8")
    assert "in place already" not in give(*given, "cron", "--account", "shop-b").stderr
    assert "in place already" in give(*given, "cron", "--account", "shop-a").stderr


def test_a_list_that_is_not_there_is_told_with_the_one_that_was_meant() -> None:
    """As `run` tells it."""
    customers(Path("contacts.csv"))
    config()
    told = " ".join(give("schedule", "contact.csv", "--kind", "systemd-user").stderr.split())
    assert "contact.csv is not there yet" in told
    assert f"Did you mean {Path.cwd()}/contacts.csv?" in told


@posix_only
def test_what_is_to_be_done_is_told_once_where_nobody_is_asked(tmp_path: Path) -> None:
    """Above what was done; the checks are not said again below it."""
    customers(Path("contacts.csv"))
    config()
    result, _ = installed(Scheduler(root=tmp_path / "root", call=Programs()), "systemd-user", answer=None, yes=True)
    assert result.text.count("--min-rows 50% tells of it") == 1


def test_another_task_of_windows_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As its Task Scheduler tells of them, which is a fake here."""
    customers(Path("contacts.csv"))
    config()
    monkeypatch.setattr(runtime, "WINDOWS", True)
    programs = Programs()
    scheduler = Scheduler(root=tmp_path / "root", call=programs)
    _, printed = installed(scheduler, "windows", at="02:00")
    programs.stdout = f"<Tasks>{printed[0]}</Tasks>"
    clash = "callbell-importer uses the same journal at about that time"
    told = {
        name: installed(scheduler, "windows", answer=None, at="02:30", name=name, yes=True)[0].text
        for name in ("", "second")
    }
    assert [clash in told[name] for name in ("", "second")] == [False, True]


@posix_only
@pytest.mark.usefixtures("as_root")
def test_the_services_reports_of_an_account_are_in_a_folder_of_its_name() -> None:
    """Unless the config names one, for all or for the account."""
    accounts = "[accounts.madrid]\n[accounts.lisboa]\nreport_dir = 'mine'\n"
    for name, more, expected in (
        ("madrid", "", "/var/lib/callbell-importer/reports/madrid"),
        ("lisboa", "", str(Path("mine").absolute())),
        ("madrid", "[run]\nreport_dir = 'all'\n", str(Path("all/madrid").absolute())),
    ):
        path = config(more + accounts)
        settings = load_settings({"account": name}, os.environ, path)[0]
        context = CommandContext(
            settings=settings, options={"config": path}, environment=os.environ, stream=io.StringIO()
        )
        request = ScheduleRequest(files=["contacts.csv"], at="02:00", kind="systemd", options={"account": name})
        night = schedule_night.scheduled_night(context, request)
        assert str(night.context.settings.run.report_dir) == expected
        assert expected in night.job.writes
        assert ("--report-dir" in night.job.arguments) is expected.startswith("/var/lib")


@posix_only
@pytest.mark.usefixtures("as_root")
def test_a_folder_that_others_read_is_not_made(tmp_path: Path) -> None:
    """node_exporter could not go into one that is the service's user's alone; one that is there stays as it is."""
    customers(Path("contacts.csv"))
    config()
    folder = tmp_path / "text"
    command = ("schedule", "contacts.csv", "-c", "config.toml", "--kind", "systemd", "--metrics", f"{folder}/x.prom")
    missing = give(*command)
    assert f"{folder}, where --metrics writes, is not there" in " ".join(missing.stderr.split())
    assert f"-m 700 {folder}" not in missing.stderr
    folder.mkdir()
    assert problems(give(*command)) == []


@pytest.mark.usefixtures("as_root")
def test_a_pattern_stays_one_and_files_that_a_shell_named_are_told_of() -> None:
    """What is named one by one is not what comes later, which is what is meant where files are moved away."""
    for name in ("a.csv", "b.csv"):
        customers(Path(name))
    config()
    settings, kept = load_settings({}, os.environ, Path("config.toml"))
    context = CommandContext(settings=settings, options=kept, environment=os.environ, stream=sys.stderr)
    said = {}
    for files in (["*.csv"], ["a.csv", "b.csv"]):
        request = ScheduleRequest(files=files, at="2:00", kind="systemd", options={"done_dir": Path("done")})
        put_out: list[str] = []
        result = tested.schedule_run(context, request, put_out.append, Scheduler())
        said[files[0]] = result.text
        assert result.exit_code == 0
        assert f'ReadWritePaths="{Path.cwd()}"'.replace("%", "%%") in put_out[0]  # files are moved out of it
    assert "which is 2 files now" in said["*.csv"]
    assert "files that come later are not imported" in said["a.csv"]


@pytest.mark.usefixtures("as_root")
def test_a_pattern_needs_its_folder_and_no_file_yet() -> None:
    """A folder that is missing, or misspelt, is one in which no night finds anything."""
    config()
    Path("inbox/a").mkdir(parents=True)
    for pattern in ("inbox/*.csv", "inbox/*/x.csv", "*/*.csv"):
        said = give("schedule", pattern, "--kind", "systemd")
        assert (said.exit_code, problems(said)) == (0, []), said.stderr
    for pattern in ("inbx/*.csv", "inbx/*/x.csv"):
        said = give("schedule", pattern, "--kind", "systemd")
        assert (said.exit_code, problems(said)) == (3, ["file"])
        assert f"{Path.cwd()}/inbx is not there" in said.stderr
        assert f"mkdir -p {shlex.quote(f'{Path.cwd()}/inbx')}" in said.stderr


@pytest.mark.usefixtures("as_root")
def test_a_password_in_an_address_is_a_problem() -> None:
    """Units are for everybody's eyes; an address without one is passed on as it is."""
    config()
    said = give("schedule", "sftp://ana:secret@example.com/a.csv", "https://example.com/b.csv", "--kind", "systemd")
    assert problems(said) == ["file"]
    assert "run sftp://ana:secret@example.com/a.csv https://example.com/b.csv " in said.stdout


def test_what_run_takes_for_a_file_is_no_address() -> None:
    """A path may have :// in it, as long as it does not begin with a scheme."""
    said = give("schedule", "lists/x://a.csv", "--kind", "cron")
    assert "/lists/x:/a.csv --fail-on new" in said.stdout  # absolute, as files are
    assert "fetched each night" not in said.stderr


@pytest.mark.usefixtures("as_root")
def test_what_the_user_may_not_do_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the program or the list, write into the reports' folder, look into the inbox; the config is opened to it."""
    customers(Path("contacts.csv"))
    config('[run]\nreport_dir = "reports"\n')
    Path("reports").mkdir()
    set_rights(monkeypatch, lambda _user, mode, _path: mode == "x")
    said = give("schedule", "contacts.csv", "*.csv", "--kind", "systemd")
    assert problems(said) == ["program", "file", "file", "folder"]
    assert said.exit_code == 2
    assert "chgrp" in said.stderr


@posix_only
def test_a_config_of_somebody_else_is_a_problem(monkeypatch: pytest.MonkeyPatch, as_root: ServiceUser) -> None:
    """Whoever is made for the service trusts its own and root's, as every command does."""
    customers(Path("contacts.csv"))
    config()
    monkeypatch.setattr(schedule_checks, "_is_trusted", lambda *_: False)
    said = give("schedule", "contacts.csv", "--kind", "systemd")
    assert problems(said) == ["config"]
    assert f"{as_root.name} does not trust it" in said.stderr


@pytest.mark.usefixtures("as_root")
def test_what_lies_in_a_folder_that_the_service_does_not_see_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has a /tmp of its own, which is said."""
    customers(Path("contacts.csv"))
    config()
    set_temporary(monkeypatch, f"{Path.cwd()}/")
    said = give("schedule", "contacts.csv", "--kind", "systemd", "--report-dir", "x")
    assert problems(said) == ["file", "folder"]
    own = f"systemd gives the service a {Path.cwd()} of its own, and empties that when it ends"
    told = " ".join(said.stderr.split())
    assert f"{Path.cwd()}/contacts.csv cannot be read: {own}" in told
    assert f"{Path.cwd()}/x cannot be used: {own}, so what it writes there is gone" in told
    assert "file" not in problems(give("schedule", "contacts.csv", "--kind", "systemd-user"))


@posix_only
@pytest.mark.usefixtures("as_root")
@pytest.mark.parametrize(("has", "level"), [((), "problem"), (("crontab",), "note"), (("crontab", "sendmail"), "note")])
def test_cron_needs_a_crontab_and_somebody_who_mails(
    has: tuple[str, ...], level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a mail program nobody hears of a bad night, nor where the user is not one that reads mail."""
    customers(Path("contacts.csv"))
    config()
    user = ServiceUser(name="callbell", home="/", is_there=True, numbers=(os.getuid(), os.getgid()))
    monkeypatch.setattr(schedule_night, "find_user", lambda *_: user)
    monkeypatch.setattr(shutil, "which", lambda name, path=None: name if name in has or "/" in name else path and None)
    said = give("schedule", "contacts.csv", "--kind", "cron")
    assert re.findall(r"^cron +(\w+)", said.stderr, re.MULTILINE) == [level]
    told = " ".join(said.stderr.split())
    assert ("gives sendmail (Debian: apt install postfix)" in told) is (has == ("crontab",))
    mail_to = "ame who reads it in the crontab (crontab -u callbell -e), in a line above the others: MAILTO=you@"
    assert (mail_to in told) is bool(has)
    monkeypatch.setattr(Scheduler, "crontab", lambda *_: "MAILTO=ana@example.com\n")
    assert "MAILTO=you@" not in give("schedule", "contacts.csv", "--kind", "cron").stderr


@posix_only
@pytest.mark.usefixtures("as_root")
@pytest.mark.parametrize("kind", ["systemd", "systemd-user"])
@pytest.mark.parametrize(
    ("has", "more", "is_noted"),
    [(True, "", False), (False, "", True), (False, '[notify]\nwebhook = "https://example.com/x"\n', False)],
)
def test_a_unit_that_can_mail_nobody_is_a_note(
    kind: str, more: str, monkeypatch: pytest.MonkeyPatch, *, has: bool, is_noted: bool
) -> None:
    """Where the config names nobody either."""
    customers(Path("contacts.csv"))
    config(more)
    found, which = ("sendmail",) if has else (), shutil.which
    monkeypatch.setattr(
        shutil,
        "which",
        lambda name, **how: name if name in found else None if name == "sendmail" else which(name, **how),
    )
    told = " ".join(give("schedule", "contacts.csv", "--kind", kind).stderr.split())
    assert ("a bad night is told in the log alone: there is no mail program Install one that" in told) is is_noted


@posix_only
@pytest.mark.parametrize(
    ("table", "is_off"),
    [
        ("MAILTO=\n0 1 * * * x\n", True),
        ('MAILTO=a@example.com\n MAILTO = ""\n', True),
        ("MAILTO=''\nMAILTO=a@example.com\n", False),
        ('# begin callbell-importer (callbell-importer schedule)\nMAILTO=""\n', False),
        ("", False),
    ],
)
def test_an_empty_mailto_mails_nobody(table: str, monkeypatch: pytest.MonkeyPatch, *, is_off: bool) -> None:
    """The last one above the job counts, also in one's own crontab, though a mail program is there."""
    customers(Path("contacts.csv"))
    config()
    monkeypatch.setattr(shutil, "which", lambda name, path=None: name if path else None)
    monkeypatch.setattr(Scheduler, "crontab", lambda *_: table)
    told = " ".join(give("schedule", "contacts.csv", "--kind", "cron").stderr.split())
    assert ("nobody is told of a bad night: MAILTO is empty in the crontab of" in told) is is_off
    assert ("(crontab -e), in place of the empty MAILTO: MAILTO=you@example.com" in told) is is_off


@posix_only
def test_why_it_is_cron_is_said_where_nobody_chose_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """First of all, and where it is put in place too."""
    customers(Path("contacts.csv"))
    config()
    monkeypatch.setattr(runtime, "MAC", False)
    monkeypatch.setattr(schedule_night, "likely_kind", lambda *_, **__: ScheduleKind.CRON)
    monkeypatch.setattr(shutil, "which", lambda name, path=None: name if path else None)
    why = "schedule  note         cron, as systemd does not run here (/run/systemd/system is missing)\n"
    result, _ = installed(Scheduler(root=tmp_path / "root", call=Programs()), "", answer=None, yes=True)
    assert " ".join(result.text.split()).startswith(" ".join(why.split()))
    assert "systemd does not run" not in give("schedule", "contacts.csv", "--kind", "cron").stderr


@posix_only
def test_a_crontab_is_said_to_get_lines_and_not_to_be_written_over(tmp_path: Path) -> None:
    """And that they replace earlier ones, where there are such."""
    customers(Path("contacts.csv"))
    config()
    said = give("schedule", "contacts.csv", "--kind", "cron")
    assert f"\n  add its lines to the crontab of {own_name()} (crontab -)\n" in said.stderr
    shown: list[str] = []

    def refuse(text: str) -> bool:
        shown.append(text)
        return False

    settings, kept = load_settings({"yes": False}, os.environ, Path("config.toml"))
    context = CommandContext(
        settings=settings,
        options=kept,
        environment=os.environ,
        stream=sys.stderr,
        confirm=refuse,
    )
    request = ScheduleRequest(files=["contacts.csv"], at="02:00", kind="cron", options={}, install=True)
    scheduler = Scheduler(root=tmp_path / "root", call=Programs(stdout=said.stdout))
    with pytest.raises(DeclinedError, match="Nothing was installed"):
        tested.schedule_run(context, request, lambda _: None, scheduler)
    assert shown[0].endswith(f"  replace its lines in the crontab of {own_name()} (crontab -)")


@posix_only
@pytest.mark.parametrize("runs", [True, None, False])
def test_a_cron_that_does_not_run_is_told_of(
    runs: bool | None,  # noqa: FBT001 - a case
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With what starts it, before and after its line is put in place; what cannot be told is left out."""
    customers(Path("contacts.csv"))
    config()
    set_cron(monkeypatch, runs=runs)
    monkeypatch.setattr(shutil, "which", lambda name, path=None: name if path else None)
    scheduler = Scheduler(root=tmp_path / "root", call=Programs())
    result, _ = installed(scheduler, "cron", answer=None, yes=True)
    told = " ".join(result.text.split())
    assert result.exit_code == 0
    is_told = runs is False
    assert ("cron note cron does not run here" in told) is is_told
    assert ("Installed: every night at 03:30, once cron runs, which it does not now." in told) is is_told
    assert ("Start it, as root: service cron start" in told) is is_told
    assert "or soon after" not in told


@posix_only
@pytest.mark.usefixtures("as_root")
def test_who_is_told_by_notify_needs_no_mail_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """The config names somebody, who hears of a bad night."""
    customers(Path("contacts.csv"))
    config('[notify]\nwebhook = "https://hooks.example.com/x"\n')
    monkeypatch.setattr(shutil, "which", lambda name, path=None: name if name == "crontab" else path and None)
    said = give("schedule", "contacts.csv", "-c", "config.toml", "--kind", "cron")
    assert "config" in said.stderr
    assert "nobody is told" not in said.stderr


@posix_only
@pytest.mark.usefixtures("as_root")
def test_another_users_crontab_is_for_that_users_home_and_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its journal is in its home, and what it may not do in this folder is told."""
    customers(Path("contacts.csv"))
    config()
    home = tmp_path / "home"
    home.mkdir()
    user = ServiceUser(name="other", home=str(home), is_there=True, numbers=(os.getuid(), os.getgid()))
    monkeypatch.setattr(schedule_night, "find_user", lambda *_: user)
    said = give("schedule", "contacts.csv", "--kind", "cron", "--user", "other")
    assert f"{home}/.local/state/callbell-importer" in said.stderr
    assert "crontab -u other -" in said.stderr
    here = str(Path.cwd())
    set_rights(monkeypatch, lambda _user, mode, path: not (mode == "w" and path == here))
    told = give("schedule", "contacts.csv", "--kind", "cron", "--user", "other")
    assert [name for name in problems(told) if name != "cron"] == ["folder"]
    set_rights(monkeypatch, lambda _user, mode, _path: mode != "x")
    assert "where it is to start" in give("schedule", "contacts.csv", "--kind", "cron", "--user", "other").stderr


@posix_only
def test_a_user_who_is_made_by_install_is_made_by_one_command_before_that(
    as_root: ServiceUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of several checks that need the user to be there the first says how."""
    customers(Path("contacts.csv"))
    config()
    closed = (str(Path.cwd() / "contacts.csv"), str(Path.cwd()))
    set_rights(monkeypatch, lambda _user, mode, path: mode == "x" or path not in closed)
    said = give("schedule", "contacts.csv", "--kind", "systemd", "--journal", "j.sqlite3")
    assert [name for name in problems(said) if name in {"file", "folder"}] == ["file", "folder"]
    assert re.findall("useradd.*", said.stderr) == [f"useradd -r -U -d {as_root.home} callbell"]


@posix_only
def test_a_missing_user_is_made_before_anything_is_said_of_what_it_may_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """By one command; what nobody may read yet is no problem of its own, and nobody gets the home of who asks."""
    customers(Path("contacts.csv"))
    monkeypatch.setattr(schedule_checks, "may", lambda *_: False)
    missing = "nobody-is-called-this"
    said = give("schedule", "contacts.csv", "--kind", "cron", "--user", missing)
    assert (said.exit_code, [name for name in problems(said) if name != "cron"]) == (2, ["when"])
    assert re.findall("useradd.*", said.stderr) == [f"useradd --system --create-home {missing}"]
    assert f"# Journal: /home/{missing}/.local/state/" in said.stdout


@posix_only
def test_a_missing_user_of_the_usual_name_gets_the_services_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where cron has the nights too: so the README's commands look there for journal and reports."""
    customers(Path("contacts.csv"))
    missing = partial(ServiceUser, is_there=False)
    monkeypatch.setattr(schedule_night, "find_user", lambda name, home: missing(name=name, home=home))
    said = give("schedule", "contacts.csv", "--kind", "cron", "--user", "callbell")
    home = SERVICE_HOME
    assert re.findall("useradd.*", said.stderr) == [f"useradd --system --home-dir {home} --create-home callbell"]
    assert f"# Journal: {home}/.local/state/" in said.stdout


@posix_only
@pytest.mark.usefixtures("as_root")
def test_nobody_is_no_user_for_a_night(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is given to nobody is given to every service that runs as nobody."""
    customers(Path("contacts.csv"))
    config()
    nobody = ServiceUser(name="nobody", home="/nonexistent", is_there=True, numbers=(os.getuid(), os.getgid()))
    monkeypatch.setattr(schedule_night, "find_user", lambda *_: nobody)
    said = give("schedule", "contacts.csv", "--kind", "cron", "--user", "nobody")
    assert (said.exit_code, problems(said)[0]) == (2, "when")
    assert f"useradd --system --home-dir {SERVICE_HOME} --create-home callbell" in said.stderr


@posix_only
def test_a_line_that_cron_would_cut_off_is_a_problem() -> None:
    """It reads a thousand characters."""
    customers(Path("contacts.csv"))
    config()
    assert "cron" in problems(give("schedule", "contacts.csv", "--kind", "cron", *["--tag", "x" * 100] * 10))


def test_only_root_looks_into_the_token_of_the_service() -> None:
    """Whoever prints the units for another computer, or for root, is told that it was not looked at."""
    customers(Path("contacts.csv"))
    config()
    with pytest.MonkeyPatch.context() as patched:
        for module in (schedule_checks, schedule_night):
            patched.setattr(module, "is_root", lambda: False)
        set_rights(patched, lambda *_: None)
        said = give("schedule", "contacts.csv", "--kind", "systemd")
    assert re.search(r"^token +not checked +.*only root can look into it", said.stderr, re.MULTILINE)


@posix_only
def test_a_pattern_in_a_folder_that_is_closed_is_a_problem(
    as_root: ServiceUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user sees no file there, night after night, and with --done-dir nobody would hear of it."""
    config()
    set_rights(monkeypatch, lambda _user, _mode, path: path != str(Path.cwd()) and None)
    said = give("schedule", "*.csv", "--kind", "systemd")
    assert "file" in problems(said)
    assert f"{as_root.name} may not look into" in said.stderr


@pytest.mark.parametrize(
    "wrong",
    [
        ["--at", "25:00"],
        ["--at", "2"],
        ["--kind", "launchd"],
        ["--name", "a b"],
        ["--name", "x-failed"],
        ["--user", "a b", "--kind", "cron"],
    ],
)
def test_a_wrong_request_is_told(wrong: list[str]) -> None:
    """With what would be right, and nothing is printed."""
    customers(Path("contacts.csv"))
    said = give("schedule", "contacts.csv", *wrong)
    assert (said.exit_code, said.stdout) == (2, "")


@posix_only
def test_a_name_with_a_line_break_is_refused() -> None:
    """It would be two lines of a unit or a crontab, of which the second could be any command."""
    customers(Path("a\n* * * * * x.csv"))
    for kind in ("systemd", "cron"):
        said = give("schedule", "a\n* * * * * x.csv", "--kind", kind)
        assert (said.exit_code, said.stdout) == (2, "")


# Putting it in place


class Programs:
    """systemctl and its like, which do nothing; what they were given."""

    def __init__(self, stdout: str = "") -> None:
        self.calls: list[tuple[str, ...]] = []
        self.stdout = stdout

    def __call__(self, words: Sequence[str], _stdin: str) -> Called:
        self.calls.append(tuple(words))
        return Called(exit_code=0, stdout=self.stdout, stderr="")


def installed(
    scheduler: Scheduler, kind: str, *, answer: bool | None = True, at: str = "03:30", name: str = "", **run: object
) -> tuple[CommandResult, list[str]]:
    """Install a schedule, and return how that ended, with all that was told, and what was printed."""
    told = io.StringIO()
    confirm = None if answer is None else lambda _text: bool(answer)
    settings, kept = load_settings(run, os.environ, Path("config.toml"))
    context = CommandContext(settings=settings, options=kept, environment=os.environ, stream=told, confirm=confirm)
    put_out: list[str] = []
    request = ScheduleRequest(files=["contacts.csv"], at=at, kind=kind, name=name, options={}, install=True)
    result = tested.schedule_run(context, request, put_out.append, scheduler)
    return replace(result, text=f"{told.getvalue()}{result.text}"), put_out


@posix_only
@pytest.mark.usefixtures("as_root")
def test_the_systems_service_is_put_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was shown is what is written, in the right order: the user first, the timer last."""
    customers(Path("contacts.csv"))
    config()
    monkeypatch.setattr("importer.system.scheduler._ids", lambda _: (os.getuid(), os.getgid()))
    programs = Programs()
    root = tmp_path / "root"
    result, printed = installed(Scheduler(root=root, call=programs), "systemd")
    assert result.exit_code == 0
    assert "systemctl start callbell-importer" in result.text
    for path, text in said_units("".join(printed)).items():
        assert (root / path.lstrip("/")).read_text("utf-8").rstrip() == text.rstrip()
    assert programs.calls == [
        ("systemd-sysusers", "/etc/sysusers.d/callbell-importer.conf"),
        ("systemctl", "daemon-reload"),
        ("systemctl", "enable", "--now", "callbell-importer.timer"),
    ]
    assert (root / "var/lib/callbell-importer").is_dir()
    taken_back = result.text.partition("To take it back:\n")[2].split("\n")
    written = list(said_units("".join(printed)))
    commands = ["systemctl disable --now callbell-importer.timer", *map("rm {}".format, written)]
    assert [line.strip() for line in taken_back[:-1]] == [*commands, "systemctl daemon-reload"]
    assert "the user callbell, and /var/lib/callbell-importer" in taken_back[-1]


@posix_only
@pytest.mark.usefixtures("as_root")
def test_a_failure_half_way_says_how_to_take_back_what_was_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files are written when systemctl fails."""
    customers(Path("contacts.csv"))
    config()
    monkeypatch.setattr("importer.system.scheduler._ids", lambda _: (os.getuid(), os.getgid()))
    scheduler = Scheduler(root=tmp_path / "root", call=lambda *_: Called(exit_code=1, stdout="", stderr="no bus"))
    with pytest.raises(StorageError, match="no bus") as raised:
        installed(scheduler, "systemd")
    assert "To take it back:\n  systemctl disable --now callbell-importer.timer\n  rm /etc/" in raised.value.hint


@posix_only
def test_what_takes_a_schedule_back_is_said_where_it_is_printed() -> None:
    """Of a crontab two lines bound what is ours; of a person's service the files have their home's path."""
    customers(Path("contacts.csv"))
    config()
    said = give("schedule", "contacts.csv", "--kind", "cron", "--name", "x")
    ours = "'/^# begin callbell-importer-x (/,/^# end callbell-importer-x$/d'"
    cut = f"""TABLE=$(crontab -l) && printf '%s\\n' "$TABLE" | sed {ours} | crontab -"""
    assert f"To take it back:\n  {cut}\n" in said.stderr
    assert said.stdout.startswith("# begin callbell-importer-x")
    assert said.stdout.endswith("# end callbell-importer-x\n")
    said = give("schedule", "contacts.csv", "--kind", "systemd-user")
    assert "  systemctl --user disable --now callbell-importer.timer\n" in said.stderr
    assert all(f"  rm {shlex.quote(path)}\n" in said.stderr for path in said_units(said.stdout))


@posix_only
def test_a_persons_service_is_put_in_place(tmp_path: Path) -> None:
    """In their own folder, and it runs while they are not logged in."""
    customers(Path("contacts.csv"))
    config()
    programs = Programs()
    result, _ = installed(Scheduler(root=tmp_path / "root", call=programs), "systemd-user")
    assert result.exit_code == 0
    assert [words[:3] for words in programs.calls][:2] == [
        ("systemctl", "--user", "daemon-reload"),
        ("systemctl", "--user", "enable"),
    ]
    assert programs.calls[-1][:2] == ("loginctl", "enable-linger")
    assert len(list((tmp_path / "root").rglob("callbell-importer*"))) == 3


def test_a_task_is_put_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows, by its own command; nowhere else."""
    customers(Path("contacts.csv"))
    config()
    programs = Programs()
    scheduler = Scheduler(root=tmp_path / "root", call=programs)
    with pytest.raises(UsageError, match="no schedules of the kind windows"):
        installed(scheduler, "windows")
    monkeypatch.setattr(runtime, "WINDOWS", True)
    monkeypatch.setattr(
        os, "environ", {**os.environ, "LOCALAPPDATA": str(tmp_path), "USERNAME": "ana", "USERDOMAIN": "PC"}
    )
    result, printed = installed(scheduler, "windows")
    assert result.exit_code == 0
    assert "<UserId>PC\\ana</UserId>" in printed[0]
    assert programs.calls[-1][:4] == ("schtasks", "/Create", "/TN", "callbell-importer")
    path = programs.calls[-1][5]
    assert result.text.endswith(f'To take it back:\n  schtasks /Delete /TN callbell-importer /F\n  del "{path}"')


@posix_only
@pytest.mark.usefixtures("as_root")
def test_nothing_is_put_in_place_without_a_yes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A no, nobody to ask, or a night that would not work: nothing is written."""
    monkeypatch.setattr("importer.system.scheduler._ids", lambda _: (os.getuid(), os.getgid()))
    customers(Path("contacts.csv"))
    config()
    programs = Programs()
    scheduler = Scheduler(root=tmp_path / "root", call=programs)
    for answer, error in ((False, DeclinedError), (None, UsageError)):
        with pytest.raises(error):
            installed(scheduler, "systemd", answer=answer)
    Path("token").unlink()
    assert installed(scheduler, "systemd")[0].exit_code == 2
    assert programs.calls == []
    assert not (tmp_path / "root").exists()
    token_file()
    assert installed(scheduler, "systemd", answer=None, yes=True)[0].exit_code == 0


@posix_only
@pytest.mark.parametrize("kind", ["systemd", "systemd-user"])
@pytest.mark.usefixtures("as_root")
def test_nothing_is_changed_where_systemd_does_not_run(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is missing is said, and the command that works: with cron, and first cron itself where that is missing."""
    customers(Path("contacts.csv"))
    config()
    monkeypatch.setattr(system_check, "is_systemd_running", lambda: False)
    monkeypatch.setattr(system_check, "has_crontab", lambda _: True)
    programs = Programs()
    with pytest.raises(UsageError, match=r"systemd does not run here.*/run/systemd/system is missing") as raised:
        installed(Scheduler(root=tmp_path / "root", call=programs), kind, yes=True)
    told, _, command = raised.value.hint.rpartition("\n")
    assert told == "Nothing was changed. It works with cron: give this command:"
    assert command.endswith(" schedule contacts.csv --at 03:30 --kind cron --install --yes")
    assert programs.calls == []
    assert not (tmp_path / "root").exists()
    monkeypatch.setattr(system_check, "has_crontab", lambda _: False)
    shown = give("schedule", "contacts.csv", "--kind", kind, "--min-rows", "50%")
    assert "/callbell-importer.timer\n" in shown.stdout
    assert "The units are for another computer." in shown.stderr
    told = " ".join(shown.stderr.split())
    assert "It works with cron: install it (Debian: apt install cron) and give this command:" in told
    assert "--kind cron --min-rows 50% --install" in shown.stderr


@pytest.mark.skipif(os.name == "nt", reason="terminals are POSIX's")
def test_a_line_of_a_crontab_is_told_to_be_one_where_a_terminal_breaks_it() -> None:
    """With what puts it in place without copying it, and what writes it into a file; in a file it is whole anyway."""
    from tests.support.answered_terminal import on_a_terminal  # noqa: PLC0415 - terminals are POSIX's

    customers(Path("contacts.csv"))
    config()
    given = ("schedule", "contacts.csv", "--config", "config.toml", "--kind", "cron")
    environment = {"PATH": f"{_crontab_of('')}{os.pathsep}{os.environ['PATH']}"}
    shown = " ".join(on_a_terminal(*given, answers=[], environment=environment).shown.split())
    configured = "callbell-importer schedule contacts.csv"
    assert (
        "To put it in place without copying it (what begins with the time is one line, however a terminal shows it):"
        f" {configured} --kind cron --install It does this: add its lines to the crontab of" in shown
    )
    assert f"{configured} --kind cron > callbell-importer.cron" in shown
    assert "the crontab is empty now:" in shown
    assert "crontab callbell-importer.cron" in shown
    said = give(*given)
    assert "one line" not in said.stderr
    assert f"To put it in place:\n  {configured} --kind cron --install\nIt does this:\n" in said.stderr


@pytest.mark.skipif(os.name == "nt", reason="terminals are POSIX's")
def test_the_way_by_a_file_replaces_what_is_installed_and_keeps_all_else() -> None:
    """The printed commands are given, twice; and what takes it back; where crontab fails nothing is written."""
    from tests.support.answered_terminal import on_a_terminal  # noqa: PLC0415 - terminals are POSIX's

    customers(Path("contacts.csv"))
    config()
    mine = "MAILTO=a@example.com\n0 1 * * * printf 'a\\tb\\%s' x\n"
    path = f"{_crontab_of(mine)}{os.pathsep}{os.environ['PATH']}"
    given = ("schedule", "contacts.csv", "--config", "config.toml", "--kind", "cron")
    shown = on_a_terminal(*given, answers=[], environment={"PATH": path}).shown
    adds, removes = (line.strip() for line in shown.splitlines() if line.strip().startswith("TABLE=$"))
    block = give(*given).stdout
    Path("callbell-importer.cron").write_text(block, "utf-8")

    def shell(line: str) -> str:
        words = ["/bin/sh", "-c", line]
        subprocess.run(words, env={"PATH": path}, check=False, capture_output=True)  # noqa: S603 - what was printed
        return Path("table").read_text("utf-8")

    assert shell(adds) == f"{mine}{block}"
    assert shell(adds) == f"{mine}{block}"
    Path("fails").touch()
    assert shell(adds) == shell(removes) == f"{mine}{block}"
    Path("fails").unlink()
    assert shell(removes) == mine


def _crontab_of(table: str) -> Path:
    """Make a crontab(1) of this folder, which fails where a file says so; return its folder."""
    program, place = Path("programs/crontab").absolute(), Path("table").absolute()
    program.parent.mkdir()
    if table:
        place.write_text(table, "utf-8")
    program.write_text(
        f"""#!/bin/sh
cd '{Path.cwd()}'
if [ -f fails ]; then echo broken >&2; exit 1; fi
case "$1" in
-l) [ -f table ] || {{ echo "no crontab for x" >&2; exit 1; }}; cat table ;;
-) cat > new; mv new table ;;
esac
""",
        "utf-8",
    )
    program.chmod(0o755)
    return program.parent


def test_the_usual_time_is_named_in_no_command() -> None:
    """It is the same in the command line and in what knows it."""
    assert inspect.signature(schedule_command.schedule).parameters["at"].default == USUAL_TIME


def test_the_systems_service_is_installed_by_root_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is not is told how else."""
    customers(Path("contacts.csv"))
    config()
    for module in (system_check, schedule_checks, schedule_night):
        monkeypatch.setattr(module, "is_root", lambda: False)
    set_rights(monkeypatch, lambda *_: None)
    set_temporary(monkeypatch, "/nowhere/")
    with pytest.raises(UsageError) as raised:
        installed(Scheduler(root=tmp_path / "root", call=Programs()), "systemd")
    assert "--kind systemd-user" in raised.value.hint


@posix_only
def test_a_line_is_put_into_the_crontab_by_the_command_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside what is there, and once, however often the command is given."""
    customers(Path("contacts.csv"))
    config()
    kept = tmp_path / "table"
    kept.write_text("0 1 * * * mine\n", "utf-8")
    script = f'#!/bin/sh\ncase "$1" in -l) cat "{kept}";; -) cat > "{kept}.new"; mv "{kept}.new" "{kept}";; esac\n'
    (tmp_path / "bin").mkdir()
    crontab = tmp_path / "bin/crontab"
    crontab.write_text(script, "utf-8")
    crontab.chmod(0o755)
    monkeypatch.setenv("PATH", str(crontab.parent), prepend=os.pathsep)
    for _ in range(2):
        said = give("schedule", "contacts.csv", "--kind", "cron", "--at", "3:07", "--install", "--yes")
        assert said.exit_code == 0, said.stderr
        assert said.stdout in kept.read_text("utf-8")
    lines = kept.read_text("utf-8").splitlines()
    assert lines[0] == "0 1 * * * mine"
    assert [line[:4] for line in lines if not line.startswith("#")] == ["0 1 ", "7 3 "]
