"""How the process ends."""

import contextlib
import gc
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from importer.cli import command_line, process


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
        process.main()
    assert (seen, signal.getsignal(signal.SIGINT)) == ([before], after)
