"""The questions that a person is asked on a terminal."""

import contextlib
import signal
from collections.abc import Iterator

import typer

from importer.cli.streams import say
from importer.model.errors import InputError


def confirm_import(text: str) -> bool:
    """Show what would be imported, and ask whether to go on; an empty answer is a yes.

    Raises:
        InputError: The input ended without an answer.

    """
    say(text)
    answer = _confirm("Import it so?", default=True)
    if answer is None:
        raise InputError("Nothing was sent.")
    return answer


def confirm_deletion(text: str) -> bool:
    """Show what would be deleted, and ask whether to; no answer is a no."""
    say(text)
    return bool(_confirm("Delete them?", default=False))


def ask_line(question: str) -> str:
    """Ask a question and return the line that the person writes.

    Raises:
        InputError: The input ended without an answer.

    """
    try:
        return str(typer.prompt(question, default="", show_default=False, prompt_suffix=" ", err=True))
    except typer.Abort as abort:
        _raise_if_interrupted(abort)
        raise InputError("Nothing was written.") from None


def _confirm(question: str, *, default: bool) -> bool | None:
    """Return what the person says, or None at the end of the input."""
    try:
        with _default_interrupt():
            return typer.confirm(question, default=default, err=True)
    except typer.Abort as abort:
        _raise_if_interrupted(abort)
        return None


def _raise_if_interrupted(abort: typer.Abort) -> None:
    """Raise Ctrl-C, which typer makes no difference of from the end of the input."""
    if isinstance(abort.__context__, KeyboardInterrupt):
        raise KeyboardInterrupt from None


@contextlib.contextmanager
def _default_interrupt() -> Iterator[None]:
    """Let Ctrl-C end the question: within a run it only tells the event loop, which the question blocks."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
