"""The command line: arguments and exit codes, nothing else. What is heavy is imported once a command needs it."""

import contextlib
import functools
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from importer import __version__
from importer.cli.options import GroupedHelp, with_options
from importer.model.errors import ImporterError, InputError, StorageError, UsageError

if TYPE_CHECKING:
    from importer.commands.app import Desk
    from importer.commands.context import Ending
    from importer.settings import Settings

DEFECT = 70
INTERRUPTED = 130
_CONFIG_VARIABLE = "CALLBELL_IMPORTER_CONFIG"
_VERSION = f"callbell-importer {__version__}"
_OF_ONE_RUN_ALONE = frozenset({"dry_run", "json", "limit", "quiet", "verbose", "yes"})
"""Options of an earlier run that `retry` does not repeat: they have no say in what is sent, or where it goes."""

app = typer.Typer(
    help="Brings the customers in a spreadsheet into Callbell, each exactly once.",
    epilog="\b\nTry it without an account:\n  callbell-importer run sample_inputs/contacts.csv --sandbox",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # see GroupedHelp
    context_settings={"help_option_names": ["-h", "--help"]},
)

Config = Annotated[
    Path | None,
    typer.Option("-c", "--config", metavar="FILE", help="The config file (default: config.toml, if it is there)."),
]
Files = Annotated[
    list[str], typer.Argument(metavar="FILE...", help="Spreadsheets: .csv .tsv .txt .xlsx .xlsm .xls .xlsb .ods")
]
Undone = Annotated[str, typer.Argument(metavar="RUN", help="The run's name, as `runs` lists it.")]
OneFile = Annotated[str, typer.Argument(metavar="FILE", help="A spreadsheet.")]
Written = Annotated[Path, typer.Option("-c", "--config", metavar="FILE", help="The config to write.")]
Name = Annotated[str, typer.Argument(metavar="[RUN]", help="The run's name.")]


def main() -> None:
    """Run the command line."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, Path(os.devnull).open("r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115 - stays open
    if sys.argv[1:] == ["--version"]:  # typer would import pydantic first, which takes longer than all the rest
        typer.echo(_VERSION)
        sys.exit(0)
    app(prog_name="callbell-importer")


def _told(command: Callable[..., None]) -> Callable[..., None]:
    """Tell a person in one sentence why a command failed, and end with its exit code."""

    @functools.wraps(command)
    def telling(*positional: object, **named: object) -> None:
        try:
            command(*positional, **named)
        except ImporterError as error:
            _say(f"{error.message}\n{error.hint}".rstrip())
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            _say("Interrupted. The same command goes on.")
            raise typer.Exit(INTERRUPTED) from None
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody is shown a traceback
            _say(_defect(error))
            raise typer.Exit(DEFECT) from None

    return telling


@app.callback(invoke_without_command=True)
def top(
    *,
    version: Annotated[bool, typer.Option("--version", is_eager=True, help="Show the version and end.")] = False,
) -> None:
    """Brings the customers in a spreadsheet into Callbell, each exactly once."""
    if version:
        typer.echo(_VERSION)
        raise typer.Exit


def run(context: typer.Context, files: Files, config: Config = None, **_given: object) -> None:
    """Import the rows of spreadsheets: read, map, send, report."""
    from importer.commands import app as commands  # noqa: PLC0415 - heavy, and --help does not wait for it

    desk = _desk(_options(context), config)
    _end(desk, commands.run(desk, files))


def check(context: typer.Context, files: Files, config: Config = None, **_given: object) -> None:
    """Find every problem in the rows and the mapping; send nothing.

    With a token the account is asked too.
    """
    from importer.commands import app as commands  # noqa: PLC0415 - heavy, and --help does not wait for it

    desk = _desk(_options(context), config)
    _end(desk, commands.check(desk, files))


def init(
    context: typer.Context,
    file: OneFile,
    config: Written = Path("config.toml"),
    *,
    force: Annotated[bool, typer.Option("--force", help="Write over a config that is there.")] = False,
    **_given: object,
) -> None:
    """Look at a spreadsheet and write a config for it.

    The config has the column mapping that would be used; where that is not sure, you are asked.
    """
    from importer.commands.init import draft  # noqa: PLC0415 - heavy, and --help does not wait for it
    from importer.settings import settle  # noqa: PLC0415 - the same

    settings = settle(_options(context), os.environ)
    asked = not settings.run.yes and sys.stdin.isatty() and sys.stderr.isatty()
    _say(draft(file, settings, config, _line if asked else None, force=force).text)


def retry(context: typer.Context, run: Name = "", config: Config = None, **_given: object) -> None:
    """Send again an earlier run's rows that are not in Callbell.

    The last run's, if none is named.
    """
    from importer.commands import app as commands  # noqa: PLC0415 - heavy, and --help does not wait for it

    given = _options(context)
    earlier = commands.earlier_run(_settings(given, config)[0], run)
    before = {name: value for name, value in earlier.options.items() if name not in _OF_ONE_RUN_ALONE}
    config_before = before.pop("config", None)
    desk = _desk(before | given, config or (Path(str(config_before)) if config_before else None))
    _end(desk, commands.retry(desk, earlier))


def runs(context: typer.Context, run: Name = "", config: Config = None, **_given: object) -> None:
    """List past runs, or show one.

    Newest first; with a run's name, its summary and where its reports are.
    """
    from importer.commands import runs as listing  # noqa: PLC0415 - heavy, and --help does not wait for it

    settings, _ = _settings(_options(context), config)
    _put_out(listing.one_run(settings, run) if run else listing.all_runs(settings))


def undo(context: typer.Context, run: Undone, config: Config = None, **_given: object) -> None:
    """Delete the contacts that a run created, and only those.

    Contacts that were changed since are kept.
    """
    from importer.commands import app as commands  # noqa: PLC0415 - heavy, and --help does not wait for it

    if not run:
        raise UsageError("undo needs the name of a run.", "See their names with: callbell-importer runs")
    given = _options(context)
    earlier = commands.earlier_run(_settings(given, config)[0], run)
    config_before = earlier.options.get("config")
    desk = _desk(given, config or (Path(str(config_before)) if config_before else None))
    _end(desk, commands.undo(replace(desk, ask=_ask_to_delete if desk.ask is _ask else None), earlier))


def sandbox(
    port: Annotated[int, typer.Option(metavar="N", help="The port on this computer; 0: any that is free.")] = 8080,
    rate: Annotated[int, typer.Option(metavar="N", help="Requests per second that it allows; 0: no limit.")] = 300,
    latency: Annotated[float, typer.Option(metavar="SECONDS", help="How long each answer takes.")] = 0.0,
    duplicates: Annotated[
        str, typer.Option(metavar="second|refuse|return", help="What it does with a contact that is there already.")
    ] = "second",
    faults: Annotated[
        str, typer.Option(metavar="SHARE[:KINDS]", help="What goes wrong, such as 0.1 or 0.1:reset,error+commit.")
    ] = "",
    seed: Annotated[int, typer.Option(metavar="N", help="Chooses which requests go wrong, the same each time.")] = 0,
) -> None:
    """Serve a stand-in for the Callbell API on this computer.

    Until Ctrl-C; it forgets everything then.
    """
    from importer.commands import sandbox as standing_in  # noqa: PLC0415 - heavy, and --help does not wait for it

    chosen = standing_in.options(rate=rate, latency=latency, duplicates=duplicates, faults=faults, seed=seed)
    standing_in.serve(chosen, port, _say)


_CHECKING = frozenset(
    {"sheet", "header_row", "encoding", "delimiter", "source", "country", "tag", "limit", "sandbox", "wait"}
    | {"report_dir", "journal", "quiet", "verbose", "json", "log_format", "log_file"}
)
_DRAFTING = frozenset({"sheet", "header_row", "encoding", "delimiter", "source", "country", "tag", "yes"})
_READING = frozenset({"journal", "sandbox"})
_DELETING = _READING | {
    "rate", "concurrency", "max_outage", "wait", "dry_run", "report_dir", "yes", "quiet", "verbose", "json",
    "log_format", "log_file",
}  # fmt: skip
_EXAMPLES: tuple[tuple[Callable[..., None], tuple[str, ...]], ...] = (
    (with_options(run), ("run contacts.csv --sandbox", "run clientes.xlsx --country ES --tag Imported")),
    (with_options(check, _CHECKING), ("check contacts.xlsx", "check clientes.csv --country ES")),
    (with_options(init, _DRAFTING), ("init contacts.xlsx", "init clientes.csv --country ES -c clientes.toml")),
    (with_options(retry), ("retry", "retry 20261123-020000-contacts --country ES")),
    (with_options(runs, _READING), ("runs", "runs 20261123-020000-contacts")),
    (
        with_options(undo, _DELETING),
        ("undo 20261123-020000-contacts --dry-run", "undo 20261123-020000-contacts --yes"),
    ),
    (sandbox, ("sandbox --latency 0.2", "sandbox --faults 0.1 --seed 7")),
)
for _command, _examples in _EXAMPLES:
    _lines = [f"  callbell-importer {_example}" for _example in _examples]
    app.command(cls=GroupedHelp, epilog="\b\n" + "\n".join(["Examples:", *_lines]))(_told(_command))


def _options(context: typer.Context) -> dict[str, object]:
    """Return what was given on the command line, by the config's names."""
    own = {"files", "file", "force", "run", "config"}
    return {name: value for name, value in context.params.items() if name not in own and value not in (None, [], ())}


def _settings(options: Mapping[str, object], config: Path | None) -> tuple["Settings", Path | None]:
    """Return the settings, and the config file that they are from."""
    from importer.settings import settle  # noqa: PLC0415 - heavy, and --help does not wait for it

    path = config or (Path(named) if (named := os.environ.get(_CONFIG_VARIABLE)) else None)
    if path is None and Path("config.toml").is_file():
        path = Path("config.toml")
    if path is None:
        return settle(options, os.environ), None
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UsageError(f"The config file {path} cannot be read: {reason}.", "Name the right one with -c.") from None
    return settle(options, os.environ, text, str(path), path.parent), path.absolute()


def _desk(options: dict[str, object], config: Path | None) -> "Desk":
    """Return what a command is given besides its own arguments."""
    from importer.commands.app import Desk  # noqa: PLC0415 - heavy, and --help does not wait for it

    settings, path = _settings(options, config)
    log_on_stderr = settings.run.log_format == "json" and settings.run.log_file is None
    kept = {name: str(value.absolute()) if isinstance(value, Path) else value for name, value in options.items()}
    asked = not settings.run.yes and sys.stdin.isatty() and sys.stderr.isatty()
    return Desk(
        settings=settings,
        options=kept | ({"config": str(path)} if path else {}),
        environment=os.environ,
        stream=sys.stderr,
        ask=_ask if asked else None if settings.run.quiet or log_on_stderr else _tell,
    )


def _ask(text: str) -> bool:
    _say(text)
    answer = _answer("Import it so?", default=True)
    if answer is None:
        raise InputError("Nothing was sent.")
    return answer


def _ask_to_delete(text: str) -> bool:
    _say(text)
    return bool(_answer("Delete them?", default=False))


def _answer(question: str, *, default: bool) -> bool | None:
    """Return what the person says, or None if there is no more to be read."""
    try:
        with _ended_by_ctrl_c():
            return typer.confirm(question, default=default, err=True)
    except typer.Abort as abort:
        if isinstance(abort.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        return None


def _line(question: str) -> str:
    """Return the line that the person writes."""
    try:
        return str(typer.prompt(question, default="", show_default=False, prompt_suffix=" ", err=True))
    except typer.Abort as abort:
        if isinstance(abort.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise InputError("Nothing was written.") from None


def _tell(text: str) -> bool:
    _say(text)
    return True


@contextlib.contextmanager
def _ended_by_ctrl_c() -> Iterator[None]:
    """Let Ctrl-C end the question: within a run it only tells the event loop, which the question holds up."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _end(desk: "Desk", ending: "Ending") -> None:
    """Show how a command ended, and end with its exit code."""
    if ending.exit_code or not desk.settings.run.quiet:
        _say(ending.text)
    if desk.settings.run.json:
        _put_out(ending.summary_json)
    raise typer.Exit(ending.exit_code)


def _say(text: str) -> None:
    """Write to standard error; where it is gone, nobody wants to know."""
    try:
        typer.echo(text, err=True)
    except OSError:
        _let_go_of(sys.stderr)


def _put_out(text: str) -> None:
    """Write to standard output what was asked for, in UTF-8 whatever the system's habit; who reads may stop early."""
    try:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _let_go_of(sys.stdout)
    except OSError as error:
        _let_go_of(sys.stdout)
        raise StorageError(f"Standard output cannot be written: {error.strerror}.") from error


def _let_go_of(stream: TextIO) -> None:
    """Send what is left in the stream nowhere: Python would fail once more on it when it ends."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _defect(error: Exception) -> str:
    """Say where a defect is, without a traceback and without what the exception holds: it may be somebody's data."""
    trace, places = error.__traceback__, []
    while trace is not None:
        places.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return (
        f"This is a defect of the importer: {type(error).__name__} at {' > '.join(places[-4:])}.\n"
        "The journal is whole, and the same command goes on. "
        f"Please report it with this text and the version, {__version__}."
    )
