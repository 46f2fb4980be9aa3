"""What an undo would do, or why there is nothing to undo, for the person to see before it is done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from importer.commands.context import CommandContext
from importer.commands.undo_foretold import ForetoldContact
from importer.journal import RunUndo
from importer.journal.run_report import RunReport
from importer.model.changes import field_labels
from importer.model.deletion import Fate
from importer.model.phone_mask import masked
from importer.model.plain_text import counted, plain
from importer.model.runs import RunRecord
from importer.reports.account_words import account_words
from importer.reports.undo_report import counts

_SHOWN = 5
_Shown = tuple[int, str, str, str]
"""Row number, identifier and name of a contact, and what is said of it."""
_UNTOUCHED = "Names are those of the list, not of Callbell. What the run did not touch is not touched."
_ASKED = f"Callbell was asked about each just now; what somebody changes before it is undone is kept too. {_UNTOUCHED}"
_NOT_ASKED = (
    "These are the journal's figures. Callbell is asked about each contact right before it is undone, and what somebody"
    f" changed there since is kept as it is. {_UNTOUCHED}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPlan:
    """What the journal says of the contacts that a run created or changed."""

    head: Sequence[str]
    """The run, where it was, and what an earlier undo did."""
    to_delete: int
    first_to_delete: Sequence[_Shown]
    to_restore: int
    first_to_restore: Sequence[_Shown]
    has_created: bool
    has_changed: bool
    kept: Sequence[str]
    """Contacts that nothing proves to be the run's."""
    forgotten: Sequence[str]

    def text(self, foretold: Sequence[ForetoldContact] | None) -> str:
        """Return the plan.

        Args:
            foretold: What would become of each contact, as Callbell has it; None: Callbell was not asked.

        """
        if foretold is None:
            most = "up to "
            deleted, restored = (self.to_delete, self.first_to_delete), (self.to_restore, self.first_to_restore)
            left: list[str] = []
        else:
            most = ""
            deleted, restored = (_those(foretold, fate) for fate in (Fate.DELETED, Fate.RESTORED))
            left = list(_left_lines(foretold, may_be_partial=self.has_changed))
        lines = list(self.head)
        if self.has_created:
            count = counted(deleted[0], "contact")
            lines.append(f"To be deleted from Callbell, which cannot be undone: {most if deleted[0] else ''}{count}.")
            lines += [*_listed(deleted[1], deleted[0]), *self.kept]
        if self.has_changed:
            count = counted(restored[0], "contact")
            lines.append(f"To be restored as they were before: {most if restored[0] else ''}{count}.")
            lines += _listed(restored[1], restored[0])
        return "\n".join([*lines, *left, *self.forgotten, _NOT_ASKED if foretold is None else _ASKED])


def undo_plan(undo: RunUndo, earlier: RunRecord, context: CommandContext) -> UndoPlan:
    """Return what the journal says of an undo of the run."""
    (delete, restore), (created, changed), tally = undo.to_do_each(), undo.totals(), undo.tally()
    others = (Fate.UNSENT, Fate.KEPT)
    before: dict[Fate, int] = {fate: number for fate, number in tally.items() if fate not in others and number}
    where = plain(account_words(earlier.account, context.settings.service.base_url))
    head = [f"{earlier.name} {_did(created, changed)} in {where}."]
    return UndoPlan(
        head=[*head, "Of these, by an earlier undo:", counts(before)] if before else head,
        to_delete=delete,
        first_to_delete=_with_fields(undo.first(_SHOWN)),
        to_restore=restore,
        first_to_restore=_with_fields(undo.first_changed(_SHOWN)),
        has_created=bool(created),
        has_changed=bool(changed),
        kept=_kept_lines(undo),
        forgotten=_forgotten_lines(undo, earlier),
    )


def nothing_to_do(undo: RunUndo, earlier: RunRecord) -> str:
    """Return why there is nothing to undo; empty if there is."""
    if earlier.is_rehearsal:
        return f"{earlier.name} was a rehearsal, of which nothing was sent to Callbell: there is nothing to undo."
    if undo.to_do():
        return ""
    if kept := _kept_lines(undo):
        return "\n".join([f"Nothing that {earlier.name} did is left to be undone.", *kept])
    if forgotten := _forgotten_lines(undo, earlier):
        return forgotten[0]
    created, changed = undo.totals()
    if created or changed:
        return f"{earlier.name} {_did(created, changed)}: all of that was taken back already."
    return f"{earlier.name} created and updated no contacts: there is nothing to undo."


def _did(created: int, changed: int) -> str:
    """Return what a run did, such as `created 3 contacts and updated 2 contacts`."""
    parts = [f"created {counted(created, 'contact')}"] if created or not changed else []
    return " and ".join([*parts, f"updated {counted(changed, 'contact')}"] if changed else parts)


def _forgotten_lines(undo: RunUndo, earlier: RunRecord) -> list[str]:
    """Return that the run was purged, so that not all of it can be taken back; nothing if it was not."""
    kept = RunReport(undo.database, undo.key.run).kept()
    if not kept.forgotten_at:
        return []
    what = f"what it did to {kept.dropped:,} rows, and the values before its updates, are not known any more"
    when = f"{kept.forgotten_at:%Y-%m-%d}"
    return [f"{earlier.name} was forgotten on {when} (purge): {what}. That cannot be taken back."]


def _kept_lines(undo: RunUndo) -> list[str]:
    """Return which contacts are kept because nothing proves that the run made them; nothing if there are none."""
    if not (count := undo.tally()[Fate.KEPT]):
        return []
    kept = f"To be kept, for nothing proves that the run made them: {counted(count, 'contact')}."
    return [kept, *_listed(_with_fields(undo.first_kept(_SHOWN)), count)]


def _left_lines(foretold: Sequence[ForetoldContact], *, may_be_partial: bool) -> Iterator[str]:
    """Yield which contacts an undo would not take back, and why."""
    changed = "To be left as they are, for they were changed in Callbell since"
    if may_be_partial:
        changed = "To be left, at least in part, for they were changed in Callbell since, or cannot be given back"
    words = {
        Fate.CHANGED: changed,
        Fate.GONE: "Not in Callbell any more",
        Fate.FAILED: "Not known, for Callbell gives no clear answer about them",
    }
    for fate, why in words.items():
        count, shown = _those(foretold, fate)
        if count:
            yield f"{why}: {counted(count, 'contact')}."
            yield from _listed([] if fate is Fate.GONE else shown, count)


def _those(foretold: Sequence[ForetoldContact], fate: Fate) -> tuple[int, list[_Shown]]:
    """Return how many contacts would have this fate, and the first of them."""
    found = [one for one in foretold if one.outcome.status is fate]
    shown = [
        (one.row.row, one.row.contact.identifier, one.row.contact.name, one.outcome.reason) for one in found[:_SHOWN]
    ]
    return len(found), shown


def _with_fields(shown: Sequence[tuple[int, str, str, tuple[str, ...]]]) -> list[_Shown]:
    return [(row, identifier, name, field_labels(changed)) for row, identifier, name, changed in shown]


def _listed(shown: Sequence[_Shown], count: int) -> list[str]:
    """Return a line for each of the first contacts, with what is said of it, and one for the others."""
    lines = [
        f"  row {row}: {plain(name)} ({masked(identifier)}){f': {plain(said)}' if said else ''}"
        for row, identifier, name, said in shown
    ]
    return [*lines, f"  and {count - len(shown):,} more"] if lines and count > len(shown) else lines
