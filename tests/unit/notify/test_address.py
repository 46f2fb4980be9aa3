"""Addresses of webhooks and pings: which are taken, and what may be shown of them."""

import pytest

from importer.notify.address import notice_address, ping_address, shown_host


@pytest.mark.parametrize(
    "address",
    [
        "https://hooks.slack.com/services/T0/B0/secret",
        "https://prod-1.westeurope.logic.azure.com:443/workflows/x/triggers/manual/paths/invoke?api-version=1&sig=s3",
        "http://127.0.0.1:8080/x",
        "http://localhost/x",
        "http://[::1]:80/x",
        "",
    ],
)
def test_https_or_this_computer(address: str) -> None:
    """The address stays as it is, but for blanks around it, as files have them."""
    assert notice_address(f" {address}\n") == address


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.slack.com/s3cret",
        "ftp://hooks.example.com/s3cret",
        "hooks.slack.com/s3cret",
        "https:///s3cret",
        "https://[s3cret",
        "https://example.com:s3cret/",
        "https://ana:s3cret@example.com/",
        "https://example.com/s3cret#x",
        "https://example.com/s3cret two",
        "https://example.com/s3cret\ntwo",
        "https://example.com/s3cret\u202e",
        "http://127.0.0.1.example.com/s3cret",
        "http://localhost.example.com/s3cret",
    ],
)
def test_what_is_refused_is_not_repeated(address: str) -> None:
    """Whoever knows the address can post to it."""
    with pytest.raises(ValueError, match="must") as caught:
        notice_address(address)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_only_the_host_is_shown() -> None:
    """That is enough to tell receivers apart."""
    assert shown_host("https://hooks.slack.com:443/services/secret?x=secret") == "hooks.slack.com"


@pytest.mark.parametrize(
    ("signal", "address"),
    [
        ("", "https://hc-ping.com/uuid"),
        ("start", "https://hc-ping.com/uuid/start"),
        ("5", "https://hc-ping.com/uuid/5"),
    ],
)
def test_signals_stand_after_the_path(signal: str, address: str) -> None:
    """As healthchecks.io has them, whether or not the address ends in a slash, and before a query."""
    assert ping_address("https://hc-ping.com/uuid", signal) == address
    assert ping_address("https://hc-ping.com/uuid?a=b", signal) == f"{address}?a=b"
    if signal:
        assert ping_address("https://hc-ping.com/uuid/", signal) == address
