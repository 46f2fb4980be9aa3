"""Mask people's phone numbers in logs and messages: only the last digits are shown."""

import re
from typing import Final

EXAMPLE: Final = "+34600111222"
"""A valid number, for messages: as an example it is not masked."""

_SHOWN_DIGITS = 3
_DATE = r"(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9](?![0-9-])|[0-9]{1,2}/[0-9]{1,2}/(?:19|20)[0-9]{2}(?![0-9/])"
_RUN = r"20[0-9]{6}-[0-9]{6}-(?=\w)"
_NOBODYS = rf"such as {re.escape(EXAMPLE)}(?![0-9])|(?<![0-9+])(?:{_DATE}|{_RUN})"
_LONG_NUMBER = re.compile(rf"(?P<nobodys>{_NOBODYS})|\+?\d(?:[ ()./-]{{0,2}}\d){{6,}}")


def masked(identifier: str) -> str:
    """Return an identifier of which only the last digits are shown."""
    return "…" + "".join(identifier.split())[-_SHOWN_DIGITS:]


def unnumbered(text: str) -> str:
    """Return a text with every possible phone number masked: the service may repeat what it was sent.

    The tool's own example, dates and names of runs are nobody's numbers.
    """
    return _LONG_NUMBER.sub(lambda found: found[0] if found["nobodys"] else masked(found[0]), text)
