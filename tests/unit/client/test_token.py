"""Where the token comes from, and that it shows nowhere."""

import copy
import json
import os
import pickle
import sys
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.client.token import (
    VARIABLE,
    NoTokenError,
    Redaction,
    Token,
    TokenSource,
    find_token,
    token_source,
)
from importer.model.errors import UsageError

ON_POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows guards files by other means than mode bits")


class FakeKeyring(ModuleType):
    """A keyring with one answer."""

    def __init__(self, answer: str | Exception | None) -> None:
        super().__init__("keyring")
        self.answer = answer
        self.asked: list[tuple[str, str]] = []

    def get_password(self, service: str, user: str) -> str | None:
        self.asked.append((service, user))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class KeyringError(Exception):
    """As in keyring.errors."""


class NoKeyringError(KeyringError):
    """As in keyring.errors."""


def install(monkeypatch: pytest.MonkeyPatch, answer: str | Exception | None) -> FakeKeyring:
    """Put a keyring where the importer looks for one."""
    keyring, errors = FakeKeyring(answer), ModuleType("keyring.errors")
    vars(errors).update(KeyringError=KeyringError, NoKeyringError=NoKeyringError)
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    return keyring


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the `keyring` package absent, so that no test reads this machine's own."""
    monkeypatch.setitem(sys.modules, "keyring", None)


def token_file(folder: Path, content: bytes = b"from-file\n", mode: int = 0o600) -> Path:
    """Write a token file."""
    path = folder / "token"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_the_environment_wins_over_the_file_and_that_over_the_keyring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is the documented one."""
    keyring = install(monkeypatch, "from-keyring")
    path = token_file(tmp_path)
    assert find_token({"CALLBELL_API_TOKEN": " from-env\n"}, path).reveal() == "from-env"
    assert find_token({}, path).reveal() == "from-file"
    assert keyring.asked == []
    assert find_token({}, account="main").reveal() == "from-keyring"
    find_token({})
    assert keyring.asked == [("callbell-importer", "main"), ("callbell-importer", "token")]


def test_the_token_shows_in_no_text() -> None:
    """Whoever prints, formats, logs or stores it by accident gives nothing away."""
    token = Token("s3cret")
    shown = f"{token} {token!r} {token:>30} {[token]} %s" % token
    assert "s3cret" not in shown
    assert "hidden" in shown
    for write in (pickle.dumps, json.dumps, copy.copy):
        with pytest.raises(TypeError):
            write(token)


@pytest.mark.parametrize("length", [1, 8_192])
def test_a_token_file_may_be_as_long_as_headers_are(tmp_path: Path, length: int) -> None:
    """Longer ones no server takes."""
    assert find_token({}, token_file(tmp_path, b"x" * length)).reveal() == "x" * length
    with pytest.raises(UsageError, match="is too long to be a token"):
        find_token({}, token_file(tmp_path, b"x" * 8_193))


@pytest.mark.parametrize("text", ["", " \n", "two words", "two\nlines", "caf\u00e9", "a\x00b"])
def test_what_cannot_be_a_token_is_refused_without_showing_it(text: str) -> None:
    """A pasted line break would otherwise break every request."""
    with pytest.raises(UsageError) as caught:
        find_token({"CALLBELL_API_TOKEN": text})
    assert "CALLBELL_API_TOKEN" in caught.value.message
    assert not text.strip() or text not in caught.value.message + caught.value.hint


@ON_POSIX
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """The sentence holds the command that mends it."""
    path = token_file(tmp_path, mode=mode)
    with pytest.raises(UsageError) as caught:
        find_token({}, path)
    assert caught.value.hint == f"chmod 600 {path}"


@ON_POSIX
def test_a_credential_of_systemd_is_taken_as_it_is(tmp_path: Path) -> None:
    """Systemd guards the folder, whatever the file's mode."""
    path = token_file(tmp_path, mode=0o440)
    assert find_token({"CREDENTIALS_DIRECTORY": str(tmp_path)}, path).reveal() == "from-file"
    with pytest.raises(UsageError):
        find_token({"CREDENTIALS_DIRECTORY": str(tmp_path / "other")}, path)


@pytest.mark.parametrize("content", [b"", b"x" * 9000, b"\xff\xfe\x00", b"a b"])
def test_a_file_that_holds_no_token_is_refused(tmp_path: Path, content: bytes) -> None:
    """The sentence names the file."""
    with pytest.raises(UsageError, match="token file"):
        find_token({}, token_file(tmp_path, content))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A wrong path does not fall through to the keyring unnoticed."""
    with pytest.raises(UsageError, match="cannot be read"):
        find_token({}, tmp_path / "missing")


def test_a_mark_at_the_files_start_is_no_part_of_the_token(tmp_path: Path) -> None:
    """Windows' Notepad puts one there."""
    assert find_token({}, token_file(tmp_path, b"\xef\xbb\xbfabc\r\n")).reveal() == "abc"


@pytest.mark.parametrize("answer", [None, NoKeyringError()])
def test_without_any_token_the_three_ways_are_told(answer: Exception | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A first-time user learns what to do."""
    for _ in range(2):
        with pytest.raises(UsageError) as caught:
            find_token({})
        hint = caught.value.hint
        assert all(way in hint for way in ("CALLBELL_API_TOKEN", "token_file", "keyring set callbell-importer token"))
        install(monkeypatch, answer)


def test_a_locked_keyring_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not the same as having no token."""
    install(monkeypatch, KeyringError("locked"))
    with pytest.raises(UsageError, match="cannot be opened"):
        find_token({})


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("", "is empty.", "Put the token into it: Callbell shows it under Settings, API."),
        (
            "two words",
            "holds something that is no token: there are spaces, line breaks or odd characters inside.",
            "Copy the token again, it alone, on one line.",
        ),
    ],
)
def test_whatever_is_wrong_with_a_token_is_told_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str, hint: str
) -> None:
    """The variable, the file or the keyring, and what to do."""
    path = token_file(tmp_path, text.encode())
    install(monkeypatch, text)
    for environment, file, place in (
        ({"CALLBELL_API_TOKEN": text}, None, "The variable CALLBELL_API_TOKEN"),
        ({}, path, f"The token file {path}"),
        ({}, None, "The entry of the system's keyring"),
    ):
        with pytest.raises(UsageError) as caught:
            find_token(environment, file)
        assert (caught.value.message, caught.value.hint) == (f"{place} {said}", hint)


def test_a_file_that_cannot_be_used_says_where_it_is_named(tmp_path: Path) -> None:
    """In the config."""
    with pytest.raises(UsageError) as caught:
        find_token({}, tmp_path / "missing")
    assert caught.value.message == f"The token file {tmp_path / 'missing'} cannot be read: No such file or directory."
    assert caught.value.hint == "Fix token_file in the [service] table of the config, or the file."
    with pytest.raises(UsageError) as caught:
        find_token({}, token_file(tmp_path, b"x" * 9000))
    assert caught.value.hint == "Fix token_file in the config."
    with pytest.raises(NoTokenError) as none:
        find_token({})
    assert none.value.message == "There is no token for Callbell."


# In what the service answers: replaced, however it is written


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


def test_the_source_is_the_one_that_the_token_is_taken_from(tmp_path: Path) -> None:
    """The variable wins over the file, that over the keyring; what systemd put there is a credential."""
    file = tmp_path / "token"
    assert token_source({VARIABLE: "x"}, file) is TokenSource.VARIABLE
    assert token_source({}, file) is TokenSource.FILE
    assert token_source({"CREDENTIALS_DIRECTORY": str(tmp_path)}, file) is TokenSource.CREDENTIAL
    assert token_source({}, None) is TokenSource.KEYRING
