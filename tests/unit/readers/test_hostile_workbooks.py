"""Workbooks that stand for more than they have, or hold others: one sentence, or rows, in bounded memory and time."""

import io
import struct
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.paths import SPREADSHEETS
from tests.support.readers import MOST_MB, read_in_one_process
from tests.support.spreadsheets.old_excel import CONTINUED, cell, container, label, number, record, workbook

NAMES = "urn:oasis:names:tc:opendocument:xmlns"
ODS = (
    f'<x:document-content xmlns:x="{NAMES}:office:1.0" xmlns:table="{NAMES}:table:1.0" xmlns:text="{NAMES}:text:1.0">'
    "<x:body><x:spreadsheet>{}</x:spreadsheet></x:body></x:document-content>"
)
SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"
LONGEST_SENTENCE = 10_000
LAST_COLUMN, LAST_ROW = 16_384, 1_048_576
HEADER = label(0, 0, "Phone") + label(0, 1, "Name")
OWN, OTHER = workbook(HEADER + number(1, 0, 1)), workbook(HEADER + number(1, 0, 2) + number(2, 0, 3))


def ods_row(*cells: str, times: int = 1) -> str:
    """Return a row that stands for so many."""
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'


def ods_cell(text: str = "", times: int = 1) -> str:
    """Return a cell that stands for so many."""
    inside = f"<text:p>{text}</text:p>" if text else ""
    return f'<table:table-cell table:number-columns-repeated="{times}">{inside}</table:table-cell>'


TITLES = ods_row(ods_cell("Phone"), ods_cell("Name"), ods_cell(times=LAST_COLUMN - 2))
PADDED = ods_row(ods_cell("1"), ods_cell("a"), ods_cell(times=LAST_COLUMN - 2))
ENDING = ods_row(ods_cell("1"), ods_cell(times=LAST_COLUMN - 2), ods_cell("x"))


def zipped(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    """Write the parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def ods(*sheets: str, name: str = "S") -> Callable[[Path], Path]:
    """Return what writes an .ods whose sheets have these rows."""

    def write(path: Path) -> Path:
        tables = "".join(
            f'<table:table table:name="{name}{n}">{rows}</table:table>' for n, rows in enumerate(sheets, 1)
        )
        return zipped(path, {"mimetype": SPREADSHEET, "content.xml": ODS.format(tables)})

    return write


def xls(*sheets: bytes, more: bytes = b"") -> Callable[[Path], Path]:
    """Return what writes an .xls whose sheets have these records."""
    return ole({"Workbook": workbook(*sheets, more=more)})


def ole(streams: Mapping[str, bytes]) -> Callable[[Path], Path]:
    """Return what writes a container of these streams."""

    def write(path: Path) -> Path:
        path.write_bytes(container(streams))
        return path

    return write


def shared_texts(count: int, text: bytes, said: int | None = None) -> bytes:
    """Return the records of shared texts, each of them the same, of which there are said to be so many."""
    one = struct.pack("<HB", len(text), 0) + text
    a_record = 8_000 // len(one) or 1
    whole, rest = divmod(count, a_record)
    blocks = [one * a_record] * whole + ([one * rest] if rest else [])
    first = struct.pack("<II", said or count, said or count)
    return record(0x00FC, first + blocks[0]) + b"".join(record(CONTINUED, block) for block in blocks[1:])


def long_shared_text(characters: int) -> bytes:
    """Return the records of one shared text that is as long as a cell can be."""
    first = struct.pack("<IIHB", 1, 1, characters, 0) + b"x" * 8_000
    rest = range(8_000, characters, 8_000)
    more = [record(CONTINUED, b"\0" + b"x" * min(8_000, characters - done)) for done in rest]
    return record(0x00FC, first) + b"".join(more)


def shared(row: int, column: int, place: int = 0) -> bytes:
    """Return a cell with a shared text."""
    return cell(0x00FD, row, column, struct.pack("<I", place))


def xlsx_bytes(name: str = "contacts.xlsx") -> bytes:
    """Return a workbook that may lie in another file."""
    return (SPREADSHEETS / name).read_bytes()


def xlsx_with(more: Mapping[str, bytes]) -> Callable[[Path], Path]:
    """Return what writes a workbook of LibreOffice with further parts, which come first."""

    def write(path: Path) -> Path:
        with zipfile.ZipFile(io.BytesIO(xlsx_bytes())) as package:
            own = {name: package.read(name) for name in package.namelist()}
        return zipped(path, dict(more) | own)

    return write


def xlsx_of_sheets(count: int, cell_name: str, name: str = "S") -> Callable[[Path], Path]:
    """Return what writes a workbook of sheets that each have this cell."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    sheets = "".join(f'<sheet name="{name}{n}" sheetId="{n}" r:id="r{n}"/>' for n in range(1, count + 1))
    links = "".join(
        f'<Relationship Id="r{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, count + 1)
    )
    row = cell_name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    rows = f'<sheetData><row r="{row}"><c r="{cell_name}"><v>1</v></c></row></sheetData>'
    parts = {f"xl/worksheets/sheet{n}.xml": f"<worksheet {main}>{rows}</worksheet>" for n in range(1, count + 1)}
    parts["[Content_Types].xml"] = "<Types/>"
    parts["xl/workbook.xml"] = f'<workbook {main} xmlns:r="{office}"><sheets>{sheets}</sheets></workbook>'
    parts["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{package}">{links}</Relationships>'
    return lambda path: zipped(path, parts)


def docx(path: Path) -> Path:
    """Write a Word document with a workbook in it."""
    return zipped(
        path,
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": "<document/>",
            "word/embeddings/Microsoft_Excel_Sheet1.xlsx": xlsx_bytes(),
            "word/embeddings/oleObject1.bin": container({"Workbook": OTHER}),
        },
    )


def odt(path: Path) -> Path:
    """Write a text document of LibreOffice with a spreadsheet in it."""
    embedded = {"Object 1/mimetype": SPREADSHEET, "Object 1/content.xml": ODS.format("")}
    own = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ODS.format("")}
    return zipped(path, own | embedded)


def ods_with_objects(path: Path) -> Path:
    """Write an .ods with two spreadsheets in it."""
    other = ODS.format(f'<table:table table:name="Other">{TITLES}{PADDED * 5}</table:table>')
    embedded = {"Object 1/content.xml": other, "Object 2/content.xml": other, "Object 2/mimetype": SPREADSHEET}
    own = ODS.format(f'<table:table table:name="Own">{TITLES}{PADDED}</table:table>')
    return zipped(path, embedded | {"mimetype": SPREADSHEET, "content.xml": own})


CONTACTS = "3 rows, 0 with problems"
"""What is in tests/support/spreadsheets/files/contacts.xlsx."""

FILES: dict[str, tuple[Callable[[Path], Path], str]] = {
    # Rows of LibreOffice that reach to its last column or row.
    "padded-in-ten-sheets.ods": (ods(*[TITLES + PADDED * 2_000] * 10), ' has 10 sheets with rows: "S1", "S2"'),
    "padded-by-single-cells.ods": (
        ods((TITLES + ods_row(ods_cell("1"), ods_cell() * (LAST_COLUMN - 1))) + PADDED * 40),
        "41 rows, 0 with problems",
    ),
    "padded-with-a-value-at-the-end.ods": (ods(TITLES + ENDING * 20_000), " cells, too many to be read"),
    "padded-with-a-value-at-the-end-of-few.ods": (ods(TITLES + ENDING * 20), "20 rows, 0 with problems"),
    "one-value-in-the-last-cell.ods": (
        ods(TITLES + PADDED + ods_row(times=LAST_ROW - 3) + ENDING),
        " cells, too many to be read",
    ),
    "blank-to-the-last-row.ods": (
        ods(TITLES + PADDED + ods_row(ods_cell(times=LAST_COLUMN), times=LAST_ROW - 2)),
        "1 rows, 0 with problems",
    ),
    "repeated-to-the-last-row.ods": (ods(TITLES + ods_row(ods_cell("1"), times=LAST_ROW - 1)), " cells, too many"),
    "repeated-as-often-as-is-read.ods": (ods(TITLES + ods_row(ods_cell("1"), times=400_000)), "400000 rows"),
    "repeated-past-the-last-row.ods": (ods(TITLES + ods_row(ods_cell("1"), times=LAST_ROW)), " is damaged"),
    "repeated-in-every-sheet.ods": (
        ods(*[TITLES + ods_row(ods_cell("1", LAST_COLUMN), times=LAST_ROW - 1)] * 500),
        " has 500 sheets with rows",
    ),
    "many-sheets.ods": (ods(*[TITLES + PADDED] * 5_000), " has 5000 sheets with rows"),
    "long-names.ods": (ods(*[TITLES + PADDED] * 30, name="x" * 200_000), " has 30 sheets with rows"),
    "many-blank-sheets.ods": (ods(*[""] * 30_000, TITLES + PADDED), "1 rows, 0 with problems"),
    # Many sheets, far-away cells and shared texts of Excel.
    "many-sheets.xls": (xls(*[HEADER + number(1, 0, 1)] * 4_000), " has 4000 sheets with rows"),
    "many-blank-sheets.xls": (xls(*[b""] * 4_000, HEADER + number(1, 0, 1)), "1 rows, 0 with problems"),
    "too-many-sheets.xls": (xls(*[HEADER] * 5_000), " is damaged"),
    "many-sheets-with-a-far-cell.xls": (
        xls(*[HEADER + number(65_535, 255, 1)] * 4_000),
        " has 4000 sheets with rows",
    ),
    "blank-sheets-of-far-cells.xls": (
        xls(*[cell(0x0201, 65_535, 255, b"")] * 3_000, HEADER + number(1, 0, 1)),
        "1 rows, 0 with problems",
    ),
    "last-cell.xls": (xls(HEADER + number(65_535, 255, 1)), " reaches over 65,536 rows and 256 columns"),
    "last-row.xls": (xls(HEADER + number(65_535, 0, 1)), "1 rows, 0 with problems"),
    "last-column.xls": (xls(HEADER + number(1, 255, 1)), "0 rows, 0 with problems"),
    "one-far-column.xls": (
        xls(HEADER + b"".join(number(row, 0, row) for row in range(1, 65_536)) + number(9, 29, 1)),
        "65535 rows, 0 with problems",
    ),
    "many-texts.xls": (
        xls(HEADER + shared(1, 0, 1_399_999), more=shared_texts(1_400_000, b"x")),
        "1 rows, 0 with problems",
    ),
    "too-many-texts.xls": (xls(HEADER + shared(1, 0), more=shared_texts(10, b"x", said=2**31)), " is damaged"),
    "fewer-texts-than-said.xls": (xls(HEADER + shared(1, 0), more=shared_texts(10, b"x", said=1_000_000)), "damaged"),
    "texts-that-are-not-there.xls": (xls(HEADER + shared(1, 0, 2**31), more=shared_texts(10, b"x")), " is damaged"),
    "one-text-in-all-cells.xls": (
        xls(
            HEADER + b"".join(shared(row, column) for row in range(1, 1_000) for column in range(30)),
            more=long_shared_text(32_767),
        ),
        "999 rows, 0 with problems",
    ),
    "many-sheets.xlsx": (xlsx_of_sheets(3_000, "XFD1048576"), " has 3000 sheets with rows"),
    "long-names.xlsx": (xlsx_of_sheets(30, "A1", name="x" * 30_000), " has 30 sheets with rows"),
    "too-many-sheets.xlsx": (xlsx_of_sheets(10_000, "A1"), " was not opened: "),
    # Workbooks within other files: the file's own is read, or the file is named for what it is.
    "xls-in.xls": (ole({"MBD01/Workbook": OTHER, "Workbook": OWN}), "1 rows, 0 with problems"),
    "xls-of-excel-5-in.xls": (ole({"MBD01/Workbook": OTHER, "MBD02/Book": OTHER, "Book": OWN}), "1 rows"),
    "many-xls-in.xls": (
        ole({f"MBD{place:04}/Workbook": OTHER for place in range(1_000)} | {"Workbook": OWN}),
        "1 rows, 0 with problems",
    ),
    "xlsx-in.xls": (ole({"MBD01/Package": xlsx_bytes(), "Package": xlsx_bytes(), "Workbook": OWN}), "1 rows"),
    "doc-in.xls": (ole({"MBD01/WordDocument": b"x" * 5_000, "Workbook": OWN}), "1 rows, 0 with problems"),
    "xls-in-doc.xls": (ole({"ObjectPool/Workbook": OTHER, "WordDocument": b"x" * 5_000}), " is a Word document"),
    "xls-in-ppt.xls": (ole({"Obj/Workbook": OTHER, "PowerPoint Document": b"x" * 5_000}), " is a PowerPoint"),
    "xls-in-another.xls": (ole({"MBD01/Workbook": OTHER, "Contents": b"x" * 5_000}), " is damaged"),
    "xlsx-in.xlsx": (
        xlsx_with({f"xl/embeddings/Microsoft_Excel_Sheet{n}.xlsx": xlsx_bytes("several.xlsx") for n in range(300)}),
        CONTACTS,
    ),
    "xls-in.xlsx": (xlsx_with({"xl/embeddings/oleObject1.bin": container({"Workbook": OTHER})}), CONTACTS),
    "docx-in.xlsx": (xlsx_with({"xl/embeddings/Microsoft_Word_Document1.docx": b"PK\3\4"}), CONTACTS),
    "xlsx-in-docx.xlsx": (docx, " is a Word document"),
    "ods-in-odt.ods": (odt, " is an OpenDocument file, but no spreadsheet"),
    "ods-in.ods": (ods_with_objects, "1 rows, 0 with problems"),
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell a process's peak memory this way")
@pytest.mark.parametrize("ending", [".ods", ".xls", ".xlsx"])
def test_no_workbook_fills_the_memory(tmp_path: Path, ending: str) -> None:
    """One process reads them all in under 300 MB, and each comes to its sentence."""
    files = {name: made for name, made in FILES.items() if name.endswith(ending)}
    said = read_in_one_process([make(tmp_path / name) for name, (make, _) in files.items()])
    for name, (_, sentence) in files.items():
        words, peak, _ = said[name]
        assert sentence in words, (name, words[:1_000])
        assert len(words) < LONGEST_SENTENCE, name
        assert peak < MOST_MB, (name, peak)
