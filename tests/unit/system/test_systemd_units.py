"""The units that run a command every night; systemd's own verifiers read them in tests/integration/test_schedule.py."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.commands.end import exit_status as endings
from importer.model.errors import ImporterError, ServiceError
from importer.system.systemd_units import (
    DRAIN_SECONDS,
    failure_unit,
    needed_folders,
    service_unit,
    systemd_word,
    sysusers_text,
    timer_unit,
)
from importer.worker_pool.pool import GRACE_SECONDS
from tests.support.nightly_jobs import ODD_WORDS, nightly_job

posix_only = pytest.mark.skipif(os.name == "nt", reason="units are for POSIX' systems")
_REPORTS_SECONDS = 120
"""More than a workbook of 200,000 rows takes."""


def settings(unit: str) -> dict[str, str]:
    """Return a unit's settings; of one that stands several times, the last."""
    return dict(re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE))


def as_systemd_reads(word: str) -> str:
    """Return what systemd makes of a word: quotes off (systemd.syntax(7)), then specifiers, then variables."""
    inner = word[1:-1] if word.startswith('"') else word
    unescaped = re.sub(r"\\(.)", r"\1", inner)
    assert "%" not in unescaped.replace("%%", "")
    assert "$" not in unescaped.replace("$$", "")
    return unescaped.replace("%%", "%").replace("$$", "$")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1) | st.sampled_from(ODD_WORDS))
def test_a_word_comes_out_as_it_went_in(word: str) -> None:
    """No specifier, variable, quote or backslash in it means anything, and blanks do not divide it."""
    quoted = systemd_word(word)
    assert as_systemd_reads(quoted) == word
    assert quoted.startswith('"') or not re.search(r"""[\s"'\\;]""", quoted)


def test_exit_code_5_alone_is_tried_again() -> None:
    """Every other exit code of a run prevents a restart, and starts are bounded within a night."""
    service = settings(service_unit(nightly_job()))
    prevented = set(service["RestartPreventExitStatus"].split())
    codes = {1, endings.DEFECT, endings.INTERRUPTED, endings.TERMINATED}
    codes |= {kind.exit_code for kind in ImporterError.__subclasses__()}
    assert {int(code) for code in prevented if code.isdecimal() and int(code) < 200} == codes - {ServiceError.exit_code}
    assert {"SIGKILL", "SIGSEGV", "SIGABRT"} <= prevented
    assert service["Restart"] == "on-failure"
    assert (service["StartLimitBurst"], service["StartLimitIntervalSec"]) == ("6", "20h")


def test_there_is_time_to_end_in_good_order() -> None:
    """What is in flight is waited for, and the reports are written, before systemd kills anything."""
    assert int(settings(service_unit(nightly_job()))["TimeoutStopSec"]) == DRAIN_SECONDS
    assert DRAIN_SECONDS >= GRACE_SECONDS + _REPORTS_SECONDS


def test_the_systems_service_is_shut_in() -> None:
    """It has a user, state and a token of its own, and writes only where it must."""
    job = nightly_job(
        token_file="/etc/x y/50%", writes=("/var/lib/callbell-importer/reports", "/srv/done", "/srv/done/x")
    )
    service = settings(service_unit(job))
    assert service["Type"] == "oneshot"
    assert service["User"] == "callbell"
    assert service["LoadCredential"] == "token:/etc/x y/50%%"
    assert service["Environment"] == "CALLBELL_IMPORTER_TOKEN_FILE=%d/token"
    assert service["StateDirectory"] == "callbell-importer"
    assert service["ReadWritePaths"] == "/srv/done"
    assert (service["UMask"], service["ProtectSystem"], service["ProtectHome"]) == ("0077", "strict", "yes")


def test_the_files_of_notices_are_handed_over_and_one_that_is_gone_stops_no_night() -> None:
    """Without what is set beside it, systemd would not start a service whose credential has no file."""
    unit = service_unit(nightly_job(secrets={"webhook": "/etc/x y/50%", "ping": "/etc/ping"}))
    lines = [line for line in unit.splitlines() if "Credential=" in line]
    assert lines == [
        *("LoadCredential=ping:/etc/ping", "SetCredential=ping:none"),
        *("LoadCredential=webhook:/etc/x y/50%%", "SetCredential=webhook:none"),
    ]
    assert "Credential" not in service_unit(nightly_job(secrets={"ping": "/p"}), of_person=True)


@pytest.mark.parametrize("place", ["reads", "writes"])
def test_a_home_is_seen_only_where_something_of_it_is_used(place: str) -> None:
    """Read-only; what is written in it is named."""
    assert settings(service_unit(nightly_job(**{place: ("/home/ana/x",)})))["ProtectHome"] == "read-only"
    assert settings(service_unit(nightly_job(**{place: ("/homework/x",)})))["ProtectHome"] == "yes"


def test_a_persons_service_has_nothing_that_only_the_system_can_do() -> None:
    """No user, no credential, no namespace, and no target that a person's systemd has not."""
    service = service_unit(nightly_job(folder="/home/ana/10%", environment={"A": "b c%"}), of_person=True)
    assert not re.search("^(User|LoadCredential|Protect|Private|After|CapabilityBoundingSet)", service, re.MULTILINE)
    assert settings(service)["WorkingDirectory"] == "/home/ana/10%%"
    assert settings(service)["Environment"] == '"A=b c%%"'


def test_a_night_that_the_computer_slept_through_is_made_up_for() -> None:
    """The timer is persistent, and does not begin at the same second as all others."""
    timer = settings(timer_unit(nightly_job()))
    assert timer == {
        "Description": "Import of customers into Callbell every night",
        "OnCalendar": "*-*-* 02:05:00",
        "RandomizedDelaySec": "10min",
        "Persistent": "true",
        "WantedBy": "timers.target",
    }


def test_a_failure_is_told() -> None:
    """As an error of the log, and by mail to root, or to the person whose service it is."""
    assert settings(service_unit(nightly_job(name="x")))["OnFailure"] == "x-failed.service"
    of_system, of_person = failure_unit(nightly_job()), failure_unit(nightly_job(), of_person=True)
    assert "<3>" in of_system
    assert "To: root" in of_system
    assert "--unit=callbell-importer" in of_system
    assert "$$(id -un)" in of_person
    assert "--user-unit=callbell-importer" in of_person
    assert "User=" not in of_person


@posix_only
@pytest.mark.parametrize("of_person", [False, True])
@pytest.mark.parametrize(
    ("state", "is_mailed"), [("auto-restart", 0), ("auto-restart-queued", 0), ("failed", 1), ("", 1)]
)
def test_only_the_last_of_several_trials_is_mailed(
    of_person: bool,  # noqa: FBT001 - a parameter of the test
    state: str,
    is_mailed: int,
    tmp_path: Path,
) -> None:
    """Some systemds start the unit before each further trial; where it cannot be asked, each failure is mailed."""
    programs = {
        "systemctl": f'echo "$@" >> {tmp_path}/asked; echo {state}',
        "sendmail": f"cat >> {tmp_path}/mail",
        "journalctl": "echo said",
    }
    for name, script in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        (tmp_path / name).chmod(0o755)
    word = settings(failure_unit(nightly_job(), of_person=of_person))["ExecStart"].removeprefix("/bin/sh -c ")
    environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "MONITOR_EXIT_STATUS": "5"}
    ended = subprocess.run(  # noqa: S603 - a script of our own
        ["/bin/sh", "-c", as_systemd_reads(word)], env=environment, capture_output=True, encoding="utf-8", check=True
    )
    mail = tmp_path / "mail"
    assert (mail.read_text("utf-8").count("Subject: ") if mail.exists() else 0) == is_mailed
    assert ended.stdout.startswith(
        "<3>" if is_mailed else "<4>callbell-importer failed, exit code 5, and is tried again."
    )
    of_whom = "--user " if of_person else ""
    asked = f"{of_whom}show --property=SubState --value callbell-importer.service\n"
    assert (tmp_path / "asked").read_text("utf-8") == asked


def test_the_user_is_made_with_the_state_for_a_home() -> None:
    """So that a command that is given by hand as that user has the same journal."""
    assert sysusers_text(nightly_job()) == 'u callbell - "Nightly import into Callbell" /var/lib/callbell-importer\n'


def test_a_folder_within_another_is_not_named() -> None:
    """Two mounts of one file system would be two, between which nothing can be renamed."""
    assert needed_folders(nightly_job(writes=("/srv/a/b", "/srv/a", "/srv/ab", "/srv/a"))) == ("/srv/a", "/srv/ab")
