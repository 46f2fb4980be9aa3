"""Where the process begins, and what is done before the command line is imported: `--version` is answered at once."""

import gc
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence

from importer.cli.process import (
    INTERRUPTED_TEXT,
    VERSION,
    interrupted_exit_code,
    open_missing_streams,
    put_out,
    raised_when_told_to_end,
    say,
)
from importer.model.errors import error_json
from importer.system import standalone
from importer.system.shell import IMPORTER, importer_name

_COMPLETING = "_CALLBELL_IMPORTER_COMPLETE"
"""The variable with which a shell asks for completions."""


def main() -> None:
    """Run the command line."""
    open_missing_streams()
    if sys.argv[1:] == ["--version"]:
        put_out(f"{VERSION}\n")
        sys.exit(0)
    if standalone.is_standalone():
        standalone.find_certificates(os.environ)
    sys.argv[1:] = [with_home(one) for one in sys.argv[1:]]
    # Collect garbage less often: neither imports nor rows leave much. Measured on 2026-11-23, 2 cores, limit off, in
    # pairs, with a full collection and gc.freeze() before the first row besides: 2,620 to 3,548, 1,690 to 2,852 and
    # 1,821 to 2,739 rows/s.
    gc.set_threshold(50_000, 20, 50)
    try:
        with raised_when_told_to_end():
            _imported_app()(prog_name=program_name(sys.argv, os.environ))
    finally:
        # From here on Ctrl-C ends the process without a word. Nothing is left to be put in order, and Python's own
        # handler would raise KeyboardInterrupt where nobody catches it.
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.SIG_DFL)


def with_home(word: str) -> str:
    """Return a word of the command line with its path from the home folder, where the shell left the tilde as it was.

    Shells expand `~/list.csv`, but not `--config=~/config.toml`, what is in quotes, or in a file of cron or systemd.
    """
    option, equals, value = word.partition("=") if word.startswith("--") else ("", "", word)
    return f"{option}{equals}{os.path.expanduser(value)}" if value.startswith(("~/", f"~{os.sep}")) else word  # noqa: PTH111 - a text, and no home is no error


def program_name(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return what texts call the program; for the script of a shell's completion its plain name.

    typer names the script, its function and its variable after it, which a path would spoil; shells find the completion
    of a command that is typed with its path by its last part.
    """
    is_completing = any(one.startswith(("--install-completion", "--show-completion")) for one in arguments[1:])
    if is_completing:
        from importer.cli.completion_scripts import find_typed_program  # noqa: PLC0415 - nearly never

        find_typed_program(importer_name())
    return IMPORTER if is_completing or _COMPLETING in environment else importer_name()


def _imported_app() -> Callable[..., object]:
    """Return the command line; an interruption while it is imported ends the process as it would later."""
    try:
        from importer.cli.command_line import app  # noqa: PLC0415 - typer takes longer than all of --version
    except KeyboardInterrupt as error:
        exit_code = interrupted_exit_code(error)
        say(INTERRUPTED_TEXT)
        if "--json" in sys.argv:
            import json  # noqa: PLC0415 - nearly never

            told = error_json(exit_code, message=INTERRUPTED_TEXT)
            put_out(json.dumps({"command": None, "exit_code": exit_code, "error": told}, indent=2) + "\n")
        sys.exit(exit_code)
    return app
