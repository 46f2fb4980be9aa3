"""Resolve options, environment and config file to one frozen `Settings`, or to every problem at once.

Pure, but for `config_access`, which reads the file.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importer.settings.layers import settle
    from importer.settings.options import RunOptions, ServiceOptions, Settings
    from importer.settings.settings_error import SettingsError

__all__ = ["RunOptions", "ServiceOptions", "Settings", "SettingsError", "settle"]
_HOMES = {
    "SettingsError": "settings_error",
    "settle": "layers",
    "RunOptions": "options",
    "ServiceOptions": "options",
    "Settings": "options",
}
"""The module of each name, which is imported once the name is asked for: pydantic takes 0.2 s."""

if not TYPE_CHECKING:  # pragma: no branch - else any name would be one of this package, for mypy

    def __getattr__(name: str) -> object:
        """Import what is asked for (PEP 562)."""
        if name not in _HOMES:
            raise AttributeError(name)
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
