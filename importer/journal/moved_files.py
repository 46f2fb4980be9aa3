"""Which input files are done with, and where they are since: a file is moved when its rows are where they should be."""

from importer.journal.database import storable
from importer.journal.run_report import RunReport
from importer.model.rows import CONFLICT, Status

_SETTLED = f"{Status.CREATED}', '{Status.UPDATED}', '{Status.EXISTS}', '{Status.UNCHANGED}"
# A duplicate is there by the row that it repeats, which may be in another file.
_SETTLED_ROWS = f"""
SELECT count(*) FROM rows LEFT JOIN rows AS first
    ON rows.status = '{Status.DUPLICATE}' AND first.run = rows.run AND first.seq = rows.same_as
WHERE rows.run = ? AND rows.sheet = ?
    AND coalesce(first.status, rows.status) IN ('{_SETTLED}') AND coalesce(first.code, rows.code) <> '{CONFLICT}'
"""  # noqa: S608 - only constants
_MOVED = """
UPDATE sheets SET moved_to = :now, stamp = :stamp
WHERE stamp = (SELECT stamp FROM sheets WHERE run = :run AND place = :place) AND stamp <> '' AND :path = (
    SELECT json_extract(files, '$[' || sheets.place || ']') FROM runs WHERE runs.id = sheets.run
)
"""


def settled_rows(source: RunReport, sheet_index: int) -> int:
    """Return how many rows of a run's sheet are where they should be: in Callbell, and not in conflict."""
    return int(source.database.fetch(_SETTLED_ROWS, (source.run, sheet_index))[0][0])


def file_moved(source: RunReport, sheet_index: int, now: str, stamp: str) -> None:
    """Write down where a file is that a run read; all runs that read it as it is find it there.

    Args:
        source: The run.
        sheet_index: Of the file's sheet.
        now: The file's path, absolute.
        stamp: As a reader finds it there.

    Raises:
        StorageError: It cannot be written.

    """
    path = storable(source.record().files[sheet_index])
    values = {"run": source.run, "place": sheet_index, "path": path, "now": storable(now), "stamp": stamp}
    with source.database.transaction() as connection:
        connection.execute(_MOVED, values)
