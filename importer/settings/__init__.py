"""From options, environment and config file to one frozen `Settings`, or every problem at once. Pure."""

from importer.settings.options import RunOptions, ServiceOptions, Settings
from importer.settings.resolve import settle

__all__ = ["RunOptions", "ServiceOptions", "Settings", "settle"]
