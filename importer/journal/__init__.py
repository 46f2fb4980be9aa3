"""The only home of sqlite3: what was asked, tried and answered, and the queue from which the pool takes rows.

`Journal` is the file and speaks plainly; `ThreadedJournal` is its asynchronous face, on one thread of its own;
`EarlierRows` reads the rows of an earlier run again, and `RunUndo` knows what of it was taken back.
"""

from importer.journal.earlier_rows import EarlierRows
from importer.journal.store import Journal
from importer.journal.threads import ThreadedJournal
from importer.journal.undo import RunUndo, ThreadedUndo

__all__ = ["EarlierRows", "Journal", "RunUndo", "ThreadedJournal", "ThreadedUndo"]
