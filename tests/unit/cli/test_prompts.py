"""The questions as they stand on a terminal."""

import shutil

import pytest

from importer.cli.prompts import wrapped_question


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal has 60 columns."""
    monkeypatch.setenv("COLUMNS", "60")
    assert shutil.get_terminal_size().columns == 60


def test_a_question_is_wrapped_between_words() -> None:
    """No word is broken, not even at a hyphen."""
    assert wrapped_question(f"{'a' * 50} well-known [Y/n]") == f"{'a' * 50}\nwell-known [Y/n]"


def test_a_command_in_a_question_can_be_copied_whole() -> None:
    """It stands on a line of its own, however long it is: only spaces between its words are added."""
    command = "callbell-importer undo 20261123-020000-contacts --journal /srv/j.sqlite3"
    asked = wrapped_question(f"The undo is not finished. Finish it first: {command}\nSend all the same? [y/N]")
    first, told, last = asked.splitlines()
    assert (first, last) == ("The undo is not finished. Finish it first:", "Send all the same? [y/N]")
    assert told.split() == command.split()
