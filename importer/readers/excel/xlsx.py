"""Workbooks of Excel since 2007: .xlsx and .xlsm (ECMA-376), zips of XML parts."""

import re
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from functools import cached_property
from typing import TYPE_CHECKING

from importer.model.errors import InputError
from importer.readers.excel.extent import MOST_CELLS_HELD, Extent
from importer.readers.excel.pandas_sheet import PandasSheet
from importer.readers.excel.shared_texts import SharedTexts, look_over_texts
from importer.readers.excel.workbook import SheetPart, SheetRows
from importer.readers.excel.xlsx_look import characters_of, look_over
from importer.readers.excel.xlsx_parts import NumberStyles, WorkbookParts
from importer.readers.excel.zip_package import Package, damaged

if TYPE_CHECKING:
    from importer.readers.excel.openpyxl_sheet import OpenpyxlSheet

_MOST_BYTES_READ = 100 * 1024**2
_MOST_BYTES_SORTED = 16 * 1024**2
_MOST_BYTES_HELD = 200_000_000
"""Of values, so that the process stays under 300 MB (a million cells of 15 characters: 283 MB, November 2026)."""
_BYTES_OF_CELL = 170
"""Without its characters."""
_BYTES_OF_MARKUP = len("><t></t></si>")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t|f)(?:\s[^<>]*)?>(?:[^<]|<!)|\0<\0[vtf]\0|<\0[vtf]\0")
"""The beginning of a value, in UTF-16 too."""
_SMALL_PARTS = re.compile(r"(?:xl/(?:[^/]*\.xml|_rels/.*)|_rels/.*|\[content_types\]\.xml)")


class XlsxWorkbook:
    """An opened .xlsx or .xlsm.

    Raises:
        InputError: It is damaged.
        MarkupError: The same.

    """

    notes: Sequence[str] = ()

    def __init__(self, package: Package) -> None:
        self._package = package
        self._parts = WorkbookParts(package)
        self.sheets: Sequence[SheetPart] = self._parts.sheets
        self._styles = NumberStyles(package, self._parts.styles)
        self._opened = ExitStack()
        self._opened.callback(package.close)

    def has_values(self, sheet: SheetPart) -> bool:
        """Tell whether any cell of the sheet has a value; stops at the first."""
        return any(_VALUE.search(block) for block in self._package.blocks(sheet.part))

    def look(self, sheet: SheetPart) -> Extent:
        """Return what the sheet's XML says about its cells; where that is not plain, what openpyxl parses of it."""
        if not self._package.size(sheet.part):
            raise damaged(self._package.path)
        self._shared = look_over_texts(self._package.blocks(self._parts.texts))
        if self._shared.is_plain:
            extent = look_over(self._package.blocks(sheet.part), self._styles.zeros, self._shared.blank)
            if extent.is_plain:
                return extent
        return self._by_openpyxl(sheet).look()

    def opened(self, sheet: SheetPart, extent: Extent) -> SheetRows:
        """Return pandas where it can hold the sheet and is sure to read it as it was looked at, else openpyxl."""
        if extent.is_plain and self._fits_in_memory(sheet, extent) and self._suits_calamine(sheet):
            with suppress(Exception):  # what calamine does not take may be well for all that
                return PandasSheet(self._package.path, sheet.name, extent)
        if not extent.in_order and self._package.size(sheet.part) > _MOST_BYTES_SORTED:
            raise InputError(
                f'The sheet "{sheet.name}" of {self._package.path} is big and has its rows in disorder, so it cannot '
                "be read.",
                "Open it in a spreadsheet program and save it again.",
            )
        return self._by_openpyxl(sheet, extent)

    def close(self) -> None:
        """Close the file; closing it twice does no harm."""
        self._opened.close()

    def _fits_in_memory(self, sheet: SheetPart, extent: Extent) -> bool:
        """Tell whether `read_excel` can hold the sheet: each cell is there with a text of its own, twice."""
        cells = extent.rows * extent.columns
        size = self._package.size(self._parts.texts) + self._package.size(sheet.part)
        if cells > MOST_CELLS_HELD or size > _MOST_BYTES_READ:
            return False
        left = _MOST_BYTES_HELD - cells * _BYTES_OF_CELL
        if cells * self._shared.longest * 2 <= left:
            return True
        return characters_of(self._package.blocks(sheet.part), self._shared.lengths, _BYTES_OF_MARKUP) * 2 <= left

    def _by_openpyxl(self, sheet: SheetPart, extent: Extent | None = None) -> "OpenpyxlSheet":
        # openpyxl, slow to import, is needed for big and odd sheets only.
        from importer.readers.excel.openpyxl_sheet import OpenpyxlSheet  # noqa: PLC0415 - see above

        return OpenpyxlSheet(
            lambda: self._package.blocks(sheet.part),
            self._texts,
            self._styles,
            from_1904=self._parts.from_1904,
            extent=extent,
        )

    def _suits_calamine(self, sheet: SheetPart) -> bool:
        """Tell whether every reader of zips sees the same in it, under the names that calamine looks for."""
        usual = {
            "xl/workbook.xml": self._parts.main,
            "xl/styles.xml": self._parts.styles,
            "xl/sharedStrings.xml": self._parts.texts,
            sheet.part: sheet.part,
        }
        return (
            self._package.is_straight
            and all(
                not self._package.size(part) or (part == name and self._package.has_exactly(part))
                for name, part in usual.items()
            )
            and self._small_parts_are_true()
        )

    def _small_parts_are_true(self) -> bool:
        """Unpack what else calamine reads: that there is as much as the zip says is known only then."""
        for part in self._package.names:
            if _SMALL_PARTS.fullmatch(part) and part != self._parts.texts.casefold():
                blocks = self._package.blocks(part)
                if any(b"<!" in block for block in blocks):
                    return False
        return True

    @cached_property
    def _texts(self) -> SharedTexts:
        texts = SharedTexts(self._package.blocks(self._parts.texts))
        self._opened.callback(texts.close)
        return texts
