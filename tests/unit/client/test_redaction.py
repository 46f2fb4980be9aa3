"""The token in what the service answers: replaced, however it is written."""

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.client.redaction import Redaction
from importer.client.token import Token

SECRET = 'tk/5up3r"53\\cr3t+'  # noqa: S105 - opens nothing; has every character that is escaped


@pytest.mark.parametrize(
    "body",
    [
        SECRET.encode(),
        json.dumps({"message": f"Bearer {SECRET} is not good"}).encode(),
        json.dumps(SECRET).replace("/", "\\/").encode(),
        "".join(f"\\u{ord(character):04x}" for character in SECRET).encode(),
        "".join(f"\\u{ord(character):04X}" for character in SECRET).encode(),
        quote(SECRET, safe="").encode(),
        quote(SECRET, safe="").lower().encode(),
        SECRET.encode("utf-16-le"),
        SECRET.encode("utf-32-be"),
    ],
)
def test_the_token_is_replaced_however_it_is_written(body: bytes) -> None:
    """As it stands, escaped for JSON or a URL, and in wide encodings."""
    shown = Redaction(Token(SECRET)).body(b"<" + body + b">" + body)
    assert shown.count(b"(token hidden)") == 2
    assert b"5" not in shown
    assert b"53" not in shown


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_plain_token_is_replaced_in_wide_encodings(encoding: str) -> None:
    """Where nothing but the zero characters tells that it may be there."""
    shown = Redaction(Token("abcdef")).body("the key abcdef is blocked".encode(encoding))
    assert b"(token hidden)" in shown
    assert b"c" not in shown.replace(b"(token hidden)", b"").replace("block".encode(encoding), b"")


def test_a_token_of_six_signs_is_replaced() -> None:
    """The shortest one that is; five might stand in ordinary words."""
    for token, shown in (("abcdef", b"<(token hidden)>"), ("abcde", b"<abcde>")):
        assert Redaction(Token(token)).body(f"<{token}>".encode()) == shown


def test_json_stays_json() -> None:
    """What replaces it needs no escaping."""
    body = json.dumps({"error": SECRET, "status": 401}).encode()
    assert json.loads(Redaction(Token(SECRET)).body(body)) == {"error": "(token hidden)", "status": 401}


@given(st.binary())
def test_a_body_without_it_stays_as_it_is(body: bytes) -> None:
    """Whatever the bytes are."""
    assert Redaction(Token(SECRET)).body(body) == body


@pytest.mark.parametrize("short", ["", "a", "error"])
def test_a_token_that_is_no_secret_is_left(short: str) -> None:
    """No token (a dry run), or one so short that it stands in ordinary words."""
    assert Redaction(Token(short)).body(b"an error") == b"an error"
