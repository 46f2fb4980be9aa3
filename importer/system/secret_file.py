"""Files that hold a secret and nothing else: read only if nobody else can read them."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from importer.model.errors import UsageError
from importer.system import runtime

LONGEST_BYTES = 8_192
"""Longer than the headers that servers take."""


UNREADABLE = "secret_unreadable"
"""The code of a file that whoever gives the command may not read."""


def read_secret(path: Path, environment: Mapping[str, str], called: str, copy: Path | None = None) -> str:
    """Return the stripped text of a file.

    Args:
        path: The file.
        environment: Tells where systemd puts its credentials, whose folder it guards itself.
        called: What it is, such as "The file of the webhook's address".
        copy: What systemd made of it, which is read in its place; a person is told of the file itself.

    Raises:
        UsageError: It cannot be read, is empty or too long, or somebody else can read it.

    """
    try:
        content, is_shared = read_beginning(copy or path, environment)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "unknown reason"
        code = UNREADABLE if isinstance(error, PermissionError) else ""
        raise UsageError(
            f"{called}, {path}, cannot be read: {reason}.", "Fix its path, or the file.", code=code
        ) from None
    if is_shared:
        raise UsageError(f"{called}, {path}, can be read by other people.", f"chmod 600 {path}")
    text = content.decode("utf-8-sig", "replace").strip()
    if not text or len(content) > LONGEST_BYTES:
        raise UsageError(f"{called}, {path}, is {'too long' if text else 'empty'}.", "Put the secret into it, alone.")
    return text


def read_beginning(path: Path, environment: Mapping[str, str]) -> tuple[bytes, bool]:
    """Return what a file holds, cut one byte after `LONGEST_BYTES`, and whether other people can read it.

    Args:
        path: The file.
        environment: Tells where systemd puts its credentials, whose folder it guards itself.

    Raises:
        OSError: It cannot be read.
        ValueError: Its path is none.

    """
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        content = file.read(LONGEST_BYTES + 1)
    is_shared = not runtime.WINDOWS and bool(mode & (stat.S_IRWXG | stat.S_IRWXO))
    return content, is_shared and not is_credential(path, environment)


def is_credential(path: Path, environment: Mapping[str, str]) -> bool:
    """Return whether systemd put the file there: it guards the folder itself (systemd.exec(5), LoadCredential)."""
    folder = environment.get("CREDENTIALS_DIRECTORY")
    return bool(folder) and path.absolute().is_relative_to(Path(str(folder)).absolute())
