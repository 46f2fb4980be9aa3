"""The rows of an earlier run that `retry` sends again, read from the journal as if from their sheet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from importer.journal.column_values import decode_json, problems_of
from importer.journal.database import Database
from importer.journal.run_report import TO_RETRY_SQL
from importer.model.rows import Row, Sheet

_CHUNK_ROWS = 500
_AGAIN = f"""
SELECT seq, number, cells, reader_problems FROM rows
WHERE run = ? AND seq > ? AND sheet = ? AND status IN ({TO_RETRY_SQL}) ORDER BY seq LIMIT ?
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
        seq = 0
        while found := self.database.fetch(_AGAIN, (self.run, seq, self.sheet_index, _CHUNK_ROWS)):
            seq = found[-1][0]
            yield [
                Row(number=number, cells=tuple(decode_json(cells)), problems=problems_of(problems))
                for _, number, cells, problems in found
            ]

    @property
    def blank_rows(self) -> int:
        """None: the journal keeps no blank rows."""
        return 0

    def close(self) -> None:
        """Do nothing: the journal stays open."""
