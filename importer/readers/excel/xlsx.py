"""Workbooks of Excel since 2007: .xlsx and .xlsm (ECMA-376), zips of XML parts."""

import re
from collections.abc import Sequence
from contextlib import suppress
from html import unescape
from pathlib import PurePosixPath

from importer.model.errors import InputError
from importer.readers.excel.cells import zeros_in_front
from importer.readers.excel.engines import Calamine, CalamineError, Engine
from importer.readers.excel.extent import MOST_CELLS_HELD, Extent
from importer.readers.excel.markup import listened, local
from importer.readers.excel.shared_texts import SharedTexts
from importer.readers.excel.workbook import SheetPart
from importer.readers.excel.xlsx_look import look_over
from importer.readers.excel.zip_package import Package, damaged

_MOST_BYTES_HELD = 100 * 1024**2
_MOST_CHARACTERS_HELD = 400 * 1024**2
"""The longest shared text times the cells, which could each repeat it."""
_MOST_STYLES_BYTES = 16 * 1024**2
_FORMAT = re.compile(r'formatCode="([^"]*)"')
_MOST_SHEETS = 10_000
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t|f)(?:\s[^<>]*)?>[^<]")
_SMALL_PARTS = re.compile(r"(?:xl/(?:[^/]*\.xml|_rels/.*)|_rels/.*|\[Content_Types\]\.xml)", re.IGNORECASE)


class XlsxWorkbook:
    """An opened .xlsx or .xlsm.

    Raises:
        InputError: It is damaged.
        MarkupError: The same.

    """

    notes: Sequence[str] = ()

    def __init__(self, package: Package) -> None:
        self._package = package
        contents, main = _Contents(), _main_part(package)
        for _ in listened(package.blocks(main), contents):
            pass
        folder = PurePosixPath(main).parent
        targets = targets_of(package, str(folder / "_rels" / f"{PurePosixPath(main).name}.rels"))
        self._from_1904 = contents.from_1904
        self._texts = _part_of_type(targets, folder, "/sharedStrings")
        self._styles_part = _part_of_type(targets, folder, "/styles")
        self.sheets: Sequence[SheetPart] = [
            SheetPart(name=name, visible=visible, part=_part_name(folder, targets.get(relation, ("", ""))[1]))
            for name, visible, relation in contents.sheets
        ]

    def has_values(self, sheet: SheetPart) -> bool:
        """Tell whether any cell of the sheet has a value; stops at the first."""
        return any(_VALUE.search(block) for block in self._package.blocks(sheet.part))

    def look(self, sheet: SheetPart) -> Extent:
        """Return what the sheet's XML says about its cells."""
        if not self._package.size(sheet.part):
            raise damaged(self._package.path)
        extent = look_over(self._package.blocks(sheet.part))
        if extent.is_plain:
            return extent
        from importer.readers.excel.streaming import look_slowly  # noqa: PLC0415 - openpyxl is slow to import

        return look_slowly(self._package.blocks(sheet.part))

    def opened(self, sheet: SheetPart, extent: Extent) -> Engine:
        """Return calamine where it is safe and exact, else our own way through the XML."""
        if self._suits_calamine(sheet, extent):
            with suppress(CalamineError, ValueError):  # what it does not take may be well for all that
                return Calamine(self._package.path, sheet.name, extent)
        if not extent.in_order:
            raise InputError(
                f'The sheet "{sheet.name}" of {self._package.path} has its rows in disorder, and cannot be read so.',
                "Open it in a spreadsheet program and save it again.",
            )
        # openpyxl, slow to import, is seldom needed.
        from importer.readers.excel.streaming import Streaming  # noqa: PLC0415 - see above
        from importer.readers.excel.styles import Styles  # noqa: PLC0415 - see above

        styles = Styles(self._package.blocks(self._styles_part))
        texts = SharedTexts(self._package.blocks(self._texts))
        return Streaming(lambda: self._package.blocks(sheet.part), texts, styles, from_1904=self._from_1904)

    def close(self) -> None:
        """Let go of the file; more than once does no harm."""
        self._package.close()

    def _suits_calamine(self, sheet: SheetPart, extent: Extent) -> bool:
        size = self._package.size
        if not (
            extent.is_plain
            and self._package.is_straight
            and extent.rows * extent.columns <= MOST_CELLS_HELD
            and size(self._texts) + size(sheet.part) <= _MOST_BYTES_HELD
        ):
            return False
        return (
            not self._some_style_has_zeros()
            and self._texts_are_short(extent.rows * extent.columns)
            and self._small_parts_are_true()
        )

    def _some_style_has_zeros(self) -> bool:
        """Tell whether numbers may be shown with zeros in front, of which calamine knows nothing."""
        if self._package.size(self._styles_part) > _MOST_STYLES_BYTES:
            return True
        text = b"".join(self._package.blocks(self._styles_part)).decode("utf-8", "replace")
        return "formatCode='" in text or any(zeros_in_front(unescape(code)) for code in set(_FORMAT.findall(text)))

    def _texts_are_short(self, cells: int) -> bool:
        """Tell whether the shared texts could be written into that many cells, and none is escaped."""
        longest, left = 0, 0
        for block in self._package.blocks(self._texts):
            pieces = block.split(b"<si")
            longest = max(longest, left + len(pieces[0]), *map(len, pieces[1:]))
            left = len(pieces[-1]) + (left if len(pieces) == 1 else 0)
            if b"_x" in block or b"<!" in block or longest * cells > _MOST_CHARACTERS_HELD:
                return False
        return True

    def _small_parts_are_true(self) -> bool:
        """Unpack what else calamine reads: that there is as much as the zip says is known only then."""
        for part in self._package.names:
            if _SMALL_PARTS.fullmatch(part) and part != self._texts:
                blocks = self._package.blocks(part)
                if any(b"<!" in block for block in blocks):
                    return False
        return True


class _Contents:
    """Hears `workbook.xml`."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, bool, str]] = []
        self.from_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "workbookPr":
            self.from_1904 = attributes.get("date1904") in {"1", "true"}
        elif name == "sheet" and len(self.sheets) < _MOST_SHEETS:
            relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            visible = attributes.get("state", "visible") == "visible"
            self.sheets.append((attributes.get("name", ""), visible, relation))

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


class _Relations:
    """Hears a `.rels` part: what points where."""

    def __init__(self) -> None:
        self.targets: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if local(name) == "Relationship" and len(self.targets) < 2 * _MOST_SHEETS:
            self.targets[attributes.get("Id", "")] = (attributes.get("Type", ""), attributes.get("Target", ""))

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


def targets_of(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return what a `.rels` part points to: by its name there, the type and the target."""
    relations = _Relations()
    if package.size(part):
        for _ in listened(package.blocks(part), relations):
            pass
    return relations.targets


def _main_part(package: Package) -> str:
    found = _part_of_type(targets_of(package, "_rels/.rels"), PurePosixPath(), "/officeDocument")
    main = found if package.size(found) else "xl/workbook.xml"
    if not package.size(main):
        raise damaged(package.path)
    return main


def _part_of_type(targets: dict[str, tuple[str, str]], folder: PurePosixPath, kind: str) -> str:
    return next((_part_name(folder, target) for type_, target in targets.values() if type_.endswith(kind)), "")


def _part_name(folder: PurePosixPath, target: str) -> str:
    """Return the zip's name of what a part points to; a leading slash means from the zip's root."""
    if not target:
        return ""
    return target[1:] if target.startswith("/") else str(folder / target)
