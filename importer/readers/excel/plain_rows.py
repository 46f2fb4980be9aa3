"""The cells of an .xlsx, heard in any XML and written in plain XML.

No value is interpreted: a cell keeps its type, its style and its text. What a library would refuse the whole file for
is told here: a reference to a shared text that is not there is damage, a date that is none an error of its cell.
"""

import re
from datetime import date, time
from functools import lru_cache
from xml.sax.saxutils import escape

from importer.readers.excel.cells import cell_name, column_index
from importer.readers.excel.extent import MOST_AREAS, MOST_COLUMNS, MOST_ROWS
from importer.readers.excel.markup import MarkupError, local
from importer.readers.excel.shared_texts import TextGatherer

_LONGEST_ROW = 4 * 1024**2
"""Characters."""
_PLACE = re.compile(r"([A-Za-z]{1,3})[0-9]*")
_AREA = re.compile(r"[A-Za-z0-9:$]{3,25}")
_ISO_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)?T?(\d\d:\d\d:\d\d(?:\.\d{1,6})?)?")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class PlainRows:
    """Hears the XML of a sheet, and writes its rows and merged areas in plain XML.

    Args:
        shared_texts: How many there are.

    """

    def __init__(self, shared_texts: int) -> None:
        self._shared_texts = shared_texts
        self._written: list[str] = []
        self._texts = TextGatherer(_LONGEST_ROW)
        self._row = 0
        self._column = -1
        self._row_start = ""
        self._areas = 0
        self._cells: list[tuple[int, str]] = []
        self._attributes: dict[str, str] = {}
        self._value: str | None = None
        self._has_formula = False

    def taken(self) -> bytes:
        """Return what was written since it was last taken."""
        written = "".join(self._written).encode()
        self._written.clear()
        return written

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Start-element handler."""
        name = local(name)
        self._texts.start(name)
        if name == "c":
            self._start_cell(attributes)
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self._has_formula = True
        elif name == "mergeCell" and _AREA.fullmatch(area := attributes.get("ref", "")):
            self._written.append(f'<mergeCell ref="{area.upper()}"/>')
            self._areas += 1
            if self._areas > MOST_AREAS:
                raise MarkupError

    def end(self, name: str) -> None:
        """End-element handler."""
        name = local(name)
        self._texts.end(name)
        if name in {"v", "is"}:
            self._value = self._texts.taken()
        elif name == "c":
            self._cells.append((self._column, self._cell()))
        elif name == "row":
            cells = "".join(cell for _, cell in sorted(self._cells))  # openpyxl loses those that are out of order
            self._written.append(f"{self._row_start}{cells}</row>")
            self._cells.clear()

    def text(self, text: str) -> None:
        """Character-data handler."""
        self._texts.text(text)

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._row = int(attributes.get("r", self._row + 1))
        if not 1 <= self._row <= MOST_ROWS:
            raise MarkupError
        self._column = -1
        self._cells.clear()
        self._texts.start_count()
        hidden = ' hidden="1"' if attributes.get("hidden") in {"1", "true"} else ""
        self._row_start = f'<row r="{self._row}"{hidden}>'

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        self._column = _column(place) if place else self._column + 1
        if self._column >= MOST_COLUMNS or len(self._cells) >= MOST_COLUMNS or not self._row:
            raise MarkupError
        self._attributes, self._value, self._has_formula = attributes, None, False
        self._texts.taken()

    def _cell(self) -> str:
        kind, value = self._attributes.get("t", "n"), self._value
        style = self._attributes.get("s", "0")
        start = f'<c r="{cell_name(self._column, self._row)}" s="{style if style.isdecimal() else "0"}"'
        if value is None or (not value.strip() and kind not in {"str", "inlineStr"}):
            return f"{start}><f/></c>" if self._has_formula else ""
        kind, value = self._checked(kind, value)
        return f'{start} t="{kind}">{"<f/>" if self._has_formula else ""}<v>{written(value)}</v></c>'

    def _checked(self, kind: str, value: str) -> tuple[str, str]:
        """Return a type that every library knows, and a value that it takes.

        Raises:
            MarkupError: It is no number, or there is no such shared text.

        """
        match kind:
            case "s":
                place = int(value)
                if not 0 <= place < self._shared_texts:
                    raise MarkupError
                return kind, str(place)
            case "n":
                float(value)
                return kind, value.strip()
            case "b":
                return kind, "1" if value.strip() in {"1", "true"} else "0"
            case "d":
                moment = value.strip().removesuffix("Z")
                return ("d", moment) if _is_moment(moment) else ("e", value)
            case _:
                return ("e" if kind == "e" else "str"), value


@lru_cache(MOST_COLUMNS)
def _letters_index(letters: str) -> int:
    return column_index(letters.upper())


def _column(place: str) -> int:
    found = _PLACE.fullmatch(place)
    if not found:
        raise MarkupError
    return _letters_index(found[1])


def _is_moment(text: str) -> bool:
    found = _ISO_MOMENT.fullmatch(text)
    if not found or not text:
        return False
    try:
        date.fromisoformat(found[1] or "2000-01-01")
        time.fromisoformat(found[2] or "00:00:00")
    except ValueError:
        return False
    return True


def written(text: str) -> str:
    """Return the text as XML has it.

    Halves of a character that stand in pairs (`_xD83D__xDE00_`) are written as one; a half alone is none. Other escapes
    stay: whoever reads the copy knows them (ECMA-376, part 1, 22.9.2.19).
    """
    if "_x" in text:
        joined = _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1][0] in "dD" else found[0], text)
        text = joined.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return escape(text, {"\r": "&#13;"})
