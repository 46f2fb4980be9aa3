"""Environments for the peers, one each, made with pip in the user's cache: they are no dependency of ours."""

import subprocess
import venv
from pathlib import Path

from platformdirs import user_cache_path

from tests.benchmarks.measuring import tell

_FOLDER = "callbell-importer-benchmarks"
_VERSION = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"


class NotInstalledError(Exception):
    """A peer could not be installed; it says why."""


def environment(package: str) -> tuple[Path, str]:
    """Return the Python of a peer's own environment, and the peer's version; made unless it is there.

    To have a newer version, delete the environment's folder.

    Raises:
        NotInstalledError: It could not be installed, or not on this system.

    """
    folder = user_cache_path(_FOLDER) / package
    python = folder / "bin" / "python"
    try:
        return python, _said([python, "-c", _VERSION, package])
    except (OSError, subprocess.CalledProcessError):
        tell(f"Installing {package} into an environment of its own.")
    try:
        venv.create(folder, clear=True, with_pip=True)
        _said([python, "-m", "pip", "install", "--quiet", package])
        return python, _said([python, "-c", _VERSION, package])
    except subprocess.CalledProcessError as error:
        raise NotInstalledError(_last_line(error.stderr or "") or str(error)) from error
    except OSError as error:
        raise NotInstalledError(str(error.strerror)) from error


def _said(command: list[str | Path]) -> str:
    done = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)  # noqa: S603 - our own
    return done.stdout.strip()


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""
