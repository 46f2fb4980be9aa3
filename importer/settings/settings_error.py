"""The error that settings are wrong, with all that is wrong and what is right."""

from collections.abc import Sequence

from importer.model.errors import UsageError
from importer.settings.options import Settings


class SettingsError(UsageError):
    """Something in options, environment and config is wrong.

    Args:
        message: All of it.
        hint: What to do next.
        rest: What is right, with the defaults for the rest: enough to tell programs of the error.
        code: Where it is not the settings themselves.

    """

    class_code = "settings"

    def __init__(self, message: str, hint: str, *, rest: Settings, code: str = "") -> None:
        super().__init__(message, hint, code=code)
        self.rest = rest


def all_wrong(problems: Sequence[str], rest: Settings) -> SettingsError:
    """Return the error that tells every problem, of which there is one at least; the rest is what is right."""
    message = "\n  - ".join([f"{len(problems)} settings are wrong:", *problems]) if problems[1:] else problems[0]
    return SettingsError(message, "Nothing was sent. Fix this and give the same command again.", rest=rest)
