"""Text that is safe to show, and durations in words."""

import pytest

from importer.model.plain_text import duration, plain_lines


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "0 s"), (59.7, "1 min 0 s"), (3599.0, "59 min 59 s"), (7500.0, "2 h 5 min")]
)
def test_durations_are_words(seconds: float, words: str) -> None:
    """As people say them."""
    assert duration(seconds) == words


def test_lines_keep_their_breaks_and_indentation_and_nothing_else() -> None:
    """Colours, a title for the window, a lone carriage return and C1 controls are gone."""
    text = "two:\n  - \x1b[31mred\x1b[0m\x1b]0;title\x07.csv\n  - a\rb\x9b2Jc\n"
    assert plain_lines(text) == "two:\n  - red.csv\n  - a bc\n"
