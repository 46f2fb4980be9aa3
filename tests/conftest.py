"""What holds for every test: no dice, no clock, nobody's own settings."""

import os

import pytest
from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def _nobodys_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The person's own token, config and proxies have no say in a test."""
    for name in os.environ:
        if name.startswith("CALLBELL_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
