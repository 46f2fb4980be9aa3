"""Looks for the tags, users and custom fields that the rows require in the account: a few pages of GETs."""

from collections.abc import Callable, Mapping

from importer.client.account import get_json, json_objects, list_pages, text_field
from importer.commands.account_requirements import AccountContents, FieldInUse, Requirements
from importer.model.protocols import Service
from importer.model.requests import Request

_MOST_PAGES = 10
"""Of contacts, 20 a page: enough to see what is in use."""
_MOST_TAGS = 50
_MOST_TEAMS = 200


async def census(service: Service, requirements: Requirements, jitter: Callable[[], float]) -> AccountContents:
    """Return what is seen in the account.

    Raises:
        ServiceError: The token is refused, or the service cannot be reached.

    """
    users = await _users(service, jitter) if requirements.users else frozenset[str]()
    if not (requirements.tags or requirements.fields):
        return AccountContents(users=users)
    seen = await _contacts(service, requirements, jitter)
    # A tag that none of the latest contacts carries may be on an older one: the service finds contacts by their tag.
    rare = [tag for tag in requirements.tags if tag not in seen.tags and "," not in tag][:_MOST_TAGS]
    found = [tag for tag in rare if seen.contacts and await _carried(service, tag, jitter)]
    return AccountContents(
        users=users, tags=seen.tags | set(found), fields=seen.fields, contacts=seen.contacts, whole=seen.whole
    )


async def _users(service: Service, jitter: Callable[[], float]) -> frozenset[str]:
    """Return the e-mails of everybody who is in a team."""
    teams = [
        uuid
        async for page in list_pages(service, "teams", {}, _MOST_TEAMS, jitter)
        for one in json_objects(page.get("teams"))
        if (uuid := text_field(one, "uuid"))
    ]
    emails = [
        text_field(one, "email").casefold()
        for uuid in teams[:_MOST_TEAMS]
        async for page in list_pages(service, f"teams/{uuid}/members", {}, _MOST_TEAMS, jitter)
        for one in json_objects(page.get("users"))
    ]
    return frozenset(filter(None, emails))


async def _contacts(service: Service, requirements: Requirements, jitter: Callable[[], float]) -> AccountContents:
    """Look at the latest contacts, until all that is required was seen."""
    tags: set[str] = set()
    fields: dict[str, FieldInUse] = {}
    count, whole = 0, True
    async for page in list_pages(service, "contacts", {"include_field_types": "true"}, _MOST_PAGES, jitter):
        for one in json_objects(page.get("contacts")):
            count += 1
            found = one.get("tags")
            tags.update(tag for tag in (found if isinstance(found, list) else ()) if isinstance(tag, str))
            _note_fields(one, fields)
        meta = page.get("meta")
        whole = not (isinstance(meta, dict) and meta.get("next"))
        if requirements.tags.keys() <= tags and requirements.fields.keys() <= fields.keys():
            break
    return AccountContents(tags=frozenset(tags), fields=fields, contacts=count, whole=whole)


def _note_fields(contact: Mapping[str, object], fields: dict[str, FieldInUse]) -> None:
    values, types = contact.get("customFields"), contact.get("customFieldsMetadata")
    for name in values if isinstance(values, dict) else ():
        fields.setdefault(str(name), FieldInUse())
    for name, one in (types if isinstance(types, dict) else {}).items():
        if isinstance(one, dict):
            options = one.get("options")
            fields[str(name)] = FieldInUse(
                type=text_field(one, "type"),
                options=tuple(
                    option for option in (options if isinstance(options, list) else ()) if isinstance(option, str)
                ),
            )


async def _carried(service: Service, tag: str, jitter: Callable[[], float]) -> bool:
    page = await get_json(service, Request(method="GET", path="contacts", query={"tags": tag, "page": "1"}), jitter)
    return any(True for _ in json_objects(page.get("contacts")))
