"""Where the token comes from, and what keeps it out of every text: a wrapping, and its redaction in responses.

Never from the command line (other users see it in the list of processes), nor from the config (it is shared and kept).
The service may repeat it in an error text, and those are written down.
"""

import importlib
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from importer.client.kept_token import KEYRING_SERVICE, kept_token_file
from importer.model.errors import UsageError
from importer.system.secret_file import LONGEST_BYTES, is_credential, read_beginning

VARIABLE = "CALLBELL_API_TOKEN"

_TOKEN = re.compile(r"[!-~]+")
_HIDDEN = "Token(hidden)"
_SHOWN = b"(token hidden)"
_ESCAPING = (b"\\", b"%", b"\0")
"""One of these is in every form of the token but the plain one."""
_SHORTEST = 6
"""A shorter token would be found inside ordinary words."""


class Token:
    """A token whose text shows only when asked for by name."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text."""
        return self._text

    def __repr__(self) -> str:
        return _HIDDEN

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(_HIDDEN, spec)

    def __reduce__(self) -> str:
        raise TypeError("a token is not written anywhere")


class TokenSource(StrEnum):
    """Where the token comes from."""

    VARIABLE = "variable"
    FILE = "file"
    CREDENTIAL = "credential"
    """A file that systemd put there for the service."""
    KEYRING = "keyring"
    KEPT = "kept"
    """A file in the person's own config folder, in which a run kept it on request."""


class NoTokenError(UsageError):
    """Nobody gave a token anywhere; a token that is given and cannot be used is another `UsageError`."""

    class_code = "token_missing"


def find_token(environment: Mapping[str, str], token_file: Path | None = None, account: str = "") -> Token:
    """Return the token: from the environment, the file, the system's keyring, or where a run kept it.

    Args:
        environment: The environment variables.
        token_file: A file that holds nothing but the token.
        account: The user's name in the keyring's entry; empty: `token`.

    Raises:
        NoTokenError: There is none.
        UsageError: What is there cannot be one, or cannot be read.

    """
    if VARIABLE in environment:
        return _checked(environment[VARIABLE], f"The variable {VARIABLE}")
    if token_file is not None:
        return _checked(_read(token_file, environment), f"The token file {token_file}")
    if (text := _from_keyring(account or "token")) is not None:
        return _checked(text, "The entry of the system's keyring")
    if _is_kept(kept := kept_token_file(account)):
        return _checked(_read(kept, environment), f"The token file {kept}")
    raise NoTokenError(
        "There is no token for Callbell.",
        "On a terminal callbell-importer run asks for it, and keeps it if you like. Or put it into the variable"
        f" {VARIABLE}; or into a file that only you can read, and name that file as token_file in the [service] table"
        f" of the config; or into the system's keyring: \"keyring set {KEYRING_SERVICE}"
        f' {account or "token"}".',
    )


def token_source(environment: Mapping[str, str], token_file: Path | None, account: str = "") -> TokenSource:
    """Return where `find_token` takes the token from, which it found."""
    if VARIABLE in environment:
        return TokenSource.VARIABLE
    if token_file is not None:
        return TokenSource.CREDENTIAL if is_credential(token_file, environment) else TokenSource.FILE
    is_kept = _is_kept(kept_token_file(account)) and _from_keyring(account or "token") is None
    return TokenSource.KEPT if is_kept else TokenSource.KEYRING


def token_of(text: str) -> Token:
    """Return the token that a person gave on a terminal.

    Raises:
        UsageError: The text cannot be one.

    """
    return _checked(text, "What you gave")


def _is_kept(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a folder that may not be looked into: no run kept a token there
        return False


def _checked(text: str, where: str) -> Token:
    token = text.strip()
    if not token:
        raise UsageError(
            f"{where} is empty.", "Put the token into it: Callbell shows it under Settings, API.", code="token_unusable"
        )
    if not _TOKEN.fullmatch(token):
        raise UsageError(
            f"{where} holds something that is no token: there are spaces, line breaks or odd characters inside.",
            "Copy the token again, it alone, on one line.",
            code="token_unusable",
        )
    return Token(token)


def _read(path: Path, environment: Mapping[str, str]) -> str:
    try:
        content, is_shared = read_beginning(path, environment)
    except OSError as error:
        raise UsageError(
            f"The token file {path} cannot be read: {error.strerror or 'unknown reason'}.",
            "Fix token_file in the [service] table of the config, or the file.",
            code="token_unusable",
        ) from error
    if is_shared:
        raise UsageError(
            f"The token file {path} can be read by other people.", f"chmod 600 {path}", code="token_unsafe"
        )
    if len(content) > LONGEST_BYTES:
        raise UsageError(
            f"The token file {path} is too long to be a token.", "Fix token_file in the config.", code="token_unusable"
        )
    return content.decode("utf-8-sig", "replace")


def _from_keyring(user: str) -> str | None:
    """Return the keyring's entry; None without the `keyring` package, a keyring or an entry."""
    try:
        keyring = importlib.import_module("keyring")
        errors = importlib.import_module("keyring.errors")
    except ImportError:
        return None
    try:
        found: str | None = keyring.get_password(KEYRING_SERVICE, user)
    except errors.NoKeyringError:
        return None
    except errors.KeyringError as error:
        raise UsageError(
            "The system's keyring cannot be opened.", f"Unlock it, or put the token into the variable {VARIABLE}."
        ) from error
    return found


class Redaction:
    """Replaces a token in response bodies.

    Args:
        token: Found as it stands, as JSON or a URL may escape its characters, and in UTF-16 and UTF-32.

    """

    __slots__ = ("_pattern", "_plain")

    def __init__(self, token: Token) -> None:
        self._plain = token.reveal().encode()
        self._pattern = re.compile(rb"\x00*".join(map(_forms, token.reveal())))

    def body(self, body: bytes) -> bytes:
        """Return the body with a remark in every place where the token was."""
        if len(self._plain) < _SHORTEST or (self._plain not in body and not any(sign in body for sign in _ESCAPING)):
            return body  # nearly always; the pattern takes 11 microseconds for a contact, this a tenth of one
        return self._pattern.sub(_SHOWN, body)


def _forms(character: str) -> bytes:
    """Return a pattern of the ways to write an ASCII character: itself, or as JSON or a URL escapes it."""
    code = f"{ord(character):02x}"
    itself = re.escape(character)
    escaped = rf"|\\{itself}" if character in '"\\/' else ""
    return rf"(?:{itself}{escaped}|\\u00(?i:{code})|%(?i:{code}))".encode()
