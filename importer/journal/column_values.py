"""Conversions between the model's values and the columns of the tables."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from importer.model.rows import Problem, Sheet, Status
from importer.model.runs import RunRecord

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

RUN_COLUMNS = """
    runs.name, runs.command, accounts.name, runs.files, runs.options, runs.report_dir, runs.started_at,
    runs.finished_at, runs.exit_code, runs.blank, runs.requests_sent, runs.requests_retried, runs.requests_throttled,
    runs.rate_limit, runs.rate_achieved
"""
SHEET_COLUMNS = "file, name, header, header_row, encoding, delimiter, notes"


def storable(text: str) -> str:
    """Return the text with `?` for each lone surrogate, which SQLite cannot store."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def encode_json(value: object) -> str:
    """Return arrays and objects of texts and numbers as JSON that SQLite can store."""
    return storable(_encode(value))


def decode_json(text: str) -> Any:  # noqa: ANN401 - only the caller knows the type
    """Return the value that `encode_json` wrote; tuples come back as lists."""
    return json.loads(text)


def moment(at: datetime) -> str:
    """Return the time in UTC as text that sorts by time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@lru_cache(maxsize=256)  # rows of a chunk have one time, and there may be a million of them
def maybe_moment(text: str | None) -> datetime | None:
    """Return the time that `moment` wrote; None stays None."""
    return None if text is None else datetime.fromisoformat(text)


def run_of(columns: tuple[Any, ...]) -> RunRecord:
    """Return the run from the values of `RUN_COLUMNS`."""
    name, command, account, files, options, report_dir, started_at, finished_at, *counters = columns
    exit_code, blank, sent, retried, throttled, rate_limit, rate_achieved = counters
    return RunRecord(
        name=name,
        command=command,
        account=account,
        files=tuple(decode_json(files)),
        options=decode_json(options),
        report_dir=report_dir,
        started_at=datetime.fromisoformat(started_at),
        finished_at=maybe_moment(finished_at),
        exit_code=exit_code,
        blank=blank,
        requests_sent=sent,
        requests_retried=retried,
        requests_throttled=throttled,
        rate_limit=rate_limit,
        rate_achieved=rate_achieved,
    )


def begun_columns(record: RunRecord, account: int) -> tuple[object, ...]:
    """Return the columns of a run that begins, from its name to its rate limit."""
    texts = (encode_json(record.files), encode_json(dict(record.options)), storable(record.report_dir))
    return (record.name, record.command, account, *texts, moment(record.started_at), record.rate_limit)


def sheet_columns(sheet: Sheet) -> tuple[object, ...]:
    """Return the values of `SHEET_COLUMNS`."""
    texts = (encode_json(sheet.header), sheet.header_row, storable(sheet.encoding), storable(sheet.delimiter))
    return (storable(sheet.file), storable(sheet.name), *texts, encode_json(sheet.notes))


def sheet_of(columns: tuple[Any, ...]) -> Sheet:
    """Return the sheet from the values of `SHEET_COLUMNS`."""
    file, name, header, header_row, encoding, delimiter, notes = columns
    return Sheet(
        file=file,
        name=name,
        header=tuple(decode_json(header)),
        header_row=header_row,
        encoding=encoding,
        delimiter=delimiter,
        notes=tuple(decode_json(notes)),
    )


def problems_json(problems: tuple[Problem, ...]) -> str | None:
    """Return the reader's problems as JSON; None: there are none."""
    if not problems:
        return None
    return encode_json([(problem.code, problem.column, problem.value, problem.message) for problem in problems])


def problems_of(text: str | None) -> tuple[Problem, ...]:
    """Return the problems that `problems_json` wrote."""
    if text is None:
        return ()
    return tuple(
        Problem(code=code, column=column, value=value, message=message)
        for code, column, value, message in decode_json(text)
    )


def tally_of(counts: Mapping[str, int]) -> dict[Status, int]:
    """Return the count of every status; a missing status has 0."""
    return {status: counts.get(status, 0) for status in Status}
