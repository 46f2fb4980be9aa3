"""Merge what the look over the raw file found into the parsed rows, and flag rows that differ.

A library leaves out what it does not know: errors, formulas that were never calculated, zeros in front, sometimes whole
rows. What the look saw of these is filled in. A row that still has not as many filled cells as the look counted is
flagged: it is never passed on as if it were right.
"""

from collections.abc import Iterable, Iterator, Sequence

from importer.model.rows import Problem
from importer.readers.excel.cells import formatted
from importer.readers.excel.extent import Extent

_SPACES = " \t\r\n\f\v"


class FlaggedRow(list[object]):
    """The values of a row that differs from what the look saw."""

    def __init__(self, values: Sequence[object], problem: Problem) -> None:
        super().__init__(values)
        self.problem = problem


def proven_rows(parsed: Iterable[Sequence[object]], extent: Extent) -> Iterator[Sequence[object]]:
    """Yield the parsed rows with what the look saw; a row in which the two differ is a `FlaggedRow`.

    Args:
        parsed: The rows from row 1 on, gaps too, as a library parsed them.
        extent: What the look found; without counts of filled cells (`filled`) nothing is compared.

    """
    odd = extent.zeros.keys() | extent.replaced.keys()
    filled = extent.filled
    counted = len(filled)
    number = 0
    for number, values in enumerate(parsed, 1):
        whole = _laid_over(extent, number, values) if number in odd else values
        if counted:
            expected = filled[number] if number < counted else 0
            if len(whole) - whole.count("") - whole.count(None) != expected and _filled(whole) != expected:
                whole = FlaggedRow(whole, _difference(number, expected, _filled(whole)))
        yield whole
    if counted or odd:
        yield from proven_rows_after(number, extent)


def proven_rows_after(number: int, extent: Extent) -> Iterator[Sequence[object]]:
    """Yield the rows that the look saw after the last one that was parsed."""
    filled = extent.filled
    for missing in range(number + 1, extent.rows + 1):
        whole = _laid_over(extent, missing, ())
        expected = filled[missing] if missing < len(filled) else 0
        count = _filled(whole)
        yield FlaggedRow(whole, _difference(missing, expected, count)) if filled and count != expected else whole


def _laid_over(extent: Extent, row: int, values: Sequence[object]) -> Sequence[object]:
    replaced = extent.replaced.get(row, {})
    whole: list[object] = [*values, *[""] * (max(replaced, default=0) + 1 - len(values))]
    for column, number_format in extent.zeros.get(row, {}).items():
        if column < len(whole):
            whole[column] = formatted(whole[column], number_format)
    for column, value in replaced.items():
        whole[column] = value
    return whole


def _filled(values: Sequence[object]) -> int:
    """Count the values that are neither empty nor white space."""
    return sum(value is not None and (not isinstance(value, str) or bool(value.strip(_SPACES))) for value in values)


def _difference(row: int, expected: int, count: int) -> Problem:
    return Problem(
        code="cells_differ",
        message=(
            f"Row {row} has {expected} filled cells in the file, but {count} could be read, so it is not certain what "
            "it says. Open the file in a spreadsheet program and save it again."
        ),
    )
