"""Who of the rows' contacts is in the account already: looked up row by row, or found in the contact list.

The way that takes fewer requests is chosen. A look-up per row is the worker pool's work (`worker_pool.ask_first`);
here is the other way: the list is walked, and the journal told whom it shows.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from importer.client.account import AccountLists, text_field
from importer.client.contact_list import MOST_PAGES, ContactList
from importer.commands.context import CommandContext
from importer.model.errors import ServiceError
from importer.model.journal_rows import WalkedContact
from importer.model.plain_text import counted, duration
from importer.model.policy import Existing
from importer.model.protocols import Service
from importer.system.logs import LOG

_FEW_ROWS = 10
"""So few are looked up without a thought: how long the list is costs a request too."""


class PresenceJournal(Protocol):
    """What is needed of the journal."""

    async def to_ask(self) -> int:
        """Return how many rows are to be asked for before they are sent."""

    async def add_walked(self, contacts: Sequence[WalkedContact]) -> None:
        """Take note of all contacts of the account that have a number."""


async def find_existing(
    context: CommandContext,
    service: Service,
    journal: PresenceJournal,
    lists: AccountLists | None,
    observe: Callable[[Sequence[Mapping[str, object]]], None] = lambda _contacts: None,
) -> None:
    """Tell the journal who is there already, where that takes fewer requests than a look-up per row.

    Args:
        context: With what is to be done with existing contacts.
        service: That keeps the pace.
        journal: With all rows of the run.
        lists: The account's channels, as far as they are known.
        observe: Is handed the contacts of the list, page by page, as the service describes them.

    """
    if context.settings.mapping.contact.existing is Existing.CREATE or not (rows := await journal.to_ask()):
        return
    walk = ContactList(service, context.jitter, observe)
    try:
        pages = await walk.pages() if rows > _FEW_ROWS else MOST_PAGES
        if (requests := _walk_requests(pages)) < rows:
            _tell_cost(context, rows, requests, pages * walk.page_seconds, at_least=pages >= MOST_PAGES)
            walked = await walk.walk(most_requests=rows)
            await journal.add_walked(with_channels(walked, lists))
            LOG.info("%s contacts found in %s pages of the contact list", len(walked), walk.requests)
            return
    except ServiceError as error:
        LOG.warning("the contact list was not walked, so each row is looked up: %s", error.message)
    rate = context.settings.service.rate
    _tell_cost(context, rows, rows, rows / rate if rate else 0.0)


def with_channels(walked: Sequence[WalkedContact], lists: AccountLists | None) -> Sequence[WalkedContact]:
    """Return the contacts with their channel, where the account has only one that they can be in.

    Args:
        walked: As the list shows them, which does not always name the channel.
        lists: The account's channels; None: they are not known.

    """
    channels = [one for one in lists.channels if one.get("type") == "whatsapp"] if lists else []
    if len(channels) != 1:
        return walked
    uuid = text_field(channels[0], "uuid")
    return [replace(one, channel_uuid=one.channel_uuid or uuid) for one in walked]


def _walk_requests(pages: int) -> int:
    """Return how many requests a walk takes: the first page is read once more at its end, if there are others."""
    return pages + (pages > 1)


def _tell_cost(context: CommandContext, rows: int, requests: int, seconds: float, *, at_least: bool = False) -> None:
    """Say what is asked and what it costs."""
    slowest = max(seconds, requests / context.settings.service.rate if context.settings.service.rate else 0.0)
    about = "at least" if at_least else "about"
    customers = "whether 1 customer is" if rows == 1 else f"which of {rows:,} customers are"
    cost = f"{about} {counted(requests, 'request')}" + (f", {duration(math.ceil(slowest))}" if slowest >= 1 else "")
    context.tell(f"Asking {customers} in Callbell already: {cost}.")
    LOG.info("asking for %s rows: %s requests", rows, requests)
