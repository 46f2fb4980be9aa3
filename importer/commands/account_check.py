"""Looks for the tags, users and custom fields that the rows require in the account: a few pages of GETs."""

from collections.abc import AsyncIterator, Callable, Mapping

from importer.client.account import Readable, dicts, read, text_in
from importer.commands.account_requirements import AccountContents, FieldInUse, Requirements

_MOST_PAGES = 10
"""Of contacts, 20 a page: enough to see what is in use."""
_MOST_TAGS = 50
_MOST_TEAMS = 200


async def census(service: Readable, requirements: Requirements, jitter: Callable[[], float]) -> AccountContents:
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


async def _users(service: Readable, jitter: Callable[[], float]) -> frozenset[str]:
    """Return the e-mails of everybody who is in a team."""
    teams = [
        uuid
        async for page in _pages(service, "teams", {}, _MOST_TEAMS, jitter)
        for one in dicts(page.get("teams"))
        if (uuid := text_in(one, "uuid"))
    ]
    emails = [
        text_in(one, "email").casefold()
        for uuid in teams[:_MOST_TEAMS]
        async for page in _pages(service, f"teams/{uuid}/members", {}, _MOST_TEAMS, jitter)
        for one in dicts(page.get("users"))
    ]
    return frozenset(filter(None, emails))


async def _contacts(service: Readable, requirements: Requirements, jitter: Callable[[], float]) -> AccountContents:
    """Look at the latest contacts, until all that is required was seen."""
    tags: set[str] = set()
    fields: dict[str, FieldInUse] = {}
    count, whole = 0, True
    async for page in _pages(service, "contacts", {"include_field_types": "true"}, _MOST_PAGES, jitter):
        for one in dicts(page.get("contacts")):
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
                type=text_in(one, "type"),
                options=tuple(
                    option for option in (options if isinstance(options, list) else ()) if isinstance(option, str)
                ),
            )


async def _carried(service: Readable, tag: str, jitter: Callable[[], float]) -> bool:
    page = await read(service, "contacts", {"tags": tag, "page": "1"}, jitter)
    return any(True for _ in dicts(page.get("contacts")))


async def _pages(
    service: Readable, path: str, query: Mapping[str, str], most: int, jitter: Callable[[], float]
) -> AsyncIterator[Mapping[str, object]]:
    """Yield the first pages, at most so many."""
    for number in range(1, most + 1):
        page = await read(service, path, {**query, "page": str(number)}, jitter)
        yield page
        meta = page.get("meta")
        pages = meta.get("pages") if isinstance(meta, dict) else None
        if not isinstance(pages, int) or number >= pages:
            return
