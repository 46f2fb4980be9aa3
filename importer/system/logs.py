"""The log: what happened and when, as lines or JSON. Rows by number, phone numbers by their last digits, no secret."""

import contextlib
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from importer.model.errors import ImporterError, StorageError
from importer.model.journal_rows import Attempted, Pending, Recorded
from importer.model.phone_mask import masked, unnumbered
from importer.model.protocols import PipelineJournal
from importer.model.rows import Entry, InvalidRow, Status
from importer.system.files import private_file, private_folder

LOG = logging.getLogger("importer")


@contextlib.contextmanager
def logging_to(path: Path | None, stream: TextIO, *, log_format: str, verbose: bool) -> Iterator[None]:
    """Write the log while the block runs.

    Args:
        path: The log file, which is appended to; None: the stream.
        stream: Where it goes without a file, if it is JSON or verbose.
        log_format: `text` or `json`.
        verbose: Whether each row, and each request that did not settle one, is logged.

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


class LoggedJournal:
    """A `ports.PipelineJournal` that tells the log what passes through it."""

    def __init__(self, inner: PipelineJournal) -> None:
        self._inner = inner
        self._rows: dict[int, str] = {}

    async def recognise(self, marked: Sequence[tuple[int, bytes | None]]) -> Sequence[str | None]:
        """Hand on."""
        return await self._inner.recognise(marked)

    async def enqueue(self, sheet_index: int, entries: Sequence[Entry]) -> Mapping[Status, int]:
        """Hand on, and tell which rows are invalid, and what became of the others."""
        entered = await self._inner.enqueue(sheet_index, entries)
        for entry in entries:
            if isinstance(entry.mapped, InvalidRow):
                codes = ", ".join(problem.code for problem in entry.mapped.problems)
                LOG.debug("row %d: %s %s", entry.row.number, Status.INVALID, codes)
        LOG.debug(
            "%d rows read: %s",
            sum(entered.values()),
            {f"{status}": count for status, count in entered.items() if count},
        )
        return entered

    async def claim(self, count: int) -> Sequence[Pending]:
        """Hand on, and remember what the rows are called."""
        claimed = await self._inner.claim(count)
        self._rows.update(
            (pending.seq, f"row {pending.row} ({masked(pending.contact.identifier)})") for pending in claimed
        )
        return claimed

    def record(self, recorded: Recorded) -> None:
        """Hand on, and tell."""
        row, outcome = self._rows.pop(recorded.seq, f"row at place {recorded.seq}"), recorded.outcome
        status = Status.UNSENT if outcome.status is Status.PENDING else outcome.status
        LOG.debug("%s: %s %s", row, status, outcome.code or outcome.uuid)
        self._inner.record(recorded)

    def record_attempt(self, attempted: Attempted) -> None:
        """Hand on, and tell."""
        row, reason = self._rows.get(attempted.seq, f"row at place {attempted.seq}"), unnumbered(attempted.reason)
        LOG.debug("%s: attempt %d: %s", row, attempted.attempt, reason)
        self._inner.record_attempt(attempted)

    async def checkpoint(self) -> None:
        """Hand on."""
        await self._inner.checkpoint()


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


class _Lasting:
    """A log handler whose errors are ignored: neither the run nor a traceback depends on the log."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's
        """Ignore the error."""


class _ToFile(_Lasting, logging.FileHandler):
    """A log file."""


class _ToStream(_Lasting, logging.StreamHandler[TextIO]):
    """A log on standard error."""


def _handler(path: Path | None, stream: TextIO) -> logging.Handler:
    if path is None:
        return _ToStream(stream)
    try:
        private_folder(path.absolute().parent)
        if path.is_file() or not path.exists():  # a device such as /dev/null is everybody's, and must stay so
            private_file(path)
        return _ToFile(path, encoding="utf-8", errors="backslashreplace")
    except (StorageError, OSError) as error:
        raise StorageError(f"The log cannot be written. {error}", "Name another file with --log-file.") from error
