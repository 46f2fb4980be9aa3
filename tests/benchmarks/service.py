"""A service in a process of its own that costs next to nothing: so that what is measured is who calls it.

It speaks just enough HTTP for the calls of an import. `python -m tests.benchmarks.service LATENCY_SECONDS LIMIT PORT`
says its port on standard output; when its standard input ends it says what it saw, as JSON, and ends.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from importer.sandbox.traffic import PeakRate, SlidingWindow
from tests.benchmarks.measuring import tell

_ME = b'{"status": "ok", "user_email": "owner@example.com", "user_name": "Owner", "api_key": "x"}'
_CONTACT = (
    b'{"contact": [{"uuid": "%032x", "name": "A", "phoneNumber": "", "createdAt": null, "source": "whatsapp", '
    b'"href": "https://sandbox.callbell.example/contacts/%032x", "tags": [], "customFields": {}}]}'
)


class Service:
    """What has been asked so far, and the limit."""

    def __init__(self, latency_seconds: float, limit: int) -> None:
        self.latency_seconds = latency_seconds
        self.window = SlidingWindow(limit)
        self.peak = PeakRate()
        self.arrivals: list[float] = []
        self.numbers = count(1)
        self.throttled = 0
        self.contacts = 0

    def answer(self, head: bytes) -> bytes:
        """Return the response to a request, by the beginning of its first line."""
        if b"/auth/me" in head[:40]:
            return _response(b"200 OK", _ME)
        now = time.perf_counter()
        self.arrivals.append(now)
        self.peak.add(now)
        if self.window.admit(now):
            self.throttled += 1
            return _response(b"429 Too Many Requests", b'{"error": {"message": "Too many requests"}}')
        number = next(self.numbers)
        self.contacts += head.startswith(b"POST")
        return _response(b"200 OK", _CONTACT % (number, number))

    def seen(self) -> dict[str, Any]:
        """Return what was seen; the steady rate leaves the first tenth out."""
        steady = self.arrivals[len(self.arrivals) // 10 :]
        span_seconds = steady[-1] - steady[0] if len(steady) > 1 else 0.0
        return {
            "requests": len(self.arrivals),
            "contacts": self.contacts,
            "throttled": self.throttled,
            "peak": self.peak.most,
            "first_at": self.arrivals[0] if self.arrivals else 0.0,
            "last_at": self.arrivals[-1] if self.arrivals else 0.0,
            "steady_per_second": (len(steady) - 1) / span_seconds if span_seconds else 0.0,
        }


def _response(status: bytes, body: bytes) -> bytes:
    head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
    return head + body


class _Connection(asyncio.Protocol):
    def __init__(self, service: Service) -> None:
        self._service = service
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # TCP's transports can be written to

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = self._received[:end]
            place = head.lower().find(b"content-length:")
            length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
            if len(self._received) < end + 4 + length:
                return
            self._received = self._received[end + 4 + length :]
            response = self._service.answer(head)
            if self._service.latency_seconds:
                asyncio.get_running_loop().call_later(self._service.latency_seconds, self._write, response)
            else:
                self._write(response)

    def _write(self, response: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(response)


async def _serve(latency_seconds: float, limit: int, port: int) -> None:
    loop, service = asyncio.get_running_loop(), Service(latency_seconds, limit)
    server = await loop.create_server(lambda: _Connection(service), "127.0.0.1", port)
    tell(str(server.sockets[0].getsockname()[1]))
    await loop.run_in_executor(None, sys.stdin.read)
    tell(json.dumps(service.seen()))


class Running:
    """A service that runs beside the benchmark."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        assert process.stdout is not None
        self.port = int(process.stdout.readline())
        self.base_url = f"http://127.0.0.1:{self.port}/v1"
        self.seen: dict[str, Any] = {}

    def end(self) -> None:
        """Ask what it saw, and let it end."""
        out, _ = self._process.communicate()
        self.seen = json.loads(out)


@contextmanager
def running(latency_seconds: float = 0.0, limit: int = 0, port: int = 0) -> Iterator[Running]:
    """Yield a service in a process of its own; after the block it has said what it saw."""
    command = [sys.executable, "-m", "tests.benchmarks.service", str(latency_seconds), str(limit), str(port)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    service = Running(process)
    try:
        yield service
    finally:
        service.end()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
