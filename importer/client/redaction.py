"""The token taken out of what the service answers: it may repeat it in an error text, and those are written down."""

import re

from importer.client.token import Token

_SHOWN = b"(token hidden)"
_ESCAPING = (b"\\", b"%", b"\0")
"""One of these is in every form of the token but the plain one."""
_SHORTEST = 6
"""A shorter token would be found inside ordinary words."""


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
