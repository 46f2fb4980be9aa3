"""Another user of this computer, and what it may do."""

import os
from pathlib import Path

import pytest

from importer.system import runtime, service_user
from importer.system.service_user import ServiceUser, find_user, may, own_name

posix_only = pytest.mark.skipif(os.name == "nt", reason="users are POSIX'")
root_only = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can be somebody else")


@posix_only
def test_a_user_that_is_there_has_its_own_home() -> None:
    """And one that is yet to be made has the given one."""
    assert find_user("root", "/elsewhere").home != "/elsewhere"
    assert find_user("root", "/elsewhere").numbers == (0, 0)
    missing = find_user("nobody-of-this-name", "/var/lib/x")
    assert (missing.home, missing.is_there) == ("/var/lib/x", False)


@root_only
def test_the_system_is_asked_as_that_user(tmp_path: Path) -> None:
    """Folders above count too: what lies in a closed one cannot be read, whatever its own mode."""
    tmp_path.chmod(0o755)
    stranger = ServiceUser(name="nobody-of-this-name", home="/", is_there=False)
    file = Path("/usr/bin/env")
    assert may(stranger, "r", str(file)) is True
    assert may(stranger, "w", str(file)) is False
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "file").touch(mode=0o644)
    assert may(stranger, "r", str(closed / "file")) is False


def test_what_oneself_may_is_known_and_of_others_only_root_can_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is no yes and no no."""
    oneself = ServiceUser(name=own_name(), home="/", is_there=True)
    assert may(oneself, "r", str(tmp_path)) is True
    assert may(oneself, "r", str(tmp_path / "missing")) is False
    monkeypatch.setattr(service_user, "is_root", lambda: False)
    assert may(ServiceUser(name="nobody-of-this-name", home="/", is_there=False), "r", str(tmp_path)) is None


def test_on_windows_a_user_has_a_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nobody is asked whether it is root."""
    monkeypatch.setattr(runtime, "WINDOWS", True)
    monkeypatch.setenv("USERDOMAIN", "PC")
    monkeypatch.setenv("USERNAME", "ana")
    assert own_name() == "PC\\ana"
    assert find_user("PC\\ana", "C:\\Users\\ana").is_there
    assert not service_user.is_root()
