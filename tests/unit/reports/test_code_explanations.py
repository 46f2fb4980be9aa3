"""Every code that a person can meet is explained, and nothing else is."""

import re

import pytest

from importer.model.account import ACCOUNT_PROBLEMS
from importer.model.cures import CURES
from importer.model.runs import NO_PROBLEMS
from importer.reports.code_explanations import (
    Explanation,
    all_codes_text,
    explanation_of,
    explanation_text,
    explanations,
    near_codes,
)
from tests.support.code_search import CodeSearch

ALL = [one for group in explanations().values() for one in group]
COMMANDS = re.compile(r"callbell-importer (\w+)")


def test_every_code_of_the_package_is_explained_and_no_other() -> None:
    """Whoever adds a code to the package explains it."""
    search = CodeSearch()
    assert search.unclear == set()
    assert search.codes - {one.code for one in ALL} == set()
    assert {one.code for one in ALL} - search.codes == set()


def test_the_search_finds_codes_however_they_are_given() -> None:
    """By keyword, by position, by a table, put together, in SQL, of a class, of a check and of a receiver."""
    codes = CodeSearch().codes
    assert {"phone_letters", "quote_stray", "tag_unknown", "team_ambiguous", "too_few_rows", "conflict"} <= codes
    assert {"usage", "token_missing", "disk_full", "defect", "gone", "clock", "lock", "header_changed"} <= codes
    assert {"forgotten", "differs", "refused", "in_doubt", "custom_field_type", "phone_both_forms", "folder"} <= codes
    assert codes >= {*NO_PROBLEMS, *ACCOUNT_PROBLEMS, *CURES}


def test_no_code_is_explained_twice() -> None:
    """A code has one home among the files."""
    codes = [one.code for one in ALL]
    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.code)
def test_an_explanation_is_whole(one: Explanation) -> None:
    """What it means in one sentence, why, what to do, and an example."""
    assert re.fullmatch(r"[A-Zc].*\.", one.means)
    assert len(one.means) <= 100
    assert one.why.endswith(".")
    assert one.cure.strip() == one.cure != ""
    assert one.example.strip()
    assert "  " not in f"{one.means}{one.why}{one.cure}"


def test_examples_of_sheets_show_a_row() -> None:
    """Of most rows that are not sent: a header, and a row with that problem."""
    refused = next(iter(explanations().values()))
    assert sum("\n" in one.example.strip() for one in refused) > len(refused) / 2


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("phone_missing", "Who has no number cannot be in Callbell: delete the row from the list, or "),
        ("phone_letters", "Delete the row of someone who has none."),
        ("created", "the contact with the old number is there still: delete that one in Callbell."),
    ],
)
def test_what_a_number_that_is_missing_or_was_corrected_needs_is_told(code: str, told: str) -> None:
    """Nobody else says that the first is shown for ever, and that the second leaves two contacts."""
    found = explanation_of(code)
    assert found is not None
    assert told in found.cure


@pytest.mark.parametrize("word", ["phone_letters", "PHONE-LETTERS", " Phone Letters ", "phone.letters"])
def test_letter_case_and_signs_do_not_matter(word: str) -> None:
    """People type what they remember."""
    found = explanation_of(word)
    assert found is not None
    assert explanation_text(found).startswith("phone_letters: The phone number holds letters")


@pytest.mark.parametrize(
    ("word", "meant"),
    [("phone_leters", "phone_letters"), ("tokenrefused", "token_refused"), ("no country", "phone_no_country")],
)
def test_what_was_probably_meant_is_told(word: str, meant: str) -> None:
    """A misspelt code, or one of its words."""
    assert explanation_of(word) is None
    assert meant in near_codes(word)


def test_nothing_is_near_to_nonsense() -> None:
    """Rather nothing than anything."""
    assert near_codes("%%%") == []
    assert near_codes("xyzzy") == []


def test_all_codes_are_listed_in_groups() -> None:
    """Each with one line."""
    text = all_codes_text()
    assert all(f"\n  {one.code} " in text for one in ALL)
    assert len(text.splitlines()) == len(ALL) + 2 * len(explanations()) + 1


def test_what_is_dialled_within_mexico_alone_is_explained() -> None:
    """A number may have 044 or 045 in front, which is no single zero."""
    found = next(one for one in ALL if one.code == "phone_trunk_zero")
    assert "Mexican mobiles were with 044 or 045" in found.why
    assert "+52 044 55 1234 5678" in found.example
