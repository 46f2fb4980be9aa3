"""The rows of an earlier run that `retry` sends again, read from the journal as if from their sheet."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from importer.journal.database import Database
from importer.journal.run_report import TO_RETRY_SQL
from importer.model.rows import Problem, Row, Sheet

_CHUNK_ROWS = 500
_AGAIN = f"""
SELECT seq, number, cells, reader_problems FROM rows
WHERE run = :run AND seq > :after AND sheet = :sheet AND status IN ({TO_RETRY_SQL}) ORDER BY seq LIMIT :count
"""  # noqa: S608 - only constants


@dataclass(frozen=True, slots=True)
class EarlierRows:
    """One sheet of an earlier run with only the rows to retry; a `protocols.Reader`."""

    sheet: Sheet
    database: Database
    run: int
    sheet_index: int

    def chunks(self) -> Iterator[Sequence[Row]]:
        """Yield the rows in their order, with their original numbers, cells and problems."""
        for page in self.database.pages(_AGAIN, {"run": self.run, "sheet": self.sheet_index}, _CHUNK_ROWS):
            yield [
                Row(number=number, cells=tuple(json.loads(cells)), problems=_problems(problems))
                for _, number, cells, problems in page
            ]

    @property
    def blank_rows(self) -> int:
        """None: the journal keeps no blank rows."""
        return 0

    def close(self) -> None:
        """Do nothing: the journal stays open."""


def _problems(stored: str | None) -> tuple[Problem, ...]:
    """Return what the reader found wrong with the row; None: nothing."""
    return tuple(
        Problem(code=code, column=column, value=value, message=message)
        for code, column, value, message in json.loads(stored or "[]")
    )
