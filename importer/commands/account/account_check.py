"""What the rows require and a census of the account does not show, or shows to be otherwise. Pure.

What was not seen is a warning, no proof (`importer.commands.account.census`). A value that the type or the options of
a field that was seen do not allow is a problem: the service would refuse it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

from importer.commands.account.census import AccountContents, FieldInUse
from importer.commands.account.requirements import MOST_OPTIONS, Requirements, unfit_types
from importer.mapper.account_names import folded_label, names_of
from importer.mapper.messages import (
    comma_advice,
    did_you_mean,
    listed,
    nearest,
    quoted,
    toml_text,
    values_line,
)
from importer.model.account import Directory
from importer.model.plain_text import counted
from importer.model.replies import Outcome
from importer.model.rows import Contact, Status
from importer.model.runs import ProblemGroup

_MOST_NAMES = 8
_MOST_VALUES = 50
"""Of one kind, each on a line of its own."""


class _Kind(NamedTuple):
    """What is seen on contacts alone: tags, or custom fields."""

    name: str
    """As `Requirements.columns` has it."""
    noun: str
    code: str
    """Of one that was not seen."""


_TAGS = _Kind("tag", "tag", "tag_not_seen")
_FIELDS = _Kind("field", "custom field", "custom_field_not_seen")


def not_seen(requirements: Requirements, seen: AccountContents, directory: Directory | None) -> Iterator[ProblemGroup]:
    """Yield what the rows require and the account was not seen to have.

    Args:
        requirements: What the rows require.
        seen: What the census saw.
        directory: The account's users, as far as they were asked for.

    """
    users = directory.users if directory and directory.users is not None else None
    if users is not None:
        known, emails = names_of(users), [one.sent for one in users]
        for user, tally in requirements.users.items():
            if folded_label(user) not in known:
                message = f"{quoted(user)} is in no team of the account, so whether there is such a user is not known"
                column = requirements.columns.get(("user", user), "")
                yield tally.group("user_not_seen", column, _with_line(message, column, user, emails))
    if seen.contacts or seen.whole:
        for kind in (_TAGS, _FIELDS):
            yield from _not_carried(kind, requirements, seen)


class NotSeen(NamedTuple):
    """What the rows require and the account was not seen to have, for a person who decides whether to send them."""

    names: str
    """With how many rows need each, on one line; empty: all was seen."""
    nowhere: str
    """The kinds of which something is on no contact of the whole account, such as `tags`; empty: there is none."""


NOTHING_MISSING = NotSeen(names="", nowhere="")


def names_not_seen(requirements: Requirements, seen: AccountContents, directory: Directory | None) -> NotSeen:
    """Return the names of the same, also where the account shows nothing."""
    known = names_of(directory.users or ()) if directory else frozenset[str]()
    missing = {
        "tags": {name: tally.count for name, tally in requirements.tags.items() if name not in seen.tags},
        "custom fields": {name: one.count for name, one in requirements.fields.items() if name not in seen.fields},
        "users": {name: one.count for name, one in requirements.users.items() if folded_label(name) not in known},
    }
    nowhere = {
        "tags": seen.whole or not seen.absent_tags.isdisjoint(missing["tags"]),
        "custom fields": seen.whole,
        "users": False,  # one who is in no team is not shown
    }
    meant: Mapping[str, Callable[[str], str]] = {
        "tags": lambda name: _several(name, requirements, seen) or _near(name, sorted(seen.tags)),
        "custom fields": lambda name: _near(name, seen.fields),
        "users": lambda _: "",
    }
    return NotSeen(
        names="; ".join(f"{kind}: {_with_counts(names, meant[kind])}" for kind, names in missing.items() if names),
        nowhere=" and ".join(kind for kind, names in missing.items() if names and nowhere[kind] and seen.contacts),
    )


def _with_counts(names: Mapping[str, int], meant: Callable[[str], str]) -> str:
    """Return names, those that most rows need first, each with how many, and with what is probably meant.

    Of many names it is the number of the others.
    """
    most = sorted(names, key=lambda name: -names[name])
    shown = [f"{quoted(name)} ({counted(names[name])}{meant(name)})" for name in most[:_MOST_NAMES]]
    return ", ".join([*shown, *([f"{len(most) - _MOST_NAMES} more"] if len(most) > _MOST_NAMES else [])])


def _near(name: str, there: Collection[str]) -> str:
    """Return the question whether what is spelled much like the name is meant; empty: nothing is."""
    close = nearest(name, there)
    return f"; did you mean {listed(close, 'or')}?" if close else ""


def _several(tag: str, requirements: Requirements, seen: AccountContents) -> str:
    """Return the advice on a tag whose words are tags of the rows or the account; empty: they are not."""
    is_cell = bool(requirements.columns.get((_TAGS.name, tag)))
    return comma_advice(tag, [*requirements.tags, *sorted(seen.tags)], is_cell=is_cell)


def _not_carried(kind: _Kind, requirements: Requirements, seen: AccountContents) -> Iterator[ProblemGroup]:
    """Yield the tags, or the custom fields, that no contact was seen to carry."""
    required, there = (requirements.tags, seen.tags) if kind is _TAGS else (requirements.fields, seen.fields.keys())
    in_order = sorted(there, key=str.casefold)  # tags are a set, and the sentence is the same in each run
    for name, tally in required.items():
        if name in there:
            continue
        column = requirements.columns.get((kind.name, name), "")
        text = message = _not_seen_text(f"the {kind.noun} {quoted(name)}", seen)
        if seen.contacts and kind is _TAGS:
            several = _several(name, requirements, seen)
            text = f"{message}{several}" if several else _with_line(message, column, name, in_order)
        elif seen.contacts:
            text = message + did_you_mean(name, in_order)
        yield tally.group(kind.code, column, text)


def _not_seen_text(what: str, seen: AccountContents) -> str:
    """Return that a tag or a custom field was not seen; an account without contacts may have it or not."""
    settings = "see that it is in Callbell's settings"
    if not seen.contacts:
        return f"Whether the account has {what} is not known, as it has no contacts to see it on: {settings}"
    latest = "" if seen.whole else "latest "
    where = f"on none of the {latest}{seen.contacts:,} contacts"
    if seen.contacts == 1:
        where = f"not on the {latest or 'only '}contact"
    return f"T{what[1:]} is {where}, which is no proof: {settings}"


def misfits(requirements: Requirements, seen: AccountContents) -> Iterator[ProblemGroup]:
    """Yield the values that a custom field of the account, as it was seen, does not take."""
    for name in requirements.fields:
        found = seen.fields.get(name)
        if found is None:
            continue
        column = requirements.columns.get(("field", name), "")
        if unfit := requirements.misfits[name].get(found.type):
            yield unfit.group("custom_field_type", column, _type_message(name, found, column))
        else:
            yield from _wrong_options(name, found, requirements, column)


def _wrong_options(name: str, found: FieldInUse, requirements: Requirements, column: str) -> Iterator[ProblemGroup]:
    values = requirements.options[name]
    wrong = [value for value in values if value not in found.options] if found.options else []
    if len(values) > MOST_OPTIONS:
        message = f"The cells hold more than {MOST_OPTIONS} different values, and {quoted(name)} in Callbell has"
        tally = requirements.fields[name]
        if wrong:
            yield tally.group("option_not_seen", column, f"{message} the options {listed(found.options)} alone.")
        return
    for value in wrong[:_MOST_VALUES]:
        message = f"{quoted(value)} is no option of {quoted(name)} in Callbell"
        yield values[value].group("option_not_seen", column, _with_line(message, column, value, found.options))


def _type_message(name: str, found: FieldInUse, column: str) -> str:
    line = f"{toml_text(name)} = {{ column = {toml_text(column or '...')}, type = {toml_text(found.type)} }}"
    return (
        f"The custom field {quoted(name)} is of the type {found.type} in Callbell, and would refuse these values: write"
        f" under [columns.custom_fields] of the config: {line}"
    )


def _with_line(message: str, column: str, text: str, choices: Collection[str]) -> str:
    """Return the sentence with what is probably meant, and the config's line that translates it."""
    near = nearest(text, choices)
    line = f" {values_line(column, text, near[0])}" if near and column else ""
    return f"{message}{did_you_mean(text, choices)}{line}"


def refusal(contact: Contact, seen: AccountContents) -> Outcome | None:
    """Return the outcome of a row that the service would surely refuse, for the value of a custom field; else None."""
    for name, value in contact.custom_fields.items():
        if (found := seen.fields.get(name)) is None:
            continue
        wrong = ""
        if found.type in unfit_types(value):
            wrong = f"{quoted(' '.join([value] if isinstance(value, str) else value))} is no {found.type}"
        elif found.options:
            texts = [value] if isinstance(value, str) else value
            unknown = [text for text in texts if text not in found.options]
            wrong = f"{quoted(unknown[0])} is no option{did_you_mean(unknown[0], found.options)}" if unknown else ""
        if wrong:
            said = f"It was not sent: the custom field {quoted(name)} of the account would refuse it: {wrong}"
            return Outcome(status=Status.FAILED, code="custom_field_refused", reason=said.rstrip(".") + ".")
    return None
