"""Ask whether a run goes on whose first rows were all refused for one reason."""

from importer.commands.context import CommandContext
from importer.model.answers import is_yes
from importer.model.errors import InputError
from importer.model.stop import Stop
from importer.worker_pool.trial import RefusedAlike


def goes_on(context: CommandContext, stopped: Stop | Exception | None) -> bool:
    """Return whether a person wants to send the other rows all the same; nobody to be asked, or no answer, is a no.

    It is asked when the pool has ended: nothing is in flight, and no live display is in the way.

    Args:
        context: With how to ask.
        stopped: Why the pool stopped, if it did.

    """
    if not isinstance(stopped, RefusedAlike) or context.asker is None:
        return False
    try:
        return is_yes(context.asker(f"{stopped.message}\nSend the other rows all the same? [y/N]"))
    except (InputError, KeyboardInterrupt):
        return False
