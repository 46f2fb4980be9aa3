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
from importer.model.account import Directory, FieldType, NamedEntry
from importer.model.rows import Contact, ContactKey, InvalidRow, Problem, Row

UUID = "0b5d1c3e-9a51-4c0f-8e0a-0123456789ab"
DIRECTORY = Directory(
    teams=[NamedEntry(name="Sales", sent=UUID)], channels=[NamedEntry(name="Line 1", sent=UUID, type="whatsapp")]
)
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
    mapping = plan_mapping(HEADER, options, DIRECTORY)
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
    assert contact({"Tags": "two\tlines"}).tags == ("two lines",)


@pytest.mark.parametrize("lines", ["two\nlines", "two\r\nlines", "two\rlines", " two\u2028lines\n"])
def test_line_breaks_arrive_in_notes_and_custom_texts_alone(lines: str) -> None:
    """In a name they are spaces, in tags they separate."""
    made = contact({"Status": lines, "Note": lines, "First": lines, "Tags": lines})
    assert made.custom_fields == {"Status": "two\nlines"}
    assert (made.note, made.name, made.tags) == ("two\nlines", "two lines García", ("two", "lines"))


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ('"VIP","Lead 2024"', ("VIP", "Lead 2024")),
        ('"VIP", "Smith, John"', ("VIP", "Smith, John")),
        ('"VIP";"Lead"', ("VIP", "Lead")),
        ('"say ""hi""",VIP', ("say hi", "VIP")),
        ('"VIP', ("VIP",)),
        ('27" screens, VIP', ("27 screens", "VIP")),
        ('["VIP", "Lead 2024"]', ("VIP", "Lead 2024")),
        ('["Ni\\u00f1os","a, b"]', ("Niños", "a, b")),
        ('["say \\"hi\\""]', ("say hi",)),
        ("[]", ()),
        ("{}", ()),
        ('[""]', ()),
        ("['VIP', 'Lead 2024']", ("VIP", "Lead 2024")),
        ("['VIP', \"L'Oréal\"]", ("VIP", "L'Oréal")),
        ("('VIP', 'Lead')", ("VIP", "Lead")),
        ("{'VIP', 'Lead'}", ("VIP", "Lead")),
        ('{VIP,"Lead 2024"}', ("VIP", "Lead 2024")),
        ("[VIP, Lead 2024]", ("VIP", "Lead 2024")),
        ("[1, 2]", ("1", "2")),
        ("[VIP] special", ("[VIP] special",)),
        ("(old) shop", ("(old) shop",)),
        ("* myContacts ::: Clientes VIP", ("Clientes VIP",)),
        ("Clientes, VIP ::: Shop", ("Clientes, VIP", "Shop")),
        ("* My Contacts ::: * friends ::: * Starred", ("friends",)),
        ("* myContacts", ()),
        ("\u201cVIP\u201d, \u201cLead\u201d", ("VIP", "Lead")),
        ('["a [b]", "c"]', ("a [b]", "c")),
        ("[VIP] and [Web]", ("[VIP] and [Web]",)),
        ("L'Oréal, '90s", ("L'Oréal", "'90s")),
        ("VIP,Madrid|Shop;Web", ("VIP", "Madrid", "Shop", "Web")),
    ],
)
def test_tags_are_read_as_exporters_write_them(cell: str, tags: tuple[str, ...]) -> None:
    """Nested CSV, lists of JSON, Python and Postgres, Google's labels; no tag has a quotation mark."""
    assert contact({"Tags": cell}).tags == tags


@given(st.text(alphabet="ab ,;|\"'[]{}()*:\\n", max_size=20))
def test_no_tag_ever_has_a_quotation_mark_or_white_space_around(cell: str) -> None:
    """However its cell is written."""
    tags = contact({"Tags": cell}).tags
    assert all(tag and tag == tag.strip() and '"' not in tag for tag in tags)


DAMAGED = {
    "Jos\u00c3\u00a9": "José",
    "Garc\u00c3\u00ada": "García",
    "\u00c3\u0081ngel": "Ángel",
    "\u00c3\u00a0 la carte": "à la carte",
    "Kova\u00c4\u2021": "Kovać",
    "it\u00e2\u20ac\u2122s": "it\u2019s",
    "\u00f0\u0178\u02dc\u20ac Ana": "\N{GRINNING FACE} Ana",
    "Jos&eacute; O&#39;Neil": "José O'Neil",
    "Tom &amp; Ann": "Tom & Ann",
    "Jos\ufffd": "",
    "Mar?a": "",
    "MU?OZ P?REZ": "",
}
"""Damaged texts, and what they are once repaired; empty: nobody can tell."""
SOUND = (
    *(
        "José",
        "Ñandú & Cía",
        "R&B; Soul",
        "¿Qué tal? Bien",
        "CAFÉ\u2026",
        "São João",
        "MAÇÃ",
        "Null Smith",
        "Nan",
        "O'Neil?",
    ),
    *(
        "see https://example.com/a?b=c&d=e",
        "What? Yes",
        "\N{GRINNING FACE}",
        "Åse Ängel",
        "Đorđe",
        "none of it",
        "null; void",
    ),
)


@pytest.mark.parametrize("text", DAMAGED)
@pytest.mark.parametrize("column", ["First", "Note", "Tags", "Status"])
def test_damaged_text_is_invalid_if_the_config_is_strict(text: str, column: str) -> None:
    """Wherever a text is sent; without it, the text is sent, and worth a look."""
    strict = mapped({column: text}, ContactOptions(country="ES", strict_text=True))
    assert isinstance(strict, InvalidRow)
    assert [(problem.code, problem.column) for problem in strict.problems] == [("text_damaged", column)]
    assert isinstance(mapped({column: text}), Contact)


@pytest.mark.parametrize(("text", "repaired"), DAMAGED.items())
def test_text_is_repaired_if_the_config_asks_for_it(text: str, repaired: str) -> None:
    """What nobody can tell stays damaged."""
    both = ContactOptions(country="ES", strict_text=True, repair_text=True)
    made = mapped({"First": text, "Last": ""}, both)
    if repaired:
        assert isinstance(made, Contact)
        assert made.name == repaired
    else:
        assert isinstance(made, InvalidRow)
    assert isinstance(mapped({"Phone": "Jos\u00c3\u00a9"}, both), InvalidRow)


@pytest.mark.parametrize("text", ["nan", "NULL", "None", "\\N", "n/a", "N/A", " null ", "undefined"])
def test_what_programs_write_for_nothing_is_invalid_if_the_config_is_strict(text: str) -> None:
    """As a name, a note, a tag or a custom text; a cell whose column has a better problem is told once."""
    strict = ContactOptions(country="ES", strict_text=True)
    for column in ("First", "Note", "Tags", "Status"):
        row = mapped({column: text}, strict)
        assert isinstance(row, InvalidRow)
        assert [(problem.code, problem.column) for problem in row.problems] == [("text_placeholder", column)]
    owner = mapped({"Owner": text, "Amount": text}, strict)
    assert isinstance(owner, InvalidRow)
    assert [problem.code for problem in owner.problems] == ["number_invalid", "assigned_user_invalid"]


@pytest.mark.parametrize("text", SOUND)
def test_sound_text_is_never_invalid(text: str) -> None:
    """However odd it looks: a question, a link, a capital with a tilde, a person called Null."""
    strict = ContactOptions(country="ES", strict_text=True, repair_text=True)
    row = mapped({"Note": text, "Status": text}, strict)
    assert isinstance(row, Contact)
    assert (row.note, row.custom_fields["Status"]) == (text, text)


@pytest.mark.parametrize("name", [".", "-", "?", "--", "?ngel", "Jos?"])
def test_a_name_without_a_letter_or_with_a_lost_one_is_told(name: str) -> None:
    """A note may be a question mark, a name is not."""
    strict = ContactOptions(country="ES", strict_text=True)
    assert isinstance(mapped({"First": name}, strict), InvalidRow)
    assert isinstance(mapped({"Note": name}, strict), Contact)


def test_translated_text_is_what_the_config_says() -> None:
    """`[values]` may say what a program's word for nothing means."""
    strict = ContactOptions(country="ES", strict_text=True)
    made = mapped({"Note": "NULL"}, strict, values={"Note": {"null": ""}})
    assert isinstance(made, Contact)
    assert made.note == ""


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#¡VALOR!", "#NV", "#DIV/0!", "#NAME?"])
def test_the_text_of_an_error_cell_is_the_problem_of_an_error_cell(text: str) -> None:
    """A spreadsheet program writes it into a CSV; a workbook's reader has told it already."""
    row = invalid({"First": text})
    assert [(problem.code, problem.column, problem.value) for problem in row.problems] == [
        ("cell_error", "First", text)
    ]
    read = Problem(code="cell_error", column="First", value=text, message=f"Cell B2 shows the error {text}.")
    assert invalid({"First": text}, [read]).problems == (read,)
    assert contact({"Left over": text}) == contact({})


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


@pytest.mark.parametrize(
    "text", ["-" * 100_000 + "a", "?" * 50_000 + "a", "a?" * 50_000, "&a" * 50_000, "\u00c3" * 100_000]
)
def test_long_texts_are_searched_in_no_time(text: str) -> None:
    """A search that tries every way to divide a text would take hours."""
    strict = ContactOptions(country="ES", strict_text=True, repair_text=True)
    made = mapped({"Status": text, "First": text, "Phone": text, "Tags": text}, strict)
    assert isinstance(made, InvalidRow)


@given(st.text(max_size=20))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    """What is clean stays as it is, and plain cells are only stripped."""
    once = cleaned(text)
    assert cleaned(once) == once
    assert not is_plain(text) or once == text.strip()


@pytest.mark.parametrize(("from_column", "is_right"), [(13, True), (12, False), (0, False)])
def test_a_short_row_is_right_where_no_column_is_used(from_column: int, is_right: bool) -> None:  # noqa: FBT001 - expected
    """A problem of the row's end concerns the columns from there on, and the last column feeds nothing."""
    problem = Problem(code="width_wrong", message="Too short.", from_column=from_column)
    found = mapped({}, problems=(problem,))
    assert found == mapped({}) if is_right else isinstance(found, InvalidRow) and found.problems == (problem,)


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("vip", ("VIP",)),
        ("old, vip;New", ("Lead", "VIP", "New")),
        ("a, b", ("A and B",)),
        ("one", ("two",)),
        ("New, Other", ("New", "Other")),
    ],
)
def test_tags_are_translated_one_by_one(cell: str, tags: tuple[str, ...]) -> None:
    """Unless the cell as a whole is; nothing is translated twice."""
    words = {"Tags": {"vip": "VIP", "old": "Lead", "a, b": "A and B", "one": "two", "two": "three"}}
    made = mapped({"Tags": cell}, values=words)
    assert isinstance(made, Contact)
    assert made.tags == tags


ANA_KEY = ContactKey("whatsapp", "", "34600111222")


@pytest.mark.parametrize(
    ("cells", "problems", "customer"),
    [
        ({"Amount": "much"}, (), ANA_KEY),
        ({"First": "", "Last": ""}, (), ANA_KEY),
        ({"Amount": "much", "Line": "line 1"}, (), ANA_KEY._replace(channel_uuid=UUID)),
        ({"Line": "Nobody's"}, (), None),
        ({"Phone": "12ab", "Amount": "much"}, (), None),
        ({}, (Problem(code="cell_error", column="Note", message="An error."),), ANA_KEY),
        ({}, (Problem(code="cell_error", column="Phone", message="An error."),), None),
        ({}, (Problem(code="width_wrong", message="Too wide."),), None),
        ({}, (Problem(code="width_wrong", message="Cut off before the line.", from_column=8),), None),
        ({}, (Problem(code="width_wrong", message="Cut off behind it.", from_column=9),), ANA_KEY),
    ],
)
def test_whose_an_invalid_row_is(
    cells: Mapping[str, str], problems: Sequence[Problem], customer: ContactKey | None
) -> None:
    """It is certain only where nothing is wrong with the cells that tell it: number and channel."""
    assert invalid(cells, problems).customer == customer


@pytest.mark.parametrize(
    "problem",
    [
        Problem(code="width_wrong", message="Cut off before the country.", from_column=13),
        Problem(code="cell_uncalculated", column="Left over", message="The country is a formula without a value."),
    ],
)
def test_without_its_country_it_is_not_certain_whose_an_invalid_row_is(problem: Problem) -> None:
    """The country for all rows may be another than the one that is missing."""
    made = mapped({}, problems=(problem,), columns=replace(COLUMNS, country="Left over"))
    assert isinstance(made, InvalidRow)
    assert made.customer is None


def test_a_country_that_is_there_tells_whose_an_invalid_row_is() -> None:
    """What is wrong with another cell changes nothing in it."""
    made = mapped({"Amount": "much", "Left over": "ES"}, columns=replace(COLUMNS, country="Left over"))
    assert isinstance(made, InvalidRow)
    assert made.customer == ANA_KEY
