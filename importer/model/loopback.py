"""Which hosts are this computer itself, where nobody else can listen; and the sandbox that is served there."""

import ipaddress
from urllib.parse import urlsplit

SANDBOX_TOKEN = "sandbox-token"  # noqa: S105 - is valid for the sandbox on the loopback address only


def is_loopback(host: str) -> bool:
    """Tell whether a host's name or address is the loopback address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_sandbox(base_url: str, token: str) -> bool:
    """Tell whether a service is the sandbox, which forgets its contacts when it stops."""
    return token == SANDBOX_TOKEN and is_loopback(urlsplit(base_url).hostname or "")
