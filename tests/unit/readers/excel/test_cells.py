"""Typed cells become text."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.cell_names import column_letters
from importer.readers.excel.cells import (
    ErrorCell,
    UncalculatedCell,
    cell_name,
    column_index,
    is_wrong,
    problem_of,
    text_of,
)


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (None, "General", ""),
        (" x ", "General", " x "),
        (34600111222.0, "General", "34600111222"),
        (34600111222, "0", "34600111222"),
        (123, "00000", "00123"),
        (123.0, "000000000", "000000123"),
        (1.5, "General", "1.5"),
        (0.1 + 0.2, "General", "0.3"),
        (1e-7, "General", "0.0000001"),
        (-2.50, "0.00", "-2.5"),
        (True, "General", "TRUE"),
        (False, "General", "FALSE"),
        (date(2026, 3, 3), "General", "2026-03-03"),
        (datetime(2026, 3, 3), "General", "2026-03-03"),  # noqa: DTZ001 - cells have no time zone
        (datetime(2026, 3, 3, 14, 5), "General", "2026-03-03 14:05:00"),  # noqa: DTZ001 - cells have no time zone
        (datetime(2026, 3, 3, 14, 4, 59, 999995), "General", "2026-03-03 14:05:00"),  # noqa: DTZ001 - the same
        (time(14, 5), "General", "14:05:00"),
        (timedelta(hours=30, minutes=5), "General", "30:05:00"),
        (timedelta(minutes=-5), "General", "-00:05:00"),
        (ErrorCell(text="#N/A"), "General", "#N/A"),
        (UncalculatedCell(), "General", ""),
    ],
)
def test_a_cell_says_what_a_spreadsheet_program_shows(value: object, number_format: str, text: str) -> None:
    """Digits stay digits, dates are ISO dates, booleans are the program's words."""
    assert text_of(value, number_format) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_has_no_exponent_and_keeps_its_value(value: float) -> None:
    """Up to the 15 digits that a number cell means."""
    text = text_of(value)
    assert "e" not in text.lower()
    assert float(Decimal(text)) == pytest.approx(value, rel=1e-14, abs=0)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (ErrorCell(text="#REF!"), "cell_error"),
        (UncalculatedCell(), "formula_uncalculated"),
        (5212345678901234, "digits_lost"),
        (1.2345678901234567e19, "digits_lost"),
        (-1e15, "digits_lost"),
        (999_999_999_999_999, None),
        (True, None),
        ("5212345678901234", None),
        (None, None),
    ],
)
def test_what_is_wrong_with_a_cell_names_it(value: object, code: str | None) -> None:
    """Errors, formulas without a value, and numbers that lost digits are problems of their column."""
    assert is_wrong(value) == (code is not None)
    if code is not None:
        problem = problem_of(value, "Phone", "B17")
        assert (problem.code, problem.column) == (code, "Phone")
        assert "B17" in problem.message


@pytest.mark.parametrize(
    ("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_columns_have_the_letters_of_a_spreadsheet_program(index: int, letters: str) -> None:
    """Both ways."""
    assert (column_letters(index), column_index(letters), cell_name(index, 17)) == (letters, index, f"{letters}17")
