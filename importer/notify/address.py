"""Addresses of webhooks and pings: which are taken, and what may be shown of them. Pure.

Whoever knows such an address can post to it, so it is a secret: no message here repeats it, and only its host is shown.
"""

import re
from urllib.parse import SplitResult, urlsplit

from importer.model.loopback import is_loopback

_EXAMPLE = "an address such as https://hooks.example.com/secret"
_VISIBLE = re.compile(r"[!-~]+")


def notice_address(text: str) -> str:
    """Return the stripped address: https, or plain http on the loopback address alone; an empty text as it is.

    Raises:
        ValueError: It is none of these; the message is the end of a sentence, and does not hold the address.

    """
    address = text.strip()
    if not address:
        return ""
    parts = _parts(address)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError("must begin with https://, because whoever reads it on its way could post there")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ValueError("must be an address without a user name, password or #")
    return address


def _parts(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"must be {_EXAMPLE}") from None  # its own text holds the address
    if parts.scheme not in {"https", "http"} or not host or not _VISIBLE.fullmatch(address):
        raise ValueError(f"must be {_EXAMPLE}")
    return parts


def shown_host(address: str) -> str:
    """Return what may be shown of an address: its host."""
    return urlsplit(address).hostname or ""


def ping_address(address: str, signal: str = "") -> str:
    """Return the address for a signal, as healthchecks.io has it (its documentation, "Pinging API", November 2026).

    Args:
        address: Of the dead-man's switch.
        signal: `start`, `log`, or an exit code; empty: success.

    """
    parts = urlsplit(address)
    path = f"{parts.path.rstrip('/')}/{signal}" if signal else parts.path
    return parts._replace(path=path).geturl()
