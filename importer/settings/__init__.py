"""From options, environment and config file to one frozen `Settings`, or every problem at once.

Pure, but for `config_access`, which reads the file.
"""

from importer.settings.options import RunOptions, ServiceOptions, Settings
from importer.settings.resolve import settle

__all__ = ["RunOptions", "ServiceOptions", "Settings", "settle"]
