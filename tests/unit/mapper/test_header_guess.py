"""The mapping that a header suggests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.mapper.column_mapping import ColumnMapping, plan_mapping
from importer.mapper.header_guess import FILLERS, SYNONYMS, guess
from importer.mapper.mapping_proposal import feeds
from importer.mapper.options import FIELDS, REQUIRED, ColumnOptions, MappingOptions


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
    assert guessed.unmistakable.keys() >= set(REQUIRED)
    assert guessed.columns == ColumnOptions(identifier=identifier, name=name)
    assert isinstance(plan_mapping(header, MappingOptions(columns=guessed.columns), None), ColumnMapping)


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
    assert guessed.unmistakable["tags"] == "Etiquetas, Segmento"
    assert (guessed.missing, dict(guessed.doubtful)) == ((), {})


def test_phone_and_whatsapp_together_are_doubtful() -> None:
    """Either may be meant: a person must choose, the first is proposed, and the rest is left over."""
    guessed = guess(("Phone", "WhatsApp", "Name"))
    assert not guessed.unmistakable.keys() >= set(REQUIRED)
    assert guessed.doubtful == {"identifier": ("Phone", "WhatsApp")}
    assert guessed.columns.identifier == "Phone"
    assert not feeds(guessed.columns, "WhatsApp")


@pytest.mark.parametrize(
    ("header", "candidates"),
    [
        (("Name", "Given Name", "Family Name"), ("Name", "{Given Name} {Family Name}")),
        (("Name", "First name"), ("Name", "{First name} {Name}")),
        (("Name", "Nombre"), ("Name", "Nombre")),
        (("Full name", "Nombre completo"), ("Full name", "Nombre completo")),
        (("First name", "Last name", "Surname"), ("First name", "Last name", "Surname")),
    ],
)
def test_several_names_are_doubtful(header: tuple[str, ...], candidates: tuple[str, ...]) -> None:
    """Every candidate is listed."""
    assert guess(header).doubtful == {"name": candidates}


def test_a_doubtful_field_that_is_not_required_is_not_sent() -> None:
    """Two columns of notes: neither is picked, and both are candidates."""
    guessed = guess(("Phone", "Name", "Notes", "Remarks"))
    assert guessed.unmistakable.keys() >= set(REQUIRED)
    assert guessed.columns.note == ""
    assert guessed.doubtful == {"note": ("Notes", "Remarks")}
    assert not any(feeds(guessed.columns, name) for name in ("Notes", "Remarks"))


def test_what_is_no_synonym_feeds_no_field() -> None:
    """A word beside the phone changes its meaning."""
    header = ("Phone type", "Company name", "Contact", "Numero", "", "import_status", "Import_Row")
    guessed = guess(header)
    assert guessed.missing == FIELDS
    assert guessed.columns == ColumnOptions()


def test_a_header_that_stands_twice_is_doubtful() -> None:
    """Nobody can say which of two columns of one name is meant."""
    assert guess(("Phone", "Phone", "Name")).doubtful == {"identifier": ("Phone", "Phone")}


def test_no_word_belongs_to_two_kinds_of_column() -> None:
    """Synonyms are folded, and each has one meaning."""
    texts = [text for synonyms in SYNONYMS.values() for text in synonyms]
    assert len(texts) == len(set(texts))
    assert all(text.isascii() and text == text.lower() for text in texts)
    assert not FILLERS & set().union(*SYNONYMS.values())


HEADERS = st.sampled_from(["Phone", "WhatsApp", "Name", "Prénom", "Nom", "Apellidos", "Tags", "Nota", "City", ""])


@given(st.lists(HEADERS, max_size=8))
def test_every_field_is_found_doubtful_or_missing(header: list[str]) -> None:
    """Each field is in exactly one of the three, and only columns that are named there are used."""
    guessed = guess(header)
    assert sorted([*guessed.unmistakable, *guessed.doubtful, *guessed.missing]) == sorted(FIELDS)
    told = " ".join([*guessed.unmistakable.values(), *sum(guessed.doubtful.values(), ())])
    assert all(name in told for name in header if name and feeds(guessed.columns, name))
