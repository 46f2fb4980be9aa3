"""The option that makes numbers without a country code right, where nobody was asked."""

import io
from contextlib import closing
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from importer.commands.context import CommandContext
from importer.commands.questions.country_cure import NumbersWithoutCountry, country_here
from importer.journal import Journal
from importer.mapper.phones import identify
from importer.model.rows import Entry, InvalidRow, Problem, Row, Sheet
from importer.model.runs import NUMBERS_OF
from importer.settings import settle
from tests.support.journals import Ticking, record

SHEET = Sheet(file="clientes.csv", header=("Móvil", "Nombre"))


def seen(*cells: str) -> NumbersWithoutCountry:
    """Return what is known after rows with these phone numbers."""
    numbers = NumbersWithoutCountry()
    for place, cell in enumerate(cells, 2):
        problem = identify(cell, "whatsapp", "")
        assert isinstance(problem, Problem)
        row = Row(number=place, cells=(cell,))
        numbers.mapped([Entry(row=row, mapped=InvalidRow(problems=(problem,)))])
    return numbers


def test_the_cure_names_option_and_evidence() -> None:
    """Of the numbers that were refused for want of a country; the others have other cures."""
    country, cure = seen("600111222", "611222333", "12345").cure([SHEET], {})
    assert country == "ES"
    assert cure.splitlines() == [
        "2 of 2 numbers without a country code are right for Spain.",
        "If they are Spanish, give the same command with --country ES.",
    ]


def test_it_is_said_of_the_first_numbers_where_there_are_more() -> None:
    """Only so many of them are looked at."""
    _, cure = seen(*(f"6001{place:05}" for place in range(3_000))).cure([SHEET], {})
    assert cure.startswith("Of the first 2,000 numbers without a country code, 2,000 are right for Spain.\n")


def test_nothing_is_said_where_it_would_be_a_mere_chance() -> None:
    """No such number, or a country for which nothing speaks but that the digits fit."""
    assert seen("12345").cure([SHEET], {}) == ("", "")
    assert seen(*(f"1111111111{n}" for n in range(5))).cure([Sheet(file="a.csv", header=("Id",))], {"LANG": "C"}) == (
        "",
        "",
    )


def test_the_machines_country_is_that_of_its_locale() -> None:
    """By the first variable that is set; a locale without a country tells none."""
    assert country_here({"LC_ALL": "", "LANG": "es_ES.UTF-8"}) == "ES"
    assert country_here({"LC_ALL": "pt_BR", "LANG": "es_ES.UTF-8"}) == "BR"
    assert country_here({"LANG": "C.UTF-8"}) == ""


def test_countries_that_fit_as_well_are_all_named() -> None:
    """Then no option is advised; what a person answered earlier tells which it is."""
    numbers = [f"9102{place:05}" for place in range(0, 6620, 331)]
    sheet = Sheet(file="a.csv", header=("Teléfono", "Empresa"))
    country, cure = seen(*numbers).cure([sheet], {})
    assert not country
    assert cure == (
        "20 of 20 numbers without a country code are right for Chile, for Peru and for Spain.\n"
        "Give the same command with --country CL if they are Chilean, --country PE if they are Peruvian, or"
        " --country ES if they are Spanish."
    )
    assert seen(*numbers).cure([sheet], {}, {"ES": 2.0})[0] == "ES"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"country": "ES"}, "--country ES: 2 of 2 numbers without a country code are right for Spain."),
        ({"country": "MX"}, "--country MX: 0 of 2 numbers without a country code are right for Mexico."),
        ({NUMBERS_OF: "ES"}, "the country ES: 2 of 2 numbers without a country code are right for Spain."),
    ],
)
def test_the_country_of_the_last_run_of_the_same_list_is_said(
    tmp_path: Path, options: dict[str, str], told: str
) -> None:
    """With its date and who said it; it is the cure where it fits most numbers, else what they tell is."""
    settings = settle({"journal": str(tmp_path / "journal.sqlite3")}, {})
    context = CommandContext(settings=settings, environment={}, stream=io.StringIO(), zone=UTC)
    with closing(Journal.open(tmp_path / "journal.sqlite3", Ticking())) as journal:
        earlier = replace(record(), options=options)
        journal.begin(earlier)
        journal.finish(replace(earlier, finished_at=earlier.started_at, exit_code=0))
        found, cure = seen("600111222", "611222333").cure_in(context, [SHEET], journal, earlier.files)
    assert found == "ES"
    assert cure.splitlines()[0] == f"The run of {earlier.started_at:%Y-%m-%d %H:%M} had {told}"
    assert cure.endswith("give the same command with --country ES.")
