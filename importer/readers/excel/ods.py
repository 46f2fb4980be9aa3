"""Workbooks of LibreOffice and its kin: .ods (OpenDocument 1.3, part 3), read row by row in little memory.

The file says what each cell shows, so numbers shown with zeros in front keep them. Rows and cells that are alike are
written once with their number: a few bytes can stand for a million rows, so they are counted before they are read.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from importer.model.errors import InputError
from importer.readers.excel.engines import Engine
from importer.readers.excel.extent import MOST_AREAS, MOST_COLUMNS, MOST_ROWS, Area, Extent, HiddenRows
from importer.readers.excel.markup import LONGEST_TEXT, MarkupError, listened, local
from importer.readers.excel.ods_values import OdsCell, value_of
from importer.readers.excel.workbook import SheetPart
from importer.readers.excel.zip_package import Package, damaged, has_password

_MOST_CELLS = 64 * 1024**2
"""Of one sheet, repeated ones too: more would take hours."""
_LONGEST_ROW = 4 * 1024**2
_CELLS = frozenset({"table-cell", "covered-table-cell"})
_NOT_SHOWN = frozenset({"annotation", "shapes", "tracked-changes", "forms"})


@dataclass(slots=True)
class OdsRow:
    """Alike rows."""

    table: int
    """The place of their sheet, from 0."""
    number: int
    """Of the first of them, from 1."""
    count: int
    values: list[object]


class _Content:
    """Hears `content.xml`: the names of its sheets, and the rows of one of them, or of all."""

    def __init__(self, only: int | None = None) -> None:
        self.rows: list[OdsRow] = []
        """Whole rows; whoever reads takes them out."""
        self.names: list[str] = []
        self.hidden_tables: list[bool] = []
        self.hidden = HiddenRows()
        self.merged: list[Area] = []
        self._only = only
        self._invisible_styles: set[str] = set()
        self._style = ""
        self._depth = 0  # of tables: one may stand in another's cell
        self._not_shown = 0
        self._next = 1
        self._row: OdsRow | None = None
        self._repeated = 1
        self._cell: OdsCell | None = None
        self._length = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        plain = {local(key): value for key, value in attributes.items()}
        if self._not_shown or name in _NOT_SHOWN:
            self._not_shown += 1
        elif name == "style":
            self._style = plain.get("name", "")
        elif name == "table-properties" and plain.get("display") == "false":
            self._invisible_styles.add(self._style)
        elif name == "table":
            self._start_table(plain)
        elif self._depth == 1:
            self._start_in_table(name, plain, attributes)

    def end(self, name: str) -> None:
        name = local(name)
        if self._not_shown:
            self._not_shown -= 1
        elif name == "table":
            self._depth -= 1
        elif self._depth == 1 and name in _CELLS:
            self._end_cell()
        elif self._depth == 1 and name == "table-row":
            self._end_row()

    def text(self, text: str) -> None:
        if self._cell is not None and self._cell.paragraphs and not self._not_shown and self._depth == 1:
            self._add(text)

    def _add(self, text: str) -> None:
        self._length += len(text)
        if self._length > _LONGEST_ROW or self._cell is None or not self._cell.paragraphs:
            raise MarkupError
        self._cell.paragraphs[-1].append(text)

    def _start_table(self, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            self.names.append(attributes.get("name", ""))
            self.hidden_tables.append(attributes.get("style-name", "") in self._invisible_styles)
            self._next = 1

    def _start_in_table(self, name: str, plain: dict[str, str], attributes: dict[str, str]) -> None:
        if self._only is not None and len(self.names) - 1 != self._only:
            return
        if name == "table-row":
            count = int(plain.get("number-rows-repeated", 1))
            self._row = OdsRow(len(self.names) - 1, self._next, count, [])
            self._next += count
            self._length = 0
            if self._next > MOST_ROWS + 1:
                raise MarkupError
            if plain.get("visibility") in {"collapse", "filter"}:
                self.hidden.add(self._row.number, count)
        elif name in _CELLS and self._row is not None:
            self._cell = OdsCell(plain | {"error": attributes.get("calcext:value-type", "")})
            self._repeated = int(plain.get("number-columns-repeated", 1))
            if len(self._row.values) + self._repeated > MOST_COLUMNS:
                raise MarkupError
        elif self._cell is not None:
            self._start_in_cell(self._cell, name, plain)

    def _start_in_cell(self, cell: OdsCell, name: str, attributes: dict[str, str]) -> None:
        if name == "p" and len(cell.paragraphs) < LONGEST_TEXT:
            cell.paragraphs.append([])
        elif name == "s" and cell.paragraphs:
            self._add(" " * min(int(attributes.get("c", 1)), LONGEST_TEXT))
        elif name in {"tab", "line-break"} and cell.paragraphs:
            self._add("\t" if name == "tab" else "\n")

    def _end_cell(self) -> None:
        if self._cell is not None and self._row is not None:
            value = value_of(self._cell)
            self._row.values += [value] * self._repeated
            self._take_area(self._cell.attributes, self._row)
        self._cell = None

    def _take_area(self, attributes: dict[str, str], row: OdsRow) -> None:
        rows, columns = (int(attributes.get(f"number-{kind}-spanned", 1)) for kind in ("rows", "columns"))
        if rows > 1 or columns > 1:
            first = len(row.values) - self._repeated
            self.merged.append(Area(row.number, row.number + rows - 1, first, first + columns - 1))
            if len(self.merged) > MOST_AREAS:
                raise MarkupError

    def _end_row(self) -> None:
        if self._row is not None:
            while self._row.values and self._row.values[-1] in {None, ""}:
                self._row.values.pop()
            self.rows.append(self._row)
            self._row = None


class OdsWorkbook:
    """An opened .ods.

    Raises:
        InputError: It is damaged, has a password, or stands for more cells than can be read.
        MarkupError: The same.

    """

    notes: Sequence[str] = ()

    def __init__(self, package: Package) -> None:
        self._package = package
        if any(b"encryption-data" in block for block in package.blocks("META-INF/manifest.xml")):
            raise has_password(package.path)
        content = _Content()
        self._filled: set[int] = set()
        self._extents: list[tuple[int, int]] = []
        for row in _rows(package, content):
            if row.values:
                self._filled.add(row.table)
        if not content.names:
            raise damaged(package.path)
        self.sheets: Sequence[SheetPart] = [
            SheetPart(name=name, visible=not hidden, part=str(place))
            for place, (name, hidden) in enumerate(zip(content.names, content.hidden_tables, strict=True))
        ]

    def has_values(self, sheet: SheetPart) -> bool:
        """Tell whether any cell of the sheet has a value."""
        return int(sheet.part) in self._filled

    def look(self, sheet: SheetPart) -> Extent:
        """Count the sheet's rows and cells.

        Raises:
            InputError: There are too many.

        """
        content = _Content(int(sheet.part))
        last_row, columns, cells = 0, 0, 0
        for row in _rows(self._package, content):
            if row.values:
                last_row, columns = row.number + row.count - 1, max(columns, len(row.values))
                cells += row.count * len(row.values)
        if cells > _MOST_CELLS:
            raise InputError(
                f'The sheet "{sheet.name}" of {self._package.path} stands for {cells:,} cells, too many to be read.',
                "Delete what is right of the table and below it, and save the file again.",
            )
        return Extent(rows=last_row, columns=columns, hidden=content.hidden.found(), merged=tuple(content.merged))

    def opened(self, sheet: SheetPart, extent: Extent) -> Engine:
        """Return how to read the sheet."""
        return _OdsRows(lambda: _rows(self._package, _Content(int(sheet.part))), extent.rows)

    def close(self) -> None:
        """Let go of the file; more than once does no harm."""
        self._package.close()


class _OdsRows:
    """The rows of one sheet, as far as there is something in them."""

    def __init__(self, rows: Callable[[], Iterator[OdsRow]], last: int) -> None:
        self._rows = rows
        self._last = last

    def rows(self) -> Iterator[Sequence[object]]:
        """Yield the values of each row from row 1 on."""
        for row in self._rows():
            for _ in range(min(row.count, self._last - row.number + 1)):
                yield row.values

    def close(self) -> None:
        """Do nothing: the workbook has the file."""


def _rows(package: Package, content: _Content) -> Iterator[OdsRow]:
    for _ in listened(package.blocks("content.xml"), content):
        yield from content.rows
        content.rows.clear()
