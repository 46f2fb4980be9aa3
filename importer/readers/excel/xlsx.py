"""Workbooks of Excel since 2007: .xlsx and .xlsm (ECMA-376), zips of XML parts."""

import re
from array import array
from collections.abc import Collection, Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from importer.model.errors import InputError
from importer.readers.excel.extent import MOST_CELLS_HELD, Extent
from importer.readers.excel.markup import MarkupError
from importer.readers.excel.pandas_sheet import PandasSheet
from importer.readers.excel.plain_copy import PlainCopy
from importer.readers.excel.shared_texts import SharedTexts
from importer.readers.excel.styles import NumberStyles
from importer.readers.excel.workbook import SheetPart, SheetRows
from importer.readers.excel.xlsx_look import BLANK, characters_of, is_beyond_plain, look_over, signs_in
from importer.readers.excel.xlsx_parts import WorkbookParts
from importer.readers.excel.zip_package import Package, damaged

_MOST_BYTES_READ = 100 * 1024**2
_MOST_BYTES_HELD = 200_000_000
"""Of values, so that the process stays under 300 MB (a million cells of 15 characters: 283 MB, November 2026)."""
_BYTES_OF_CELL = 170
"""Without its characters."""
_LONGEST_TEXT = 10 * 1024**2
_BYTES_OF_MARKUP = len("><t></t></si>")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t|f)(?:\s[^<>]*)?>(?:[^<]|<!)|\0<\0[vtf]\0|<\0[vtf]\0")
"""The beginning of a value, in UTF-16 too."""
_SMALL_PARTS = re.compile(r"(?:xl/(?:[^/]*\.xml|_rels/.*)|_rels/.*|\[content_types\]\.xml)")
_BLANK_TEXT = re.compile(rb"[^<>]*(?:/>|>\s*(?:<t(?:\s[^<>]*)?(?:/>|>" + BLANK + rb"</t>))?\s*</si>)\s*(?:</sst>\s*)?")
_SIGNS_OF_BLANK_TEXT = {b">": b"></t>", b"/": b"/></si>", b" ": b" </t>", b"\n": b"\n</t>", b";": b";</t>"}
_SHORTEST_FILLED = len("><t>a</t></si>")
_LONGEST_BLANK = 100


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
        self._styles = NumberStyles(package.blocks(self._parts.styles))
        self._texts: SharedTexts | None = None
        self._copy: PlainCopy | None = None
        self._opened = ExitStack()
        self._opened.callback(package.close)

    def has_values(self, sheet: SheetPart) -> bool:
        """Tell whether any cell of the sheet has a value; stops at the first."""
        return any(_VALUE.search(block) for block in self._package.blocks(sheet.part))

    def look(self, sheet: SheetPart) -> Extent:
        """Return what the sheet's XML says about its cells; where that is not plain, what its plain copy says."""
        if not self._package.size(sheet.part):
            raise damaged(self._package.path)
        self._shared = _shared_texts(self._package.blocks(self._parts.texts))
        if self._shared.is_plain:
            extent = look_over(self._package.blocks(sheet.part), self._styles.zeros, self._shared.blank)
            if extent.is_plain:
                return extent
        copy = self._copied(sheet, is_plain=False, with_texts=True)
        return look_over(copy.sheet(), self._styles.zeros, self._texts_on_disk().blank)

    def opened(self, sheet: SheetPart, extent: Extent) -> SheetRows:
        """Return pandas where it can hold the sheet, else openpyxl in its read-only mode."""
        if not self._fits_in_memory(sheet, extent):
            return self._streamed(sheet, extent)
        if self._copy is None and self._suits_calamine(sheet):
            with suppress(Exception):  # what it does not take may be well for all that: a copy of it is tried
                return PandasSheet(self._package.path, sheet.name, "calamine", extent)
        copy = self._copy or self._copied(sheet, is_plain=False, with_texts=True)
        with suppress(Exception):  # the same: openpyxl is tried
            return PandasSheet(copy.path, 0, "calamine", extent)
        self._refuse_disorder(sheet, extent)
        return PandasSheet(copy.path, 0, "openpyxl", extent)

    def close(self) -> None:
        """Let go of the file; more than once does no harm."""
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
        blocks = self._copy.sheet() if self._copy else self._package.blocks(sheet.part)
        return characters_of(blocks, self._shared.lengths, _BYTES_OF_MARKUP) * 2 <= left

    def _streamed(self, sheet: SheetPart, extent: Extent) -> SheetRows:
        self._refuse_disorder(sheet, extent)
        # openpyxl, slow to import, is needed for big sheets only.
        from importer.readers.excel.openpyxl_sheet import OpenpyxlSheet  # noqa: PLC0415 - see above

        try:
            copy = self._copied(sheet, is_plain=self._copy is None, with_texts=False)
        except MarkupError:
            copy = self._copied(sheet, is_plain=False, with_texts=False)
        return OpenpyxlSheet(copy, self._texts_on_disk(), self._styles, extent, from_1904=self._parts.from_1904)

    def _refuse_disorder(self, sheet: SheetPart, extent: Extent) -> None:
        """Return if the rows are in order: openpyxl loses those that are not."""
        if not extent.in_order:
            raise InputError(
                f'The sheet "{sheet.name}" of {self._package.path} has its rows in disorder, and cannot be read so.',
                "Open it in a spreadsheet program and save it again.",
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

    def _texts_on_disk(self) -> SharedTexts:
        if self._texts is None:
            self._texts = SharedTexts(self._package.blocks(self._parts.texts))
            self._opened.callback(self._texts.close)
        return self._texts

    def _copied(self, sheet: SheetPart, *, is_plain: bool, with_texts: bool) -> PlainCopy:
        self._copy = PlainCopy(
            lambda: self._package.blocks(sheet.part),
            self._styles,
            self._texts_on_disk(),
            with_texts=with_texts,
            is_plain=is_plain,
            from_1904=self._parts.from_1904,
        )
        self._opened.callback(self._copy.close)
        return self._copy


@dataclass(frozen=True, slots=True, kw_only=True)
class _SharedTextsLook:
    """What a look over the shared texts found."""

    lengths: "array[int]"
    """Bytes of the XML of each."""
    longest: int
    """The most of them."""
    blank: Collection[int]
    """The places, from 0, of those that are empty or white space."""
    is_plain: bool


def _shared_texts(blocks: Iterable[bytes]) -> _SharedTextsLook:
    lengths, blank, left, is_plain = array("I"), list[int](), b"", True
    for block in blocks:
        text = left + block
        is_plain = is_plain and not is_beyond_plain(text) and (bool(lengths) or b"<sst" in text)
        before, *pieces = text.split(b"<si")
        whole = pieces[:-1]
        if signs_in(text, _SIGNS_OF_BLANK_TEXT) or min(map(len, whole), default=0) < _SHORTEST_FILLED:
            blank += [place for place, piece in enumerate(whole, len(lengths)) if _is_blank(piece)]
        lengths.extend(map(len, whole))
        left = b"<si" + pieces[-1] if pieces else before
        if len(left) > _LONGEST_TEXT:
            is_plain = False
            break
    if _is_blank(left.removeprefix(b"<si")):
        blank.append(len(lengths))
    lengths.append(len(left))
    longest = max(0, max(lengths) - _BYTES_OF_MARKUP)
    return _SharedTextsLook(lengths=lengths, longest=longest, blank=blank, is_plain=is_plain)


def _is_blank(text: bytes) -> bool:
    return len(text) <= _LONGEST_BLANK and bool(_BLANK_TEXT.fullmatch(text))
