"""The kind of system that this computer has."""

import os
import sys

LINUX = sys.platform == "linux"
MAC = sys.platform == "darwin"
WINDOWS = os.name == "nt"
"""Code that differs between systems looks here, so that a test can stand on the other side."""
