"""The options that several commands share."""

import inspect

import typer
from typer.testing import CliRunner

from importer.cli import options


def test_a_command_gets_the_options_by_their_long_names() -> None:
    """After its own parameters; one that is not given is None."""
    seen: dict[str, object] = {}
    app = typer.Typer()

    @app.command()
    @options.takes(options.YES, options.REPORT_DIR, options.TAG)
    def command(file: str, **given: object) -> None:
        seen.update(given, file=file)

    assert list(inspect.signature(command).parameters) == ["file", "yes", "report_dir", "tag"]
    result = CliRunner().invoke(app, ["a.csv", "-y", "--tag", "A", "--tag", "B"])
    assert (result.exit_code, seen) == (0, {"file": "a.csv", "yes": True, "report_dir": None, "tag": ["A", "B"]})


def test_every_option_is_in_a_group_of_its_own() -> None:
    """None is listed twice."""
    grouped = [*options.MAPPING, *options.SENDING, *options.FILES, options.YES, *options.MESSAGES]
    named = [
        option for name, option in vars(options).items() if isinstance(option, inspect.Parameter) and name.isupper()
    ]
    assert sorted(option.name for option in grouped) == sorted(option.name for option in named)
