"""The JSON Schema of the config, for editors, says what the code takes."""

import ast
import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft7Validator

from importer.mapper.options import ColumnOptions, ContactOptions, CustomFieldOptions, MappingOptions
from importer.model.account import FieldType
from importer.model.policy import Existing
from importer.readers.options import InputOptions
from importer.settings import SettingsError, settle
from importer.settings.config_tables import TABLES, keys_of
from importer.settings.config_text import Draft, config_text
from tests.support.config_schema import EXAMPLE, SCHEMA, made_schema, written
from tests.support.paths import ROOT
from tests.unit.settings.test_example import uncommented

VALIDATOR = Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def is_right(text: str) -> bool:
    """Return whether the schema takes the config."""
    return bool(VALIDATOR.is_valid(tomllib.loads(text)))


def test_the_schema_is_what_the_code_makes() -> None:
    """Else: python -m tests.support.config_schema."""
    assert SCHEMA.read_text(encoding="utf-8") == written(made_schema())
    Draft7Validator.check_schema(made_schema())


def test_the_example_is_right() -> None:
    """As it is, and with everything in force."""
    text = EXAMPLE.read_text(encoding="utf-8")
    assert list(VALIDATOR.iter_errors(tomllib.loads(text))) == []
    assert list(VALIDATOR.iter_errors(tomllib.loads(uncommented(text)))) == []


def test_the_example_names_the_schema() -> None:
    """In its first line, where editors look, as a path seen from the example."""
    first = EXAMPLE.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("#:schema ./")
    assert (ROOT / first.removeprefix("#:schema ./")).samefile(SCHEMA)


def _keys(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key, found in schema.get("properties", {}).items():
        yield f"{path}{key}", found
        yield from _keys(found, f"{path}{key}.")
    for inner in (schema.get("additionalProperties"), *schema.get("anyOf", ())):
        if isinstance(inner, Mapping):
            yield from _keys(inner, f"{path}*." if inner is schema.get("additionalProperties") else path)


def test_every_key_has_a_sentence_and_a_default_or_an_example() -> None:
    """An editor shows it where the person is."""
    keys = dict(_keys(made_schema()))
    assert {f"{table}.{key}" for table in TABLES for key in keys_of(table)} <= keys.keys()
    tables = {*TABLES, "columns.custom_fields", "input.where"}
    assert [key for key, found in keys.items() if not found.get("description") and key not in tables] == []
    plain = {key: found for key, found in keys.items() if key not in tables}
    assert [key for key, found in plain.items() if not found.keys() & {"default", "examples"}] == []


def test_words_and_defaults_are_told() -> None:
    """Such as what may be said of contacts that are there."""
    keys = dict(_keys(made_schema()))
    assert keys["contact.existing"]["enum"] == [*Existing]
    assert keys["contact.existing"]["default"] == "skip"
    assert keys["contact.bot_status"]["enum"] == ["", "bot_start", "bot_end"]
    assert keys["service.rate"]["minimum"] == 0
    assert keys["columns.custom_fields.*.type"]["enum"] == [*FieldType]


@pytest.mark.parametrize(
    "text",
    [
        "[servise]\nrate = 1",
        "[service]\nrat = 1",
        '[service]\nrate = "fast"',
        "[service]\nrate = -1",
        '[contact]\nexisting = "merge"',
        "[input]\nheader_row = 0",
        "[input]\nno_header = 1",
        '[columns.custom_fields]\n"City" = { type = "text" }',
        '[columns.custom_fields]\n"City" = { column = "City", kind = "text" }',
        '[columns.custom_fields]\n"City" = { column = "City", type = "place" }',
        '[notify]\non = ["always"]',
        '[run]\nreports = ["pdf"]',
        '[values."Status"]\nactive = true',
        "[accounts.north]\nsheet = 1",
    ],
)
def test_what_is_wrong_is_wrong_for_both(text: str) -> None:
    """An editor marks what the importer would refuse."""
    assert not is_right(text)
    with pytest.raises(SettingsError):
        settle({}, {}, text)


def test_what_init_writes_is_right_and_names_the_schema() -> None:
    """In its first line; where there is no schema that stays, none is named."""
    field = CustomFieldOptions(name="Joined", column="Joined", type=FieldType.DATE, format="%d/%m/%Y")
    columns = ColumnOptions(identifier=("Mobile", "Phone"), name="{A} {B}", custom_fields=(field,))
    mapping = MappingOptions(columns=columns, contact=ContactOptions(country="ES", tags=("A",)), made_for=("A", "B"))
    draft = Draft(file="a.csv", input=InputOptions(header_row=3, delimiter="tab"), mapping=mapping)
    assert is_right(config_text(draft))
    assert "#:schema" not in config_text(draft)
    named = Draft(file="a.csv", input=draft.input, mapping=mapping, schema=SCHEMA.as_uri())
    assert config_text(named).splitlines()[0] == f"#:schema {SCHEMA.as_uri()}"
    assert tomllib.loads(config_text(named)) == tomllib.loads(config_text(draft))


def _configs_of_tests() -> Iterator[str]:
    """Yield the texts in tests that the importer takes as a config."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and "[" in node.value
                and "=" in node.value
            ):
                try:
                    settle({}, {}, node.value)
                except (SettingsError, RecursionError):
                    continue
                yield node.value


def _wrong(text: str) -> list[str]:
    """Return what the schema says is wrong with a config, but words in capitals."""
    return [
        one.message
        for one in VALIDATOR.iter_errors(tomllib.loads(text.removeprefix("\ufeff")))
        if not (one.validator == "enum" and str(one.instance).lower() in one.validator_value)
    ]


def test_the_schema_takes_every_config_of_the_tests_that_the_importer_takes() -> None:
    """An editor marks nothing that is right; but it would write words small."""
    configs = set(_configs_of_tests())
    assert len(configs) > 50
    assert {text: wrong for text in configs if (wrong := _wrong(text))} == {}
