"""Texts that are damaged, and texts that stand for nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.mapper.text_damage import MARKS, MAYBE_NOTHING, NOTHING_BEGINS, is_placeholder, repaired, text_flaw


def code(text: str, *, is_name: bool = False, repairs: bool = False) -> str:
    """Return the code of what is wrong with the text."""
    flaw = text_flaw(text, is_name=is_name, repairs=repairs)
    assert flaw is None or flaw.message.endswith(".")
    return flaw.code if flaw else ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Jos\u00c3\u00a9", '"José"'),
        ("Jos&eacute;", '"José"'),
        ("Jos\ufffd", "write it again"),
        ("Mar?a", "write it again"),
        ("Mar?a Jos\u00c3\u00a9", "write it again"),
        ("NULL", "empty the cell"),
    ],
)
def test_a_flaw_says_what_to_do(text: str, message: str) -> None:
    """With what the text probably is, where that can be told."""
    flaw = text_flaw(text, is_name=True, repairs=False)
    assert flaw
    assert message in flaw.message


def test_what_was_repaired_is_told() -> None:
    """Nobody's name is changed without a word."""
    flaw = text_flaw("Jos\u00c3\u00a9", is_name=True, repairs=True)
    assert flaw
    assert (flaw.code, flaw.value) == ("text_repaired", "Jos\u00c3\u00a9")
    assert '"José"' in flaw.message
    assert code("Jos\ufffd", repairs=True) == "text_damaged"


@given(st.text(max_size=30), st.booleans())
def test_no_flaw_is_passed_over_by_the_quick_look(text: str, is_name: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    """Rows are searched only where the quick look sees something."""
    if text and text_flaw(text, is_name=is_name, repairs=False):
        assert MARKS.search(text) or (text[0] in NOTHING_BEGINS and MAYBE_NOTHING.match(text))


@given(
    st.sampled_from(["nan", "NULL", "None", "\\N", "n/a", "undefined", "(null)", "<NA>", "."]),
    st.sampled_from([" ", "", "\n"]),
)
def test_no_word_for_nothing_is_passed_over_by_the_quick_look(word: str, space: str) -> None:
    """With white space around it."""
    text = f"{space}{word}{space}"
    assert code(text, is_name=True) == "text_placeholder"
    assert text[0] in NOTHING_BEGINS
    assert MAYBE_NOTHING.match(text)


@given(st.text(max_size=20))
def test_text_that_can_be_written_in_latin_is_repaired_from_its_double_encoding(text: str) -> None:
    """Nothing raises; what is not damaged stays as it is."""
    assert isinstance(repaired(text), str)
    assert text_flaw(text, is_name=False, repairs=False) or repaired(text) == text


@pytest.mark.parametrize(
    "name", ["García", "Muñoz Ibáñez", "Jürgen Weiß", "François", "João", "Kovačević", "Łukasz", "Þór", "Ольга"]
)
def test_letters_of_many_languages_come_back(name: str) -> None:
    """UTF-8 that was read as Windows-1252, with the five bytes that it does not have as browsers take them."""
    damaged = "".join(bytes([byte]).decode("cp1252", "replace").replace("\ufffd", chr(byte)) for byte in name.encode())
    assert code(damaged) == "text_damaged"
    assert repaired(damaged) == name


def test_words_for_nothing_are_known_in_any_letter_case() -> None:
    """And error cells with them, but not a person's name."""
    assert all(map(is_placeholder, ["NaN", "null", "NONE", "#N/A", "#¡VALOR!"]))
    assert not any(map(is_placeholder, ["Nancy", "Nulla", "", "#1"]))
    assert code("Nan", is_name=True) == ""
