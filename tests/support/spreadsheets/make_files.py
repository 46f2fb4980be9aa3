"""Makes the files beside it with LibreOffice, so that the readers are tried with what a real program writes.

Run by hand, from the project's root, where LibreOffice is installed (Debian: `apt-get install libreoffice-calc`):

    python tests/support/spreadsheets/make_files.py

It writes one OpenDocument source by hand, and has LibreOffice save it as .ods, .xlsx, .xls and .csv. The results are
kept with the project, because most machines have no LibreOffice.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

FILES = Path(__file__).parent / "files"

NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
        ("number", "datastyle"),
    )
)
NAMESPACES += ' xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"'

STYLES = """
<number:number-style style:name="N5">
<number:number number:decimal-places="0" number:min-integer-digits="5"/></number:number-style>
<number:percentage-style style:name="NP"><number:number number:decimal-places="0"/><number:text>%</number:text>
</number:percentage-style>
<number:date-style style:name="ND"><number:day number:style="long"/><number:text>/</number:text>
<number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/></number:date-style>
<number:time-style style:name="NT"><number:hours number:style="long"/><number:text>:</number:text>
<number:minutes number:style="long"/></number:time-style>
<number:boolean-style style:name="NB"><number:boolean/></number:boolean-style>
<style:style style:name="truth" style:family="table-cell" style:data-style-name="NB"/>
<style:style style:name="zeros" style:family="table-cell" style:data-style-name="N5"/>
<style:style style:name="percent" style:family="table-cell" style:data-style-name="NP"/>
<style:style style:name="day" style:family="table-cell" style:data-style-name="ND"/>
<style:style style:name="time" style:family="table-cell" style:data-style-name="NT"/>
<style:style style:name="hidden" style:family="table"><style:table-properties table:display="false"/></style:style>
<style:style style:name="shown" style:family="table"><style:table-properties table:display="true"/></style:style>
"""


def text(value: str, more: str = "") -> str:
    """Return a cell with a text."""
    paragraphs = "".join(f"<text:p>{line}</text:p>" for line in value.split("\n"))
    return f'<table:table-cell office:value-type="string" {more}>{paragraphs}</table:table-cell>'


def number(value: str, style: str = "", kind: str = "float", more: str = "") -> str:
    """Return a cell with a number."""
    styled = f'table:style-name="{style}"' if style else ""
    return f'<table:table-cell {styled} office:value-type="{kind}" office:value="{value}" {more}/>'


def other(attributes: str, style: str = "") -> str:
    """Return a cell with anything else."""
    styled = f'table:style-name="{style}"' if style else ""
    return f"<table:table-cell {styled} {attributes}/>"


EMPTY = "<table:table-cell/>"
COVERED = "<table:covered-table-cell/>"


def row(*cells: str, more: str = "") -> str:
    """Return a row."""
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def sheet(name: str, *rows: str, style: str = "shown") -> str:
    """Return a sheet."""
    return f'<table:table table:name="{name}" table:style-name="{style}">{"".join(rows)}</table:table>'


CONTACTS = sheet(
    "Contacts",
    row(*map(text, ("Phone", "Name", "Code", "Since", "At", "Share", "Ok"))),
    row(
        number("34600111222"),
        text("José Muñoz"),
        number("123", "zeros"),
        other('office:value-type="date" office:date-value="2026-03-03"', "day"),
        other('office:value-type="time" office:time-value="PT14H05M00S"', "time"),
        number("0.21", "percent", "percentage"),
        other('office:value-type="boolean" office:boolean-value="true"', "truth"),
    ),
    row(text("+34 600 111 223"), text("line one\nline two"), text("00123"), *[EMPTY] * 4),
    row(*[EMPTY] * 7),
    row(text("0034600111224"), text("  two  spaces".replace("  ", '<text:s text:c="2"/>')), number("7", "zeros")),
)

ODD = (
    sheet(
        "Rows",
        row(text("Phone"), text("Name"), text("Team", 'table:number-columns-spanned="2"'), COVERED),
        row(number("1"), text("a"), text("North", 'table:number-rows-spanned="2" table:number-columns-spanned="1"')),
        row(number("2"), text("b"), COVERED),
        row(number("3"), text("c"), more='table:visibility="collapse"'),
        row(number("4"), other('table:formula="of:=1/0"')),
        row(number("5"), other('table:formula="of:=[.A2]+[.A3]"')),
        row(number("5212345678901234"), text("d")),
    ),
    sheet("Secret", row(text("x")), row(text("y")), style="hidden"),
)

SEVERAL = (
    sheet("North", row(text("Phone"), text("Name")), row(number("1"), text("a"))),
    sheet("South", row(text("Phone"), text("Name")), row(number("2"), text("b"))),
)

TABLES = {"contacts": CONTACTS, "odd": "".join(ODD), "several": "".join(SEVERAL)}
KINDS = {"ods": "ods", "xlsx": "xlsx", "xls": "xls:MS Excel 97"}


def source(tables: str) -> str:
    """Return an OpenDocument spreadsheet as one XML file."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {NAMESPACES} office:version="1.3" '
        'office:mimetype="application/vnd.oasis.opendocument.spreadsheet">'
        f"<office:automatic-styles>{STYLES}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document>"
    )


def converted(folder: Path, path: Path, kind: str) -> None:
    """Have LibreOffice save the file as another kind, into the folder of the results."""
    soffice = shutil.which("soffice") or "soffice"
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", kind, "--outdir", str(FILES), str(path)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own words


def main() -> None:
    """Write all files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for stem, tables in TABLES.items():
            path = folder / f"{stem}.fods"
            path.write_text(source(tables), encoding="utf-8")
            for kind in KINDS.values():
                converted(folder, path, kind)
        csv = folder / "contacts.fods"
        converted(folder, csv, "csv:Text - txt - csv (StarCalc):59,34,76,1")  # semicolon, quotes, UTF-8
        (FILES / "contacts.csv").rename(FILES / "contacts-utf-8.csv")
        converted(folder, csv, "csv:Text - txt - csv (StarCalc):9,34,1,1")  # tab, quotes, Windows-1252
        (FILES / "contacts.csv").rename(FILES / "contacts-windows.tsv")
        converted(folder, csv, "csv:Text - txt - csv (StarCalc):44,34,65535,1")  # comma, quotes, UTF-16
        (FILES / "contacts.csv").rename(FILES / "contacts-utf-16.csv")


if __name__ == "__main__":
    main()
