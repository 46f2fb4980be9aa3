"""One POST to an address that is a secret: neither redirects nor this machine's proxies are followed.

aiohttp's errors hold the address, so none of their text is passed on.
"""

import socket
import ssl
from functools import partial

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from importer import __version__
from importer.notify.delivery import DeliveryError
from importer.system.daemon_thread import in_daemon_thread

_TOO_MANY = 429
_FAILURES: tuple[tuple[type[BaseException], str, bool], ...] = (
    (aiohttp.ClientConnectorDNSError, "its name was not found", True),
    (aiohttp.ClientConnectorCertificateError, "its certificate is not good", False),
    (aiohttp.ClientConnectorSSLError, "no safe connection (TLS) came about", False),
    (aiohttp.ClientConnectorError, "no connection came about", True),
    (aiohttp.ConnectionTimeoutError, "no connection in time", True),
    (aiohttp.InvalidURL, "its address is none", False),
    (TimeoutError, "no answer in time", False),
    (aiohttp.ServerDisconnectedError, "the connection broke off", False),
    (OSError, "the connection broke off", False),
    (Exception, "the answer was not HTTP", False),
)
"""The first kind that fits: what is said, and whether it surely did not arrive and may at another try."""


class _Resolver(AbstractResolver):
    """Looks names up without keeping the process from its end; aiohttp's own waits for the system's answer."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await in_daemon_thread(partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM))
        return [
            ResolveResult(
                hostname=host,
                host=str(place[0]),
                port=int(place[1]),
                family=kind,
                proto=proto,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, _, proto, _, place in found
        ]

    async def close(self) -> None:
        """Do nothing: there is nothing to close."""


async def post(address: str, body: bytes, content_type: str) -> None:
    """Post once.

    Raises:
        DeliveryError: It was not taken.

    """
    headers = {"Content-Type": content_type, "User-Agent": f"callbell-importer/{__version__}"}
    try:
        # Certificates are checked by what the system trusts now.
        connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(), resolver=_Resolver())
        async with (
            aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False) as http,
            http.post(address, data=body, headers=headers, allow_redirects=False) as response,
        ):
            status = response.status
            response.close()  # what it says besides is not read
    except (aiohttp.ClientError, OSError, ValueError) as error:
        reason, again = next((reason, again) for kind, reason, again in _FAILURES if isinstance(error, kind))
        raise DeliveryError(reason, again=again) from None
    if not 200 <= status < 300:  # noqa: PLR2004 - HTTP's numbers
        raise _refused(status)


def _refused(status: int) -> DeliveryError:
    """Return the error that the receiver answered with something else than success."""
    is_redirect = 300 <= status < 400  # noqa: PLR2004 - HTTP's numbers
    cure = ", and a redirect is not followed: give the address that it leads to" if is_redirect else ""
    return DeliveryError(f"it answers {status}{cure}", again=status == _TOO_MANY or status >= 500)  # noqa: PLR2004 - HTTP's number
