"""The service's answers: pure functions from stored contacts to the JSON of the documentation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from importer.sandbox.account import AccountSetup, Channel, StoredContact, Team
from importer.sandbox.options import OptionalFields

DASHBOARD: Final = "https://sandbox.callbell.example"
"""The beginning of links: a name that does not resolve (RFC 2606), so that none is taken for a real contact's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A status and its JSON body."""

    status: int = 200
    body: Mapping[str, Any]
    headers: Mapping[str, str] | None = None


def error_answer(status: int, *sentences: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an error in the sandbox's own form, as the documentation has none."""
    return Answer(status=status, body={"error": {"message": "; ".join(sentences)}}, headers=headers)


def contact_body(
    contact: StoredContact,
    account: AccountSetup,
    optional_fields: OptionalFields = OptionalFields.FILLED,
    *,
    with_types: bool = False,
) -> dict[str, Any]:
    """Return a contact as the service describes it, with the types of its custom fields if the request wants them."""
    body: dict[str, Any] = {
        "uuid": contact.uuid,
        "name": contact.name,
        "phoneNumber": printed_phone(contact.digits) if contact.source == "whatsapp" else None,
        "avatarUrl": None,
        "createdAt": timestamp(contact.created_at),
        "source": contact.source,
        "href": f"{DASHBOARD}/contacts/{contact.uuid}",
        "conversationHref": f"{DASHBOARD}/chat/{contact.uuid}",
        "tags": contact.tags,
        "assignedUser": contact.assigned_user or None,
        "customFields": contact.custom_fields,
        "closedAt": None,
        "blockedAt": None,
    }
    team, channel = account.team(contact.team_uuid), account.channel(contact.channel_uuid)
    optional = {
        "note": contact.note or None,
        "team": team_body(team) if team else None,
        "channel": channel_body(channel) if channel else None,
    }
    if optional_fields is not OptionalFields.UNLISTED:
        is_always = optional_fields is OptionalFields.ALWAYS
        body |= {name: value for name, value in optional.items() if value is not None or is_always}
    if with_types:
        body["customFieldsMetadata"] = _fields_metadata(contact, account)
    return body


def _fields_metadata(contact: StoredContact, account: AccountSetup) -> dict[str, dict[str, Any]]:
    fields = account.fields_by_name()
    return {
        name: {"value": value, "type": fields[name].type.value}
        | ({"options": fields[name].options} if fields[name].options else {})
        for name, value in contact.custom_fields.items()
    }


def team_body(team: Team) -> dict[str, Any]:
    """Return a team as the service describes it."""
    shown = {"uuid": team.uuid, "name": team.name, "createdAt": team.created_at, "default": team.default}
    return {**shown, "members": len(team.members)}


def channel_body(channel: Channel) -> dict[str, Any]:
    """Return a channel as the service describes it."""
    shown = {"uuid": channel.uuid, "title": channel.title, "type": channel.type, "main": channel.main}
    return {**shown, "discardedAt": channel.discarded_at}


def pages(count: int, per_page: int) -> int:
    """Return the number of pages, at least one."""
    return max(1, -(-count // per_page))


def printed_phone(number: str) -> str:
    """Return the phone number in one of the forms of the documentation's examples.

    Bare digits, or a plus and groups; which one depends on the number alone.
    """
    if not number or int(number[-1]) % 2:
        return number
    groups = [number[:2], *(number[start : start + 3] for start in range(2, len(number), 3))]
    return "+" + " ".join(groups)


def timestamp(moment: datetime) -> str:
    """Return a UTC time as ISO 8601 with milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
