"""From a row to its contact, or to all its problems."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.mapper.column_mapping import ColumnMapping, plan_mapping
from importer.mapper.contact import cleaned, is_plain, to_contact
from importer.mapper.options import (
    ColumnOptions,
    ContactOptions,
    CustomFieldOptions,
    IdentifierFormat,
    MappingOptions,
    MobileForm,
)
from importer.model.account import Directory, FieldType
from importer.model.rows import Contact, InvalidRow, Problem, Row

UUID = "0b5d1c3e-9a51-4c0f-8e0a-0123456789ab"
COLUMNS = ColumnOptions(
    identifier="Phone",
    name="{First} {Last}",
    tags=("Tags", "Segment"),
    note="Note",
    assigned_user="Owner",
    team="Team",
    channel="Line",
    bot_status="Bot",
    custom_fields=(
        CustomFieldOptions(name="Status", column="Status"),
        CustomFieldOptions(name="Amount", column="Amount", type=FieldType.NUMBER),
        CustomFieldOptions(name="Features", column="Features", type=FieldType.CHECKBOX, options=("A", "B")),
    ),
)
HEADER = (
    *("Phone", "First", "Last", "Tags", "Segment", "Note", "Owner"),
    *("Team", "Line", "Bot", "Status", "Amount", "Features", "Left over"),
)


def mapped(
    cells: Mapping[str, str],
    contact: ContactOptions | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
    problems: Sequence[Problem] = (),
    columns: ColumnOptions = COLUMNS,
) -> Contact | InvalidRow:
    """Return what a row with these cells becomes; it has a good phone number and name if none are given."""
    options = MappingOptions(contact=contact or ContactOptions(country="ES"), columns=columns, values=values or {})
    mapping = plan_mapping(HEADER, options, Directory(teams={"sales": UUID}, channels={"line 1": UUID}))
    assert isinstance(mapping, ColumnMapping)
    cells = {"Phone": "600 111 222", "First": "Ana", "Last": "García", **cells}
    row = Row(number=2, cells=tuple(cells.get(name, "") for name in HEADER), problems=tuple(problems))
    return to_contact(row, mapping)


def contact(cells: Mapping[str, str], options: ContactOptions | None = None) -> Contact:
    """Return the contact that the cells make."""
    made = mapped(cells, options)
    assert isinstance(made, Contact)
    return made


def invalid(cells: Mapping[str, str], problems: Sequence[Problem] = ()) -> InvalidRow:
    """Return the invalid row that the cells make."""
    made = mapped(cells, problems=problems)
    assert isinstance(made, InvalidRow)
    return made


def test_a_full_row_becomes_a_contact_with_everything() -> None:
    """Every field is fed from its column."""
    cells = {
        "Tags": "VIP; Madrid",
        "Segment": "Shop",
        "Note": "First line\r\nSecond",
        "Owner": "eva@example.com",
        "Team": "Sales",
        "Line": "LINE 1",
        "Bot": "bot_end",
        "Status": "Active",
        "Amount": "1.234,50",
        "Features": "a\nb",
    }
    assert contact(cells) == Contact(
        identifier="34600111222",
        source="whatsapp",
        name="Ana García",
        tags=("VIP", "Madrid", "Shop"),
        custom_fields={"Status": "Active", "Amount": "1234.50", "Features": ("A", "B")},
        assigned_user="eva@example.com",
        team_uuid=UUID,
        channel_uuid=UUID,
        bot_status="bot_end",
        note="First line\nSecond",
    )


def test_an_empty_cell_leaves_its_field_out() -> None:
    """Phone and name make a contact."""
    assert contact({"Note": "  "}) == Contact(identifier="34600111222", source="whatsapp", name="Ana García")


def test_what_is_the_same_for_every_row_fills_in() -> None:
    """A row's own cell wins, but for tags, which are added."""
    same = ContactOptions(
        source="telegram", tags=("Imported", "imported", " "), note="From the list", team=UUID, bot_status="bot_start"
    )
    made = contact({"Phone": "@ana", "Tags": "VIP,IMPORTED", "Bot": "bot_end"}, same)
    assert (made.identifier, made.source, made.tags) == ("@ana", "telegram", ("Imported", "VIP"))
    assert (made.note, made.team_uuid, made.bot_status) == ("From the list", UUID, "bot_end")
    assert contact({}, ContactOptions(country="ES", tags=("Imported",))).tags == ("Imported",)


@pytest.mark.parametrize(
    ("identifier_format", "sent"),
    [
        (IdentifierFormat.DIGITS, "34600111222"),
        (IdentifierFormat.E164, "+34600111222"),
        (IdentifierFormat.AS_IS, "600 111-222"),
    ],
)
def test_a_number_is_sent_in_the_format_that_was_asked_for_and_known_by_its_digits(
    identifier_format: IdentifierFormat, sent: str
) -> None:
    """Digits only, with a plus, or as the cell writes it: it is the same contact."""
    options = ContactOptions(country="ES", identifier_format=identifier_format)
    made = contact({"Phone": " 600 111-222\N{ZERO WIDTH SPACE}"}, options)
    assert (made.identifier, made.normalised_identifier) == (sent, "34600111222")


@pytest.mark.parametrize("identifier_format", list(IdentifierFormat))
def test_every_format_is_checked(identifier_format: IdentifierFormat) -> None:
    """No format lets a wrong number through."""
    options = ContactOptions(country="ES", identifier_format=identifier_format)
    assert isinstance(mapped({"Phone": "12ab"}, options), InvalidRow)


@pytest.mark.parametrize(
    ("mobile_form", "digits"), [(MobileForm.WITH, "5215512345678"), (MobileForm.AS_WRITTEN, "525512345678")]
)
def test_what_is_sent_as_it_is_written_is_not_rewritten(mobile_form: MobileForm, digits: str) -> None:
    """A mobile's other form is sent with a plus or as digits; the contact is known by the number that is sent."""
    in_form = ContactOptions(mobile_form=mobile_form, identifier_format=IdentifierFormat.E164)
    assert contact({"Phone": "+525512345678"}, in_form).identifier == f"+{digits}"
    as_is = contact({"Phone": "+52 5512345678"}, replace(in_form, identifier_format=IdentifierFormat.AS_IS))
    assert (as_is.identifier, as_is.normalised_identifier) == ("+52 5512345678", "525512345678")


def test_a_handle_is_sent_as_it_is_and_known_by_its_small_letters() -> None:
    """The services do not tell capitals apart."""
    made = contact({"Phone": "@Ana.G"}, ContactOptions(source="instagram"))
    assert (made.identifier, made.normalised_identifier) == ("@Ana.G", "@ana.g")


def test_without_columns_the_constants_are_sent() -> None:
    """A field that no column feeds has the same text in every row."""
    columns = ColumnOptions(identifier="Phone", name="First")
    made = mapped({}, ContactOptions(country="ES", note="Hello", tags=("Imported",)), columns=columns)
    assert isinstance(made, Contact)
    assert (made.note, made.tags, made.name) == ("Hello", ("Imported",), "Ana")


@pytest.mark.parametrize(
    ("first", "last", "name"), [("Ana", "García", "Ana García"), ("Ana", "", "Ana"), ("", "García", "García")]
)
def test_an_empty_part_of_a_template_takes_its_space_along(first: str, last: str, name: str) -> None:
    """No name begins or ends with a gap."""
    assert contact({"First": first, "Last": last}).name == name


def test_a_template_keeps_its_own_words_and_braces() -> None:
    """Gaps in the middle close; a template of empty cells only is empty."""
    columns = ColumnOptions(identifier="Phone", name="{First} ({Segment}) {Last} {", note="Note: {Note}")
    made = mapped({"Segment": "{0}"}, columns=columns)
    assert isinstance(made, Contact)
    assert made.name == "Ana ({0}) García {"
    assert made.note == ""
    middle = mapped({}, columns=ColumnOptions(identifier="Phone", name="{First} {Segment} {Last}"))
    assert isinstance(middle, Contact)
    assert middle.name == "Ana García"


def test_all_problems_of_a_row_are_told_at_once_those_of_its_reader_first() -> None:
    """Each names its column and what the cell says."""
    width = Problem(code="row_width", message="The row has one cell too many.")
    cells = {
        "Phone": "12ab",
        "First": "",
        "Last": "",
        "Note": "x" * 1001,
        "Owner": "Eva",
        "Team": "Slaes",
        "Line": "Line 2",
        "Bot": "on",
        "Amount": "1.234",
        "Features": "C",
    }
    row = invalid(cells, [width])
    assert [(problem.code, problem.column, problem.value) for problem in row.problems] == [
        ("row_width", "", ""),
        ("phone_letters", "Phone", "12ab"),
        ("name_missing", "First, Last", ""),
        ("number_ambiguous", "Amount", "1.234"),
        ("checkbox_unknown", "Features", "C"),
        ("assigned_user_invalid", "Owner", "Eva"),
        ("team_unknown", "Team", "Slaes"),
        ("channel_unknown", "Line", "Line 2"),
        ("bot_status_unknown", "Bot", "on"),
        ("note_too_long", "Note", "x" * 1001),
    ]
    assert (row.identifier, row.name) == ("12ab", "")


def test_a_readers_problem_alone_makes_the_row_invalid() -> None:
    """However good the cells look, they may be another column's."""
    row = invalid({}, [Problem(code="row_width", message="The row has one cell too many.")])
    assert (row.identifier, row.name) == ("600 111 222", "Ana García")


def test_a_missing_name_tells_where_it_was_looked_for() -> None:
    """One column, or all those of the template."""
    (problem,) = invalid({"First": "", "Last": " "}).problems
    assert 'the columns "First" and "Last"' in problem.message
    made = mapped({"First": ""}, columns=ColumnOptions(identifier="Phone", name="First"))
    assert isinstance(made, InvalidRow)
    assert 'the column "First":' in made.problems[0].message


def test_words_are_translated_before_anything_else() -> None:
    """As they are written first, then in any letter case; what is not listed stays; an empty cell may have a word."""
    values = {
        "status": {"activo": "Active", "ACTIVO": "Shouting", "de baja": "", "": "Unknown"},
        "bot": {"sí": "bot_start"},
    }
    statuses = []
    for said in (" Activo ", "ACTIVO", "other", "De Baja", ""):
        made = mapped({"Status": said, "Bot": "SI\u0301"}, values=values)
        assert isinstance(made, Contact)
        assert made.bot_status == "bot_start"
        statuses.append(made.custom_fields.get("Status"))
    assert statuses == ["Shouting", "Shouting", "other", None, "Unknown"]


def test_half_a_character_is_a_problem() -> None:
    """A lone surrogate cannot be sent; the row is invalid, and what is shown of it can be written to a file."""
    (problem,) = invalid({"Segment": "a\ud800"}).problems
    assert (problem.code, problem.column, problem.value) == ("cell_broken", "Segment", "a\N{REPLACEMENT CHARACTER}")
    assert contact({"Left over": "\udfff"}) == contact({})


def test_cells_are_rid_of_what_cannot_be_seen() -> None:
    """Control and direction marks go, odd spaces and line ends become spaces; emoji and accents stay whole."""
    family = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}"
    made = contact({"First": f"\ufeff Jose\u0301\x00\tLuis\u200f {family}", "Last": "de\x0bla\N{NO-BREAK SPACE}O"})
    assert made.name == f"Jos\u00e9 Luis {family} de la O"
    assert contact({"Status": "two\nlines"}).custom_fields == {"Status": "two lines"}


def test_a_row_shorter_than_its_header_has_empty_cells_at_its_end() -> None:
    """A reader that broke its promise does not end the run."""
    mapping = plan_mapping(
        ("Phone", "Name", "Note"), MappingOptions(columns=ColumnOptions(identifier="Phone", name="Name")), None
    )
    assert isinstance(mapping, ColumnMapping)
    row = to_contact(Row(number=2, cells=("+34600111222",)), mapping)
    assert isinstance(row, InvalidRow)
    assert [problem.code for problem in row.problems] == ["name_missing"]


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["+34600111222", "600111222", "Ana", "a@example.com", "Sales", "bot_end", "1.5", "A|B", "\ud800"]),
)


@given(st.dictionaries(st.sampled_from(HEADER), CELLS))
def test_any_row_is_a_contact_that_can_be_sent_or_has_problems(cells: dict[str, str]) -> None:
    """Nothing raises; a contact has digits and a name; an invalid row has problems that name their columns."""
    made = mapped(cells)
    if isinstance(made, Contact):
        assert made.identifier.isdecimal()
        assert made.name == made.name.strip() != ""
        repr(made).encode()
    else:
        assert all(problem.column and problem.message for problem in made.problems)
        f"{made.identifier}{made.name}{[problem.value for problem in made.problems]}".encode()


@given(st.text(max_size=20))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    """What is clean stays as it is, and plain cells are only stripped."""
    once = cleaned(text)
    assert cleaned(once) == once
    assert not is_plain(text) or once == text.strip()
