"""What is told of the sheets of a run: once, though the same files come every night."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from importer.sandbox import Sandbox
from tests.support.commands import TOKEN, give, serving

ROWS = "Teléfono;Nombre;Ciudad\n+34600000001;Begoña Muñoz;Málaga\n+34600000002;José Peña;Cádiz\n"
ENCODING, GUESS = "Encoding guessed", "the columns, by their headers and values"
RUN = ("run", "clientes.csv", "--yes", "--rate", "0")


@pytest.fixture(autouse=True)
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox whose address is in the environment, and a folder with a list that an old Excel wrote."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    Path("clientes.csv").write_text(ROWS, encoding="cp1252")
    with serving() as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        yield sandbox


def told(*command: str) -> list[bool]:
    """Give the command; return whether it told the encoding and the columns that it guessed."""
    said = give(*command).stderr
    return [text in said for text in (ENCODING, GUESS)]


def test_the_same_notes_are_told_once() -> None:
    """They are told again with `--verbose`, and where another column, or another file, is read."""
    assert told(*RUN) == [True, True]
    assert told(*RUN) == [False, False]
    assert told(*RUN, "--verbose") == [True, True]
    Path("clientes.csv").write_text(ROWS.replace("Ciudad", "Apellidos"), encoding="cp1252")
    assert told(*RUN) == [False, True]
    Path("others.csv").write_text(ROWS, encoding="cp1252")
    assert told("run", "others.csv", "--yes") == [True, True]


def test_what_the_rehearsal_told_is_not_told_again() -> None:
    """Though its journal is another one."""
    assert told(*RUN, "--sandbox") == [True, True]
    assert told(*RUN) == [False, False]


def test_a_damaged_journal_of_rehearsals_stops_no_run(tmp_path: Path) -> None:
    """It is only looked into for what was told."""
    assert told(*RUN, "--sandbox") == [True, True]
    (rehearsals,) = tmp_path.glob("state/*/sandbox.sqlite3")
    content = rehearsals.read_bytes()
    rehearsals.write_bytes(content[:4096] + b"\x55" * 4096 + content[2 * 4096 :])  # it can be opened, and not read
    said = give(*RUN)
    assert said.exit_code == 0
    assert ENCODING in said.stderr


@pytest.mark.skipif(os.name == "nt", reason="terminals are POSIX's")
def test_what_to_do_about_a_column_that_is_not_sent_is_told_once() -> None:
    """That it is not sent is seen above each last question, and no command is meant for whoever knows it."""
    from tests.support.answered_terminal import on_a_terminal  # noqa: PLC0415 - terminals are POSIX's

    for rows, is_told in (("", True), ("+34600000003;Eva;Cádiz\n", False)):
        Path("clientes.csv").write_text(ROWS + rows, encoding="cp1252")
        shown = on_a_terminal("run", "clientes.csv", answers=[("Import them?", "\n")]).shown
        assert ("not sent            Ciudad\n" in shown, "make a custom field" in shown) == (True, is_told)


def test_what_nobody_saw_is_told() -> None:
    """The last run was to be quiet, or never came to its end."""
    assert told(*RUN, "--quiet") == [False, False]
    assert told(*RUN) == [True, True]


def test_notes_on_rows_that_are_not_sent_are_told_each_time() -> None:
    """Somebody may have to do something about them."""
    text = ROWS + "Total;2;\n"
    Path("clientes.csv").write_text(text, encoding="utf-8")
    for _ in range(2):
        assert "What stands below the table was left out" in give(*RUN).stderr


@pytest.mark.parametrize("how", ["variable", "config"])
def test_what_a_quiet_run_did_not_tell_is_told_however_it_was_made_quiet(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable or the config may say it as well as the option."""
    if how == "variable":
        monkeypatch.setenv("CALLBELL_IMPORTER_QUIET", "true")
    else:
        Path("config.toml").write_text("[run]\nquiet = true\n", encoding="utf-8")
    assert told(*RUN) == [False, False]
    monkeypatch.delenv("CALLBELL_IMPORTER_QUIET", raising=False)
    Path("config.toml").unlink(missing_ok=True)
    assert told(*RUN) == [True, True]


def test_a_retry_tells_no_notes_so_they_are_told_after_it() -> None:
    """Of a run that was to be quiet, whose retry was not."""
    assert give(*RUN, "--quiet", "--tag", "Unknown").exit_code == 1
    assert give("retry", "--tag", "VIP", "--rate", "0").exit_code == 0
    assert told(*RUN) == [True, True]


def test_the_encoding_of_a_file_of_ours_is_told_only_where_its_text_is_new() -> None:
    """A spreadsheet program saved failed.csv in its own: the run that wrote it knows the word that is in question."""
    rows = f"{ROWS}600;José Castañeda;Cádiz\n"
    Path("clientes.csv").write_text(rows, encoding="utf-8")
    failed = Path(give(*RUN, "--json").summary["reports"]["failed"][0])
    text = failed.read_text(encoding="utf-8-sig")
    again = ("run", failed, "--yes", "--rate", "0")
    for name, is_told in (("Castañeda", False), ("Ibáñez", True)):
        failed.write_text(text.replace("Castañeda", name), encoding="cp1252")
        assert [ENCODING in give(*again).stderr for _ in range(2)] == [is_told, False]
        assert ENCODING in give(*again, "--verbose").stderr
