"""The calls of the API, without HTTP: from a method and path to the call, and from a request to its `Answer`.

No call awaits anything, so it is carried out as a whole or not at all, whatever happens to the connection.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any, Final
from uuid import uuid4

from importer.sandbox import answers, rules
from importer.sandbox.account import Key, StoredContact, key_of
from importer.sandbox.answers import Answer, error_answer
from importer.sandbox.options import Duplicates, SandboxOptions

BASE_PATH: Final = "/v1"
PER_PAGE: Final = 20
MOST_PAGES: Final = 500
_MOST_PLACES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request's parameters, query and body."""

    parameter: str = ""
    """The path's parameter: a UUID or a phone number."""
    query: Mapping[str, str] = field(default_factory=dict)
    body: rules.Body = field(default_factory=dict)


class Calls:
    """The account and its contacts, with a method for every call.

    Args:
        options: The account, and the sandbox's behaviour.
        now: Returns the time in UTC, for `createdAt`.

    """

    def __init__(self, options: SandboxOptions, now: Callable[[], datetime]) -> None:
        self._contacts: dict[str, StoredContact] = {}  # by UUID
        self._uuids: defaultdict[Key, list[str]] = defaultdict(list)
        self._options = options
        self._account = options.account
        self._now = now
        self._numbers = count(1)

    @property
    def contacts(self) -> tuple[StoredContact, ...]:
        """The contacts that exist now, in the order of creation."""
        return tuple(self._contacts.values())

    def create_contact(self, asked: Asked) -> Answer:
        """POST /contacts. No page documents the status for a new contact: it is an option."""
        if problems := rules.problems_of_post(asked.body, self._account):
            return error_answer(422, *problems)
        body = asked.body
        channel_uuid = body.get("channel_uuid") or self._account.main_channel(body["source"])
        existing = next(self._found(key_of(body["source"], channel_uuid, body["identifier"])), None)
        if existing and self._options.duplicates is Duplicates.REFUSE:
            return error_answer(422, f'Contact with identifier "{existing.identifier}" already exists')
        if existing and self._options.duplicates is Duplicates.RETURN:
            return self._listed(existing)
        bot_status = "bot_start" if self._account.bot_enabled else ""
        fields = {"bot_status": bot_status, **_stored_fields(body), "channel_uuid": channel_uuid}
        contact = StoredContact(number=next(self._numbers), uuid=uuid4().hex, created_at=self._now(), **fields)
        self._contacts[contact.uuid] = contact
        self._uuids[contact.key].append(contact.uuid)
        return replace(self._listed(contact), status=self._options.created_status)

    def read_contact(self, asked: Asked) -> Answer:
        """GET /contacts/:uuid."""
        contact = self._contacts.get(asked.parameter)
        return self._listed(contact) if contact else _NO_CONTACT

    def change_contact(self, asked: Asked) -> Answer:
        """PATCH /contacts/:uuid. Tags are replaced, custom fields are merged, an empty note clears it."""
        contact = self._contacts.get(asked.parameter)
        if contact is None:
            return _NO_CONTACT
        if problems := rules.problems_of_patch(asked.body, self._account):
            return error_answer(422, *problems)
        fields = _stored_fields(asked.body)
        fields["custom_fields"] = {**contact.custom_fields, **fields["custom_fields"]}
        if fields.pop("unassign_user", False):
            fields["assigned_user"] = ""
        changed = replace(contact, **fields)
        self._contacts[contact.uuid] = changed
        return self._listed(changed)

    def delete_contact(self, asked: Asked) -> Answer:
        """DELETE /contacts/:uuid."""
        contact = self._contacts.pop(asked.parameter, None)
        if contact is None:
            return _NO_CONTACT
        self._uuids[contact.key].remove(contact.uuid)
        return Answer(body={"status": "contact was destroyed"})

    def find_contact(self, asked: Asked) -> Answer:
        """GET /contacts/phone/:number: the newest of several; without a channel, in the main one."""
        channel_uuid = asked.query.get("channel_uuid") or self._account.main_channel()
        for contact in self._found(key_of("whatsapp", channel_uuid, asked.parameter)):
            if (self._now() - contact.created_at).total_seconds() >= self._options.visible_after_seconds:
                return Answer(body={"contact": answers.contact_body(contact, self._account)})
        return _NO_CONTACT

    def list_contacts(self, asked: Asked) -> Answer:
        """GET /contacts, newest first (by creation, as no messages are ever sent)."""
        after, page = _whole_number(asked.query.get("after") or "0"), _whole_number(asked.query.get("page", "1"))
        if asked.query.get("after") and after is None:
            return error_answer(400, "after must be the value of meta.next")
        if page is None:
            return _BAD_PAGE
        if page > MOST_PAGES and not after:
            return error_answer(400, "Pagination limit exceeded")
        matches = self._matches(asked.query)
        left = [contact for contact in matches if contact.number < after] if after else matches[(page - 1) * PER_PAGE :]
        with_types = asked.query.get("include_field_types") == "true"
        meta = {
            "page": page,
            "pages": min(MOST_PAGES, answers.pages(len(matches), PER_PAGE)),
            "next": str(left[PER_PAGE - 1].number) if len(left) > PER_PAGE else None,
        }
        shown = [answers.contact_body(contact, self._account, with_types=with_types) for contact in left[:PER_PAGE]]
        return Answer(body={"contacts": shown, "meta": meta})

    def _matches(self, query: Mapping[str, str]) -> list[StoredContact]:
        """Return the contacts that the query asks for, newest first; they have all of several tags."""
        source, team_uuid = query.get("source", ""), query.get("team_uuid", "")
        tags = set(filter(None, query.get("tags", "").split(",")))
        return [
            contact
            for contact in reversed(self._contacts.values())
            if source in {"", contact.source} and team_uuid in {"", contact.team_uuid} and tags.issubset(contact.tags)
        ]

    def who_am_i(self, _asked: Asked) -> Answer:
        """GET /auth/me. It echoes the key, as the service does."""
        account = self._account
        user = {"user_email": account.user_email, "user_name": account.user_name}
        return Answer(body={"status": "ok", **user, "api_key": account.token})

    def list_teams(self, asked: Asked) -> Answer:
        """GET /teams."""
        return _short_list("teams", [answers.team_body(team) for team in self._account.teams], asked)

    def list_members(self, asked: Asked) -> Answer:
        """GET /teams/:uuid/members."""
        team = self._account.team(asked.parameter)
        if team is None:
            return error_answer(404, "Team not found")
        members = [asdict(user) for user in self._account.users if user.email in team.members]
        return _short_list("users", members, asked)

    def list_channels(self, asked: Asked) -> Answer:
        """GET /channels, filtered by type and by whether they are in use."""
        kind, active = asked.query.get("type", ""), asked.query.get("active", "")
        channels = [
            answers.channel_body(channel)
            for channel in self._account.channels
            if kind in {"", channel.type} and active in {"", "true" if channel.discarded_at is None else "false"}
        ]
        return _short_list("channels", channels, asked)

    def _found(self, key: Key) -> Iterator[StoredContact]:
        """Yield the contacts with this key, the newest first; the time does not depend on how many others there are."""
        return map(self._contacts.__getitem__, reversed(self._uuids.get(key, ())))

    def _listed(self, contact: StoredContact) -> Answer:
        return Answer(body={"contact": [answers.contact_body(contact, self._account)]})


_NO_CONTACT: Final = error_answer(404, "Contact not found")
_BAD_PAGE: Final = error_answer(400, "page must be a whole number from 1")


def _stored_fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a valid body, with tuples for lists."""
    return {**_frozen(body), "custom_fields": _frozen(body.get("custom_fields", {}))}


def _frozen(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _short_list(name: str, everything: list[dict[str, Any]], asked: Asked) -> Answer:
    page = _whole_number(asked.query.get("page", "1"))
    if page is None:
        return _BAD_PAGE
    meta = {"page": page, "pages": answers.pages(len(everything), PER_PAGE)}
    return Answer(body={name: everything[(page - 1) * PER_PAGE : page * PER_PAGE], "meta": meta})


def _whole_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _MOST_PLACES and int(text) > 0 else None


CALLS: Final[Mapping[str, Callable[[Calls, Asked], Answer]]] = {
    "POST /contacts": Calls.create_contact,
    "GET /contacts": Calls.list_contacts,
    "GET /contacts/phone/:number": Calls.find_contact,
    "GET /contacts/:uuid": Calls.read_contact,
    "PATCH /contacts/:uuid": Calls.change_contact,
    "DELETE /contacts/:uuid": Calls.delete_contact,
    "GET /auth/me": Calls.who_am_i,
    "GET /teams": Calls.list_teams,
    "GET /teams/:uuid/members": Calls.list_members,
    "GET /channels": Calls.list_channels,
}
"""Every call of the API, under the name that the counters and the faults' script use."""

UNKNOWN: Final = "unknown"
"""The name under which all other requests are counted."""

_PATTERNS: Final = {
    name: re.compile(re.sub(":[a-z]+", "([^/]*)", name.replace(" ", f" {BASE_PATH}"))) for name in CALLS
}
"""What the method and path of each call match."""


def call_of(method: str, path: str) -> tuple[str, str]:
    """Return the call's name and the path's parameter; `UNKNOWN` if there is no such call."""
    matches = ((name, pattern.fullmatch(f"{method} {path}")) for name, pattern in _PATTERNS.items())
    return next(((name, "".join(found.groups())) for name, found in matches if found), (UNKNOWN, ""))


def no_such_call(path: str) -> Answer:
    """Return the answer for a call that is `UNKNOWN`: 404, or 405 where the path has other methods."""
    methods = [method for method in ("GET", "POST", "PATCH", "DELETE") if call_of(method, path) != (UNKNOWN, "")]
    if not methods:
        return error_answer(404, "Not found")
    return error_answer(405, "Method not allowed", headers={"Allow": ", ".join(methods)})
