"""The standalone build: where its certificates are, and what the programs that it starts inherit."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from importer.system import runtime, standalone
from importer.system.child_process import run_child
from importer.system.scheduler import call_program


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """This process as the standalone build, with its folder."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "_internal"), raising=False)
    for system in ("MAC", "WINDOWS"):
        monkeypatch.setattr(runtime, system, False)
    return tmp_path / "_internal"


def test_an_installation_is_none() -> None:
    """Python says nothing of being frozen, and programs get the environment as it is."""
    assert not standalone.is_standalone()
    assert standalone.environment_for_programs({"LD_LIBRARY_PATH": "/opt"}) == {"LD_LIBRARY_PATH": "/opt"}


def test_the_systems_certificates_come_first(build: Path, tmp_path: Path) -> None:
    """The first store that is there and not empty: a company's own authority is in it."""
    empty, store = tmp_path / "empty", tmp_path / "store.crt"
    empty.touch()
    store.write_text("certificates", "ascii")
    environment: dict[str, str] = {}
    standalone.find_certificates(environment, (str(build / "missing"), str(empty), str(store)))
    assert environment == {"SSL_CERT_FILE": str(store)}


def test_without_any_those_of_the_build_are_used(build: Path) -> None:
    """A small system without a store can still talk to the service."""
    environment: dict[str, str] = {}
    standalone.find_certificates(environment, (str(build / "missing"),))
    assert environment == {"SSL_CERT_FILE": str(build / "certifi" / "cacert.pem")}


def test_windows_has_its_own_besides(build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file of another system is looked for there."""
    monkeypatch.setattr(runtime, "WINDOWS", True)
    store = tmp_path / "store.crt"
    store.write_text("certificates", "ascii")
    environment: dict[str, str] = {}
    standalone.find_certificates(environment, (str(store),))
    assert environment == {"SSL_CERT_FILE": str(build / "certifi" / "cacert.pem")}


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
@pytest.mark.usefixtures("build")
def test_what_a_person_named_stays(name: str) -> None:
    """Whoever names certificates has a reason."""
    environment = {name: "/srv/own"}
    standalone.find_certificates(environment)
    assert environment == {name: "/srv/own"}


def test_programs_get_the_environment_from_before(build: Path) -> None:
    """A browser with our libraries would not start; what the person had set is set again."""
    ours = {
        "PATH": "/usr/bin",
        "LD_LIBRARY_PATH": str(build),
        "LD_LIBRARY_PATH_ORIG": "/opt/lib",
        "DYLD_LIBRARY_PATH": str(build),
        "SSL_CERT_FILE": str(build / "certifi" / "cacert.pem"),
        "_PYI_ARCHIVE_FILE": "/opt/callbell-importer",
    }
    assert standalone.environment_for_programs(ours) == {"PATH": "/usr/bin", "LD_LIBRARY_PATH": "/opt/lib"}


@pytest.mark.usefixtures("build")
def test_the_systems_certificates_are_handed_to_programs() -> None:
    """They do no harm there."""
    assert standalone.environment_for_programs({"SSL_CERT_FILE": "/etc/ssl/cert.pem"}) == {
        "SSL_CERT_FILE": "/etc/ssl/cert.pem"
    }


@pytest.mark.skipif(os.name == "nt", reason="the programs are POSIX's")
def test_neither_a_notices_command_nor_the_systems_programs_get_our_libraries(
    build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else systemctl, curl or Python of the system would load the build's OpenSSL in place of their own."""
    monkeypatch.setenv("_PYI_ARCHIVE_FILE", "/opt/callbell-importer")
    monkeypatch.setenv("LIBPATH", str(build))
    monkeypatch.setenv("LIBPATH_ORIG", "/opt/lib")
    printed = "echo ${_PYI_ARCHIVE_FILE-none} $LIBPATH"
    assert call_program(["sh", "-c", printed]).stdout == "none /opt/lib\n"
    is_as_before = f'test "$({printed})" = "none /opt/lib"'
    assert asyncio.run(run_child(["sh", "-c", is_as_before], b"", os.environ)) == 0
