"""An input file is the same from its opening to its last row."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from importer.model.errors import InputError
from importer.readers.files import FileState, no_spreadsheet

CONTENT = "phone,name\n34600111222,Ana\n"


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.csv"
    path.write_text(CONTENT, "utf-8")
    return path


def replace(path: Path) -> None:
    """Put another file of the same size and time in its place, as a program does that saves."""
    before, other = path.stat(), path.with_name("other")
    other.write_text(CONTENT.replace("Ana", "Eva"), "utf-8")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def overwrite(path: Path) -> None:
    """Write as much into it, later."""
    seen = path.stat().st_mtime_ns
    path.write_text(CONTENT.replace("Ana", "Eva"), "utf-8")
    os.utime(path, ns=(seen, seen + 1_000_000))


def append(path: Path) -> None:
    """Write more into it, in the same moment."""
    seen = path.stat().st_mtime_ns
    path.write_text(f"{CONTENT}34600333444,Eva\n", "utf-8")
    os.utime(path, ns=(seen, seen))


@pytest.mark.parametrize("change", [replace, overwrite, append])
def test_a_file_that_is_changed_or_replaced_is_noticed(path: Path, change: Callable[[Path], None]) -> None:
    """Whatever stays the same of size, time and place: the sentence says that it may not have been whole."""
    state = FileState(str(path))
    state.check()
    change(path)
    with pytest.raises(InputError, match=r"contacts\.csv was changed while it was being read"):
        state.check()


def test_the_open_file_is_the_one_that_was_looked_at(path: Path) -> None:
    """By its descriptor, which stays with the old file when another takes its name."""
    state = FileState(str(path))
    with path.open("rb") as file:
        replace(path)
        state.check(file.fileno())
    with path.open("rb") as file, pytest.raises(InputError, match="was changed"):
        state.check(file.fileno())


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("contact.csv", "contacts.csv"),
        ("Contatcs.csv", "contacts.csv"),
        ("contacts.xlsx", "contacts.csv"),
        ("clients.csv", ""),
        ("list.csv", ""),
        ("folder.cs", ""),
        ("contact\0.csv", "contacts.csv"),
    ],
)
def test_a_name_that_is_nearly_right_is_told(path: Path, wrong: str, meant: str) -> None:
    """Of a file in the same folder; where none is near, nothing is suggested."""
    path.with_name("folder.csv").mkdir()
    with pytest.raises(InputError, match="There is no file") as raised:
        FileState(str(path.with_name(wrong)))
    said = f"Did you mean {path.with_name(meant)}? Else check the name" if meant else "Check the name"
    assert raised.value.hint.startswith(said)


def test_a_name_without_its_ending_is_told_too(path: Path) -> None:
    """A file that is not there is no other kind of file."""
    error = no_spreadsheet(str(path.with_name("contacts")))
    assert error.message == f"There is no file {path.with_name('contacts')}."
    assert error.hint.startswith(f"Did you mean {path}?")


@pytest.mark.parametrize("wrong", ["gone/contacts.csv", "contacts.csv/contact.csv"])
def test_a_folder_that_is_missing_is_not_looked_into(path: Path, wrong: str) -> None:
    """The file is told as missing all the same."""
    with pytest.raises(InputError, match="There is no file") as raised:
        FileState(str(path.parent / wrong))
    assert raised.value.hint == "Check the name, and whether it has been put there yet."


def test_a_folder_is_only_spoken_of_where_somebody_is_in_one() -> None:
    """A night has whole paths."""
    with pytest.raises(InputError, match="There is no file") as raised:
        FileState("gone/contacts.csv")
    assert raised.value.hint == "Check the name, and the folder you are in."


def test_a_file_that_is_gone_is_told(path: Path) -> None:
    """As one that was never there."""
    state = FileState(str(path))
    path.unlink()
    with pytest.raises(InputError, match=r"There is no file .*contacts\.csv"):
        state.check()


def test_an_empty_export_says_what_to_do_once_it_is_whole(path: Path) -> None:
    """At night nobody is at a spreadsheet: a notice names the command behind these words."""
    path.write_bytes(b"")
    with pytest.raises(InputError, match=r"is empty\.$") as caught:
        FileState(str(path))
    assert "give the same command again" in caught.value.hint
