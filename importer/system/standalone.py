"""The standalone build: what a program that PyInstaller made must know of itself, and others need not.

It brings its own Python and libraries, and tells the system's loader so by variables, which every program that it
starts would inherit. Its OpenSSL looks for certificates where the computer that built it has them.
"""

import os
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from importer.system import runtime

_STORES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, Red Hat
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # Macs, Alpine
)
"""Where systems keep the authorities that they trust, a company's own among them."""
_SSL_CERT_FILE = "SSL_CERT_FILE"
_LOADER = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH", "LIBPATH")


def is_standalone() -> bool:
    """Return whether this process is the standalone build."""
    return bool(getattr(sys, "frozen", False))


def find_certificates(environment: MutableMapping[str, str], stores: tuple[str, ...] = _STORES) -> None:
    """Name the certificates in the environment, where OpenSSL reads it: the system's, else those of the build.

    Windows' own are found without: there those of the build are added to them. What a person named stays.

    Args:
        environment: Of this process.
        stores: Where the system may have them; the first that is there counts.

    """
    if environment.get(_SSL_CERT_FILE) or environment.get("SSL_CERT_DIR"):
        return
    ours = str(_folder() / "certifi" / "cacert.pem")
    found = () if runtime.WINDOWS else (store for store in stores if _is_filled(store))
    environment[_SSL_CERT_FILE] = next(iter(found), ours)


def environment_for_programs(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a program that is started: what the standalone build set for itself is taken back.

    Args:
        environment: Of this process.

    """
    given = dict(environment)
    if not is_standalone():
        return given
    for name in _LOADER:
        before = given.pop(f"{name}_ORIG", None)
        given.pop(name, None)
        if before is not None:
            given[name] = before
    if given.get(_SSL_CERT_FILE, "").startswith(str(_folder())):
        del given[_SSL_CERT_FILE]
    return {name: value for name, value in given.items() if not name.startswith("_PYI_")}


def _folder() -> Path:
    """Return where the build keeps its libraries."""
    return Path(getattr(sys, "_MEIPASS", os.curdir))


def _is_filled(store: str) -> bool:
    try:
        return Path(store).stat().st_size > 0
    except OSError:
        return False
