"""The command line: options, questions, streams and exit codes. The only home of typer."""

from importer.cli.process import main

__all__ = ["main"]
