"""What a command is given, and what comes of it."""

import contextlib
import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from types import MappingProxyType
from typing import TextIO

from importer.commands.report_folder import with_report_folder
from importer.model.errors import UsageError
from importer.model.phone_mask import unnumbered
from importer.model.plain_text import plain_lines, wrapped_text
from importer.model.protocols import Clock
from importer.model.runs import ProblemGroup, RunRecord
from importer.settings import Settings, SettingsError, settle
from importer.settings.config_access import read_config
from importer.system.logs import LOG, log_fields, logging_to
from importer.system.shell import as_typed
from importer.system.terminal import above_display, line_count, line_width
from importer.system.usual_config import usual_config


class SystemClock:
    """The computer's time of day, as it was at the start and moved on by a clock that nobody sets."""

    def __init__(self) -> None:
        self._started = datetime.now(UTC)
        self._started_seconds = time.monotonic()

    def now(self) -> datetime:
        """Return the time in UTC; that the computer's clock is set during a run changes nothing."""
        return self._started + timedelta(seconds=time.monotonic() - self._started_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandContext:
    """All that a command is given besides its own arguments."""

    settings: Settings
    options: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    """The options of the command line by their config keys, for the journal."""
    environment: Mapping[str, str]
    stream: TextIO
    """Standard error."""
    confirm: Callable[[str], bool] | None = None
    """Shows a text and asks whether to go on; None: nobody can be asked."""
    ask_line: Callable[[str], str] | None = None
    """Asks a question and returns the person's line; None: nobody can be asked."""
    ask_hidden: Callable[[str], str] | None = None
    """The same, for what nobody else is to see."""
    clock: Clock = field(default_factory=SystemClock)
    zone: tzinfo | None = None
    """Where people are who read names of runs; None: where this computer is."""
    jitter: Callable[[], float] = random.random
    """Returns a number from 0.0 to 1.0."""
    has_connected: bool = False
    """Whether the command asked the account before, and told then of another token."""

    @property
    def is_quiet(self) -> bool:
        """Whether standard error is to stay free of progress and notes: silence was asked for, or the log is there."""
        return self.settings.run.quiet or self.logs_on_stream

    @property
    def logs_on_stream(self) -> bool:
        """Whether standard error has a log for programs, and nothing else."""
        return self.settings.run.log_format == "json" and self.settings.run.log_file is None

    @property
    def line_width(self) -> int:
        """How many characters a line of the terminal holds; 0: it is none."""
        return line_width(self.stream)

    @property
    def line_count(self) -> int:
        """How many lines the terminal shows; 0: it is none."""
        return line_count(self.stream)

    @property
    def asker(self) -> Callable[[str], str] | None:
        """`ask_line`, if a person is there who wants to be asked; else None."""
        return None if self.settings.run.yes else self.ask_line

    @property
    def asks_at_last(self) -> bool:
        """Whether a person is asked before anything is sent: whoever is there is, also where a config says it all."""
        return self.asker is not None and not self.settings.run.dry_run

    def logging(self) -> AbstractContextManager[None]:
        """Return what has the log written, as was chosen, for the time of a block.

        Raises:
            StorageError: It cannot be written.

        """
        run = self.settings.run
        return logging_to(run.log_file, self.stream, log_format=run.log_format, verbose=run.verbose)

    def told(self, groups: Sequence[ProblemGroup]) -> tuple[ProblemGroup, ...]:
        """Return the groups as they are told: what is no terminal is a log, where no whole phone number belongs."""
        if self.stream.isatty():
            return tuple(groups)
        return tuple(replace(group, message=unnumbered(group.message)) for group in groups)

    def tell(self, text: str) -> None:
        """Write a text to standard error, unless it is to be quiet; an error there stops nothing."""
        if self.logs_on_stream and not self.settings.run.quiet:
            LOG.info("%s", unnumbered(as_typed(text)), extra=log_fields("note"))
        if not self.is_quiet:
            with contextlib.suppress(OSError, ValueError):
                stream = above_display(self.stream)
                stream.write(f"{wrapped_text(plain_lines(as_typed(text)), self.line_width)}\n")
                stream.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    """How a command ended."""

    exit_code: int
    text: str
    """For the person."""
    summary_json: str = ""
    """For `--json`."""


def load_settings(
    options: Mapping[str, object],
    environment: Mapping[str, str],
    config: Path | None = None,
    *,
    find_config: bool = True,
) -> tuple[Settings, Mapping[str, object]]:
    """Return the settings, and the options as the journal keeps them: with absolute paths, and the config's.

    Args:
        options: What was given on the command line, by the config's keys.
        environment: The environment variables.
        config: The config file; None: the one that the environment names, else `config.toml` if it is there.
        find_config: Whether a config file that is not given is looked for.

    Raises:
        UsageError: The config cannot be read, or something in options, environment and config is wrong.

    """
    path = config or (usual_config(environment) if find_config else None)
    kept = {name: str(value.absolute()) if isinstance(value, Path) else value for name, value in options.items()}
    if path is None:
        return with_report_folder(settle(options, environment), options), kept
    try:
        text = read_config(path)
    except UsageError as error:
        rest = right_settings(options, environment)
        rest = replace(rest, is_journal_known=rest.run.journal is not None)
        raise SettingsError(error.message, error.hint, rest=rest, code=error.code) from None
    settings = settle(options, environment, text, str(path), path.parent)
    return with_report_folder(settings, options), kept | {"config": str(path.absolute())}


def right_settings(options: Mapping[str, object], environment: Mapping[str, str]) -> Settings:
    """Return what is right in options and environment, with the defaults for the rest."""
    try:
        return settle(options, environment)
    except SettingsError as error:
        return error.rest


def with_config_of(
    context: CommandContext,
    earlier: RunRecord,
    config: Path | None,
    *,
    options: Mapping[str, object] = MappingProxyType({}),
) -> CommandContext:
    """Return the context with the config file of an earlier run.

    Args:
        context: With what was given now.
        earlier: The run.
        config: The config file that was given now, which wins; None: none was.
        options: Options of the earlier run that are to be repeated where none was given now.

    Raises:
        UsageError: The config cannot be read, or something in options, environment and config is wrong.

    """
    before = earlier.options.get("config")
    given = {name: value for name, value in context.options.items() if name != "config"}
    path = config or (Path(str(before)) if before else None)
    settings, kept = load_settings({**options, **given}, context.environment, path)
    return replace(context, settings=settings, options=kept)
