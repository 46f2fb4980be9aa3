"""Warnings about an input as a whole, though each of its rows is valid. Pure; memory is bounded.

Each row is seen once, in the input's order. Each kind of warning is one group, with its first rows.
"""

from collections.abc import Sequence

from importer.mapper.column_mapping import ColumnMapping
from importer.mapper.contact_warnings import row_warnings
from importer.mapper.phones import mobile_form
from importer.model.row_tally import RowTally
from importer.model.rows import Contact, Entry, Problem
from importer.model.runs import ProblemGroup

_FIRST_ROWS = 20
_LONG_RUN = 10
"""Fewer consecutive numbers may be the lines of one company; as many are rarely customers."""
_FORMS = {"52": ("Mexican", "521", "52"), "54": ("Argentine", "549", "54"), "55": ("Brazilian", "a 9", "no 9")}


class Findings:
    """Collects the warnings of one input."""

    def __init__(self) -> None:
        self._remarks: dict[tuple[str, str], tuple[str, RowTally]] = {}
        self._forms: dict[tuple[str, bool, str], RowTally] = {}
        self._runs: dict[str, tuple[str, RowTally]] = {}
        self._run = RowTally()
        self._last = ("", 0)

    def see(self, row: int, contact: Contact, column: str, found: Sequence[Problem] = ()) -> None:
        """Inspect a valid row.

        Args:
            row: Its number.
            contact: Its contact.
            column: The header of the identifier's column.
            found: The warnings about the row itself.

        """
        for remark in found:
            _, tally = self._remarks.setdefault((remark.code, remark.column), (remark.message, RowTally()))
            tally.add(row)
        digits = contact.identifier.removeprefix("+")
        if contact.source != "whatsapp" or not digits.isdecimal():
            return
        self.see_recognised(row, digits, column)
        number = int(digits)
        if self._last != (column, number - 1):
            self._end_run()
        self._run.add(row)
        self._last = (column, number)

    def see_recognised(self, row: int, identifier: str, column: str) -> None:
        """Inspect a row that an earlier run sent, for the warnings that concern several rows.

        Args:
            row: Its number.
            identifier: Its contact's identifier.
            column: The header of the identifier's column.

        """
        if form := mobile_form(identifier.removeprefix("+")):
            self._forms.setdefault((*form, column), RowTally()).add(row)

    def warnings(self) -> tuple[ProblemGroup, ...]:
        """Return the warnings, most rows first."""
        self._end_run()
        self._last = ("", 0)
        groups = [tally.group(code, column, message) for (code, column), (message, tally) in self._remarks.items()]
        groups += [
            tally.group("phones_consecutive", column, message) for column, (message, tally) in self._runs.items()
        ]
        groups += [
            _both_forms(code, column, tally, self._forms[code, False, column])
            for (code, long, column), tally in self._forms.items()
            if long and (code, False, column) in self._forms
        ]
        return tuple(sorted(groups, key=lambda group: -group.count))

    def _end_run(self) -> None:
        """End a run of consecutive numbers; warn if it is long."""
        run, self._run = self._run, RowTally()
        if run.count < _LONG_RUN:
            return
        column, last = self._last
        message = (
            f"The numbers from {last - run.count + 1} to {last} are consecutive: filling cells downwards in a"
            " spreadsheet program counts up. Compare them with their source."
        )
        self._runs.setdefault(column, (message, RowTally()))[1].extend(run)


class SheetWarnings:
    """Observes the rows of one sheet, once they are mapped or recognised."""

    def __init__(self, findings: Findings, mapping: ColumnMapping) -> None:
        self._findings = findings
        self._mapping = mapping
        self._column = mapping.identifier_feed.label

    def mapped(self, entries: Sequence[Entry]) -> None:
        """Take note of the rows that are right."""
        for entry in entries:
            row, contact = entry.row, entry.mapped
            if isinstance(contact, Contact):
                self._findings.see(row.number, contact, self._column, row_warnings(row, contact, self._mapping))

    def recognised(self, row: int, identifier: str) -> None:
        """Take note of a row that an earlier run settled."""
        self._findings.see_recognised(row, identifier, self._column)


def _both_forms(code: str, column: str, long: RowTally, short: RowTally) -> ProblemGroup:
    """Return the warning that mobile numbers are in both forms: a person in both would become two contacts."""
    country, with_digit, without_digit = _FORMS[code]
    message = (
        f"{country} numbers are in both forms: {long.count:,} with {with_digit}, {short.count:,} with"
        f' {without_digit}. If these are mobiles too, set mobile_form = "with" or "without" under [contact] of the'
        " config, and each person is one contact."
    )
    return short.group("phone_both_forms", column, message)
