"""Workbooks of LibreOffice and its kin: values as calamine reads them from a copy, and what it hides."""

import zipfile
from pathlib import Path

import pandas as pd
import pytest

from importer.model.errors import InputError
from tests.support.paths import SPREADSHEETS
from tests.support.readers import altered, read

OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
MIME_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def ods(path: Path, *rows: str, manifest: str | None = "<manifest/>", mime_type: str | None = MIME_TYPE) -> Path:
    """Write an .ods of one sheet."""
    return of_sheets(path, "".join(rows), manifest=manifest, mime_type=mime_type)


def of_sheets(path: Path, *sheets: str, manifest: str | None = "", mime_type: str | None = MIME_TYPE) -> Path:
    """Write an .ods of sheets S, S2, ..., with these rows."""
    prefixes = " ".join(f'xmlns:{name}="{OFFICE}:{name}:1.0"' for name in ("office", "table", "text", "style"))
    tables = "".join(
        f'<table:table table:name="S{place or ""}">{rows}</table:table>' for place, rows in enumerate(sheets)
    )
    content = (
        f'<office:document-content {prefixes} xmlns:calcext="x"><office:body><office:spreadsheet>{tables}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    parts = {"mimetype": mime_type, "META-INF/manifest.xml": manifest, "content.xml": content}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            if text is not None:
                package.writestr(name, text)
    return path


def row(*cells: str, more: str = "") -> str:
    """Return a row of it."""
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def cell(attributes: str = "", inside: str = "") -> str:
    """Return a cell of it."""
    return f"<table:table-cell {attributes}>{inside}</table:table-cell>"


def text(value: str) -> str:
    """Return a cell with a text."""
    return cell('office:value-type="string"', f"<text:p>{value}</text:p>")


def number(value: float) -> str:
    """Return a cell with a number."""
    return cell(f'office:value-type="float" office:value="{value}"', f"<text:p>{value}</text:p>")


def shown_number(value: float, shown: str, kind: str = "float") -> str:
    """Return a cell with a number that its format shows otherwise."""
    return cell(f'office:value-type="{kind}" office:value="{value}"', f"<text:p>{shown}</text:p>")


def formula_number(value: float, shown: str) -> str:
    """Return a formula whose result is a number that its format shows otherwise."""
    return shown_number(value, shown).replace("<table:table-cell", '<table:table-cell table:formula="of:=A1"')


HEADER = row(*(cell("", f"<text:p>{name}</text:p>") for name in ("Phone", "Name")))


@pytest.mark.parametrize(
    ("written", "shown", "codes"),
    [
        (cell('office:value-type="float" office:value="7"', "<text:p>007</text:p>"), "007", ()),
        (shown_number(600111222, "+34 600111222"), "+34 600111222", ()),
        (shown_number(600111222, "0034 600 111 222"), "0034 600111222", ()),
        (shown_number(600111222, "+600111222"), "+600111222", ()),
        (shown_number(612345678, "06 12 34 56 78"), "0612345678", ()),
        (shown_number(7, "007 pts"), "007", ()),
        (shown_number(-7, "-007"), "-7", ()),
        (shown_number(1234567, "1 234 567"), "1234567", ()),
        (shown_number(1234567, "1,234,567.00"), "1234567", ()),
        (shown_number(0, "0.00E+00"), "0", ()),
        (shown_number(0, "0,00 €"), "0", ()),
        (shown_number(12, "EUR 12"), "12", ()),
        (shown_number(1, "100%", "percentage"), "1", ()),
        (cell('table:formula="of:=NA()" office:value-type="string"', "<text:p>#N/A</text:p>"), "#N/A", ("cell_error",)),
        (
            cell('table:formula="of:=A" office:value-type="string"', "<text:p>Err:508</text:p>"),
            "Err:508",
            ("cell_error",),
        ),
        (cell('table:formula="of:=A1" office:value-type="string"', "<text:p>#1</text:p>"), "#1", ()),
        (text("#N/A"), "#N/A", ()),
        (cell('office:value-type="float" office:value="0"', "<text:p>0</text:p>"), "0", ()),
        (cell('office:value-type="float" office:value="7.5"', "<text:p>08</text:p>"), "7.5", ()),
        (cell('office:value-type="currency" office:value="1234.5"', "<text:p>1.234,50 €</text:p>"), "1234.5", ()),
        (cell('office:value-type="percentage" office:value="0.21"', "<text:p>21%</text:p>"), "0.21", ()),
        (cell('office:value-type="boolean" office:boolean-value="false"'), "FALSE", ()),
        (cell('office:value-type="date" office:date-value="2026-03-03"'), "2026-03-03", ()),
        (cell('office:value-type="date" office:date-value="2026-03-03T14:05:00.4"'), "2026-03-03 14:05:00", ()),
        (cell('office:value-type="date" office:date-value="2026-03-03T14:04:59.999999"'), "2026-03-03 14:05:00", ()),
        (cell('office:value-type="date" office:date-value="-0044-03-15"'), "-0044-03-15", ()),
        (cell('office:value-type="time" office:time-value="PT14H05M00S"'), "14:05:00", ()),
        (cell('office:value-type="time" office:time-value="PT30H05M00S"'), "30:05:00", ()),
        (cell('office:value-type="time" office:time-value="PT014H05M09S"'), "14:05:09", ()),
        (cell('office:value-type="time" office:time-value="PT100H00M00,4S"'), "100:00:00", ()),
        (cell('office:value-type="time" office:time-value="P999999999999D"'), "P999999999999D", ()),
        (formula_number(1, "TRUE"), "TRUE", ()),
        (formula_number(0, "FALSO"), "FALSE", ()),
        (formula_number(1, "1"), "1", ()),
        (formula_number(7, "seven"), "7", ()),
        (shown_number(1, "one"), "1", ()),
        (shown_number(1234567890123456, "0001234567890123456"), "1234567890123456", ("digits_lost",)),
        (cell('office:value-type="time" office:time-value="-P1DT1H"'), "-25:00:00", ()),
        (cell('office:value-type="time" office:time-value="soon"'), "soon", ()),
        (cell('office:value-type="string" office:string-value="x"', "<text:p>y</text:p>"), "x", ()),
        (text("a<text:tab/>b<text:line-break/>c"), "a\tb\nc", ()),
        (text("a</text:p><text:p>b"), "a\nb", ()),
        (text("a<text:span>b<text:a>c</text:a></text:span>"), "abc", ()),
        (text("\n   a \n\t b<text:s text:c='2'/>&amp;&lt;&quot;\n"), 'a b  &<"', ()),
        (text("<office:annotation><text:p>no</text:p></office:annotation>yes"), "yes", ()),
        (
            cell(
                'office:value-type="string"',
                "<office:annotation><text:p>no</text:p></office:annotation><text:p>yes</text:p>",
            ),
            "yes",
            (),
        ),
        (
            cell('calcext:value-type="error" office:value-type="string"', "<text:p>#N/A</text:p>"),
            "#N/A",
            ("cell_error",),
        ),
        (cell('office:value-type="float" office:value="NaN"', "<text:p>Err:502</text:p>"), "Err:502", ("cell_error",)),
        (cell('office:value-type="float" office:value="many"'), "#NUM!", ("cell_error",)),
        (cell('table:formula="of:=1"'), "", ("formula_uncalculated",)),
        (cell('table:formula="of:=&quot;&quot;" office:value-type="string"'), "", ()),
        (cell('office:value-type="float" office:value="1234567890123456"'), "1234567890123456", ("digits_lost",)),
    ],
)
def test_a_cell_says_what_it_shows(tmp_path: Path, written: str, shown: str, codes: tuple[str, ...]) -> None:
    """Values by their types, texts with white space as the format says, and never a comment."""
    path = ods(tmp_path / "a.ods", HEADER, row(written, cell("", "<text:p>n</text:p>")))
    assert read(path)[1] == [(2, (shown, "n"), codes)]


def test_rows_and_cells_that_are_alike_are_each_there(tmp_path: Path) -> None:
    """They are written once, with their number; blank ones after the table are nothing."""
    twice = cell('table:number-columns-repeated="2"', "<text:p>x</text:p>")
    path = ods(
        tmp_path / "a.ods",
        HEADER,
        row(cell(), more='table:number-rows-repeated="3"'),
        row(twice, more='table:number-rows-repeated="2" table:visibility="filter"'),
        row(cell('table:number-columns-repeated="16384"'), more='table:number-rows-repeated="1048570"'),
    )
    sheet, rows = read(path)
    assert rows == [(5, ("x", "x"), ()), (6, ("x", "x"), ())]
    assert sheet.notes[0].startswith("2 of its rows")
    assert read(path, hidden_rows="skip")[1] == []


def test_errors_are_in_each_of_the_cells_that_are_alike(tmp_path: Path) -> None:
    """Also in the last rows, which are nothing to calamine."""
    error = 'calcext:value-type="error" office:value-type="string" table:number-columns-repeated="2"'
    path = ods(
        tmp_path / "a.ods",
        HEADER,
        row(text("1")),
        row(cell(error, "<text:p>#REF!</text:p>"), more='table:number-rows-repeated="2"'),
        row(cell('table:formula="of:=1"')),
    )
    twice = ("cell_error", "cell_error")
    assert read(path)[1] == [
        (2, ("1", ""), ()),
        (3, ("#REF!", "#REF!"), twice),
        (4, ("#REF!", "#REF!"), twice),
        (5, ("", ""), ("formula_uncalculated",)),
    ]


def test_rows_padded_to_the_last_column_cost_no_more_than_others(tmp_path: Path) -> None:
    """The padding is never written out, whichever sheet it is in."""
    padding = cell('table:number-columns-repeated="16382"')
    padded = "".join(row(number(n), text("a"), padding) for n in range(2, 500))
    path = of_sheets(tmp_path / "a.ods", HEADER + padded, *[HEADER + padded] * 5)
    with pytest.raises(InputError, match="has 6 sheets"):
        read(path)
    assert len(read(path, sheet="S3")[1]) == 498


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([row(text("x"), more='table:number-rows-repeated="1048575"'), row(text("x"))], "damaged"),
        ([row(cell('table:number-columns-repeated="16385"', "<text:p>x</text:p>"))], "damaged"),
        ([row(text("x"), more='table:number-rows-repeated="600000"')], "stands for 1,200,002 cells"),
        ([row(more='table:number-rows-repeated="900000"'), row(text("x"))], "stands for 1,800,004 cells"),
        ([row(text("<text:s text:c='9999999'/>" * 5))], "damaged"),
        (
            [
                row(
                    cell('table:formula="of:=1" table:number-columns-repeated="3"'),
                    more='table:number-rows-repeated="70000"',
                )
            ],
            "reaches over 70,001 rows and 3 columns",
        ),
    ],
)
def test_a_sheet_that_stands_for_too_much_is_refused(tmp_path: Path, rows: list[str], sentence: str) -> None:
    """Before calamine writes it out."""
    with pytest.raises(InputError, match=sentence):
        read(ods(tmp_path / "a.ods", HEADER, *rows))


def test_a_file_without_what_says_its_kind_is_read(tmp_path: Path) -> None:
    """Neither the mimetype nor the manifest is needed to know what it is; nor need it be on one line."""
    lines = f"\n  {HEADER}\n  ", row("\n    ", text("1"), "\n    ", text("a"), "\n  ")
    for mime_type in (None, f" {MIME_TYPE}\n", f"{MIME_TYPE}-template"):
        path = ods(tmp_path / "a.ods", *lines, manifest=None, mime_type=mime_type)
        assert read(path)[1] == [(2, ("1", "a"), ())]


def test_an_encrypted_file_is_told(tmp_path: Path) -> None:
    """Its manifest says so."""
    path = ods(tmp_path / "a.ods", manifest="<manifest><encryption-data/></manifest>")
    with pytest.raises(InputError, match="protected by a password"):
        read(path)


def test_what_odfpy_writes_is_read() -> None:
    """Spaces that are not marked as such count as one, as every program shows them."""
    rows = read(SPREADSHEETS / "odfpy.ods")[1]
    assert rows == [(2, ("34600111222", "José €"), ()), (3, ("5", "2.5"), ())]


@pytest.mark.parametrize("place", [0, 1, 5, 9])
def test_a_row_follows_what_pandas_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int) -> None:
    """The header, the first row, one in the middle, the last."""
    path = ods(tmp_path / "a.ods", HEADER, *(row(number(n)) for n in range(2, 11)))
    monkeypatch.setattr(pd, "read_excel", altered(pd.read_excel, place))
    sheet, rows = read(path)
    seen = [sheet.header[0], *(found[1][0] for found in rows)]
    assert [index for index, value in enumerate(seen) if value == "altered"] == [place]
