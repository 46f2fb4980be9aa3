"""Text that is safe to show, and durations in words."""

import pytest

from importer.model.plain_text import duration


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "0 s"), (59.7, "1 min 0 s"), (3599.0, "59 min 59 s"), (7500.0, "2 h 5 min")]
)
def test_durations_are_words(seconds: float, words: str) -> None:
    """As people say them."""
    assert duration(seconds) == words
