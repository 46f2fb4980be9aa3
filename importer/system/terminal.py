"""The terminal that standard error may be: how large it is, and how to write while a live display is on it."""

import os
import sys
from contextlib import suppress
from typing import TextIO, cast


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a person sees what is written to the stream, now and in the folder where they gave the command."""
    try:
        return stream is not None and stream.isatty()
    except (AttributeError, OSError, ValueError):  # it need not be a file at all
        return False


def line_width(stream: TextIO) -> int:
    """Return how many characters a line of the terminal holds; 0: the stream is none, or does not say."""
    return _size(stream).columns


def line_count(stream: TextIO) -> int:
    """Return how many lines the terminal shows; 0: the stream is none, or does not say."""
    return _size(stream).lines


def _size(stream: TextIO) -> os.terminal_size:
    with suppress(AttributeError, OSError, ValueError):  # it need not be a file at all
        if stream.isatty():
            return os.get_terminal_size(stream.fileno())
    return os.terminal_size((0, 0))


def above_display(stream: TextIO) -> TextIO:
    """Return where to write to the stream: while rich's live display is on it, what rich prints above the display."""
    replaced = sys.stderr
    return cast("TextIO", replaced) if getattr(replaced, "rich_proxied_file", None) is stream else stream
