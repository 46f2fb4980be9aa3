"""The number of rows, and the first of them."""

from dataclasses import dataclass, field

from importer.model.runs import ProblemGroup

_FIRST_ROWS = 20


@dataclass(slots=True)
class RowTally:
    """The number of rows, and the first of them."""

    count: int = 0
    rows: list[int] = field(default_factory=list)

    def add(self, row: int) -> None:
        """Count a row."""
        self.count += 1
        if len(self.rows) < _FIRST_ROWS:
            self.rows.append(row)

    def extend(self, other: "RowTally") -> None:
        """Count the rows of another tally, which come after these."""
        self.count += other.count
        self.rows += other.rows[: _FIRST_ROWS - len(self.rows)]

    def group(self, code: str, column: str, message: str) -> ProblemGroup:
        """Return the rows as a group of problems."""
        return ProblemGroup(code=code, column=column, message=message, count=self.count, rows=tuple(self.rows))
