"""Which hosts are this computer itself, where nobody else can listen."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Tell whether a host's name or address is the loopback address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
