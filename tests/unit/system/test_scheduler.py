"""What puts a nightly job in place: files beneath a root of the test's own, programs of nobody."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from importer.model.errors import StorageError
from importer.system import scheduler as tested
from importer.system.scheduler import (
    Called,
    CallStep,
    FileStep,
    FolderStep,
    ReadableStep,
    Scheduler,
    call_program,
    crontab_words,
)

posix_only = pytest.mark.skipif(os.name == "nt", reason="users and modes are POSIX's")


class Programs:
    """Programs that end as the test says, and what they were given."""

    def __init__(self, exit_code: int = 0, stdout: str = "", stderr: str = "") -> None:
        self.ending = Called(exit_code=exit_code, stdout=stdout, stderr=stderr)
        self.calls: list[tuple[tuple[str, ...], str]] = []

    def __call__(self, words: Sequence[str], stdin: str) -> Called:
        self.calls.append((tuple(words), stdin))
        return self.ending


@pytest.fixture
def own_name(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let any user be whoever runs the test."""
    monkeypatch.setattr(tested, "_ids", lambda _: (os.getuid(), os.getgid()))
    return "callbell"


@posix_only
def test_a_unit_is_written_whole_and_can_be_read_by_everybody(tmp_path: Path) -> None:
    """Beneath the root, over what was there."""
    unit = tmp_path / "etc/systemd/system/x.service"
    for text in ("[Unit]\n", "é\n"):
        Scheduler(root=tmp_path).perform(FileStep(path="/etc/systemd/system/x.service", text=text))
        assert unit.read_bytes() == text.encode()
    assert stat.S_IMODE(unit.stat().st_mode) == 0o644
    assert list(unit.parent.iterdir()) == [unit]


@posix_only
def test_the_systems_folders_can_be_looked_into_and_a_persons_cannot(tmp_path: Path) -> None:
    """Whatever the umask: who looks for the units is not only root, and a home is its person's."""
    before = os.umask(0o077)
    try:
        for path in ("/etc/sysusers.d/x.conf", "/home/ana/.config/systemd/user/x.service"):
            Scheduler(root=tmp_path).perform(FileStep(path=path, text="x\n"))
    finally:
        os.umask(before)
    modes = {path: stat.S_IMODE((tmp_path / path).stat().st_mode) for path in ("etc/sysusers.d", "home/ana/.config")}
    assert modes == {"etc/sysusers.d": 0o755, "home/ana/.config": 0o700}
    assert stat.S_IMODE((tmp_path / "etc/sysusers.d/x.conf").stat().st_mode) == 0o644


def test_a_task_is_written_as_windows_reads_it(tmp_path: Path) -> None:
    """UTF-16 with its mark; without a root at its own path."""
    path = tmp_path / "x.xml"
    Scheduler().perform(FileStep(path=str(path), text="<é/>\n", encoding="utf-16"))
    assert path.read_bytes().startswith((b"\xff\xfe", b"\xfe\xff"))
    assert path.read_bytes().decode("utf-16") == "<é/>\n"


@posix_only
def test_a_missing_folder_is_made_private_and_can_be_reached(tmp_path: Path, own_name: str) -> None:
    """Those above it are passed through, whatever the umask; one that is there stays as it is."""
    before = os.umask(0o077)
    try:
        Scheduler(root=tmp_path).perform(FolderStep(path="/srv/a/reports", user=own_name))
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / path).stat().st_mode) for path in ("srv", "srv/a", "srv/a/reports")]
    assert modes == [0o755, 0o755, 0o700]
    (tmp_path / "srv/a").chmod(0o711)
    Scheduler(root=tmp_path).perform(FolderStep(path="/srv/a", user=own_name))
    assert stat.S_IMODE((tmp_path / "srv/a").stat().st_mode) == 0o711


@posix_only
def test_a_config_is_opened_to_the_group_alone(tmp_path: Path, own_name: str) -> None:
    """Nobody gets to write, which would make it a config that is not trusted."""
    config = tmp_path / "config.toml"
    config.touch(mode=0o600)
    Scheduler(root=tmp_path).perform(ReadableStep(path="/config.toml", user=own_name))
    assert stat.S_IMODE(config.stat().st_mode) == 0o640


@posix_only
def test_a_user_that_is_missing_is_told(tmp_path: Path) -> None:
    """With the command that makes it."""
    with pytest.raises(StorageError, match="There is no user nobody-of-this-name") as raised:
        Scheduler(root=tmp_path).perform(FolderStep(path="/srv/a", user="nobody-of-this-name"))
    assert "useradd" in raised.value.hint


def test_a_program_that_fails_ends_the_installation() -> None:
    """With what it said."""
    with pytest.raises(StorageError, match="systemctl daemon-reload ended with 1: Access denied"):
        Scheduler(call=Programs(1, stderr="Access denied\n")).perform(CallStep(words=("systemctl", "daemon-reload")))
    programs = Programs()
    Scheduler(call=programs).perform(CallStep(words=("crontab", "-"), stdin="table"))
    assert programs.calls == [(("crontab", "-"), "table")]


@pytest.mark.parametrize("said", ["no crontab for ana\n", "crontab: can't open 'ana': No such file or directory\n"])
def test_nobody_has_a_crontab_at_first(said: str) -> None:
    """How vixie, cronie and macOS, and busybox say it."""
    assert Scheduler(call=Programs(1, stderr=said)).crontab("") == ""
    assert Scheduler(call=Programs(stdout="* * * * * x\n")).crontab("") == "* * * * * x\n"


def test_a_crontab_that_cannot_be_read_is_not_written_over() -> None:
    """It may be full."""
    with pytest.raises(StorageError, match="You are not allowed"):
        Scheduler(call=Programs(1, stderr="You are not allowed to use this program\n")).crontab("")


def test_anothers_crontab_is_asked_for_by_name() -> None:
    """As root alone may."""
    assert crontab_words("callbell") == ["crontab", "-u", "callbell"]
    assert crontab_words("") == ["crontab"]


@posix_only
def test_programs_are_run_in_no_language_but_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What they say is looked into, so it must not be translated; and what is missing is told."""
    monkeypatch.setenv("LC_ALL", "es_ES.UTF-8")
    assert call_program(["sh", "-c", "cat; echo $LC_ALL; exit 3"], "in ") == Called(
        exit_code=3, stdout="in C\n", stderr=""
    )
    with pytest.raises(StorageError, match="no-such-program cannot be run: No such file"):
        call_program(["no-such-program"])


@posix_only
def test_what_a_program_says_comes_back_as_it_was() -> None:
    """Bytes that are no text, and ends of lines as Windows has them: a crontab may hold both."""
    bytes_of = "\\351 \\r\\n"
    said = call_program(["printf", bytes_of]).stdout
    assert call_program(["cat"], said).stdout.encode("utf-8", "surrogateescape") == b"\xe9 \r\n"


def test_what_is_written_over_is_told(tmp_path: Path) -> None:
    """It may be somebody's own unit."""
    (tmp_path / "x").touch()
    assert str(FileStep(path=str(tmp_path / "x"), text="")).endswith("/x over the one that is there, as it is printed")


def test_steps_are_told_as_commands() -> None:
    """A person can give them by hand."""
    assert str(FolderStep(path="/srv/a b", user="callbell")) == "install -d -o callbell -m 700 '/srv/a b'"
    assert str(ReadableStep(path="/a", user="c")) == 'chgrp "$(id -gn c)" /a && chmod g+r /a'
    assert str(CallStep(words=("systemctl", "x y"))) == "systemctl 'x y'"
    assert str(FileStep(path="/etc/x", text="")) == "write /etc/x, as it is printed"
