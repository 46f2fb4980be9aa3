"""Commands as a person can copy them."""

import shlex
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.system import runtime
from importer.system.shell import command_words, importer_command, quote


@pytest.fixture(autouse=True, scope="module")
def _posix() -> Iterator[None]:
    """Commands are for POSIX' shells unless a test says otherwise."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(runtime, "WINDOWS", False)
        yield


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_a_posix_shell_takes_a_quoted_word_for_one(word: str) -> None:
    """Whatever is in it."""
    assert shlex.split(quote(word)) == [word]


@pytest.mark.parametrize("word", ["my file.csv", "R&D.csv", "a(1).csv", "a;b.csv", "año^2.csv"])
def test_windows_words_are_in_double_quotes(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """Where they hold what one of its shells gives a meaning to."""
    monkeypatch.setattr(runtime, "WINDOWS", True)
    assert quote(word) == f'"{word}"'


@pytest.mark.parametrize("word", ["contacts.csv", r"C:\Users\ana\año.csv", "--rate", "~/a"])
def test_plain_windows_words_stay_as_they_are(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """A backslash is a plain character there."""
    monkeypatch.setattr(runtime, "WINDOWS", True)
    assert quote(word) == word


def test_the_system_decides_where_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands are copied on the same computer."""
    for windows, quoted in ((True, '"a b"'), (False, "'a b'")):
        monkeypatch.setattr(runtime, "WINDOWS", windows)
        assert quote("a b") == quoted


def test_a_command_has_its_options() -> None:
    """Flags, values, repeated options; what is empty is left out, and a zero is a value."""
    options = [("yes", True), ("rate", 0), ("tag", ["A", "B C"]), ("country", ""), ("quiet", False), ("config", None)]
    assert importer_command("run", "my file.csv", options=options) == (
        "callbell-importer run 'my file.csv' --yes --rate 0 --tag A --tag 'B C'"
    )


@pytest.mark.parametrize(
    ("line", "on_windows", "words"),
    [
        ("/bin/alert --high 'two words' $HOME;x", False, ("/bin/alert", "--high", "two words", "$HOME;x")),
        ('"C:\\Program Files\\alert.exe" --high %PATH%', True, ("C:\\Program Files\\alert.exe", "--high", "%PATH%")),
        ("C:\\bin\\alert.exe", True, ("C:\\bin\\alert.exe",)),
        ("", False, ()),
    ],
)
def test_the_words_of_a_command(
    line: str,
    on_windows: bool,  # noqa: FBT001 - a parameter of the test
    words: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Quotes hold a word together; a backslash is one on Windows; nothing is expanded."""
    monkeypatch.setattr(runtime, "WINDOWS", on_windows)
    assert command_words(line) == words
