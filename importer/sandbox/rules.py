"""Validate the body of POST and PATCH /contacts, as pure functions.

Each returns sentences, all of them at once; none means that the body is valid. Source: the documentation's POST and
PATCH /contacts pages, and the release note of March 2026 on the types of custom fields. Where it says nothing, the
sandbox is strict: it refuses what it does not know, since a typing error is better found here than in a real account.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import Any, Final

from importer.model.account import FieldType
from importer.model.payload import BOT_STATUSES, NOTE_MOST_CHARACTERS, SOURCES
from importer.sandbox.account import AccountSetup, CustomField, only_digits

_PHONE_MOST_DIGITS: Final = 15  # ITU-T E.164
_REQUIRED: Final = ("identifier", "source", "name")

_PHONE = re.compile(r"[+\d\s().-]+", re.ASCII)
_EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

Body = Mapping[str, Any]
Check = tuple[Callable[[Any, AccountSetup], object], str]
"""Whether a parameter's value is right (truthy), and the sentence if it is not."""


def problems_of_post(body: Body, account: AccountSetup) -> list[str]:
    """Return why POST /contacts refuses the body."""
    missing = [f"{name} is required" for name in _REQUIRED if name not in body]
    problems = [*missing, *_problems(body, _OF_POST, account), *_phone_problems(body)]
    return problems or list(_channel_problems(body, account))


def problems_of_patch(body: Body, account: AccountSetup) -> list[str]:
    """Return why PATCH /contacts/:uuid refuses the body."""
    problems = list(_problems(body, _OF_PATCH, account, may_clear=True))
    if "assigned_user" in body and body.get("unassign_user") is True:
        problems.append("assigned_user and unassign_user contradict each other")
    return problems


def _problems(body: Body, names: Collection[str], account: AccountSetup, *, may_clear: bool = False) -> Iterator[str]:
    """Yield the first problem of each parameter, or all of its tags or custom fields."""
    for name, value in body.items():
        if name not in names:
            yield f"{name} is not a parameter of this call"
        elif wrong := next((sentence for is_right, sentence in _CHECKS[name] if not is_right(value, account)), None):
            yield wrong.format(name=name, value=value)
        elif name == "tags" and not account.any_tag:
            yield from (f'Tag "{tag}" does not exist' for tag in value if tag not in account.tags)
        elif name == "custom_fields":
            yield from _custom_field_problems(value, account, may_clear=may_clear)


def _channel_problems(body: Body, account: AccountSetup) -> Iterator[str]:
    """Yield what is wrong with the channel of a body that is right but for that."""
    channel = account.channel(body.get("channel_uuid"))
    if channel is not None and channel.type != body["source"]:
        yield f'Channel "{channel.uuid}" is of type {channel.type}, not {body["source"]}'


def _phone_problems(body: Body) -> Iterator[str]:
    identifier = body.get("identifier")
    if body.get("source") != "whatsapp" or not isinstance(identifier, str) or not identifier.strip():
        return
    if not _PHONE.fullmatch(identifier) or not 1 <= len(only_digits(identifier)) <= _PHONE_MOST_DIGITS:
        yield f'identifier "{identifier}" is not a phone number'


def _custom_field_problems(values: Mapping[str, Any], account: AccountSetup, *, may_clear: bool) -> Iterator[str]:
    """Yield the problem of each custom field; where it may be cleared, an empty text is right for all but lists."""
    known = account.fields_by_name()
    for name, value in values.items():
        if name not in known:
            yield f'Custom field "{name}" does not exist'
        elif may_clear and value == "" and known[name].type is not FieldType.CHECKBOX:
            continue
        elif problem := _field_problem(known[name], value):
            yield f'Custom field "{name}" {problem}'


def _field_problem(field: CustomField, value: Any) -> str:  # noqa: ANN401 - whatever the JSON holds
    """Return the problem with a custom field's value, or an empty text."""
    is_checkbox = field.type is FieldType.CHECKBOX
    if not (_is_texts(value) if is_checkbox else isinstance(value, str)):
        return "must be an array of strings" if is_checkbox else "must be a string"
    chosen = value if is_checkbox else [value]
    if field.options and (unknown := [option for option in chosen if option not in field.options]):
        return f'has no option "{unknown[0]}"'
    has_form, sentence = _FORMS.get(field.type, (bool, ""))
    return "" if has_form(value) else sentence


def _is_iso_date(value: str) -> bool:
    try:
        return bool(_ISO_DATE.fullmatch(value) and date.fromisoformat(value))
    except ValueError:
        return False


def _is_texts(value: Any) -> bool:  # noqa: ANN401 - whatever the JSON holds
    return isinstance(value, list) and all(isinstance(element, str) for element in value)


_FORMS: Final[Mapping[FieldType, tuple[Callable[[str], object], str]]] = {
    FieldType.EMAIL: (_EMAIL.fullmatch, "must be an e-mail address"),
    FieldType.NUMBER: (_NUMBER.fullmatch, "must be a number"),
    FieldType.DATE: (_is_iso_date, "must be a date such as 2026-03-03"),
}


def _one_of(words: tuple[str, ...]) -> Check:
    return lambda value, _: value in words, f"{{name}} must be one of {', '.join(words)}"


def _is_assignable(email: str, account: AccountSetup) -> bool:
    return account.any_user or any(user.email == email for user in account.users)


def _is_in_use(channel_uuid: object, account: AccountSetup) -> bool:
    channel = account.channel(channel_uuid)
    if channel is None:
        return account.any_channel and isinstance(channel_uuid, str)
    return channel.discarded_at is None


def _is_team(uuid: object, account: AccountSetup) -> bool:
    return account.team(uuid) is not None or (account.any_team and isinstance(uuid, str))


_NOTE_TOO_LONG: Final = f"note is too long (maximum is {NOTE_MOST_CHARACTERS} characters)"
_TEXT: Final[Check] = (lambda value, _: isinstance(value, str), "{name} must be a string")
_NOT_BLANK: Final[Check] = (lambda value, _: value.strip(), "{name} can't be blank")

_CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "identifier": (_TEXT, _NOT_BLANK),
    "source": (_one_of(SOURCES),),
    "name": (_TEXT, _NOT_BLANK),
    "tags": ((lambda value, _: _is_texts(value), "tags must be an array of strings"),),
    "custom_fields": ((lambda value, _: isinstance(value, dict), "custom_fields must be an object"),),
    "assigned_user": (_TEXT, (_is_assignable, 'User "{value}" does not exist')),
    "unassign_user": ((lambda value, _: isinstance(value, bool), "unassign_user must be a boolean"),),
    "team_uuid": ((_is_team, 'Team "{value}" does not exist'),),
    "channel_uuid": ((_is_in_use, 'Channel "{value}" does not exist'),),
    "bot_status": (
        _one_of(BOT_STATUSES),
        (lambda _, account: account.bot_enabled, "bot_status needs a bot, and the account has none"),
    ),
    "note": (_TEXT, (lambda value, _: len(value) <= NOTE_MOST_CHARACTERS, _NOTE_TOO_LONG)),
}
"""Every parameter of the two calls; a check may rely on the ones before it."""

_OF_POST: Final = _CHECKS.keys() - {"unassign_user"}
_OF_PATCH: Final = _CHECKS.keys() - {"identifier", "source", "channel_uuid"}
