"""Downloads from servers on the loopback address that redirect, lie about lengths, and want to know who asks."""

import asyncio
import base64
import os
import ssl
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
from aiohttp import web

from importer.client import download
from importer.client.download import download_file
from importer.model.addresses import FetchLimits
from importer.model.errors import InputError, StorageError

SECRET = "5ecret"  # noqa: S105 - opens nothing
CONTENT = b"Phone,Name\n+34600111222,Ana\n"
LIMITS = FetchLimits(most_bytes=1_000_000, seconds=30)
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Yield the address of a server that answers every request so."""
    server = web.Server(handler)
    runner = web.ServerRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    try:
        port = runner.addresses[0][1]
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def answers(body: bytes = CONTENT, **answer: object) -> Handler:
    """Return a handler that always answers the same."""

    async def handler(_request: web.BaseRequest) -> web.StreamResponse:
        given = {"content_type": "text/csv"} | answer
        return web.Response(body=body, **given)  # type: ignore[arg-type]  # as the test has them

    return handler


def names(folder: Path) -> list[str]:
    """Return what is in a folder."""
    return [path.name for path in folder.iterdir()]


async def fetched(address: str, folder: Path, limits: FetchLimits = LIMITS) -> Path:
    """Download without waiting between attempts."""
    return await download_file(address, folder, limits, waits_seconds=(0, 0))


async def refused(handler: Handler, folder: Path, path: str = "/a.csv", limits: FetchLimits = LIMITS) -> InputError:
    """Return why what a server offers is not taken; nothing that looks like the file is left behind."""
    async with serving(handler) as address:
        with pytest.raises(InputError) as error:
            await fetched(address.replace("//", f"//ana:{SECRET}@") + f"{path}?sig={SECRET}", folder, limits)
    assert SECRET not in f"{error.value.message} {error.value.hint} {error.value.__cause__!r}"
    assert set(names(folder)) <= {"unfinished"}
    return error.value


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The TLS of a server that the client trusts."""
    authority = trustme.CA()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


async def test_a_file_is_fetched_whole(tmp_path: Path) -> None:
    """It is called as the server says, and nobody else can read it."""
    handler = answers(headers={"Content-Disposition": 'attachment; filename="Customers.csv"'})
    async with serving(handler) as address:
        path = await fetched(f"{address}/a", tmp_path)
    assert (path.name, path.read_bytes()) == ("Customers.csv", CONTENT)
    assert names(tmp_path) == ["Customers.csv"]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_file_is_fetched_by_https(tmp_path: Path, trust: ssl.SSLContext) -> None:
    """From a server whose certificate is trusted."""
    async with serving(answers(), trust) as address:
        assert (await fetched(f"{address}/a.csv", tmp_path)).read_bytes() == CONTENT


async def test_a_certificate_of_a_stranger_is_refused_at_once(tmp_path: Path) -> None:
    """Nothing is asked of it, and to ask again would not help."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    asked = 0

    async def handler(_request: web.BaseRequest) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        return web.Response()

    async with serving(handler, context) as address:
        with pytest.raises(InputError, match="its certificate is not good"):
            await fetched(f"{address}/a.csv", tmp_path)
    assert asked == 0


async def test_a_signature_arrives_as_it_was_given(tmp_path: Path) -> None:
    """Every sign of it counts: nothing is decoded and encoded again."""
    raw = "/a%2Fb.csv?X-Sig=a%2Fb%2B%3D&x=a+b"
    seen = []

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        seen.append(request.raw_path)
        return web.Response(body=CONTENT, content_type="text/csv")

    async with serving(handler) as address:
        await fetched(address + raw, tmp_path)
        await fetched(f"{address}/con acento ñ.csv", tmp_path)
    assert seen == [raw, "/con%20acento%20%C3%B1.csv"]


async def test_a_user_and_password_go_to_their_own_host_alone(tmp_path: Path) -> None:
    """Also after a redirect to it; another host does not get them."""
    seen: list[tuple[str, str | None]] = []

    async def stranger(request: web.BaseRequest) -> web.StreamResponse:
        seen.append(("stranger", request.headers.get("Authorization")))
        return web.Response(body=CONTENT, content_type="text/csv")

    async with serving(stranger) as elsewhere:

        async def own(request: web.BaseRequest) -> web.StreamResponse:
            seen.append((request.path, request.headers.get("Authorization")))
            target = "/second" if request.path == "/first" else elsewhere
            return web.Response(status=302, headers={"Location": target})

        async with serving(own) as address:
            await fetched(address.replace("//", "//ana:p%40ss@") + "/first", tmp_path)
    login = "Basic " + base64.b64encode(b"ana:p@ss").decode()
    assert seen == [("/first", login), ("/second", login), ("stranger", None)]


async def test_a_redirect_does_not_lead_away_from_https(tmp_path: Path, trust: ssl.SSLContext) -> None:
    """Not even to this computer, where plain http may be asked for."""
    async with serving(answers()) as plain:
        handler = answers(status=302, headers={"Location": f"{plain}/a.csv"})
        async with serving(handler, trust) as address:
            with pytest.raises(InputError, match="leads from https to an address that anybody"):
                await fetched(f"{address}/a.csv", tmp_path)


async def test_a_redirect_to_plain_http_elsewhere_is_not_followed(tmp_path: Path) -> None:
    """It is told where it would have led, without the secrets of that address."""
    error = await refused(answers(status=307, headers={"Location": f"http://example.com/a?k={SECRET}"}), tmp_path)
    assert "leads to http://example.com/a?..., which begins with http://" in error.message


async def test_redirects_come_to_an_end(tmp_path: Path) -> None:
    """Five are followed; one that leads nowhere leads to itself."""
    assert "without an end" in (await refused(answers(status=301), tmp_path)).message


async def test_a_sheet_that_is_not_shared_is_told(tmp_path: Path) -> None:
    """Google sends strangers to its log-in."""
    handler = answers(status=302, headers={"Location": f"https://accounts.google.com/ServiceLogin?continue={SECRET}"})
    error = await refused(handler, tmp_path)
    assert "is not shared: Google asks for a log-in" in error.message
    assert "Share" in error.hint


@pytest.mark.parametrize(("status", "kind"), [(401, "text/csv"), (403, "text/csv"), (200, "text/html")])
async def test_whatever_else_google_says_of_a_sheet_that_is_not_shared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, kind: str
) -> None:
    """Its page for strangers, or a refusal."""
    monkeypatch.setattr(download, "is_google_sheet", lambda _address: True)
    error = await refused(answers(status=status, content_type=kind), tmp_path)
    assert "is not shared" in error.message


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (401, "text/csv", "is not for everybody: the server wants to know who asks (HTTP 401)"),
        (403, "text/csv", "is not for everybody"),
        (404, "text/html", "There is nothing at"),
        (410, "text/csv", "There is nothing at"),
        (204, "text/csv", "cannot be fetched (HTTP 204)"),
        (206, "text/csv", "cannot be fetched (HTTP 206)"),
        (400, "text/csv", "cannot be fetched (HTTP 400)"),
        (200, "text/html", "is a web page, and no spreadsheet"),
    ],
)
async def test_an_answer_that_is_no_file_is_told(tmp_path: Path, status: int, kind: str, said: str) -> None:
    """With what to do about it."""
    error = await refused(answers(b"" if status == 204 else CONTENT, status=status, content_type=kind), tmp_path)
    assert said in error.message
    assert error.hint


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_server_in_trouble_is_asked_again(tmp_path: Path, status: int) -> None:
    """Three times in all; what it answers then counts."""
    asked = 0

    async def handler(_request: web.BaseRequest) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        return web.Response(status=200 if asked == 3 else status, body=CONTENT, content_type="text/csv")

    async with serving(handler) as address:
        assert (await fetched(f"{address}/a.csv", tmp_path)).read_bytes() == CONTENT
        assert asked == 3
    (tmp_path / "a.csv").unlink()
    assert f"answers with HTTP {status}" in (await refused(answers(status=status), tmp_path)).message


async def raw_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, text: bytes) -> None:
    """Answer a request with these very bytes, and hang up."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(text)
    await writer.drain()
    writer.close()


@pytest.mark.parametrize(
    "text",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 1000\r\n\r\n" + CONTENT,
        b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n1c\r\n" + CONTENT,
    ],
)
async def test_a_download_that_breaks_off_is_no_file(tmp_path: Path, text: bytes) -> None:
    """Shorter than its Content-Length, or without its last chunk: nothing of it is imported."""
    server = await asyncio.start_server(lambda reader, writer: raw_answer(reader, writer, text), "127.0.0.1", 0)
    async with server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/a.csv"
        with pytest.raises(InputError, match="broke off before its end"):
            await fetched(address, tmp_path)


async def test_nobody_there_is_told(tmp_path: Path) -> None:
    """Without the library's own words, which have the address in them."""
    async with serving(answers()) as address:
        pass
    with pytest.raises(InputError, match="cannot be fetched: no connection came about") as error:
        await fetched(f"{address}/a.csv?sig={SECRET}", tmp_path)
    assert SECRET not in str(error.value)


@pytest.mark.parametrize("announced", [True, False])
async def test_a_file_that_is_too_large_is_not_fetched(tmp_path: Path, *, announced: bool) -> None:
    """Whether the server says so beforehand, or only goes on and on."""

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_type = "text/csv"
        if announced:
            response.content_length = 3_000_000
        await response.prepare(request)
        for _ in range(0 if announced else 30):
            await response.write(b"x" * 100_000)
        return response

    limits = FetchLimits(most_bytes=2_000_000, seconds=30)
    error = await refused(handler, tmp_path, limits=limits)
    assert "is larger than 2 MB" in error.message
    assert "max_download_mb" in error.hint


async def test_a_server_that_drips_is_given_up(tmp_path: Path) -> None:
    """The time is for all of it, not for each byte."""
    hang = asyncio.Event()

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"Phone")
        await hang.wait()
        return response

    error = await refused(handler, tmp_path, limits=FetchLimits(most_bytes=1000, seconds=0.2))
    assert "within 0 seconds" in error.message
    assert "download_timeout" in error.hint


async def test_an_address_that_may_not_be_asked_is_not(tmp_path: Path) -> None:
    """Before anything is sent."""
    with pytest.raises(InputError, match="begins with http://"):
        await fetched("http://example.com/a.csv", tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
async def test_a_disk_that_is_full_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not the server's fault."""
    monkeypatch.setattr(download, "open_private", lambda _path: open("/dev/full", "wb", buffering=0))  # noqa: PTH123, SIM115
    async with serving(answers()) as address:
        with pytest.raises(StorageError, match="cannot be written"):
            await fetched(f"{address}/a.csv", tmp_path)
