"""Cells that could run: text that a spreadsheet program would take for a formula, made harmless and brought back.

Source: OWASP, "CSV Injection" (a cell that begins with `= + - @`, tab or carriage return). A leading apostrophe makes
the rest plain text. `unescape(escape(text)) == text` for every text.
"""

import re

_COULD_RUN = re.compile(r"'*[=+\-@\t\r]")
_PHONE = re.compile(r"\+\d+")


def escape(text: str) -> str:
    """Return the text with one apostrophe before it if a spreadsheet program could run it.

    A plus followed by digits only is a phone number, not a formula, and stays as it is.
    """
    if _COULD_RUN.match(text) and not _PHONE.fullmatch(text):
        return "'" + text
    return text


def unescape(text: str) -> str:
    """Return the text without the one apostrophe that `escape` put there."""
    if text.startswith("'") and _COULD_RUN.match(text):
        return text[1:]
    return text
