"""Phone numbers in messages and logs."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.mapper.custom_fields import date_reader
from importer.mapper.phones import identify
from importer.mapper.phones.examples import example_number
from importer.model.phone_mask import masked, unnumbered
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
    said, example = unnumbered(problem.message), example_number("ES")
    assert example in said or "such as +" not in said
    digits = "".join(filter(str.isdecimal, said.replace(example, "")))
    assert "22334" not in digits
    assert "791112" not in digits


@pytest.mark.parametrize(
    "text",
    [
        "write the whole number, such as +34612345678.",
        "with the area code, such as +522221234567, or name the country",
        "is not a date such as 2026-12-25.",
        '"01/02/2024" may be 2024-02-01 or 2024-01-02: give this field a format',
        "callbell-importer retry 20261123-020000-contacts",
        "such as 1234.56, in 123,456 rows",
        "row 123456 (the service answered 422 after 12345 ms at 02:00:12.123456)",
        "2026-11-27T02:00:12.345678Z",
        "the cells A12345 and ABC1048576 hold errors, see (B10234).",
        "no team 550e8400-e29b-41d4-a716-446655440000, nor 414a6d69265645ed803f12345678d4c8",
        "callbell-importer run /srv/export12345.csv kunden12345.csv",
    ],
)
def test_what_is_nobodys_number_stays(text: str) -> None:
    """The example, dates, names of runs, counts."""
    assert unnumbered(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "callbell-importer run /srv/inbox/list-20261129.csv --yes",
        "Not moved: /srv/inbox/list20261129.csv.",
        "Reports in /srv/reports/20261128-203359-list-20261129",
        "/srv/reports/20261128-203359-list-20261129/failed.csv",
        "Open it yourself: /srv/reports/20261128-203319-a-20261128/report.html",
        'No run is named "20261128-203359-list-20261129".',
        "/srv/20261129/list.csv /srv/2026/11/29/list.csv /srv/2026/20261129.xlsx",
        "/srv/list-2026-11-29-final.csv 'Kunden 29.11.2026.xlsx' list_29-11-2026.csv",
        'The file "20261129.csv" is not there.',
        "/srv/20261129-0200.csv /srv/list-20261129T020000_2.csv list-20261129-2.csv",
        "callbell-importer retry 20261128-203359-20261129-020000-list-2 --yes",
    ],
)
def test_a_date_in_the_name_of_a_file_or_a_run_stays(text: str) -> None:
    """Else no path and no command of a log would be there."""
    assert unnumbered(text) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("20261129 is wrong in list.csv", "…129 is wrong in list.csv"),
        ("row 2: 20261129, of list.csv", "row 2: …129, of list.csv"),
        ('"20261129" is too short', '"…129" is too short'),
        ("/srv/list-600111222.csv", "/srv/list-…222.csv"),
        ("/srv/34600111222-20261129.csv", "/srv/…129.csv"),
        ("/srv/20261129-600111222.csv", "/srv/…222.csv"),
        ("/srv/20261129-12345.csv", "/srv/…345.csv"),
        ("/srv/20261129-11-22.csv", "/srv/…-22.csv"),
        ("/srv/20261129.1.csv /srv/20261129 12.csv", "/srv/…9.1.csv /srv/…912.csv"),
        ("/srv/45-20261129.csv", "/srv/…129.csv"),
        ("/srv/+20261129.csv", "/srv/…129.csv"),
        ("/srv/202611291.csv", "/srv/…291.csv"),
        ("/srv/20261329.csv /srv/20261140.csv", "/srv/…329.csv /srv/…140.csv"),
        ("/srv/201012251530.csv /srv/20101225-1530.csv", "/srv/…530.csv /srv/…530.csv"),
        ("/srv/2026/600111222.csv", "/srv/…222.csv"),
        ("20261128-203359-34600111222", "20261128-203359-…222"),
        ("20261128-203359-34-20261129", "20261128-203359-…129"),
        ("20261128-203359-20261129-600111222.csv", "20261128-203359-…222.csv"),
        ("20261128-203359-list-202611291234", "20261128-203359-list-…234"),
    ],
)
def test_a_number_that_is_no_date_in_such_a_name_is_masked(text: str, said: str) -> None:
    """Nor is one that stands beside a name; and what goes on after a date is part of a number."""
    assert unnumbered(text) == said


@pytest.mark.parametrize(
    "text", ["31.02.2020", "30-2-2020", "32.13.2020", "31/02/2020", "2020.02.31", "2020/13/1", "31.02.2020 14:30:05"]
)
def test_a_cell_of_a_field_for_dates_is_shown_where_it_is_written_as_one(text: str) -> None:
    """Else nobody could tell from a log what is wrong with it."""
    problem = date_reader("")(text)
    assert isinstance(problem, Problem)
    assert unnumbered(problem.message) == problem.message
    assert text in problem.message


def test_a_date_that_may_be_two_is_shown() -> None:
    """Its sentence names both."""
    problem = date_reader("")("01.02.2024")
    assert isinstance(problem, Problem)
    assert unnumbered(f"row 2: {problem.message}") == f"row 2: {problem.message}"


@pytest.mark.parametrize(
    "number",
    [
        *(
            "+34 600 111 222",
            "600111222",
            "600-11-12-22",
            "600.111.222",
            "06.12.34.56.78",
            "22 33 20 45",
            "22.33.2045.1",
        ),
        *(
            "(20) 12-31-2045",
            "20209931",
            "2020 1234",
            "2020-1234",
            "+31.02.2020",
            "600 31.02.2020",
            "31.02.2020 600111",
        ),
    ],
)
def test_a_number_in_a_field_for_dates_is_masked_all_the_same(number: str) -> None:
    """Somebody took the wrong column."""
    problem = date_reader("")(number)
    assert isinstance(problem, Problem)
    said = unnumbered(problem.message)
    assert number not in said
    assert "…" in said


def test_what_looks_like_a_day_is_masked_where_no_date_is_told_of() -> None:
    """It may be a number of eight digits."""
    assert unnumbered('"22.33.2045" has a digit more') == '"…045" has a digit more'
    assert unnumbered("22.33.2045 is not a date") == "…045 is not a date"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"61234ABC" holds letters.', '"…234ABC" holds letters.'),
        ("61234ABC holds letters.", "…234ABC holds letters."),
        ('"ABC612345" holds letters', '"ABC…345" holds letters'),
        ('"61234" is too short', '"…234" is too short'),
        ('"n/a 612345" is none', '"n/a …345" is none'),
        ("tel61234x, tel612345678", "tel…234x, tel…678"),
        ("AB61234 567 89", "AB…789"),
        ('then "(052) 425253" is used', 'then "…253" is used'),
        ("as +(34) 600111222, (600111222) has", "as …222, (…222) has"),
    ],
)
def test_a_short_number_is_masked_where_it_stands_in_a_cell(text: str, said: str) -> None:
    """Beside letters, or in quotes: five digits may be half of a person's number."""
    assert unnumbered(text) == said


def test_the_example_as_a_persons_number_is_masked() -> None:
    """It is only the tool's where it is an example."""
    assert (
        unnumbered('"+34612345678x" holds letters, such as +34612345678.')
        == '"…678x" holds letters, such as +34612345678.'
    )


def test_examples_of_all_countries_are_shown_and_others_are_not() -> None:
    """Six countries have none that can be told from a person's number."""
    examples = {region: example_number(region) for region in sorted(phonenumbers.SUPPORTED_REGIONS)}
    without = [region for region, example in examples.items() if not example]
    assert without == ["BY", "DJ", "NU", "SM", "TA", "TK"]
    for example in filter(None, examples.values()):
        assert unnumbered(f"write it, such as {example}.") == f"write it, such as {example}."
    assert unnumbered("such as +34600111222.") == "such as …222."


@given(st.integers(10**8, 10**14), st.text(alphabet=' "such as,.:', max_size=12))
def test_no_number_is_shown_whole(number: int, before: str) -> None:
    """Whatever stands before it."""
    said = unnumbered(f"{before}+{number} x")
    assert str(number) not in said
    assert masked(str(number)) in said
