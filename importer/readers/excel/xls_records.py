"""The records of an .xls, gone over before xlrd reads them, so that no file fills the memory.

xlrd holds far more than a file has: a link over a range is an object for each of its cells, and each cell that is only
formatted is a cell. So what says nothing about values is hidden from it, and the rest is counted. Source: [MS-XLS].
"""

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from importer.readers.excel.extent import MOST_AREAS

_BOF, _EOF, _PASSWORD, _CODE_PAGE, _CONTINUED, _SHEET = 0x0809, 0x000A, 0x002F, 0x0042, 0x003C, 0x0085
_TEXTS, _FORMAT, _STYLE, _ROW, _MERGED, _SEVERAL = 0x00FC, 0x041E, 0x00E0, 0x0208, 0x00E5, 0x00BD
_FORMULAS = frozenset({0x0006, 0x0206, 0x0406})
_AFTER_FORMULAS = frozenset({0x0207, 0x04BC, 0x0221, 0x0236, 0x0037})
_CELLS = _FORMULAS | {0x0203, 0x0204, 0x00FD, 0x027E, 0x00D6, 0x0205, _SEVERAL}
_DAYS_FROM_1904 = 0x0022
_SHOWN = (
    _CELLS | _AFTER_FORMULAS | {_BOF, _EOF, _CODE_PAGE, _DAYS_FROM_1904, _SHEET, _TEXTS, _FORMAT, _STYLE, _ROW, _MERGED}
)
_HIDDEN = b"\xff\x0f"
"""A kind of record that there is not."""
_MOST = {_STYLE: 16_384, _FORMAT: 16_384, _SHEET: 4_096, _ROW: 131_072}
"""Records of a kind in one part: xlrd makes an object of each."""
_MOST_TEXTS = 1_500_000
_OLD = frozenset({0x0009, 0x0209, 0x0409})
_EXCEL_5, _EXCEL_97 = 0x0500, 0x0600


class XlsRecordsError(ValueError):
    """The records are damaged, or made to do harm."""


@dataclass(slots=True)
class XlsPart:
    """What the records of a sheet say about its size."""

    rows: int = 0
    """Up to the last with something in it, or with merged cells."""
    columns: int = 0
    cells: int = 0
    """Those with something in them."""
    merged: int = 0
    empty_results: int = 0
    """Formulas whose result is a text without a character."""
    first_empty_result: tuple[int, int] = (0, 0)
    """Column, from 0, and row, from 1, of the first of them."""
    counts: Counter[int] = field(default_factory=Counter)

    def add(self, kind: int, content: bytes) -> None:
        """Take note of a record."""
        self.counts[kind] += 1
        if self.counts[kind] > _MOST.get(kind, self.counts[kind]):
            raise XlsRecordsError
        if kind in _CELLS:
            row, column = struct.unpack_from("<HH", content)
            last = struct.unpack_from("<H", content, len(content) - 2)[0] if kind == _SEVERAL else column
            self.rows, self.columns = max(self.rows, row + 1), max(self.columns, last + 1)
            self.cells += max(last - column + 1, 1)
            if kind in _FORMULAS and content[6] == 3 and content[12:14] == b"\xff\xff":  # noqa: PLR2004 - an empty text
                self.first_empty_result = self.first_empty_result if self.empty_results else (column, row + 1)
                self.empty_results += 1
        elif kind == _MERGED:
            areas = list(struct.iter_unpack("<HHHH", content[2 : 2 + (len(content) - 2) // 8 * 8]))
            self.merged += len(areas)
            self.rows = max([self.rows, *(last_row + 1 for _, last_row, _, _ in areas)])
            self.columns = max([self.columns, *(last_column + 1 for *_, last_column in areas)])
            if self.merged > MOST_AREAS:
                raise XlsRecordsError
        elif kind == _TEXTS and struct.unpack_from("<I", content, 4)[0] > _MOST_TEXTS:
            raise XlsRecordsError


class XlsRecords:
    """The records, gone over.

    Args:
        records: The stream `Workbook` of the file.

    Raises:
        XlsRecordsError: They are damaged, or more than any spreadsheet program writes.

    """

    def __init__(self, records: bytes) -> None:
        kind, _, version = struct.unpack_from("<HHH", records)
        self.is_too_old = kind in _OLD or (kind == _BOF and version < _EXCEL_5)
        self.is_unicode = version == _EXCEL_97
        self.has_password = False
        self.has_code_page = False
        self.text_bytes = 0
        """Of the workbook's part, which holds the texts of all sheets."""
        self.sheets: list[tuple[int, bool]] = []
        """Where each sheet's part begins, and whether the sheet is visible."""
        self.parts: dict[int, XlsPart] = {}
        self._shown = bytearray(records)
        self._go_over()
        if not self.has_password and any(at not in self.parts for at, _ in self.sheets):
            raise XlsRecordsError

    def for_xlrd(self) -> bytes:
        """Return the records with those that say nothing about values hidden."""
        return bytes(self._shown)

    def _go_over(self) -> None:
        part: XlsPart | None = None
        is_embedded = is_shown = False  # a chart in a sheet has a part in the sheet's
        for at, kind, content in _records(self._shown):
            if kind == _BOF:
                is_embedded = part is not None
                part = part or self.parts.setdefault(at, XlsPart())
            elif kind == _EOF:
                part = part if is_embedded else None
                is_embedded = False
            elif part is not None and not is_embedded:
                part.add(kind, content)
                if len(self.parts) == 1:
                    self._note(kind, content)
                if self.has_password:  # what follows is encrypted
                    return
            is_shown = is_shown if kind == _CONTINUED else kind in _SHOWN
            self.text_bytes += len(content) if is_shown and len(self.parts) == 1 else 0
            if not is_shown:
                self._shown[at : at + 2] = _HIDDEN

    def _note(self, kind: int, content: bytes) -> None:
        if kind == _SHEET and content[5] == 0:  # charts and macros are no sheets
            start, state = struct.unpack_from("<IB", content)
            self.sheets.append((start, state & 3 == 0))
        self.has_password = self.has_password or kind == _PASSWORD
        self.has_code_page = self.has_code_page or kind == _CODE_PAGE


def _records(stream: bytearray) -> Iterator[tuple[int, int, bytes]]:
    """Yield place, kind and content of each."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield at, kind, bytes(stream[at + 4 : at + 4 + length])
        at += 4 + length
