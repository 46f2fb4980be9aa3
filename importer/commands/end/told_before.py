"""Whether an earlier trial of the same night told of the same outage: it is one, and so is its notice.

systemd gives the command of a service again after exit code 5. What was told is in last-notice.json, beside
last-run.json: only once every notice was delivered, so an outage that also kept the notices back is told later.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from importer.commands.context import CommandContext
from importer.commands.end.conclusion import last_run_file
from importer.commands.journal_path import journal_file
from importer.model.errors import ServiceError
from importer.notify.delivery import DeliveryResult
from importer.notify.event import table
from importer.system.files import read_json_object, write_whole
from importer.system.own_service import is_own_service

_NIGHT = timedelta(hours=12)
"""Six trials are over by then, and the next night has not begun."""


def is_told(context: CommandContext, ending: Mapping[str, object]) -> bool:
    """Tell whether an earlier trial of the night told of the same error, and is tried again by itself."""
    path = _file(context)
    if path is None or not _is_trial(ending):
        return False
    told = read_json_object(path)
    try:
        age = context.clock.now() - datetime.fromisoformat(str(told.get("at")))
    except (ValueError, TypeError):  # nothing was told, or somebody wrote into the file
        return False
    return told.get("code") == _code(ending) and timedelta() <= age < _NIGHT


def remember_told(context: CommandContext, ending: Mapping[str, object], results: Sequence[DeliveryResult]) -> None:
    """Write down what a trial of a night told; of any other ending, that nothing is to be told only once.

    Args:
        context: Of the command.
        ending: The object that `--json` prints.
        results: What became of its notices.

    Raises:
        StorageError: It cannot be written.
        OSError: The same.

    """
    if (path := _file(context)) is None or not path.parent.is_dir():
        return
    if not _is_trial(ending) or any(one.failure for one in results):
        path.unlink(missing_ok=True)
        return
    with write_whole(path) as unfinished:
        told = {"code": _code(ending), "at": context.clock.now().isoformat()}
        unfinished.write_text(json.dumps(told) + "\n", encoding="utf-8")


def _is_trial(ending: Mapping[str, object]) -> bool:
    return ending.get("exit_code") == ServiceError.exit_code and is_own_service()


def _code(ending: Mapping[str, object]) -> str:
    return str(table(ending, "error").get("code") or "")


def _file(context: CommandContext) -> Path | None:
    """Return the file; None: it is not known which journal was meant."""
    run = context.settings.run
    if not context.settings.is_journal_known:
        return None
    beside = last_run_file(journal_file(run.journal, sandbox=False, account=run.of_account), run.of_account)
    return beside.with_name(beside.name.replace("last-run", "last-notice", 1))
