"""The command `explain`."""

import sys
from typing import Annotated

import typer

from importer.cli.app import examples
from importer.cli.completion import complete_code
from importer.cli.process import put_out
from importer.model.plain_text import wrapped_text
from importer.system.shell import as_typed
from importer.system.terminal import line_width

EXPLAIN_EXAMPLES = examples("explain", "explain phone_no_country", "explain token-refused")


def explain(
    code: Annotated[
        str,
        typer.Argument(
            metavar="[CODE]",
            help="A code of a row, a run or an error, as reports and messages have it; left out: all of them.",
            autocompletion=complete_code,
        ),
    ] = "",
) -> None:
    """Say what a code means, why it comes and what to do."""
    from importer.commands.explain import explain_code  # noqa: PLC0415 - --help does not wait for it

    put_out(wrapped_text(as_typed(explain_code(code)), line_width(sys.stdout)))
