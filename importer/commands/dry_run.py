"""What `run --dry-run` and `check` foretell, where there is a token: each row's outcome, found out by GETs alone."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from importer.commands.account.connection import Connection
from importer.commands.context import CommandContext
from importer.journal import Journal
from importer.model.changes import field_labels
from importer.model.phone_mask import unnumbered
from importer.model.plain_text import counted, duration, plain
from importer.model.policy import Existing, Gone
from importer.model.probe import DuplicateBehaviour
from importer.model.replies import Outcome
from importer.model.rows import Contact
from importer.worker_pool.adaptive_rate import SHARE_OF_LIMIT
from importer.worker_pool.dry_run import DryRun

_LONGEST_SAMPLE = 300
_MOST_FIELDS = 10


def dry_operation(
    context: CommandContext, store: Journal, account: str, refusal: Callable[[Contact], Outcome | None]
) -> DryRun:
    """Return the operation of a dry run.

    Args:
        context: Of the command.
        store: With what a probe found out about the account.
        account: Its name in the journal.
        refusal: As `ImportOperation` takes it.

    """
    policy, answers = context.settings.policy, store.probe_of(account)
    makes_none = answers is not None and answers.duplicates in (DuplicateBehaviour.REFUSE, DuplicateBehaviour.RETURN)
    if policy.existing is Existing.CREATE and makes_none:
        policy = replace(policy, existing=Existing.SKIP)  # its POST of a contact that is there makes none
    return DryRun(policy, refusal)


def tells_gone(context: CommandContext, connection: Connection) -> bool:
    """Tell whether contacts that were deleted are told by the journal alone: nobody is asked, nor makes them again."""
    is_asked = connection.foretells or not context.settings.run.dry_run
    return not is_asked and context.settings.policy.gone is Gone.REPORT


def _what_for(asked: int, changes: int) -> str:
    """Return which of the requests of a run ask (who is there, how contacts stand, which tags exist)."""
    if not asked:
        return ""
    if not changes:
        asks = "it asks what Callbell has, and changes" if asked == 1 else "they ask what Callbell has, and change"
        return f": {asks} nothing"
    change = f"{changes:,} to create or change {'a contact' if changes == 1 else 'contacts'}"
    return f": {asked:,} to ask what Callbell has, {change}"


def foretold_notes(
    context: CommandContext, dry: DryRun, asked: int, store: Journal, account: str, *, samples: bool = True
) -> Iterator[str]:
    """Yield paragraphs on what a run would do: its changes, some requests, its cost, and what cannot be foretold.

    Args:
        context: Of the command.
        dry: After it has seen all rows.
        asked: The GETs that it made; a run makes them too.
        store: With what a probe found out about the account.
        account: Its name in the journal.
        samples: Whether some requests are shown.

    """
    if dry.fields:
        counts = [f"  {count:,} {plain(field_labels([name]))}" for name, count in dry.fields.most_common(_MOST_FIELDS)]
        yield "\n".join(["Fields that would be changed:", *counts])
    if samples and dry.samples:
        shown = plain if context.stream.isatty() else unnumbered  # what is no terminal is a log
        lines = [f"  {one.method} /{one.path} {one.body}"[:_LONGEST_SAMPLE] for one in dry.samples]
        yield "\n".join(["Requests such as:", *map(shown, lines)])
    rate = context.settings.service.rate * SHARE_OF_LIMIT
    requests = asked + dry.changes
    takes = f", {duration(requests / rate)}" if rate and requests > rate else ""
    about = f"about {counted(requests, 'request')}" if requests else "no request"
    yield f"A run would make {about}{takes}{_what_for(asked, dry.changes)}."
    answers = store.probe_of(account)
    is_known = answers is not None and answers.duplicates is not None
    if context.settings.policy.existing is Existing.CREATE and dry.changes and not is_known:
        yield (
            "With --existing create nobody is asked who is there already, and what Callbell does with those is not"
            " known: it may make them twice. To find out: callbell-importer doctor --probe NUMBER"
        )
