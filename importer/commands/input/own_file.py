"""A file of our own making that is given again, such as failed.xlsx: which run wrote it, and which list it is of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from importer.commands.context import CommandContext
from importer.commands.input.check_record import check_in
from importer.commands.service_journals import of_another_user
from importer.journal import Journal
from importer.model.addresses import scheme_of
from importer.model.own_names import is_own_header
from importer.model.rows import Sheet
from importer.model.runs import LIST, RunRecord
from importer.reports.run_commands import HOW_TO_READ
from importer.system.files import read_json_object

_SUMMARY = "summary.json"
_MOST_ROWS = 10_000
_MOST_STEPS = 50
"""Rows may have been fixed so often, each time in the file that the run before wrote."""


class OriginalList(NamedTuple):
    """The list that the rows of a file of our own making are of."""

    files: tuple[str, ...]
    """As the record of its run has them."""
    options: Mapping[str, object]
    """Of its run; nothing: they are not known."""


def is_own(sheets: Sequence[Sheet]) -> bool:
    """Tell whether all of the sheets are of our own making: anybody may put other files into a folder of reports."""
    return bool(sheets) and all(is_own_header(sheet.header) for sheet in sheets)


def writer_of(files: Sequence[str], runs: Sequence[RunRecord]) -> RunRecord | None:
    """Return the run in whose folder of reports all of the files are; None: none of these runs wrote them.

    Whether they are of our own making, their headers tell.
    """
    folder = _folder_of(files)
    return next((one for one in runs if folder and Path(one.report_dir) == folder), None)


def writers_of(files: Sequence[str], runs: Sequence[RunRecord]) -> Iterator[RunRecord]:
    """Yield the run that wrote the files, the one that wrote what that run read, and so on, as `writer_of` tells."""
    for _ in range(_MOST_STEPS):
        if (writer := writer_of(files, runs)) is None:
            break
        yield writer
        files = writer.files


def with_checks(files: Sequence[str], runs: Sequence[RunRecord]) -> list[RunRecord]:
    """Return the runs with the checks that wrote the files, or what those read, which no journal has.

    Args:
        files: As a run's record has them.
        runs: Newest first.

    """
    known = [*runs]
    for _ in range(_MOST_STEPS):
        writer = writer_of(files, known)
        if writer is None and (folder := _folder_of(files)) and (writer := check_in(folder)):
            known.append(writer)
        if writer is None:
            break
        files = writer.files
    return known


def was_read(journal: Journal, files: Sequence[str], word: str) -> bool:
    """Tell whether the run that wrote files of our own making had read a word in the rows that it put into them."""
    if (writer := writer_of(files, [one for one, _ in journal.runs()])) is None:
        return False
    source = journal.report_source(writer.name)
    rows = chain.from_iterable(source.rows_to_fix(index) for index in range(len(source.sheets())))
    return any(word in cell for row in islice(rows, _MOST_ROWS) for cell in row.cells)


def list_of(files: Sequence[str], runs: Sequence[RunRecord]) -> OriginalList | None:
    """Return the list that the rows of files of our own making are of; None: no run is known to have written them.

    Args:
        files: As a run's record has them. Of those that an earlier run read, only their names and its record tell
            whether they were of our own making.
        runs: Of the journal. Of a run that it does not have, the summary in its folder names the files.

    """
    found = _read_by_writer(files, runs)
    for _ in range(_MOST_STEPS):
        is_ours = found is not None and all(map(_is_named_as_ours, found.files))
        earlier = _read_by_writer(found.files, runs) if found and is_ours else None
        if earlier is None:
            break
        found = earlier
    return found


def with_list(context: CommandContext, record: RunRecord, journal: Journal, sheets: Sequence[Sheet]) -> RunRecord:
    """Return the run that knows which list its rows are of, if its files are of our own making.

    Where nobody is asked whether to send them, files of another user's run are told of.

    Args:
        context: With how to tell.
        record: The run.
        journal: That has the runs before it.
        sheets: Of its files.

    """
    if not context.asks_at_last and (told := another_users(context, record.files, journal)):
        context.tell(told)
    found = list_of_sheets(record.files, journal, sheets)
    return replace(record, options={**record.options, **as_option(found)}) if found else record


def list_of_sheets(files: Sequence[str], journal: Journal, sheets: Sequence[Sheet]) -> OriginalList | None:
    """Return the list that the rows of the sheets are of; None: they are not of our own making, or it is not known.

    Args:
        files: As a run's record has them.
        journal: That has the runs before it.
        sheets: Of the files.

    """
    return list_of(files, with_checks(files, [one for one, _ in journal.runs()])) if is_own(sheets) else None


def as_option(of_list: OriginalList) -> dict[str, object]:
    """Return a list as the options of a run keep it."""
    return {LIST: {**of_list.options, "file": of_list.files[0]}}


def another_users(context: CommandContext, files: Sequence[str], journal: Journal) -> str:
    """Return that the files are of another user's run, with what gives them to that one's journal; empty: they are not.

    Args:
        context: What the command was given.
        files: As a run's record has them.
        journal: Of this run, which may know the run that wrote them, or the list of a check that did.

    """
    told = of_another_user(context, files)
    runs = [one for one, _ in journal.runs()] if told else []
    read_for_them = {one.files for one in writers_of(files, with_checks(files, runs))}  # of a check its list
    return "" if read_for_them & {one.files for one in runs} else told


def list_file(record: RunRecord, file: str) -> str:
    """Return the file of the list that the rows of a run's file are of; of any other file its own name."""
    kept = record.options.get(LIST)
    return str(kept["file"]) if isinstance(kept, Mapping) else file


def _read_by_writer(files: Sequence[str], runs: Sequence[RunRecord]) -> OriginalList | None:
    """Return what the run read that wrote the files."""
    if writer := writer_of(files, runs):
        if isinstance(kept := writer.options.get(LIST), Mapping):
            return OriginalList((str(kept["file"]),), _how_it_was_read(kept))
        return OriginalList(writer.files, _how_it_was_read(writer.options))
    folder = _folder_of(files)
    told = read_json_object(folder / _SUMMARY).get("files") if folder else None
    named = tuple(map(str, told)) if isinstance(told, list) else ()
    return OriginalList(named, {}) if named and _folder_of(named) != folder else None


def _is_named_as_ours(file: str) -> bool:
    return Path(file).name.startswith(("failed", "problems", "results."))


def _how_it_was_read(options: Mapping[str, object]) -> Mapping[str, object]:
    return {name: options[name] for name in HOW_TO_READ if options.get(name)}


def _folder_of(files: Sequence[str]) -> Path | None:
    """Return the folder of all of the files; None: they have several, or are no files."""
    folders = {None if scheme_of(one) else Path(one).parent for one in files}
    return folders.pop() if len(folders) == 1 else None
