"""Resolve options, environment and config file to one frozen `Settings`, or to every problem at once.

Pure, but for `config_access`, which reads the file.
"""

from importer.settings.layers import settle
from importer.settings.options import RunOptions, ServiceOptions, Settings
from importer.settings.settings_error import SettingsError

__all__ = ["RunOptions", "ServiceOptions", "Settings", "SettingsError", "settle"]
