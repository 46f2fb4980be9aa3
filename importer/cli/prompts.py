"""The questions that a person is asked on a terminal."""

import shutil
import signal
from collections.abc import Callable

import typer

from importer.cli.process import say, terminate
from importer.model.answers import is_stop, says_yes
from importer.model.errors import DeclinedError
from importer.model.plain_text import wrapped_text
from importer.system.shell import as_typed

_NARROWEST = 40
_INTERRUPTED = "Interrupted: nothing was sent or changed. The same command asks again."
"""Each question comes before what it is about; what a run sent before one of its own it tells itself."""


def confirm_import(text: str) -> bool:
    """Show what would be imported, and ask whether to go on; an empty answer is a yes.

    Raises:
        InputError: The input ended without an answer.

    """
    say(wrapped_question(text))
    answer = _answer(lambda: says_yes(_line, "Import them? [Y/n]", default=True))
    if answer is None:
        raise DeclinedError("Nothing was sent.")
    return bool(answer)


def confirm_retry(text: str) -> bool:
    """Show what would be sent again, and ask whether to; an empty answer is a yes, none at all a no."""
    return _confirmed(text, "Send them again?", default=True)


def confirm_undo(text: str) -> bool:
    """Show what would be undone, and ask whether to; no answer is a no."""
    return _confirmed(text, "Undo it?")


def confirm_purge(text: str) -> bool:
    """Show what would be forgotten, and ask whether to; no answer is a no."""
    return _confirmed(text, "Forget it?")


def confirm_probe(text: str) -> bool:
    """Show what a probe does, and ask whether to; no answer is a no."""
    return _confirmed(text, "Make the probe?")


def confirm_schedule(text: str) -> bool:
    """Show what would be installed, and ask whether to; no answer is a no."""
    return _confirmed(text, "Install it?", default=True)


def ask_line(question: str) -> str:
    """Ask a question and return the line that the person writes.

    Raises:
        InputError: The input ended without an answer, or the person wants to stop.

    """
    asked = wrapped_question(question)
    line = _answer(lambda: _line(asked))
    if line is None or is_stop(str(line)):
        raise DeclinedError("Nothing was written, and nothing was sent.", "The same command asks again.")
    return str(line)


def ask_hidden(question: str) -> str:
    """Ask for what nobody else is to see, and return it; no answer is an empty one."""
    asked = wrapped_question(question)
    line = _answer(
        lambda: typer.prompt(asked, default="", show_default=False, hide_input=True, prompt_suffix=" ", err=True)
    )
    return str(line or "")


def wrapped_question(text: str) -> str:
    """Return the text with its lines wrapped between words, and with its commands whole."""
    return wrapped_text(as_typed(text), max(shutil.get_terminal_size().columns - 1, _NARROWEST))


def _confirmed(text: str, question: str, *, default: bool = False) -> bool:
    """Show a text, and ask whether to do it; at the end of the input nobody said yes."""
    say(text)
    choice = "[Y/n]" if default else "[y/N]"
    return bool(_answer(lambda: says_yes(_line, f"{question} {choice}", default=default)))


def _line(question: str) -> str:
    return str(typer.prompt(question, default="", show_default=False, prompt_suffix=" ", err=True))


def _answer(ask: Callable[[], object]) -> object:
    """Return what the person says, or None at the end of the input.

    Signals that stop a run end the question: within a run they would only tell the event loop, which it blocks. The
    exception has the text for the person.
    """
    from importer.system.stop_signals import stop_signals  # noqa: PLC0415 - with asyncio, and --help waits for neither

    before = {number: signal.getsignal(number) for number in stop_signals()}
    raised = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    try:
        for number in raised:
            signal.signal(number, signal.default_int_handler if number is signal.SIGINT else terminate)
        return ask()
    except typer.Abort as abort:
        say("")  # what is said next begins on a line of its own
        if isinstance(abort.__context__, KeyboardInterrupt):  # which typer makes no difference of from the input's end
            raise type(abort.__context__)(_INTERRUPTED) from None
        return None
    finally:
        for number, handler in raised.items():
            signal.signal(number, handler)
