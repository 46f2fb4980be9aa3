"""The mapping that a header suggests where there are no rows, and what the values add to it."""
# ruff: noqa: RUF001 - the words are of many scripts

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.mapper.column_mapping import ColumnMapping, plan_mapping
from importer.mapper.mapping_guess import Guess, feeds, guess
from importer.mapper.options import FIELDS, REQUIRED, ColumnOptions, MappingOptions
from importer.model.rows import Row


@pytest.mark.parametrize(
    ("header", "identifier", "name"),
    [
        (("Phone", "Name"), "Phone", "Name"),
        (("PHONE NUMBER", "Full name"), "PHONE NUMBER", "Full name"),
        (("mobile_phone", "First name", "Last name"), "mobile_phone", "{First name} {Last name}"),
        (("WhatsApp", "Customer name"), "WhatsApp", "Customer name"),
        (("Teléfono móvil", "Nombre", "Apellidos"), "Teléfono móvil", "{Nombre} {Apellidos}"),
        (("N.º de celular", "Nombre y apellidos"), "N.º de celular", "Nombre y apellidos"),
        (("Cellulare", "Nome", "Cognome"), "Cellulare", "{Nome} {Cognome}"),
        (("Telefone", "Nome completo"), "Telefone", "Nome completo"),
        (("Numéro de téléphone", "Nom", "Prénom"), "Numéro de téléphone", "{Prénom} {Nom}"),
        (("Handy-Nr.", "Name", "Vorname"), "Handy-Nr.", "{Vorname} {Name}"),
        (("Mobilnummer", "Vorname", "Nachname"), "Mobilnummer", "{Vorname} {Nachname}"),
        (("Tel.", "Nombre", "Nombre completo"), "Tel.", "Nombre completo"),
        (("Tele\u0301fono", "Nombre del cliente"), "Tele\u0301fono", "Nombre del cliente"),
    ],
)
def test_usual_headers_are_unmistakable_in_six_languages(header: tuple[str, ...], identifier: str, name: str) -> None:
    """Accents, letter case and punctuation do not matter, and the mapping fits the header."""
    guessed = guess(header)
    assert guessed.is_sure
    assert guessed.columns == ColumnOptions(identifier=identifier, name=name)
    assert isinstance(plan_mapping(header, MappingOptions(columns=guessed.columns), None), ColumnMapping)


FIRST_LAST = "{First name} {Last name}"


def asked(guessed: Guess) -> dict[str, tuple[str, ...]]:
    """Return what is asked about: field to its choices."""
    return {question.field: question.choices for question in guessed.questions}


def of(columns: Mapping[str, Sequence[str]], country: str = "") -> Guess:
    """Return the guess for a sheet of these columns."""
    rows = [Row(number=number, cells=cells) for number, cells in enumerate(zip(*columns.values(), strict=True), 2)]
    return guess(tuple(columns), rows, country)


def test_the_other_fields_are_found_too() -> None:
    """Tags may stand in several columns; every other field in one."""
    header = ("Tel", "Nombre", "Etiquetas", "Segmento", "Notas", "Agente", "Equipo", "Canal", "Estado del bot", "País")
    guessed = guess(header)
    assert guessed.columns == ColumnOptions(
        identifier="Tel",
        name="Nombre",
        tags=("Etiquetas", "Segmento"),
        note="Notas",
        assigned_user="Agente",
        team="Equipo",
        channel="Canal",
        bot_status="Estado del bot",
        country="País",
    )
    assert guessed.reasons.keys() == set(FIELDS)
    assert guessed.questions == ()


def test_two_phones_of_equal_right_are_doubtful() -> None:
    """A person must choose: neither is used."""
    guessed = guess(("Phone of mother", "Phone of father", "Name"))
    assert not guessed.is_sure
    assert asked(guessed) == {"identifier": ("Phone of mother", "Phone of father")}
    assert guessed.columns.identifier == ""


@pytest.mark.parametrize(
    ("header", "best"),
    [
        (("Phone", "WhatsApp", "Mobile", "Name"), "WhatsApp"),
        (("Home phone", "Phone", "Mobile", "Name"), "Mobile"),
        (("Fax", "Office phone", "Phone", "Name"), "Phone"),
        (("Phone 2", "Phone 1", "Name"), "Phone 1"),
        (("Emergency phone", "Tel.", "Name"), "Tel."),
        (("Shipping phone", "Billing phone", "Name"), "Billing phone"),
    ],
)
def test_the_better_header_wins(header: tuple[str, ...], best: str) -> None:
    """WhatsApp, then a mobile, then any phone, then a landline or a second number; a fax never."""
    rows = [Row(number=2, cells=("+34600111222", "+34600111223", "+34600111224", "Ana")[-len(header) :])]
    assert guess(header, rows).columns.identifier == best


@pytest.mark.parametrize(
    ("header", "candidates"),
    [
        (("Name", "Given Name", "Family Name"), {"Name", "{Given Name} {Family Name}"}),
        (("Name", "Nombre"), {"Name", "Nombre"}),
        (("Full name", "Nombre completo"), {"Full name", "Nombre completo"}),
        (("First name", "Last name", "Surname"), {"{First name} {Last name}", "{First name} {Surname}"}),
    ],
)
def test_several_names_are_doubtful(header: tuple[str, ...], candidates: set[str]) -> None:
    """Every candidate is listed."""
    assert set(asked(guess(header))["name"]) == candidates


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ({"Name": ["Ana Gil", "Eva Paz"], "First name": ["Ana", "Eva"], "Last name": ["Gil", "Paz"]}, "Name"),
        ({"Name": ["Gil", "Paz"], "First name": ["Ana", "Eva"]}, "{First name} {Name}"),
        ({"Name": ["Acme", "Bolt"], "First name": ["Ana", "Eva"], "Last name": ["Gil", "Paz"]}, FIRST_LAST),
        ({"Name": ["", ""], "Contact person": ["Ana Gil", "Eva Paz"]}, "Contact person"),
        ({"Customer": ["10023", "10024"], "Display name": ["Ana", "Eva"]}, "Display name"),
        ({"Status": ["Paid", "Open"], "Cliente": ["Ana", "Eva"]}, "Cliente"),
        ({"Nombre": ["Ana", "Eva"], "Apellido paterno": ["Gil", "Paz"], "Apellido materno": ["Ros", "Sol"]},
         "{Nombre} {Apellido paterno} {Apellido materno}"),
        ({"Last, First": ["Gil, Ana", "Paz, Eva"]}, "Last, First"),
        ({"Nombre(s) y Apellido(s)": ["Ana Gil", "Eva Paz"]}, "Nombre(s) y Apellido(s)"),
        ({"Owner name": ["Sam", "Sam"], "Guest name": ["Ana", "Eva"]}, "Guest name"),
        ({"Nombre": ["Ana Gil", "Eva Paz"], "Apellidos": ["Gil", "Paz"]}, "Nombre"),
        ({"First name": ["Ana", "Eva"], "Name": ["Ana Gil", "Eva Paz"]}, "Name"),
        ({"Name of company": ["Sol Ltd", "Luna Ltd"]}, "Name of company"),
    ],
)  # fmt: skip
def test_values_tell_which_name_it_is(columns: dict[str, Sequence[str]], name: str) -> None:
    """A name that holds first and last name is the name; numbers and other people's names are none."""
    assert of({"Phone": ["+34600111222", "+34600111223"], **columns}).columns.name == name


def test_of_two_countries_the_one_that_is_nobody_elses_is_used() -> None:
    """`Country` is the contact's, beside the country of an address."""
    countries = {"Address country": ["ES", "PT"], "Country": ["ES", "ES"]}
    phones = {"Phone": ["600111222", "600111223"], "Name": ["Ana", "Eva"]}
    assert of({**phones, **countries}).columns.country == "Country"


def test_many_numbers_that_are_no_phones_are_no_candidates() -> None:
    """A sheet may have a hundred columns of numbers: after some cells the others are not looked at."""
    several = [f"+34600111{number:03}" for number in range(60)]
    codes = ["12x34x56x78", *(f"{12_345_678 + number * 7}" for number in range(59))]
    guessed = of({"Phone": several, "Code": codes, "Name": [f"Ana {'I' * (n % 9)}" for n in range(60)]})
    assert guessed.columns.identifier == "Phone"


def test_a_header_that_stands_twice_with_one_column_empty_is_doubtful() -> None:
    """A config names a column by its header, so nobody could say which is meant."""
    rows = [Row(number=2, cells=("+34600111222", "", "Ana")), Row(number=3, cells=("+34600111223", "", "Eva"))]
    (question,) = guess(("Phone", "Phone", "Name"), rows).questions
    assert (question.field, question.choices) == ("identifier", ("Phone",))


def test_how_many_numbers_a_column_holds_counts() -> None:
    """Some cells of several numbers make no column worse than one that is nearly empty."""
    full = [f"+34 600 11 12 {number:02}" for number in range(8)] + ["+34 600 111 333 ::: +34 981 530 223"] * 3
    guessed = of({"Phone": full, "Phone number": [""] * 10 + ["+34 981 777 111"], "Name": ["Ana Gil"] * 11})
    assert guessed.columns.identifier == "Phone"


@pytest.mark.parametrize(
    "other",
    [
        {"Phone": [""] * 3},
        {"identifier": ["bb4e11cd-0f23-49da-a123-dcc1fec6852c", "e60bab4c-9fbb-47eb-8f75-42025b789c47", ""]},
        {"Phone verified": ["yes", "no", "yes"]},
    ],
)
def test_what_holds_no_numbers_is_no_phone(other: dict[str, Sequence[str]]) -> None:
    """Empty columns, UUIDs and answers, whatever their header says."""
    phones = ["+34600111222", "+34600111223", "+34600111224"]
    assert of({**other, "Móvil": phones, "Name": ["Ana", "Eva", "Leo"]}).columns.identifier == "Móvil"
    assert asked(of({**other, "Name": ["Ana", "Eva", "Leo"]})).keys() == {"identifier"}


@pytest.mark.parametrize(
    ("columns", "choices"),
    [
        ({"Phone": ["", ""], "Other": ["600111222", "600111223"]}, ("Other",)),
        ({"Phone": ["", ""], "Mobile": ["soon", "none yet"]}, ("Mobile",)),
        ({"Mobile": ["0b5d1c3e-9a51-4c0f-8e0a-0123456789ab"] * 2, "Ref": ["600111222", "600111223"]}, ("Ref",)),
        ({"Phone": ["", ""], "City": ["Vigo", "Lugo"]}, ("City", "Name")),
    ],
)
def test_an_empty_column_is_no_answer_either(columns: dict[str, Sequence[str]], choices: tuple[str, ...]) -> None:
    """What can be no phone is not among what is asked about."""
    assert asked(of({**columns, "Name": ["Ada", "Bo"]}, "ES"))["identifier"] == choices


def test_a_column_of_ids_is_not_taken_for_phones() -> None:
    """Digits without a plus under a header that says nothing are asked about."""
    ids = ["34600111222", "34600111229", "34600111235"]
    assert asked(of({"Ref": ids, "Name": ["Ana", "Eva", "Leo"]})) == {"identifier": ("Ref",)}
    plus = [f"+{one}" for one in ids]
    assert (
        of({"Ref": plus, "Name": ["Ana", "Eva", "Leo"]}).reasons["identifier"] == "likely: its values are phone numbers"
    )


@pytest.mark.parametrize(
    ("columns", "identifier"),
    [
        ({"Mobile": ["", "+34612345816"], "Work": ["+34612345815", "+34981222333"]}, ("Mobile", "Work")),
        ({"Phone 1": ["+34612345805", ""], "Phone 2": ["", "+34612345806"]}, ("Phone 1", "Phone 2")),
        ({"Teléfono": ["981222333", "981222334"], "Móvil": ["612345815", ""]}, ("Móvil", "Teléfono")),
        ({"Mobile": ["+34612345815", "+34612345816"], "Home": ["+34981222333", ""]}, "Mobile"),
        ({"Phone 1": ["+34981577215", "+34612345816"], "Phone 2": ["+34633161803", ""]}, ("Phone 1", "Phone 2")),
        ({"Phone 1": ["+34633161803", "+34612345816"], "Phone 2": ["+34981577215", ""]}, "Phone 1"),
        ({"WhatsApp": ["+34981577215", "+34612345816"], "Mobile": ["+34633161803", ""]}, "WhatsApp"),
        ({"Mobile": ["+34612345815", ""], "Emergency phone": ["", "+34981222333"]}, "Mobile"),
    ],
)
def test_columns_that_fill_each_others_gaps_are_used_together(
    columns: dict[str, Sequence[str]], identifier: str | tuple[str, ...]
) -> None:
    """The better header first; a number of somebody else fills no gap."""
    assert of({**columns, "Name": ["Ada", "Bo"]}, "ES").columns.identifier == identifier


def test_names_fill_gaps_only_where_there_is_a_phone() -> None:
    """A firm without a contact person is a contact by its own name."""
    columns = {"Phone": ["+34600111222", "+34600111223"], "Name": ["Ana", ""], "Company": ["Acme", "Bolt"]}
    assert of(columns).columns.name == ("Name", "Company")
    assert of(columns | {"Phone": ["+34600111222", ""]}).columns.name == "Name"


def test_an_optional_field_is_mapped_only_if_its_values_can_be_right() -> None:
    """Else it is left out, and said."""
    people = {"Phone": ["+34600111222", "+34600111223"], "Name": ["Ana", "Eva"]}
    assert of({**people, "Owner": ["ana@example.com", "eva@example.com"]}).columns.assigned_user == "Owner"
    guessed = of({**people, "Bot": ["yes", "no"], "Country": ["Web", "App"]})
    assert guessed.columns == ColumnOptions(identifier="Phone", name="Name")
    assert [note.split(" is not")[0] for note in guessed.notes] == ['"Bot"', '"Country"']


def test_owners_by_name_are_for_the_account_to_tell() -> None:
    """A name is right only if a user is called so."""
    guessed = of({"Phone": ["+34600111222", "+34600111223"], "Name": ["Ana", "Eva"], "Owner": ["Inès Moret", ""]})
    assert guessed.columns == ColumnOptions(identifier="Phone", name="Name")
    assert guessed.by_account == {"assigned_user": ("Owner", frozenset({"Inès Moret"}))}


def test_teams_and_channels_are_for_the_account_to_tell() -> None:
    """UUIDs aside: names are right only if the account has them."""
    people = {"Phone": ["+34600111222", "+34600111223"], "Name": ["Ana", "Eva"]}
    guessed = of({**people, "Canal": ["Instagram", "Web"], "Equipo": ["iPhone 13", ""]})
    assert (guessed.columns.team, guessed.columns.channel) == ("", "")
    assert guessed.by_account == {
        "team": ("Equipo", frozenset({"iPhone 13"})),
        "channel": ("Canal", frozenset({"Instagram", "Web"})),
    }
    uuids = ["0b5d1c3e-9a51-4c0f-8e0a-0123456789ab", ""]
    assert of({**people, "Team": uuids}).columns.team == "Team"


def test_a_country_in_a_column_of_its_own_is_used() -> None:
    """Its code or its calling code, whose it is or not."""
    people = {"Phone": ["611223442", "7911123470"], "Name": ["Ana", "Eva"]}
    for header, cells in (
        ("Country Code", ["+34", "+44"]),
        ("CountryCode", ["34", "44"]),
        ("billing_country", ["ES", "GB"]),
    ):
        assert of({**people, header: cells}).columns.country == header


def test_a_known_export_is_named_and_its_values_are_checked() -> None:
    """Its own column for the phone is used only if it holds phones."""
    header = {"First Name": ["Ana"], "Last Name": ["Gil"], "Phone 1 - Value": [""], "Mobile": ["+34600111222"]}
    guessed = of(header)
    assert guessed.notes == ("This looks like a Google Contacts export.",)
    assert guessed.columns.identifier == "Mobile"


@pytest.mark.parametrize(
    ("header", "answers", "yes"),
    [
        ("¿Aceptas recibir mensajes?", ["Sí", "No"], "Sí"),
        ("Accepts Marketing", ["no", "yes"], "yes"),
        ("Einwilligung", ["Ja", "Nein"], "Ja"),
        ("AllowBroadcast", ["TRUE", "FALSE"], "TRUE"),
        ("Unsubscribed from Emails", ["true", "false"], "false"),
        ("GDPR consent", ["1", "0"], "1"),
        ("Unsubscribed", ["1", "0"], "0"),
        ("Consenso", ["Sì", "No"], "Sì"),
        ("J'accepte les SMS", ["Oui", "Non"], "Oui"),
        ("Consentiment", ["Sí", "No"], "Sí"),
        ("Zgoda", ["Tak", "Nie"], "Tak"),
        ("Zgoda marketingowa", ["TAK", "NIE"], "TAK"),
        ("Wyrażam zgodę na kontakt", ["tak", ""], "tak"),
        ("Brak zgody", ["Tak", "Nie"], "Nie"),
        ("Souhlas s marketingem", ["Ano", "Ne"], "Ano"),
        ("Nesouhlas", ["Ano", "Ne"], "Ne"),
        ("Súhlas", ["Áno", "Nie"], "Áno"),
        ("Toestemming", ["Ja", "Nee"], "Ja"),
        ("Geen toestemming", ["Ja", "Nee"], "Nee"),
        ("Marknadsföringssamtycke", ["Ja", "Nej"], "Ja"),
        ("Samtykke", ["Ja", "Nej"], "Ja"),
        ("Markkinointisuostumus", ["Kyllä", "Ei"], "Kyllä"),
        ("Consimțământ", ["Da", "Nu"], "Da"),
        ("Ticari ileti izni", ["Evet", "Hayır"], "Evet"),
        ("Onay", ["EVET", "HAYIR"], "EVET"),
        ("Согласие", ["Да", "Нет"], "Да"),
        ("Згода", ["Так", "Ні"], "Так"),
        ("Съгласие", ["Да", "Не"], "Да"),
        ("Συγκατάθεση", ["Ναι", "Όχι"], "Ναι"),
        ("Hozzájárulás", ["Igen", "Nem"], "Igen"),
        ("Suglasnost", ["Da", "Ne"], "Da"),
        ("Saglasnost", ["Da", "Ne"], "Da"),
        ("Privola", ["Da", "Ne"], "Da"),
        ("Privolitev", ["Da", "Ne"], "Da"),
        ("同意", ["はい", "いいえ"], "はい"),
        ("No consent", ["yes", "no"], "no"),
    ],
)
def test_a_header_that_asks_for_consent_is_pointed_out(header: str, answers: list[str], yes: str) -> None:
    """With what to write into the config."""
    people = {"Phone": ["+34600111222", "+34600111223"], "Name": ["Ana", "Eva"]}
    (note,) = of({**people, header: answers}).notes
    assert note.endswith(f'under [input.where] of the config: "{header}" = ["{yes}"]')


@pytest.mark.parametrize(
    ("header", "answers", "told"),
    [
        ("Acepto la política de privacidad", ["Acepto", ""], '"Acepto"'),
        ("Newsletter", ["Weekly", "Never"], '"Never" and "Weekly"'),
        ("Einwilligung", ["erteilt", "widerrufen"], '"erteilt" and "widerrufen"'),
    ],
)
def test_answers_in_other_words_are_for_a_person_to_tell(header: str, answers: list[str], told: str) -> None:
    """They are listed, and none is picked."""
    people = {"Phone": ["+34600111222", "+34600111223"], "Name": ["Ana", "Eva"]}
    (note,) = of({**people, header: answers}).notes
    assert f'which of its answers mean that, {told}: "{header}" = ["..."]' in note
    assert of({**people, header: ["2024-01-02", "2024-01-03"]}).notes == ()
    assert of({**people, "No contactar": ["no", ""], header: ["", ""]}).notes[0].endswith('"No contactar" = ["no"]')


def test_a_doubtful_field_that_is_not_required_is_not_sent() -> None:
    """Two columns of notes: neither is picked, and both are candidates."""
    guessed = guess(("Phone", "Name", "Notes", "Remarks"))
    assert guessed.is_sure
    assert guessed.columns.note == ""
    assert asked(guessed) == {"note": ("Notes", "Remarks")}
    assert not any(feeds(guessed.columns, name) for name in ("Notes", "Remarks"))


def test_what_is_no_synonym_feeds_no_field() -> None:
    """A word beside the phone changes its meaning."""
    header = ("Phone type", "Product name", "Fax", "", "import_status", "Import_Row")
    guessed = guess(header)
    assert asked(guessed).keys() == set(REQUIRED)
    assert guessed.columns == ColumnOptions()


def test_a_number_among_the_names_leaves_the_column_a_name() -> None:
    """One cell where somebody typed the phone is no reason to ask which column the names are in."""
    rows = [
        (f"+3460011122{n}", "600111229" if n == 1 else ("Ana", "Eva", "Luis")[n % 3] + " Gil", "x" if n == 2 else "")
        for n in range(9)
    ]
    cells = [Row(number=number, cells=row) for number, row in enumerate(rows, 2)]
    assert guess(("Phone", "Name", "Notes"), cells).columns.name == "Name"


def test_a_header_that_stands_twice_is_doubtful() -> None:
    """Nobody can say which of two columns of one name is meant."""
    (question,) = guess(("Phone", "Phone", "Name")).questions
    assert (question.choices, question.why) == (("Phone",), "several columns have this header: rename all but one")


HEADERS = st.sampled_from(["Phone", "WhatsApp", "Name", "Prénom", "Nom", "Apellidos", "Tags", "Nota", "City", ""])


@given(st.lists(HEADERS, max_size=8))
def test_a_field_is_used_or_asked_about_never_both(header: list[str]) -> None:
    """A required field is one of the two, and each column that is used has its reason."""
    guessed = guess(header)
    used = {field for field in FIELDS if getattr(guessed.columns, field)}
    assert used == guessed.reasons.keys()
    assert used.isdisjoint(asked(guessed))
    assert used | asked(guessed).keys() >= set(REQUIRED)
