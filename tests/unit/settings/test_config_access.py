"""Whose config is read: it says where the token is sent."""

import errno
import os
import stat
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest

from importer.model.errors import UsageError
from importer.settings.config_access import read_config
from importer.system import runtime, service_user

posix_only = pytest.mark.skipif(os.name == "nt", reason="owners and modes are POSIX's")
ME, SOMEBODY, GROUP = 1000, 1001, 1000


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A config that only its owner may write to."""
    path = tmp_path / "config.toml"
    path.write_text("\ufeff[run]\n", "utf-8")
    path.chmod(0o644)
    return path


def seen_as(
    monkeypatch: pytest.MonkeyPatch, *, owner: int = ME, mode: int = 0o644, members: tuple[str, ...] = ()
) -> None:
    """Let every file have this owner and mode, and its group these members besides its owner."""
    fstat = os.fstat

    def faked(descriptor: int) -> os.stat_result:
        return os.stat_result((stat.S_IFREG | mode, *fstat(descriptor)[1:4], owner, GROUP, *fstat(descriptor)[6:10]))

    monkeypatch.setattr("importer.settings.config_access.os.fstat", faked)
    monkeypatch.setattr("importer.settings.config_access.os.getuid", lambda: ME, raising=False)
    user = SimpleNamespace(pw_gid=GROUP, pw_name="ana")
    monkeypatch.setitem(sys.modules, "pwd", SimpleNamespace(getpwuid=lambda _uid: user))
    group = SimpleNamespace(gr_name="ana", gr_mem=list(members))
    monkeypatch.setitem(sys.modules, "grp", SimpleNamespace(getgrgid=lambda _gid: group))


@posix_only
def test_a_config_of_ones_own_is_read(config: Path) -> None:
    """Without the mark that Windows' Notepad puts there."""
    assert read_config(config) == "[run]\n"


@pytest.mark.parametrize(
    ("owner", "mode", "members"),
    [
        pytest.param(ME, 0o600, (), id="mine"),
        pytest.param(0, 0o644, (), id="root's"),
        pytest.param(ME, 0o664, (), id="my own group's, with nobody else in it"),
        pytest.param(ME, 0o664, ("ana",), id="the same, where I am listed in it"),
    ],
)
def test_a_config_that_only_you_or_root_can_change_is_read(
    config: Path, monkeypatch: pytest.MonkeyPatch, owner: int, mode: int, members: tuple[str, ...]
) -> None:
    """As ssh has it for its own config."""
    seen_as(monkeypatch, owner=owner, mode=mode, members=members)
    assert read_config(config) == "[run]\n"


@pytest.mark.parametrize(
    ("owner", "mode", "members", "said"),
    [
        pytest.param(SOMEBODY, 0o600, (), "belongs to another user", id="somebody's"),
        pytest.param(ME, 0o646, (), "can be changed by other users", id="everybody may write"),
        pytest.param(ME, 0o664, ("eva",), "can be changed by other users", id="a group of several may write"),
        pytest.param(0, 0o666, (), "can be changed by other users", id="root's, and everybody may write"),
    ],
)
def test_a_config_that_others_can_change_is_refused(
    config: Path, monkeypatch: pytest.MonkeyPatch, owner: int, mode: int, members: tuple[str, ...], said: str
) -> None:
    """With the command that settles it: its `base_url` would get the token."""
    seen_as(monkeypatch, owner=owner, mode=mode, members=members)
    with pytest.raises(UsageError, match=said) as refused:
        read_config(config)
    assert str(config) in refused.value.hint


def test_a_group_that_is_not_known_is_not_ones_own(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that has no list of users."""
    seen_as(monkeypatch, mode=0o664)

    def unknown(_uid: int) -> None:
        raise KeyError

    monkeypatch.setitem(sys.modules, "pwd", SimpleNamespace(getpwuid=unknown))
    with pytest.raises(UsageError, match="can be changed"):
        read_config(config)


def test_on_windows_there_is_nothing_to_check(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Modes say nothing there; the rights of the folder decide."""
    seen_as(monkeypatch, owner=SOMEBODY, mode=0o666)
    monkeypatch.setattr(runtime, "WINDOWS", True)
    assert read_config(config) == "[run]\n"


@posix_only
def test_the_mode_of_the_real_file_counts(config: Path) -> None:
    """Not that of a link to it."""
    config.chmod(0o666)
    link = config.with_name("link.toml")
    link.symlink_to(config)
    with pytest.raises(UsageError, match="can be changed"):
        read_config(link)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a" * (256 * 1024 + 1), "larger than 256 KiB"),
        (b"# a\n\xff\xfe", "line 2: this is not UTF-8"),
        (None, "No such"),
    ],
)
def test_what_is_no_text_of_a_bearable_size_is_refused(config: Path, content: bytes | None, said: str) -> None:
    """No more of it is read than the largest config has."""
    config.unlink() if content is None else config.write_bytes(content)
    with pytest.raises(UsageError, match=said):
        read_config(config)


@posix_only
@pytest.mark.parametrize("owner", [0, SOMEBODY, None])
def test_who_may_not_read_it_is_said_with_what_root_does(
    config: Path, monkeypatch: pytest.MonkeyPatch, owner: int | None
) -> None:
    """Root's is opened to the group; somebody else's, or one in a closed folder, is copied and stays as it is."""

    def refuse(*_: object) -> NoReturn:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(Path, "stat", refuse if owner is None else lambda _: SimpleNamespace(st_uid=owner))
    monkeypatch.setattr(service_user, "own_name", lambda: "ana")
    monkeypatch.setattr(service_user, "group_name", lambda _: "night")
    with pytest.raises(UsageError) as caught:
        read_config(config)
    assert caught.value.message == f"ana may not read the config file {config}."
    command = caught.value.hint.split("\n")[1]
    copied = f"install -o ana -m 600 {config} {Path.cwd()}/my-config.toml"
    assert command == (f"chgrp night {config} && chmod 640 {config}" if owner == 0 else copied)
