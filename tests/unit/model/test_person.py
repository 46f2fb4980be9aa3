"""A person's number is found however it is written, and nobody else's is."""

import pytest

from importer.model.person import FORGOTTEN, Person

SPANISH = Person(identifier="34600111222", code="34")
MEXICAN = Person(identifier="525512345678", code="52")
BRITISH = Person(identifier="442079460018", code="44")
HANDLE = Person(identifier="ana.p")


@pytest.mark.parametrize(
    "text",
    [
        "34600111222",
        "+34600111222",
        "0034 600 111 222",
        "tel:+34-600-111-222;",
        '["600111222","Ana"]',
        "(+34) 600.111.222",
        "600\u00a0111\u00a0222",
        '{"identifier":"34600111222"}',
        "wa.me/34600111222?text",
    ],
)
def test_every_writing_is_found(text: str) -> None:
    """And taken out, so that none is left."""
    assert SPANISH.is_in(text)
    assert not SPANISH.is_in(SPANISH.without(text))
    assert FORGOTTEN in SPANISH.without(text)


@pytest.mark.parametrize("text", ["34600111223", "1600111222", "6001112220", "34 600 111, 222", "", "2026-11-23"])
def test_other_numbers_are_left(text: str) -> None:
    """Longer ones, shorter ones, and two cells that only look like it together."""
    assert not SPANISH.is_in(text)
    assert SPANISH.without(text) == text


def test_both_forms_of_a_mobile_are_one_person() -> None:
    """52 and 521, whichever was given."""
    for text in ("5215512345678", "+52 1 55 1234 5678", "+52 55 1234 5678", "5512345678"):
        assert MEXICAN.is_in(text)
        assert MEXICAN.is_identifier(text)


def test_a_trunk_zero_is_part_of_the_number() -> None:
    """In brackets, or before the number without its country code."""
    for text in ("+44 (0)20 7946 0018", "020 7946 0018", "442079460018"):
        assert BRITISH.is_in(text)
        assert BRITISH.is_identifier(text)


def test_a_number_that_may_be_somebody_elses_needs_its_country_code() -> None:
    """4792345678 of the United States is also a number of Norway: that person stays as they are."""
    american = Person(identifier="14792345678", code="1", is_national_ambiguous=True)
    assert american.is_in("+1 (479) 234-5678")
    assert not american.is_in("4792345678")
    assert not american.is_key("4792345678")


def test_a_handle_is_a_whole_identifier_and_stands_in_no_text() -> None:
    """In capitals or not, with an @ or without; a word of a name or a note is nobody's."""
    assert all(map(HANDLE.is_identifier, ("Ana.P", "@ana.p", " ana.p ")))
    assert all(map(HANDLE.is_key, ("ana.p", "@ana.p")))
    texts = ("Ana.P", '"@Ana.P"', "ana.perez", "joana.p", "ana.p@example.com", "a note about ana.p")
    assert not any(map(HANDLE.is_in, texts))
    assert [HANDLE.without(text) for text in texts] == [*texts]


@pytest.mark.parametrize(
    "text",
    [
        "600111222 / 611222333",
        "611222333;600 111 222",
        "+34611222333 +34600111222",
        "611222333 y 600111222",
        "611222333 ::: 600111222",
        "600111222 611222333",
    ],
)
def test_a_cell_with_several_numbers_is_of_each_of_their_people(text: str) -> None:
    """Whatever stands between them."""
    assert SPANISH.is_identifier(text)
    assert not SPANISH.is_identifier(text.replace("222", "229"))


def test_an_empty_identifier_is_nobody() -> None:
    """Rows without one are not everybody's."""
    assert not any(person.is_identifier(text) for person in (SPANISH, HANDLE) for text in ("", " ", "000"))


@pytest.mark.parametrize(
    ("text", "is_namesake"),
    [
        ("48600111222", True),
        ("1600111222", True),
        ("34600111222", False),
        ("0600111222", False),
        ("600111222", False),
        ("123448600111222", False),
        ("48600111223", False),
        ("", False),
    ],
)
def test_a_namesake_has_the_same_number_in_another_country(text: str, *, is_namesake: bool) -> None:
    """Told from the same person, and from a longer number."""
    assert Person(identifier="34600111222", code="34").is_namesake(text) is is_namesake


def test_of_a_namesakes_text_the_whole_number_alone_is_theirs() -> None:
    """As where the number without its country code is somebody else's."""
    alone = Person(identifier="34600111222", code="34").with_code_alone()
    assert [alone.is_in(text) for text in ("600 111 222", "+48 600 111 222", "+34 600-111-222")] == [False, False, True]
    assert not Person(identifier="zenobia").is_namesake("48zenobia")
