"""Requests to the service as values, so that pure code can decide on them: each call of the API stands here once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import quote

from importer.model.changes import ContactChange
from importer.model.payload import to_body, to_patch_body
from importer.model.phone_forms import other_form
from importer.model.rows import Contact

CALLBELL_URL = "https://api.callbell.eu/v1"
"""Callbell's own address; another is a stand-in, or a proxy."""
_LOOK_UP_SOURCES = frozenset({"whatsapp"})
"""Sources whose contacts can be asked for by identifier (GET /contacts/phone/:number)."""
_CONTACTS = "contacts"
_NO_QUERY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request."""

    method: str
    path: str
    """Below the base URL; its parts are quoted."""
    query: Mapping[str, str] = field(default_factory=lambda: _NO_QUERY)
    body: str = ""
    """JSON; empty: the request has none."""

    @property
    def is_change(self) -> bool:
        """Whether the service may be different afterwards."""
        return self.method != "GET"


WHO_AM_I = Request(method="GET", path="auth/me")
"""Changes nothing: is the service there, and the token good?"""


def create_contact(contact: Contact) -> Request:
    """Return POST /contacts."""
    return Request(method="POST", path=_CONTACTS, body=to_body(contact))


def other_number(contact: Contact) -> str:
    """Return the other form of the contact's number; empty where it has only one."""
    return other_form(digits_only(contact.normalised_identifier)) if can_be_asked(contact) else ""


def find_contact(contact: Contact, *, in_other_form: bool = False) -> Request:
    """Return GET /contacts/phone/:number, in the contact's own channel: 200 with the contact, or 404."""
    digits = other_number(contact) if in_other_form else digits_only(contact.normalised_identifier)
    return find_number(digits, contact.channel_uuid)


def find_number(digits: str, channel_uuid: str) -> Request:
    """Return GET /contacts/phone/:number: 200 with the contact, or 404; without a channel, of the main one."""
    query = {"channel_uuid": channel_uuid} if channel_uuid else {}
    return Request(method="GET", path=f"{_CONTACTS}/phone/{digits}", query=query)


def list_contacts(after: str = "") -> Request:
    """Return GET /contacts, newest conversation first, with the types of custom fields.

    Args:
        after: The last page's `meta.next`; empty: the first page.

    """
    query = {"after": after} if after else {"page": "1"}
    return Request(method="GET", path=_CONTACTS, query={"include_field_types": "true", **query})


def can_be_asked(contact: Contact) -> bool:
    """Tell whether the service can be asked for a contact by its identifier."""
    return contact.source in _LOOK_UP_SOURCES


def get_contact(uuid: str) -> Request:
    """Return GET /contacts/:uuid."""
    return Request(method="GET", path=_contact_path(uuid))


def patch_contact(change: ContactChange) -> Request:
    """Return PATCH /contacts/:uuid, which sets the fields of `after`."""
    return Request(method="PATCH", path=_contact_path(change.uuid), body=to_patch_body(change.after))


def delete_contact(uuid: str) -> Request:
    """Return DELETE /contacts/:uuid."""
    return Request(method="DELETE", path=_contact_path(uuid))


def digits_only(identifier: str) -> str:
    """Return only the digits: the service prints one number in many forms."""
    return "".join(filter(str.isdigit, identifier))


def _contact_path(uuid: str) -> str:
    return f"{_CONTACTS}/{quote(uuid, safe='')}"  # one part of the path, whatever the service once called a contact
