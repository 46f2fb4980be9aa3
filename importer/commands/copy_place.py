"""Where a copy of a nightly job's journal is put: its user writes it, who may not write everywhere that root may."""

import itertools
from pathlib import Path

from importer.commands.setup import is_there
from importer.model.plain_text import plain
from importer.system.service_user import ServiceUser, may


def copy_place(user: ServiceUser, folder: Path, copy: Path) -> tuple[Path, str]:
    """Return where a user can put a copy under a name that is free, and why it is not where it was to be, if so.

    Args:
        user: Whose journal it is.
        folder: The journal's.
        copy: Where the copy was to be, absolute.

    """
    wanted = next(one for one in copy.parents if is_there(one))
    if may(user, "w", str(wanted)):
        return _free(copy), ""
    own = user.home and may(user, "w", user.home) is not False
    place = _free((Path(user.home) if own else folder) / copy.name)
    return place, f"The copy is {plain(str(place))} then, as {user.name} may not write to {plain(str(wanted))}."


def _free(path: Path) -> Path:
    """Return a path where nothing is, as far as it can be seen: a backup replaces nothing."""
    others = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in itertools.count(2))
    return next(one for one in itertools.chain([path], others) if not is_there(one))
