"""The command line: options, questions, streams and exit codes. The only home of typer."""

from importer.cli.entry_point import main

__all__ = ["main"]
