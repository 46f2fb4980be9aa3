"""As much of a text as a screen holds. Pure."""

from collections.abc import Sequence

from importer.model.plain_text import wrapped_text

PROMPT_LINES = 1
"""That a terminal needs for its prompt, below a text."""


def fitting_text(versions: Sequence[str], width: int, line_count: int, other_lines: int = PROMPT_LINES) -> str:
    """Return the first version that fits, but for the last, before which the one above loses its blank lines.

    They go from its top, as many as are needed: what is to be done stands at the end of a text.

    Args:
        versions: Of the text, the longest first; at least one.
        width: Of the screen.
        line_count: Of the screen.
        other_lines: That are left to what stands above the text and to the prompt, as long as that is possible; a
            version that loses its blank lines may take all but the prompt.

    """
    for text in versions[:-1]:
        if screen_lines(text, width) <= line_count - other_lines:
            return text
    closer = [_without_blank_lines(text, width, line_count - PROMPT_LINES) for text in versions[-2:]]
    return next((text for text in closer if screen_lines(text, width) <= line_count - PROMPT_LINES), closer[-1])


def _without_blank_lines(text: str, width: int, most_lines: int) -> str:
    """Return the text without as many blank lines from its top as are too many."""
    while "\n\n" in text and screen_lines(text, width) > most_lines:
        text = text.replace("\n\n", "\n", 1)
    return text


def screen_lines(text: str, width: int) -> int:
    """Return how many lines the text takes, in which a command that is too long for one takes several."""
    return sum(max(1, -(-len(line) // width)) for line in wrapped_text(text, width).split("\n"))
