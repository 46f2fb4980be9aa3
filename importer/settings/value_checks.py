"""Check the value of each setting: return the value to use, or raise ValueError with the end of a sentence. Pure.

The caller knows the beginning of the sentence: where the value is ("config.toml, line 3, service.rate: ").
"""

import math
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from importer.mapper.contact_fields import TextConversion
from importer.mapper.custom_fields import is_date_format
from importer.model.loopback import is_loopback
from importer.model.rows import Problem
from importer.system.shell import command_words

LOG_FORMATS = ("text", "json")

_MOST_REQUESTS = 10_000
_MOST_MEGABYTES = 100_000
_LAST_ROW = 1_048_576  # of a sheet in a workbook
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_DAYS = re.compile(r"(\d{1,6})\s*([dw]?)")
_MOST_DAYS = 36_500
_ROWS_OR_SHARE = re.compile(r"(\d+)\s*(%?)")
_LAST_PORT = 65_535
_MAIL_ADDRESS = re.compile(r"[!-?A-~]+@[A-Za-z0-9.-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def one_of(words: Iterable[str]) -> Callable[[str], str]:
    """Return a check that takes only these words, in capitals or not, and returns the member of an enum."""
    allowed = {word.lower(): word for word in words}

    def check(text: str) -> str:
        if (word := text.strip().lower()) not in allowed:
            raise ValueError(f'must be one of {", ".join(allowed)}; it says "{text}"')
        return allowed[word]

    return check


def or_empty(check: Callable[[str], str]) -> Callable[[str], str]:
    """Return a check that takes what `check` takes, and a blank text as an empty one."""
    return lambda text: check(text) if text.strip() else ""


def as_in_cells(convert: TextConversion) -> Callable[[str], str]:
    """Return a check that a constant must pass as the cells of its field do; an empty text passes."""

    def check(text: str) -> str:
        match convert(text) if text else "":
            case Problem(message=message):
                raise ValueError(message)
            case value:
                return value

    return check


def single_line(text: str) -> str:
    """Return the stripped text, which may be empty, but has no line break or control character."""
    if _CONTROL.search(text):
        raise ValueError("must be one line of text without control characters")
    return text.strip()


def not_empty(text: str) -> str:
    """Return the text, stripped as the readers strip a header, and not empty."""
    if not (stripped := text.strip()):
        raise ValueError("must not be empty")
    return stripped


def account_name(text: str) -> str:
    """Return the name of an account: names of files and folders are made of it."""
    if not _ACCOUNT.fullmatch(text):
        raise ValueError(f'must be a name of letters, digits, - and _, such as main-shop; it says "{text}"')
    return text


def base_url(text: str) -> str:
    """Return the address without a slash at its end: https, or plain http on the loopback address alone."""
    try:
        parts = urlsplit(single_line(text))
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f'must be an address such as https://api.callbell.eu/v1; it says "{text}"') from error
    if parts.scheme not in {"https", "http"} or not host:
        raise ValueError(f'must be an address such as https://api.callbell.eu/v1; it says "{text}"')
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("must begin with https://, because the token travels with every request")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ValueError("must be an address without a user name, password, question mark or #")
    return parts.geturl().rstrip("/?#")


def must_be(meaning: str, holds: Callable[[Any], object]) -> Callable[[Any], Any]:
    """Return a check that returns the value as it is.

    Args:
        meaning: What it must be, in words.
        holds: Whether a value is so.

    """

    def check(value: str | float) -> str | float:
        if not holds(value):
            said = f'"{value}"' if isinstance(value, str) else f"{value:.12g}"
            raise ValueError(f"must be {meaning}; it says {said}")
        return value

    return check


port = must_be("a port from 1 to 65535, or 0 for the usual one", lambda number: 0 <= number <= _LAST_PORT)
mail_address = must_be("an e-mail address such as ana@example.com", _MAIL_ADDRESS.fullmatch)
not_negative = must_be("0 or more", lambda number: 0 <= number < math.inf)
row_limit = must_be("a number of rows, or 0 for all", lambda number: 0 <= number <= sys.maxsize)
megabytes = must_be("from 1 to 100,000", lambda number: 1 <= number <= _MOST_MEGABYTES)
some_time = must_be("longer than no time", lambda number: number > 0)
concurrency = must_be(
    "from 1 to 10,000, or 0 for as many as the rate needs", lambda number: 0 <= number <= _MOST_REQUESTS
)
header_row = must_be("the header's row number, 1 or more", lambda number: 1 <= number <= _LAST_ROW)
decimal_sign = must_be('"." or ","', lambda text: text in {"", ".", ","})
date_format = must_be(
    'a date format with day, month and year, such as "%d/%m/%Y"', lambda text: not text or is_date_format(text)
)


def encoding(text: str) -> str:
    """Return `auto` or the name of a Python codec for text."""
    name = text.strip()
    if name.lower() == "auto":
        return "auto"
    try:
        "".encode(name)
    except (LookupError, ValueError) as error:
        raise ValueError(f'must be "auto" or an encoding such as "utf-8" or "cp1252"; it says "{text}"') from error
    return name


def delimiter(text: str) -> str:
    """Return `auto`, `tab` or the one character between the cells."""
    if (word := text.strip().lower()) in {"auto", "tab"}:
        return word
    if text == "\t":
        return "tab"
    if len(text) != 1 or text in '"\r\n' or text.isalnum():
        raise ValueError(f'must be "auto", "tab" or one character such as ";"; it says "{text}"')
    return text


def country(text: str) -> str:
    """Return the region (ISO 3166) of `ES`, `España`, `Spain`, `34` or `+34`, or an empty text."""
    if not text.strip():
        return ""
    # Late: most commands are given no country, and need not load the names of all.
    from importer.mapper.phones.countries import country_name, country_of, sharing_code, similar_country  # noqa: PLC0415

    if shared := sharing_code(text):
        each = ", ".join(f"{country_name(region)} ({region})" for region in shared)
        raise ValueError(f'says "{text}", which several countries share: give two letters, of {each} or another')
    if found := country_of(text):
        return found
    near = similar_country(text)
    meant = f"; did you mean {country_name(near)} ({near})?" if near else ""
    example = "the two letters of a country such as ES, its name, or its calling code such as +34"
    raise ValueError(f'must be {example}; it says "{text}"{meant}')


def rows_or_share(example: str) -> Callable[[str], str]:
    """Return a check that returns `N` or `N%` without spaces, or an empty text.

    Args:
        example: Of a share, for the message.

    """

    def check(text: str) -> str:
        if not text.strip():
            return ""
        found = _ROWS_OR_SHARE.fullmatch(text.strip())
        if not found or (found[2] and int(found[1]) > 100):  # noqa: PLR2004 - per cent
            raise ValueError(f'must be a number of rows such as 100, or a share such as "{example}"; it says "{text}"')
        return f"{int(found[1])}{found[2]}"

    return check


max_failures = rows_or_share("5%")
min_rows = rows_or_share("50%")


def seconds(text: str) -> float:
    """Return the seconds of `2h`, `90m`, `45s` or `1h30m`; of an empty text 0.0: no limit."""
    found = _DURATION.fullmatch(text.strip().lower().replace(" ", ""))
    if not found:
        raise ValueError(f'must be a time such as "2h", "90m" or "45s"; it says "{text}"')
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    return float(hours * 3600 + minutes * 60 + rest)


def command(value: Any) -> Any:  # noqa: ANN401 - anything that TOML knows may stand there; pydantic checks it next
    """Return a text as the words of a command, a list as a tuple, all else as it is."""
    if not isinstance(value, str):
        return as_tuple(value)
    try:
        return command_words(value)
    except ValueError:
        raise ValueError("has a quote that is not closed; a list of words needs no quotes within") from None


def days(text: str) -> int:
    """Return the days of `90d`, `12w` or `90`; of an empty text 0: never."""
    found = _DAYS.fullmatch(text.strip().lower())
    if not text.strip():
        return 0
    if not found or not int(found[1]):
        raise ValueError(f'must be a number of days or weeks, such as "90d" or "12w"; it says "{text}"')
    return min(int(found[1]) * (7 if found[2] == "w" else 1), _MOST_DAYS)


def one_or_several(texts: tuple[str, ...]) -> str | tuple[str, ...]:
    """Return the text of a list of one, an empty text of an empty list, else the list; none of several is empty."""
    if len(texts) > 1:
        return tuple(map(not_empty, texts))
    return texts[0] if texts else ""


def as_text(value: Any) -> Any:  # noqa: ANN401 - anything that TOML knows may stand there; pydantic checks it next
    """Return a whole number as the text it would be in quotes, all else as it is."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def as_tuple(value: Any) -> Any:  # noqa: ANN401 - the same
    """Return a list as a tuple and one text as a tuple of it, all else as it is."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value
