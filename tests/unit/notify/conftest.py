"""What the tests of receivers share: no pauses between tries."""

import pytest

from importer.notify import delivery


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once."""
    monkeypatch.setattr(delivery, "PAUSES_SECONDS", (0.0, 0.0))
