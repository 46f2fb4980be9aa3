"""The files of a command are opened, and what reads their rows is imported meanwhile."""

import io
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from importer.commands.context import CommandContext
from importer.commands.input import open_sheets as module
from importer.commands.input.fetch import InputFile
from importer.commands.input.open_sheets import open_sheets
from importer.model.errors import InputError
from importer.settings import settle
from tests.support.commands import customers


def local(path: Path) -> InputFile:
    """Return a file of this computer."""
    return InputFile(name=str(path), path=str(path))


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandContext:
    """What a command is given, in a folder of its own, where nobody can be asked."""
    monkeypatch.chdir(tmp_path)
    return CommandContext(settings=settle({}, {}), environment={}, stream=io.StringIO())


@pytest.mark.parametrize("broken", [lambda: None, lambda: 1 / 0])
def test_what_reading_needs_is_imported_on_a_thread(
    context: CommandContext, monkeypatch: pytest.MonkeyPatch, broken: Callable[[], object]
) -> None:
    """If that fails, it is told by who reads."""
    imported = threading.Event()

    def preload() -> None:
        assert threading.current_thread() is not threading.main_thread()
        imported.set()
        broken()

    monkeypatch.setattr(module, "preload", preload)
    with open_sheets(context, [local(customers(Path("contacts.csv")))]) as readers:
        assert imported.wait(10)
        assert [reader.sheet.header for reader in readers] == [("Phone", "Name")]


def test_one_file_that_cannot_be_opened_closes_the_others(context: CommandContext) -> None:
    """Windows lets nobody delete or move a file that is open."""
    first = customers(Path("contacts.csv"))
    with pytest.raises(InputError), open_sheets(context, [local(first), local(Path("nowhere.csv"))]):
        pass
    first.unlink()
