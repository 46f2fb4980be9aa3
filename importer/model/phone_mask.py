"""Mask people's phone numbers in logs and messages: only the last digits are shown."""

import re

_EXAMPLE = r"\+[0-9]{3,11}(?:0123|1234|2345|3456|4567|5678|6789)(?![0-9])"
"""The tool's own examples, of any country: their last digits count up."""
_SHOWN_DIGITS = 3
_DATE = r"(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9](?![0-9-])|[0-9]{1,2}/[0-9]{1,2}/(?:19|20)[0-9]{2}(?![0-9/])"
_DAY = r"[0-9]{1,2}[./-][0-9]{1,2}[./-](?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}[./-][0-9]{1,2}[./-][0-9]{1,2}"
_DAY_OF_CELL = (
    rf"(?<=\")(?:{_DAY})(?:[ T][0-9]{{1,2}}(?::[0-9]{{2}}){{1,2}})?(?=\" (?:is not a date|may be [0-9]{{4}}-))"
)
"""What a cell of a field for dates says that is no day of the calendar, or may be two; a number there is none of these:
its groups are longer, or there are more of them.
"""
_MM, _DD, _HHMM = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12][0-9]|3[01])", r"(?:[01][0-9]|2[0-3])(?:[0-5][0-9]){1,2}"
_GOES_ON = r"[0-9]|[ ().]{1,2}[0-9]|[ ()./-]{1,2}(?:[0-9]{3}|[0-9]{1,2}[ ()./-]{1,2}[0-9])"
_DATE_IN_NAME = (
    rf"(?:20[23][0-9]{_MM}{_DD}[-_T]{_HHMM}|20[0-3][0-9](?:{_MM}{_DD}|[.-]{_MM}[.-]{_DD})|{_DD}[.-]{_MM}[.-]20[0-3][0-9])"
    rf"(?!{_GOES_ON})"
)
"""A day, with a time or without. No more digits follow than the number of a copy has: else it is part of a number."""
_RUN = rf"20[0-9]{{6}}-[0-9]{{6}}-(?=\w)(?:[^\W\d]|-|(?<![0-9]){_DATE_IN_NAME})*"
"""A run's name, which has that of its file."""
_REST_OF_FILE = r"(?=[\w./\\~%@-]*\.(?:csv|tsv|tab|txt|xls[xmb]?|ods|json|html|log|sqlite3|prom|toml|zip)(?!\w))"
_IN_FILE = rf"(?:20[0-3][0-9]/(?:{_MM}/)?)?{_DATE_IN_NAME}{_REST_OF_FILE}|20[0-3][0-9]/{_MM}/{_DD}(?=/){_REST_OF_FILE}"
_UUID = r"(?<![0-9A-Za-z])(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9A-Za-z])"
_CELL = r"(?<![\w\"])[A-Z]{1,3}(?:[0-9]{5,6}|10[0-4][0-9]{4})(?![\w\"]|[ ()./-]{1,2}\d)"
_TIME = r"(?<=[0-9]{2}:[0-9]{2}:)[0-9]{2}\.[0-9]{3,6}(?![0-9])"
_NOBODYS = rf"such as {_EXAMPLE}|(?<![0-9+])(?:{_DATE}|{_RUN}|{_IN_FILE})|{_DAY_OF_CELL}|{_TIME}|{_UUID}|{_CELL}"
_AREA = r"(?:\+?\((?=\+?[0-9]{1,6}\)))"
"""Before the digits of a part in brackets: one that is left over is no bracket of the sentence."""
_LONG_NUMBER = re.compile(rf"(?P<nobodys>{_NOBODYS})|{_AREA}?\+?\d(?:[ ()./-]{{0,2}}\d){{6,}}")
_BESIDE_LETTERS = r"(?<![\w./\\-])[^\W_]*(?:[^\W\d_]\d{5}|\d{5}[^\W\d_])[^\W_]*(?![\w/\\]|[.-]\w)"
_IN_QUOTES = r"(?<=\")\d{5,}|\d{5,}(?=\")"
_SHORT_NUMBER = re.compile(
    rf"(?P<nobodys>{_UUID}|{_CELL}|(?<![0-9+])(?:{_RUN}|{_IN_FILE}))|{_BESIDE_LETTERS}|{_IN_QUOTES}"
)
"""What a cell says that is no number for the letters beside it; a row's number and a count stand by themselves, and
names of files and paths stay as they are.
"""
_DIGITS = re.compile(r"\d{5,}")


def is_example(number: str) -> bool:
    """Return whether a number, with a plus, is shown whole after the words `such as`."""
    return re.fullmatch(_EXAMPLE, number) is not None


def masked(identifier: str) -> str:
    """Return an identifier of which only the last digits are shown."""
    return "…" + "".join(identifier.split())[-_SHOWN_DIGITS:]


def unnumbered(text: str) -> str:
    """Return a text with every possible phone number masked: the service may repeat what it was sent.

    The tool's own example, dates, times, names of runs, UUIDs and cells are nobody's numbers.
    """
    text = _LONG_NUMBER.sub(lambda found: found[0] if found["nobodys"] else masked(found[0]), text)
    return _SHORT_NUMBER.sub(lambda found: found[0] if found["nobodys"] else _without_digits(found[0]), text)


def _without_digits(word: str) -> str:
    return _DIGITS.sub(lambda found: masked(found[0]), word)
