"""A field of a contact is known to every part that has to know it."""

from dataclasses import fields

from importer.mapper.header_synonyms import WORDS
from importer.mapper.options import FIELDS, REQUIRED, ColumnOptions, ContactOptions
from importer.mapper.text_fields import text_fields
from importer.model.contact_fields import OPTIONAL_TEXTS
from importer.model.payload import from_json, to_json
from importer.model.rows import Contact
from importer.settings.config_tables import keys_of

KEYS = {field.key for field in text_fields(None)}


def test_every_optional_text_of_a_contact_is_mapped_once() -> None:
    """A new attribute of Contact has a config key and a check."""
    assert sorted(field.attribute for field in text_fields(None)) == sorted(OPTIONAL_TEXTS)


def test_every_mapped_field_has_a_column_and_a_constant() -> None:
    """Its key is one of the columns', the constants' and the config's."""
    assert set(FIELDS) >= KEYS
    assert {field.name for field in fields(ContactOptions)} >= KEYS
    assert set(keys_of("columns")) == {field.name for field in fields(ColumnOptions)}
    assert set(keys_of("contact")) - {"existing"} == {field.name for field in fields(ContactOptions)}


def test_every_field_has_words_by_which_headers_are_recognised() -> None:
    """A guess goes through all fields."""
    assert set(FIELDS) <= WORDS.keys()
    assert FIELDS[: len(REQUIRED)] == REQUIRED


def test_every_optional_text_is_sent_and_comes_back() -> None:
    """The payload holds whatever Contact has."""
    texts = {name: f"a {name}" for name in OPTIONAL_TEXTS}
    contact = from_json(to_json(Contact(identifier="1", source="whatsapp", name="Ana")))
    assert all(getattr(contact, name) == "" for name in OPTIONAL_TEXTS)
    full = Contact(identifier="1", source="whatsapp", name="Ana", tags=(), custom_fields={}, **texts)
    assert from_json(to_json(full)) == full
