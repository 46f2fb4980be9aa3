"""What tests of whole commands do not wait for: the time between two "not found". The pool's tests prove it."""

from functools import partial

from importer.commands.doctor import probe_check
from importer.model.policy import Policy
from importer.settings import options

POLICY = partial(Policy, not_found_gap_seconds=0.0)
"""Takes the place of `Policy`."""
MODULES = (options, probe_check)
"""Where commands make theirs."""
