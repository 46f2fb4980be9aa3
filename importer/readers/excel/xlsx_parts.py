"""What an .xlsx has besides cells: its sheets, the parts that `.rels` parts point to, and its number formats."""

from itertools import islice
from pathlib import PurePosixPath

from importer.readers.excel.cells import zeros_in_front
from importer.readers.excel.markup import MarkupError, elements
from importer.readers.excel.workbook import LONGEST_NAME, SheetPart
from importer.readers.excel.zip_package import Package, damaged

_MOST_SHEETS = 10_000
_MOST_STYLES = 100_000
"""Excel takes 65,490 (its specifications and limits)."""
_EAST_ASIAN_DATES = frozenset({*range(27, 37), *range(50, 59)})
"""Built-in formats that are dates in the languages that have them (ECMA-376, part 1, 18.8.30)."""


class WorkbookParts:
    """The parts of a workbook by their names in the zip; empty where there is none.

    Raises:
        InputError: There is no workbook in it.
        MarkupError: Its XML is broken.

    """

    def __init__(self, package: Package) -> None:
        self.main = _main_part(package)
        folder = PurePosixPath(self.main).parent
        targets = targets_of(package, str(folder / "_rels" / f"{PurePosixPath(self.main).name}.rels"))
        self.texts = _part_of_type(targets, folder, "/sharedStrings")
        self.styles = _part_of_type(targets, folder, "/styles")
        self.from_1904 = False
        self.sheets: list[SheetPart] = []
        for element in islice(elements(package.blocks(self.main), {"workbookPr", "sheet"}), _MOST_SHEETS):
            if element.tag.endswith("}workbookPr"):
                self.from_1904 = element.get("date1904") in {"1", "true"}
                continue
            relation = next((value for key, value in element.items() if key.endswith(":id")), "")
            part = _part_name(folder, targets.get(relation, ("", ""))[1])
            visible = element.get("state", "visible") == "visible"
            self.sheets.append(SheetPart(name=element.get("name", "")[:LONGEST_NAME], visible=visible, part=part))


class NumberStyles:
    """The number formats of the styles, which have places from 0.

    Raises:
        InputError: The part of the styles is damaged.
        MarkupError: The same, or it has more styles than any spreadsheet program takes.

    """

    def __init__(self, package: Package, part: str) -> None:
        self.codes: dict[int, str] = dict.fromkeys(_EAST_ASIAN_DATES, "yyyy-mm-dd")
        """The format codes by their numbers, without the built-in ones that every library knows."""
        self.numbers: list[int] = []
        """The number of each style's format."""
        for element in elements(package.blocks(part), {"numFmt", "cellXfs"}):
            if element.tag.endswith("}cellXfs"):
                self.numbers += [_format_number(style.get("numFmtId", "")) for style in element]
            else:
                self.codes[_format_number(element.get("numFmtId", ""))] = element.get("formatCode", "")
            if len(self.numbers) + len(self.codes) > _MOST_STYLES:
                raise MarkupError

    @property
    def zeros(self) -> dict[int, str]:
        """The styles, by their places, that show numbers with zeros in front, with their format codes."""
        with_zeros = {number for number, code in self.codes.items() if zeros_in_front(code)}
        return {place: self.codes[number] for place, number in enumerate(self.numbers) if number in with_zeros}


def targets_of(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return what a `.rels` part points to: by its name there, the type and the target."""
    relations = islice(elements(package.blocks(part), {"Relationship"}), 2 * _MOST_SHEETS)
    return {found.get("Id", ""): (found.get("Type", ""), found.get("Target", "")) for found in relations}


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
    target = target.replace("\\", "/")
    if not target:
        return ""
    return target[1:] if target.startswith("/") else str(folder / target)


def _format_number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
