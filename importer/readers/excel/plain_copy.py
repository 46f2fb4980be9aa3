"""A plain copy of one sheet of an .xlsx: what the libraries need of it, as every common program writes it.

Workbooks of odd programs have prefixes, cells without places, UTF-16, parts in any case of letters; those made to do
harm have whatever fills a tree. A library reads such a file wrongly, or in more memory than there is. The copy has the
rows, the shared texts and the number formats, and nothing else. No value is interpreted here.
"""

import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

from importer.readers.excel.markup import MarkupError, listened
from importer.readers.excel.plain_rows import PlainRows, written
from importer.readers.excel.shared_texts import SharedTexts
from importer.readers.excel.styles import NumberStyles

SHEET_NAME = "Sheet"

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {"worksheet": "xl/sheet.xml", "styles": "xl/styles.xml", "sharedStrings": "xl/sharedStrings.xml"}
_LONGEST_ROW_BYTES = 16 * 1024**2

Blocks = Callable[[], Iterator[bytes]]


class PlainCopy:
    """The copy, in a temporary file.

    Args:
        sheet: Returns the sheet's XML from its beginning.
        styles: The number formats.
        texts: The shared texts.
        with_texts: Whether they are written; whoever reads a big sheet has them from `texts`.
        is_plain: The sheet's XML is plain already, so that its rows are copied as they are.
        from_1904: Days are counted from 1904.

    Raises:
        MarkupError: The XML is broken, or a row is longer than any program writes.
        OSError: The temporary file cannot be written.

    """

    def __init__(
        self,
        sheet: Blocks,
        styles: NumberStyles,
        texts: SharedTexts,
        *,
        with_texts: bool,
        is_plain: bool,
        from_1904: bool,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="callbell-importer-")
        self.path = str(Path(self._folder.name) / "plain.xlsx")
        try:
            with zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
                for name, content in _frame(from_1904=from_1904).items():
                    package.writestr(name, content)
                _write(package, "xl/styles.xml", _styles_xml(styles))
                _write(package, "xl/sharedStrings.xml", _texts_xml(texts if with_texts else ()))
                rows = _whole_rows(sheet()) if is_plain else _rewritten(sheet(), texts)
                _write(package, "xl/sheet.xml", _sheet_xml(rows))
        except BaseException:
            self.close()
            raise

    def sheet(self) -> Iterator[bytes]:
        """Yield the sheet's XML as it is in the copy."""
        with zipfile.ZipFile(self.path) as package, package.open("xl/sheet.xml") as part:
            while block := part.read(1024**2):
                yield block

    def close(self) -> None:
        """Take the temporary file away; more than once does no harm."""
        self._folder.cleanup()


def _write(package: zipfile.ZipFile, name: str, blocks: Iterable[bytes]) -> None:
    with package.open(name, "w", force_zip64=True) as part:
        for block in blocks:
            part.write(block)


def _rewritten(blocks: Iterable[bytes], texts: SharedTexts) -> Iterator[bytes]:
    rows = PlainRows(len(texts))
    for _ in listened(blocks, rows):
        yield rows.taken()


def _whole_rows(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what is between the beginning of a row and its end, in XML that is plain."""
    left = b""
    for block in blocks:
        left += block
        if b"<rPh" in left:  # how a text is pronounced, of which openpyxl takes more than one part for damage
            raise MarkupError
        end = left.rfind(b"</row>") + len(b"</row>")
        if end >= len(b"</row>"):
            yield b"".join(
                piece[start:] + b"</row>"
                for piece in left[:end].split(b"</row>")
                if (start := max(piece.rfind(b"<row "), piece.rfind(b"<row>"))) >= 0
            )
            left = left[end:]
        if len(left) > _LONGEST_ROW_BYTES:
            raise MarkupError


def _sheet_xml(rows: Iterable[bytes]) -> Iterator[bytes]:
    yield f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode()
    yield from rows
    yield b"</sheetData></worksheet>"


def _texts_xml(texts: Iterable[str]) -> Iterator[bytes]:
    yield f'<sst xmlns="{_MAIN}">'.encode()
    for text in texts:
        yield f'<si><t xml:space="preserve">{written(text)}</t></si>'.encode()
    yield b"</sst>"


def _styles_xml(styles: NumberStyles) -> Iterator[bytes]:
    yield f'<styleSheet xmlns="{_MAIN}"><numFmts count="{len(styles.codes)}">'.encode()
    for number, code in styles.codes.items():
        yield f'<numFmt numFmtId="{number}" formatCode={quoteattr(code)}/>'.encode()
    yield b"</numFmts><fonts><font/></fonts><fills><fill><patternFill/></fill></fills><borders><border/></borders>"
    yield b"<cellStyleXfs><xf/></cellStyleXfs><cellXfs>"
    for number in styles.numbers or (0,):
        yield f'<xf numFmtId="{number}" applyNumberFormat="1"/>'.encode()
    yield b"</cellXfs></styleSheet>"


def _frame(*, from_1904: bool) -> dict[str, str]:
    """Return the parts that say where the others are."""
    types = "".join(
        f'<Override PartName="/{part}" ContentType="{_TYPE}.{kind}+xml"/>'
        for kind, part in {**_PARTS, "sheet.main": "xl/workbook.xml"}.items()
    )
    relations = "".join(
        f'<Relationship Id="{kind}" Type="{_RELATIONS}/{kind}" Target="{part.removeprefix("xl/")}"/>'
        for kind, part in _PARTS.items()
    )
    namespace = f'xmlns="{_PACKAGE}/relationships"'
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>'
        ),
        "_rels/.rels": (
            f'<Relationships {namespace}><Relationship Id="workbook" Type="{_RELATIONS}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/_rels/workbook.xml.rels": f"<Relationships {namespace}>{relations}</Relationships>",
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><workbookPr date1904="{int(from_1904)}"/>'
            f'<sheets><sheet name="{SHEET_NAME}" sheetId="1" r:id="worksheet"/></sheets></workbook>'
        ),
    }
