"""The log: what happened and when, as lines or JSON. Rows by number, phone numbers by their last digits, no secret."""

import contextlib
import json
import logging
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from importer.model.errors import ImporterError
from importer.model.journal_rows import Pending
from importer.model.phone_mask import masked, unnumbered
from importer.model.plain_text import plain, plain_lines
from importer.model.rows import Entry, InvalidRow, Status
from importer.system.files import PRIVATE_FILE, as_storage_error, private_folder
from importer.system.terminal import above_display

LOG = logging.getLogger("importer")
logging.raiseExceptions = False  # a log that can no longer be written ends neither the run nor in a traceback
_RUN: ContextVar[str] = ContextVar("run", default="")
"""The name of the run under way; empty: there is none yet."""
_SECRETS: set[str] = set()
_SHORTEST_SECRET = 8
_ANOTHER_FILE = "See that its folder is yours to write to and has room, or name another file with --log-file."


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
    if path is None and logs_on_stream():
        yield  # the stream's log was begun with the command
        return
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
            text = f"{unnumbered(error.message)} {unnumbered(error.hint)}"
            LOG.error("%s", text, extra=log_fields("error", code=error.code, exit_code=error.exit_code))  # noqa: TRY400 - no tracebacks
        raise
    finally:
        LOG.removeHandler(handler)
        _RUN.set("")
        with contextlib.suppress(OSError):
            handler.close()


@contextlib.contextmanager
def json_stream(stream: TextIO, *, verbose: bool) -> Iterator[None]:
    """Write the log to a stream, an object a line and nothing else: of libraries too, and what Python would tell there.

    Args:
        stream: Standard error.
        verbose: Whether each row and each request that did not settle one is told.

    """
    with logging_to(None, stream, log_format="json", verbose=verbose), contextlib.ExitStack() as restored:
        (handler,) = (one for one in LOG.handlers if isinstance(one, _Stream))
        root = logging.getLogger()
        root.addHandler(handler)
        restored.callback(root.removeHandler, handler)
        with warnings.catch_warnings():
            before, sys.unraisablehook = sys.unraisablehook, _log_unraisable
            restored.callback(setattr, sys, "unraisablehook", before)
            warnings.showwarning = _log_warning
            yield


def _log_warning(message: Warning | str, category: type[Warning], *_where: object, **_named: object) -> None:
    logging.getLogger("py.warnings").warning("%s: %s", category.__name__, message)


def _log_unraisable(failed: "sys.UnraisableHookArgs") -> None:
    logging.getLogger("python").warning("%s was ignored", failed.exc_type.__name__)


def logs_on_stream() -> bool:
    """Tell whether a stream has the log."""
    return any(isinstance(one, _Stream) for one in LOG.handlers)


def log_fields(event: str, **fields: object) -> dict[str, object]:
    """Return the `extra` of a log entry: what happened as a short stable word, and the fields that JSON has of it."""
    return {"event": event, "fields": {name: value for name, value in fields.items() if value is not None}}


def log_begin(run: str, text: str) -> None:
    """Log that a run begins, which entries of a JSON log name from now on."""
    _RUN.set(run)
    LOG.info("%s", text, extra=log_fields("run_begins"))


def log_end(exit_code: int, counts: Mapping[Any, int]) -> None:
    """Log how a run ended, with how many of its rows or contacts have each status."""
    some = {f"{status}": count for status, count in counts.items() if count}
    fields = log_fields("run_ended", exit_code=exit_code, counts=some)
    LOG.info("ended with exit code %s: %s", exit_code, _in_words(some), extra=fields)


def hide(secret: str) -> None:
    """Let a secret appear in no entry, whoever writes it; one that is too short would make riddles of the words."""
    if len(secret) >= _SHORTEST_SECRET:
        _SECRETS.add(secret)


def _without_secrets(text: str) -> str:
    for secret in _SECRETS:
        text = text.replace(secret, "[token]")
    return text


def log_enqueued(entries: Sequence[Entry], tally: Mapping[Status, int]) -> None:
    """Log which rows are invalid, and what became of the others."""
    if not LOG.isEnabledFor(logging.DEBUG):
        return
    for entry in entries:
        if isinstance(entry.mapped, InvalidRow):
            codes = ", ".join(problem.code for problem in entry.mapped.problems)
            fields = log_fields("row", row=entry.row.number, code=codes)
            LOG.debug("row %d: %s %s", entry.row.number, Status.INVALID, codes, extra=fields)
    counts = {f"{status}": count for status, count in tally.items() if count}
    LOG.debug("%d rows read: %s", sum(tally.values()), _in_words(counts), extra=log_fields("rows_read", counts=counts))


def _in_words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {status}" for status, count in counts.items()) or "no rows"


class _Text(logging.Formatter):
    """Lines with the time in UTC, as the reports have it."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802 - logging's
        at = datetime.fromtimestamp(record.created, UTC)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def format(self, record: logging.LogRecord) -> str:
        return _without_secrets(plain(super().format(record)))


def log_row(row: Pending, text: str, event: str, **fields: object) -> None:
    """Log what happened to a row: by its number, and its identifier's last digits."""
    extra = log_fields(event, row=row.row, **fields)
    LOG.debug("row %d (%s): %s", row.row, masked(row.contact.identifier), unnumbered(text), extra=extra)


class _Stream(logging.StreamHandler[TextIO]):
    """Writes to standard error, above the live display where there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        own, self.stream = self.stream, above_display(self.stream)
        try:
            super().emit(record)
        finally:
            self.stream = own


class _Json(_Text):
    """A JSON object a line: `log.schema.json` says which fields."""

    def format(self, record: logging.LogRecord) -> str:
        is_ours, run = record.name == LOG.name, _RUN.get()
        message = plain_lines(record.getMessage())
        if not is_ours and record.exc_info and record.exc_info[0]:
            message = f"{message} ({record.exc_info[0].__name__})"
        fields = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "event": getattr(record, "event", "note" if is_ours else "library"),
            **({"run": run} if run else {}),
            **getattr(record, "fields", {}),
            "message": _without_secrets(message if is_ours else unnumbered(message)),
        }
        return json.dumps(fields, ensure_ascii=False)


def _handler(path: Path | None, stream: TextIO) -> logging.Handler:
    if path is None:
        return _Stream(stream)
    with as_storage_error(f"The log {path} cannot be written", _ANOTHER_FILE):
        private_folder(path.absolute().parent, _ANOTHER_FILE)
        if not path.exists():  # one that is there keeps its mode: who reads it was decided before
            path.touch(PRIVATE_FILE)
        return logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
