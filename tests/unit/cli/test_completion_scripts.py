"""Tab works for a program that is not on the PATH, however it is typed."""

from pathlib import Path

import pytest
from typer import _completion_shared as typer_scripts

from importer.cli.completion_scripts import find_typed_program


@pytest.fixture(autouse=True)
def _own_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave typer's own templates as they are."""
    monkeypatch.setattr(typer_scripts, "_completion_scripts", dict(typer_scripts._completion_scripts))


def script(shell: str) -> str:
    """Return what is installed for a shell."""
    return typer_scripts.get_completion_script(
        prog_name="callbell-importer", complete_var="_CALLBELL_IMPORTER_COMPLETE", shell=shell
    )


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_a_shell_that_knows_the_name_alone_starts_the_program_by_its_path(tmp_path: Path, shell: str) -> None:
    """The completion itself keeps the plain name, by which shells find it."""
    program = tmp_path / "bin" / "callbell-importer"
    find_typed_program(str(program))
    shown = script(shell)
    assert f" {program})" in shown
    assert " callbell-importer)" not in shown
    assert {"zsh": "#compdef callbell-importer\n", "fish": "--command callbell-importer "}[shell] in shown


@pytest.mark.parametrize("name", ["callbell-importer", "my programs/callbell-importer"])
@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_what_is_on_the_path_or_would_need_quotes_stays(shell: str, name: str) -> None:
    """The plain name follows the program to where it is put later."""
    before = script(shell)
    find_typed_program(name)
    assert script(shell) == before


def test_templates_of_another_typer_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are no part of what it promises."""
    monkeypatch.delattr(typer_scripts, "_completion_scripts")
    find_typed_program("bin/callbell-importer")
