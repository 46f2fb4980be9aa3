"""What `check` says of the values in files as people and their programs write them."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from importer.mapper.column_mapping import ColumnMapping, plan_mapping
from importer.mapper.contact import to_contact
from importer.model.rows import Contact
from importer.readers import open_reader
from importer.settings import settle
from tests.support.commands import give, table
from tests.support.paths import ROOT

FILES = ROOT / "tests" / "support" / "people_files"


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written is the test's own, the journal too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / "state" / "journal.sqlite3"))


def checked(file: Path, config: str, *options: str) -> Any:
    """Return what `check --json` says of a file with this config."""
    Path("config.toml").write_text(config, encoding="utf-8")
    return give("check", file, "--json", *options).summary


def rows(groups: Sequence[Mapping[str, Any]]) -> dict[str, list[int]]:
    """Return the rows of the groups of problems, by code."""
    return {group["code"]: group["rows"] for group in groups}


PHONE_AND_NAME = '[columns]\nidentifier = "Phone"\nname = "Name"\n'


def test_spanish_numbers_with_everything_around_them() -> None:
    """Decorations are taken off; what is refused has its cause."""
    found = checked(FILES / "ph_es.csv", PHONE_AND_NAME, "--country", "ES")
    assert rows(found["problems"]) == {
        "phone_missing": [44, 45, 46, 50, 51, 52, 53, 54, 56],
        "phone_too_short": [47, 59, 60, 61],
        "phone_several": [35, 36, 37],
        "cell_error": [53, 54],
        "phone_digits_lost": [38, 39],
        "phone_trunk_zero": [12],
        "phone_too_long": [34],
        "phone_extension": [43],
        "phone_impossible": [48],
        "phone_invalid": [49],
        "phone_letters": [55],
    }


def test_mexican_numbers_with_the_prefixes_of_old() -> None:
    """Each is the number without them, as it is with the zero of other countries."""
    found = checked(FILES / "ph_mx.csv", PHONE_AND_NAME, "--country", "MX")
    assert found["problems"] == []
    assert found["rows"]["would_be_sent"] == 7


def test_leads_of_meta() -> None:
    """`p:` before the number is no letter of it."""
    config = '[contact]\ncountry = "ES"\n[columns]\nidentifier = "phone_number"\nname = "full_name"\n'
    assert checked(FILES / "meta_leads.csv", config)["rows"]["would_be_sent"] == 3


def test_what_databases_write_for_nothing() -> None:
    """A missing number, and tags that are worth a look."""
    config = '[columns]\nidentifier = "phone"\nname = "name"\ntags = ["tags"]\n'
    found = checked(FILES / "sql_null.csv", config)
    assert rows(found["problems"]) == {"phone_missing": [3, 4]}
    assert rows(found["warnings"]) == {"text_placeholder": [2]}


NAMES = {"cell_error": [7], "encoding_invalid": [15]}
PLACEHOLDERS, DAMAGED = [2, 3, 4, 11, 18], [5, 6, 17]


def test_names_that_are_damaged_or_stand_for_nothing() -> None:
    """Worth a look as they are, invalid if the config is strict, and repaired if it says so."""
    path = FILES / "names2.csv"
    found = checked(path, PHONE_AND_NAME)
    assert rows(found["problems"]) == NAMES
    assert rows(found["warnings"]) == {"text_placeholder": PLACEHOLDERS, "text_damaged": DAMAGED}
    assert rows(checked(path, "")["problems"]) == NAMES  # the header says which column is which, whatever is in it
    strict = checked(path, f"[contact]\nstrict_text = true\n{PHONE_AND_NAME}")
    assert rows(strict["problems"]) == {**NAMES, "text_placeholder": PLACEHOLDERS, "text_damaged": DAMAGED}
    repaired = checked(path, f"[contact]\nrepair_text = true\n{PHONE_AND_NAME}")
    assert rows(repaired["warnings"]) == {
        "text_placeholder": PLACEHOLDERS,
        "text_repaired": [5, 6],
        "text_damaged": [17],
    }


def test_an_error_cell_means_the_same_in_a_csv_and_a_workbook(tmp_path: Path) -> None:
    """The row is invalid with one code, whatever the file."""
    book = openpyxl.Workbook()
    sheet = book.create_sheet("People", 0)
    cells = [("Phone", "Name", "Notes"), ("+34600111222", "#N/A", "x"), ("+34600111223", "Ana", "#REF!")]
    for row in cells:
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    config = f'{PHONE_AND_NAME}note = "Notes"\n'
    told = [checked(path, config)["problems"] for path in (table(Path("a.csv"), cells), tmp_path / "a.xlsx")]
    assert [[(group["code"], group["column"], group["rows"]) for group in groups] for groups in told] == [
        [("cell_error", "Name", [2]), ("cell_error", "Notes", [3])]
    ] * 2


def contacts(file: Path, config: str) -> list[Contact]:
    """Return the contacts of a file with this config; rows with a problem are left out."""
    settings = settle({}, {}, config)
    with closing(open_reader(str(file), settings.input)) as reader:
        mapping = plan_mapping(reader.sheet.header, settings.mapping, None)
        assert isinstance(mapping, ColumnMapping)
        made = [to_contact(row, mapping) for rows in reader.chunks() for row in rows]
    return [contact for contact in made if isinstance(contact, Contact)]


GOOGLE = """
[contact]
country = "ES"
[columns]
identifier = "Phone 1 - Value"
name = "{First Name} {Last Name} {Organization Name}"
note = "Notes"
tags = ["Labels"]
[columns.custom_fields]
"Remarks" = "Notes"
"""


def test_lines_of_a_google_contacts_note_arrive() -> None:
    """As a note and as a text of one's own."""
    first = contacts(FILES / "google_new.csv", GOOGLE)[0]
    assert first.note == first.custom_fields["Remarks"] == "Prefiere la tarde,\nno llamar antes"


def test_tags_of_exporters() -> None:
    """Nested CSV, and Google's labels without its own."""
    mailchimp = '[columns]\nidentifier = "Phone Number"\nname = "First Name"\ntags = ["TAGS"]\n'
    made = contacts(FILES / "mc_tags.csv", mailchimp)
    assert [contact.tags for contact in made] == [("VIP", "Lead 2024"), ("Lead 2024",)]
    first, *others = [contact.tags for contact in contacts(FILES / "google_new.csv", GOOGLE)]
    assert first == ("Clientes VIP",)
    assert set(others) == {()}


def test_tags_with_spaces_between_are_proposed_so() -> None:
    """The config that `init` writes says it, and a check with it passes."""
    said = give("init", FILES / "zendesk.csv", "--country", "SE")
    assert said.exit_code == 0
    config = Path("config.toml").read_text(encoding="utf-8")
    assert 'tag_separators = " "' in config
    assert [contact.tags for contact in contacts(FILES / "zendesk.csv", config)] == [("gold", "silver"), ("gold",)]


def test_a_duplicate_says_what_would_be_lost() -> None:
    """The name, and the note that only the second row has; the third has no name at all."""
    found = checked(FILES / "dups.csv", f'{PHONE_AND_NAME}note = "Notes"\ntags = ["Tags"]\n', "--country", "ES")
    (group,) = found["warnings"]
    assert (group["code"], group["rows"]) == ("duplicate", [3])
    assert group["message"] == "same identifier as row 2; not sent, though it differs in name, note"
    assert rows(found["problems"]) == {"name_missing": [4]}


def test_one_of_a_thing_is_told_as_one() -> None:
    """A cell and a column."""
    path = Path("one.csv")
    path.write_bytes(b"Phone;Name;City\n+34600111222;Jos\xe9 Garc\xc3\xada \xc3\xb1;Le\xc3\xb3n\n+34600111223\n")
    said = give("check", path).stderr
    assert "The row has 1 cell and the header has 3" in said
    table(Path("narrow.csv"), [("Phone",), ("+34600111222",)])
    Path("config.toml").write_text('[columns]\nidentifier = "Phone"\nname = "Phone"\n', encoding="utf-8")
    assert "header in row 1, 1 column," in give("check", "narrow.csv").stderr


@pytest.mark.parametrize("command", [("check",), ("run", "--dry-run")])
def test_what_is_no_terminal_shows_nobodys_number_but_the_examples(command: tuple[str, ...]) -> None:
    """In a mail of cron; the JSON that was asked for has the numbers."""
    rows = [("Phone", "Name"), ("+34 611 22 33", "Ana"), ("+34(0)611223344", "Eva"), ("611223355", "Zoe")]
    said = give(*command, table(Path("a.csv"), rows), "--json")
    assert "such as +34612345678" in said.stderr
    assert "…233" in said.stderr
    assert "…344" in said.stderr
    assert not any(number in said.stderr for number in ("611 22 33", "611223344", "611223355"))
    assert "+34 611 22 33" in said.stdout
