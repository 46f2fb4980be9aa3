"""Which of the config's accounts an installed schedule is of, as its command says; one that names none ends with 2."""

from collections.abc import Sequence
from pathlib import Path

from importer.settings.config_file import parsed_config
from importer.system.nightly_job import KnownSchedule
from importer.system.shell import option_values, split_command

_VARIABLE = "CALLBELL_IMPORTER_ACCOUNT="


def account_of(schedule: KnownSchedule) -> str:
    """Return the account that a schedule's command names; empty: it names none."""
    words = _words(schedule.command)
    named = option_values(words, "--account")
    named += [word.partition("=")[2] for word in words if word.startswith((_VARIABLE, "--account="))]
    return named[0] if named else ""


def lacks_account(schedule: KnownSchedule) -> str:
    """Return that a schedule ends with 2 since its config has several accounts; empty: it does not."""
    words = _words(schedule.command)
    configs = option_values(words, "--config", "-c")
    if account_of(schedule) or not configs:
        return ""
    try:
        accounts = parsed_config(Path(configs[-1]).read_text("utf-8"), configs[-1])[0].get("accounts")
    except (OSError, ValueError):  # not there, not to be read, or no config
        return ""
    if not isinstance(accounts, dict) or len(accounts) < 2:  # noqa: PLR2004 - a single one need not be named
        return ""
    return f"it ends with exit code 2 every night, as {configs[-1]} has several accounts and it names none"


def _words(command: str) -> Sequence[str]:
    return split_command(command.replace("\\%", "%").replace("%%", "%"))
