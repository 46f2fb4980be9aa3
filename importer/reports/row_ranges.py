"""Numbers of rows as a person reads them: `3 to 5, 14`. However many there are, the first of them are kept."""

from dataclasses import dataclass, field

_MOST = 10


@dataclass(slots=True)
class RowRanges:
    """Rows, added in their order."""

    count: int = 0
    _ranges: list[tuple[int, int]] = field(default_factory=list)
    """The first and the last numbers of rows that follow each other, of the first of them."""

    def add(self, number: int) -> None:
        """Count a row, and remember its number if that is one of the first."""
        self.count += 1
        if self._ranges and number == self._ranges[-1][1] + 1:
            self._ranges[-1] = (self._ranges[-1][0], number)
        elif len(self._ranges) <= _MOST:
            self._ranges.append((number, number))

    @property
    def text(self) -> str:
        """The numbers, and an ellipsis if there are more."""
        ranges = [f"{first}" if first == last else f"{first} to {last}" for first, last in self._ranges]
        return ", ".join(ranges[:_MOST] + ["..."] * (len(ranges) > _MOST))
