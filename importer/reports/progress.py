"""What a person sees while a run goes on: a live display on a terminal, elsewhere a line every 30 s, or silence.

All of it goes to standard error, and no error there stops a run: whoever closes the terminal still wants the rows to
arrive.
"""

import contextlib
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Self, TextIO

from importer.model.plain_text import duration, wrapped_text
from importer.reports.snapshot import Snapshot, clock_line, failure_text, log_line, request_pace, status_counts, waits
from importer.system.logs import LOG, log_fields

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

LINE_EVERY_SECONDS = 30.0
_REDRAW_AFTER_SECONDS = 0.25
_FREE_COLUMNS = 5
"""Where Ctrl-C may be echoed twice (`^C^C`): a line that it breaks is one more than the next frame covers."""
_BETWEEN, _BETWEEN_IN_ASCII = " \N{MIDDLE DOT} ", " | "


class Progress:
    """Shows the newest snapshot at intervals, and the last one on leaving the context; this base class shows nothing.

    Args:
        clock: A monotonic clock, in seconds.
        interval_seconds: The least time from one snapshot shown to the next.

    """

    def __init__(self, clock: Callable[[], float] = lambda: 0.0, interval_seconds: float = 0.0) -> None:
        self._clock = clock
        self._interval_seconds = interval_seconds
        self._next = clock()
        self._latest: Snapshot | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._latest is not None:
            self._draw(self._latest)

    def update(self, snapshot: Snapshot) -> None:
        """Show how the run stands now, if it is time; never raises, and may be called at any rate."""
        self._latest = snapshot
        now = self._clock()
        if now >= self._next:
            self._next = now + self._interval_seconds
            self._draw(snapshot)

    def vanish(self) -> None:
        """Leave nothing of a live display behind: what comes after it says the same."""

    def _draw(self, snapshot: Snapshot) -> None:
        """Show it; the base class does not."""


def choose_progress(
    stream: TextIO,
    environment: Mapping[str, str],
    clock: Callable[[], float],
    *,
    quiet: bool,
    logs: bool = False,
    is_transient: bool = False,
) -> Progress:
    """Return the progress that suits the stream.

    Args:
        stream: Standard error.
        environment: The environment variables; `TERM=dumb` wants no live display; rich heeds `NO_COLOR`.
        clock: A monotonic clock, in seconds.
        quiet: Whether to show nothing.
        logs: Whether the stream has a log for programs, of which the progress is a part.
        is_transient: Whether a live display is gone afterwards.

    """
    if logs:
        return LogEntries(clock, LINE_EVERY_SECONDS)
    if quiet:
        return Progress()
    if is_live(stream, environment):
        return LiveDisplay(console_class()(file=stream), clock, is_transient=is_transient)
    return Lines(stream, clock)


def is_live(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Tell whether the stream is a terminal on which lines can be drawn again."""
    return stream.isatty() and environment.get("TERM", "").lower() not in {"dumb", "unknown"}


def wrapped(texts: tuple[str, ...], width: int, between: str) -> str:
    """Return the texts on as few lines of at most `width` characters as they fit on; a longer text is cut."""
    lines: list[str] = []
    for text in texts:
        if lines and len(lines[-1]) + len(between) + len(text) <= width:
            lines[-1] += between + text
        else:
            lines.append(text[:width])
    return "\n".join(lines)


class Lines(Progress):
    """Writes a line every 30 s and one at the end: for logs, and for terminals that cannot redraw."""

    def __init__(self, stream: TextIO, clock: Callable[[], float]) -> None:
        super().__init__(clock, LINE_EVERY_SECONDS)
        self._next += LINE_EVERY_SECONDS
        self._stream = stream

    def _draw(self, snapshot: Snapshot) -> None:
        try:
            print(log_line(snapshot), file=self._stream, flush=True)
        except (OSError, ValueError):  # gone or closed: nobody reads on
            self._next = math.inf
            self._latest = None


class LogEntries(Progress):
    """Logs how the run stands every 30 s, and at its end."""

    def __init__(self, clock: Callable[[], float], interval_seconds: float) -> None:
        super().__init__(clock, interval_seconds)
        self._next += interval_seconds

    def _draw(self, snapshot: Snapshot) -> None:
        counts = {f"{status}": count for status, count in snapshot.tally.items() if count}
        LOG.info("%s", log_line(snapshot), extra=log_fields("progress", counts=counts))


class LiveDisplay(Progress):
    """Redraws a few lines in place."""

    def __init__(self, console: "Console", clock: Callable[[], float], *, is_transient: bool = False) -> None:
        super().__init__(clock, _REDRAW_AFTER_SECONDS)
        self._console = console
        self._is_transient = is_transient
        self._live: Live | None = None

    def __enter__(self) -> Self:
        from rich.live import Live  # noqa: PLC0415 - takes 60 ms, which a run without a terminal need not wait for

        # Standard output is for what was asked for: it stays as it is.
        self._live = Live(
            console=self._console, auto_refresh=False, redirect_stdout=False, transient=self._is_transient
        )
        self._show(lambda live: live.start())
        return self

    def __exit__(self, *_exception: object) -> None:
        super().__exit__()
        self._show(lambda live: live.stop())
        self._live = None

    def vanish(self) -> None:
        """Leave nothing behind when the context is left."""
        if self._live is not None:
            self._live.transient = True

    def _draw(self, snapshot: Snapshot) -> None:
        self._show(lambda live: live.update(display(snapshot, self._console), refresh=True))

    def _show(self, how: "Callable[[Live], None]") -> None:
        if self._live is None:
            return
        live, self._live = self._live, None
        try:
            how(live)
            self._live = live
        except (OSError, ValueError):  # the terminal is gone: nobody looks on
            with contextlib.suppress(OSError, ValueError):
                live.stop()  # gives standard error back, which it has stood in for


def console_class() -> "type[Console]":
    """Return rich's console, which does not end the program when its output is closed."""
    from rich.console import Console  # noqa: PLC0415 - takes 60 ms, which a run without a terminal need not wait for

    class LastingConsole(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return LastingConsole


def display(snapshot: Snapshot, console: "Console") -> "RenderableType":
    """Return what the live display draws: a bar as soon as the end is known, and the facts below it."""
    from rich.console import Group  # noqa: PLC0415 - rich is there by now, and only by now
    from rich.progress_bar import ProgressBar  # noqa: PLC0415 - the same
    from rich.table import Table  # noqa: PLC0415 - the same
    from rich.text import Text  # noqa: PLC0415 - the same

    width = max(console.width - _FREE_COLUMNS, 1)
    between = _BETWEEN_IN_ASCII if console.options.ascii_only else _BETWEEN
    text = Text(no_wrap=True)
    for part, style in screen(snapshot, width, between):
        text.append(("\n" if text else "") + part, style)
    text.highlight_regex(r"[\d,]+ (created|updated|deleted|restored)", "green")
    text.highlight_regex(r"[\d,]+ (failed|invalid|in doubt)", "red")
    if not (snapshot.read_all and snapshot.sends):
        return text
    colour = "green" if snapshot.is_well else "yellow"
    total = max(snapshot.read, 1)
    bar = ProgressBar(total=total, completed=snapshot.done, width=width, complete_style=colour, finished_style=colour)
    line = Table.grid()  # the bar alone ends without a line break, and a table of both would fill up its lines
    line.add_row(bar)
    return Group(line, text)


def screen(snapshot: Snapshot, width: int, between: str) -> list[tuple[str, str]]:
    """Return the lines below the bar, each with its style: none is wider than the terminal."""
    if snapshot.asking:
        elapsed = f" ({duration(snapshot.elapsed_seconds)})"
        return [(line[:width], "") for line in wrapped_text(snapshot.asking + elapsed, width).split("\n")]
    said = [
        (clock_line(snapshot), ""),
        (wrapped(status_counts(snapshot), width, between), ""),
        (wrapped(request_pace(snapshot), width, between), ""),
        (wrapped_text(failure_text(snapshot), width), "dim"),
        *((wrapped_text(one, width), "yellow") for one in waits(snapshot)),
    ]
    return [(line[:width], style) for text, style in said for line in text.split("\n") if line]
