"""Who of the rows' contacts is in the account already: looked up row by row, or found in the contact list.

The way that takes fewer requests is chosen. A look-up per row is the worker pool's work (`worker_pool.ask_first`);
here is the other way: the list is walked, and the journal told whom it shows.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from importer.client.account import AccountLists
from importer.client.contact_list import MOST_PAGES, ContactList
from importer.commands.context import CommandContext
from importer.model.errors import ServiceError
from importer.model.journal_rows import WalkedContact
from importer.model.plain_text import counted, duration
from importer.model.policy import Existing
from importer.model.protocols import Service
from importer.system.logs import LOG, log_fields

_FEW_ROWS = 10
"""So few are looked up without a thought: how long the list is costs a request too."""
_NOT_WALKED = "the contact list was not walked, so each row is looked up: %s"


class PresenceJournal(Protocol):
    """What is needed of the journal."""

    async def to_ask(self) -> tuple[int, int]:
        """Return of how many rows it is to be asked whether they are there, and the most look-ups they need."""

    async def add_walked(self, contacts: Sequence[WalkedContact], *, several_channels: bool) -> None:
        """Take note of all contacts of the account that have a number."""


async def find_existing(
    context: CommandContext,
    service: Service,
    journal: PresenceJournal,
    lists: AccountLists | None,
    observe: Callable[[Sequence[Mapping[str, object]]], None] = lambda _contacts: None,
) -> bool:
    """Tell the journal who is there already, where that takes fewer requests than a look-up per row.

    Return whether all contacts of the list were shown.

    Args:
        context: With what is to be done with existing contacts.
        service: That keeps the pace.
        journal: With all rows of the run.
        lists: The account's channels, as far as they are known.
        observe: Is handed the contacts of the list, page by page, as the service describes them.

    Raises:
        StorageError: The journal cannot be written.

    """
    if context.settings.mapping.contact.existing is Existing.CREATE:
        return False
    rows, look_ups = await journal.to_ask()
    if not rows:
        return False
    walk = ContactList(service, context.jitter, observe)
    try:
        pages = await walk.pages() if rows > _FEW_ROWS else MOST_PAGES
        if (requests := _walk_requests(pages)) < look_ups:
            _tell_cost(context, rows, requests, pages * walk.page_seconds, at_least=pages >= MOST_PAGES)
            walked = await walk.walk(most_requests=look_ups)
            await journal.add_walked(walked, several_channels=has_several_channels(lists))
            _log("%s contacts found in %s pages of the contact list", len(walked), walk.requests)
            return True
    except ServiceError as error:
        _log(_NOT_WALKED, error.message, level=logging.WARNING)
    _tell_cost(context, rows, look_ups, 0.0)
    return False


def has_several_channels(lists: AccountLists | None) -> bool:
    """Tell whether the account has, or may have, a number more than once: in several WhatsApp channels.

    Args:
        lists: The account's channels, also those out of use; None: they are not known.

    """
    channels = [one for one in lists.channels if one.get("type") == "whatsapp"] if lists else []
    return len(channels) != 1


def _walk_requests(pages: int) -> int:
    """Return how many requests a walk takes: the first page is read once more at its end, if there are others."""
    return pages + (pages > 1)


def _tell_cost(context: CommandContext, rows: int, requests: int, seconds: float, *, at_least: bool = False) -> None:
    """Say how many customers are asked about and what it costs: never less time than the account's rate allows.

    They are those that no run sent. Those that an earlier run was refused are asked about later, one by one, so that
    more rows may be sent than are named here.
    """
    rate = context.settings.service.rate
    seconds = max(seconds, requests / rate if rate else 0.0)
    about = "at least" if at_least else "about"
    cost = counted(requests, "request") + (f", {duration(seconds)}" if seconds >= 1 else "")
    where = "the sandbox" if context.settings.run.sandbox else "Callbell"
    context.tell(f"Asking whether {where} has {counted(rows, 'customer')} not sent before: {about} {cost}.")
    _log("asking for %s rows by %s requests", rows, requests)


def _log(text: str, *values: object, level: int = logging.INFO) -> None:
    LOG.log(level, text, *values, extra=log_fields("presence"))
