"""Warnings about rows that are valid, and about an input as a whole. Pure; memory is bounded.

Each row is seen once, in the input's order. Each kind of warning is one group, with its first rows.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from importer.mapper.column_mapping import ColumnMapping
from importer.mapper.contact import cleaned_cells, text_flaws
from importer.mapper.messages import quoted
from importer.mapper.phones import identify, is_mistyped
from importer.mapper.phones.numbering_plans import is_mobile, lost_zero
from importer.model.account import ACCOUNT_PROBLEMS
from importer.model.phone_forms import mobile_form
from importer.model.requests import can_be_asked
from importer.model.rows import Contact, Problem, Row
from importer.model.runs import ProblemGroup

_FIRST_ROWS = 20
_MOST_VALUES = 200
"""Wrong values that get a line of their own; the others share one."""
_LONG_RUN = 10
"""Fewer consecutive numbers may be the lines of one company; as many are rarely customers."""
_SHORT = (
    "Rows have fewer cells than the header. Only columns that are not sent are without a cell, so the rows are right if"
    " no delimiter is missing in them."
)
_NO_NUMBER = frozenset({"phone_missing", "identifier_missing"})
"""Codes of cells that are empty, or say that there is nothing."""
_NOT_ASKED = ", so one that is there already, and that no earlier run sent, may be made twice."
_FORMS = {"52": ("Mexican", "521", "52"), "54": ("Argentine", "549", "54"), "55": ("Brazilian", "a 9", "no 9")}


@dataclass(slots=True)
class RowTally:
    """The number of rows, and the first of them."""

    count: int = 0
    rows: list[int] = field(default_factory=list)
    sheets: list[int] = field(default_factory=list)
    """Of each of these, which of the run's sheets it is in; empty: nobody said."""
    cells: list[str] = field(default_factory=list)
    """Of each of these, the names of its cells; an empty text: its column tells."""
    varies: bool = False
    """Whether they have different sentences."""

    def add(self, row: int, sheet: int | None = None, cells: Callable[[], str] = str) -> None:
        """Count a row, and note in which sheet it is, and of the first ones which cells are meant."""
        self.count += 1
        if len(self.rows) < _FIRST_ROWS:
            self.rows.append(row)
            self.sheets += [] if sheet is None else [sheet]
            self.cells.append(cells())

    def extend(self, other: "RowTally") -> None:
        """Count the rows of another tally, which come after these."""
        self.count += other.count
        room = _FIRST_ROWS - len(self.rows)
        self.sheets += other.sheets[:room]
        self.cells += other.cells[:room]
        self.rows += other.rows[:room]

    def group(self, code: str, column: str, message: str) -> ProblemGroup:
        """Return the rows as a group of problems."""
        return ProblemGroup(
            code=code,
            column=column,
            message=message,
            count=self.count,
            rows=tuple(self.rows),
            sheets=tuple(self.sheets),
            cells=tuple(self.cells) if all(self.cells) else (),
            varies=self.varies,
        )


def row_warnings(row: Row, contact: Contact, mapping: ColumnMapping) -> tuple[Problem, ...]:
    """Return the warnings about a contact's row."""
    short = [Problem(code="row_short", message=_SHORT)] if row.problems else []  # of its end, where no column is used
    chosen = (*_chosen_numbers(row, mapping), *_passed_over(row, contact, mapping))
    found = (*short, *text_flaws(row.cells, mapping), *chosen, *_left_out(row, mapping))
    return (*found, *_lost_zero(row, contact, mapping))


def _lost_zero(row: Row, contact: Contact, mapping: ColumnMapping) -> Sequence[Problem]:
    """Return the warning about a zero that a spreadsheet program may have dropped, if there is one."""
    if contact.source != "whatsapp" or not (country := mapping.country(row.cells)):
        return ()
    text = mapping.identifier_feed.read(row.cells)
    if not lost_zero(text, contact.identifier, country):
        return ()
    message = (
        f"{quoted(text)} has no zero in front, as numbers in {country} have: a spreadsheet program may have dropped"
        f" it. It is read as {contact.identifier}: check that this is right."
    )
    column = next(one.label for one in mapping.identifier_columns if text in one.read(row.cells))
    return (Problem(code="phone_zero_lost", column=column, value=text, message=message),)


def _chosen_numbers(row: Row, mapping: ColumnMapping) -> Iterator[Problem]:
    """Yield the cells with several numbers of which one is used."""
    for feed in mapping.identifier_columns:
        text = feed.read(row.cells)
        chosen = mapping.identifier_feed.read(row.cells)
        if chosen and chosen in text and text.strip() != chosen.strip():
            message = f"{quoted(text)} holds several numbers, of which {quoted(chosen)} is used."
            yield Problem(code="phone_first_of_several", column=feed.label, value=text, message=message)


def _passed_over(row: Row, contact: Contact, mapping: ColumnMapping) -> Iterator[Problem]:
    """Yield the cells that hold no number though something is in them, before the one whose number is used.

    Where that is no mobile, also mistyped numbers behind it: one may be the mobile by which WhatsApp reaches them.
    """
    feeds, country = mapping.identifier_columns, mapping.country(row.cells) or ""
    chosen, is_before = mapping.identifier_feed.read(row.cells), True
    for feed in feeds:
        text = feed.read(row.cells)
        if is_before and chosen in text:
            if len(feeds) == 1 or mapping.source != "whatsapp" or is_mobile(contact.normalised_identifier):
                return
            is_before = False
            continue
        found = identify(text, mapping.source, country)
        if not isinstance(found, Problem) or found.code in _NO_NUMBER:
            continue
        if is_before or is_mistyped(text, found):
            message = f"{quoted(text)} is no number that can be used, so that of another column is: {quoted(chosen)}."
            yield Problem(code="phone_of_other_column", column=feed.label, value=text, message=message)


def _left_out(row: Row, mapping: ColumnMapping) -> Iterator[Problem]:
    """Yield the wrong values of a valid row that are left out."""
    if mapping.may_be_left_out:
        texts = cleaned_cells(row.cells, mapping, [])
        mapping.clear_mark.take(texts)
        for read in mapping.may_be_left_out:
            if isinstance(problem := read(texts), Problem):
                yield replace(problem, message=f"{problem.message} The contact is sent without this field.")


def _no_names(_column: str) -> str:
    return ""


class Findings:
    """Collects the warnings of one input."""

    def __init__(self) -> None:
        self._tallies: dict[tuple[str, str, str], tuple[str, RowTally]] = {}
        """By code, column, and the message of what the account does not have: the first row's message, and the rows."""
        self._forms: dict[tuple[str, bool, str], RowTally] = {}
        self._run = RowTally()
        self._last = ("", 0)

    def see(
        self,
        row: int,
        contact: Contact,
        column: str,
        found: Iterable[Problem] = (),
        *,
        sheet: int = 0,
        named: Callable[[str], str] = _no_names,
    ) -> None:
        """Inspect a valid row.

        Args:
            row: Its number.
            contact: Its contact.
            column: The header of the identifier's column.
            found: The warnings about the row itself.
            sheet: The index of its sheet.
            named: From the column of a problem to the names of the row's cells, if several columns are meant.

        """
        for remark in found:
            self._tally(remark.code, remark.column, remark.message).add(row, sheet, partial(named, remark.column))
        if not can_be_asked(contact):
            message = f"Callbell cannot be asked for {contact.source.title()} contacts by their identifiers{_NOT_ASKED}"
            self._tally("source_not_asked", "", message).add(row, sheet)
            return
        digits = contact.normalised_identifier.removeprefix("+")
        if not digits.isdecimal():
            return
        self.see_recognised(row, digits, column, sheet=sheet, named=named)
        number = int(digits)
        if self._last != (column, number - 1):
            self._end_run()
        self._run.add(row, sheet, partial(named, column))
        self._last = (column, number)

    def see_recognised(
        self, row: int, identifier: str, column: str, *, sheet: int = 0, named: Callable[[str], str] = _no_names
    ) -> None:
        """Inspect a row that an earlier run sent, for the warnings that concern several rows.

        Args:
            row: Its number.
            identifier: Its contact's identifier.
            column: The header of the identifier's column.
            sheet: The index of its sheet.
            named: As in `see`.

        """
        if form := mobile_form(identifier.removeprefix("+")):
            self._forms.setdefault((*form, column), RowTally()).add(row, sheet, partial(named, column))

    def warnings(self) -> tuple[ProblemGroup, ...]:
        """Return the warnings, most rows first."""
        self._end_run()
        groups = [tally.group(code, column, message) for (code, column, _), (message, tally) in self._tallies.items()]
        groups += [
            _both_forms(code, column, tally, self._forms[code, False, column])
            for (code, long, column), tally in self._forms.items()
            if long and (code, False, column) in self._forms
        ]
        return tuple(sorted(groups, key=lambda group: -group.count))

    def _tally(self, code: str, column: str, message: str) -> RowTally:
        key = code, column, message
        if key not in self._tallies and (code not in ACCOUNT_PROBLEMS or len(self._tallies) >= _MOST_VALUES):
            key = code, column, ""
        first, tally = self._tallies.setdefault(key, (message, RowTally()))
        tally.varies = tally.varies or message != first
        return tally

    def _end_run(self) -> None:
        """End a run of consecutive numbers; warn if it is long."""
        run, self._run = self._run, RowTally()
        column, last = self._last
        self._last = ("", 0)
        if run.count >= _LONG_RUN:
            message = (
                f"The numbers from {last - run.count + 1} to {last} are consecutive: filling cells downwards in a"
                " spreadsheet program counts up. Compare them with their source."
            )
            self._tally("phones_consecutive", column, message).extend(run)


def _both_forms(code: str, column: str, long: RowTally, short: RowTally) -> ProblemGroup:
    """Return the warning that mobile numbers are in both forms: some may be landlines, or lack their digit."""
    country, with_digit, without_digit = _FORMS[code]
    message = (
        f"{country} numbers are in both forms: {long.count:,} with {with_digit}, {short.count:,} with"
        f" {without_digit}. Who stands in both is one person, and sent once. If all are mobiles, send them in one form:"
        ' mobile_form = "with" or "without" under [contact] of the config, which is for Mexican, Argentine and'
        " Brazilian ones alike."
    )
    return short.group("phone_both_forms", column, message)
