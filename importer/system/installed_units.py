"""The nightly services that are installed on this computer: whose they are, and where each has its journal and token.

They are read from the units that `schedule --install` wrote, which everybody may read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from importer.system.nightly_job import JOURNAL_COMMENT
from importer.system.service_user import as_user
from importer.system.shell import quote
from importer.system.systemd_units import CREDENTIAL, known_timer

UNITS = Path("/etc/systemd/system")


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

    @property
    def title(self) -> str:
        """What people call it."""
        return f"cron job {self.name} of {self.user}" if self.is_cron else f"{self.name}.service"

    def as_its_user(self, command: str) -> str:
        """Return what root types to have a command given by the service's user, who may not read the token."""
        return f"{as_user(self.user, self.token_file)} -c {quote(command)}"


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


def _unit_of(path: Path) -> InstalledUnit | None:
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return None
    journal, user = _value(text, JOURNAL_COMMENT), _value(text, "User=").replace("%%", "%")
    if not (journal and user):
        return None
    token_file = _value(text, CREDENTIAL).replace("%%", "%")
    return InstalledUnit(
        name=path.stem, user=user, journal=Path(journal), token_file=token_file, minute=_minute_of(path, text)
    )


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
