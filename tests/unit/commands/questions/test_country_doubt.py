"""A country that was given and is probably another."""

import io
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from importer.commands.context import CommandContext
from importer.commands.input.input_sheet import InputSheet
from importer.commands.questions.country_doubt import NO_DOUBT, CountryDoubt, country_doubt
from importer.commands.questions.earlier_answers import NO_ANSWERS, EarlierAnswers
from importer.commands.questions.earlier_countries import EarlierCountry
from importer.readers import open_reader
from importer.settings import settle
from tests.support.commands import table

MOBILES = [f"6001112{number}" for number in range(10, 22)]
"""Right in Spain and in France."""
LANDLINES = [f"9102000{number}" for number in range(10, 22)]
"""Right in Spain, Chile and Peru."""
CODED = [f"+346001112{number}" for number in range(10, 22)]


def doubt_of(
    path: Path,
    numbers: Sequence[str],
    country: str = "FR",
    *,
    config: str = "",
    earlier: EarlierAnswers = NO_ANSWERS,
    header: tuple[str, ...] = ("Móvil", "Nombre"),
) -> CountryDoubt:
    """Return the doubt about the country of a list with these numbers."""
    options: dict[str, object] = {} if config else {"country": country}
    settings = settle(options, {}, config or None)
    context = CommandContext(settings=settings, options=options, environment={}, stream=io.StringIO())
    rows = [header, *((number, "Ana") for number in numbers)]
    with closing(InputSheet(open_reader(str(table(path / "a.csv", rows)), settings.input))) as reader:
        return country_doubt(context, [reader], earlier)


def test_wrong_numbers_are_counted_beside_those_that_another_country_makes_right(tmp_path: Path) -> None:
    """In one line, with the option."""
    told = "12 of 12 numbers are not right for Mexico (--country MX), whereas 12 are right for Spain: --country ES."
    assert doubt_of(tmp_path, MOBILES, "MX") == CountryDoubt(told, "ES")


def test_countries_that_fit_as_well_are_all_named(tmp_path: Path) -> None:
    """None of them is the cure."""
    told = (
        "12 of 12 numbers are not right for Mexico (--country MX), whereas 12 are right for Chile, for Peru and for"
        " Spain: --country CL or --country PE or --country ES."
    )
    assert doubt_of(tmp_path, LANDLINES, "MX") == CountryDoubt(told, "")


def test_numbers_that_are_right_by_chance_are_doubted_where_all_else_speaks_for_another(tmp_path: Path) -> None:
    """The language of the headers, names of places, or what was answered before."""
    told = (
        "12 of 12 numbers are right for France (--country FR), but 12 for Spain too, and more speaks for that:"
        " --country ES."
    )
    assert doubt_of(tmp_path, MOBILES) == CountryDoubt(told, "ES")
    assert doubt_of(tmp_path, MOBILES, "ES") == NO_DOUBT
    assert doubt_of(tmp_path, MOBILES, header=("Phone", "Name")) == NO_DOUBT


@pytest.mark.parametrize(("numbers", "country"), [(CODED, "FR"), (MOBILES[:3], "MX"), (MOBILES[:9], "FR"), ([], "FR")])
def test_few_numbers_and_those_that_say_their_country_raise_no_doubt(
    tmp_path: Path, numbers: list[str], country: str
) -> None:
    """Some country fits most of a few by chance."""
    assert doubt_of(tmp_path, numbers, country) == NO_DOUBT


def test_what_was_accepted_before_is_doubted_only_where_numbers_are_wrong(tmp_path: Path) -> None:
    """A config's country is as good as an earlier answer."""
    config = '[contact]\ncountry = "FR"\n'
    earlier = EarlierAnswers(countries={"FR": EarlierCountry(8.0, "the last run")})
    assert doubt_of(tmp_path, MOBILES, config=config) == NO_DOUBT
    assert doubt_of(tmp_path, MOBILES, earlier=earlier) == NO_DOUBT
    assert doubt_of(tmp_path, MOBILES, config=config.replace("FR", "MX")).country == "ES"


def test_a_column_of_countries_raises_no_doubt(tmp_path: Path) -> None:
    """Each row says its own."""
    config = '[contact]\ncountry = "MX"\n[columns]\nidentifier = "Móvil"\nname = "Nombre"\ncountry = "Nombre"\n'
    assert doubt_of(tmp_path, LANDLINES, config=config) == NO_DOUBT


def test_the_wrong_rows_of_a_file_of_ours_raise_no_doubt(tmp_path: Path) -> None:
    """They were written because they are wrong, and another country makes some of them right by chance."""
    earlier = EarlierAnswers(written_with=("MX", "the run that wrote this file"))
    assert doubt_of(tmp_path, MOBILES, "MX", earlier=earlier) == NO_DOUBT
    assert doubt_of(tmp_path, MOBILES, "MX").country == "ES"


def test_a_few_mistyped_numbers_raise_no_doubt(tmp_path: Path) -> None:
    """Germany's plan takes nearly all lengths: with its code they would be somebody else's."""
    landlines = [f"22551{number}53" for number in range(10, 22)]
    wrong = ["600926027", "6009260270", "60092602701"]
    assert doubt_of(tmp_path, [*landlines, *wrong], "PL", header=("Telefon", "Imię")) == NO_DOUBT
