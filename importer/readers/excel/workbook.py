"""Workbooks of sheets, whatever program wrote them: one face for the four kinds of file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from importer.readers.excel.engines import Engine
from importer.readers.excel.extent import Extent


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPart:
    """One sheet of a workbook."""

    name: str
    visible: bool
    part: str
    """Where the workbook keeps it: the name of its XML in the zip, say."""


class Workbook(Protocol):
    """An opened workbook."""

    @property
    def sheets(self) -> Sequence[SheetPart]:
        """Its sheets, in their order."""

    @property
    def notes(self) -> Sequence[str]:
        """Sentences about what this kind of file does not tell."""

    def has_values(self, sheet: SheetPart) -> bool:
        """Tell whether any cell of the sheet has a value."""

    def look(self, sheet: SheetPart) -> Extent:
        """Return what can be known of the sheet before it is read."""

    def opened(self, sheet: SheetPart, extent: Extent) -> Engine:
        """Return how to read the sheet; `extent` is what `look` said of it."""

    def close(self) -> None:
        """Let go of the file; more than once does no harm."""
