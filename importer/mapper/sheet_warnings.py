"""What is worth a look in the rows of one sheet, collected while they are mapped or recognised."""

from collections.abc import Sequence
from functools import partial

from importer.mapper.column_mapping import ColumnMapping
from importer.mapper.options import ContactOptions, MobileForm
from importer.mapper.warnings import Findings, row_warnings
from importer.model.cell_names import cells_of_several
from importer.model.rows import Contact, Entry

_AS_WRITTEN = ContactOptions()


class SheetWarnings:
    """Observes the rows of one sheet, once they are mapped or recognised.

    Args:
        findings: Collects what is worth a look.
        mapping: Of the sheet.
        sheet: Its index.
        contact: Tells whether mobile numbers are sent in one form.

    """

    def __init__(
        self, findings: Findings, mapping: ColumnMapping, sheet: int = 0, contact: ContactOptions = _AS_WRITTEN
    ) -> None:
        self._findings = findings
        self._mapping = mapping
        self._sheet = sheet
        self._column = mapping.identifier_feed.label
        self._header = _used_header(mapping)
        self._has_one_form = contact.sent_form is not MobileForm.AS_WRITTEN

    def mapped(self, entries: Sequence[Entry]) -> None:
        """Take note of the rows that are right."""
        for entry in entries:
            row, contact = entry.row, entry.mapped
            if isinstance(contact, Contact):
                found = row_warnings(row, contact, self._mapping)
                named = partial(self._named, row.number, row.cells)
                self._findings.see(row.number, contact, self._column, found, sheet=self._sheet, named=named)

    def recognised(self, row: int, identifier: str) -> None:
        """Take note of a row that an earlier run settled: its contact keeps the form in which it was made."""
        if self._has_one_form:
            return
        named = partial(self._named, row, None)
        self._findings.see_recognised(row, identifier, self._column, sheet=self._sheet, named=named)

    def _named(self, row: int, cells: Sequence[str] | None, column: str) -> str:
        return cells_of_several(self._header, column, row, cells)


def _used_header(mapping: ColumnMapping) -> list[str]:
    """Return the sheet's header, as far as its columns feed a field."""
    names = {one.index: one.header for one in mapping.used}
    return [names.get(place, "") for place in range(mapping.width)]
