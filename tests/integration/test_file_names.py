"""Names of files as people type them."""

import json
from pathlib import Path

import pytest

from tests.support.commands import give


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("command", ["run", "check", "init", "schedule"])
def test_a_name_with_spaces_is_told_in_quotes(command: str) -> None:
    """A shell makes two words of it, and neither is a file; the command as it should have been is told."""
    Path("Clientes 2026.csv").write_text("Phone,Name\n+34600111222,Ana\n", encoding="utf-8")
    said = give(command, "Clientes", "2026.csv", "--country", "ES")
    assert said.exit_code == 2
    assert "name with spaces in it has to be put in quotes" in said.stderr
    assert f"callbell-importer {command} 'Clientes 2026.csv' --country ES\n" in said.stderr


def test_a_program_is_told_so_too() -> None:
    """The object on standard output has the same sentence."""
    Path("my list.csv").write_text("Phone,Name\n+34600111222,Ana\n", encoding="utf-8")
    said = give("run", "my", "list.csv", "--json")
    assert said.exit_code == json.loads(said.stdout)["exit_code"] == 2
    assert "'my list.csv'" in json.loads(said.stdout)["error"]["message"]


def test_words_that_are_too_long_for_a_name_are_none() -> None:
    """They are options' values, and no defect."""
    said = give("check", "list.csv", "--tag", "x" * 5000, "--country", "ES")
    assert said.exit_code == 3
    assert "list.csv" in said.stderr
