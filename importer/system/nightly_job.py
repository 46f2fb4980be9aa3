"""A command that is to be given every night, whatever the system has for that."""

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from importer.system import runtime

STATE_FOLDER = "callbell-importer"
"""The name of the folder that the system service keeps its state in, beneath /var/lib."""
SERVICE_HOME = f"/var/lib/{STATE_FOLDER}"
"""The home of the user that is made for the system service."""
SERVICE_USER = "callbell"
DELAY_MINUTES = 10
"""How much later it may begin: thousands of schedules say two o'clock, and the service is one."""
RETRY_MINUTES = 30
JOURNAL_COMMENT = "# Journal: "
"""Before the journal's path in a unit or a crontab, by which another schedule of the same journal is known."""
SYSTEMD_FOLDER = "/run/systemd/system"
"""Where it is, systemd runs: as sd_booted(3) tells it."""
MOST_STARTS = 6
"""Starts in a night, where the service is out of reach; systemd counts those by hand too."""

_GLOB = re.compile(r"[*?\[]")


class ScheduleKind(StrEnum):
    """What runs the command."""

    SYSTEMD = "systemd"
    """As a service of the system, for a user of its own."""
    SYSTEMD_USER = "systemd-user"
    """As a service of the person who gives the command."""
    CRON = "cron"
    WINDOWS = "windows"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSchedule:
    """A schedule that is in place."""

    name: str
    minute: int
    """Of the day."""
    journal: str
    """Empty: it names none, so it uses the usual one of its user."""
    user: str = ""
    """As whom it runs; empty: it cannot be told."""
    command: str = ""
    """What is run, as it stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NightlyJob:
    """What is to be run, when, by whom, and what it needs. All paths are absolute."""

    name: str
    """Of the unit, the block in the crontab, or the task."""
    hour: int
    minute: int
    program: tuple[str, ...]
    """The importer: its own path, or Python's with `-m importer`."""
    arguments: tuple[str, ...]
    """Without --quiet; patterns of file names among them, which the importer fills in itself."""
    folder: str = ""
    """Where it starts."""
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    user: str = ""
    """Empty: the person who gives the command."""
    home: str = SERVICE_HOME
    """The user's home."""
    config: str = ""
    """The config file; empty: there is none."""
    token_file: str = ""
    """The file that systemd hands over as a credential."""
    secrets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The files of notices that it hands over so, by the names of the secrets."""
    journal: str = ""
    """The journal; empty: it is not known."""
    writes: tuple[str, ...] = ()
    """Folders in which it writes."""
    public_folders: tuple[str, ...] = ()
    """Of these, what others read, such as node_exporter: they are not made, as a new one would be the user's alone."""
    reads: tuple[str, ...] = ()
    """Files that it reads, the program among them."""

    @property
    def words(self) -> tuple[str, ...]:
        """The whole command."""
        return (*self.program, *self.arguments)

    @property
    def texts(self) -> tuple[str, ...]:
        """What becomes part of a line of a file."""
        files = (self.token_file, *self.secrets.values(), self.journal)
        return (*self.words, self.folder, *files, *self.environment.values(), *self.writes)


def time_of_day(minute: int) -> str:
    """Return a minute of the day as a clock shows it, such as `02:05`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def is_pattern(word: str) -> bool:
    """Tell whether a word is a pattern of file names and not the name of a file that is there."""
    return bool(_GLOB.search(word)) and not os.path.lexists(word)


def likely_kind(environment: Mapping[str, str], *, is_root: bool) -> ScheduleKind:
    """Return what this system most likely has for jobs at night.

    Args:
        environment: The environment variables.
        is_root: Whether the administrator asks.

    """
    if runtime.WINDOWS:
        return ScheduleKind.WINDOWS
    if runtime.MAC or (not is_systemd_running() and has_crontab(environment)):
        return ScheduleKind.CRON
    return ScheduleKind.SYSTEMD if is_root or not is_systemd_running() else ScheduleKind.SYSTEMD_USER


def is_systemd_running() -> bool:
    """Tell whether systemd runs here: in a container, and in WSL, its programs may be there without it."""
    return os.path.isdir(SYSTEMD_FOLDER)  # noqa: PTH112 - a text


def has_crontab(environment: Mapping[str, str]) -> bool:
    """Tell whether there is a program that takes a person's crontab."""
    return shutil.which("crontab", path=environment.get("PATH")) is not None
