"""One POST to an address that is a secret, against servers that answer, misbehave, or are not there."""

import asyncio
import socket
import threading
import time
from pathlib import Path

import pytest

from importer.notify import http_post
from importer.notify.delivery import Delivery, DeliveryError, deliver_all
from tests.support.receivers import (
    Talk,
    WebReceiver,
    breaks_off,
    certificate,
    hangs,
    is_no_server_of_the_kind,
    odd_server,
    stops_half_way,
    web_receiver,
)

SECRET = "s3cret-path"  # noqa: S105 - opens nothing


def posted(url: str) -> str:
    """Return why a POST failed; empty if it did not."""
    failure: DeliveryError | None = None
    try:
        asyncio.run(http_post.post(f"{url}/{SECRET}", b"text", "text/plain"))
    except DeliveryError as error:
        failure = error
    assert SECRET not in f"{failure} {failure and failure.__cause__}"
    return f"{failure.reason}{'; again' * failure.again}" if failure else ""


@pytest.mark.parametrize("status", [200, 202, 204])
def test_it_arrives(status: int) -> None:
    """Once, with its body and kind."""
    with web_receiver(status) as receiver:
        assert posted(receiver.url) == ""
    (one,) = receiver.got
    assert (one.method, one.path, one.body, one.headers["Content-Type"]) == (
        "POST",
        f"/{SECRET}",
        b"text",
        "text/plain",
    )
    assert one.headers["User-Agent"].startswith("callbell-importer/")


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (500, "it answers 500; again"),
        (503, "it answers 503; again"),
        (429, "it answers 429; again"),
        (403, "it answers 403"),
        (404, "it answers 404"),
        (301, "it answers 301, and a redirect is not followed: give the address that it leads to"),
        (307, "it answers 307, and a redirect is not followed: give the address that it leads to"),
    ],
)
def test_an_answer_that_is_no_success(status: int, failure: str) -> None:
    """It is told by its number; where it leads, nobody goes."""
    with web_receiver(status) as receiver:
        assert posted(receiver.url) == failure
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    ("talk", "failure"),
    [
        (breaks_off, "the connection broke off"),
        (stops_half_way, "the connection broke off"),
        (is_no_server_of_the_kind, "the answer was not HTTP"),
    ],
)
def test_a_server_that_misbehaves(talk: Talk, failure: str) -> None:
    """It may have arrived, so it is not sent twice."""
    with odd_server(talk) as port:
        assert posted(f"http://127.0.0.1:{port}") == failure


def test_nobody_is_there() -> None:
    """It surely did not arrive."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert posted(f"http://127.0.0.1:{taken.getsockname()[1]}") == "no connection came about; again"


def test_a_name_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a network that is not up yet."""

    def lookup(*_arguments: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    assert posted("https://hooks.example.invalid") == "its name was not found; again"


def test_a_look_up_that_hangs_is_given_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the notice nor the end of the process waits for the system's answer."""
    go_on = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments: go_on.wait(20) and [])
    one = Delivery(receiver="", deliver=lambda: http_post.post("https://hooks.example.com", b"", ""), limit_seconds=0.2)
    began = time.monotonic()
    assert deliver_all([one])[0].failure == "not done within 0.2 s"
    assert time.monotonic() - began < 10
    go_on.set()


def test_a_name_is_looked_up() -> None:
    """By the system."""
    with web_receiver() as receiver:
        assert posted(receiver.url.replace("127.0.0.1", "localhost")) == ""


def test_a_server_that_hangs_is_given_up_on() -> None:
    """After the limit."""
    with odd_server(hangs) as port:
        one = Delivery(
            receiver="", deliver=lambda: http_post.post(f"http://127.0.0.1:{port}", b"", ""), limit_seconds=0.2
        )
        assert deliver_all([one])[0].failure == "not done within 0.2 s"


def served_safely(tmp_path: Path) -> tuple[WebReceiver, str]:
    """Return a server with a certificate, after a POST to it, and why that failed."""
    secure, _ = certificate(tmp_path)
    with web_receiver(secure=secure) as receiver:
        failure = posted(receiver.url)
    return receiver, failure


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    """Nothing is sent."""
    receiver, failure = served_safely(tmp_path)
    assert (failure, receiver.got) == ("its certificate is not good", [])


def test_a_certificate_that_the_system_trusts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It arrives."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    receiver, failure = served_safely(tmp_path)
    assert (failure, len(receiver.got)) == ("", 1)


def test_https_to_a_server_without_it() -> None:
    """No safe connection, nothing sent."""
    with web_receiver() as receiver:
        assert posted(receiver.url.replace("http:", "https:")) == "no safe connection (TLS) came about"
    assert receiver.got == []


def test_proxies_of_the_environment_get_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address is a secret."""
    with web_receiver() as proxy, web_receiver() as receiver:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert posted(receiver.url) == ""
    assert (len(proxy.got), len(receiver.got)) == (0, 1)
