"""A field of a contact is known to every part that has to know it, and takes what the service takes."""

from dataclasses import fields
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from importer.mapper.contact_fields import FieldValue, bot_status, is_uuid, note, splitter, text_fields
from importer.mapper.header_guess import CLASS_OF
from importer.mapper.options import FIELDS, REQUIRED, ColumnOptions, ContactOptions
from importer.model.payload import OPTIONAL_TEXTS, from_json, to_json
from importer.model.rows import Contact, Problem
from importer.settings.config_tables import keys_of

UUID = "0b5d1c3e-9a51-4c0f-8e0a-0123456789ab"
KEYS = {field.key for field in text_fields(None)}


def code(value: FieldValue | Problem) -> str:
    """Return the problem's code."""
    assert isinstance(value, Problem)
    assert value.message.endswith((".", "?"))
    return value.code


def test_every_optional_text_of_a_contact_is_mapped_once() -> None:
    """A new attribute of Contact has a config key and a check."""
    assert sorted(field.attribute for field in text_fields(None)) == sorted(OPTIONAL_TEXTS)


def test_every_mapped_field_has_a_column_and_a_constant() -> None:
    """Its key is one of the columns', the constants' and the config's."""
    assert set(FIELDS) >= KEYS
    assert {field.name for field in fields(ContactOptions)} >= KEYS
    assert set(keys_of("columns")) == {field.name for field in fields(ColumnOptions)}
    assert set(keys_of("contact")) == {field.name for field in fields(ContactOptions)}


def test_every_field_has_words_by_which_headers_are_recognised() -> None:
    """A guess goes through all fields."""
    assert set(FIELDS) - set(REQUIRED) <= set(CLASS_OF.values())
    assert FIELDS[: len(REQUIRED)] == REQUIRED


def test_every_optional_text_is_sent_and_comes_back() -> None:
    """The payload holds whatever Contact has."""
    texts: dict[str, Any] = {name: f"a {name}" for name in OPTIONAL_TEXTS}
    contact = from_json(to_json(Contact(identifier="1", source="whatsapp", name="Ana")))
    assert all(getattr(contact, name) == "" for name in OPTIONAL_TEXTS)
    full = Contact(identifier="1", source="whatsapp", name="Ana", tags=(), custom_fields={}, **texts)
    assert from_json(to_json(full)) == full


def test_a_note_has_at_most_a_thousand_characters() -> None:
    """A thousand will do; one more will not, and the sentence says how many there are."""
    assert note("ñ" * 1000) == "ñ" * 1000
    long = note("ñ" * 1001)
    assert code(long) == "note_too_long"
    assert isinstance(long, Problem)
    assert "1,001" in long.message


def test_a_bot_is_started_or_ended() -> None:
    """The service's two words, in any letter case."""
    assert bot_status("Bot_Start") == "bot_start"
    assert bot_status("bot_end") == "bot_end"
    assert code(bot_status("yes")) == "bot_status_unknown"


def test_a_uuid_is_told_by_its_form() -> None:
    """With hyphens or without."""
    assert is_uuid(UUID.replace("-", ""))
    assert not is_uuid("0b5d1c3e")


@given(st.text(alphabet="ab ,;|\n]^-\\", max_size=20), st.text(alphabet=",;|]^-\\", max_size=4))
def test_a_split_text_has_no_separators_and_nothing_empty(text: str, separators: str) -> None:
    """Whatever the separators, signs of regular expressions among them."""
    parts = splitter(separators)(text)
    assert all(part and part == part.strip() and not set(part) & {*separators, "\n"} for part in parts)
