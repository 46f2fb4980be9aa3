"""`sandbox`: what it is given on the command line."""

from pathlib import Path
from typing import Annotated

import typer

from importer.cli.app import examples
from importer.cli.process import say

SANDBOX_EXAMPLES = examples("sandbox --contacts contacts.csv", "sandbox --faults 0.1 --seed 7")


def sandbox(
    ctx: typer.Context,
    port: Annotated[int, typer.Option(metavar="N", help="The port on this computer; 0: any that is free.")] = 8080,
    *,
    rate: Annotated[int, typer.Option(metavar="N", help="Requests per second that it allows; 0: no limit.")] = 300,
    latency: Annotated[float, typer.Option(metavar="SECONDS", help="How long each answer takes.")] = 0.0,
    duplicates: Annotated[
        str, typer.Option(metavar="second|refuse|return", help="What it does with a contact that is there already.")
    ] = "second",
    faults: Annotated[
        str, typer.Option(metavar="SHARE[:KINDS]", help="What goes wrong, such as 0.1 or 0.1:reset,error+commit.")
    ] = "",
    seed: Annotated[
        int, typer.Option(metavar="N", help="Chooses which requests go wrong and who chats, the same each time.")
    ] = 0,
    contacts: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            readable=False,
            help="Contacts that are there before: CSV with Phone and Name or the API's fields in its header, or a JSON"
            " object as for POST /contacts on each line. Their tags (column Tags), users and custom fields exist too.",
        ),
    ] = None,
    chats: Annotated[
        float,
        typer.Option(
            metavar="SHARE",
            help="How many contacts chat after each page of the list that is read, and move to its top.",
        ),
    ] = 0.1,
) -> None:
    """Serve a sandbox of the Callbell API on this computer.

    Until Ctrl-C; it forgets everything then.
    """
    from importer.commands.sandbox import sandbox_options, serve_sandbox, with_contacts  # noqa: PLC0415 - late, see above

    chosen = sandbox_options(rate=rate, latency=latency, duplicates=duplicates, faults=faults, seed=seed)
    serve_sandbox(with_contacts(chosen, contacts, chats), port, say, _given_but_port(ctx))


def _given_but_port(ctx: typer.Context) -> list[tuple[str, object]]:
    """Return the options that stood on the command line, without the port."""
    sources = {name: ctx.get_parameter_source(name) for name in ctx.params if name != "port"}
    return [(name, ctx.params[name]) for name, source in sources.items() if source and source.name == "COMMANDLINE"]
