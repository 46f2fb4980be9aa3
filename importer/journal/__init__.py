"""The journal, the only home of sqlite3: every run, row and contact on disk, and the queue of the worker pool.

    recognise | deduplicate | enqueue -> pending | claim -> in_flight | record -> final status | checkpoint | run_end

`Journal` is the file with blocking calls, and `AsyncJournal` runs them on one thread; `EarlierRows` is the reader of
`retry`; `RunHistory` a run beside those before it; `RunUndo` and `AsyncUndo` are the queue of contacts to delete.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
_HOMES = {
    "AccountMatch": "accounts",
    "AsyncJournal": "async_journal",
    "AsyncUndo": "async_journal",
    "Journal": "journal",
    "file_moved": "moved_files",
    "settled_rows": "moved_files",
    "EarlierRows": "run_report",
    "RunUndo": "undo",
}
"""The module of each name, which is imported once the name is asked for: few parts of the journal need all of it."""

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import what is asked for (PEP 562)."""
        if name not in _HOMES:
            raise AttributeError(name)
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
