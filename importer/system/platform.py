"""Which kind of system this is: what differs asks here, so that a test can stand on the other side."""

import os

WINDOWS = os.name == "nt"
