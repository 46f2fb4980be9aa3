"""What holds for every test: no dice, no clock, nobody's own settings."""

import os
import signal

import pytest
from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

# Whoever starts the tests in the background may have told them to ignore signals, which children inherit; what a
# command does then is not what it does for people.
signal.signal(signal.SIGINT, signal.default_int_handler)
for _name in ("SIGTERM", "SIGHUP"):
    if hasattr(signal, _name):
        signal.signal(getattr(signal, _name), signal.SIG_DFL)


@pytest.fixture(autouse=True)
def _nobodys_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The person's own token, config and proxies have no say in a test."""
    for name in os.environ:
        if name.startswith("CALLBELL_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
