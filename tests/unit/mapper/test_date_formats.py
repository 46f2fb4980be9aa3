"""How the dates of a column are written: the cells that can be read in one way only decide."""

import pytest

from importer.mapper.date_formats import DateFormats, date_formats

CELLS = [f"2024-03-{day:02}" for day in range(1, 29)]
BOTH = ["01/02/2024", "03/04/2024"]


@pytest.mark.parametrize(
    ("texts", "formats", "evidence"),
    [
        (CELLS, (), ""),
        (["25.12.2023", "01.02.2024"], ("%d.%m.%Y",), ""),
        (
            [*CELLS, *BOTH, "29/05/2022"],
            ("%d/%m/%Y",),
            "a day above 12 stands first in 1 of 3 dates written as text, second in none",
        ),
        (
            [*BOTH, "05/29/2022"],
            ("%m/%d/%Y",),
            "a day above 12 stands second in 1 of 3 dates written as text, first in none",
        ),
        (
            ["29/05/2022"] * 19 + ["05/29/2022"],
            ("%d/%m/%Y",),
            "a day above 12 stands first in 19 of 20 dates written as text, second in 1",
        ),
        (
            [*CELLS, *BOTH],
            ("%d/%m/%Y", "%m/%d/%Y"),
            (
                "2 of 2 dates written as text can be read in two ways, such as 01/02/2024:"
                ' add format = "%d/%m/%Y" where the day comes first'
            ),
        ),
        (
            [*BOTH, *["29/05/2022"] * 4, *["05/29/2022"] * 6],
            ("%m/%d/%Y", "%d/%m/%Y"),
            (
                "2 of 12 dates written as text can be read in two ways, such as 01/02/2024:"
                ' add format = "%d/%m/%Y" where the day comes first'
            ),
        ),
        ([*CELLS, "soon"], (), ""),
        ([*CELLS, "29/05/2022", "05/29/2022"], (), ""),
        ([*CELLS, *["29/05/2022 10:00"] * 3, "01/02/2024"], ("%d/%m/%Y", "%m/%d/%Y"), None),
    ],
)
def test_a_day_above_twelve_tells_the_format_of_its_column(
    texts: list[str], formats: tuple[str, ...], evidence: str | None
) -> None:
    """One is enough where none speaks against it; date cells say nothing of the texts among them."""
    found = date_formats(texts)
    assert found.formats == formats
    assert evidence is None or found.evidence == evidence


def test_the_share_counts_date_cells_and_texts_together() -> None:
    """A word among three dates is a quarter."""
    assert date_formats(["2024-03-01", "29/05/2022", "30/05/2022", "soon"]) == DateFormats(
        share=0.75,
        formats=("%d/%m/%Y",),
        evidence="a day above 12 stands first in 2 of 3 dates written as text, second in none",
    )
