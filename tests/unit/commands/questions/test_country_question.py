"""The country of numbers that do not say it, as far as it is asked for."""

import io
from contextlib import closing
from pathlib import Path

import pytest

from importer.commands.context import CommandContext
from importer.commands.input.input_sheet import InputSheet
from importer.commands.questions.country_question import country_evidence
from importer.readers import open_reader
from importer.settings import settle
from tests.support.commands import table


@pytest.mark.parametrize(
    ("countries", "looked_at"), [(("GB", "", "United Kingdom", ""), 2), (("GB", "GB", "GB", "GB"), None)]
)
def test_rows_without_a_country_in_its_column_are_asked_about(
    tmp_path: Path, countries: tuple[str, ...], looked_at: int | None
) -> None:
    """The others say it themselves."""
    rows = [("Mobile", "Name", "Country"), *((f"07911 12345{n}", "Ana", one) for n, one in enumerate(countries))]
    settings = settle({}, {}, '[columns]\nidentifier = "Mobile"\nname = "Name"\ncountry = "Country"\n')
    context = CommandContext(settings=settings, options={}, environment={}, stream=io.StringIO())
    with closing(InputSheet(open_reader(str(table(tmp_path / "a.csv", rows)), settings.input))) as reader:
        seen = country_evidence(context, [reader])
    assert (seen and seen.guess.looked_at) == looked_at
