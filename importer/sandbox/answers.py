"""The service's answers: pure functions from stored contacts to the JSON of the documentation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from importer.sandbox.account import AccountSetup, Channel, Team, User
from importer.sandbox.contacts import StoredContact

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


def contact_body(contact: StoredContact, account: AccountSetup) -> dict[str, Any]:
    """Return a contact as the service describes it."""
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
    if contact.note:
        body["note"] = contact.note
    if contact.team_uuid:
        body["team"] = next((team_body(team) for team in account.teams if team.uuid == contact.team_uuid), None)
    if contact.channel_uuid:
        body["channel"] = next((channel_body(c) for c in account.channels if c.uuid == contact.channel_uuid), None)
    return body


def field_types(contact: StoredContact, account: AccountSetup) -> dict[str, Any]:
    """Return the contact's `customFieldsMetadata`."""
    known = account.fields_by_name()
    metadata = {}
    for name, value in contact.custom_fields.items():
        field = known[name]
        metadata[name] = {"value": value, "type": field.type.value}
        if field.options:
            metadata[name]["options"] = field.options
    return metadata


def team_body(team: Team) -> dict[str, Any]:
    """Return a team as the service describes it."""
    return {
        "uuid": team.uuid,
        "name": team.name,
        "createdAt": team.created_at,
        "default": team.default,
        "members": len(team.members),
    }


def user_body(user: User) -> dict[str, Any]:
    """Return a team's member as the service describes it."""
    return {"email": user.email, "name": user.name, "available": user.available}


def channel_body(channel: Channel) -> dict[str, Any]:
    """Return a channel as the service describes it."""
    return {
        "uuid": channel.uuid,
        "title": channel.title,
        "type": channel.type,
        "main": channel.main,
        "discardedAt": channel.discarded_at,
    }


def page_of(name: str, everything: Sequence[dict[str, Any]], page: int, per_page: int) -> Answer:
    """Return one page of a short list under its name."""
    shown = everything[(page - 1) * per_page : page * per_page]
    return Answer(body={name: shown, "meta": {"page": page, "pages": pages(len(everything), per_page)}})


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
