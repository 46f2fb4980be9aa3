"""What is suggested for an option that does not exist."""

import pytest
from typer.testing import CliRunner

from importer.cli.command_line import app
from importer.cli.near_options import near_options

OPTIONS = ("--account", "--concurrency", "--country", "--dry-run", "--log-file", "--log-format", "--wait", "--yes")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("--contry", ["--country"]),
        ("--dryrun", ["--dry-run"]),
        ("--DRY-RUN", ["--dry-run"]),
        ("--log", ["--log-file", "--log-format"]),
        ("--pais", ["--country"]),
        ("--país", ["--country"]),
        ("--PAYS", ["--country"]),
        ("--si", ["--yes"]),
        ("--hoja", []),
        ("--phone", []),
        ("--x", []),
        ("--", []),
    ],
)
def test_only_what_is_near_or_the_same_word_is_suggested(name: str, expected: list[str]) -> None:
    """And only what the command has: one without sheets has no --sheet."""
    assert near_options(name, OPTIONS) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("run c.csv --pais BR", "No such option: --pais (Possible options: --country)"),
        ("run c.csv --país=BR", "No such option: --país (Possible options: --country)"),
        ("check c.csv --hoja Clientes", "No such option: --hoja (Possible options: --sheet)"),
        ("run --archivo c.csv", "No such option: --archivo (the file needs no option: run FILE...)"),
        ("init --fichier c.csv", "No such option: --fichier (the file needs no option: init FILE)"),
        ("explain --archivo x", "No such option: --archivo"),
        ("run c.csv --phone Tel", "No such option: --phone"),
        ("--pais run", "No such option: --pais"),
    ],
)
def test_the_message_names_the_option_that_is_meant(words: str, expected: str) -> None:
    """On a line of its own, after how the command is used."""
    said = CliRunner().invoke(app, words.split())
    assert said.exit_code == 2
    assert f"Error: {expected}" in said.stderr.splitlines()
