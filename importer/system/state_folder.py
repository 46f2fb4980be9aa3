"""Where the importer keeps what it has to remember."""

from pathlib import Path

from platformdirs import user_state_path

_NAME = "callbell-importer"


def importer_state_folder() -> Path:
    """Return the folder where the user's programs keep their state, of this one."""
    return user_state_path(_NAME, appauthor=False)
