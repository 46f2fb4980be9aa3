"""Files made to do harm: one sentence, or rows, in bounded memory and time."""

import struct
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.readers import MOST_MB, read_in_one_process
from tests.support.spreadsheets import old_excel

NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>Phone</t></is></c></row>'
WORKBOOK = f'<workbook {NAMESPACE} xmlns:r="{RELATIONS}"><sheets><sheet name="S" r:id="r1"/></sheets></workbook>'
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
ODS = (
    '<x:document-content xmlns:x="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><table:table table:name="S">{}</table:table>'
    "</x:document-content>"
)

Parts = Mapping[str, str | bytes]


def book(rows: str, *, after: str = "", **more: str | bytes) -> dict[str, str | bytes]:
    """Return the parts of a workbook of one sheet; further parts by their names without folder and ending."""
    return {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{RELS}"><Relationship Id="r1" Type="{RELATIONS}/worksheet" Target="sheet.xml"/>'
            f'<Relationship Id="r2" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
            f'<Relationship Id="r3" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>'
        ),
        "xl/sheet.xml": f"<worksheet {NAMESPACE}><sheetData>{HEADER}{rows}</sheetData>{after}</worksheet>",
    } | {f"xl/{name}.xml": content for name, content in more.items()}


def zipped(path: Path, parts: Parts) -> Path:
    """Write the parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def ods(rows: str) -> dict[str, str | bytes]:
    """Return the parts of an .ods."""
    return {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ODS.format(rows)}


def with_a_lie(path: Path) -> Path:
    """Write a workbook whose zip says that its texts, 30 MB of them, are few."""
    texts = f"<sst {NAMESPACE}><si><t>" + "x" * 30 * 1024**2 + "</t></si></sst>"
    zipped(path, book('<row r="2"><c r="A2" t="s"><v>0</v></c></row>', sharedStrings=texts))
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<I", len(texts)), struct.pack("<I", 40)))
    return path


def with_a_long_line(path: Path) -> Path:
    """Write a gigabyte that takes no room on the disk, as one line."""
    with path.open("wb") as file:
        file.write(b"Phone,Name\n1,a\n2,")
        file.truncate(1024**3)
    return path


def with_many_parts(path: Path) -> Path:
    """Write a zip of 12,000 parts."""
    return zipped(path, book("") | {f"xl/media/{number}": "" for number in range(12_000)})


def with_everything_quoted(path: Path) -> Path:
    """Write 20 MB after a quote that is never closed."""
    path.write_bytes(b'Phone,Name,Note\n1,"a,x\n' + b"2,b,y\n" * 300_000)
    return path


def with_rows_of_quotes(path: Path) -> Path:
    """Write lines each of which opens a quote."""
    path.write_bytes(b"Phone,Name,Note\n" + b'1,"a,x\n' * 10_000 + b'1,"a\n' * 10_000)
    return path


def with_a_circle(path: Path) -> Path:
    """Write an old workbook whose list of sectors goes in a circle."""
    sectors = [0xFFFFFFFF] * 109
    sectors[0] = 0
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6)
    header += bytes(10) + struct.pack("<IIIIIIIII", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0, 1, 0)
    path.write_bytes(header + struct.pack("<109I", *sectors) + struct.pack("<128I", *([0] + [1] * 127)) * 40)
    return path


def with_wide_sheets(path: Path) -> Path:
    """Write an old workbook of twenty sheets that each span 65,536 rows by 256 columns with a few bytes."""
    area = struct.pack("<HHHHH", 1, 0, 65535, 0, 255)
    wide = (
        old_excel.number(65535, 255, 1)
        + old_excel.record(0x00E5, area)
        + old_excel.record(0x01B8, area[2:] + bytes(24))
    )
    header = old_excel.label(0, 0, "Phone") + old_excel.number(1, 0, 1)
    path.write_bytes(old_excel.container({"Workbook": old_excel.workbook(header, *[wide] * 20)}))
    return path


def with_links(path: Path) -> Path:
    """Write an old workbook with a thousand links over the whole sheet, and formatted cells all over it."""
    link = old_excel.record(0x01B8, struct.pack("<HHHH", 0, 65535, 0, 255) + bytes(24))
    blanks = old_excel.record(0x00BE, struct.pack("<HH256HH", 65535, 0, *[15] * 256, 255))
    cells = old_excel.label(0, 0, "Phone") + old_excel.number(1, 0, 1) + link * 1_000 + blanks * 1_000
    path.write_bytes(old_excel.container({"Workbook": old_excel.workbook(cells)}))
    return path


def corners() -> dict[str, str | bytes]:
    """Return the sheet of two cells that spans a million rows by sixteen thousand columns."""
    return book('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
CELL = '<row r="{0}"><c r="A{0}" t="s"><v>0</v></c></row>'

FILES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "corners.xlsx": (lambda path: zipped(path, corners()), "0 rows"),
    "bomb.xlsx": (lambda path: zipped(path, book("<row/>" + " " * 80_000_000)), " was not opened: "),
    "lie.xlsx": (with_a_lie, " was not opened: | is damaged"),
    "parts.xlsx": (with_many_parts, " was not opened: "),
    "nested.xlsx": (lambda path: zipped(path, book("") | {"inner.zip": b"PK\3\4" * 99}), "0 rows"),
    "entities-in-texts.xlsx": (
        lambda path: zipped(path, book(CELL.format(2), sharedStrings=f"{ENTITIES}<sst><si><t>&b;</t></si></sst>")),
        " is damaged",
    ),
    "entities-in-sheet.xlsx": (
        lambda path: zipped(path, book("") | {"xl/sheet.xml": f"{ENTITIES}<worksheet><sheetData/></worksheet>"}),
        " is damaged",
    ),
    "entities-in-book.xlsx": (
        lambda path: zipped(path, book("") | {"xl/workbook.xml": ENTITIES + WORKBOOK}),
        " is damaged",
    ),
    "entities-in-styles.xlsx": (
        lambda path: zipped(path, book(CELL.format(2), styles=f"{ENTITIES}<styleSheet/>", sharedStrings="<sst/>")),
        " is damaged",
    ),
    "one-text-in-all-cells.xlsx": (
        lambda path: zipped(
            path,
            book(
                "".join(CELL.format(row) for row in range(2, 3_000)),
                sharedStrings="<sst><si><t>" + "x" * 900_000 + "</t></si></sst>",
            ),
        ),
        "2998 rows",
    ),
    "long-text.xlsx": (
        lambda path: zipped(path, book(CELL.format(2), sharedStrings="<sst><si><t>" + "x" * 30_000_000)),
        " is damaged",
    ),
    "blank-texts.xlsx": (
        lambda path: zipped(path, book(CELL.format(2), sharedStrings="<sst>" + "<si/>" * 2_000_000 + "</sst>")),
        " is damaged",
    ),
    "long-tag.xlsx": (lambda path: zipped(path, book('<row r="2" x="' + "x" * 40_000_000 + '"/>')), " is damaged"),
    "many-cells-in-a-row.xlsx": (
        lambda path: zipped(path, book("<row>" + "<c/>" * 2_000_000 + "</row>")),
        " is damaged",
    ),
    "unknown-elements.xlsx": (lambda path: zipped(path, book("<x/>" * 500_000)), "0 rows"),
    "merged.xlsx": (
        lambda path: zipped(
            path, book("", after="<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 200_000 + "</mergeCells>")
        ),
        " is damaged",
    ),
    "styles.xlsx": (
        lambda path: zipped(
            path,
            book(CELL.format(2), styles="<styleSheet><cellXfs>" + "<xf/>" * 3_000_000, sharedStrings="<sst/>"),
        ),
        " is damaged",
    ),
    "formatted.xlsx": (
        lambda path: zipped(path, book("".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(2, 100_000)))),
        "0 rows",
    ),
    "far-row.xlsx": (lambda path: zipped(path, book('<row r="99999999"><c><v>1</v></c></row>')), " is damaged"),
    "backwards.xlsx": (
        lambda path: zipped(path, book('<row r="3"><c><v>3</v></c></row><row r="2"><c><v>2</v></c></row>')),
        "2 rows, 0 with problems",
    ),
    "repeated.ods": (
        lambda path: zipped(
            path,
            ods(
                '<table:table-row table:number-rows-repeated="1000000">'
                '<table:table-cell table:number-columns-repeated="16000"><text:p>x</text:p></table:table-cell>'
                "</table:table-row>"
            ),
        ),
        " stands for 16,000,000,000 cells",
    ),
    "too-many-rows.ods": (
        lambda path: zipped(path, ods('<table:table-row table:number-rows-repeated="2000000000"/>')),
        " is damaged",
    ),
    "spaces.ods": (
        lambda path: zipped(
            path,
            ods(
                '<table:table-row><table:table-cell><text:p><text:s text:c="999999999"/>x</text:p>'
                "</table:table-cell></table:table-row>"
            ),
        ),
        "0 rows | has no header",
    ),
    "padded.ods": (
        lambda path: zipped(
            path,
            ods(
                "<table:table-row><table:table-cell><text:p>x</text:p></table:table-cell>"
                '<table:table-cell table:number-columns-repeated="16383"/></table:table-row>' * 20_000
            ),
        ),
        "19999 rows",
    ),
    "circle.xls": (with_a_circle, " is damaged"),
    "wide-sheets.xls": (with_wide_sheets, " has 21 sheets with rows"),
    "links.xls": (with_links, "1 rows, 0 with problems"),
    "line.csv": (with_a_long_line, "Line 3 of "),
    "quote.csv": (with_everything_quoted, "300001 rows, 1 with problems"),
    "quotes.csv": (with_rows_of_quotes, "20000 rows, 20000 with problems"),
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell a process's peak memory this way")
def test_no_file_fills_the_memory(tmp_path: Path) -> None:
    """One process reads them all in under 300 MB, and each comes to its sentence."""
    said = read_in_one_process([make(tmp_path / name) for name, (make, _) in FILES.items()])
    for name, (_, sentences) in FILES.items():
        words, peak, _ = said[name]
        assert any(sentence in words for sentence in sentences.split(" | ")), (name, words)
        assert peak < MOST_MB, (name, peak)
