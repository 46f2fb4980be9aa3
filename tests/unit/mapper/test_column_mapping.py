"""The config laid over a header: what fits, and what is said of what does not."""

import pytest

from importer.mapper.column_mapping import ColumnMapping, plan_mapping, uses_channels, uses_teams
from importer.mapper.messages import did_you_mean, listed, quoted
from importer.mapper.options import ColumnOptions, ContactOptions, CustomFieldOptions, MappingOptions
from importer.model.account import Directory, FieldType
from importer.model.rows import Problem

UUID = "0b5d1c3e-9a51-4c0f-8e0a-0123456789ab"
HEADER = ("Phone", "Name", "Tags", "City")


def planned(
    header: tuple[str, ...] = HEADER,
    columns: ColumnOptions | None = None,
    contact: ContactOptions | None = None,
    values: dict[str, dict[str, str]] | None = None,
    directory: Directory | None = None,
) -> ColumnMapping | tuple[Problem, ...]:
    """Return the plan for the header, with the usual two columns."""
    options = MappingOptions(
        contact=contact or ContactOptions(),
        columns=columns or ColumnOptions(identifier="Phone", name="Name"),
        values=values or {},
    )
    return plan_mapping(header, options, directory or Directory())


def problems(mapping: ColumnMapping | tuple[Problem, ...]) -> list[str]:
    """Return the codes of a plan that does not fit."""
    assert isinstance(mapping, tuple)
    assert all(problem.message.endswith((".", "?")) for problem in mapping)
    return [problem.code for problem in mapping]


def message(mapping: ColumnMapping | tuple[Problem, ...]) -> str:
    """Return the sentence of the plan's only problem."""
    assert isinstance(mapping, tuple)
    (problem,) = mapping
    return problem.message


def test_a_plan_tells_which_columns_are_left_over() -> None:
    """What nothing is made of is listed; the failed rows' own columns and unnamed ones are not."""
    mapping = planned((*HEADER, "", "import_status", "Import_Reason", "import_row"))
    assert isinstance(mapping, ColumnMapping)
    assert mapping.left_over == ("Tags", "City")
    assert [column.header for column in mapping.used] == ["Phone", "Name"]


@pytest.mark.parametrize("header", ["phone", " Phone ", "PHONE"])
def test_headers_are_compared_without_white_space_and_then_without_letter_case(header: str) -> None:
    """`phone` finds `Phone`."""
    assert isinstance(planned((header, "Name")), ColumnMapping)


def test_headers_are_compared_in_one_form_of_unicode() -> None:
    """An accent is an accent, whether it is part of its letter or follows it."""
    columns = ColumnOptions(identifier="Tele\u0301fono", name="Name")
    assert isinstance(planned(("Tel\u00e9fono", "Name"), columns), ColumnMapping)


def test_letter_case_counts_where_two_headers_differ_in_nothing_else() -> None:
    """`Phone` is the one of `Phone` and `PHONE` that is written so; `phone` may be both."""
    header = ("PHONE", "Phone", "Name")
    mapping = planned(header)
    assert isinstance(mapping, ColumnMapping)
    assert mapping.identifier_feed.headers == ("Phone",)
    assert problems(planned(header, ColumnOptions(identifier="phone", name="Name"))) == ["column_twice"]


def test_a_mapped_header_that_stands_twice_is_refused_with_both_columns() -> None:
    """The sentence names the columns by their letters; a header that is not mapped may stand twice."""
    header = ("Phone", *["City"] * 26, "Phone", "Name")
    assert "A and AB" in message(planned(header))
    assert isinstance(planned((*HEADER, "City")), ColumnMapping)


def test_an_unknown_column_is_told_with_the_ones_that_look_like_it() -> None:
    """A slip of the pen gets its correction, anything else the list of headers."""
    assert message(planned(columns=ColumnOptions(identifier="Phnoe", name="Name"))).endswith('did you mean "Phone"?')
    assert '"City"' in message(planned(columns=ColumnOptions(identifier="xyz", name="Name")))
    assert problems(planned((), ColumnOptions(identifier="Phone", name="Name"))) == ["column_unknown"] * 2


def test_every_header_in_braces_must_be_there() -> None:
    """A template has a problem for each header that the sheet does not have."""
    columns = ColumnOptions(identifier="Phone", name="{Frst} {Name} {}")
    assert problems(planned(columns=columns)) == ["column_unknown"] * 2


def test_a_header_with_braces_of_its_own_is_a_header_first() -> None:
    """`{Name}` as the sheet writes it is a column, not a template."""
    mapping = planned(("Phone", "{Name}"), ColumnOptions(identifier="Phone", name="{Name}"))
    assert isinstance(mapping, ColumnMapping)
    assert [column.header for column in mapping.used] == ["Phone", "{Name}"]


def test_all_that_does_not_fit_is_told_at_once() -> None:
    """Every problem of a config is reported, not only the first."""
    columns = ColumnOptions(
        tags=("Tgas", "Tags"),
        note="Note",
        custom_fields=(
            CustomFieldOptions(name="Joined", column="City", type=FieldType.DATE),
            CustomFieldOptions(name="Left", column="Gone"),
        ),
    )
    contact = ContactOptions(
        country="UK", team="Sales", channel="Line", bot_status="on", note="x" * 1001, assigned_user="Ana"
    )
    assert problems(planned(columns=columns, contact=contact, values={"Status": {}})) == [
        "identifier_unmapped",
        "name_unmapped",
        "column_unknown",
        "assigned_user_invalid",
        "team_unknown",
        "channel_unknown",
        "bot_status_unknown",
        "note_too_long",
        "column_unknown",
        "column_unknown",
        "column_unknown",
        "country_unknown",
    ]


@pytest.mark.parametrize("country", ["", "ES", " es "])
def test_a_country_is_two_letters_in_any_case(country: str) -> None:
    """Nothing, `ES` and `es` will do."""
    assert isinstance(planned(contact=ContactOptions(country=country)), ColumnMapping)


@pytest.mark.parametrize(
    ("column", "constant", "asked"),
    [("", "", False), ("", UUID, False), ("", "Sales", True), ("Team", "", True), ("Team", UUID, True)],
)
def test_the_account_is_asked_only_where_names_are_or_may_be_given(column: str, constant: str, *, asked: bool) -> None:
    """UUIDs need no asking; a column may hold names."""
    teams = MappingOptions(columns=ColumnOptions(team=column), contact=ContactOptions(team=constant))
    channels = MappingOptions(columns=ColumnOptions(channel=column), contact=ContactOptions(channel=constant))
    assert (uses_teams(teams), uses_channels(teams)) == (asked, False)
    assert (uses_teams(channels), uses_channels(channels)) == (False, asked)


def test_lists_are_sentences_of_a_bearable_length() -> None:
    """One, two, three and many; a long text and one of several lines are cut."""
    assert listed([]) == ""
    assert listed(["a"]) == '"a"'
    assert listed(["a", "b"], "or") == '"a" or "b"'
    assert listed("abc") == '"a", "b" and "c"'
    assert listed(map(str, range(20))).endswith('"6" and 13 more')
    assert quoted("a\n" * 100) == '"' + "a " * 19 + 'a…"'
    assert did_you_mean("Sales", []) == "."
