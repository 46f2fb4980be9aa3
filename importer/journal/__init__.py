"""The only home of sqlite3: what was asked, tried and answered, and the queue from which the pool takes rows.

`Journal` is the file and speaks plainly; `AsyncJournal` is its asynchronous face, on one thread of its own;
`EarlierRows` reads the rows of an earlier run again, and `RunUndo` knows what of it was taken back.
"""

from importer.journal.async_journal import AsyncJournal, AsyncUndo
from importer.journal.earlier_rows import EarlierRows
from importer.journal.journal import Journal
from importer.journal.undo import RunUndo

__all__ = ["AsyncJournal", "AsyncUndo", "EarlierRows", "Journal", "RunUndo"]
