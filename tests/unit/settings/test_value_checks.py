"""What each setting must be."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.mapper.contact_fields import note, text_fields
from importer.model.account import Directory
from importer.model.payload import BOT_STATUSES
from importer.model.policy import Existing
from importer.settings import value_checks as checks

CHECK_BOT_STATUS = checks.or_empty(checks.one_of(BOT_STATUSES))
CHECK_USER = checks.as_in_cells(text_fields(Directory())[0].check)
CHECK_NOTE = checks.as_in_cells(note)


@pytest.mark.parametrize(
    ("check", "value", "expected"),
    [
        (checks.base_url, " https://api.callbell.eu/v1/ ", "https://api.callbell.eu/v1"),
        (checks.base_url, "http://localhost:1", "http://localhost:1"),
        (checks.base_url, "http://[::1]:1/v1", "http://[::1]:1/v1"),
        (checks.encoding, "AUTO", "auto"),
        (checks.encoding, "cp1252", "cp1252"),
        (checks.delimiter, ";", ";"),
        (checks.delimiter, "Tab", "tab"),
        (checks.country, " fr ", "FR"),
        (checks.country, "", ""),
        (checks.country, "España", "ES"),
        (checks.country, "Spain", "ES"),
        (checks.country, "spagna", "ES"),
        (checks.country, "+34", "ES"),
        (checks.country, "34", "ES"),
        (checks.country, "0039", "IT"),
        (checks.country, "UK", "GB"),
        (checks.country, "Deutschland", "DE"),
        (CHECK_USER, "", ""),
        (CHECK_USER, "a@b.c", "a@b.c"),
        (CHECK_BOT_STATUS, " ", ""),
        (CHECK_BOT_STATUS, "bot_end", "bot_end"),
        (checks.max_failures, " ", ""),
        (checks.max_failures, "0", "0"),
        (checks.max_failures, "007%", "7%"),
        (checks.min_rows, "", ""),
        (checks.min_rows, "50 %", "50%"),
        (checks.min_rows, "100", "100"),
        (checks.seconds, "", 0.0),
        (checks.seconds, "90m", 5400.0),
        (checks.seconds, "2H", 7200.0),
        (checks.seconds, "1h 1s", 3601.0),
        (checks.date_format, "", ""),
        (checks.date_format, "%d.%m.%y", "%d.%m.%y"),
        (checks.decimal_sign, ",", ","),
        (CHECK_NOTE, "x" * 1000, "x" * 1000),
        (checks.not_empty, " Two\nlines ", "Two\nlines"),
        (checks.as_text, 5, "5"),
        (checks.as_text, True, True),
        (checks.as_tuple, ["a"], ("a",)),
        (checks.as_tuple, 3, 3),
    ],
)
def test_a_right_value_is_taken(check: Callable[[object], object], value: object, expected: object) -> None:
    """What people write becomes what the importer uses."""
    assert check(value) == expected


@pytest.mark.parametrize(
    ("check", "value", "word"),
    [
        (checks.base_url, "", "must be an address"),
        (checks.base_url, "api.callbell.eu", "must be an address"),
        (checks.base_url, "ftp://x", "must be an address"),
        (checks.base_url, "https://", "must be an address"),
        (checks.base_url, "https://x:99999", "must be an address"),
        (checks.base_url, "https://[x", "must be an address"),
        (checks.base_url, "http://api.callbell.eu", "https://"),
        (checks.base_url, "http://localhost.evil.example", "https://"),
        (checks.base_url, "http://127.0.0.1@evil.example", "https://"),
        (checks.base_url, "https://u:p@x", "user name"),
        (checks.base_url, "https://x/?a=b", "question mark"),
        (checks.not_negative, float("nan"), "0 or more"),
        (checks.not_negative, float("inf"), "0 or more"),
        (checks.row_limit, -1, "0 for all"),
        (checks.concurrency, 10_001, "as many as the rate needs"),
        (checks.megabytes, 0, "from 1 to 100,000"),
        (checks.megabytes, 100_001, "from 1 to 100,000"),
        (checks.some_time, 0.0, "longer than no time"),
        (checks.header_row, 0, "1 or more"),
        (checks.encoding, "klingon", "encoding"),
        (checks.encoding, "rot13", "encoding"),
        (checks.encoding, "a\0b", "encoding"),
        (checks.delimiter, "", "one character"),
        (checks.delimiter, '"', "one character"),
        (checks.delimiter, "a", "one character"),
        (checks.delimiter, ";;", "one character"),
        (checks.country, "ZZ", "two letters"),
        (checks.country, "Spian", r"did you mean Spain \(ES\)"),
        (checks.country, "+1", r"United States \(US\), Canada \(CA\)"),
        (checks.country, "7", r"Russia \(RU\), Kazakhstan \(KZ\)"),
        (checks.country, "+44", r"United Kingdom \(GB\)"),
        (checks.country, "+999", "calling code such as"),
        (checks.one_of(Existing), "maybe", "skip, update, create"),
        (CHECK_USER, "Ana", "e-mail"),
        (CHECK_BOT_STATUS, "on", "one of"),
        (CHECK_NOTE, "x" * 1001, "at most 1,000"),
        (checks.max_failures, "101%", "share"),
        (checks.max_failures, "-1", "share"),
        (checks.min_rows, "101%", 'such as "50%"'),
        (checks.min_rows, "half", "share"),
        (checks.seconds, "5", "2h"),
        (checks.seconds, "1d", "2h"),
        (checks.date_format, "%d/%m", "day, month and year"),
        (checks.date_format, "%Q%d%m%Y", "day, month and year"),
        (checks.date_format, "%d", "day, month and year"),
        (checks.date_format, "%Q", "day, month and year"),
        (checks.date_format, "%d/%m/%Y %", "day, month and year"),
        (checks.date_format, "day", "day, month and year"),
        (checks.date_format, "(", "day, month and year"),
        (checks.decimal_sign, ";", '"."'),
        (checks.single_line, "a\x1b[31m", "one line"),
        (checks.not_empty, " ", "empty"),
        (checks.not_empty, " \n", "empty"),
    ],
)
def test_a_wrong_value_is_told(check: Callable[[object], object], value: object, word: str) -> None:
    """The sentence says what it must be."""
    with pytest.raises(ValueError, match=word):
        check(value)


TEXT_CHECKS: list[Callable[[str], object]] = [
    checks.base_url,
    checks.encoding,
    checks.delimiter,
    checks.country,
    CHECK_USER,
    CHECK_BOT_STATUS,
    checks.max_failures,
    checks.min_rows,
    checks.seconds,
    checks.date_format,
]


@given(check=st.sampled_from(TEXT_CHECKS), text=st.text(max_size=12) | st.from_regex(r"(%[a-zA-Z%]|[0-9hms%]){1,5}"))
def test_any_text_is_taken_or_told(check: Callable[[str], object], text: str) -> None:
    """No text makes a check fail in any other way."""
    try:
        check(text)
    except ValueError as error:
        assert str(error)  # noqa: PT017 - whether it is raised at all depends on the text


def test_no_days_are_never() -> None:
    """An empty text says that nothing is forgotten by its age."""
    assert (checks.days(" "), checks.days("90d"), checks.days("2w")) == (0, 90, 14)
