"""The nightly service that this process is, as systemd knows it, and how an administrator starts it again.

systemd gives each run of a service an INVOCATION_ID, and a control group whose last part is the unit's name; but so has
what a person starts from a terminal that is a service of their desktop, whose unit is another.
"""

import os
import re
from functools import lru_cache
from pathlib import Path

from importer.system.shell import IMPORTER

_CONTROL_GROUP = Path("/proc/self/cgroup")
_OWN_UNIT = re.compile(rf"^.*:(.*)/({IMPORTER}[\w.@-]*)\.service$", re.MULTILINE)
"""The groups above the unit's, and its name without its kind."""
_OF_PERSON = "/user@"
"""In the groups above a person's own."""
_AGAIN = re.compile(r"\b(?:give|run) the same command again(?! with |:\n)", re.IGNORECASE)
_GOES_ON = re.compile(r"\bThe same command (?=goes on)")


def is_own_service() -> bool:
    """Tell whether this process is a nightly service of ours."""
    return bool(_start_command(os.environ.get("INVOCATION_ID", "")))


def service_again(text: str) -> str:
    """Return a text that tells to give the command again with how the service is started, if this is one."""
    if not (start := _start_command(os.environ.get("INVOCATION_ID", ""))):
        return text
    text = _AGAIN.sub(lambda found: f"{'S' if found[0][0].isupper() else 's'}tart the service again ({start})", text)
    return _GOES_ON.sub(f"The service, when it is started again ({start}), ", text)


@lru_cache(maxsize=2)  # what is told asks each time
def _start_command(invocation: str) -> str:
    """Return the command that starts this service; empty: it is none.

    Args:
        invocation: The variable INVOCATION_ID.

    """
    try:
        groups = _CONTROL_GROUP.read_text("utf-8", "replace") if invocation else ""
    except OSError:
        return ""
    unit = _OWN_UNIT.search(groups)
    if unit is None:
        return ""
    above, name = unit.groups()
    return f"systemctl {'--user ' if _OF_PERSON in above else ''}start {name}"
