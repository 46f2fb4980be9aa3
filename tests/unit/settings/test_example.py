"""config.example.toml says what the code does."""

import tomllib

import pytest

from importer.settings import Settings, settle
from importer.settings.config_file import key_lines
from importer.settings.config_tables import TABLES, AccountTable, CustomFieldTable, keys_of
from tests.support.paths import ROOT

EXAMPLE = ROOT / "config.example.toml"


def uncommented(text: str) -> str:
    """Return the example with its commented settings in force."""
    return "\n".join(
        line.removeprefix("# ")
        if line.startswith("# ") and (" = " in line or line.startswith(("# [values", "# [input", "# [accounts")))
        else line
        for line in text.splitlines()
    )


@pytest.fixture
def text() -> str:
    """Return the example as it is delivered."""
    return EXAMPLE.read_text(encoding="utf-8")


def test_the_example_as_it_is_says_the_defaults(text: str) -> None:
    """Whoever copies the file changes nothing."""
    assert settle({}, {}, text) == Settings()


def test_the_example_with_everything_in_force_is_right(text: str) -> None:
    """The commented settings are right too."""
    settings = settle({}, {}, uncommented(text))
    assert settings.mapping_given
    assert len(settings.mapping.columns.custom_fields) == 5


def test_the_example_holds_every_key_and_no_other(text: str) -> None:
    """A key that is added to the code is added to the example."""
    lines = set(key_lines(uncommented(text)))
    keys = {(table, key) for table in TABLES for key in keys_of(table)}
    assert keys - lines == set()
    assert {path[3] for path in lines if path[:2] == ("columns", "custom_fields") and len(path) == 4} == set(
        CustomFieldTable.model_fields
    )
    assert {path[2] for path in lines if path[0] == "accounts" and len(path) == 3} == set(AccountTable.model_fields)


def test_every_key_has_its_sentence(text: str) -> None:
    """No setting stands there without a word about it."""
    settings = [line for line in uncommented(text).splitlines() if " = " in line and not line.startswith("#")]
    silent = [
        line
        for line in settings
        if "  # " not in line and not line.startswith(('"Billing', '"Features', '"activo', '"Consent'))
    ]
    assert [line for line in silent if " # " not in line] == []


def test_lines_are_those_of_the_file() -> None:
    """Each key is found where it stands, whatever its value looks like."""
    toml = (
        'a.b = 1\r\n[t."x y"]\nk = """\n[no]\nz = 1\n"""\nlist = [\n 1, # ]\n]\n'
        "i = {p = 1}\n\n[[m]]\nq = 1\n[[m]]\nq = 2\n"
    )
    tomllib.loads(toml)
    table = ("t", "x y")
    assert key_lines(toml) == {
        ("a",): 1,
        ("a", "b"): 1,
        ("t",): 2,
        table: 2,
        (*table, "k"): 3,
        (*table, "list"): 7,
        (*table, "i"): 10,
        (*table, "i", "p"): 10,
        ("m",): 12,
        ("m", "q"): 13,
    }
