"""Validate the body of POST and PATCH /contacts, as pure functions.

Each returns sentences, all of them at once; none means that the body is valid. Source: the documentation's POST and
PATCH /contacts pages, and the release note of March 2026 on the types of custom fields. Where it says nothing, the
sandbox is strict: it refuses what it does not know, since a typing error is better found here than in a real account.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from importer.model.account import FieldType
from importer.model.payload import BOT_STATUSES, NOTE_MOST_CHARACTERS, SOURCES
from importer.sandbox.account import AccountSetup, CustomField

_PHONE_MOST_DIGITS: Final = 15  # ITU-T E.164
_REQUIRED: Final = ("identifier", "source", "name")

_PHONE = re.compile(r"[+\d\s().-]+", re.ASCII)
_EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

Body = Mapping[str, Any]
Rule = Callable[[Any, AccountSetup], Iterator[str]]


def only_digits(text: str) -> str:
    """Return the text's digits 0 to 9."""
    return "".join(character for character in text if character in "0123456789")


def problems_of_post(body: Body, account: AccountSetup) -> list[str]:
    """Return why POST /contacts refuses the body."""
    missing = [f"{name} is required" for name in _REQUIRED if name not in body]
    return missing + _problems(body, _POST_RULES, account) + _phone_problems(body)


def problems_of_patch(body: Body, account: AccountSetup) -> list[str]:
    """Return why PATCH /contacts/:uuid refuses the body."""
    problems = _problems(body, _PATCH_RULES, account)
    if "assigned_user" in body and body.get("unassign_user") is True:
        problems.append("assigned_user and unassign_user contradict each other")
    return problems


def _problems(body: Body, rules: Mapping[str, Rule], account: AccountSetup) -> list[str]:
    problems = []
    for name, value in body.items():
        rule = rules.get(name)
        if rule is None:
            problems.append(f"{name} is not a parameter of this call")
        else:
            problems.extend(rule(value, account))
    return problems


def _phone_problems(body: Body) -> list[str]:
    identifier = body.get("identifier")
    if body.get("source") != "whatsapp" or not isinstance(identifier, str) or not identifier.strip():
        return []
    if _PHONE.fullmatch(identifier) and 1 <= len(only_digits(identifier)) <= _PHONE_MOST_DIGITS:
        return []
    return [f'identifier "{identifier}" is not a phone number']


def _text(name: str) -> Rule:
    """Return the rule of a text that must not be blank."""

    def rule(value: object, _account: AccountSetup) -> Iterator[str]:
        if not isinstance(value, str):
            yield f"{name} must be a string"
        elif not value.strip():
            yield f"{name} can't be blank"

    return rule


def _one_of(name: str, words: tuple[str, ...]) -> Rule:
    def rule(value: object, _account: AccountSetup) -> Iterator[str]:
        if value not in words:
            yield f"{name} must be one of {', '.join(words)}"

    return rule


def _tags(value: Any, account: AccountSetup) -> Iterator[str]:  # noqa: ANN401 - whatever the JSON holds
    if not _is_texts(value):
        yield "tags must be an array of strings"
    elif not account.any_tag:
        for tag in value:
            if tag not in account.tags:
                yield f'Tag "{tag}" does not exist'


def _assigned_user(value: object, account: AccountSetup) -> Iterator[str]:
    if not isinstance(value, str):
        yield "assigned_user must be a string"
    elif not account.any_user and all(user.email != value for user in account.users):
        yield f'User "{value}" does not exist'


def _unassign_user(value: object, _account: AccountSetup) -> Iterator[str]:
    if not isinstance(value, bool):
        yield "unassign_user must be a boolean"


def _team(value: object, account: AccountSetup) -> Iterator[str]:
    if all(team.uuid != value for team in account.teams):
        yield f'Team "{value}" does not exist'


def _channel(value: object, account: AccountSetup) -> Iterator[str]:
    if all(channel.uuid != value for channel in account.channels if channel.discarded_at is None):
        yield f'Channel "{value}" does not exist'


def _bot_status(value: object, account: AccountSetup) -> Iterator[str]:
    yield from _one_of("bot_status", BOT_STATUSES)(value, account)
    if not account.bot_enabled:
        yield "bot_status needs a bot, and the account has none"


def _note(value: object, _account: AccountSetup) -> Iterator[str]:
    if not isinstance(value, str):
        yield "note must be a string"
    elif len(value) > NOTE_MOST_CHARACTERS:
        yield f"note is too long (maximum is {NOTE_MOST_CHARACTERS} characters)"


def _custom_fields(value: object, account: AccountSetup) -> Iterator[str]:
    if not isinstance(value, dict):
        yield "custom_fields must be an object"
        return
    known = account.fields_by_name()
    for name, content in value.items():
        if name not in known:
            yield f'Custom field "{name}" does not exist'
        elif problem := _field_problem(known[name], content):
            yield f'Custom field "{name}" {problem}'


def _field_problem(field: CustomField, value: Any) -> str:  # noqa: ANN401 - whatever the JSON holds
    """Return the problem with a custom field's value, or an empty text."""
    if field.type is FieldType.CHECKBOX:
        if not _is_texts(value):
            return "must be an array of strings"
        unknown = [option for option in value if field.options and option not in field.options]
        return f'has no option "{unknown[0]}"' if unknown else ""
    if not isinstance(value, str):
        return "must be a string"
    return _text_field_problem(field, value)


def _text_field_problem(field: CustomField, value: str) -> str:
    match field.type:
        case FieldType.EMAIL:
            return "" if _EMAIL.fullmatch(value) else "must be an e-mail address"
        case FieldType.NUMBER:
            return "" if _NUMBER.fullmatch(value) else "must be a number"
        case FieldType.DATE:
            return "" if _is_iso_date(value) else "must be a date such as 2026-03-03"
        case FieldType.DROPDOWN:
            return "" if value in field.options or not field.options else f'has no option "{value}"'
        case _:
            return ""


def _is_iso_date(value: str) -> bool:
    if not _ISO_DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_texts(value: Any) -> bool:  # noqa: ANN401 - whatever the JSON holds
    return isinstance(value, list) and all(isinstance(element, str) for element in value)


_PATCH_RULES: Final[Mapping[str, Rule]] = {
    "name": _text("name"),
    "tags": _tags,
    "custom_fields": _custom_fields,
    "assigned_user": _assigned_user,
    "unassign_user": _unassign_user,
    "team_uuid": _team,
    "bot_status": _bot_status,
    "note": _note,
}

_POST_RULES: Final[Mapping[str, Rule]] = {
    **{name: rule for name, rule in _PATCH_RULES.items() if name != "unassign_user"},
    "identifier": _text("identifier"),
    "source": _one_of("source", SOURCES),
    "channel_uuid": _channel,
}
