"""The sandbox's account: its users, teams, channels, tags and custom fields, and what a contact of it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from importer.model.account import FieldType
from importer.model.loopback import SANDBOX_TOKEN

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person who answers contacts."""

    email: str
    name: str
    available: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Users who answer together."""

    uuid: str
    name: str
    members: tuple[str, ...] = ()
    """E-mails of the account's users."""
    default: bool = False
    created_at: str = "2025-02-03T09:00:00.000Z"
    """ISO 8601, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A line on which messages are sent and received."""

    uuid: str
    title: str
    type: str = "whatsapp"
    """One of `importer.model.payload.SOURCES`."""
    main: bool = False
    """Used where a request names no channel; at most one of a type."""
    discarded_at: str | None = None
    """When it was discarded, ISO 8601, UTC; None: it is in use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomField:
    """A field that the account's owner added to contacts."""

    name: str
    type: FieldType = FieldType.TEXT
    options: tuple[str, ...] = ()
    """For dropdowns and checkboxes: the values allowed; empty: any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSetup:
    """The account's settings; no call of the API changes them."""

    token: str = SANDBOX_TOKEN
    """The valid bearer token; empty: any token is valid."""
    user_email: str = "owner@example.com"
    user_name: str = "Olga Owner"
    bot_enabled: bool = True
    """Without a bot, a request with `bot_status` is refused."""
    tags: frozenset[str] = frozenset()
    any_tag: bool = False
    """Accept tags that the account does not have."""
    users: tuple[User, ...] = ()
    any_user: bool = False
    """Accept users that the account does not have."""
    teams: tuple[Team, ...] = ()
    any_team: bool = False
    """Accept teams that the account does not have."""
    channels: tuple[Channel, ...] = ()
    any_channel: bool = False
    """Accept channels that the account does not have, but none that was discarded."""
    custom_fields: tuple[CustomField, ...] = ()

    def main_channel(self, source: str = "whatsapp") -> str:
        """Return the UUID of the source's main channel, else of its first one in use; empty where it has none."""
        in_use = [channel for channel in self.channels if channel.type == source and channel.discarded_at is None]
        return next((channel.uuid for channel in in_use if channel.main), in_use[0].uuid if in_use else "")

    def opened(self, custom_fields: Iterable[CustomField] = ()) -> "AccountSetup":
        """Return the account for trying a file: it accepts any tag, any user, and these custom fields too.

        A field of the same name takes the place of the account's.
        """
        fields = self.fields_by_name() | {field.name: field for field in custom_fields}
        return replace(self, any_tag=True, any_user=True, custom_fields=tuple(fields.values()))

    def with_what_is_used(self, contacts: Iterable[Mapping[str, Any]]) -> "AccountSetup":
        """Return the account with the tags, users and custom fields of contacts, given as bodies of POST /contacts.

        A custom field that the account does not have is a text field, or a checkbox field if its value is a list.
        """
        emails, tags, fields = {user.email for user in self.users}, set(self.tags), self.fields_by_name()
        users = list(self.users)
        for body in contacts:
            tags.update(body.get("tags", ()))
            email = body.get("assigned_user", "")
            if email and email not in emails:
                emails.add(email)
                users.append(User(email=email, name=email))
            for name, value in body.get("custom_fields", {}).items():
                kind = FieldType.TEXT if isinstance(value, str) else FieldType.CHECKBOX
                fields.setdefault(name, CustomField(name=name, type=kind))
        return replace(self, tags=frozenset(tags), users=tuple(users), custom_fields=tuple(fields.values()))

    def team(self, uuid: object) -> Team | None:
        """Return the team with this UUID, if there is one."""
        return next((team for team in self.teams if team.uuid == uuid), None)

    def channel(self, uuid: object) -> Channel | None:
        """Return the channel with this UUID, if there is one, in use or discarded."""
        return next((channel for channel in self.channels if channel.uuid == uuid), None)

    def fields_by_name(self) -> dict[str, CustomField]:
        """Return the custom fields under their names."""
        return {field.name: field for field in self.custom_fields}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredContact:
    """A contact as it was sent."""

    number: int
    """The number in order of creation, from 1; never reused."""
    uuid: str
    identifier: str
    """As it was sent."""
    source: str
    channel_uuid: str
    """Empty where the account has no channel of the source."""
    name: str
    created_at: datetime
    tags: tuple[str, ...] = ()
    custom_fields: Mapping[str, str | tuple[str, ...]]
    assigned_user: str = ""
    team_uuid: str = ""
    bot_status: str = ""
    note: str = ""

    @property
    def digits(self) -> str:
        """The identifier's digits."""
        return only_digits(self.identifier)

    @property
    def key(self) -> Key:
        """What makes another contact the same as this one."""
        return key_of(self.source, self.channel_uuid, self.identifier)


def only_digits(text: str) -> str:
    """Return the text's digits 0 to 9."""
    return "".join(character for character in text if character in "0123456789")


def key_of(source: str, channel_uuid: str, identifier: str) -> Key:
    """Return what makes two contacts the same: source, channel, and identifier (of a phone number, its digits)."""
    return source, channel_uuid, only_digits(identifier) if source == "whatsapp" else identifier


DEFAULT_ACCOUNT = AccountSetup(
    tags=frozenset({"Imported", "VIP", "Newsletter", "Cliente", "Proveedor", "Lead", "Call back", "Interested"}),
    users=(
        User(email="owner@example.com", name="Olga Owner"),
        User(email="ana@example.com", name="Ana García"),
        User(email="marco@example.com", name="Marco Rossi"),
        User(email="ana.garcia@example.com", name="Ana García"),
        User(email="support@example.com", name="Support Desk", available=False),
    ),
    teams=(
        Team(
            uuid="5a1e5000000000000000000000000001",
            name="Sales",
            members=("owner@example.com", "ana@example.com", "marco@example.com", "ana.garcia@example.com"),
            default=True,
        ),
        Team(
            uuid="50990000000000000000000000000002", name="Support", members=("ana@example.com", "support@example.com")
        ),
    ),
    channels=(
        Channel(uuid="c4a00000000000000000000000000001", title="Main WhatsApp", main=True),
        Channel(uuid="c4a00000000000000000000000000002", title="WhatsApp Italia"),
        Channel(uuid="c4a00000000000000000000000000003", title="Instagram", type="instagram"),
        Channel(uuid="c4a00000000000000000000000000004", title="Old WhatsApp", discarded_at="2025-06-30T12:00:00.000Z"),
    ),
    custom_fields=(
        CustomField(name="Billing Address"),
        CustomField(name="City"),
        CustomField(name="E-mail", type=FieldType.EMAIL),
        CustomField(name="Loyalty Points", type=FieldType.NUMBER),
        CustomField(name="Joined", type=FieldType.DATE),
        CustomField(name="Status", type=FieldType.DROPDOWN, options=("Active", "Inactive", "Lead")),
        CustomField(
            name="Features", type=FieldType.CHECKBOX, options=("Dark Mode", "Notifications", "Invoices by e-mail")
        ),
    ),
)
"""A small shop's account, with a field of each type, a channel out of use, and two users of one name."""
