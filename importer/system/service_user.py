"""Another user of this computer: whether there is such a one, where it is at home, and what it may read and write."""

import importlib
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from importer.system import runtime
from importer.system.shell import quote

_NOBODY = 65534
"""Whoever is not there yet will be in no group that has rights: what nobody may, it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceUser:
    """A user of this computer, or one that is yet to be made."""

    name: str
    home: str
    is_there: bool
    numbers: tuple[int, int] = (_NOBODY, _NOBODY)
    """Of the user and of its group."""

    @property
    def state_folder(self) -> Path:
        """The importer's folder for state in the user's home, where neither a variable nor an option names another."""
        return Path(self.home, ".local/state/callbell-importer")


def is_root() -> bool:
    """Tell whether the administrator gives the command; on Windows this is not asked."""
    return not runtime.WINDOWS and os.geteuid() == 0


def own_name() -> str:
    """Return the name of whoever gives the command, on Windows with the domain."""
    if runtime.WINDOWS:
        return "\\".join(filter(None, (os.environ.get("USERDOMAIN"), os.environ.get("USERNAME"))))
    try:
        return str(importlib.import_module("pwd").getpwuid(os.geteuid()).pw_name)
    except KeyError:
        return str(os.geteuid())


def find_user(name: str, home: str) -> ServiceUser:
    """Return a user; with the given home if it is not there yet."""
    if runtime.WINDOWS:
        return ServiceUser(name=name, home=home, is_there=True)
    try:
        found = importlib.import_module("pwd").getpwnam(name)
    except KeyError:
        return ServiceUser(name=name, home=home, is_there=False)
    return ServiceUser(name=name, home=found.pw_dir, is_there=True, numbers=(found.pw_uid, found.pw_gid))


def group_name(number: int) -> str:
    """Return a group's name; its number where it has none."""
    try:
        return str(importlib.import_module("grp").getgrgid(number).gr_name)
    except (ImportError, KeyError):  # none on Windows
        return str(number)


def as_user(name: str, token_file: str, secrets: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return the command by which root becomes a user who may not read the token, which is in a variable then.

    Args:
        name: The user.
        token_file: What root alone may read; empty: there is none.
        secrets: The files of notices that root alone may read, by the names of the secrets.

    """
    files = {"CALLBELL_API_TOKEN": token_file} if token_file else {}
    files |= {f"CALLBELL_IMPORTER_{secret.upper()}": file for secret, file in secrets.items()}
    # su without `-` keeps the variables.
    variables = [f"{variable}=$(cat {quote(file)})" for variable, file in files.items()]
    return " ".join([*variables, f"su -s /bin/sh {quote(name)}"])


def may(user: ServiceUser, mode: str, path: str) -> bool | None:
    """Tell whether a user may read (`r`), write (`w`) or run (`x`) what is there; None: it cannot be told from here.

    The system itself is asked, as that user: modes alone do not tell, as there are access lists and mounts.
    """
    if runtime.WINDOWS or user.name == own_name():
        return os.access(path, {"r": os.R_OK, "w": os.W_OK, "x": os.X_OK}[mode])
    if not is_root():
        return None
    user_id, group_id = user.numbers
    groups = os.getgrouplist(user.name, group_id) if user.is_there else []
    ended = subprocess.run(  # noqa: S603 - a program of the system
        ["test", f"-{mode}", path],  # noqa: S607 - Macs have it elsewhere
        user=user_id,
        group=group_id,
        extra_groups=groups,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        check=False,
    )
    return ended.returncode == 0
