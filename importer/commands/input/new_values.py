"""Values that nobody answered about, in a column that says who agreed: which rows were left out for them alone."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

_MOST_KINDS = 1_000
"""Of values that are kept: a column that is no column of answers may have as many as it has rows."""


@dataclass(slots=True, kw_only=True)
class NewValues:
    """The rows of a sheet that were left out because what they say in a column is new."""

    header: str
    place: int
    """The index of the column."""
    seen: Collection[str]
    """The values that somebody answered about, as they are compared."""
    asked: Collection[str]
    """The new values that a run on a terminal asks about, as they are compared."""
    is_shown: bool
    """Whether the column's values are few words: else they are no answers, and maybe somebody's data."""
    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    """How many rows have each of them; of very many not all are kept."""
    is_answerable: bool = True
    """Whether a run on a terminal asks about all of them."""

    def is_new(self, value: str) -> bool:
        """Tell whether nobody answered about a value, as it is compared."""
        return value not in self.seen

    def count(self, text: str, value: str) -> None:
        """Count a row that was left out.

        Args:
            text: What its cell says.
            value: The same as it is compared.

        """
        self.rows += 1
        self.is_answerable = self.is_answerable and value in self.asked
        if text in self.counts or len(self.counts) < _MOST_KINDS:
            self.counts[text] += 1
