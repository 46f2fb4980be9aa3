"""Whether cron itself runs, and what starts it: a container often has `crontab` and no daemon that reads the tables."""

import os
import shutil
from pathlib import Path

from importer.system import runtime
from importer.system.nightly_job import is_systemd_running

_PROCESSES = Path("/proc")
_NAMES = ("cron", "crond", "cronie", "fcron", "systemd-cron")
"""What the daemons of Debian, Fedora, Alpine and Arch are called, as processes and as services."""
_SERVICES = Path("/etc/init.d")
_UNITS = (Path("/etc/systemd/system"), Path("/usr/lib/systemd/system"), Path("/lib/systemd/system"))
_GENERATOR = "systemd-crontab-generator"
"""Of the package systemd-cron: systemd's own timers run the tables, without a daemon."""
_GENERATORS = (Path("/usr/lib/systemd/system-generators"), Path("/lib/systemd/system-generators"))


def is_cron_running() -> bool | None:
    """Tell whether a daemon reads the crontabs; None: it cannot be told from here.

    Names of processes are looked at, not files with a process' number: in a container these stay behind, and after a
    restart the number is another process'.
    """
    if runtime.WINDOWS or runtime.MAC:  # a Mac's launchd starts cron once there is a crontab
        return None
    if is_systemd_running() and any((folder / _GENERATOR).exists() for folder in _GENERATORS):
        return None
    if not _name_of(_PROCESSES / "1"):  # no /proc, or one that hides the processes of others
        return None
    return any(_name_of(process) in _NAMES for process in _PROCESSES.glob("[0-9]*"))


def start_command() -> str:
    """Return what root types to start the daemon; empty: there is none."""
    if is_systemd_running():
        unit = next((name for name in _NAMES if any((at / f"{name}.service").exists() for at in _UNITS)), "")
        return f"systemctl enable --now {unit}" if unit else ""
    daemon = next((name for name in ("cron", "crond") if _has(name)), "")
    is_service = daemon and (_SERVICES / daemon).exists() and _has("service")
    return f"service {daemon} start" if is_service else daemon


def _has(program: str) -> bool:
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    return shutil.which(program, path=path) is not None


def _name_of(process: Path) -> str:
    """Return a process' name; busybox' is that of its program, so its first two words tell. Empty: it is not seen."""
    try:
        name = (process / "comm").read_text("utf-8", "replace").strip()
        if name != "busybox":
            return name
        words = (process / "cmdline").read_text("utf-8", "replace").split("\0")
    except OSError:  # it has ended, or may not be looked at
        return ""
    return next((Path(word).name for word in words[:2] if Path(word).name in _NAMES), name)
