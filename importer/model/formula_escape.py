"""Escape cells against formula injection (CSV injection), and reverse it.

Source: OWASP, "CSV Injection" (a cell that begins with `= + - @`, tab or carriage return). A leading apostrophe makes
the rest plain text. `unescape(escape(text)) == text` for every text.
"""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_PHONE = re.compile(r"\+\d+")


def escape(text: str) -> str:
    """Return the text, with an apostrophe in front if a spreadsheet program could evaluate it as a formula.

    A plus followed by digits only is a phone number, not a formula, and stays as it is.
    """
    if _FORMULA.match(text) and not _PHONE.fullmatch(text):
        return "'" + text
    return text


def unescape(text: str) -> str:
    """Return the text without the apostrophe that `escape` added."""
    if text.startswith("'") and _FORMULA.match(text):
        return text[1:]
    return text
