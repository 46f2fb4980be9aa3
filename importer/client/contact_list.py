"""The account's contact list, walked from its first page to its last: who is there already.

The list is sorted by newest conversation, and shifts while it is walked: who writes moves to the top, which may be
above the page that is read next. So the first pages are read again, until a first page shows that nobody has moved past
the walk: all of it is known, in the order in which it was read before, and nobody who stood above it is missing. Only
then is it believed that somebody is *not* in the list.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass

from importer.client.account import get_json, text_field
from importer.model.errors import ServiceError
from importer.model.journal_rows import WalkedContact
from importer.model.protocols import Service
from importer.model.requests import list_contacts

CONTACTS_A_PAGE = 20
MOST_PAGES = 500
"""What `meta.pages` says at most, however many there are."""
_MOST_READINGS = 50
"""Of the first pages, at the end: a list that shifts between any two requests cannot be walked."""
_MOST_GONE = 3
"""Contacts that may be missing above a page that was read again: somebody may have deleted them."""


class WalkError(ServiceError):
    """The list cannot be walked to its end, so that it proves nobody's absence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """One page of the list."""

    contacts: Sequence[Mapping[str, object]]
    """As the service describes them."""
    uuids: Sequence[str]
    """Of the contacts, in their order."""
    pages: int
    """How many the list has, as the page says: at most `MOST_PAGES`."""
    after: str
    """To be passed back for the next page; empty: it is the last one."""


class ContactList:
    """The list of one account.

    Args:
        service: That the account is of.
        jitter: A number from 0.0 to 1.0 for the waits between attempts.
        observe: Is handed the contacts of each page, as the service describes them.

    """

    def __init__(
        self,
        service: Service,
        jitter: Callable[[], float],
        observe: Callable[[Sequence[Mapping[str, object]]], None] = lambda _contacts: None,
    ) -> None:
        self._service = service
        self._jitter = jitter
        self._observe = observe
        self._first: ListPage | None = None
        self._walked: dict[str, WalkedContact | None] = {}  # by UUID; None: it has no number
        self._order: dict[str, int] = {}  # the place of each UUID, as it was read last
        self._most_requests = 0
        self._page_size = CONTACTS_A_PAGE
        self.requests = 0
        """Pages that were read so far."""
        self.page_seconds = 0.0
        """How long the first page took."""

    async def pages(self) -> int:
        """Return how many pages the list has, `MOST_PAGES` for all that are longer; it reads the first one.

        Raises:
            ServiceError: The list cannot be read.

        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        self._first = await self._page("")
        self.page_seconds, self._page_size = loop.time() - began, len(self._first.contacts)
        return self._first.pages

    async def walk(self, most_requests: int) -> Sequence[WalkedContact]:
        """Return all contacts with a phone number: whoever was there all the time is among them.

        Args:
            most_requests: With more it is given up.

        Raises:
            WalkError: The list goes on and on, ends too early, or is not what it should be.
            ServiceError: The list cannot be read.

        """
        self._most_requests = most_requests
        for _ in range(_MOST_READINGS):
            known = len(self._walked)
            read, last, is_settled = await self._read_from_top()
            if is_settled and len(read) == len(last.uuids):  # one answer, so that nobody can have moved meanwhile
                return [contact for contact in self._walked.values() if contact is not None]
            if not last.after and len(self._walked) == known and not self._is_enough(last):
                raise WalkError(f"The contact list ends after {known:,} contacts, and has {last.pages:,} pages.")
            self._put_on_top(read, is_whole=not last.after)
        raise WalkError("The contact list shifts faster than it can be read.")

    async def _read_from_top(self) -> tuple[Sequence[str], ListPage, bool]:
        """Read until a page is settled or the last one; return whom it showed, that page, and whether it is settled."""
        read: list[str] = []
        is_settled = False
        async for page in self._pages():
            self._note(page)
            is_settled = self._is_settled(page, read)
            read += page.uuids
            if is_settled:
                break
        return read, page, is_settled

    def _is_settled(self, page: ListPage, above: Sequence[str]) -> bool:
        """Tell whether a page proves that nobody below it has moved, since it stands as it was read before.

        Args:
            page: That was read.
            above: Who stands above it now.

        """
        if not self._is_enough(page):
            return False
        if not page.after and not above:
            return True  # all of the list is in one answer
        places = [self._order.get(uuid, -1) for uuid in page.uuids]
        if min(places, default=-1) < 0 or places != sorted(places):
            return False
        stood_above = {uuid for uuid, place in self._order.items() if place < places[-1]}
        return len(stood_above.difference(above, page.uuids)) <= _MOST_GONE

    def _is_enough(self, page: ListPage) -> bool:
        """Tell whether at least as many contacts are known as the page says that there are."""
        return page.pages <= 1 or len(self._walked) > self._page_size * (page.pages - 1)

    def _put_on_top(self, read: Sequence[str], *, is_whole: bool) -> None:
        """Keep the order in which the contacts stand now: those that were read again above the others."""
        below = () if is_whole else self._order
        self._order = {uuid: place for place, uuid in enumerate(dict.fromkeys([*read, *below]))}

    async def _pages(self) -> AsyncIterator[ListPage]:
        """Yield the pages from the top to the last one."""
        page, self._first = self._first or await self._page(""), None
        seen: set[str] = set()
        yield page
        while page.after:
            if page.after in seen:
                raise WalkError("The contact list repeats itself.")
            seen.add(page.after)
            page = await self._page(page.after)
            yield page

    async def _page(self, after: str) -> ListPage:
        if self._most_requests and self.requests >= self._most_requests:
            raise WalkError(f"The contact list goes on after {self.requests:,} pages.")
        self.requests += 1
        return _page_of(await get_json(self._service, list_contacts(after), self._jitter, holds="contacts"))

    def _note(self, page: ListPage) -> None:
        new = [one for one, uuid in zip(page.contacts, page.uuids, strict=True) if uuid not in self._walked]
        self._observe(new)
        self._walked.update((text_field(one, "uuid"), _walked(one)) for one in new)


def _page_of(answer: Mapping[str, object]) -> ListPage:
    """Return the page in an answer.

    Raises:
        WalkError: It is none.

    """
    listed, meta = answer.get("contacts"), answer.get("meta")
    after = meta.get("next") if isinstance(meta, dict) else 0.0
    if not isinstance(listed, list) or not isinstance(meta, dict) or not isinstance(after, str | int | None):
        raise WalkError("The contact list is not what it should be: no list, or no meta.next.")
    contacts = [one for one in listed if isinstance(one, dict) and text_field(one, "uuid")]
    if len(contacts) < len(listed) or (after is not None and not contacts):
        raise WalkError("The contact list has a page without contacts, or a contact without a UUID.")
    pages = meta.get("pages")
    return ListPage(
        contacts=contacts,
        uuids=[text_field(one, "uuid") for one in contacts],
        pages=pages if isinstance(pages, int) else 1,
        after="" if after is None else str(after),
    )


def _walked(contact: Mapping[str, object]) -> WalkedContact | None:
    """Return what is kept of a contact; None for one without a phone number."""
    channel, source = contact.get("channel"), text_field(contact, "source")
    digits = "".join(one for one in text_field(contact, "phoneNumber") if one in "0123456789")
    if not digits or (source and source != "whatsapp"):
        return None
    channel_uuid = text_field(channel, "uuid") if isinstance(channel, dict) else ""
    return WalkedContact(number=digits, channel_uuid=channel_uuid, uuid=text_field(contact, "uuid"))
