"""Resolve options, environment and config file to one frozen `Settings`, or to every problem at once. Pure."""

from importer.settings.options import RunOptions, ServiceOptions, Settings
from importer.settings.resolve import settle

__all__ = ["RunOptions", "ServiceOptions", "Settings", "settle"]
