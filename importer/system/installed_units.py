"""The nightly services that are installed on this computer: whose they are, and where each has its journal and token.

They are read from the units that `schedule --install` wrote, which everybody may read.
"""

import contextlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from importer.system.nightly_job import JOURNAL_COMMENT
from importer.system.service_user import as_user
from importer.system.shell import IMPORTER, option_values, quote, split_command
from importer.system.systemd_units import LOADED, NO_SECRET, TOKEN_CREDENTIAL, known_timer

UNITS = Path("/etc/systemd/system")
_CREDENTIAL = re.compile(rf"^{LOADED}(\w+):(.*)$", re.MULTILINE)
_VARIABLE = re.compile(r"^Environment=(.*)$", re.MULTILINE)
_TELLS = re.compile(rf"""{IMPORTER}['"]? (?:run|retry)\b|{IMPORTER}['"]? doctor\b.* --notify""")
"""A command that sends notices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledUnit:
    """A service of the system, or a cron job, that imports every night."""

    name: str
    """Such as `callbell-importer`."""
    user: str
    journal: Path
    token_file: str
    """The file that systemd hands over as a credential, which root alone may read; empty: there is none."""
    minute: int | None = None
    """Of the day, at which it begins; None: it does not say."""
    is_cron: bool = False
    secrets: Mapping[str, str] = field(default_factory=dict)
    """The files of notices that systemd hands over as well, by the names of the secrets."""
    words: tuple[str, ...] = ()
    """Its command."""
    variables: tuple[str, ...] = ()
    """What its unit sets, such as `CALLBELL_BASE_URL=...`."""

    @property
    def config(self) -> str:
        """The config that its command names; empty: it names none."""
        return next(iter(option_values(self.words, "--config", "-c")), "")

    @property
    def account(self) -> str:
        """The config's account that its command names; empty: it names none."""
        return next(iter(option_values(self.words, "--account")), "")

    def hands_over(self, name: str, file: Path) -> bool:
        """Tell whether systemd hands a file of notices over to it; not another one, which the config named before."""
        return self.secrets.get(name) == os.path.abspath(file)  # noqa: PTH100 - no links

    @property
    def title(self) -> str:
        """What people call it."""
        return f"cron job {self.name} of {self.user}" if self.is_cron else f"{self.name}.service"

    def as_its_user(self, command: str) -> str:
        """Return what root types to have a command given by the service's user, who may not read its secrets."""
        secrets = self.secrets if _TELLS.search(command) else {}
        return f"{as_user(self.user, self.token_file, secrets)} -c {quote(command)}"


def installed_units() -> Sequence[InstalledUnit]:
    """Return the services whose units say which journal they have; what cannot be read is left out."""
    return [unit for path in sorted(UNITS.glob("callbell-importer*.service")) if (unit := _unit_of(path))]


@lru_cache(maxsize=2)  # texts with many commands ask for each of them
def own_unit(credentials: str) -> InstalledUnit | None:
    """Return the service that this process is; None: it is none of these.

    Args:
        credentials: The variable CREDENTIALS_DIRECTORY, such as /run/credentials/callbell-importer.service.

    """
    return next((unit for unit in installed_units() if f"{unit.name}.service" == Path(credentials).name), None)


def secret_copy(name: str, file: Path, environment: Mapping[str, str]) -> Path | None:
    """Return what systemd made of a file of notices for this service; None: nothing.

    Args:
        name: Of the secret.
        file: In which it is.
        environment: Tells where systemd puts its credentials.

    """
    folder = environment.get("CREDENTIALS_DIRECTORY", "")
    unit = own_unit(folder) if folder else None
    if unit is None or not unit.hands_over(name, file):
        return None
    copy = Path(folder, name)
    with contextlib.suppress(OSError):
        return None if copy.read_bytes() == NO_SECRET.encode() else copy
    return None


def _unit_of(path: Path) -> InstalledUnit | None:
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return None
    journal, user = _value(text, JOURNAL_COMMENT), _value(text, "User=").replace("%%", "%")
    if not (journal and user):
        return None
    secrets = {name: file.strip().replace("%%", "%") for name, file in _CREDENTIAL.findall(text)}
    return InstalledUnit(
        name=path.stem,
        user=user,
        journal=Path(journal),
        token_file=secrets.pop(TOKEN_CREDENTIAL, ""),
        minute=_minute_of(path, text),
        secrets=secrets,
        words=_words(_value(text, "ExecStart=")),
        variables=tuple(word for line in _VARIABLE.findall(text) for word in _words(line)),
    )


def _words(line: str) -> tuple[str, ...]:
    """Return the words of a line of a unit, without what systemd needs to leave them as they are."""
    return tuple(word.replace("%%", "%").replace("$$", "$") for word in split_command(line))


def _minute_of(path: Path, service: str) -> int | None:
    """Return the minute of the day that the timer of a service names."""
    try:
        timer = known_timer(path.stem, path.with_suffix(".timer").read_text("utf-8", "replace"), service)
    except OSError:
        return None
    return timer.minute if timer else None


def _value(text: str, beginning: str) -> str:
    found = re.search(rf"^{re.escape(beginning)}(.*)$", text, re.MULTILINE)
    return found[1].strip() if found else ""
