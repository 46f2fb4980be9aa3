"""A config that is written for a person is read as it was meant."""

import tomllib
from dataclasses import Field, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.mapper.mapping_guess import with_fields
from importer.mapper.options import (
    FIELDS,
    ColumnOptions,
    ContactOptions,
    CustomFieldOptions,
    IdentifierFormat,
    MappingOptions,
    MobileForm,
    OnBadValue,
    Several,
)
from importer.model.account import FieldType
from importer.model.policy import Existing, Gone, OnConflict
from importer.readers.options import InputOptions
from importer.settings import settle
from importer.settings.config_text import Draft, columns_text, config_text, toml

TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).map(str.strip).filter(bool)


def draft(header: tuple[str, ...], columns: ColumnOptions) -> Draft:
    """Return what a config is to say."""
    return Draft(file="a.csv", input=InputOptions(), mapping=MappingOptions(columns=columns, made_for=header))


def is_default(options: object, field: Field[object]) -> bool:
    """Return whether the field is not set."""
    return bool(getattr(options, field.name) == field.default)


def test_everything_comes_back() -> None:
    """What is chosen is in force, what is not is a comment."""
    columns = ColumnOptions(
        identifier="Tel",
        name="{Nombre} {Apellidos}",
        tags=("Tags", "Segmento"),
        custom_fields=(
            CustomFieldOptions(name="Ciudad", column="City"),
            CustomFieldOptions(name="Alta", column="Alta", type=FieldType.DATE, format="%d/%m/%Y"),
        ),
    )
    contact = ContactOptions(country="ES", tags=("Imported",))
    header = ("Tel", "Nombre", "", 'with "quotes"')
    text = config_text(
        replace(
            draft(header, columns),
            input=InputOptions(sheet="Hoja 1", header_row=3, delimiter="tab"),
            mapping=MappingOptions(columns=columns, made_for=header, contact=contact),
            reasons={"identifier": "sure"},
            open_fields={"note": ("Notas", "Observaciones")},
            suggestions=(CustomFieldOptions(name="E-mail", column="Mail", type=FieldType.EMAIL),),
        )
    )
    settings = settle({}, {}, text)
    assert settings.mapping.columns == columns
    assert settings.mapping.made_for == ("Tel", "Nombre", "", 'with "quotes"')
    assert settings.input == InputOptions(sheet="Hoja 1", header_row=3, delimiter="tab")
    assert (settings.mapping.contact.country, settings.mapping.contact.tags) == ("ES", ("Imported",))
    assert '# note = "Notas"                        # could be it' in text
    assert '# "E-mail" = { column = "Mail", type = "email" }' in text


def test_no_setting_is_forgotten() -> None:
    """Whatever differs from its default is in force in the config that is proposed."""
    where = (("Consent", ("Sí", "Yes")),)
    odd = {"sheet": "S", "encoding": "cp1252", "delimiter": "tab", "hidden_rows": "skip"}
    reading = InputOptions(
        header_row=2,
        no_header=True,
        where=where,
        max_download_mb=5,
        download_timeout_seconds=90.0,
        **odd,
    )
    contact = ContactOptions(
        source="telegram",
        country="ES",
        identifier_format=IdentifierFormat.AS_IS,
        mobile_form=MobileForm.WITH,
        several=Several.FIRST,
        on_bad_value=OnBadValue.LEAVE_OUT,
        tags=("A",),
        existing=Existing.UPDATE,
        on_conflict=OnConflict.SHEET,
        gone=Gone.RECREATE,
        clear_mark="--",
        assigned_user="eva@example.com",
        team="Sales",
        channel="Line",
        bot_status="bot_end",
        note="Two\nlines",
        strict_text=True,
        repair_text=True,
    )
    city = CustomFieldOptions(name="City", column="Ciudad")
    columns = replace(
        with_fields(ColumnOptions(tags=("T",)), dict.fromkeys(FIELDS, "H")), tag_separators="+", custom_fields=(city,)
    )
    assert not [field for part in (reading, contact, columns) for field in fields(part) if is_default(part, field)]
    mapping = MappingOptions(contact=contact, columns=columns, made_for=("H",))
    settings = settle({}, {}, config_text(Draft(file="a.csv", input=reading, mapping=mapping)))
    assert (settings.input, settings.mapping) == (reading, mapping)
    assert settle({}, {}, columns_text(columns, {})).mapping.columns == columns


def test_what_is_a_comment_is_right_once_it_is_none() -> None:
    """The lines that are to be taken into force can be."""
    likes = CustomFieldOptions(name="Likes", column="L", type=FieldType.CHECKBOX, separator="|", options=("A", "B"))
    text = config_text(replace(draft(("Tel",), ColumnOptions(identifier="Tel", name="Tel")), suggestions=(likes,)))
    bare = "\n".join(line.removeprefix("# ") if " = " in line else line for line in text.splitlines())
    settings = settle({}, {}, bare)
    assert settings.mapping.columns.custom_fields == (likes,)
    assert settings.mapping.columns.tags == ("L",)
    assert settings.mapping.contact.country == "ES"


def test_the_columns_alone_hold_every_field_and_what_is_open() -> None:
    """A guessed column of any field is written, and a required field without one is there to be filled in."""
    guessed = with_fields(ColumnOptions(tags=("T",)), dict.fromkeys(set(FIELDS) - {"name"}, "H"))
    text = columns_text(guessed, {"note": ("N", "M")})
    assert tomllib.loads(text)["columns"] == {**dict.fromkeys(FIELDS, "H"), "name": "???", "tags": ["T"]}
    assert "# note: one of 'N', 'M'\n" in text


def test_a_value_that_toml_does_not_know_is_a_defect() -> None:
    """It is not written down as something else."""
    with pytest.raises(TypeError):
        toml(None)


@given(TEXTS, TEXTS, st.text(max_size=8))
def test_any_header_comes_back(identifier: str, name: str, file: str) -> None:
    """Quotes, line breaks, control characters and emoji."""
    columns = ColumnOptions(identifier=identifier, name=name)
    text = config_text(
        replace(draft((identifier, name), columns), file=file, reasons={"name": file}, open_fields={"note": (name,)})
    )
    assert tomllib.loads(text)["input"]["header"] == [identifier, name]
    assert settle({}, {}, text).mapping.columns == columns


def test_what_tells_the_format_of_dates_is_a_comment() -> None:
    """Of dates alone, and of those that are only suggested too."""
    fields_ = (
        CustomFieldOptions(name="Alta", column="Alta", type=FieldType.DATE, format="%d/%m/%Y"),
        CustomFieldOptions(name="Baja", column="Baja", type=FieldType.TEXT),
    )
    columns = ColumnOptions(identifier="Tel", name="Nombre", custom_fields=fields_)
    evidence = {"Alta": "in one way", "Baja": "in no way", "Visita": "in two ways"}
    visit = CustomFieldOptions(name="Visita", column="Visita", type=FieldType.DATE)
    written = replace(draft(("Tel",), columns), evidence=evidence, suggestions=(visit,))
    text = config_text(written)
    assert 'format = "%d/%m/%Y" } # in one way\n' in text
    assert '"Baja" = "Baja"\n' in text
    assert '# "Visita" = { column = "Visita", type = "date" } # in two ways\n' in text


def test_a_config_says_where_every_other_setting_stands() -> None:
    """With the path, where it is known."""
    plain = draft(("Tel",), ColumnOptions(identifier="Tel"))
    assert "# config.example.toml, beside the README of the importer, has every other setting" in config_text(plain)
    assert "\n# /src/config.example.toml has every other setting" in config_text(
        replace(plain, example="/src/config.example.toml")
    )
