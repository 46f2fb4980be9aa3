"""What a column's values look like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.mapper.column_profile import ColumnProfile, Kind, profile_column

COLUMNS: list[tuple[list[str], str, Kind, str]] = [
    ([], "", Kind.EMPTY, ""),
    (["", " "], "", Kind.EMPTY, ""),
    (["+34600111222", "0034 655 12 09 87", "34612345678"], "", Kind.PHONES, ""),
    (["600 111 222", "655120987"], "ES", Kind.PHONES, ""),
    (["600 111 222", "655120987"], "", Kind.NATIONAL_PHONES, ""),
    (["ana@example.com", "eva@example.com"], "", Kind.EMAILS, ""),
    (["2024-03-01", "2024-03-02 10:00:00"], "", Kind.DATES, ""),
    (["25/12/2023", "01/02/2024"], "", Kind.DATES, "%d/%m/%Y"),
    (["12/25/2023", "01/02/2024"], "", Kind.DATES, "%m/%d/%Y"),
    (["01/02/2024", "03/04/2024"], "", Kind.DATES, "%d/%m/%Y|%m/%d/%Y"),
    (["25.12.23", "01.02.24"], "", Kind.DATES, "%d.%m.%y"),
    (["bot_start", "BOT_END"], "", Kind.BOT_STATUSES, ""),
    (["Spain", "Italia", "FR"], "", Kind.COUNTRIES, ""),
    (["1", "25", "3"], "", Kind.NUMBERS, ""),
    (["1.234,56", "2,5"], "", Kind.NUMBERS, ","),
    (["1,234.56", "2.5"], "", Kind.NUMBERS, "."),
    (["1.234", "2.345"], "", Kind.NUMBERS, ".|,"),
    ([str(20240001 + number) for number in range(20)], "", Kind.NUMBERS, ""),
    (["Active", "Lead"] * 6, "", Kind.CHOICES, ""),
    (
        ["VIP", "VIP|Shop", "Shop|VIP", "VIP|Web", "Web|Shop|VIP", "Web|Shop", "Shop", "Web", "VIP|Shop|Web"],
        "",
        Kind.LISTS,
        "|",
    ),
    (["Ana García", "Eva Gil", "Jean-Luc O'Neill"], "", Kind.NAMES, ""),
    (["Calle Mayor 1, 3 A", "Gran Vía 22", "Elm Street 5"], "", Kind.TEXTS, ""),
    (["one", "one", "one", "one", "one", "x", "y"], "", Kind.TEXTS, ""),
    (["a-1", "b-2", "c-3"] * 4, "", Kind.CHOICES, ""),
    (["x" * 50, "y" * 50] * 6, "", Kind.TEXTS, ""),
]


@pytest.mark.parametrize(("cells", "country", "kind", "detail"), COLUMNS)
def test_a_column_is_known_by_its_values(cells: list[str], country: str, kind: Kind, detail: str) -> None:
    """Whatever its header says."""
    seen = profile_column(cells, country)
    assert (seen.kind, seen.detail) == (kind, detail)


def test_a_few_wrong_cells_do_not_hide_what_a_column_is() -> None:
    """Nine in ten are enough, and the share says how many."""
    cells = ["+346001112" + f"{number:02}" for number in range(19)] + ["ask Ana", ""]
    assert profile_column(cells) == ColumnProfile(kind=Kind.PHONES, share=0.95, filled=20, phone_share=0.95)
    assert profile_column(["", " "]).phone_share == 0.0


def test_few_different_words_are_its_options() -> None:
    """In the order in which they come."""
    assert profile_column(["Lead", "Active"] * 3).options == ("Lead", "Active")


@given(st.lists(st.text(max_size=12), max_size=12), st.sampled_from(["", "ES"]))
def test_any_column_looks_like_something(cells: list[str], country: str) -> None:
    """Nothing raises, and the share is one."""
    assert 0.9 <= profile_column(cells, country).share <= 1
