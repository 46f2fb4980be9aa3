"""As much of a text as a screen holds. Pure."""

from collections.abc import Iterable

from importer.model.plain_text import wrapped_text

PROMPT_LINES = 1
"""That a terminal needs for its prompt, below a text."""


def fitting_text(versions: Iterable[str], width: int, line_count: int, other_lines: int = PROMPT_LINES) -> str:
    """Return the first version that fits; if none does, the last, without blank lines from its top until it fits.

    Args:
        versions: Of the text, the longest first; at least one.
        width: Of the screen.
        line_count: Of the screen.
        other_lines: That are left to what stands above the text and to the prompt, as long as there is a shorter
            version; the last may take all but the prompt.

    """
    text = ""
    for text in versions:
        if screen_lines(text, width) <= line_count - other_lines:
            return text
    while "\n\n" in text and screen_lines(text, width) > line_count - PROMPT_LINES:
        text = text.replace("\n\n", "\n", 1)
    return text


def screen_lines(text: str, width: int) -> int:
    """Return how many lines the text takes, in which a command that is too long for one takes several."""
    return sum(max(1, -(-len(line) // width)) for line in wrapped_text(text, width).split("\n"))
