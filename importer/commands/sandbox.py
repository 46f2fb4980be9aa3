"""`sandbox`: serves a sandbox of the Callbell API until it is stopped."""

import asyncio
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from importer.model.errors import UsageError
from importer.model.plain_text import counted
from importer.sandbox import Duplicates, Sandbox, SandboxOptions, read_contacts, read_faults
from importer.sandbox import serve as serve_until_cancelled
from importer.system.program import importer_program
from importer.system.shell import IMPORTER, importer_command, program_command, quote, variable_command


def sandbox_options(*, rate: int, latency: float, duplicates: str, faults: str, seed: int) -> SandboxOptions:
    """Return the checked options.

    Raises:
        UsageError: One of them is wrong.

    """
    if duplicates not in set(Duplicates):
        raise UsageError(f"--duplicates is {duplicates}.", "It is one of: second, refuse, return.")
    if rate < 0 or latency < 0:
        raise UsageError("--rate and --latency cannot be negative.")
    return SandboxOptions(
        seed=seed,
        rate_limit=rate,
        latency_seconds=latency,
        duplicates=Duplicates(duplicates),
        created_status=201,  # so that `undo` can be tried
        faults=read_faults(faults or "0", seed),
    )


def with_contacts(chosen: SandboxOptions, contacts: Path | None, chats: float) -> SandboxOptions:
    """Return the options with the contacts of a file, and how many of them chat.

    Raises:
        UsageError: The file cannot be read, or one of its contacts is wrong.

    """
    if chats < 0:
        raise UsageError("--chats cannot be negative.")
    given = read_contacts(contacts, chosen.account) if contacts else ()
    return replace(chosen, account=chosen.account.with_what_is_used(given), contacts=given, chats=chats)


def serve_sandbox(
    chosen: SandboxOptions,
    port: int,
    say: Callable[[str], None],
    options: Sequence[tuple[str, object]] = (),
) -> None:
    """Serve until the person stops it.

    Args:
        chosen: What it does.
        port: On which it listens; 0: any that is free.
        say: Tells the person.
        options: The others that were given, for a command with another port.

    Raises:
        UsageError: The port is taken.

    """

    def ready(sandbox: Sandbox) -> None:
        there = f", with {counted(len(sandbox.contacts), 'contact')} there before" if sandbox.contacts else ""
        commands = "\n  ".join(commands_for(sandbox))
        say(
            f"The sandbox listens at {sandbox.base_url}{there}; stop it with Ctrl-C. In another terminal:\n"
            f"  {commands}\n"
            "Its contacts are gone when it stops: then delete sandbox.sqlite3 too, which would remember them."
        )

    try:
        asyncio.run(serve_until_cancelled(chosen, port=port, on_ready=ready))
    except KeyboardInterrupt:
        return
    except UsageError as error:
        again = importer_command("sandbox", options=[("port", 0), *options])
        raise UsageError(error.message, f"To take any that is free:\n  {again}") from error


def commands_for(sandbox: Sandbox) -> list[str]:
    """Return the commands that run an import against it in another terminal, wherever that is."""
    sample = "sample_inputs/contacts.csv"
    return [
        f"cd {quote(str(Path.cwd()))}",
        variable_command("CALLBELL_BASE_URL", sandbox.base_url),
        variable_command("CALLBELL_API_TOKEN", sandbox.token),
        f"{_program()} run {sample if Path(sample).is_file() else 'FILE'} --journal sandbox.sqlite3",
    ]


def _program() -> str:
    """Return how another terminal starts this program: by its name, if it is found there without an activated venv."""
    found, activated = shutil.which(IMPORTER), os.environ.get("VIRTUAL_ENV")
    if not found or importer_program() != (os.path.abspath(found),):  # noqa: PTH100 - as importer_program has it
        return program_command()
    return program_command() if activated and Path(found).is_relative_to(activated) else IMPORTER
