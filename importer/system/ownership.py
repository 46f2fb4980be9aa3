"""What makes a file or folder usable that is there and belongs to somebody else, as what root puts back does.

Another file in its place is no cure: another journal would know nothing of what was sent.
"""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from importer.system import runtime
from importer.system.service_user import own_name
from importer.system.shell import quote

_OF_JOURNAL = ("", "-wal", "-shm", ".lock")
"""The ends of the names of the files that a journal may consist of."""
_ALL_RIGHTS = os.R_OK | os.W_OK | os.X_OK


def journal_cure(path: Path) -> str:
    """Return what makes a journal's files usable, with the command; empty: it is not their owner that is wrong.

    Args:
        path: The journal's.

    """
    return _cure([path.with_name(f"{path.name}{end}") for end in _OF_JOURNAL], os.R_OK | os.W_OK, "rw")


def folder_cure(folder: Path) -> str:
    """Return what makes a folder usable, with the command; empty: it is not its owner that is wrong.

    Args:
        folder: In which something is to be written. If it is missing, root makes it; in a folder of the user's own
            they make it themselves, once that is open.

    """
    if not runtime.WINDOWS and not os.path.lexists(folder) and (above := _closed_for_new(folder)):
        if above.stat().st_uid == os.geteuid():
            return _cure([above], _ALL_RIGHTS, "rwx")
        words = quote(str(folder))
        return _with_command(f"mkdir -p {words} && chown {quote(own_name())} {words}", by_root=True)
    return _cure([folder], _ALL_RIGHTS, "rwx")


def _closed_for_new(folder: Path) -> Path | None:
    """Return the next folder above a missing one, if that may not be made there; None: it may, or nothing is seen."""
    above = next((one for one in folder.absolute().parents if os.path.lexists(one)), None)
    is_closed = above is not None and os.access(above, os.X_OK) and not os.access(above, os.W_OK)
    return above if is_closed else None


def _cure(paths: Sequence[Path], mode: int, letters: str) -> str:
    """Return what gives this user some rights on what is there; empty: it has them, or no owner can give them."""
    closed = [] if runtime.WINDOWS else [one for one in paths if _is_closed(one, mode)]
    if not closed:
        return ""
    words = " ".join(quote(str(one)) for one in closed)
    if all(one.stat().st_uid == os.geteuid() for one in closed):
        return _with_command(f"chmod u+{letters} {words}", by_root=False)
    return _with_command(f"chown {quote(own_name())} {words}", by_root=True)


def _is_closed(path: Path, mode: int) -> bool:
    with contextlib.suppress(OSError, ValueError):  # of what is not seen nothing is known
        path.stat()
        return not (os.access(path, mode) or os.statvfs(path).f_flag & os.ST_RDONLY)
    return False


def _with_command(command: str, *, by_root: bool) -> str:
    who = ", as root" if by_root else ""
    return f"Make it yours to read and write{who}:\n  {command}\nThen give the same command again: it goes on."
