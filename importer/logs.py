"""The log: what happened and when, as lines or JSON. Rows by number, phone numbers by their last digits, no secret."""

import contextlib
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from importer.errors import StorageError
from importer.model import Entry, Status
from importer.ports import Attempted, Pending, PipelineJournal, Recorded
from importer.system import private_file

LOG = logging.getLogger("importer")
_SHOWN_DIGITS = 3


def masked(identifier: str) -> str:
    """Return an identifier of which only the end can be read."""
    return "…" + identifier[-_SHOWN_DIGITS:]


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
    finally:
        LOG.removeHandler(handler)
        handler.close()


class LoggedJournal:
    """A `ports.PipelineJournal` that tells the log what passes through it."""

    def __init__(self, inner: PipelineJournal) -> None:
        self._inner = inner
        self._rows: dict[int, str] = {}

    async def enter(self, sheet_index: int, entries: Sequence[Entry]) -> Mapping[Status, int]:
        """Hand on."""
        return await self._inner.enter(sheet_index, entries)

    async def take(self, count: int) -> Sequence[Pending]:
        """Hand on, and remember what the rows are called."""
        taken = await self._inner.take(count)
        self._rows.update(
            (pending.seq, f"row {pending.row} ({masked(pending.contact.identifier)})") for pending in taken
        )
        return taken

    def record(self, recorded: Recorded) -> None:
        """Hand on, and tell."""
        row, outcome = self._rows.pop(recorded.seq, f"row at place {recorded.seq}"), recorded.outcome
        status = Status.UNSENT if outcome.status is Status.PENDING else outcome.status
        LOG.debug("%s: %s %s", row, status, outcome.code or outcome.uuid)
        self._inner.record(recorded)

    def note_attempt(self, attempted: Attempted) -> None:
        """Hand on, and tell."""
        LOG.debug("%s: attempt %d: %s", self._rows.get(attempted.seq, ""), attempted.attempt, attempted.reason)
        self._inner.note_attempt(attempted)

    async def flush(self) -> None:
        """Hand on."""
        await self._inner.flush()


class _Text(logging.Formatter):
    """Lines with the time in UTC, as the reports have it."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802 - logging's
        at = datetime.fromtimestamp(record.created, UTC)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Json(_Text):
    """A JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {"time": self.formatTime(record), "level": record.levelname.lower(), "message": record.getMessage()}
        return json.dumps(fields, ensure_ascii=False)


def _handler(path: Path | None, stream: TextIO) -> logging.Handler:
    if path is None:
        return logging.StreamHandler(stream)
    try:
        private_file(path)
        return logging.FileHandler(path, encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"The log file {path} cannot be written: {error.strerror}.", "Name another one with --log-file."
        ) from error
