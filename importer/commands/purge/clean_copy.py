"""Text files and summaries are written again without a person: their lines, their number, the sentences about them.

A line is theirs if their number stands in it, however it is written. A user name, which may be anybody's first name,
has to be the whole cell of the identifier: in results.csv's own column, and in other reports of a row that is theirs.
"""

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from importer.commands.purge.search import encoding_of
from importer.model.own_names import ROW_COLUMN
from importer.model.person import FORGOTTEN, Person
from importer.system.files import write_whole

_IDENTIFIER, _ROW = "identifier", "row"
_KEPT_COLUMNS = frozenset({"file", "sheet", "row", "status", "attempts", "finished_at"})
_MOST_LINES = 50
"""Of a record that quotes hold together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TheirRows:
    """What the journal knows of a file's rows."""

    theirs: frozenset[int] = frozenset()
    """The numbers of the person's."""
    of_namesakes: frozenset[int] = frozenset()
    """Of those that have the same number in another country: it is not the person's there without its country code."""


def drop_lines(rows: TheirRows, path: Path, person: Person) -> None:
    """Write a text file again without the person's lines."""
    whose = _is_theirs(path, person, rows)
    _rewrite(path, (record for record in _records(path) if not whose(record)))


def empty_lines(rows: TheirRows, path: Path, person: Person) -> None:
    """Write a report again whose lines of the person have the row's place and status alone."""
    _rewrite(path, _emptied(_records(path), _is_theirs(path, person, rows)))


def count_their_lines(path: Path, person: Person, rows: TheirRows) -> int:
    """Return how many lines of a report are the person's."""
    return sum(map(_is_theirs(path, person, rows), _records(path)))


def clean_text(path: Path, person: Person) -> None:
    """Write a text file again without the person's number."""
    _rewrite(path, map(person.without, _records(path)))


def clean_summary(rows: frozenset[int], path: Path, person: Person) -> None:
    """Write a summary again; what is no JSON is cleaned as a text. A group has the sentence of its first row."""
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return clean_text(path, person)
    for group in [*summary.get("problems", ()), *summary.get("warnings", ())]:
        if not rows.isdisjoint(group["rows"][:1]):
            group["message"] = FORGOTTEN
    return _rewrite(path, [json.dumps(_cleaned(summary, person), ensure_ascii=False, indent=2) + "\n"])


def _is_theirs(path: Path, person: Person, rows: TheirRows) -> Callable[[str], bool]:
    """Return what tells whether a record of a file is the person's."""
    if not person.is_handle and not rows.of_namesakes:
        return person.is_in
    delimiter, columns = _columns(next((record for record in _records(path) if record.strip()), ""))
    numbers, others = {str(row) for row in rows.theirs}, {str(row) for row in rows.of_namesakes}
    whole = person.with_code_alone()

    def is_theirs(record: str) -> bool:
        cells = [cell.lstrip("'") for cell in next(csv.reader([record], delimiter=delimiter), [])]
        named = dict(zip(columns, cells, strict=False))
        if not person.is_handle:
            is_others = named.get(ROW_COLUMN, named.get(_ROW)) in others
            return (whole if is_others else person).is_in(record)
        if named.get(ROW_COLUMN) in numbers:
            return any(map(person.is_identifier, cells))
        return ROW_COLUMN not in named and person.is_identifier(named.get(_IDENTIFIER, ""))

    return is_theirs


def _columns(header: str) -> tuple[str, list[str]]:
    """Return a report's delimiter, and the names of its columns."""
    delimiter = max(",;\t", key=header.count)
    return delimiter, [name.strip().lstrip("\ufeff") for name in next(csv.reader([header], delimiter=delimiter), [])]


def _emptied(records: Iterator[str], is_theirs: Callable[[str], bool]) -> Iterator[str]:
    header = next(records, "")
    yield header
    delimiter, columns = _columns(header)
    for record in records:
        if not is_theirs(record):
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
    """Write a file again, with its mode and times: it is not taken for one that somebody edited since the run."""
    encoding = encoding_of(path)
    with write_whole(path) as unfinished:
        with unfinished.open("w", encoding=encoding, errors="surrogateescape", newline="") as file:
            file.writelines(records)
        shutil.copystat(path, unfinished)
