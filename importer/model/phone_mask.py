"""Mask phone numbers in logs and messages: only the last digits are shown."""

import re

_SHOWN_DIGITS = 3
_LONG_NUMBER = re.compile(r"\+?\d(?:[ ().-]{0,2}\d){6,}")


def masked(identifier: str) -> str:
    """Return an identifier of which only the last digits are shown."""
    return "…" + "".join(identifier.split())[-_SHOWN_DIGITS:]


def unnumbered(text: str) -> str:
    """Return a text with every possible phone number masked: the service may repeat what it was sent."""
    return _LONG_NUMBER.sub(lambda found: masked(found[0]), text)
