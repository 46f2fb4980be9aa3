"""Exports of programs are known by their headers."""

import tomllib
from collections.abc import Mapping

import pytest

from importer.mapper.mapping_guess import guess
from tests.support.paths import ROOT

EXPORTS = tomllib.loads((ROOT / "tests" / "support" / "export_headers.toml").read_text(encoding="utf-8"))["exports"]


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export["what"])
def test_an_export_is_named_and_mapped(export: Mapping[str, str]) -> None:
    """By its header alone, which values only bear out; one that no line names is mapped by its words."""
    guessed = guess(tuple(export["header"].split(",")))
    notes = [note for note in guessed.notes if note.startswith("This looks like")]
    assert notes == ([f"This looks like {export['what']}."] if export["what"] else [])
    assert (guessed.columns.identifier, guessed.columns.name) == (export["identifier"], export["name"])
