"""The calls of the API, without HTTP: from a method and path to the call, and from a request to its `Answer`.

No call awaits anything, so it is carried out as a whole or not at all, whatever happens to the connection.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final
from uuid import uuid4

from importer.sandbox import answers, rules
from importer.sandbox.account import AccountSetup, StoredContact
from importer.sandbox.answers import Answer, error_answer
from importer.sandbox.contact_store import ContactStore, stored_fields, without_empty
from importer.sandbox.options import Cursor, Duplicates, OptionalFields, SandboxOptions

BASE_PATH: Final = "/v1"
PER_PAGE: Final = 20
MOST_PAGES: Final = 500
_MOST_PLACES: Final = 16
_THERE_BEFORE: Final = timedelta(days=30)


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
        self._store = ContactStore(joins_forms=options.finds_both_forms, seed=options.seed)
        self._options = options
        self._account = options.account
        self._now = now
        self._numbers = count(1)
        for body in options.contacts:
            self._add({"created_at": now() - _THERE_BEFORE, **body})

    @property
    def contacts(self) -> tuple[StoredContact, ...]:
        """The contacts that exist now, in the order of creation."""
        return self._store.created()

    def chat(self, uuid: str) -> None:
        """Let a contact have a conversation now, so that it moves to the top of the list.

        Raises:
            KeyError: There is no such contact.

        """
        self._store.chat(uuid)

    def set_account(self, account: AccountSetup) -> None:
        """Change the account's settings, as its owner may in the service's own pages."""
        self._account = account

    def create_contact(self, asked: Asked) -> Answer:
        """POST /contacts. No page documents the status for a new contact: it is an option."""
        if problems := rules.problems_of_post(asked.body, self._account):
            return error_answer(422, *problems)
        body = asked.body
        channel_uuid = body.get("channel_uuid") or self._account.main_channel(body["source"])
        existing = next(self._store.find(body["source"], channel_uuid, body["identifier"]), None)
        if existing and self._options.duplicates is Duplicates.REFUSE:
            return error_answer(422, f'Contact with identifier "{existing.identifier}" already exists')
        if existing and self._options.duplicates is Duplicates.RETURN:
            return self._listed(existing)
        contact = self._add({"created_at": self._now(), **body})
        return replace(self._listed(contact), status=self._options.created_status)

    def _add(self, body: Mapping[str, Any]) -> StoredContact:
        """Store a new contact; the body is valid, and has `created_at` too."""
        channel_uuid = body.get("channel_uuid") or self._account.main_channel(body["source"])
        bot_status = "bot_start" if self._account.bot_enabled else ""
        fields = {"bot_status": bot_status, **stored_fields(body), "channel_uuid": channel_uuid}
        fields["custom_fields"] = without_empty(fields["custom_fields"])
        contact = StoredContact(number=next(self._numbers), uuid=uuid4().hex, **fields)
        self._store.add(contact)
        return contact

    def read_contact(self, asked: Asked) -> Answer:
        """GET /contacts/:uuid."""
        contact = self._store.get(asked.parameter)
        return self._listed(contact) if contact else _NO_CONTACT

    def change_contact(self, asked: Asked) -> Answer:
        """PATCH /contacts/:uuid. Custom fields are merged; an empty text clears a note or custom field."""
        contact = self._store.get(asked.parameter)
        if contact is None:
            return _NO_CONTACT
        if problems := rules.problems_of_patch(asked.body, self._account):
            return error_answer(422, *problems)
        fields = stored_fields(asked.body)
        fields["custom_fields"] = without_empty({**contact.custom_fields, **fields["custom_fields"]})
        if fields.pop("unassign_user", False):
            fields["assigned_user"] = ""
        if self._options.adds_tags and "tags" in fields:
            fields["tags"] = tuple(dict.fromkeys([*contact.tags, *fields["tags"]]))
        changed = replace(contact, **fields)
        self._store.change(changed)
        return self._listed(changed)

    def delete_contact(self, asked: Asked) -> Answer:
        """DELETE /contacts/:uuid."""
        if self._store.remove(asked.parameter) is None:
            return _NO_CONTACT
        return Answer(body={"status": "contact was destroyed"})

    def find_contact(self, asked: Asked) -> Answer:
        """GET /contacts/phone/:number: the newest of several; without a channel, in the main one."""
        channel_uuid = asked.query.get("channel_uuid") or self._account.main_channel()
        for contact in self._store.find("whatsapp", channel_uuid, asked.parameter):
            if (self._now() - contact.created_at).total_seconds() >= self._options.visible_after_seconds:
                return Answer(body={"contact": self._shown(contact)})
        return _NO_CONTACT

    def list_contacts(self, asked: Asked) -> Answer:
        """GET /contacts, newest conversation first; after it, contacts may chat."""
        after, page = _whole_number(asked.query.get("after") or "0"), _whole_number(asked.query.get("page", "1"))
        if asked.query.get("after") and after is None:
            return error_answer(400, "after must be the value of meta.next")
        if page is None:
            return _BAD_PAGE
        if page > MOST_PAGES and not after:
            return error_answer(400, "Pagination limit exceeded")
        tags = frozenset(filter(None, asked.query.get("tags", "").split(",")))
        matches = self._store.matches(asked.query.get("source", ""), asked.query.get("team_uuid", ""), tags)
        start = self._after(matches, after) if after else (page - 1) * PER_PAGE
        end = start + PER_PAGE
        is_keyset = self._options.cursor is Cursor.KEYSET
        meta = {
            "page": page,
            "pages": min(MOST_PAGES, answers.pages(len(matches), PER_PAGE)),
            "next": str(matches[end - 1][0] if is_keyset else end) if len(matches) > end else None,
        }
        with_types = asked.query.get("include_field_types") == "true"
        optional = self._options.optional_fields
        shown = [
            answers.contact_body(contact, self._account, optional, with_types=with_types)
            for _, contact in matches[start:end]
        ]
        self._store.chat_at_random(self._options.chats)
        return Answer(body={"contacts": shown, "meta": meta})

    def _after(self, matches: list[tuple[int, StoredContact]], cursor: int) -> int:
        """Return the index of the first contact after the cursor."""
        if self._options.cursor is Cursor.OFFSET:
            return cursor
        return bisect_left(matches, 1 - cursor, key=lambda match: -match[0])  # the first place below the cursor

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

    def _listed(self, contact: StoredContact) -> Answer:
        return Answer(body={"contact": [self._shown(contact)]})

    def _shown(self, contact: StoredContact) -> dict[str, Any]:
        shows_all = self._options.optional_fields is OptionalFields.ALWAYS
        optional = OptionalFields.ALWAYS if shows_all else OptionalFields.FILLED
        return answers.contact_body(contact, self._account, optional)


_NO_CONTACT: Final = error_answer(404, "Contact not found")
_BAD_PAGE: Final = error_answer(400, "page must be a whole number from 1")


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
