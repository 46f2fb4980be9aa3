"""The cells and shared texts of an .xlsx, heard in any XML and written in plain XML.

No value is interpreted: a cell keeps its type, its style and its text. What a library would refuse the whole file for
is told here: a reference to a shared text that is not there is damage, a date that is none an error of its cell.
"""

import mmap
import re
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, time
from functools import lru_cache
from xml.sax.saxutils import escape

from importer.readers.excel.cells import cell_name, column_index
from importer.readers.excel.extent import MOST_AREAS, MOST_COLUMNS, MOST_ROWS
from importer.readers.excel.markup import LONGEST_TEXT, MarkupError, listened, local

_LONGEST_ROW = 4 * 1024**2
"""Characters."""
_CACHED_TEXTS = 4_096
_PLACE = re.compile(r"([A-Za-z]{1,3})[0-9]*")
_AREA = re.compile(r"[A-Za-z0-9:$]{3,25}")
_ISO_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)?T?(\d\d:\d\d:\d\d(?:\.\d{1,6})?)?")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class _Texts:
    """Gathers the text of a cell or a shared text: of its runs, without what only says how it is pronounced."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._pieces: list[str] = []
        self._length = 0
        self._is_open = False
        self._pronunciation = 0

    def start(self, name: str) -> None:
        if name == "rPh":
            self._pronunciation += 1
        self._is_open = name in {"t", "v"} and not self._pronunciation

    def end(self, name: str) -> None:
        if name == "rPh":
            self._pronunciation -= 1
        self._is_open = False

    def text(self, text: str) -> None:
        if self._is_open:
            self._length += len(text)
            if self._length > self._longest:
                raise MarkupError
            self._pieces.append(text)

    def taken(self) -> str:
        text = "".join(self._pieces)
        self._pieces.clear()
        return text

    def start_count(self) -> None:
        """Count the characters from 0."""
        self._length = 0


class PlainRows:
    """Hears the XML of a sheet, and writes its rows and merged areas in plain XML.

    Args:
        shared_texts: How many there are.

    """

    def __init__(self, shared_texts: int) -> None:
        self._shared_texts = shared_texts
        self._written: list[str] = []
        self._texts = _Texts(_LONGEST_ROW)
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


class SharedTexts:
    """The shared texts by their places, from 0, kept on disk so that millions fit in little memory.

    Args:
        blocks: The XML of `xl/sharedStrings.xml`.

    Raises:
        MarkupError: It is broken, or has a text longer than any cell's.
        OSError: The temporary file cannot be written.

    """

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._ends = array("Q", [0])
        self._texts = _Texts(LONGEST_TEXT)
        self.blank: set[int] = set()
        """The places of those that are empty or white space."""
        self.longest = 0
        """Bytes of the longest one."""
        self.at = lru_cache(_CACHED_TEXTS)(self._at)
        try:
            for _ in listened(blocks, self):
                pass
            self._file.flush()
            self._bytes = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) if self._ends[-1] else None
        except BaseException:
            self._file.close()
            raise

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __iter__(self) -> Iterator[str]:
        return map(self._at, range(len(self)))

    def __getitem__(self, place: int) -> str:
        return self.at(place)

    def start(self, name: str, _: dict[str, str]) -> None:
        """Start-element handler."""
        self._texts.start(local(name))

    def end(self, name: str) -> None:
        """End-element handler."""
        name = local(name)
        self._texts.end(name)
        if name == "si":
            text = self._texts.taken()
            self._texts.start_count()
            if not text.strip():
                self.blank.add(len(self))
            encoded = text.encode()
            self.longest = max(self.longest, len(encoded))
            self._file.write(encoded)
            self._ends.append(self._ends[-1] + len(encoded))

    def text(self, text: str) -> None:
        """Character-data handler."""
        self._texts.text(text)

    def close(self) -> None:
        """Take the temporary file away; more than once does no harm."""
        with suppress(BufferError):
            if self._bytes is not None:
                self._bytes.close()
        self._file.close()

    def _at(self, place: int) -> str:
        if place < 0:
            raise IndexError
        start, end = self._ends[place], self._ends[place + 1]
        return "" if self._bytes is None else self._bytes[start:end].decode()
