"""The mapping that headers and values suggest: in six languages, and where the header says nothing."""

from collections.abc import Sequence

import pytest

from importer.mapper.column_mapping import ColumnMapping, plan_mapping
from importer.mapper.mapping_guess import feeds
from importer.mapper.mapping_proposal import Proposal, propose
from importer.mapper.options import ColumnOptions, CustomFieldOptions, MappingOptions
from importer.model.account import FieldType
from importer.model.rows import Row

PHONES = ("+34600111222", "+34655120987", "+393391234567")
NAMES = ("Ana", "Eva", "Giulia")

SURE = [
    # English
    (("Phone", "Name"), "Phone", "Name"),
    (("Mobile Number", "First Name", "Last Name"), "Mobile Number", "{First Name} {Last Name}"),
    (("First Name", "Last Name", "WhatsApp", "E-mail"), "WhatsApp", "{First Name} {Last Name}"),
    (("customer_name", "cell_phone", "city"), "cell_phone", "customer_name"),
    (("FULL NAME", "TELEPHONE NO."), "TELEPHONE NO.", "FULL NAME"),
    (("Given Name", "Family Name", "Phone 1"), "Phone 1", "{Given Name} {Family Name}"),
    (("Contact number", "Client"), "Contact number", "Client"),
    # Spanish
    (("Teléfono", "Nombre"), "Teléfono", "Nombre"),
    (("Nombre", "Apellidos", "Móvil"), "Móvil", "{Nombre} {Apellidos}"),
    (("Nº de teléfono", "Nombre completo"), "Nº de teléfono", "Nombre completo"),
    (("CELULAR", "NOMBRE DEL CLIENTE"), "CELULAR", "NOMBRE DEL CLIENTE"),
    (("Nombre y apellidos", "Tel. móvil"), "Tel. móvil", "Nombre y apellidos"),
    (
        ("Número de WhatsApp", "Primer nombre", "Primer apellido"),
        "Número de WhatsApp",
        "{Primer nombre} {Primer apellido}",
    ),
    # Italian
    (("Telefono", "Nome"), "Telefono", "Nome"),
    (("Cognome", "Nome", "Cellulare"), "Cellulare", "{Nome} {Cognome}"),
    (("Nominativo", "Numero di telefono"), "Numero di telefono", "Nominativo"),
    (("Nome e cognome", "Tel. cellulare"), "Tel. cellulare", "Nome e cognome"),
    (("Numero WhatsApp", "Nome cliente"), "Numero WhatsApp", "Nome cliente"),
    # Portuguese
    (("Telefone", "Nome"), "Telefone", "Nome"),
    (("Celular", "Nome completo"), "Celular", "Nome completo"),
    (("Nome", "Sobrenome", "WhatsApp"), "WhatsApp", "{Nome} {Sobrenome}"),
    (("Nome", "Apelido", "Telemóvel"), "Telemóvel", "{Nome} {Apelido}"),
    (("Número de celular", "Primeiro nome", "Último nome"), "Número de celular", "{Primeiro nome} {Último nome}"),
    # French
    (("Téléphone", "Nom"), "Téléphone", "Nom"),
    (("Nom", "Prénom", "Portable"), "Portable", "{Prénom} {Nom}"),
    (("N° de téléphone", "Nom complet"), "N° de téléphone", "Nom complet"),
    (("Nom de famille", "Prénom", "Tél."), "Tél.", "{Prénom} {Nom de famille}"),
    (("Tél portable", "Nom et prénom"), "Tél portable", "Nom et prénom"),
    # German
    (("Telefon", "Name"), "Telefon", "Name"),
    (("Vorname", "Nachname", "Handynummer"), "Handynummer", "{Vorname} {Nachname}"),
    (("Kundenname", "Mobilnummer"), "Mobilnummer", "Kundenname"),
    (("Name", "Vorname", "Telefon-Nr."), "Telefon-Nr.", "{Vorname} {Name}"),
    (("Vor- und Nachname", "Rufnummer"), "Rufnummer", "Vor- und Nachname"),
    (("Familienname", "Vorname", "Mobil"), "Mobil", "{Vorname} {Familienname}"),
]


def proposed(columns: dict[str, Sequence[str]], country: str = "") -> Proposal:
    """Return what a sheet of these columns suggests."""
    rows = [Row(number=number, cells=cells) for number, cells in enumerate(zip(*columns.values(), strict=True), 2)]
    return propose(tuple(columns), rows, country)


@pytest.mark.parametrize(("header", "identifier", "name"), SURE)
def test_usual_headers_are_sure(header: tuple[str, ...], identifier: str, name: str) -> None:
    """In six languages, and what is proposed fits the sheet."""
    proposal = proposed({title: PHONES if title == identifier else NAMES for title in header})
    assert (proposal.columns.identifier, proposal.columns.name) == (identifier, name)
    assert proposal.reasons["identifier"] == "sure: its header says so, and it holds phone numbers"
    assert proposal.questions == ()
    assert isinstance(plan_mapping(header, MappingOptions(columns=proposal.columns), None), ColumnMapping)


def test_a_column_of_phones_is_one_whatever_its_name() -> None:
    """It is likely, and the sentence says why."""
    proposal = proposed({"Campo 1": PHONES, "Nombre": NAMES})
    assert proposal.columns == ColumnOptions(identifier="Campo 1", name="Nombre")
    assert proposal.reasons["identifier"] == "likely: its values are phone numbers"
    assert proposal.questions == ()


def test_two_headers_for_one_field_are_asked_about() -> None:
    """If they are of equal right, and whether or not the field is required."""
    others = PHONES[::-1]
    proposal = proposed({"Tel": PHONES, "Phone": others, "Name": NAMES, "Notes": NAMES, "Remarks": NAMES})
    assert [(one.field, one.choices, one.is_required) for one in proposal.questions] == [
        ("identifier", ("Tel", "Phone"), True),
        ("note", ("Notes", "Remarks"), False),
    ]
    assert proposal.columns == ColumnOptions(name="Name")
    assert "identifier" not in proposal.reasons


def test_two_columns_of_phones_without_a_telling_header_are_asked_about() -> None:
    """And none at all: then any column may be it."""
    (question,) = proposed({"A": PHONES, "B": PHONES[::-1], "Name": NAMES}).questions
    assert (question.field, question.choices, question.why) == (
        "identifier",
        ("A", "B"),
        "several columns hold phone numbers",
    )
    (question,) = proposed({"A": ("x", "y", "z"), "Name": NAMES}).questions
    assert (question.choices, question.why) == (("A", "Name"), "no column looks like it")


def test_a_header_that_its_values_belie_is_not_believed() -> None:
    """Where another column surely holds phone numbers; an empty column is asked about, and a bad one is only likely."""
    proposal = proposed({"Phone": ("home", "work", "x1"), "Value": PHONES, "Name": NAMES})
    assert proposal.columns.identifier == "Value"
    proposal = proposed({"Phone": ("12ab", "x y 1", "?"), "Name": NAMES})
    assert proposal.reasons["identifier"] == "likely: its header says so, though its cells are other things"
    (question,) = proposed({"Phone": ("", "", ""), "Name": NAMES}).questions
    assert (question.field, question.why) == ("identifier", '"Phone" has no phone numbers')


def test_a_name_is_never_taken_by_its_look_alone() -> None:
    """Towns look like names: the likely columns come first."""
    (question,) = proposed({"Phone": PHONES, "Size": ("41", "42", "7"), "Who": NAMES}).questions
    assert (question.field, question.choices[0]) == ("name", "Who")
    (question,) = proposed({"Phone": PHONES, "Size": ("41", "42", "7")}).questions
    assert question.why == "no column looks like it"


def test_numbers_without_a_country_are_told() -> None:
    """Unless a country is given, or each row has its own."""
    national = ("600 111 222", "655 120 987", "612 345 678")
    assert proposed({"Phone": national, "Name": NAMES}).lacks_country
    assert not proposed({"Phone": national, "Name": NAMES}, "ES").lacks_country
    by_row = proposed({"Phone": national, "Name": NAMES, "País": ("ES", "España", "Spain")})
    assert (by_row.lacks_country, by_row.columns.country) == (False, "País")


def test_columns_that_are_left_over_are_suggested_as_custom_fields() -> None:
    """Each of the type that its values have."""
    many = 12
    proposal = proposed(
        {
            "Phone": [f"+3460011{number:04}" for number in range(many)],
            "Name": [f"Ana {number}" for number in range(many)],
            "Mail": [f"a{number}@example.com" for number in range(many)],
            "Joined": [f"{number + 13}/03/2024" for number in range(many)],
            "Spent": [f"{number},5" for number in range(many)],
            "Status": ["Active", "Lead"] * (many // 2),
            "Street": [f"Elm Street {number}" for number in range(many)],
            "Nothing": [""] * many,
            "import_status": ["invalid"] * many,
        }
    )
    kinds = {one.name: one for one in proposal.suggestions}
    assert {name: one.type for name, one in kinds.items()} == {
        "Mail": FieldType.EMAIL,
        "Joined": FieldType.DATE,
        "Spent": FieldType.NUMBER,
        "Status": FieldType.DROPDOWN,
        "Street": FieldType.TEXT,
    }
    assert (kinds["Joined"].format, kinds["Spent"].decimal) == ("%d/%m/%Y", ",")
    assert kinds["Status"].options == ("Active", "Lead")


def test_what_can_be_read_two_ways_is_not_guessed() -> None:
    """Days that could be months, and points that could be either sign: the rows will say so."""
    columns = {"Joined": ("01/02/2024", "03/04/2024", "05/06/2024"), "Spent": ("1.234", "2.345", "3.456")}
    joined, spent = proposed({"Phone": PHONES, "Name": NAMES, **columns}).suggestions
    assert (joined.type, joined.format, spent.type, spent.decimal) == (FieldType.DATE, "", FieldType.NUMBER, "")


def test_a_header_that_stands_twice_is_to_be_renamed() -> None:
    """No name can say which of them is meant."""
    rows = [Row(number=2, cells=("+34600111222", "+34600111223", "Ana"))]
    (question,) = propose(("Phone", "Phone", "Name"), rows).questions
    assert (question.choices, question.why) == (("Phone",), "several columns have this header: rename all but one")


def test_lists_are_suggested_as_checkboxes() -> None:
    """With their separator and options."""
    likes = ["A|B", "B", "A", "A|C", "C|B", "C", "A|B|C", "B|A", "C|A", "B|C"]
    (one,) = proposed(
        {"Phone": [*PHONES, *PHONES, *PHONES, PHONES[0]], "Name": [*NAMES, *NAMES, *NAMES, "Leo"], "Likes": likes}
    ).suggestions
    assert one == CustomFieldOptions(
        name="Likes", column="Likes", type=FieldType.CHECKBOX, separator="|", options=("A", "B", "C")
    )


def test_a_column_within_a_text_is_used_too() -> None:
    """Tags, texts with braces, and single columns."""
    columns = ColumnOptions(identifier="Tel", name="{First} {Last}", tags=("Tags",))
    assert all(feeds(columns, name) for name in ("Tel", "First", "Last", "Tags"))
    assert not feeds(columns, "City")


def test_dates_that_are_written_as_text_tell_their_format() -> None:
    """The evidence goes with the suggestion, and there is none for columns of other things."""
    dates = ["2024-03-01", "01/02/2024", "29/05/2022"]
    rows = [
        Row(number=number, cells=(phone, "Ana", day))
        for number, (phone, day) in enumerate(zip(PHONES, dates, strict=True), 2)
    ]
    found = propose(("Phone", "Name", "Joined"), rows)
    assert [one.format for one in found.suggestions] == ["%d/%m/%Y"]
    told = "a day above 12 stands first in 1 of 2 dates written as text, second in none"
    assert found.evidence == {"Joined": told}
