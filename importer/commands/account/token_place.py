"""Where a token that is refused, or is none, is to be replaced: the place where a person put it, not systemd's copy."""

from copy import copy
from dataclasses import replace
from typing import TypeVar

from importer.client.kept_token import kept_token_file
from importer.client.token import VARIABLE, TokenSource, find_token, token_source
from importer.commands.context import CommandContext
from importer.model.errors import ImporterError, UsageError
from importer.model.stop import Stop
from importer.system.installed_units import own_unit
from importer.system.logs import LOG
from importer.system.shell import variable_away

_ReasonT = TypeVar("_ReasonT", bound=Stop | Exception | None)
_REFUSED = "token_refused"
_AGAIN = ", then run"


def token_place(context: CommandContext) -> str:
    """Return where the token in force comes from, such as "the file /etc/callbell-importer/token"."""
    chosen = context.settings.service
    match token_source(context.environment, chosen.token_file, chosen.account):
        case TokenSource.VARIABLE:
            return f"the variable {VARIABLE}"
        case TokenSource.KEYRING:
            return "the system's keyring"
        case TokenSource.KEPT:
            return f"the file {kept_token_file(chosen.account)}"
        case _:
            file = chosen.token_file.absolute() if chosen.token_file else ""
            return f"the file {_as_written(context, str(file))}"


def other_token(context: CommandContext) -> str:
    """Return that the variable's token wins over another one that the chosen account's file holds; empty: it does not.

    A file that may not be read is no contradiction: the service's user is given the token in the variable.
    """
    name, chosen = context.settings.run.of_account, context.settings.service
    if not name or chosen.token_file is None or VARIABLE not in context.environment:
        return ""
    others = {key: value for key, value in context.environment.items() if key != VARIABLE}
    try:
        own = find_token(others, chosen.token_file)
    except UsageError:
        return ""
    if own.reveal() == context.environment[VARIABLE].strip():
        return ""
    return (
        f"The token is that of the variable {VARIABLE}, not the other one in {chosen.token_file.absolute()}, which the"
        f" config has for the account {name}. If the variable is of another account, take it away first:"
        f" {variable_away(VARIABLE)}"
    )


def warn_of_other_token(context: CommandContext) -> None:
    """Tell of that once, also of a quiet night."""
    if context.has_connected or not (warning := other_token(context)):
        return
    if context.is_quiet or LOG.hasHandlers():  # Python writes it to standard error where there is no log
        LOG.warning("%s", warning)
    if not context.is_quiet:
        context.tell(warning)


def with_token_place(context: CommandContext, reason: _ReasonT) -> _ReasonT:
    """Return the reason why a run ended, with where the token is, if it is the token; any other as it is."""
    if not isinstance(reason, ImporterError | Stop) or not reason.code.startswith("token_"):
        return reason
    message, hint = _as_written(context, reason.message), _as_written(context, reason.hint)
    if reason.code == _REFUSED:
        hint = hint.replace(_AGAIN, f", put it into {token_place(context)}{_AGAIN}", 1)
    if isinstance(reason, Stop):
        return replace(reason, message=message, hint=hint)
    told = copy(reason)
    told.message, told.hint = message, hint
    return told


def _as_written(context: CommandContext, text: str) -> str:
    """Return a text with the file that systemd made a credential of, in place of the credential."""
    file, unit = context.settings.service.token_file, own_unit(context.environment.get("CREDENTIALS_DIRECTORY", ""))
    if file is None or unit is None or not unit.token_file or file.absolute().parent.name != f"{unit.name}.service":
        return text
    return text.replace(str(file.absolute()), unit.token_file)
