"""Phone numbers in messages and logs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.mapper.phones import identify
from importer.model.phone_mask import EXAMPLE, masked, unnumbered
from importer.model.rows import Problem


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("611 223 344", ""),
        ("+34 911 22 33 444", ""),
        ("447911123456", "ES"),
        ("+34(0)611223344", ""),
        ("6112/2334/4x", "ES"),
    ],
)
def test_a_persons_number_is_masked_and_the_tools_own_example_is_not(number: str, country: str) -> None:
    """Whatever the sentence makes of the number: quoted, or with a plus to be written."""
    problem = identify(number, "whatsapp", country)
    assert isinstance(problem, Problem)
    said = unnumbered(problem.message)
    assert EXAMPLE in said or "such as" not in said
    digits = "".join(filter(str.isdecimal, said.replace(EXAMPLE, "")))
    assert "22334" not in digits
    assert "791112" not in digits


@pytest.mark.parametrize(
    "text",
    [
        "write the whole number, such as +34600111222.",
        "with + and the country code, such as +34600111222, or name the country",
        "is not a date such as 2026-12-25.",
        '"01/02/2024" may be 2024-02-01 or 2024-01-02: give this field a format',
        "callbell-importer retry 20261123-020000-contacts",
        "such as 1234.56, in 123,456 rows",
    ],
)
def test_what_is_nobodys_number_stays(text: str) -> None:
    """The example, dates, names of runs, counts."""
    assert unnumbered(text) == text


def test_the_example_as_a_persons_number_is_masked() -> None:
    """It is only the tool's where it is an example."""
    assert (
        unnumbered('"+34600111222x" holds letters, such as +34600111222.')
        == '"…222x" holds letters, such as +34600111222.'
    )


@given(st.integers(10**8, 10**14), st.text(alphabet=' "such as,.:', max_size=12))
def test_no_number_is_shown_whole(number: int, before: str) -> None:
    """Whatever stands before it."""
    said = unnumbered(f"{before}+{number} x")
    assert str(number) not in said
    assert masked(str(number)) in said
