"""What is written to a terminal while a live display is on it."""

import io
import logging
import sys

import pytest
from rich.console import Console
from rich.live import Live

from importer.system.logs import LOG, logging_to
from importer.system.terminal import above_display, line_count, line_width


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_what_is_no_terminal_has_no_size() -> None:
    """Nor has one that does not say."""
    assert line_width(io.StringIO()) == 0
    assert line_width(Terminal()) == 0
    assert line_count(Terminal()) == 0


def test_a_verbose_log_is_written_above_the_live_display(monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not write into the bar."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    console = Console(file=stream, force_terminal=True)
    with (
        logging_to(None, stream, log_format="text", verbose=True),
        Live("the bar", console=console, auto_refresh=False, redirect_stdout=False),
    ):
        assert above_display(stream) is not stream
        LOG.log(logging.INFO, "row 7 created")
    assert above_display(stream) is stream
    drawn = stream.getvalue()
    assert drawn.index("row 7 created") < drawn.rindex("the bar")
