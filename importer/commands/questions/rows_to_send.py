"""What the last question says of rows: the first as they will be sent, what changes, how many, what they lack."""

import textwrap
from collections.abc import Iterator, Mapping

from importer.commands.account.account_check import NotSeen
from importer.model.changes import CUSTOM, FieldValue
from importer.model.journal_rows import FirstToSend, Pending
from importer.model.payload import payload
from importer.model.plain_text import counted, plain
from importer.model.policy import Existing, Gone, Policy
from importer.model.rows import Contact, Status

_WIDTH = 79
_TOLD_FIRST = ("identifier", "name", "source")
_NOT_SENT = {
    Status.INVALID: "with a problem",
    Status.DUPLICATE: "standing twice",
    Status.UNCHANGED: "done before",
    Status.EXISTS: "there already",
}
_AS_THEY_WERE = "to be updated if Callbell has them as they were"
_COMPARED = "to be compared with what Callbell has"
_GONE = "deleted in Callbell, as an earlier run found"
_TO_MAKE_AGAIN = "deleted in Callbell, to be made again"
# With `--on-conflict sheet`:
_WHATEVER = "to replace whatever Callbell has"
_REPLACED = "to be compared with what Callbell has, which is replaced"


def first_lines(first: FirstToSend) -> Iterator[str]:
    """Yield what is shown of the first rows: new contacts whole, and of updates what changes, as far as it is known."""
    if first.new:
        yield f"The first {'rows as they' if len(first.new) > 1 else 'row as it'} will be sent:"
    yield from (row_line(one.row, one.contact) for one in first.new)
    changed = [one for one in first.updates if one.known_changes]
    if changed:
        known = "Callbell had, else was sent," if first.replaces else "was sent last"
        yield f"The first {'updates' if len(changed) > 1 else 'update'}, from what {known} to what the row says:"
    yield from map(_change_line, changed)
    if first.updates and not changed:
        there = "replace what the contact has" if first.replaces else "go to the contact that is there"
        yield f"Row {first.updates[0].row} is an update: only its changes {there}."


def _change_line(one: Pending) -> str:
    """Return what changes in a contact that is there."""
    told = (
        f"{name.removeprefix(CUSTOM)}: {_value(before)}{' (in Callbell)' * (name in one.replaced)} -> {_value(now)}"
        for name, (before, now) in one.known_changes.items()
    )
    return folded_line(f"  row {one.row}: {plain('; '.join(told))}", indent=4, lines=3)


def _value(value: FieldValue | None) -> str:
    if value is None:
        return "(what cannot be read)"
    return (", ".join(value) if isinstance(value, tuple) else value) or "(empty)"


def row_line(number: int, contact: Contact) -> str:
    """Return a row on a line of a terminal, or a few, as it will be sent."""
    fields = payload(contact)
    custom = fields.pop("custom_fields", {})
    named = {name: value for name, value in fields.items() if name not in _TOLD_FIRST}
    named |= custom if isinstance(custom, dict) else {}
    first = [contact.identifier, contact.name, *([contact.source] if contact.source != "whatsapp" else [])]
    texts = {name: ", ".join(map(str, one)) if isinstance(one, list | tuple) else one for name, one in named.items()}
    told = "; ".join([*first, *(f"{name}: {text}" for name, text in texts.items())])
    return folded_line(f"  row {number}: {plain(told)}", indent=4, lines=3)


def folded_line(text: str, *, indent: int, lines: int) -> str:
    """Return the text on so many lines at most, broken and, where it is longer, cut between words."""
    return textwrap.fill(
        text, _WIDTH, subsequent_indent=" " * indent, max_lines=lines, placeholder=" ...", break_on_hyphens=False
    )


def may_send(tally: Mapping[Status, int], first: FirstToSend, policy: Policy) -> bool:
    """Tell whether anything may be sent: of a contact that was deleted, and is only asked for, nothing is."""
    is_told = policy.gone is Gone.REPORT and policy.existing is not Existing.UPDATE
    return tally.get(Status.PENDING, 0) > (first.gone if is_told else 0)


def counts_text(
    tally: Mapping[Status, int],
    first: FirstToSend,
    *,
    if_new: str,
    of_run: str = "",
    recreates: bool = False,
) -> str:
    """Return how many rows were read, and what becomes of how many, as far as it is known before they are sent.

    Args:
        tally: How many rows have each status.
        first: With how many will be updates.
        if_new: Words that say which of those to be sent are.
        of_run: The earlier run whose rows they are; empty: they are of a file.
        recreates: Whether contacts are made again that were deleted.

    """
    read, pending = sum(tally.values()), tally[Status.PENDING]
    changed, compared = (first.changed, first.compared) if first.is_whole else (0, 0)
    kinds = {
        f"to be sent{if_new}": pending - changed - compared - first.gone,
        _WHATEVER if first.replaces else _AS_THEY_WERE: changed,
        _REPLACED if first.replaces else _COMPARED: compared,
        _TO_MAKE_AGAIN if recreates else _GONE: first.gone,
        **{words: tally.get(status, 0) for status, words in _NOT_SENT.items()},
    }
    told = [(count, words) for words, count in kinds.items() if count]
    rows = f"{counted(read)} of {of_run}" if of_run else counted(read)
    if len(told) == 1:
        return f"{rows}, {'all ' if read > 1 or not of_run else ''}{told[0][1]}."
    return f"{rows}: {', '.join(f'{count:,} {words}' for count, words in told)}."


def only_asked_text(first: FirstToSend, *, recreates: bool) -> str:
    """Return what makes contacts again that were deleted and would only be looked up; empty: there are none."""
    if not first.gone or recreates:
        return ""
    return "What was deleted is only looked up: to make it again, answer n and add --gone recreate."


def not_seen_text(missing: NotSeen) -> str:
    """Return what the rows need and the account was not seen to have, and what to do; empty: it has all of it."""
    if not missing.names:
        return ""
    if missing.nowhere:
        return (
            f"Not seen in the account, on none of its contacts: {missing.names}.\n"
            f"Rows with one that Callbell does not have are refused: first make these {missing.nowhere} in Callbell.\n"
            "Answer y only if you know that they are there."
        )
    return (
        f"Not seen in the account, which is no proof: {missing.names}.\n"
        "Rows with one that is not there are refused: answer n and make it there first,\n"
        "or go on if you know that it is there."
    )
