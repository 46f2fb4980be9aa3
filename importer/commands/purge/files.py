"""Files that hold a person: searched, and written again without them, or deleted where that is not sure.

    results.csv, undone.csv ........... their lines keep the row's number and status
    failed.csv, text files given ...... without their lines
    summary.json, last-run.json ....... without the sentences that are about them
    a log ............................. without their number
    workbooks, report.html ............ deleted: `report RUN` writes those of a run again, without them

A line, or a workbook, is a person's if their number stands in it, however it is written.
"""

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from importer.commands.purge.search import READ_BY_READER, ZIPPED, encoding_of, files_in, holds
from importer.model.errors import StorageError
from importer.model.person import FORGOTTEN, Person
from importer.reports.edited_files import EDITED
from importer.system.files import as_storage_error, write_whole

_WORKBOOKS = ZIPPED | READ_BY_READER
_KEEPS_LINES = frozenset({"results.csv", "undone.csv"})
_WITH_WARNINGS = frozenset({"results.xlsx", "report.html", "summary.json"})
_REPORTS = _KEEPS_LINES | _WITH_WARNINGS
_KEPT_COLUMNS = frozenset({"file", "sheet", "row", "status", "attempts", "finished_at"})
_PAGE = ".html"
_UNFINISHED = ".part"
_UNREADABLE = "cannot be read: look for them yourself"
_MOST_LINES = 50
"""Of a record that quotes hold together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file in which a person stands."""

    path: Path
    what: str
    """What is done about it, such as `deleted`; for people."""
    act: Callable[[Path, Person], None] | None
    """Does it; None: it is told only."""

    def forget(self, person: Person) -> None:
        """Do what is done about it.

        Raises:
            StorageError: It cannot be written or deleted.

        """
        if self.act and self.path.exists():
            self.act(self.path, person)


def in_reports(folder: Path, person: Person, rows: frozenset[int] = frozenset()) -> Iterator[FoundFile]:
    """Yield the files of a run's own folder that hold the person, and what a run left there that was killed.

    Args:
        folder: The run's.
        person: Who is searched for.
        rows: The numbers of the person's rows that were mapped: sentences may be about them that only reports keep.

    """
    for path in files_in(folder):
        if is_left_over(path, folder):
            yield FoundFile(path=path, what="deleted: a run that was cut off left it", act=_delete)
        elif (rows and path.name in _WITH_WARNINGS) or holds(path, person):
            yield _in_report(path, rows)


def is_left_over(path: Path, folder: Path) -> bool:
    """Tell whether a run that was cut off left a file in its reports' folder: half a report, or parts of a workbook."""
    first, *deeper = path.relative_to(folder).parts
    return first.startswith("tmp") if deeper else first.startswith(".") and path.suffix == _UNFINISHED


def is_report(path: Path) -> bool:
    """Tell whether a file is called as a report of ours is, or as one that was kept because somebody edited it."""
    is_ours = path.stem.startswith(("failed", EDITED)) and path.suffix in {".csv", ".xlsx", _PAGE}
    return path.name in _REPORTS or is_ours


def _in_report(path: Path, rows: frozenset[int]) -> FoundFile:
    if not is_report(path):
        return FoundFile(path=path, what="not the importer's: take them out yourself", act=None)
    if path.suffix in _WORKBOOKS or path.suffix == _PAGE:
        return FoundFile(path=path, what="deleted", act=_delete)
    if path.suffix == ".json":
        return in_summary(path, rows)
    act, what = (_empty_lines, "emptied") if path.name in _KEEPS_LINES else (_drop_lines, "without their rows")
    return FoundFile(path=path, what=what, act=act)


def in_summary(path: Path, rows: frozenset[int] = frozenset()) -> FoundFile:
    """Return a run's summary that holds the person, in these rows."""
    return FoundFile(path=path, what="without what is about them", act=partial(_clean_summary, rows))


def in_last_run(path: Path, person: Person, runs: Mapping[str, frozenset[int]]) -> Iterator[FoundFile]:
    """Yield the summary of the last run, beside the journal, if it is there and about the person."""
    if path.is_file():
        with suppress(ValueError, AttributeError):
            rows = runs.get(json.loads(path.read_text(encoding="utf-8")).get("run"), frozenset())
            if rows or holds(path, person):
                yield in_summary(path, rows)


def in_logs(log: Path, person: Person) -> Iterator[FoundFile]:
    """Yield the log and its older parts, which are called like it, that hold the person."""
    log = log.resolve()
    for path in files_in(log.parent, deep=False):
        if path.name.startswith(log.name) and holds(path, person):
            yield FoundFile(path=path, what="without their number", act=_clean_text)


def in_done(place: Path, person: Person) -> Iterator[FoundFile]:
    """Yield the files that were imported and moved away, and hold the person: all of a folder, or the one named."""
    for found in _searched(files_in(place) if place.is_dir() else [*filter(_is_file, [place])], person):
        if found.what == _UNREADABLE:
            yield found
        else:
            is_book = found.path.suffix.lower() in _WORKBOOKS
            what, act = ("deleted", _delete) if is_book else ("without their rows", _drop_lines)
            yield replace(found, what=what, act=act)


def in_inputs(files: Sequence[str], person: Person) -> Iterator[FoundFile]:
    """Yield the files that people gave and that are there still; they are never changed."""
    paths = [*filter(_is_file, map(Path, files))]
    yield from _searched(paths, person)


def _searched(paths: Sequence[Path], person: Person) -> Iterator[FoundFile]:
    """Yield the files that hold the person, and those of which nobody can say."""
    for path in paths:
        try:
            if holds(path, person):
                yield FoundFile(path=path, what="yours: take them out yourself", act=None)
        except StorageError:
            yield FoundFile(path=path, what=_UNREADABLE, act=None)


def _is_file(path: Path) -> bool:
    """Tell whether a file is there; what the system refuses to tell is none."""
    with suppress(OSError):
        return path.is_file()
    return False


def _delete(path: Path, _person: Person) -> None:
    with as_storage_error(f"{path} cannot be deleted"):
        path.unlink(missing_ok=True)


def _drop_lines(path: Path, person: Person) -> None:
    _rewrite(path, (record for record in _records(path) if not person.is_in(record)))


def _empty_lines(path: Path, person: Person) -> None:
    """Write a report again whose lines of the person have the row's place and status alone."""
    _rewrite(path, _emptied(_records(path), person))


def _emptied(records: Iterator[str], person: Person) -> Iterator[str]:
    header = next(records, "")
    yield header
    delimiter = max(",;\t", key=header.count)
    columns = [name.strip().lstrip("\ufeff") for name in next(csv.reader([header], delimiter=delimiter), [])]
    for record in records:
        if not person.is_in(record):
            yield record
            continue
        cells = next(csv.reader([record], delimiter=delimiter))
        kept = [cell if name in _KEPT_COLUMNS else "" for name, cell in zip(columns, cells, strict=False)]
        kept = [FORGOTTEN if name == "reason" else cell for name, cell in zip(columns, kept, strict=False)]
        written = io.StringIO()
        csv.writer(written, delimiter=delimiter, lineterminator="\n").writerow(kept)
        yield written.getvalue()


def _records(path: Path) -> Iterator[str]:
    """Yield the records of a text file with their line ends: lines that quotes hold together are one."""
    with path.open(encoding=encoding_of(path), errors="surrogateescape", newline="") as file:
        record = ""
        for line in file:
            record += line
            if record.count('"') % 2 == 0:
                yield record
                record = ""
            elif record.count("\n") > _MOST_LINES:  # a quote that is never closed
                yield from record.splitlines(keepends=True)
                record = ""
        yield from record.splitlines(keepends=True)


def _clean_text(path: Path, person: Person) -> None:
    _rewrite(path, map(person.without, _records(path)))


def _clean_summary(rows: frozenset[int], path: Path, person: Person) -> None:
    """Write a summary again; what is no JSON is cleaned as a text. A group has the sentence of its first row."""
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return _clean_text(path, person)
    for group in [*summary.get("problems", ()), *summary.get("warnings", ())]:
        if not rows.isdisjoint(group["rows"][:1]):
            group["message"] = FORGOTTEN
    return _rewrite(path, [json.dumps(_cleaned(summary, person), ensure_ascii=False, indent=2) + "\n"])


def _cleaned(value: Any, person: Person) -> Any:  # noqa: ANN401 - whatever JSON holds
    match value:
        case str():
            return FORGOTTEN if value in person.texts else person.without(value)
        case list():
            return [_cleaned(one, person) for one in value]
        case dict():
            return {name: _cleaned(one, person) for name, one in value.items()}
        case _:
            return value


def _rewrite(path: Path, records: Iterator[str] | Sequence[str]) -> None:
    encoding = encoding_of(path)
    with write_whole(path) as unfinished:
        with unfinished.open("w", encoding=encoding, errors="surrogateescape", newline="") as file:
            file.writelines(records)
        shutil.copymode(path, unfinished)
