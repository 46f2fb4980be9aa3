"""`init` as its users meet it: what it shows, asks and writes."""

import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from importer.commands.context import CommandContext, CommandResult
from importer.commands.init import write_config
from importer.model.errors import DeclinedError, InputError
from importer.settings import Settings, settle
from importer.system.shell import quote
from tests.support.commands import customers, give, table
from tests.support.paths import SAMPLES

CONFIG = Path("config.toml")
QUESTIONS = [("Ref", "Movil madre", "Movil padre", "Quien"), ("1a", "+34600111222", "+34600111223", "Ana Gil")]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written is the test's own."""
    monkeypatch.chdir(tmp_path)


def written(path: Path = CONFIG) -> Settings:
    """Return what the written config says."""
    return settle({}, {}, path.read_text(encoding="utf-8"))


def draft(file: Path, ask_line: Callable[[str], str] | None) -> CommandResult:
    """Write the config of a file, asking this person."""
    context = CommandContext(settings=Settings(), environment={}, stream=io.StringIO(), ask_line=ask_line)
    return write_config(context, str(file), CONFIG)


def answering(*lines: str) -> tuple[Callable[[str], str], list[str]]:
    """Return somebody who gives these answers, and what is asked."""
    left, asked = iter(lines), list[str]()

    def answer(question: str) -> str:
        asked.append(question)
        return next(left)

    return answer, asked


@pytest.mark.parametrize(
    ("sample", "options"),
    [("contacts.csv", ()), ("clientes.csv", ("--country", "ES")), ("customers.xlsx", ("--sheet", "Contacts"))],
)
def test_the_samples_get_a_config_that_checks_them(sample: str, options: Sequence[str]) -> None:
    """Without a terminal, and with no option given twice."""
    said = give("init", SAMPLES / sample, *options)
    assert said.exit_code == 0
    assert "The first rows as they would be sent:" in said.stderr
    assert re.search(r"\n  row 2: 34\d+; ", said.stderr)
    assert "sure: " in said.stderr
    assert give("check", SAMPLES / sample, "--journal", "j.sqlite3").exit_code == 0
    assert said.stdout == ""


def test_a_config_that_is_there_is_not_written_over() -> None:
    """Unless that is asked for, or said."""
    path = customers(Path("contacts.csv"))
    CONFIG.write_text("# mine\n", encoding="utf-8")
    said = give("init", path)
    assert said.exit_code == 2
    assert "--force" in said.stderr
    assert CONFIG.read_text(encoding="utf-8") == "# mine\n"
    no, _ = answering("n")
    with pytest.raises(DeclinedError, match="Nothing was written"):
        draft(path, no)
    assert give("init", path, "--force").exit_code == 0
    yes, asked = answering("y", "y")
    draft(path, yes)
    assert asked[0] == "config.toml is there. Write over it? [y/N]"
    assert written().mapping.columns.identifier == "Phone"


def test_a_config_elsewhere_is_read_from_there() -> None:
    """The last line is the next command."""
    said = give("init", customers(Path("my contacts.csv")), "-c", "other.toml")
    assert said.stderr.endswith(f"callbell-importer check {quote('my contacts.csv')} -c other.toml\n")
    assert not CONFIG.exists()
    assert written(Path("other.toml")).mapping.made_for == ("Phone", "Name")


def test_an_open_field_is_told_where_nobody_can_be_asked() -> None:
    """Exit code 3, nothing is written, and the config to fix is shown, with the name that was given."""
    said = give("init", table(Path("a.csv"), QUESTIONS), "-c", "my.toml")
    assert said.exit_code == 3
    assert "identifier: several columns could be it: Movil madre, Movil padre" in said.stderr
    assert '# identifier = "Movil padre"' in said.stderr
    assert "or write this config into my.toml and take the #" in said.stderr
    assert not Path("my.toml").exists()


MOSTLY_INVALID = {
    "no country": (
        [("Phone", "Name"), ("600 111 222", "Ana"), ("655 120 987", "Eva")],
        ["--country ES", "phone_no_country"],
    ),
    "no names": (
        [("Phone", "Name"), ("+34600111222", ""), ("+34600111223", ""), ("+34600111224", "Ana")],
        ["name_missing"],
    ),
    "no numbers": (
        [("Phone", "Name"), ("ask Ana", "Ana"), ("ask Eva", "Eva")],
        ["phone_letters", "2 of the first 2 rows"],
    ),
}


@pytest.mark.parametrize(("rows", "said"), MOSTLY_INVALID.values(), ids=MOSTLY_INVALID)
def test_no_config_is_written_with_which_most_rows_are_invalid(rows: list[tuple[str, ...]], said: list[str]) -> None:
    """Where nobody can be asked: exit code 3, what is wrong, and the config to fix."""
    told = give("init", table(Path("a.csv"), rows), "-c", "my.toml")
    assert told.exit_code == 3
    last = told.stderr.rstrip().splitlines()[-1]
    assert last.startswith("Give the same command with the option that is named or on a terminal, or write this config")
    assert last.endswith("into my.toml and fix it.")
    assert all(words in told.stderr for words in said)
    assert "[columns]" in told.stderr
    assert not Path("my.toml").exists()


def test_whoever_said_yes_is_told_that_this_is_why_nobody_is_asked() -> None:
    """They may be on a terminal; it is the last line, as a config is longer than a screen."""
    said = give("init", table(Path("a.csv"), QUESTIONS), "--yes")
    assert said.exit_code == 3
    how = "Give the command without --yes on a terminal, or write this config into config.toml and take the # from"
    assert said.stderr.rstrip().splitlines()[-1] == f"{how} the right lines."


def test_a_few_invalid_rows_stop_nobody() -> None:
    """Half of them are not most; an empty sheet has none; and a person who is asked sees the rows."""
    rows = [("Phone", "Name"), ("+34600111222", "Ana"), ("ask Eva", "Eva")]
    assert give("init", table(Path("a.csv"), rows)).exit_code == 0
    assert give("init", table(Path("b.csv"), rows[:1]), "--force").exit_code in (0, 3)
    assert (
        give(
            "init", table(Path("c.csv"), [("Phone", "Name"), ("600 111 222", "Ana")]), "--force", "--country", "ES"
        ).exit_code
        == 0
    )
    answer, _ = answering("y", "y")
    assert draft(table(Path("d.csv"), [("Phone", "Name"), ("ask Ana", "Ana")]), answer).exit_code == 0


@pytest.mark.parametrize("codes", [("02800", "28001"), ("0001", "0002"), ("007", "12")])
def test_codes_with_zeros_in_front_are_not_proposed_as_numbers(codes: tuple[str, ...]) -> None:
    """A number field would lose the zeros."""
    rows = [("Phone", "Name", "Code"), *((f"+3460011122{n}", "Ana Gil", code) for n, code in enumerate(codes))]
    assert give("init", table(Path("a.csv"), rows)).exit_code == 0
    assert '# "Code" = ' in CONFIG.read_text(encoding="utf-8")
    assert "number" not in CONFIG.read_text(encoding="utf-8").split('# "Code" = ')[1]


def test_optional_fields_that_are_open_are_comments() -> None:
    """They stop nobody."""
    path = table(Path("a.csv"), [("Phone", "Name", "Notes", "Remarks"), ("+34600111222", "Ana", "x", "y")])
    said = give("init", path)
    assert said.exit_code == 0
    assert "open: several columns could be it: Notes, Remarks" in said.stderr
    assert '# note = "Remarks"' in CONFIG.read_text(encoding="utf-8")
    assert written().mapping.columns.note == ""


def test_a_person_chooses_by_number_or_name() -> None:
    """What is no choice is asked again, and a required field takes no empty answer."""
    path = table(Path("a.csv"), QUESTIONS)
    answer, asked = answering("", "9", "Movil padre", "1", "1, x", "3", "1", "")
    ending = draft(path, answer)
    assert asked[0] == asked[1] == asked[2]
    assert "  2 Movil padre" in asked[0]
    assert "Which of these have you made as custom fields in Callbell?" in asked[4]
    assert "Callbell could not be asked which custom fields it has (no token, or no connection)." in asked[4]
    assert asked[5].startswith("Please answer with numbers from 1 to ")
    assert "as you said" in asked[-1]
    assert "34600111223" in asked[-1]
    columns = written().mapping.columns
    assert (columns.identifier, columns.name) == ("Movil padre", "Quien")
    assert [field.name for field in columns.custom_fields] == ["Ref"]
    assert ending.exit_code == 0


def test_a_column_of_a_few_words_may_be_tags() -> None:
    """The question and the config say how, beside the custom field that it could be."""
    kinds = ("VIP", "Nuevo", "VIP, Nuevo") * 20
    groups = [(f"+346001112{number}", f"Ana {chr(55 + number)}il", kind) for number, kind in enumerate(kinds, 10)]
    answer, asked = answering("", "")
    draft(table(Path("a.csv"), [("Phone", "Name", "Categoria"), *groups]), answer)
    line = 'tags = ["Categoria"]'
    assert any(f"To send one as tags, write under [columns] of the config: {line}" in text for text in asked)
    assert f"# {line}" in CONFIG.read_text(encoding="utf-8")


def test_a_field_that_no_contact_needs_may_stay_open() -> None:
    """An empty answer says none of them."""
    path = table(Path("a.csv"), [("Phone", "Name", "Notes", "Remarks"), ("+34600111222", "Ana", "x", "y")])
    answer, _ = answering("", "", "")
    draft(path, answer)
    assert written().mapping.columns.note == ""


def test_a_no_writes_nothing() -> None:
    """After all was shown."""
    answer, _ = answering("n")
    with pytest.raises(InputError, match="Nothing was written"):
        draft(customers(Path("contacts.csv")), answer)
    assert not CONFIG.exists()


def test_an_answer_that_is_neither_yes_nor_no_is_asked_again() -> None:
    """Without all that was shown once more; and so is whether to write over what is there."""
    path = customers(Path("contacts.csv"))
    answer, asked = answering("what?", "ok")
    assert draft(path, answer).exit_code == 0
    assert asked[1:] == ["Please answer y/n or s/n:"]
    answer, asked = answering("1", "n")
    with pytest.raises(DeclinedError):
        draft(path, answer)
    assert asked[1:] == ["Please answer y/n or s/n:"]


def test_the_country_is_asked_for_where_numbers_have_none() -> None:
    """As `run` does: proposed from the numbers; what is no country is asked again."""
    answer, asked = answering("", "")
    draft(SAMPLES / "clientes.csv", answer)
    assert asked[0].endswith(" are right for Spain. Are they Spanish? [Y/n]")
    assert "\n  row 2: 34612345601; " in asked[1]
    assert written().mapping.contact.country == "ES"
    CONFIG.unlink()
    answer, asked = answering("n", "Portugul", "Portugal", "")
    draft(SAMPLES / "clientes.csv", answer)
    assert "Did you mean Portugal (PT)?" in asked[2]
    assert written().mapping.contact.country == "PT"


def test_the_country_of_the_last_run_is_told_and_not_asked_for() -> None:
    """As `run` does; numbers of another country are asked about."""
    file = table(Path("a.csv"), [("Móvil", "Nombre"), *((f"6001112{n}2", "Ana Gil") for n in range(9))])
    assert give("run", file, "--sandbox", "--yes", "--country", "ES").exit_code == 0
    answer, asked = answering("")
    context = CommandContext(settings=Settings(), environment={}, stream=io.StringIO(), ask_line=answer)
    write_config(context, str(file), CONFIG)
    assert isinstance(context.stream, io.StringIO)
    assert "Country: Spain, as in the rehearsal; for another, --country.\n" in context.stream.getvalue()
    assert asked[0].endswith("Write this to config.toml? [Y/n]")
    assert written().mapping.contact.country == "ES"


def test_the_columns_stand_below_each_other_however_long_a_reason_is() -> None:
    """A long line goes on below the columns."""
    file = table(
        Path("a.csv"), [("Celular do responsável pela conta", "Nome"), ("+34600111222", "Ana"), ("+34600111223", "Eva")]
    )
    answer, asked = answering("", "")
    draft(file, answer)
    lines = asked[-1].splitlines()
    assert max(map(len, lines)) < 80
    (place,) = {line.index(" from ") for line in lines if line.startswith(("  identifier", "  name"))}
    assert place == 16


def test_the_country_may_stay_open() -> None:
    """The sentence says where to write it."""
    answer, asked = answering("n", "", "")
    draft(SAMPLES / "clientes.csv", answer)
    assert "set country under [contact]" in asked[-1]
    assert "not sent: " in asked[-1]
    assert written().mapping.contact.country == ""


def test_what_the_options_say_is_written() -> None:
    """So that the config alone is enough."""
    path = Path("old.csv")
    path.write_bytes("Lista\nTeléfono;Nombre\n600111222;Ana\n".encode("cp1252"))
    options = ("--header-row", "2", "--encoding", "cp1252", "--delimiter", ";", "--country", "ES", "--tag", "Old")
    assert give("init", path, *options).exit_code == 0
    settings = written()
    assert (settings.input.header_row, settings.input.encoding, settings.input.delimiter) == (2, "cp1252", ";")
    assert (settings.mapping.contact.country, settings.mapping.contact.tags) == ("ES", ("Old",))


def test_a_file_that_cannot_be_read_is_code_3() -> None:
    """As for a run."""
    assert give("init", "nothing.csv").exit_code == 3


def test_nothing_a_header_holds_reaches_the_terminal_raw() -> None:
    """Escape sequences are taken out of what is shown and of comments."""
    table(Path("a.csv"), [("Phone", "Name", "\x1b[2Jgone"), ("+34600111222", "\x1b[31mAna", "x")])
    said = give("init", "a.csv")
    assert "\x1b" not in said.stderr
    assert "\x1b" not in CONFIG.read_text(encoding="utf-8")


def test_a_workbook_of_several_sheets_is_told_as_ever() -> None:
    """With their names."""
    with pytest.raises(InputError, match="sheets with rows"):
        draft(SAMPLES / "customers.xlsx", None)


def test_a_list_with_both_forms_of_mobiles_is_asked_about() -> None:
    """Until the answer is one, Enter for who is not sure; the first rows are shown in the form that was chosen."""
    rows = [("Phone", "Name"), ("525512345678", "Eva"), ("5215512345679", "Bo"), ("5215512345670", "Ana")]
    table(Path("mexico.csv"), rows)
    person, asked = answering("3", "1", "y")
    draft(Path("mexico.csv"), person)
    assert asked[0].startswith("Mexican numbers are in both forms: 2 with 521, 1 with 52.\nIn which form are they")
    assert "Not sure? Take Enter: each stays as it is written." in asked[0]
    assert max(map(len, asked[0].splitlines())) < 80
    assert "row 2: 5215512345678; Eva" in asked[2]
    assert written().mapping.contact.mobile_form == "with"
    give("init", "mexico.csv", "--force")
    assert "# Mexican numbers are in both forms: 2 with 521, 1 with 52. To send all" in CONFIG.read_text("utf-8")
    assert '# mobile_form = "without"' in CONFIG.read_text("utf-8")
    assert written().mapping.contact.mobile_form == "as_written"
    table(Path("one.csv"), rows[:2])
    person, asked = answering("y", "y")
    draft(Path("one.csv"), person)
    assert len(asked) == 2
