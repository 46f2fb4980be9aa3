"""What can be opened, and what each thing that cannot is told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from importer.model.errors import InputError
from importer.readers import open_reader
from importer.readers.files import unreadable
from importer.readers.options import InputOptions
from tests.support.paths import SAMPLES


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("gone.csv", "There is no file"),
        ("gone.xlsx", "There is no file"),
        ("contacts.numbers", "not a kind of file"),
        ("contacts", "not a kind of file"),
        ("with\0zero.csv", "There is no file"),
        ("folder.csv", "is a folder"),
    ],
)
def test_what_cannot_be_opened_is_one_sentence(tmp_path: Path, name: str, sentence: str) -> None:
    """Each has its own words, and says what to do."""
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match=sentence) as caught:
        open_reader(str(tmp_path / name), InputOptions())
    assert caught.value.hint


KINDS = [
    (b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana Gil\r\nEND:VCARD\r\n", "a vCard"),
    (b"\xef\xbb\xbfBEGIN:VCARD\nVERSION:4.0\n", "a vCard"),
    ("begin:vcalendar\n".encode("utf-16"), "a vCard"),
    (b'[{"name": "Ana", "phone": "+34611222333"}]', "a JSON file"),
    (b'\n{\n  "contacts": []\n}\n', "a JSON file"),
    (b"[]", "a JSON file"),
    (b"<!-- made by x --><p>Phone</p>", "a web page or XML"),
    ("\ufeff<HTML><body>".encode("utf-16-le"), "a web page or XML"),
    (b"<tr><td>Phone</td></tr>", "a web page or XML"),
    (b"PK\x05\x06" + bytes(18), "zip"),
    (b"%PDF-1.7", "a PDF document"),
    (b"-- MySQL dump 10.13\nCREATE TABLE", "a script for a database"),
]


@pytest.mark.parametrize("name", ["contacts.csv", "contacts.txt", "contacts.xls", "contacts.vcf", "contacts"])
@pytest.mark.parametrize(("content", "kind"), KINDS)
def test_a_file_is_said_to_be_what_it_is(tmp_path: Path, content: bytes, kind: str, name: str) -> None:
    """Under any name, with what to do."""
    path = tmp_path / name
    path.write_bytes(content)
    if kind == "zip" and not name.endswith(("csv", "txt")):  # maybe a workbook under a name that says nothing
        kind = "not a kind of file|damaged|zip"
    with pytest.raises(InputError, match=kind) as caught:
        open_reader(str(path), InputOptions())
    assert caught.value.hint


@pytest.mark.parametrize("first", ["PK", "<Name>", "[Name]", "{Phone}", "Begin:", "%", "ID", "7z", "Insert"])
def test_a_header_may_begin_as_other_files_do(tmp_path: Path, first: str) -> None:
    """Few letters are not enough: a table's first column is often called PK."""
    path = tmp_path / "contacts.csv"
    path.write_text(f"{first},Phone\n1,+34611222333\n", encoding="utf-8")
    assert open_reader(str(path), InputOptions()).sheet.header == (first, "Phone")


def test_a_pipe_of_any_name_is_refused_at_once(tmp_path: Path) -> None:
    """Nothing waits for somebody to write into it."""
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="not a kind of file"):
        open_reader(str(tmp_path / "pipe"), InputOptions())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    """Nothing waits for somebody to write into it."""
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(InputError, match="not an ordinary file"):
        open_reader(str(tmp_path / "pipe.csv"), InputOptions())


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PermissionError(13, "Permission denied"), "may not be read"),
        (OSError(5, "Input/output error"), "Input/output error"),
        (OSError(), "no reason"),
    ],
)
def test_the_systems_reasons_are_put_in_words(error: OSError, sentence: str) -> None:
    """A refusal and a broken disk are told apart (made by hand: the tests may run as root, who may read everything)."""
    assert sentence in unreadable("x.csv", error).message


@pytest.mark.parametrize("name", ["letter.doc", "letter.docx", "slides.ppt", "mail.msg", "contacts.numbers"])
@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_a_name_that_ends_otherwise_is_no_workbook(tmp_path: Path, name: str, start: bytes) -> None:
    """Documents begin as workbooks do: only the name tells, and the sentence says which names are read."""
    path = tmp_path / name
    path.write_bytes(start + bytes(600))
    with pytest.raises(InputError, match="is not a kind of file that can be read") as caught:
        open_reader(str(path), InputOptions())
    assert ".xls" in caught.value.hint


def test_the_room_opens_without_pandas() -> None:
    """Importing the readers costs nothing: pandas comes with the first file."""
    code = "import sys, importer.readers; print(sorted({'pandas', 'openpyxl', 'python_calamine'} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own
    assert ran.stdout.strip() == "[]"


def test_the_sample_inputs_are_read_as_they_look() -> None:
    """The files that come with the program are right, and say what they are there to say."""
    seen = {}
    for name, sheet in (
        ("contacts.csv", ""),
        ("clientes.csv", ""),
        ("customers.xlsx", "Contacts"),
        ("problems.csv", ""),
    ):
        reader = open_reader(str(SAMPLES / name), InputOptions(sheet=sheet))
        rows = [row for chunk in reader.chunks() for row in chunk]
        reader.close()
        seen[name] = (reader.sheet.header[0], reader.sheet.encoding, len(rows), sum(bool(row.problems) for row in rows))
    assert seen == {
        "contacts.csv": ("Phone", "utf-8", 21, 0),
        "clientes.csv": ("Teléfono", "cp1252", 12, 0),
        "customers.xlsx": ("Phone", "", 12, 0),
        "problems.csv": ("Phone", "utf-8", 17, 3),
    }
