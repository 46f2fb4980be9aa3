"""The config file that is found if none is named: that of the variable, else the one in the current folder."""

import os
from collections.abc import Mapping
from pathlib import Path

_NAME = Path("config.toml")
_VARIABLE = "CALLBELL_IMPORTER_CONFIG"


def usual_config(environment: Mapping[str, str]) -> Path | None:
    """Return the config file that is found if none is named; None: there is none."""
    if named := environment.get(_VARIABLE):
        return Path(os.path.expanduser(named))  # noqa: PTH111 - no home is no error
    try:
        return _NAME if _NAME.is_file() else None
    except OSError:  # in a folder that may not be read, such as root's, nothing is there for this user
        return None


def is_usual_config(config: str) -> bool:
    """Tell whether a config file is found here if it is not named, whichever variables are set in a terminal."""
    try:
        is_there = not os.environ.get(_VARIABLE) and _NAME.is_file()
        return is_there and os.path.abspath(_NAME) == os.path.abspath(config)  # noqa: PTH100 - no links
    except OSError:  # the folder is gone
        return False
