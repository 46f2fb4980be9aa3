"""How the process ends."""

import contextlib
import gc
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from importer.cli import command_line, main, process

posix_only = pytest.mark.skipif(
    os.name == "nt", reason="Windows has no signal that a process can send itself for a graceful stop"
)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leave the interpreter as it was."""
    handler, thresholds = signal.getsignal(signal.SIGINT), gc.get_threshold()
    yield
    signal.signal(signal.SIGINT, handler)
    gc.set_threshold(*thresholds)


@pytest.mark.parametrize("ending", [None, SystemExit(3), KeyboardInterrupt()])
@pytest.mark.parametrize(
    ("before", "after"), [(signal.default_int_handler, signal.SIG_DFL), (signal.SIG_IGN, signal.SIG_IGN)]
)
def test_ctrl_c_at_the_very_end_is_silent_and_where_it_was_ignored_it_still_is(
    monkeypatch: pytest.MonkeyPatch, ending: BaseException | None, before: Any, after: Any
) -> None:
    """However the command ended; while it runs the handler is the one of before."""
    seen = []

    def app(**_options: str) -> None:
        seen.append(signal.getsignal(signal.SIGINT))
        if ending:
            raise ending

    monkeypatch.setattr(command_line, "app", app)
    monkeypatch.setattr("sys.argv", ["callbell-importer", "runs"])
    signal.signal(signal.SIGINT, before)
    with pytest.raises(type(ending)) if ending else contextlib.nullcontext():
        main()
    assert (seen, signal.getsignal(signal.SIGINT)) == ([before], after)


@posix_only
@pytest.mark.parametrize("number", [signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)])
def test_a_signal_that_ends_the_process_closes_what_is_open(number: signal.Signals) -> None:
    """It ends with the code of an ending that was asked for, and afterwards the signal does what it did before."""
    closed: list[int] = []
    with pytest.raises(process.Terminated) as ended, process.raised_when_told_to_end():  # noqa: PT012, SIM117 - what is open is the matter
        with contextlib.ExitStack() as opened:
            opened.callback(closed.append, 1)
            signal.raise_signal(number)
    assert (closed, process.interrupted_exit_code(ended.value)) == ([1], 143)
    assert signal.getsignal(number) is signal.SIG_DFL


@posix_only
def test_a_signal_that_is_ignored_stays_so() -> None:
    """As `nohup` wants; one that somebody handles is left to him."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with process.raised_when_told_to_end():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
