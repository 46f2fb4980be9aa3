"""The journal, the only home of sqlite3: every run, row and contact on disk, and the queue of the worker pool.

    recognise | deduplicate | enqueue -> pending | claim -> in_flight | record -> final status | checkpoint | run_end

`Journal` is the file with blocking calls, and `AsyncJournal` runs them on one thread; `EarlierRows` is the reader of
`retry`; `RunHistory` a run beside those before it; `RunUndo` and `AsyncUndo` are the queue of contacts to delete.
"""

from importer.journal.accounts import AccountMatch
from importer.journal.async_journal import AsyncJournal, AsyncUndo
from importer.journal.journal import Journal
from importer.journal.moved_files import file_moved, settled_rows
from importer.journal.run_report import EarlierRows
from importer.journal.undo import RunUndo

__all__ = [
    "AccountMatch",
    "AsyncJournal",
    "AsyncUndo",
    "EarlierRows",
    "Journal",
    "RunUndo",
    "file_moved",
    "settled_rows",
]
