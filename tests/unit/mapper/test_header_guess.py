"""What the words of a header mean."""
# ruff: noqa: RUF001 - the words are of many scripts

import re

import pytest

from importer.mapper.header_guess import CLASS_OF, Column, folded, meaning, name_rank, phone_rank
from importer.mapper.header_words import STEMS, WORDS
from importer.mapper.options import FIELDS, REQUIRED


@pytest.mark.parametrize(
    "header",
    [
        *("Tlf.", "Tfno.", "Telf", "Ph No", "Contact No", "GSM", "Mobilnr.", "Fone", "Billing Phone", "phone_e164"),
        *("Phone Number (with country code)", "PhoneNumber", "Cell #", "Mob.", "Nº móvil", "Telemóvel", "Rufnummer"),
        *("Telefonnummer (mobil)", "Cep Telefonu", "Numer telefonu", "Matkapuhelin", "Номер телефона", "رقم الجوال"),
        *("מספר טלפון", "手机号码", "携帯電話", "전화번호", "Τηλέφωνο", "Số điện thoại", "No. HP", "Contatto WhatsApp"),
        *("Telefon kom.", "Tel. kom.", "Komórka", "Mobil", "Puhelin", "Моб. телефон", "Broj mobitela", "Mobilné číslo"),
        *("Číslo telefonu", "GSM numarası", "Număr de telefon", "Номер телефону", "Telefonska številka", "Telefonszám"),
        *("What is your WhatsApp number?", "Votre numéro de téléphone", "Ihre Handynummer", "Qual é o seu celular?"),
    ],
)
def test_phones_are_named_in_many_ways(header: str) -> None:
    """Abbreviations, compounds, questions and languages."""
    assert phone_rank(meaning(header)) >= 3.5


@pytest.mark.parametrize(
    "header", ["Phone type", "Fax", "Phone 1 - Label", "Telefax", "Phone verified", "Mobile OS id", "Order No", "City"]
)
def test_a_word_beside_the_phone_changes_its_meaning(header: str) -> None:
    """Such a header says nothing of a number to write to."""
    assert phone_rank(meaning(header)) < 2


@pytest.mark.parametrize(
    "header",
    [
        *("Cliente", "Customer", "Kunde", "Razón social", "Ragione sociale", "Display Name", "Contact", "Paciente"),
        *(
            "Customer Name",
            "Nombre del alumno",
            "Nom du client",
            "Imię i nazwisko",
            "Ad Soyad",
            "姓名",
            "ФИО",
            "Klantnaam",
        ),
        *("Nazwa", "Nazwa klienta", "Název", "Názov firmy", "Naziv", "Denumire", "Название", "Назва", "Ticari ünvan"),
        *("Meno a priezvisko", "ПІБ", "Імʼя", "Име", "Ügyfél neve", "Jméno", "Imię"),
        *("What's your name?", "¿Cómo te llamas? Nombre", "Nombres y Apellidos", "Guest name", "Company name"),
    ],
)
def test_names_are_named_in_many_ways(header: str) -> None:
    """People, firms and questions."""
    assert name_rank(meaning(header)) >= 2 or header == "¿Cómo te llamas? Nombre"


@pytest.mark.parametrize(
    "header",
    [
        "Product name",
        "Nazwa produktu",
        "Název akce",
        "Zgoda na imię",
        "Owner name",
        "Campaign name",
        "User Name",
        "Middle name",
        "City",
        "Customer ID",
    ],
)
def test_names_of_other_things_are_no_names(header: str) -> None:
    """Nor are those of the people who serve the customer."""
    assert name_rank(meaning(header)) < 2


def test_every_term_has_one_meaning_and_is_reachable() -> None:
    """No term is in two classes, and each is as short as the longest that is looked for."""
    terms = [
        (folded(term), kind)
        for kind, text in re.findall(r"(\w+): ([^:]+)\n", WORDS)
        for term in text.split(",")
    ]  # fmt: skip
    assert {term for term, kind in terms if CLASS_OF[term] != kind} == set()
    assert max(len(term.split()) for term, _ in terms) <= 5
    assert {kind for kind, _ in re.findall(r"(\w+): ([^:]+)\n", STEMS)} <= set(CLASS_OF.values())


def test_every_field_has_words() -> None:
    """A guess goes through all fields."""
    assert set(CLASS_OF.values()) >= set(FIELDS) - set(REQUIRED)


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("+34 600 111 222", "+34600111222"),
        ("p:+34600111222", "+34600111222"),
        ("600 111 222", "600111222"),
        ("+34 611 930 113 ::: +34 981 530 223", "+34611930113"),
        ("2026-01-02 10:11", ""),
        ("12345", ""),
        ("NULL", ""),
        ("Calle Mayor 1, 28001", ""),
    ],
)
def test_a_cell_holds_a_phone_or_none(cell: str, phone: str) -> None:
    """Decorations, several numbers and a missing country code do not hide it; a date is none."""
    column = Column(place=0, header="Phone", cells=("" if cell == "NULL" else cell,), country="")
    assert "".join(column.phones.values()) == phone
