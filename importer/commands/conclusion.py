"""What monitoring is told of a command that imports, at its beginning and at its end."""

from collections.abc import Callable, Mapping

from importer.commands.context import CommandContext
from importer.model.errors import ImporterError
from importer.system.logs import LOG


def begin(context: CommandContext, command: str) -> None:
    """Tell that an import begins."""
    if context.settings.notify.has_receivers:
        from importer.commands.notices import tell_start  # noqa: PLC0415 - most tell nobody

        _attempt("the beginning could not be told", lambda: tell_start(context, command))


def conclude(context: CommandContext, ending: Mapping[str, object]) -> None:
    """Tell how an import ended.

    Args:
        context: What the command was given.
        ending: The object that `--json` prints; where the command came to no result, `command`, `exit_code` and
            `error`.

    """
    if context.settings.notify.has_receivers:
        from importer.commands.notices import tell_ending  # noqa: PLC0415 - see above

        _attempt("the ending could not be told", lambda: tell_ending(context, ending))


def _attempt(what: str, act: Callable[[], None]) -> None:
    """Do something; that it fails is logged."""
    try:
        act()
    except Exception as error:  # noqa: BLE001 - whatever it is, the rows are where they are
        LOG.warning("%s: %s", what, error.message if isinstance(error, ImporterError) else type(error).__name__)
