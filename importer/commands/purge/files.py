"""Files that hold a person: searched, and written again without them, or deleted where that is not sure.

    results.csv, undone.csv ........... their lines are blanked: the row's number and status stay
    failed.csv, text files given ...... without their lines
    summary.json, last-run.json ....... without the sentences that are about them
    check.json ........................ without their number, if the list is called so
    a log ............................. without their number
    workbooks, report.html ............ deleted: `report RUN` writes those of a run again, without them
    check.txt ......................... always deleted: it quotes anybody's cells, and `check` writes it again

A workbook is a person's if their number stands in it, however it is written; of a user name, if the run has a row
of it.
"""

import json
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from importer.commands.input.check_record import CHECK_FILE
from importer.commands.purge.clean_copy import (
    TheirRows,
    clean_summary,
    clean_text,
    count_their_lines,
    drop_lines,
    empty_lines,
)
from importer.commands.purge.search import READ_BY_READER, ZIPPED, closed_folder, files_in, holds, stands_as_cell
from importer.model.errors import StorageError
from importer.model.person import Person
from importer.reports.check_report import WHOLE_FILE
from importer.reports.edited_files import EDITED, is_newer_than_summary
from importer.system.files import as_storage_error

DELETED = "deleted"
"""What is done about a run's reports that `report` writes again."""
_AGAIN_BY_CHECK = "deleted; check writes it again"
_WORKBOOKS = ZIPPED | READ_BY_READER
_KEEPS_LINES = frozenset({"results.csv", "undone.csv"})
_WITH_WARNINGS = frozenset({"results.xlsx", "report.html", "summary.json"})
_REPORTS = _KEEPS_LINES | _WITH_WARNINGS | {WHOLE_FILE, CHECK_FILE}
_PAGE = ".html"
_OF_CHECK = "problems"
_TO_FIX = ("failed", _OF_CHECK)
"""Files with the rows to fix: of a run, and of a check."""
_UNFINISHED = ".part"
_UNREADABLE = "cannot be read: look for them yourself"
_MOVED = "deleted: it was imported, and moved here"
YOURS = "yours: take them out yourself"
"""What is done about a file that somebody gave."""
_EDITED = "yours: it was changed since it was written; take them out yourself"
_PERHAPS = "a cell is their user name: look yourself whether it is them"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file in which a person stands."""

    path: Path
    what: str
    """What is done about it, such as `deleted`; for people."""
    act: Callable[[Path, Person], None] | None
    """Does it; None: it is told only."""
    rows: int = 0
    """How many of its rows it is done to; 0: to the file as a whole, or it is not counted."""
    is_about_everybody: bool = False
    """Whether it is done whoever is forgotten: nobody can tell whose cells it quotes."""

    def forget(self, person: Person) -> None:
        """Do what is done about it.

        Raises:
            StorageError: It cannot be written or deleted.

        """
        if self.act and self.path.exists():
            self.act(self.path, person)


def in_reports(
    folder: Path, person: Person, rows: frozenset[int] | None = None, namesakes: frozenset[int] = frozenset()
) -> Iterator[FoundFile]:
    """Yield the files of a run's own folder that hold the person, and what a run left there that was killed.

    Args:
        folder: The run's.
        person: Who is searched for.
        rows: The numbers of the person's rows that were mapped: sentences may be about them that only reports keep;
            None: the run has no row of theirs, as far as it is known.
        namesakes: The numbers of rows of others with the same number in another country. If these alone have rows, the
            run's files are the person's only where the number stands with its country code.

    """
    if namesakes and rows is None:
        yield from map(_with_code_alone, in_reports(folder, person.with_code_alone()))
        return
    known = TheirRows(theirs=rows or frozenset(), of_namesakes=namesakes - (rows or frozenset()))
    for path in files_in(folder):
        if is_left_over(path, folder):
            yield FoundFile(path=path, what="deleted: a run that was cut off left it", act=_delete)
        elif path == folder / WHOLE_FILE:
            yield FoundFile(path=path, what=_AGAIN_BY_CHECK, act=_delete, is_about_everybody=True)
        elif (rows and path.name in _WITH_WARNINGS) or _is_about(path, person, rows, known):
            yield _in_report(path, person, known)
        elif person.is_handle and _is_of_check(path) and stands_as_cell(path, person):
            yield FoundFile(path=path, what=_PERHAPS, act=None)


def _is_about(path: Path, person: Person, rows: frozenset[int] | None, known: TheirRows) -> bool:
    """Tell whether a file of a run's folder holds the person."""
    if is_report(path) and path.suffix == ".csv" and (person.is_handle or known.of_namesakes):
        return count_their_lines(path, person, known) > 0
    if not person.is_handle:
        return holds(path, person)
    is_for_people = path.suffix in _WORKBOOKS or path.suffix == _PAGE
    return (rows is not None and is_report(path) and is_for_people) or holds(path, person)


def is_left_over(path: Path, folder: Path) -> bool:
    """Tell whether a run that was cut off left a file in its reports' folder: half a report, or parts of a workbook."""
    first, *deeper = path.relative_to(folder).parts
    return first.startswith("tmp") if deeper else first.startswith(".") and path.suffix == _UNFINISHED


def is_report(path: Path) -> bool:
    """Tell whether a file is called as a report of ours is, or as one that was kept because somebody edited it."""
    is_ours = path.stem.startswith((*_TO_FIX, EDITED)) and path.suffix in {".csv", ".xlsx"}
    return path.name in _REPORTS or is_ours


def _is_of_check(path: Path) -> bool:
    """Tell whether a report is one of a check, with rows to fix."""
    return is_report(path) and path.stem.startswith(_OF_CHECK)


def _in_report(path: Path, person: Person, rows: TheirRows) -> FoundFile:
    if not is_report(path):
        return FoundFile(path=path, what="not the importer's: take them out yourself", act=None)
    if path.suffix in _WORKBOOKS and _is_edited(path):
        return FoundFile(path=path, what=_EDITED, act=None)
    if path.suffix in _WORKBOOKS or path.suffix == _PAGE:
        return FoundFile(path=path, what=_AGAIN_BY_CHECK if _is_of_check(path) else DELETED, act=_delete)
    if path.suffix == ".json":
        return in_summary(path, rows.theirs)
    if path.name in _KEEPS_LINES:
        return FoundFile(
            path=path, what="blanked", act=partial(empty_lines, rows), rows=count_their_lines(path, person, rows)
        )
    return FoundFile(path=path, what="without their rows", act=partial(drop_lines, rows))


def _is_edited(path: Path) -> bool:
    """Tell whether a report was changed since the run wrote it: its summary was written last, or it was kept."""
    is_told = path.with_name("summary.json").is_file()
    return path.name.startswith(EDITED) or (is_told and is_newer_than_summary(path))


def in_summary(path: Path, rows: frozenset[int] = frozenset()) -> FoundFile:
    """Return a run's summary that holds the person, in these rows."""
    return FoundFile(path=path, what="without what is about them", act=partial(clean_summary, rows))


def in_last_run(
    path: Path, person: Person, runs: Mapping[str, frozenset[int]], namesakes: Container[str] = ()
) -> Iterator[FoundFile]:
    """Yield the summary of the last run, beside the journal, if it is there and about the person.

    Args:
        path: Where it is.
        person: Who is searched for.
        runs: Those that have rows of theirs, with the rows' numbers.
        namesakes: Runs in which the number without its country code is somebody else's.

    """
    if path.is_file():
        with suppress(ValueError, AttributeError):
            run = json.loads(path.read_text(encoding="utf-8")).get("run")
            if rows := runs.get(run, frozenset()):
                yield in_summary(path, rows)
            elif run in namesakes and holds(path, person.with_code_alone()):
                yield _with_code_alone(in_summary(path))
            elif run not in namesakes and holds(path, person):
                yield in_summary(path)


def in_logs(log: Path, person: Person) -> Iterator[FoundFile]:
    """Yield the log and its older parts, which are called like it, that hold the person."""
    log = log.resolve()
    for path in files_in(log.parent, deep=False) if not closed_folder(log.parent) else ():
        if path.name.startswith(log.name) and holds(path, person):
            yield FoundFile(path=path, what="without their number", act=clean_text)


def in_done(place: Path, person: Person, namesakes: Container[Path] = ()) -> Iterator[FoundFile]:
    """Yield the files that were imported and moved away, and hold the person: all of a folder, or the one named.

    Args:
        place: The folder or the file.
        person: Who is searched for.
        namesakes: Files in which the number without its country code is somebody else's.

    """
    for found in _searched([*filter(_is_file, [place])] or files_in(place), person, namesakes):
        if found.what != YOURS:
            yield found
        else:
            is_book = found.path.suffix.lower() in _WORKBOOKS
            what, act = (_MOVED, _delete) if is_book else ("without their rows", partial(drop_lines, TheirRows()))
            done = replace(found, what=what, act=act)
            yield _with_code_alone(done) if found.path in namesakes else done


def in_inputs(files: Sequence[str], person: Person, namesakes: Container[Path] = ()) -> Iterator[FoundFile]:
    """Yield the files that people gave and that are there still; they are never changed. Arguments as of `in_done`."""
    paths = [*filter(_is_file, map(Path, files))]
    yield from _searched(paths, person, namesakes)


def _with_code_alone(found: FoundFile) -> FoundFile:
    """Return a file of which the number is the person's only with its country code."""
    act = found.act
    return replace(found, act=act and (lambda path, person: act(path, person.with_code_alone())))


def _searched(paths: Sequence[Path], person: Person, namesakes: Container[Path]) -> Iterator[FoundFile]:
    """Yield the files that hold the person, and those of which nobody can say."""
    for path in paths:
        try:
            if holds(path, person.with_code_alone() if path in namesakes else person):
                yield FoundFile(path=path, what=YOURS, act=None)
            elif person.is_handle and stands_as_cell(path, person):
                yield FoundFile(path=path, what=_PERHAPS, act=None)
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
