"""Download of a spreadsheet from a web address, whole or not at all: bounded in size, time and redirects, https only.

aiohttp follows no redirect here: each is looked at first, as it may lead from https to http, or to Google's log-in.
What an address has before its host (a user and a password) is sent to that very host alone. Nothing of aiohttp's own
errors is told: they hold the address.
"""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path

import aiohttp
from yarl import URL

from importer import __version__
from importer.client.http import unanswered
from importer.model.addresses import (
    GOOGLE_LOGIN,
    TRY_AGAIN,
    FetchLimits,
    download_address,
    is_google_sheet,
    offered_name,
    shown_address,
    why_not_fetched,
)
from importer.model.errors import InputError
from importer.model.plain_text import plain
from importer.system.files import as_storage_error, open_private

WAITS_SECONDS = (2.0, 10.0)
"""Before the second and the third attempt, where the server or the way to it is at fault."""
_MOST_REDIRECTS = 5
_BLOCK_BYTES = 65_536
_START_BYTES = 8
_SILENCE_SECONDS = 60
_REDIRECTS = (301, 302, 303, 307, 308)
_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_NOTHING = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_NOT_WRITTEN = "The downloaded file cannot be written"
_SHARE = (
    "Open it in Google Sheets, click Share, let anyone with the link view it, and give the same command again; or"
    " download it there (File, Download) and name the file."
)


class _TryAgainError(InputError):
    """The same request may succeed later."""


async def download_file(
    address: str, folder: Path, limits: FetchLimits, waits_seconds: Sequence[float] = WAITS_SECONDS
) -> Path:
    """Download a spreadsheet into a folder, and return its path; the server says what it is called.

    Args:
        address: As it was given, with all that lets it be fetched.
        folder: That nobody else can look into.
        limits: How much is fetched at most, and for how long.
        waits_seconds: Before each further attempt.

    Raises:
        InputError: It cannot be fetched, or not whole.
        StorageError: It cannot be written.

    """
    try:
        async with asyncio.timeout(limits.seconds):
            for wait_seconds in waits_seconds:
                try:
                    return await _attempt(address, folder, limits)
                except _TryAgainError:
                    await asyncio.sleep(wait_seconds)
            return await _attempt(address, folder, limits)
    except TimeoutError:
        raise limits.too_slow(shown_address(address)) from None


async def _attempt(address: str, folder: Path, limits: FetchLimits) -> Path:
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=_SILENCE_SECONDS)
    headers = {"Accept-Encoding": "identity", "User-Agent": f"callbell-importer/{__version__}"}
    try:
        # As in CallbellClient: no proxy, cookie or .netrc of the machine gets a say.
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), headers=headers, timeout=timeout) as http:
            return await _followed(http, address, folder, limits)
    except aiohttp.ClientPayloadError:
        raise _TryAgainError(f"{shown_address(address)} broke off before its end.", TRY_AGAIN) from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        reply = unanswered(error)
        message = f"{shown_address(address)} cannot be fetched: {reply.message}."
        if reply.fatal:
            raise InputError(message, "Check the address and the server's certificate. Nothing was sent.") from None
        raise _TryAgainError(message, TRY_AGAIN) from None


async def _followed(http: aiohttp.ClientSession, address: str, folder: Path, limits: FetchLimits) -> Path:
    """Follow the redirects from an address to a file, and save it."""
    asked, shown = download_address(address), shown_address(address)
    for _ in range(_MOST_REDIRECTS + 1):
        if reason := why_not_fetched(asked):
            where = "" if asked == download_address(address) else f" leads to {shown_address(asked)}, which"
            raise InputError(f"{shown}{where} {reason}.", "Check the address. Nothing was sent.")
        async with http.get(_as_it_is(asked), allow_redirects=False) as response:
            if response.status not in _REDIRECTS:
                _check_answer(response, address)
                return await _saved(response, address, folder, limits)
            asked = _next(asked, response.headers.get("Location", ""), address)
    raise InputError(f"{shown} leads from one address to the next, without an end.", "Check it in a browser.")


def _as_it_is(address: str) -> URL:
    """Return the address without a change where it needs none: a signature is over every sign of it."""
    return URL(address, encoded=address.isascii() and " " not in address)


def _next(asked: str, location: str, address: str) -> str:
    """Return where a redirect leads, as far as it may."""
    before = _as_it_is(asked)
    target = before.join(_as_it_is(location)).with_user(None)
    if target.host == GOOGLE_LOGIN:
        raise _not_shared(address)
    if before.scheme == "https" and target.scheme != "https":
        raise InputError(
            f"{shown_address(address)} leads from https to an address that anybody on the way can read and change.",
            "Ask whoever keeps that server for an https address. Nothing was sent.",
        )
    if target.origin() == before.with_user(None).origin():
        target = target.with_user(before.user).with_password(before.password)
    return str(target)


def _check_answer(response: aiohttp.ClientResponse, address: str) -> None:
    """Return if the answer is a file.

    Raises:
        InputError: It is none.

    """
    shown, status, is_google = shown_address(address), response.status, is_google_sheet(address)
    if is_google and status in _REFUSED:
        raise _not_shared(address)
    if status in _REFUSED:
        raise InputError(
            f"{shown} is not for everybody: the server wants to know who asks (HTTP {status}).",
            "Give an address that has its key in it, or download the file and name that.",
        )
    if status in _NOTHING:
        raise InputError(f"There is nothing at {shown} (HTTP {status}).", "Check the address in a browser.")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        raise _TryAgainError(f"{shown} cannot be fetched now: its server answers with HTTP {status}.", TRY_AGAIN)
    if status != HTTPStatus.OK:
        raise InputError(f"{shown} cannot be fetched (HTTP {status}).", "Check the address in a browser.")
    if response.content_type in ("text/html", "application/xhtml+xml"):
        if is_google:
            raise _not_shared(address)
        raise InputError(
            f"{shown} is a web page, and no spreadsheet.",
            "Give the address from which a browser downloads the file itself, or download it and name the file.",
        )


def _not_shared(address: str) -> InputError:
    return InputError(f"The sheet {shown_address(address)} is not shared: Google asks for a log-in.", _SHARE)


async def _saved(response: aiohttp.ClientResponse, address: str, folder: Path, limits: FetchLimits) -> Path:
    """Write the answer's body, which aiohttp refuses if it ends before the length that was announced."""
    shown = shown_address(address)
    if (response.content_length or 0) > limits.most_bytes:
        raise limits.too_large(shown)
    unnamed, count, start = folder / "unfinished", 0, b""
    with open_private(unnamed) as file:
        async for block in response.content.iter_chunked(_BLOCK_BYTES):
            count += len(block)
            start = start or block[:_START_BYTES]
            if count > limits.most_bytes:
                raise limits.too_large(shown)
            with as_storage_error(_NOT_WRITTEN):
                file.write(block)
    disposition = response.headers.get("Content-Disposition", "")
    name = plain(offered_name(download_address(address), disposition, response.content_type, start))
    with as_storage_error(_NOT_WRITTEN):
        unnamed.replace(folder / name)
    return folder / name
