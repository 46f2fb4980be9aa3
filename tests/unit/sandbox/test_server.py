"""The sandbox over HTTP, asked by a plain client on the loopback address."""

import asyncio
import gzip
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import aiohttp
import pytest

from importer.model.errors import UsageError
from importer.sandbox import (
    AccountSetup,
    Commit,
    Duplicates,
    Fault,
    FaultKind,
    Faults,
    Sandbox,
    SandboxOptions,
    Scripted,
    serve,
)
from importer.sandbox.calls import CALLS
from importer.sandbox.misbehaviour import BOMB_BYTES, HUGE_BYTES, MISBEHAVIOURS, FaultedRequest

ANA = {"identifier": "34600111222", "source": "whatsapp", "name": "Ana"}
STATUS_OF_FAULT = {
    FaultKind.ERROR: 500,
    FaultKind.BAD_GATEWAY: 502,
    FaultKind.UNAVAILABLE: 503,
    FaultKind.GATEWAY_TIMEOUT: 504,
    FaultKind.THROTTLED: 429,
    FaultKind.THROTTLED_RETRY_AFTER: 429,
    FaultKind.UNAUTHORIZED: 401,
    FaultKind.FORBIDDEN: 403,
    FaultKind.REDIRECT_301: 301,
    FaultKind.REDIRECT_302: 302,
    FaultKind.REDIRECT_303: 303,
    FaultKind.REDIRECT_307: 307,
    FaultKind.REDIRECT_308: 308,
    FaultKind.HTML: 200,
    FaultKind.NO_UUID: 200,
    FaultKind.HUGE_BODY: 200,
    FaultKind.GZIP_BOMB: 200,
}
BROKEN_CONNECTIONS = {
    FaultKind.RESET: aiohttp.ClientConnectionError,
    FaultKind.CLOSE: aiohttp.ServerDisconnectedError,
    FaultKind.GARBAGE: aiohttp.ClientResponseError,
    FaultKind.CUT_HEADERS: aiohttp.ClientError,
    FaultKind.CUT_BODY: aiohttp.ClientPayloadError,
}
SILENT = {FaultKind.HANG, FaultKind.SLOW_BODY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """What a request got."""

    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def fields(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A plain HTTP client of one sandbox."""

    http: aiohttp.ClientSession
    sandbox: Sandbox

    async def ask(self, method: str, path: str, **options: Any) -> Got:
        """Send one request and read all of its answer."""
        headers = {"Authorization": f"Bearer {self.sandbox.token}", **options.pop("headers", {})}
        url = self.sandbox.base_url + path
        async with self.http.request(method, url, headers=headers, allow_redirects=False, **options) as response:
            return Got(status=response.status, body=await response.read(), headers=dict(response.headers))

    async def post(self, **fields: object) -> Got:
        """POST a contact."""
        return await self.ask("POST", "/contacts", json={**ANA, **fields})


@asynccontextmanager
async def client_of(sandbox: Sandbox) -> AsyncIterator[Client]:
    """Start the sandbox, and a client of it that does not unpack what it gets."""
    async with sandbox, aiohttp.ClientSession(auto_decompress=False) as http:
        yield Client(http=http, sandbox=sandbox)


def with_fault(fault: Fault, **faults: Any) -> Sandbox:
    """Return a sandbox whose first POST goes wrong."""
    return Sandbox(SandboxOptions(faults=Faults(script=(Scripted(fault=fault),), **faults)))


class HandClock:
    """A timer that the test moves."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


async def until(holds: Callable[[], bool]) -> None:
    """Let the event loop turn until something holds."""
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - what is waited for is a count in the sandbox, not an event
            await asyncio.sleep(0)


async def test_every_call_answers_over_http() -> None:
    """Each call of the API, once, in the life of one contact."""
    async with client_of(Sandbox()) as client:
        (made,) = (await client.post()).fields["contact"]
        path = f"/contacts/{made['uuid']}"
        team = (await client.ask("GET", "/teams")).fields["teams"][0]
        asked = [
            await client.ask("GET", "/auth/me"),
            await client.ask("GET", "/channels?page=1&type=whatsapp&active=true"),
            await client.ask("GET", f"/teams/{team['uuid']}/members?page=1"),
            await client.ask("GET", "/contacts?page=1&include_field_types=true"),
            await client.ask("GET", "/contacts/phone/34600111222"),
            await client.ask("GET", path),
            await client.ask("PATCH", path, json={"name": "Eva"}),
            await client.ask("DELETE", path),
        ]
        assert [got.status for got in asked] == [200] * 8
        assert all(got.headers["Content-Type"].startswith("application/json") for got in asked)
        assert all("Date" in got.headers for got in asked)
        assert asked[4].fields["contact"]["uuid"] == asked[5].fields["contact"][0]["uuid"] == made["uuid"]
        assert asked[6].fields["contact"][0]["name"] == "Eva"
        assert client.sandbox.contacts == ()
        assert client.sandbox.traffic.requests == dict.fromkeys(CALLS, 1)


async def test_it_listens_on_loopback_only() -> None:
    """The address is 127.0.0.1, and the port is the one that the base URL says."""
    async with Sandbox() as sandbox:
        assert sandbox.base_url == f"http://127.0.0.1:{sandbox.port}/v1"
        assert sandbox.port > 0


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic sandbox-token", "Bearer"])
async def test_a_wrong_token_is_refused(authorization: str) -> None:
    """401, whatever was asked, and it takes nothing of the rate."""
    async with client_of(Sandbox()) as client:
        got = await client.ask("POST", "/contacts", json=ANA, headers={"Authorization": authorization})
        assert got.status == 401
        assert got.fields["error"]["message"].startswith("Unauthorized")
        assert (client.sandbox.traffic.unauthorized, client.sandbox.contacts) == (1, ())
        assert len(client.sandbox.traffic.arrival_times) == 0


async def test_an_account_without_a_token_takes_any() -> None:
    """For a person who tries his file with the token that he has."""
    async with client_of(Sandbox(SandboxOptions(account=AccountSetup(token="")))) as client:
        assert (await client.post()).status == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("PUT", "/contacts", 405), ("POST", "/contacts/phone/1", 405), ("GET", "/tags", 404), ("GET", "/", 404)],
)
async def test_other_paths_and_methods_are_refused_as_json(method: str, path: str, status: int) -> None:
    """404 for a path that is none, 405 with `Allow` for a method that is none."""
    async with client_of(Sandbox()) as client:
        got = await client.ask(method, path)
        assert (got.status, "Allow" in got.headers) == (status, status == 405)
        assert got.fields["error"]["message"]
        assert client.sandbox.traffic.requests == {"unknown": 1}


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"{}", "application/json", 422),
        (b" " * (2**20 + 1), "application/json", 413),
    ],
)
async def test_a_body_that_is_no_json_object_is_refused(body: bytes, content_type: str, status: int) -> None:
    """400, 413 or 415; and 422 for an object that is no contact."""
    async with client_of(Sandbox()) as client:
        got = await client.ask("POST", "/contacts", data=io.BytesIO(body), headers={"Content-Type": content_type})
        assert got.status == status
        assert got.fields["error"]["message"]


@pytest.mark.parametrize(
    ("duplicates", "status", "count"), [("second", 200, 2), ("refuse", 422, 1), ("return", 200, 1)]
)
async def test_the_three_answers_to_a_second_post(duplicates: str, status: int, count: int) -> None:
    """What the documentation leaves open can be chosen."""
    async with client_of(Sandbox(SandboxOptions(duplicates=Duplicates(duplicates)))) as client:
        await client.post()
        assert (await client.post()).status == status
        assert len(client.sandbox.contacts) == count


async def test_the_rate_limit_is_a_strict_window() -> None:
    """Two a second: the third waits until the first is a second old; what is refused does nothing."""
    timer = HandClock()
    async with client_of(Sandbox(SandboxOptions(rate_limit=2), timer=timer)) as client:
        statuses = []
        for seconds in (100.0, 100.5, 100.9, 101.0, 101.1):
            timer.seconds = seconds
            statuses.append((await client.post(identifier=str(seconds))).status)
        assert statuses == [200, 200, 429, 200, 429]
        assert [contact.identifier for contact in client.sandbox.contacts] == ["100.0", "100.5", "101.0"]
        traffic = client.sandbox.traffic
        assert (client.sandbox.traffic.throttled, traffic.most_in_one_second, traffic.most_in_flight) == (2, 2, 1)
        assert list(traffic.arrival_times) == [100.0, 100.5, 100.9, 101.0, 101.1]


@pytest.mark.parametrize(("retry_after", "header"), [(False, None), (True, "1")])
async def test_a_429_says_when_to_come_back_if_told_to(*, retry_after: bool, header: str | None) -> None:
    """In whole seconds, or not at all."""
    options = SandboxOptions(rate_limit=1, retry_after=retry_after)
    async with client_of(Sandbox(options, timer=HandClock())) as client:
        await client.post()
        got = await client.post()
        assert (got.status, got.headers.get("Retry-After")) == (429, header)


async def test_each_token_has_a_window_of_its_own() -> None:
    """One client's haste does not slow another."""
    options = SandboxOptions(rate_limit=1, account=AccountSetup(token=""))
    async with client_of(Sandbox(options, timer=HandClock())) as client:
        tokens = ("one", "two", "one")
        got = [await client.ask("GET", "/teams", headers={"Authorization": f"Bearer {token}"}) for token in tokens]
        assert [answer.status for answer in got] == [200, 200, 429]


async def test_its_clock_can_be_another() -> None:
    """`createdAt` and `Date` say the time of the clock that was passed in."""
    moment = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    async with client_of(Sandbox(now=lambda: moment)) as client:
        got = await client.post()
        assert got.headers["Date"] == "Tue, 06 May 2031 07:08:09 GMT"
        assert got.fields["contact"][0]["createdAt"] == "2031-05-06T07:08:09.000Z"


async def test_latency_delays_the_answer_and_not_the_deed() -> None:
    """The contact is there while the client still waits; a client that leaves does not undo it."""
    async with client_of(Sandbox(SandboxOptions(latency_seconds=3600))) as client:
        waiting = asyncio.create_task(client.post())
        await until(lambda: len(client.sandbox.contacts) == 1)
        assert client.sandbox.traffic.in_flight == 1
        waiting.cancel()
        await until(lambda: client.sandbox.traffic.in_flight == 0)
        assert len(client.sandbox.contacts) == 1


async def test_a_little_latency_ends() -> None:
    """Then the answer comes."""
    async with client_of(Sandbox(SandboxOptions(latency_seconds=0.001))) as client:
        assert (await client.post()).status == 200


async def test_every_kind_of_fault_is_tested_here() -> None:
    """A new kind without a test is found."""
    assert set(FaultKind) == set(STATUS_OF_FAULT) | set(BROKEN_CONNECTIONS) | SILENT


@pytest.mark.parametrize("commit", [Commit.NO, Commit.YES])
@pytest.mark.parametrize(("kind", "status"), STATUS_OF_FAULT.items())
async def test_a_fault_answers_with_its_status(kind: FaultKind, status: int, commit: Commit) -> None:
    """Whatever it says, the contact is there only if it commits; the next request is answered rightly."""
    async with client_of(with_fault(Fault(kind, commit))) as client:
        assert (await client.post()).status == status
        assert len(client.sandbox.contacts) == (commit is Commit.YES)
        assert (await client.post()).fields["contact"][0]["uuid"]
        assert client.sandbox.traffic.faults == {Fault(kind, commit): 1}
        assert client.sandbox.traffic.throttled == 0


@pytest.mark.parametrize("commit", [Commit.NO, Commit.YES])
@pytest.mark.parametrize(("kind", "error"), BROKEN_CONNECTIONS.items())
async def test_a_fault_breaks_the_connection(kind: FaultKind, error: type[Exception], commit: Commit) -> None:
    """The client gets an error, and the contact is there only if it commits."""
    async with client_of(with_fault(Fault(kind, commit))) as client:
        with pytest.raises(error):
            await client.post()
        assert len(client.sandbox.contacts) == (commit is Commit.YES)
        assert (await client.post()).status == 200


@pytest.mark.parametrize("commit", Commit)
@pytest.mark.parametrize("kind", sorted(SILENT))
async def test_a_silent_fault_lasts_until_the_client_goes_away(kind: FaultKind, commit: Commit) -> None:
    """No answer comes; when the client leaves, the sandbox stops waiting too."""
    async with client_of(with_fault(Fault(kind, commit))) as client:
        waiting = asyncio.create_task(client.post())
        await until(lambda: client.sandbox.traffic.faults.total() == 1)
        assert not waiting.done()
        waiting.cancel()
        await until(lambda: client.sandbox.traffic.in_flight == 0)
        assert len(client.sandbox.contacts) == (commit is Commit.YES)


@pytest.mark.parametrize(("commit", "status"), [(Commit.NO, 504), (Commit.YES, 200)])
@pytest.mark.parametrize("kind", sorted(SILENT))
async def test_a_silent_fault_may_end(kind: FaultKind, commit: Commit, status: int) -> None:
    """The right answer comes late, and 504 where nothing was done."""
    async with client_of(with_fault(Fault(kind, commit), hang_seconds=0.001)) as client:
        got = await client.post()
        assert got.status == status
        assert len(got.fields["contact" if status == 200 else "error"]) == 1


async def test_a_stand_in_stops_though_a_client_still_waits() -> None:
    """Its connection is closed; nothing hangs."""
    async with aiohttp.ClientSession() as http:
        async with with_fault(Fault(FaultKind.HANG)) as sandbox:
            waiting = asyncio.create_task(Client(http=http, sandbox=sandbox).post())
            await until(lambda: sandbox.traffic.faults.total() == 1)
        with pytest.raises(aiohttp.ClientError):
            await waiting


async def test_a_late_commit_comes_after_the_answer() -> None:
    """The client hears 500 at once; the contact appears by itself later."""
    async with client_of(with_fault(Fault(FaultKind.ERROR, Commit.LATE), commit_delay_seconds=0.001)) as client:
        assert (await client.post()).status == 500
        await until(lambda: len(client.sandbox.contacts) == 1)


async def test_a_late_commit_can_be_made_to_happen() -> None:
    """A test need not wait an hour; what happened happens once, and a look-up sees it only then."""
    async with client_of(with_fault(Fault(FaultKind.ERROR, Commit.LATE), commit_delay_seconds=3600)) as client:
        await client.post()
        assert (await client.ask("GET", "/contacts/phone/34600111222")).status == 404
        client.sandbox.commit_late()
        client.sandbox.commit_late()
        assert (await client.ask("GET", "/contacts/phone/34600111222")).status == 200
        assert len(client.sandbox.contacts) == 1


async def test_what_was_to_be_committed_is_forgotten_at_the_end() -> None:
    """A sandbox that stopped does nothing any more."""
    sandbox = with_fault(Fault(FaultKind.ERROR, Commit.LATE), commit_delay_seconds=3600)
    async with client_of(sandbox) as client:
        await client.post()
    sandbox.commit_late()
    assert sandbox.contacts == ()


async def test_retry_after_says_what_it_is_told() -> None:
    """Seconds, a date, or nonsense, on 429 and 503."""
    for kind in (FaultKind.UNAVAILABLE, FaultKind.THROTTLED_RETRY_AFTER):
        async with client_of(with_fault(Fault(kind), retry_after="next Tuesday")) as client:
            assert (await client.post()).headers["Retry-After"] == "next Tuesday"


async def test_a_client_that_goes_away_first_is_no_error(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever serves a sandbox sees no traceback because somebody stopped an import."""

    async def gone(_: FaultedRequest) -> NoReturn:
        raise ConnectionResetError("Cannot write to closing transport")

    monkeypatch.setitem(MISBEHAVIOURS, FaultKind.CUT_BODY, gone)
    async with client_of(with_fault(Fault(FaultKind.CUT_BODY, Commit.YES))) as client:
        assert (await client.post()).body == b""
        assert len(client.sandbox.contacts) == 1
    assert caplog.records == []


async def test_a_redirect_leads_to_a_false_success() -> None:
    """Followed as a GET, it answers 200."""
    async with client_of(with_fault(Fault(FaultKind.REDIRECT_303))) as client:
        location = (await client.post()).headers["Location"]
        assert location == "/v1/contacts"
        assert (await client.ask("GET", location.removeprefix("/v1"))).status == 200


async def test_big_bodies_are_big() -> None:
    """10 MiB as they are, and 32 MiB in a small packet."""
    async with client_of(with_fault(Fault(FaultKind.HUGE_BODY))) as client:
        assert len((await client.post()).body) > HUGE_BYTES
    async with client_of(with_fault(Fault(FaultKind.GZIP_BOMB))) as client:
        got = await client.post()
        assert len(got.body) < 2**16
        assert got.headers["Content-Encoding"] == "gzip"
        assert len(gzip.decompress(got.body)) == BOMB_BYTES


async def test_a_fault_can_hit_a_deletion() -> None:
    """The client hears 500, and the contact is gone all the same."""
    script = (Scripted(call="DELETE /contacts/:uuid", fault=Fault(FaultKind.ERROR, Commit.YES)),)
    async with client_of(Sandbox(SandboxOptions(faults=Faults(script=script)))) as client:
        uuid = (await client.post()).fields["contact"][0]["uuid"]
        assert (await client.ask("DELETE", f"/contacts/{uuid}")).status == 500
        assert client.sandbox.contacts == ()


async def test_a_port_that_is_taken_is_told_in_a_sentence() -> None:
    """With what to do; a port that is none is told too."""
    async with Sandbox() as sandbox:
        with pytest.raises(UsageError, match=f"port {sandbox.port}") as raised:
            await Sandbox(port=sandbox.port).__aenter__()
        assert "--port" in raised.value.hint
    with pytest.raises(UsageError, match="port 70000"):
        await Sandbox(port=70000).__aenter__()


async def test_serving_goes_on_until_it_is_cancelled() -> None:
    """`on_ready` gets the sandbox once it answers; afterwards the port is free."""
    ready: asyncio.Queue[Sandbox] = asyncio.Queue()
    serving = asyncio.create_task(serve(SandboxOptions(), on_ready=ready.put_nowait))
    sandbox = await ready.get()
    async with aiohttp.ClientSession() as http:
        assert (await Client(http=http, sandbox=sandbox).post()).status == 200
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    async with Sandbox(port=sandbox.port) as again:
        assert again.contacts == ()


def test_the_time_of_the_default_clock_is_utc() -> None:
    """Whatever the computer's time zone."""
    sandbox = Sandbox()
    assert sandbox.calls._now().utcoffset() == timedelta(0)
