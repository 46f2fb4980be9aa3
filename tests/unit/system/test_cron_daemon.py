"""Whether cron runs, as /proc tells, and what starts it."""

from pathlib import Path

import pytest

from importer.system import cron_daemon as tested
from importer.system import runtime


@pytest.fixture(autouse=True)
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand on a Linux without systemd, with one process that is seen, and without any daemon."""
    monkeypatch.setattr(runtime, "WINDOWS", False)
    monkeypatch.setattr(runtime, "MAC", False)
    monkeypatch.setattr(tested, "is_systemd_running", lambda: False)
    monkeypatch.setattr(tested, "_PROCESSES", tmp_path / "proc")
    monkeypatch.setattr(tested, "_SERVICES", tmp_path / "init.d")
    monkeypatch.setattr(tested, "_UNITS", (tmp_path / "units",))
    monkeypatch.setattr(tested, "_GENERATORS", (tmp_path / "generators",))
    monkeypatch.setattr(tested, "_has", lambda _: False)
    process(tmp_path, 1, "sh")
    return tmp_path


def process(system: Path, number: int, name: str, *words: str) -> None:
    """Let a process run."""
    folder = system / "proc" / str(number)
    folder.mkdir(parents=True)
    (folder / "comm").write_text(f"{name}\n", "utf-8")
    (folder / "cmdline").write_text("\0".join(words), "utf-8")


@pytest.mark.parametrize("words", [("cron",), ("crond",), ("busybox", "/bin/busybox", "crond", "-f")])
def test_a_process_of_its_name_is_cron(system: Path, words: tuple[str, ...]) -> None:
    """Debian's, Fedora's, and busybox' by its second word; a program that is only about cron is none."""
    process(system, 20, "crontab", "crontab", "cron")
    process(system, 21, "busybox", "/bin/busybox", "sh", "cron")
    assert tested.is_cron_running() is False
    process(system, 22, *words)
    assert tested.is_cron_running() is True


def test_nothing_is_said_where_processes_are_not_seen(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without /proc, where it hides others' processes, on a Mac, on Windows, and where systemd runs the tables."""
    (system / "generators").mkdir()
    (system / "generators/systemd-crontab-generator").touch()
    assert tested.is_cron_running() is False
    with monkeypatch.context() as patched:
        patched.setattr(tested, "is_systemd_running", lambda: True)
        assert tested.is_cron_running() is None
    for name in ("WINDOWS", "MAC"):
        with monkeypatch.context() as patched:
            patched.setattr(runtime, name, True)
            assert tested.is_cron_running() is None
    (system / "proc/1/comm").unlink()
    assert tested.is_cron_running() is None


@pytest.mark.parametrize(
    ("has", "scripts", "command"),
    [
        ((), (), ""),
        (("cron", "service"), ("cron",), "service cron start"),
        (("crond",), (), "crond"),
        (("crond", "service"), (), "crond"),
    ],
)
def test_the_command_that_starts_it_is_the_systems(
    system: Path, monkeypatch: pytest.MonkeyPatch, has: tuple[str, ...], scripts: tuple[str, ...], command: str
) -> None:
    """By its script where there is one, else the daemon itself."""
    monkeypatch.setattr(tested, "_has", lambda name: name in has)
    for name in scripts:
        (system / "init.d").mkdir()
        (system / "init.d" / name).touch()
    assert tested.start_command() == command


def test_systemd_starts_it_by_its_unit(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which Arch calls cronie; where there is none, cron is not installed."""
    monkeypatch.setattr(tested, "is_systemd_running", lambda: True)
    assert tested.start_command() == ""
    (system / "units").mkdir()
    (system / "units/cronie.service").touch()
    assert tested.start_command() == "systemctl enable --now cronie"
