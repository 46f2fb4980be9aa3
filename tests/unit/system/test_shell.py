"""Commands as a person can copy them."""

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.plain_text import wrapped_text
from importer.system import runtime, shell
from importer.system.shell import (
    as_typed,
    command_words,
    empty_file_command,
    importer_command,
    importer_name,
    program_command,
    quote,
    short_path,
    variable_command,
)


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


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, in which nothing is on the PATH."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/usr/bin")
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("callbell-importer", "callbell-importer"),  # found on the PATH, whatever that is
        ("./callbell-importer", "./callbell-importer"),
        ("dist/callbell-importer", "dist/callbell-importer"),
        ("my programs/callbell-importer", "'my programs/callbell-importer'"),
        ("/opt/importer/callbell-importer", "/opt/importer/callbell-importer"),
        ("/opt/importer/__main__.py", "callbell-importer"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_is_not_on_the_path_is_told_with_its_path(typed: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever unpacked the program somewhere types where it is."""
    monkeypatch.setattr(sys, "argv", [typed])
    assert importer_name() == told
    assert importer_command("runs") == f"{told} runs"


def test_a_folder_on_the_path_needs_no_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if somebody typed one."""
    monkeypatch.setenv("PATH", f"/usr/bin:{folder}")
    monkeypatch.setattr(sys, "argv", ["./callbell-importer"])
    assert importer_name() == "callbell-importer"


@pytest.mark.usefixtures("folder")
def test_powershell_calls_a_quoted_program_with_an_ampersand(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text alone would only be shown."""
    monkeypatch.setattr(runtime, "WINDOWS", True)
    monkeypatch.setattr(sys, "argv", ["my programs/callbell-importer.exe"])
    assert importer_name() == '& "my programs/callbell-importer.exe"'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Make one with: callbell-importer run FILE", "Make one with: ./callbell-importer run FILE"),
        ("`callbell-importer runs` lists them", "`./callbell-importer runs` lists them"),
        ("./callbell-importer retry x", "./callbell-importer retry x"),
        ('"keyring set callbell-importer token"', '"keyring set callbell-importer token"'),
        ("/home/ana/callbell-importer here/a.csv", "/home/ana/callbell-importer here/a.csv"),
        ("callbell-importer 0.1.0", "callbell-importer 0.1.0"),
        ("cron job callbell-importer of root", "cron job callbell-importer of root"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_commands_in_texts_are_told_as_they_are_typed(text: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path, a version, a job of cron and what the keyring has are no commands."""
    monkeypatch.setattr(sys, "argv", ["./callbell-importer"])
    assert as_typed(text) == told


@pytest.mark.parametrize(
    "name", ["callbell-importer", "./callbell-importer", '& "C:\\my programs\\callbell-importer.exe"']
)
def test_a_command_is_not_broken(name: str) -> None:
    """However it is called, it is copied as a whole: only spaces between its words are added."""
    command = f"{name} run a-very-long-name-of-a-file.xlsx --country ES"
    wrapped = wrapped_text(f"  {command}", 30)
    assert "\n" not in wrapped
    assert shlex.split(wrapped, posix=False) == shlex.split(command, posix=False)


@pytest.mark.parametrize(
    ("on_windows", "line"),
    [(False, "export CALLBELL_API_TOKEN='a b'"), (True, '$env:CALLBELL_API_TOKEN = "a b"')],
)
def test_a_variable_is_set_for_all_commands_that_follow(
    on_windows: bool,  # noqa: FBT001 - a parameter of the test
    line: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a line of its own, as the shell wants it."""
    monkeypatch.setattr(runtime, "WINDOWS", on_windows)
    assert variable_command("CALLBELL_API_TOKEN", "a b") == line


def test_the_program_that_runs_is_named_and_no_other_installation(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where the PATH has another one."""
    for where in ("other", "my own"):
        (folder / where).mkdir()
        (folder / where / "callbell-importer").write_text("#!/bin/sh\n", "utf-8")
        (folder / where / "callbell-importer").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder / "other"))
    monkeypatch.setattr(sys, "argv", ["my own/callbell-importer"])
    own = folder / "my own" / "callbell-importer"
    assert program_command() == f"'{own}'"
    monkeypatch.setattr(runtime, "WINDOWS", True)
    assert program_command() == f'& "{own}"'


def test_the_standalone_build_needs_no_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a program itself; elsewhere Python runs the package where the command is not found."""
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(sys, "executable", "/opt/importer/callbell-importer")
    monkeypatch.setattr(sys, "argv", ["/opt/importer/__main__.py"])
    assert program_command() == "/opt/importer/callbell-importer -m importer"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert program_command() == "/opt/importer/callbell-importer"


def test_paths_are_whole_where_they_are_read_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cron mails, or a service logs, is read in another folder than the one in which it was written."""
    monkeypatch.chdir(tmp_path)
    assert short_path(tmp_path / "reports") == "reports"
    monkeypatch.setattr(shell, "is_terminal", lambda _stream: False)
    assert short_path(tmp_path / "reports") == short_path("reports") == str(tmp_path / "reports")
    monkeypatch.chdir("/")
    assert short_path(tmp_path) == str(tmp_path)


@pytest.mark.parametrize("is_here", [True, False])
def test_an_address_is_no_path(monkeypatch: pytest.MonkeyPatch, *, is_here: bool) -> None:
    """It is told as it is, wherever it is read."""
    monkeypatch.setattr(shell, "is_terminal", lambda _stream: is_here)
    assert short_path("https://example.com/a.csv") == "https://example.com/a.csv"


def test_a_config_that_is_found_here_is_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But where the command is read elsewhere, then with its whole path, or where a variable names one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CALLBELL_IMPORTER_CONFIG", raising=False)
    monkeypatch.setattr(shell, "is_terminal", lambda _stream: True)
    config = tmp_path / "config.toml"
    options = [("config", str(config)), ("country", "ES")]
    named = f"callbell-importer run a.csv --config {config} --country ES"
    named_here = named.replace(str(config), "config.toml")
    assert importer_command("run", "a.csv", options=options) == named_here
    config.touch()
    assert importer_command("run", "a.csv", options=options) == "callbell-importer run a.csv --country ES"
    assert importer_command("run", "a.csv", options=options, from_anywhere=True) == named
    monkeypatch.setattr(shell, "is_terminal", lambda _stream: False)
    assert importer_command("run", "a.csv", options=options) == named
    monkeypatch.setattr(shell, "is_terminal", lambda _stream: True)
    monkeypatch.setenv("CALLBELL_IMPORTER_CONFIG", "other.toml")
    assert importer_command("run", "a.csv", options=options) == named_here
    monkeypatch.setenv("CALLBELL_IMPORTER_CONFIG", "config.toml")
    assert importer_command("run", "a.csv", options=options) == named_here


def test_an_empty_file_belongs_to_whose_journal_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a service tells is given by root, whose file would not be its; on a terminal it is one's own."""
    monkeypatch.setattr(shell, "is_terminal", lambda _stream: False)
    assert empty_file_command("/j.sqlite3", "callbell") == "install -m 600 -o callbell /dev/null /j.sqlite3"
    monkeypatch.setattr(shell, "is_terminal", lambda _stream: True)
    assert empty_file_command("/my j.sqlite3", "ana") == "touch '/my j.sqlite3'"
    monkeypatch.setattr(runtime, "WINDOWS", True)
    assert empty_file_command("j.sqlite3", "ana") == "New-Item j.sqlite3"
