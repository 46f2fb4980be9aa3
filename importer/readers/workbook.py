"""A workbook's table of contents, read before any library opens it: its parts, its sheets, and whether it is safe.

An .xlsx file is a zip of XML parts (ECMA-376). One of half a megabyte can unpack to gigabytes, so what the zip says of
itself is looked at first.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from importer.errors import InputError
from importer.readers.files import unreadable

_MOST_PARTS = 10_000
_MOST_BYTES = 4 * 1024**3
_BYTES_BEFORE_RATIO_COUNTS = 64 * 1024**2
_MOST_RATIO = 100
_MOST_CONTENTS_BYTES = 16 * 1024**2
_BLOCK_BYTES = 1024**2
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t|f)(?:\s[^>]*)?>[^<]")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPart:
    """One sheet of a workbook."""

    name: str
    visible: bool
    part: str
    """The name of its XML in the zip."""


class Package:
    """An .xlsx file as the zip it is.

    Raises:
        InputError: It is no such file, or unpacking it would fill the memory or the disk.

    """

    def __init__(self, path: str) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise unreadable(path, error) from error
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise _no_workbook(path) from error
        try:
            self._check_size()
            self.sheets = self._sheets()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def size(self, part: str) -> int:
        """Return how many bytes the part has when unpacked; 0 if there is none."""
        return self._zip.getinfo(part).file_size if part in self._zip.NameToInfo else 0

    def blocks(self, part: str) -> Iterator[bytes]:
        """Yield the part unpacked, a megabyte at a time.

        Raises:
            InputError: It is damaged, or has a password.

        """
        try:
            with self._zip.open(part) as file:
                while block := file.read(_BLOCK_BYTES):
                    yield block
        except (
            OSError,
            KeyError,
            RuntimeError,
            NotImplementedError,
            EOFError,
            zipfile.BadZipFile,
            zlib.error,
        ) as error:
            raise damaged(self._path) from error

    def whole(self, part: str) -> bytes:
        """Return a small part; empty if there is none."""
        if self.size(part) > _MOST_CONTENTS_BYTES:
            raise damaged(self._path)
        return b"".join(self.blocks(part)) if self.size(part) else b""

    def has_values(self, sheet: SheetPart) -> bool:
        """Tell whether any cell of the sheet has a value; stops at the first."""
        return bool(sheet.part) and any(_VALUE.search(block) for block in self.blocks(sheet.part))

    def _check_size(self) -> None:
        parts = self._zip.infolist()
        unpacked = sum(part.file_size for part in parts)
        packed = sum(part.compress_size for part in parts) or 1
        too_dense = unpacked > _BYTES_BEFORE_RATIO_COUNTS and unpacked > packed * _MOST_RATIO
        if len(parts) > _MOST_PARTS or unpacked > _MOST_BYTES or too_dense:
            raise InputError(
                f"{self._path} was not opened: {packed / 1e6:,.1f} MB of it would unpack to {unpacked / 1e6:,.0f} MB, "
                f"in {len(parts):,} parts.",
                "If it is a spreadsheet of yours, save it as .csv and import that.",
            )

    def _sheets(self) -> tuple[SheetPart, ...]:
        contents = self._xml("xl/workbook.xml")
        targets = self._xml("xl/_rels/workbook.xml.rels")
        parts = {target.get("Id", ""): _part_name(target.get("Target", "")) for target in targets}
        sheets = [element for main in (_MAIN, _STRICT) for element in contents.iter(f"{main}sheet")]
        return tuple(
            SheetPart(
                name=sheet.get("name", ""),
                visible=sheet.get("state", "visible") == "visible",
                part=parts.get(next((sheet.attrib[key] for key in sheet.attrib if key.endswith("}id")), ""), ""),
            )
            for sheet in sheets
        )

    def _xml(self, part: str) -> Element:
        if not self.size(part):
            raise _no_workbook(self._path)
        try:
            return fromstring(self.whole(part))
        except (ParseError, DefusedXmlException, ValueError) as error:
            raise damaged(self._path) from error


def damaged(path: str) -> InputError:
    """Return the sentence for a workbook that cannot be made sense of."""
    return InputError(
        f"{path} is damaged, or is not a workbook as Excel writes it.",
        "Open it in a spreadsheet program and save it again as .xlsx, or as .csv.",
    )


def _part_name(target: str) -> str:
    """Return the zip's name of what `xl/workbook.xml` points to; a leading slash means from the zip's root."""
    return target[1:] if target.startswith("/") else str(PurePosixPath("xl") / target)


def _no_workbook(path: str) -> InputError:
    start = b""
    try:
        with Path(path).open("rb") as file:
            start = file.read(1024).lstrip().lower()
    except OSError as error:
        raise unreadable(path, error) from error
    kind = "no Excel workbook, although its name ends like one"
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        kind = "protected by a password, or an old .xls workbook"
    elif start.startswith(b"<"):
        kind = "a web page or XML, although its name ends like a workbook's"
    return InputError(
        f"{path} is {kind}.", "Open it in a spreadsheet program, and save it as .xlsx without a password, or as .csv."
    )
