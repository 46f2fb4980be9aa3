"""Tables that people really have, through the commands: encodings, headers, totals, lines in quotes, short rows."""

import io
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from importer.commands.context import CommandContext
from importer.commands.init import write_config
from importer.commands.run import import_files
from importer.model.errors import InputError
from importer.settings import settle
from tests.support.commands import give, read, results, table
from tests.support.paths import PEOPLE_FILES

REHEARSALS = Path("reports") / "rehearsals"
TITLE = '[columns]\nidentifier = "Teléfono móvil"\nname = "Cliente"\n'
COLUMNS = '[input]\nno_header = true\n\n[columns]\nidentifier = "A"\nname = "B"\n'


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports, journal and config are the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / "journal.sqlite3"))


@pytest.mark.parametrize(
    ("name", "options", "count", "note"),
    [
        ("cp850.csv", [], 2, '"Víctor"'),
        ("mix2.csv", [], 2, '"Begoña"'),
        ("title_total.csv", ["--header-row", "4", "--country", "ES"], 2, "row 8"),
        ("two_headers.csv", ["--header-row", "2"], 2, ""),
        ("wholeline.csv", [], 2, "in quotes as a whole"),
        ("short.csv", [], 3, "end early"),
    ],
)
def test_every_customer_of_the_file_would_be_sent(name: str, options: list[str], count: int, note: str) -> None:
    """And what was made of the file is said once."""
    Path("config.toml").write_text(TITLE if name == "title_total.csv" else "", encoding="utf-8")
    said = give("check", PEOPLE_FILES / name, *options, "--json")
    assert said.exit_code == 0
    assert (said.summary["rows"]["read"], said.summary["rows"]["would_be_sent"]) == (count, count)
    notes = said.summary["sheets"][0]["notes"]
    assert [one for one in notes if note in one] if note else notes == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("vcf.csv", "is a vCard"),
        ("title_total.csv", "--header-row 4"),
        ("two_headers.csv", "--header-row 2"),
        ("noheader.csv", "--no-header"),
    ],
)
@pytest.mark.parametrize("command", ["check", "run", "init"])
def test_a_file_that_is_no_table_as_it_stands_says_what_to_do(command: str, name: str, sentence: str) -> None:
    """Exit code 3, and the option."""
    said = give(command, PEOPLE_FILES / name)
    assert said.exit_code == 3
    assert sentence in said.stderr


def test_cp850_is_sent_as_it_was_written() -> None:
    """The names arrive."""
    assert give("run", PEOPLE_FILES / "cp850.csv", "--sandbox", "--yes").exit_code == 0
    assert [row["name"] for row in results(REHEARSALS)] == ["Víctor Muñoz", "Begoña Peña"]


def test_a_table_without_a_header_is_sent_and_its_failed_rows_come_back() -> None:
    """The config names the columns by their letters, and fits the report too."""
    Path("config.toml").write_text(COLUMNS, encoding="utf-8")
    table(Path("a.csv"), [("+34611223422", "Quim"), ("12", "Rita")])
    assert give("run", "a.csv", "--sandbox", "--yes").exit_code == 1
    assert [(row["row"], row["status"]) for row in results(REHEARSALS)] == [("1", "created"), ("2", "invalid")]
    (failed,) = REHEARSALS.glob("*/failed.csv")
    (row,) = read(failed)
    assert (row["A"], row["B"], row["import_row"]) == ("12", "Rita", "2")
    failed.write_text(failed.read_text(encoding="utf-8-sig").replace("12,", "+34611223423,", 1), encoding="utf-8")
    said = give("check", failed, "--json")
    assert (said.exit_code, said.summary["rows"]["read"], said.summary["rows"]["would_be_sent"]) == (0, 1, 1)


def test_what_no_header_says_is_an_option_of_the_commands() -> None:
    """`--no-header` and the config's key are the same."""
    Path("config.toml").write_text(COLUMNS.partition("\n\n")[2], encoding="utf-8")
    shutil.copy(PEOPLE_FILES / "noheader.csv", "a.csv")
    assert give("check", "a.csv").exit_code == 3
    assert give("check", "a.csv", "--no-header").exit_code == 0
    assert "no header, 2 columns" in give("check", "a.csv", "--no-header").stderr
    assert give("run", "a.csv", "--no-header", "--sandbox", "--yes").exit_code == 0


def test_a_row_without_cells_that_are_not_sent_is_right_and_said_once() -> None:
    """Some other rows end with an empty cell, so the writer leaves none out."""
    table(Path("a.csv"), [("Phone", "Name", "City"), ("+34611223422", "Quim", ""), ("+34611223423", "Rita")])
    said = give("check", "a.csv", "--json")
    assert said.summary["rows"]["would_be_sent"] == 2
    (warning,) = said.summary["warnings"]
    assert (warning["code"], warning["count"], warning["rows"]) == ("row_short", 1, [3])


def test_a_row_without_cells_that_are_sent_is_refused() -> None:
    """It is not certain which are missing."""
    table(Path("a.csv"), [("Phone", "Name", "Tags"), ("+34611223422", "Quim", ""), ("+34611223423", "Rita")])
    said = give("check", "a.csv", "--json")
    assert (said.exit_code, said.summary["rows"]["would_be_sent"]) == (1, 1)
    assert [problem["code"] for problem in said.summary["problems"]] == ["width_wrong"]


def test_totals_are_said_by_a_run_too() -> None:
    """After the rows were read."""
    Path("config.toml").write_text(TITLE, encoding="utf-8")
    options = ("--header-row", "4", "--country", "ES", "--sandbox", "--yes")
    said = give("run", PEOPLE_FILES / "title_total.csv", *options)
    assert said.exit_code == 0
    assert said.stderr.count("as totals and no contacts: row 8") == 1


class Asked(Exception):  # noqa: N818 - it ends a test
    """Somebody was asked."""


def asked(question: str) -> str:
    """Answer nothing."""
    raise Asked(question)


def doubted(question: str) -> bool:
    """Answer nothing."""
    raise Asked(question)


def test_the_word_is_shown_before_the_question() -> None:
    """A person who sees how it reads can say no."""
    settings = settle({"sandbox": True}, {})
    path = str(PEOPLE_FILES / "cp850.csv")
    begins: list[Callable[[CommandContext], object]] = [
        partial(write_config, file=path, path=Path("new.toml")),
        partial(import_files, files=[path]),
    ]
    for begin in begins:
        stream = io.StringIO()
        context = CommandContext(settings=settings, environment={}, stream=stream, ask_line=asked, confirm=doubted)
        with pytest.raises(Asked):
            begin(context)
        assert '"Víctor"' in stream.getvalue()
        assert '"VĪctor"' in stream.getvalue()


def test_the_word_is_shown_where_the_mapping_fails() -> None:
    """The encoding may be why no header is known."""
    Path("a.csv").write_bytes("Numéro;Qui\n1;Hélène\n".encode("cp1252"))
    for command in ("check", "run"):
        said = give(command, "a.csv", *(["--sandbox"] if command == "run" else []))
        assert said.exit_code == 3
        assert "it was read as Windows-1252" in said.stderr
    with pytest.raises(InputError, match="cannot be told"):
        write_config(CommandContext(settings=settle({}, {}), environment={}, stream=io.StringIO()), "a.csv", Path("c"))


def test_a_person_may_insist_on_a_header_row() -> None:
    """By the option or the config, whatever another row looks like: the rows below it are rows."""
    table(Path("a.csv"), [("X1", "X2"), ("Phone", "Name"), ("+34611223422", "Quim")])
    columns = '[columns]\nidentifier = "X1"\nname = "X2"\n'
    for config, options in ((columns, ["--header-row", "1"]), (f"[input]\nheader_row = 1\n{columns}", [])):
        Path("config.toml").write_text(columns, encoding="utf-8")
        said = give("check", "a.csv")
        assert said.exit_code == 3
        assert "--header-row 2" in said.stderr
        assert "If it is row 1 nevertheless, say --header-row 1." in said.stderr
        Path("config.toml").write_text(config, encoding="utf-8")
        rows = give("check", "a.csv", *options, "--json").summary["rows"]
        assert (rows["read"], rows["would_be_sent"], rows["invalid"]) == (2, 1, 1)
