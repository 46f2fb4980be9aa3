"""Which country numbers without a country code are probably from."""

from dataclasses import replace

import pytest

from importer.mapper.phones.country_guess import guess_country, lacks_country

SPANISH = ("600 111 222", "611222333", "622-33-44-55", "911 22 33 44", "0034 600111223")
MEXICAN = ("55 1234 5678", "33 1234 5678")


@pytest.mark.parametrize(
    ("cells", "words", "here", "country"),
    [
        (SPANISH, "nombre movil clientes", "", "ES"),
        (SPANISH, "", "ES", "ES"),
        (SPANISH, "name phone", "US", "ES"),
        (("+34 600111222", "600 111 223", "611 222 333"), "", "", "ES"),
        (("06 12 34 56 78", "07 55 34 56 78"), "nom telephone", "", "FR"),
        (("6 12 34 56 78", "7 55 34 56 78", "1 42 68 53 00"), "nom prenom portable", "", "FR"),
        (("347 1234567", "06 1234567", "0577 123456"), "nome cellulare", "", "IT"),
        (("11 91234-5678", "(21) 99876-5432"), "nome celular", "", "BR"),
        (("0151 12345678", "030 1234567"), "vorname handy", "", "DE"),
        (("(415) 555-2671", "212 555 0123"), "first name phone", "", "US"),
        (MEXICAN, "nombre telefono", "", "MX"),
        (("300 1234567", "310 1234567"), "nombre celular", "", "CO"),
        (("501 123 456", "601 123 456"), "imie telefon", "PL", "PL"),
    ],
)
def test_the_country_is_told_by_numbers_language_and_place(
    cells: tuple[str, ...], words: str, here: str, country: str
) -> None:
    """Where several countries fit, headers, coded numbers and the machine decide."""
    found = guess_country(cells, words, here)
    assert found is not None
    assert found.country == country


def test_the_evidence_counts_the_numbers_that_are_right() -> None:
    """Bad numbers count among all, blank cells do not, and those with a code are told apart."""
    found = guess_country([*SPANISH[:3], "12345", "none yet", "", "  "], "movil", "")
    assert found is not None
    assert found.evidence == "3 of 5 numbers are right for Spain."
    assert found.of_people == "Spanish"
    mixed = guess_country([*SPANISH[:3], "+34 600111222"], "movil", "")
    assert mixed is not None
    assert mixed.evidence == "3 of 3 numbers without a country code are right for Spain."


def test_people_without_an_adjective_are_from_their_country() -> None:
    """Only the commonest have one."""
    found = guess_country(["3 123 4567"] * 3, "", "EE") or guess_country(["5123 4567"] * 3, "", "EE")
    assert found is not None
    assert found.of_people.startswith("from ") or found.of_people.istitle()


@pytest.mark.parametrize("cells", [[], ["", " "], ["+34600111222"], ["Ana", "Luis"], ["000"] * 9 + ["600111222"]])
def test_no_country_is_named_that_does_not_fit_most(cells: list[str]) -> None:
    """Nothing without a code, or no numbers at all."""
    assert guess_country(cells, "nombre movil", "ES") is None


def test_only_a_number_without_its_country_asks_for_one() -> None:
    """A wrong number, a blank cell or one with its code does not."""
    assert not lacks_country(["+34600111222", "34600111222", "", "12345", "Ana"])
    assert lacks_country(["+34600111222", "600 111 222"])


LANDLINES_OF_MADRID = [f"9102{place:05}" for place in range(0, 20 * 331, 331)]
"""They are right as mobile numbers in Chile and Peru, and as landlines in Spain."""
SUPPLIERS = "empresa telefono ciudad proveedores"


def test_countries_that_fit_about_as_well_are_all_named() -> None:
    """No one of them is proposed; landlines count as right as mobiles do."""
    found = guess_country(LANDLINES_OF_MADRID, SUPPLIERS, "")
    assert found is not None
    assert set(found.countries) == {"CL", "PE", "ES"}
    assert not found.is_proposed
    assert found.evidence == "20 of 20 numbers are right for Chile, for Peru and for Spain."


@pytest.mark.parametrize(("here", "told"), [("ES", {}), ("", {"ES": 2.0})])
def test_what_speaks_for_one_of_them_decides(here: str, told: dict[str, float]) -> None:
    """The machine's country, or what else is known."""
    found = guess_country(LANDLINES_OF_MADRID, SUPPLIERS, here, told)
    assert found is not None
    assert found.countries == ("ES",)
    assert found.is_proposed
    assert found.evidence == "20 of 20 numbers are right for Spain."


def test_of_fewer_right_numbers_the_count_is_said() -> None:
    """Where a country that is about as likely has not all of them right."""
    found = guess_country(LANDLINES_OF_MADRID, SUPPLIERS, "")
    assert found is not None
    assert replace(found, country="CL", rivals={"ES": 19, "PE": 20}).for_which == "for Chile, 19 for Spain, 20 for Peru"


OLD_PREFIXES = ("044 55 1234 5678", "045 33 1234 5678", "01 55 1234 5678")


def test_numbers_with_a_prefix_that_is_no_longer_dialled_speak_for_their_country() -> None:
    """They are right there, and nowhere else."""
    found = guess_country([*MEXICAN * 12, *OLD_PREFIXES], "nombre telefono", "")
    assert found is not None
    assert (found.country, found.right, found.looked_at) == ("MX", 27, 27)
    assert found.is_proposed
    assert found.evidence == "27 of 27 numbers are right for Mexico."


def test_a_zero_that_other_countries_dial_speaks_for_none() -> None:
    """A Spanish number with a zero in front counts as wrong."""
    found = guess_country([*SPANISH * 3, "0600111222"], "movil", "", {"ES": 9.0})
    assert found is not None
    assert (found.country, found.right, found.looked_at) == ("ES", 12, 13)


def test_numbers_with_a_code_and_the_language_of_the_headers_are_not_outvoted_by_what_was_said_before() -> None:
    """Where the sheet itself names a country that fits as well, the other one is not proposed."""
    cells = [*(f"6001112{n:02}" for n in range(50)), *(f"+346001113{n:02}" for n in range(12))]
    before = {"PL": 20.0}
    found = guess_country(cells, "nombre telefono", "PL", before)
    assert found is not None
    assert found.countries == ("PL", "ES")
    assert not found.is_proposed
    alone = guess_country(cells, "nombre telefono", "PL", {})
    assert alone is not None
    assert alone.country == "ES"
    assert alone.is_proposed


@pytest.mark.parametrize(
    ("codes", "words"), [(12, "imie numer"), (9, "nombre telefono"), (0, "nombre telefono"), (12, "first name")]
)
def test_what_was_said_before_counts_where_the_sheet_names_no_country_surely(codes: int, words: str) -> None:
    """A few numbers with a code, or headers in another language, tell too little."""
    cells = [*(f"6001112{n:02}" for n in range(50)), *(f"+346001113{n:02}" for n in range(codes))]
    found = guess_country(cells, words, "", {"PL": 20.0})
    assert found is not None
    assert found.countries == ("PL",)
