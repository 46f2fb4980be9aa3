"""Writes small old workbooks of Excel (.xls), records as a test wants them, in the container that they come in."""

import struct
from collections.abc import Mapping, Sequence
from itertools import pairwise

BOF, EOF, CONTINUED = 0x0809, 0x000A, 0x003C
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def record(kind: int, content: bytes = b"") -> bytes:
    """Return a record."""
    return struct.pack("<HH", kind, len(content)) + content


def begin(part: int, version: int = 0x0600) -> bytes:
    """Return the first record of the workbook's part (5), a sheet's (16) or a chart's (32)."""
    return record(BOF, struct.pack("<HHHHII", version, part, 0x0DBB, 0x07CC, 0, 6))


def cell(kind: int, row: int, column: int, content: bytes, style: int = 15) -> bytes:
    """Return a record of a cell; row and column from 0."""
    return record(kind, struct.pack("<HHH", row, column, style) + content)


def number(row: int, column: int, value: float, style: int = 15) -> bytes:
    """Return a number."""
    return cell(0x0203, row, column, struct.pack("<d", value), style)


def label(row: int, column: int, text: str | bytes) -> bytes:
    """Return a text: of Excel 97 as str, of Excel 5 as bytes."""
    if isinstance(text, bytes):
        return cell(0x0204, row, column, struct.pack("<H", len(text)) + text)
    wide = text.encode("utf-16-le")
    return cell(0x0204, row, column, struct.pack("<HB", len(wide) // 2, 1) + wide)


def formula(row: int, column: int, result: bytes, kind: int = 0x0006) -> bytes:
    """Return a formula with its result, of eight bytes."""
    return cell(kind, row, column, result + struct.pack("<HIH", 0, 0, 0))


def workbook(
    *sheets: bytes,
    version: int = 0x0600,
    code_page: int | None = 1200,
    formats: Sequence[str] = (),
    more: bytes = b"",
) -> bytes:
    """Return the stream of a workbook.

    Args:
        sheets: The records of each sheet; the sheets are called S1, S2, ...
        version: Of the records: 0x0600 since Excel 97, 0x0500 of Excel 5.
        code_page: What the record of that name says; None for no record.
        formats: The number formats; that of place n is of the style 16 + n.
        more: Further records of the workbook's part.

    """
    wide = version == 0x0600
    page = b"" if code_page is None else record(0x0042, struct.pack("<H", code_page))
    texts = b"".join(
        record(0x041E, struct.pack("<HHB", 170 + place, len(text), 0) + text.encode("latin-1"))
        for place, text in enumerate(formats)
    )
    keys = [0] * 16 + [170 + place for place in range(len(formats))]
    styles = b"".join(
        record(0x00E0, struct.pack("<HHH", 0, key, 0xFFF5 if place < 15 else 1).ljust(20 if wide else 16, b"\0"))
        for place, key in enumerate(keys)
    )
    before = begin(5, version) + page + texts + styles + more
    parts = [begin(16, version) + cells + record(EOF) for cells in sheets]
    names = [f"S{place}".encode() for place in range(1, len(parts) + 1)]
    at = len(before) + sum(4 + 7 + wide + len(name) for name in names) + 4
    bounds = b""
    for name, part in zip(names, parts, strict=True):
        bounds += record(0x0085, struct.pack("<IHB", at, 0, len(name)) + b"\0" * wide + name)
        at += len(part)
    return before + bounds + record(EOF) + b"".join(parts)


def container(streams: Mapping[str, bytes]) -> bytes:
    """Return a file of streams; one called `folder/name` lies in a folder, as an embedded object does."""
    names = [*streams, *{path.partition("/")[0]: "" for path in streams if "/" in path}]
    fat, body, entries = list[int](), b"", list[bytes]()
    folders = [name for name in names if name not in streams]
    root = [place for place, name in enumerate(names, 1) if "/" not in name]
    children = {folder: [p for p, name in enumerate(names, 1) if name.startswith(f"{folder}/")] for folder in folders}
    after = {left: right for chain in (root, *children.values()) for left, right in pairwise(chain)}
    for place, name in enumerate(names, 1):
        content = streams.get(name, b"")
        content = content.ljust(4096, b"\0") if name in streams else b""  # shorter ones would be kept elsewhere
        content += bytes(-len(content) % 512)
        start = len(fat) if content else 0
        fat += [*range(start + 1, start + len(content) // 512), END] if content else []
        body += content
        child = children[name][0] if name in folders else FREE
        kind = 2 if content else 1
        entries.append(_entry(name.rpartition("/")[2], kind, after.get(place, FREE), child, start, len(content)))
    directory = b"".join([_entry("Root Entry", 5, FREE, root[0], END, 0), *entries])
    directory += bytes(-len(directory) % 512)
    first = len(fat)
    fat += [*range(first + 1, first + len(directory) // 512), END]
    count = -(-(len(fat) + 1) // 127)
    fat += [FAT] * count
    sectors = [*range(len(fat) - count, len(fat)), *[FREE] * (109 - count)]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<IIIIIIIII", count, first, 0, 4096, END, 0, END, 0, sectors[0])
    header += struct.pack("<108I", *sectors[1:])
    fat += [FREE] * (-len(fat) % 128)
    return header + body + directory + struct.pack(f"<{len(fat)}I", *fat)


def _entry(name: str, kind: int, after: int, child: int, start: int, size: int) -> bytes:
    written = name.encode("utf-16-le")
    beginning = written.ljust(64, b"\0") + struct.pack("<HBBIII", len(written) + 2, kind, 1, FREE, after, child)
    return beginning + bytes(36) + struct.pack("<IQ", start, size)
