"""Which kind of system this is: what differs asks here, so that a test can stand on the other side."""

import os
import sys

WINDOWS = os.name == "nt"
LINUX = sys.platform == "linux"
