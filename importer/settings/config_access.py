"""Reads the config file, if it can be trusted: whoever can write to it can send the token elsewhere (`base_url`).

The rule is that of ssh for its own config (ssh_config(5)): it must be yours or root's, and nobody else may write to
it. The folder is not looked at, as in ssh: who may only write to the folder can put a file there, but not one of yours.
On Windows there is nothing to check: the folder's own rights decide there.
"""

import importlib
import os
import stat
from pathlib import Path

from importer.model.errors import UsageError
from importer.system import runtime

_MOST_BYTES = 256 * 1024
"""A config of a thousand lines has some 40,000; reading stays quick and small whatever the file is."""
_NAME_ANOTHER = "Name the right one with -c."


def read_config(path: Path) -> str:
    """Return the text of the config file.

    Raises:
        UsageError: It cannot be read, is too large, or somebody else may write to it.

    """
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            content = file.read(_MOST_BYTES + 1)
        _require_trust(path, found)
        if len(content) > _MOST_BYTES:
            raise UsageError(
                f"The config file {path} is larger than {_MOST_BYTES // 1024} KiB.",
                _NAME_ANOTHER,
                code="config_unreadable",
            )
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{path}, line {line}: this is not UTF-8 text.",
            "Save it as UTF-8 (in the editor under Save As, Encoding), and give the same command again.",
            code="config_unreadable",
        ) from None
    except (OSError, ValueError) as error:
        if isinstance(error, PermissionError) and not runtime.WINDOWS:
            raise _closed(path) from None
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"The config file {path} cannot be read: {reason}.", _NAME_ANOTHER, code="config_unreadable"
        ) from None


def _closed(path: Path) -> UsageError:
    """Return who may not read the config, and what root does about it, which changes no file of somebody else."""
    from importer.system.service_user import group_name, own_name  # noqa: PLC0415 - rarely needed
    from importer.system.shell import quote  # noqa: PLC0415 - the same

    me, file = own_name(), quote(str(path.absolute()))
    try:
        is_roots = path.stat().st_uid == 0
    except OSError:  # its folder is closed too
        is_roots = False
    if is_roots:
        group = quote(group_name(os.getgid()))
        hint = f"As root, let its group read it, and nobody else:\nchgrp {group} {file} && chmod 640 {file}"
    else:
        copy = quote(str(Path.cwd() / "my-config.toml"))
        hint = f"As root, copy it, and name the copy with -c:\ninstall -o {quote(me)} -m 600 {file} {copy}"
    return UsageError(f"{me} may not read the config file {path}.", hint, code="config_unreadable")


def _require_trust(path: Path, found: os.stat_result) -> None:
    if runtime.WINDOWS:
        return
    shared = stat.S_IWOTH if _is_private_group(found.st_gid, found.st_uid) else stat.S_IWOTH | stat.S_IWGRP
    if found.st_uid not in (0, os.getuid()):
        why, hint = "belongs to another user", f"Copy it, read the copy, and use that: cp {path} my-config.toml"
    elif stat.S_ISREG(found.st_mode) and found.st_mode & shared:
        why, hint = "can be changed by other users", f"Read it, and keep it to yourself: chmod go-w {path}"
    else:
        return
    raise UsageError(
        f"The config file {path} {why}, who could send your token elsewhere by it.", hint, code="config_unsafe"
    )


def _is_private_group(group: int, user: int) -> bool:
    """Tell whether the group is the user's own, with nobody else in it, as many Linux systems make them."""
    try:
        member = importlib.import_module("pwd").getpwuid(user)
        named = importlib.import_module("grp").getgrgid(group)
    except KeyError:
        return False
    own = (member.pw_gid, member.pw_name) == (group, named.gr_name)
    return own and set(named.gr_mem) <= {member.pw_name}
