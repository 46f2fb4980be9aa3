"""What monitoring is told of a command that imports, at its beginning and at its end.

Nothing in here changes how the command ends: what fails is logged.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from importer.commands.context import CommandContext
from importer.commands.journal_path import journal_file
from importer.model.errors import BusyError, ImporterError
from importer.notify.event import is_declined
from importer.system.files import write_whole
from importer.system.logs import LOG, log_fields

LAST_RUN: Final = "last-run.json"
_IMPORTS = frozenset({"run", "retry"})


def last_run_file(journal: Path, account: str) -> Path:
    """Return where the last run's object is: beside the journal; of one of the config's accounts with its name."""
    return journal.with_name(f"last-run-{account}.json" if account else LAST_RUN)


def begin(context: CommandContext, command: str) -> None:
    """Tell that an import begins; not where a person is asked before anything is sent, who is there and may say no."""
    if _is_told(context, command) and not context.asks_at_last and context.settings.notify.has_receivers:
        from importer.commands.end.notices import tell_start  # noqa: PLC0415 - most tell nobody

        _attempt(context, "the notice of its beginning", partial(tell_start, context))


def conclude(
    context: CommandContext, command: str, ending: Mapping[str, object], *, files: Sequence[str] = (), config: str = ""
) -> None:
    """Tell how an import ended; of dry runs, rehearsals and other commands nothing is told.

    Neither notices nor metrics are for an import that a person declined: who is there knows, and the metrics stay those
    of the one before.

    An import whose list was not read stays the last one where a `retry` comes to no run after it: a retry of what was
    before would hide that night.

    Args:
        context: What the command was given.
        command: That was given: the object of `report` and `runs` is that of a run, which was told at its own end.
        ending: The object that `--json` prints; where the command came to no result, `command`, `exit_code` and
            `error`.
        files: The input files that the command line names, for notices of what did not begin.
        config: The config file that it names, for the same.

    """
    if not _is_told(context, command):
        return
    hides_list = _hides_unread_list(context, ending)
    if hides_list and not ending.get("error"):
        return
    run = context.settings.run
    if (
        ending.get("exit_code") != BusyError.exit_code and not hides_list
    ):  # the run that has the journal ends with an object of its own
        _attempt(context, LAST_RUN, partial(_write_last_run, context, ending))
    if is_declined(ending):
        return
    if run.metrics is not None:
        _attempt(context, "the file of --metrics", partial(_write_metrics, context, run.metrics, ending))
    if context.settings.notify.has_receivers:
        from importer.commands.end.notices import tell_ending  # noqa: PLC0415 - see above

        _attempt(context, "the notices", partial(tell_ending, context, ending, files, config))


def _is_told(context: CommandContext, command: str) -> bool:
    """Tell whether monitoring wants to know of a command: it imports, and in earnest."""
    run = context.settings.run
    return command in _IMPORTS and not (run.dry_run or run.sandbox)


def _hides_unread_list(context: CommandContext, ending: Mapping[str, object]) -> bool:
    """Tell whether it is a retry without a run, and the import before it failed before its list was read."""
    if ending.get("command") != "retry" or ending.get("run") or not context.settings.is_journal_known:
        return False
    from importer.commands.last_import import last_import  # noqa: PLC0415 - few commands are such, and it imports this

    run = context.settings.run
    last = last_import(journal_file(run.journal, sandbox=False, account=run.of_account), run.of_account)
    return last is not None and last.left_list_unread


def _attempt(context: CommandContext, what: str, act: Callable[[], None]) -> None:
    """Do something for monitoring; that it fails is logged."""
    try:
        act()
    except Exception as error:  # noqa: BLE001 - whatever it is, the rows are where they are
        of_system = getattr(error, "strerror", None) or type(error).__name__
        why = error.message if isinstance(error, ImporterError) else of_system
        _warn(context, f"monitoring was not told by {what}: {why}")


def _warn(context: CommandContext, text: str) -> None:
    try:
        with context.logging():
            LOG.warning("%s", text, extra=log_fields("monitoring"))
    except ImporterError:  # the log cannot be written, as was told before
        context.tell(text)


def _write_last_run(context: CommandContext, ending: Mapping[str, object]) -> None:
    """Write the file beside the journal, if its folder is there or is the user's own state folder."""
    run = context.settings.run
    if not context.settings.is_journal_known:
        return
    path = last_run_file(journal_file(run.journal, sandbox=False, account=run.of_account), run.of_account)
    if run.journal is not None and not path.parent.is_dir():
        return
    with write_whole(path) as unfinished:
        unfinished.write_text(_text(ending), encoding="utf-8", errors="backslashreplace", newline="\n")


def _write_metrics(context: CommandContext, path: Path, ending: Mapping[str, object]) -> None:
    from importer.reports.metrics import write_metrics  # noqa: PLC0415 - few want them

    if path.suffix != ".prom":
        context.tell(f"node_exporter does not read {path}: name a file that ends in .prom with --metrics.")

    labels = {"import": path.stem, "account": context.settings.service.account}
    write_metrics(path, ending, labels, context.clock.now())


def _text(ending: Mapping[str, object]) -> str:
    return json.dumps(ending, ensure_ascii=False, indent=2) + "\n"
