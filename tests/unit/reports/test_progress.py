"""What a person sees while a run goes on."""

import io
import re
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from importer.model.rows import Status
from importer.reports.progress import Lines, LiveDisplay, Progress, choose_progress, console_class, screen, wrapped
from importer.reports.snapshot import Snapshot, log_line
from importer.system.logs import LOG

MIDWAY_TALLY = Counter(
    {
        Status.CREATED: 12_000,
        Status.FAILED: 40,
        Status.INVALID: 0,
        Status.IN_DOUBT: 2,
        Status.DUPLICATE: 303,
        Status.PENDING: 14_655,
    }
)
MIDWAY = Snapshot(
    tally=MIDWAY_TALLY,
    read_all=True,
    in_flight=58,
    per_second=290.4,
    limit=300.0,
    held_seconds=11.2,
    held_status=429,
    elapsed_seconds=42.0,
    failure="The service refused it: no such tag",
    failure_count=38,
)
END = Snapshot(tally=Counter({Status.CREATED: 5}), read_all=True, in_flight=0, per_second=12.0, limit=300.0)


def done_of(snapshot: Snapshot, done: int, read: int) -> Snapshot:
    """Return the snapshot with so many rows done, all of them created, of so many that were read."""
    return replace(snapshot, tally=Counter({Status.CREATED: done, Status.PENDING: read - done}))


def facts(snapshot: Snapshot) -> list[str]:
    """Return the facts of a log's line."""
    return log_line(snapshot).split(" | ")


def test_a_rehearsal_creates_nothing() -> None:
    """Its rows would be created."""
    assert "5 would be created" in facts(replace(END, is_rehearsal=True))
    assert "5 created" in facts(END)


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Gone(Terminal):
    """A terminal that somebody closed."""

    def write(self, text: str) -> int:
        raise BrokenPipeError(text)


def console(stream: io.StringIO, width: int = 80, environment: Mapping[str, str] | None = None) -> Console:
    """Return a console as rich finds it on a terminal."""
    return console_class()(
        file=stream, force_terminal=True, width=width, legacy_windows=False, _environ=environment or {}
    )


def shown(stream: io.StringIO) -> list[str]:
    """Return the lines that were drawn, without the commands to the terminal."""
    return [line.rstrip() for line in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", stream.getvalue()).splitlines()]


def test_facts_are_told_the_most_important_first() -> None:
    """Nothing is said that is not worth it."""
    assert facts(MIDWAY) == [
        "12,345 of 27,000 rows",
        "45 %",
        "12,000 created",
        "303 duplicate",
        "40 failed",
        "2 in doubt",
        "290 of 300 requests/s",
        "58 in flight",
        "42 s elapsed",
        "1 min 2 s left",
        "38 failed, such as: The service refused it: no such tag",
        "429: waiting 12 s",
    ]
    assert facts(END) == ["5 of 5 rows", "100 %", "5 created"]


def test_rows_that_are_not_to_be_sent_are_done_when_they_were_read() -> None:
    """A check sends nothing, so nothing of sending is told either."""
    tally = Counter({Status.PENDING: 7, Status.INVALID: 2})
    assert facts(Snapshot(tally=tally, read_all=True, sends=False)) == ["9 of 9 rows", "2 invalid"]


def test_time_left_is_told_only_where_somebody_knows() -> None:
    """Not while the input is being read, nor while nothing moves."""
    calm = replace(MIDWAY, held_seconds=0.0, failure_count=0, elapsed_seconds=0.0)
    reading = replace(calm, read_all=False, limit=0.0)
    assert facts(reading)[0] == "27,000 rows read"
    assert facts(reading)[-3:-1] == ["290 requests/s", "58 in flight"]
    assert facts(replace(calm, per_second=0.0, held_seconds=11.2))[-2:] == ["58 in flight", "429: waiting 12 s"]
    assert facts(replace(calm, per_second=1.0))[-1] == "4 h 4 min left"
    assert facts(done_of(calm, 26_999, 27_000))[-1] == "1 s left"


def test_lines_come_every_thirty_seconds_and_at_the_end() -> None:
    """A log of a night is short, and its last line is the last state."""
    stream, clock = io.StringIO(), Clock()
    with Lines(stream, clock) as progress:
        for seconds in (0, 29, 30, 31, 59, 61):
            clock.seconds = 100.0 + seconds
            progress.update(done_of(END, seconds, 61))
    assert [line.split()[0] for line in stream.getvalue().splitlines()] == ["30", "61", "61"]
    assert stream.getvalue().isascii()


def test_a_run_without_a_state_has_no_line() -> None:
    """A run that fails before it begins shows no progress."""
    stream, terminal = io.StringIO(), io.StringIO()
    with Lines(stream, Clock()), LiveDisplay(console(terminal), Clock()):
        pass
    assert stream.getvalue() == ""
    assert "".join(shown(terminal)) == ""


@pytest.mark.parametrize("width", [20, 40, 80])
def test_the_live_display_fits_the_terminal(width: int) -> None:
    """No line is longer than the terminal is wide, so that redrawing finds where it began."""
    stream, clock = io.StringIO(), Clock()
    with LiveDisplay(console(stream, width), clock) as progress:
        progress.update(MIDWAY)
    lines = shown(stream)
    assert max(map(len, lines)) < width
    assert any(("12,345 of 27,000" if width == 80 else "45 %") in line for line in lines)


def test_the_live_display_redraws_four_times_a_second_at_most() -> None:
    """A quick run does not spend its time on drawing; the last state is always drawn."""
    stream, clock = io.StringIO(), Clock()
    with LiveDisplay(console(stream), clock) as progress:
        for done in range(5):
            clock.seconds += 0.1
            progress.update(replace(done_of(END, done, done), read_all=False))
    drawn = [line.split()[-3] for line in shown(stream) if "read" in line]
    assert drawn[0] == "0"
    assert drawn[-1] == "4"
    assert "1" not in drawn


def test_colours_are_left_out_where_they_are_not_wanted() -> None:
    """NO_COLOR is heeded."""
    with_colours, without = io.StringIO(), io.StringIO()
    for stream, environment in ((with_colours, {}), (without, {"NO_COLOR": "1"})):
        terminal = console(stream, environment={"TERM": "xterm-256color", **environment})
        with LiveDisplay(terminal, Clock()) as progress:
            progress.update(MIDWAY)
    assert "\x1b[32m" in with_colours.getvalue()
    assert "\x1b[32m" not in without.getvalue()
    assert shown(with_colours)[1:3] == shown(without)[1:3]


def test_a_console_without_utf8_gets_ascii() -> None:
    """An old Windows console shows no rubbish."""

    class OldConsole(Terminal):
        encoding = "cp437"

    stream = OldConsole()
    with LiveDisplay(console(stream), Clock()) as progress:
        progress.update(MIDWAY)
    assert stream.getvalue().isascii()
    assert " | " in stream.getvalue()


@pytest.mark.parametrize("progress", [Lines(Gone(), Clock()), LiveDisplay(console(Gone()), Clock()), Progress()])
def test_a_terminal_that_is_gone_stops_nothing(progress: Progress) -> None:
    """The rows arrive all the same."""
    with progress:
        progress.update(MIDWAY)
        progress.update(END)


def test_a_live_display_that_lost_its_terminal_stays_silent() -> None:
    """It does not try again and again, and gives standard error back."""
    stream, before = Terminal(), sys.stderr
    progress = LiveDisplay(console(stream), Clock())
    with progress:
        assert sys.stderr is not before
        stream.close()
        progress.update(MIDWAY)
        assert sys.stderr is before


@pytest.mark.parametrize(
    ("stream", "environment", "quiet", "expected"),
    [
        (Terminal(), {"TERM": "xterm"}, False, LiveDisplay),
        (Terminal(), {}, False, LiveDisplay),
        (Terminal(), {"TERM": "dumb"}, False, Lines),
        (io.StringIO(), {"TERM": "xterm"}, False, Lines),
        (Terminal(), {}, True, Progress),
    ],
)
def test_the_stream_decides_what_is_shown(
    stream: io.StringIO,
    environment: dict[str, str],
    quiet: bool,  # noqa: FBT001 - a case of the table
    expected: type,
) -> None:
    """A live display only where it can be redrawn."""
    assert type(choose_progress(stream, environment, Clock(), quiet=quiet)) is expected


@given(st.lists(st.text("ab ", min_size=1, max_size=30), max_size=8), st.integers(1, 50))
def test_folding_keeps_to_the_width(texts: list[str], width: int) -> None:
    """Every text is there, cut if it must be, and no line is too long."""
    lines = wrapped(tuple(texts), width, " | ").split("\n")
    assert all(len(line) <= width for line in lines)
    assert [text[:width] for text in texts] == [text for line in lines for text in line.split(" | ") if texts]


def test_where_the_stream_is_a_log_progress_is_a_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every thirty seconds and at the end, with what is counted; a quiet run has none."""
    told: list[Any] = []
    monkeypatch.setattr(LOG, "info", lambda *args, **named: told.append((args, named)))
    clock = Clock()
    with choose_progress(io.StringIO(), {}, clock, quiet=True, logs=True) as shown:
        shown.update(Snapshot(tally=Counter({Status.CREATED: 2}), read_all=True))
        assert told == []
    ((_, named),) = told
    assert named["extra"]["fields"]["counts"] == {"created": 2}


@pytest.mark.parametrize("vanishes", [False, True])
def test_a_display_may_leave_nothing_behind(vanishes: bool) -> None:  # noqa: FBT001 - a table of cases
    """A question that says the same takes its place; without a live display there is nothing to take away."""
    stream = Terminal()
    with LiveDisplay(console(stream), Clock()) as live:
        live.update(END)
        if vanishes:
            live.vanish()
    assert stream.getvalue().endswith("\x1b[2K") is vanishes
    live.vanish()
    Progress().vanish()


def test_while_the_account_is_asked_nothing_is_said_of_rows() -> None:
    """One line, that moves."""
    asking = Snapshot(tally=Counter(), read_all=False, asking="asking Callbell", elapsed_seconds=7.0)
    assert screen(asking, 75, " | ") == [("asking Callbell (7 s)", "")]
