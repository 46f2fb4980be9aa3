"""How an account is called, and what must be in it, where a person reads of it."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from importer.model.plain_text import plain
from importer.model.requests import CALLBELL_URL

_FIRST = "First make these in Callbell, where they are missing:"


def account_words(name: str, base_url: str) -> str:
    """Return an account in words: such as `Callbell, the account of ana@example.com`; another host is named.

    Args:
        name: As the journal calls it: an address, and the account's label or its owner's e-mail if there is one.
        base_url: Where requests go; the journal may know the account by another address.

    """
    service, label = urlsplit(base_url), name.partition(" ")[2]
    is_callbell = service.netloc == urlsplit(CALLBELL_URL).netloc
    where = "Callbell" if is_callbell else f"{service.scheme}://{service.netloc}"
    return f"{where}, the account of {label}" if label else where


def kept_account_words(name: str) -> str:
    """Return an account in words by its name in the journal alone; of a sandbox within a run, the name."""
    address = name.partition(" ")[0]
    return account_words(name, address) if "://" in address else name


def required_text(required: Sequence[str], head: str = "These must be in your account:") -> str:
    """Return the paragraph that lists what must be in the account; an empty text without any."""
    return "\n  ".join([head, *map(plain, required)]) if required else ""


def make_first_text(required: Sequence[str] | None) -> str:
    """Return the same as what comes before the rows are sent; None: it is not known."""
    return required_text(required or (), _FIRST)


def make_first_steps(required: Sequence[str]) -> list[tuple[str, str]]:
    """Return the same as a step without a command; none where nothing is required."""
    return [(f"{_FIRST} {'; '.join(map(plain, required))}.", "")] if required else []
