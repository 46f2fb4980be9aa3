"""The log: what happened and when, as lines or JSON. Rows by number, phone numbers by their last digits, no secret."""

import contextlib
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from importer.model.errors import ImporterError, StorageError
from importer.model.journal_rows import Pending
from importer.model.phone_mask import masked, unnumbered
from importer.model.plain_text import plain, plain_lines
from importer.model.rows import Entry, InvalidRow, Status
from importer.system.files import private_file, private_folder
from importer.system.terminal import above_display

LOG = logging.getLogger("importer")
logging.raiseExceptions = False  # a log that can no longer be written ends neither the run nor in a traceback


@contextlib.contextmanager
def logging_to(path: Path | None, stream: TextIO, *, log_format: str, verbose: bool) -> Iterator[None]:
    """Write the log as long as the block runs.

    Args:
        path: The log file, added to; None: the stream.
        stream: Where it goes without a file, if more is wanted than the display shows (JSON, or verbose).
        log_format: `text` or `json`.
        verbose: Whether each row and each request that did not settle one is told.

    Raises:
        StorageError: The file cannot be written.

    """
    handler = _handler(path, stream)
    handler.setFormatter(_Json() if log_format == "json" else _Text("%(asctime)s %(levelname)s %(message)s"))
    LOG.setLevel(logging.DEBUG if verbose else logging.INFO)
    LOG.propagate = False
    wanted = path is not None or log_format == "json" or verbose
    if wanted:
        LOG.addHandler(handler)
    try:
        yield
    except ImporterError as error:
        if wanted:
            LOG.error("%s %s", unnumbered(error.message), unnumbered(error.hint))  # noqa: TRY400 - no tracebacks
        raise
    finally:
        LOG.removeHandler(handler)
        with contextlib.suppress(OSError):
            handler.close()


def log_enqueued(entries: Sequence[Entry], tally: Mapping[Status, int]) -> None:
    """Log which rows are invalid, and what became of the others."""
    if not LOG.isEnabledFor(logging.DEBUG):
        return
    for entry in entries:
        if isinstance(entry.mapped, InvalidRow):
            codes = ", ".join(problem.code for problem in entry.mapped.problems)
            LOG.debug("row %d: %s %s", entry.row.number, Status.INVALID, codes)
    LOG.debug("%d rows read: %s", sum(tally.values()), {f"{status}": count for status, count in tally.items() if count})


class _Text(logging.Formatter):
    """Lines with the time in UTC, as the reports have it."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802 - logging's
        at = datetime.fromtimestamp(record.created, UTC)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def format(self, record: logging.LogRecord) -> str:
        return plain(super().format(record))


def log_row(row: Pending, message: str, what: object, detail: str) -> None:
    """Log what happened to a row: by its number, and its identifier's last digits."""
    LOG.debug(f"row %d (%s): {message}", row.row, masked(row.contact.identifier), what, unnumbered(detail))  # noqa: G004 - our own words


class _Stream(logging.StreamHandler[TextIO]):
    """Writes to standard error, above the live display where there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        own, self.stream = self.stream, above_display(self.stream)
        try:
            super().emit(record)
        finally:
            self.stream = own


class _Json(_Text):
    """A JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "message": plain_lines(record.getMessage()),
        }
        return json.dumps(fields, ensure_ascii=False)


def _handler(path: Path | None, stream: TextIO) -> logging.Handler:
    if path is None:
        return _Stream(stream)
    try:
        private_folder(path.absolute().parent)
        if not path.exists():  # one that is there keeps its mode: who reads it was decided before
            private_file(path)
        return logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    except (StorageError, OSError) as error:
        raise StorageError(f"The log cannot be written. {error}", "Name another file with --log-file.") from error
