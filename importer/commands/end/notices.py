"""Tell whom the config names that an import begins, and how it ended; what could not be told is logged.

Of which commands anything is told, `importer.commands.end.conclusion` decides.
"""

import contextlib
import os
import socket
from collections.abc import Mapping, Sequence

from importer.commands.context import CommandContext
from importer.commands.end.told_before import is_told, remember_told
from importer.commands.night_secrets import cure_of_unreadable
from importer.model.addresses import scheme_of, shown_address
from importer.model.cures import MISSING_IN_CALLBELL
from importer.model.errors import ImporterError
from importer.model.rows import FINAL, GONE, Status
from importer.model.runs import TOO_FEW_ROWS, ProblemGroup
from importer.notify.delivery import DeliveryResult
from importer.notify.event import events_of, table, tables, whole_number
from importer.notify.notice import Place
from importer.notify.receivers import send_notices, send_start
from importer.reports.answer_steps import answer_steps
from importer.reports.missing_in_callbell import lacking_groups
from importer.reports.next_step import AGAIN, FINISHED, ToDo, missing_in_callbell, missing_step, to_do, whole_export
from importer.reports.run_commands import given_again, where_runs_are, whole_command
from importer.reports.same_cause import Step, all_alike, cure, step_text
from importer.system.logs import LOG, log_fields
from importer.system.own_service import is_own_service
from importer.system.shell import importer_command

_WRONG_SETTINGS = 2
_BUSY = 6


def tell_start(context: CommandContext) -> None:
    """Tell the dead-man's switch that an import begins, if there is one."""
    if context.settings.notify.has_ping:
        _log(context, send_start(context.settings.notify, context.environment))


def tell_ending(
    context: CommandContext, ending: Mapping[str, object], files: Sequence[str] = (), config: str = ""
) -> None:
    """Tell everybody who wants to know how an import ended.

    Args:
        context: What the command was given.
        ending: The object that `--json` prints; where nothing ran: `command`, `exit_code` and `error`.
        files: The input files that the command line names: where nothing ran, they tell which import it is.
        config: The config file that it names, for the same.

    """
    chosen = context.settings.run.of_account
    options = {**context.options, "account": chosen} if chosen else context.options
    path = os.path.abspath(config) if config else str(options.get("config") or "")  # noqa: PTH100 - no links
    place = Place(
        host=socket.gethostname(),
        next_step=next_command(ending, options),
        command=_command_again(ending, files, {"config": path, **options}),
        config=path,
        is_service=is_own_service(),
    )
    named = {"files": [*map(shown_address, files)], **ending} if files else ending
    # Without an event only the dead-man's switch hears: of every ending.
    events = () if is_told(context, ending) else events_of(ending)
    results = send_notices(context.settings.notify, events, named, place, context.environment)
    _log(context, results)
    if events:
        remember_told(context, ending, results)


def _command_again(ending: Mapping[str, object], files: Sequence[str], options: Mapping[str, object]) -> str:
    """Return the command that was given, from any folder; empty where it cannot be told.

    It cannot of a retry, of an address, which may hold a secret, and where the settings are wrong: then the options
    are not known.

    Args:
        ending: The object that `--json` prints.
        files: The input files that the command line names.
        options: The run's.

    """
    is_known = ending.get("command") == "run" and ending.get("exit_code") != _WRONG_SETTINGS
    if not (is_known and files) or any(map(scheme_of, files)):
        return ""
    paths = map(os.path.abspath, files)  # no links
    return importer_command("run", *paths, options=[*options.items()], from_anywhere=True)


def next_command(ending: Mapping[str, object], options: Mapping[str, object]) -> str:
    """Return what to do after a run, each command on a line of its own; empty where nothing has to be done.

    Args:
        ending: The object that `--json` prints.
        options: The run's, with absolute paths.

    """
    code, run = ending.get("exit_code"), str(ending.get("run") or "")
    where = where_runs_are(options)
    if code == _BUSY:
        return "wait until the other run has ended, and give the same command again."
    codes = {str(one.get("code")) for one in tables(ending, "degraded")}
    answers = [_with(*one) for one in answer_steps(codes, _texts(ending.get("files")), options, from_anywhere=True)]
    if code in FINISHED and (steps := [*answers, *filter(None, [_after_finished(ending, run, options)])]):
        return "\nThen ".join(steps)
    if code == 0 and not ending.get("degraded"):
        return ""
    return _with(
        "see what happened:", importer_command("runs", *filter(None, [run]), options=where, from_anywhere=True)
    )


def _after_finished(ending: Mapping[str, object], run: str, options: Mapping[str, object]) -> str:
    """Return what to do with the rows of a run that came to its end; empty where there are none to do it with."""
    tally, groups, failed = _tally(ending), _groups(ending), _failed(ending)
    left, where = to_do(tally, groups), where_runs_are(options)
    if any(one.get("code") == TOO_FEW_ROWS for one in tables(ending, "degraded")):
        return _with(*whole_export(_texts(ending.get("files")), options))
    command, paths = str(ending.get("command") or "run"), _texts(ending.get("files"))
    if cause := _cause(left, groups, all_alike(tally, groups, options, paths)):
        is_missing = cause.code in MISSING_IN_CALLBELL
        step = missing_step(lacking_groups(groups), paths, options)
        return _with(*_as_given(step if is_missing else cure(cause, command, paths, options), paths, options))
    if left.by_person > left.gone and (failed or left.in_conflict):
        to_fix = _to_fix(failed, options) if failed and left.by_person > left.gone + left.in_conflict else ""
        return "\nThen ".join(filter(None, (_conflict(left, run, where), to_fix)))
    if left.gone:
        again = importer_command("retry", run, options=[("gone", "recreate"), *where], from_anywhere=True)
        return _with("make those again that were deleted in Callbell, if they are to be there:", again)
    if left.again or left.in_doubt or left.unsent:
        return _with("send them again:", importer_command("retry", run, options=where, from_anywhere=True))
    return ""


def _conflict(left: ToDo, run: str, where: Sequence[tuple[str, object]]) -> str:
    """Return how rows in conflict are settled: no cell of them is wrong; empty where there are none."""
    if not left.in_conflict:
        return ""
    again = importer_command("retry", run, options=[("on_conflict", "sheet"), *where], from_anywhere=True)
    return _with("correct the sheet or Callbell where they are in conflict, or let the sheet win:", again)


def _to_fix(failed: Sequence[str], options: Mapping[str, object]) -> str:
    """Return that the rows in the files are to be fixed, with the commands that import them."""
    how = given_again(options)
    each = (importer_command("run", path, options=how, from_anywhere=True) for path in failed)
    return _with("fix the rows in the file (its last columns say why), and import it:", "\n".join(each))


def _as_given(step: Step, files: Sequence[str], options: Mapping[str, object]) -> Step:
    """Return a step whose same command is all of the night's: without its end, what is known would count as new."""
    return (step[0], whole_command(files, options)) if step[0].endswith(f"{AGAIN}:") else step


def _tally(ending: Mapping[str, object]) -> Mapping[Status, int]:
    rows = table(ending, "rows")
    return {status: whole_number(rows.get(status)) for status in FINAL}


def _groups(ending: Mapping[str, object]) -> Sequence[ProblemGroup]:
    """Return the problems without what stands in the sheet: not everybody who is told may see it."""
    return [
        ProblemGroup(code=str(one.get("code")), column="", message="", count=whole_number(one.get("count")), rows=())
        for one in tables(ending, "problems")
    ]


def _cause(left: ToDo, groups: Sequence[ProblemGroup], alike: ProblemGroup | None) -> ProblemGroup | None:
    """Return the one cause of most rows to fix, as the text at the end of a run has it; None: there are several."""
    missing = missing_in_callbell(left, groups) if left.by_person > left.in_conflict else []
    return next(iter(missing), None) if alike is None or alike.code == GONE else alike


def _with(sentence: str, commands: str) -> str:
    """Return a step as it goes on after `Next: `, with its commands below it."""
    return step_text((sentence[:1].lower() + sentence[1:], commands))


def _failed(ending: Mapping[str, object]) -> Sequence[str]:
    """Return the files with the rows to fix."""
    return _texts(table(ending, "reports").get("failed"))


def _texts(value: object) -> Sequence[str]:
    return [*map(str, value)] if isinstance(value, list | tuple) else []


def _log(context: CommandContext, results: Sequence[DeliveryResult]) -> None:
    """Log what became of the notices; a log that cannot be written was told of before."""
    if results:
        with contextlib.suppress(ImporterError), context.logging():
            fields = log_fields("monitoring")
            for one in results:
                if one.failure:
                    cure = cure_of_unreadable(context) if one.is_unreadable else ""
                    told = f"{one.failure} {cure}".rstrip()
                    LOG.warning("the notice by %s was not delivered: %s", one.receiver, told, extra=fields)
                else:
                    LOG.info("notice by %s delivered", one.receiver, extra=fields)
