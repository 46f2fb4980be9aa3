"""Makes the JSON Schema of the config for editors, from the settings' tables and the sentences of config.example.toml.

`python -m tests.support.config_schema` writes it where the package has it; a test holds that it is up to date. It is
of draft 7, all in one piece: the editors' schema engines know that one (Taplo, Even Better TOML).
"""

import inspect
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from importer.settings import config_tables, value_checks
from importer.settings.config_tables import CustomFieldTable, Tables
from tests.support.paths import ROOT

EXAMPLE = ROOT / "config.example.toml"
SCHEMA = ROOT / "importer" / "settings" / "config.schema.json"
_TEXT, _TEXTS = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
_ALSO: Mapping[Any, JsonSchemaValue] = {
    value_checks.as_tuple: _TEXT,
    value_checks.command: _TEXT,
    value_checks.as_text: {"type": "integer"},
    config_tables._as_custom_field: _TEXT,
}
"""What is taken besides, by the function that makes of it what the table has."""
_BOUNDS: Mapping[Any, JsonSchemaValue] = {
    value_checks.not_negative: {"minimum": 0},
    value_checks.concurrency: {"minimum": 0},
    value_checks.row_limit: {"minimum": 0},
    value_checks.header_row: {"minimum": 1},
    value_checks.megabytes: {"minimum": 1},
    value_checks.port: {"minimum": 0, "maximum": 65_535},
    value_checks.not_empty: {"minLength": 1},
}
_LINE = re.compile(r"(?:# )?(?P<key>[\w-]+|\"[^\"]+\") = (?P<value>.*?)\s+# (?P<sentence>.*)")
_TABLE = re.compile(r"(?:# )?\[(?P<table>[^]]+)\](?:\s+# (?P<sentence>.*))?")
_TITLE = "The config of callbell-importer"


class _Schema(GenerateJsonSchema):
    """pydantic's own, with what the checks of values take."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        also = _ALSO.get(schema["function"]["function"])
        return {"anyOf": [also, inner]} if also else inner

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        inner, check = self.generate_inner(schema["schema"]), schema["function"]["function"]
        if words := _words_of(check):
            return {"enum": words}
        return inner | _BOUNDS.get(check, {})

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])  # there is no null in TOML

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])  # the tables have no defaults: see their docstring


def _words_of(check: Callable[..., Any]) -> list[str]:
    """Return the words that a check of `one_of` or `or_empty` takes; none of any other."""
    if getattr(check, "__module__", "") != value_checks.__name__ or not inspect.isfunction(check):
        return []
    inner = inspect.getclosurevars(check).nonlocals
    if "allowed" in inner:
        return [str(word) for word in inner["allowed"].values()]
    return ["", *_words_of(inner["check"])] if "check" in inner else []


def made_schema() -> dict[str, Any]:
    """Return the schema as the code has it now."""
    mode: JsonSchemaMode = "validation"
    raw = Tables.model_json_schema(by_alias=True, schema_generator=_Schema, mode=mode)
    schema: dict[str, Any] = _in_one_piece(raw, raw.get("$defs", {}))
    schema.pop("description", None)
    for path, texts in _sentences(EXAMPLE.read_text(encoding="utf-8")):
        if found := _at(schema, path):
            found.update(texts)
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": _TITLE} | schema


def written(schema: Mapping[str, Any]) -> str:
    """Return the schema as its file has it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _in_one_piece(value: Any, parts: Mapping[str, Any]) -> Any:
    """Return a schema with each part where it is referred to, and without pydantic's titles and docstrings."""
    if isinstance(value, list):
        return [_in_one_piece(one, parts) for one in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        return _in_one_piece(parts[value["$ref"].rpartition("/")[2]], parts)
    kept = {key: one for key, one in value.items() if key != "$defs" and not _is_pydantics(key, one)}
    return {key: _in_one_piece(one, parts) for key, one in kept.items()}


def _is_pydantics(key: str, value: object) -> bool:
    return key in {"title", "description"} and isinstance(value, str)


def _sentences(text: str) -> Iterable[tuple[list[str], dict[str, Any]]]:
    """Yield the path of each key of the example, with its sentence and its default or an example."""
    table = ""
    for line in text.splitlines():
        if found := _TABLE.fullmatch(line):
            table = found["table"]
            if found["sentence"]:
                yield _path(table), {"description": found["sentence"]}
        elif found := _LINE.fullmatch(line):
            value = tomllib.loads(f"value = {found['value']}")["value"]
            is_default = not line.startswith("# ")
            kind = {"default": value} if is_default else {"examples": [value]}
            key = found["key"]
            if table == "columns.custom_fields":
                yield from _of_custom_field(value, found["sentence"])
            elif not key.startswith('"'):
                yield [*_path(table), key], {"description": found["sentence"], **kind}


def _of_custom_field(value: object, sentence: str) -> Iterable[tuple[list[str], dict[str, Any]]]:
    """Yield the paths of the keys that the sentence about an example of a custom field is about."""
    for part in sentence.split("; "):
        key, _, rest = part.partition(": ")
        if isinstance(value, dict) and key in CustomFieldTable.model_fields:
            yield ["columns", "custom_fields", "*", key], {"description": rest, "examples": [value[key]]}


def _path(table: str) -> list[str]:
    name, _, inner = table.partition(".")
    return [name, "*"] if name in {"accounts", "values"} else [name, inner] if inner else [name]


def _at(schema: Any, path: list[str]) -> Any:
    """Return the part of the schema for a key; None: there is none."""
    for key in path:
        schema = _table_of(schema)
        schema = schema.get("additionalProperties") if key == "*" else schema.get("properties", {}).get(key)
        if not isinstance(schema, dict):
            return None
    return schema


def _table_of(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the alternative that is a table."""
    return next((one for one in schema.get("anyOf", ()) if one.get("type") == "object"), schema)


if __name__ == "__main__":
    Path(SCHEMA).write_text(written(made_schema()), encoding="utf-8")
