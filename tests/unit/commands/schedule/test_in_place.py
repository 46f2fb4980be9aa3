"""What is installed every night: of each kind, whose it is, and what takes it back."""

import os
from pathlib import Path

import pytest

from importer.commands.schedule import in_place as tested
from importer.system import crontabs, runtime
from importer.system.cron_table import cron_block
from importer.system.scheduler import Called, Scheduler
from tests.support.nightly_jobs import nightly_job

posix_only = pytest.mark.skipif(os.name == "nt", reason="units and crontabs are for POSIX' systems")
SILENT = Scheduler(call=lambda *_: Called(exit_code=0, stdout="", stderr=""))


@pytest.fixture(autouse=True)
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let nothing be in place, and root ask."""
    monkeypatch.setattr(tested, "UNITS", tmp_path / "units")
    monkeypatch.setattr(crontabs, "SPOOLS", (tmp_path / "crontabs",))
    monkeypatch.setattr(crontabs, "CRON_FOLDER", tmp_path / "cron.d")
    monkeypatch.setattr(tested, "_HOMES", tmp_path / "home")
    monkeypatch.setattr(tested, "_USERS", tmp_path / "sysusers.d", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "root"))
    monkeypatch.setattr(tested, "own_name", lambda: "root")
    monkeypatch.setattr(tested, "is_root", lambda: True)
    for name in ("units", "crontabs", "cron.d"):
        (tmp_path / name).mkdir()
    return tmp_path


def unit(folder: Path, name: str, more: str = "# Journal: /j\nUser=callbell\n") -> None:
    """Write a service and its timer."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.timer").write_text("[Timer]\nOnCalendar=*-*-* 02:05:00\n", "utf-8")
    (folder / f"{name}.service").write_text(f"[Service]\n{more}", "utf-8")


def test_units_are_known_by_their_names_and_their_comment(tmp_path: Path) -> None:
    """Those of others are left out, and those that lack their service."""
    for name in ("callbell-importer", "callbell-importer-b", "other"):
        unit(tmp_path, name)
    (tmp_path / "callbell-importer-d.timer").write_text("[Timer]\nOnCalendar=*-*-* 02:05:00\n", "utf-8")
    schedules = [one.schedule for one in tested._timers(tmp_path, "")]
    found = [(one.name, one.minute, one.journal) for one in schedules]
    assert found == [("callbell-importer-b", 125, "/j"), ("callbell-importer", 125, "/j")]


@posix_only
def test_root_is_told_of_everybodys(system: Path) -> None:
    """Whose each is, and the commands that take it back."""
    unit(system / "units", "callbell-importer")
    unit(system / "home/ana/.config/systemd/user", "callbell-importer", "# Journal: /j\n")
    (system / "crontabs/callbell").write_text(cron_block(nightly_job(name="callbell-importer")), "utf-8")
    (system / "crontabs/eva").write_text("7 3 * * * callbell-importer run x.csv\n0 1 * * * backup\n", "utf-8")
    (system / "cron.d/import").write_text("0 4 * * * night callbell-importer run x.csv\n", "utf-8")
    found = list(tested.installed_schedules(SILENT, {}))
    assert [one.text for one in found] == [
        "callbell-importer, every night at 02:05, as callbell, by systemd",
        "callbell-importer, every night at 02:05, as ana, by systemd-user",
        "callbell-importer, every night at 02:05, as callbell, by cron",
        "a line of the crontab, every night at 03:07, as eva, by cron",
        f"a line of {system}/cron.d/import, every night at 04:00, as night, by cron",
    ]
    cut = "sed '/^# begin callbell-importer (/,/^# end callbell-importer$/d'"
    assert [one.taken_back[0] for one in found] == [
        "systemctl disable --now callbell-importer.timer",
        "systemctl --user --machine=ana@ disable --now callbell-importer.timer",
        f"TABLE=$(crontab -u callbell -l) && printf '%s\\n' \"$TABLE\" | {cut} | crontab -u callbell -",
        "crontab -u eva -e",
        f"Open {system}/cron.d/import in an editor",
    ]
    assert found[0].taken_back[1:3] == tuple(
        f"rm {system}/units/callbell-importer.{end}" for end in ("service", "timer")
    )
    assert found[3].taken_back[1] == 'and delete the line that begins with "7 3 * * *"'


@posix_only
def test_the_line_that_made_the_user_is_taken_back_with_the_systems_units(system: Path) -> None:
    """`--install` wrote it; what makes the user of another schedule stays, and so does everything of a person's."""
    (system / "sysusers.d").mkdir()
    for name in ("callbell-importer", "callbell-importer-b"):
        (system / "sysusers.d" / f"{name}.conf").write_text('u callbell - "" /var/lib/callbell-importer\n', "utf-8")
    unit(system / "units", "callbell-importer")
    unit(system / "home/ana/.config/systemd/user", "callbell-importer", "# Journal: /j\n")
    ours, anas = tested.installed_schedules(SILENT, {})
    assert [line for line in ours.taken_back if "sysusers" in line] == [
        f"rm {system}/sysusers.d/callbell-importer.conf"
    ]
    assert not [line for line in anas.taken_back if "sysusers" in line]


@posix_only
def test_who_is_not_root_is_told_of_their_own(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And of the system's; no file of another is opened."""
    monkeypatch.setattr(tested, "is_root", lambda: False)
    monkeypatch.setattr(tested, "own_name", lambda: "ana")
    monkeypatch.setattr(tested, "has_crontab", lambda _: True)
    (system / "crontabs/callbell").write_text(cron_block(nightly_job()), "utf-8")
    table = cron_block(nightly_job(name="callbell-importer-mine"))
    scheduler = Scheduler(
        call=lambda words, _: Called(exit_code=0, stdout=table if "-u" not in words else "", stderr="")
    )
    (found,) = tested.installed_schedules(scheduler, {})
    assert (found.schedule.name, found.schedule.user) == ("callbell-importer-mine", "ana")
    assert found.taken_back[0].startswith("TABLE=$(crontab -l) && ")


@posix_only
def test_a_block_whose_end_is_gone_is_taken_back_by_hand(system: Path) -> None:
    """A filter would take all lines after it."""
    table = "".join(cron_block(nightly_job(name="callbell-importer")).splitlines(keepends=True)[:-1])
    (system / "crontabs/callbell").write_text(f"{table}0 1 * * * backup\n", "utf-8")
    (found,) = tested.installed_schedules(SILENT, {})
    assert found.taken_back == (
        "crontab -u callbell -e",
        'and delete the lines from "# begin callbell-importer" to "# end callbell-importer"',
    )


def test_a_task_of_windows_is_deleted_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """What its file was called is not known any more."""
    monkeypatch.setattr(runtime, "WINDOWS", True)
    task = "<Task><Documentation>x</Documentation></Task>"
    assert (
        list(tested.installed_schedules(Scheduler(call=lambda *_: Called(exit_code=0, stdout=task, stderr="")), {}))
        == []
    )
