"""What the reports need besides the journal: which are wanted, and the cells of rows that the journal does not keep."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from importer.commands.input.fetch import InputFile, fetched_again
from importer.commands.input.input_sheet import InputSheet
from importer.commands.input.other_person import other_person_text
from importer.commands.setup import is_there
from importer.journal import Journal
from importer.model.addresses import scheme_of
from importer.model.cell_names import column_letters
from importer.model.errors import ImporterError
from importer.model.policy import Existing
from importer.model.rows import Sheet, Status
from importer.model.runs import RunRecord
from importer.readers.options import InputOptions
from importer.reports import ReportOptions
from importer.reports.report_options import RunBackground
from importer.settings import Settings
from importer.system.desktop import list_separator
from importer.system.logs import LOG, log_fields

_NumberedCells = Iterator[tuple[int, tuple[str, ...]]]


def report_options(
    settings: Settings,
    record: RunRecord,
    sheets: Sequence[Sheet],
    journal: Journal,
    readers: Sequence[InputSheet] = (),
) -> ReportOptions:
    """Return which reports of a run are wanted, and how its input is read again.

    Args:
        settings: With what was chosen.
        record: The run.
        sheets: Of the run.
        journal: That has the run, and those before it.
        readers: Of its files during the run, which know where these are; none: they are to be found.

    """
    paths = [reader.path for reader in readers]
    leaves_existing = settings.mapping.contact.existing is Existing.SKIP
    return ReportOptions(
        kinds=settings.run.reports,
        excel_delimiter=list_separator() if settings.run.csv_for_excel else "",
        input_cells=partial(input_cells, record, sheets, paths=paths, options=settings.input),
        background=RunBackground(
            leaves_existing=leaves_existing,
            given_back=given_back_run(record, journal) if leaves_existing else "",
            other_person=other_person_text(record, journal) if leaves_existing else "",
            of_list=rehearsal_of_list(record, [one for one, _ in journal.runs()]) if record.is_rehearsal else None,
        ),
    )


def given_back_run(record: RunRecord, journal: Journal) -> str:
    """Return the last run that changed customers as the same list says, if it was undone; else an empty text."""
    if not (undone := journal.undone_runs()):
        return ""
    changed = (
        one.name
        for one, tally in journal.runs()
        if tally[Status.UPDATED] and (one.files, one.account) == (record.files, record.account)
    )
    last = next(changed, "")
    return last if last in undone else ""


def rehearsal_of_list(record: RunRecord, runs: Iterable[RunRecord]) -> RunRecord | None:
    """Return the rehearsal of the whole list, where one has only the rows that are to be fixed; None: it has all.

    They stand in the folder of the rehearsal that wrote them, which may have had such rows itself.

    Args:
        record: The rehearsal.
        runs: Of the journal, newest first.

    """
    found = record
    for one in runs:
        if one.is_rehearsal and Path(one.report_dir) in {Path(file).parent for file in found.files}:
            found = one
    return None if found is record else found


def input_cells(
    record: RunRecord,
    sheets: Sequence[Sheet],
    index: int,
    *,
    paths: Sequence[str] = (),
    options: InputOptions | None = None,
) -> _NumberedCells:
    """Yield the number and the cells of each row of an input file; none if it is gone, or another than the run read.

    Args:
        record: The run, which has the absolute paths.
        sheets: Of the run, one for each file.
        index: Of the sheet.
        paths: Where the files are during the run; empty ones are to be found.
        options: With how much of an address is fetched again at most.

    """
    sheet, file = sheets[index], record.files[index]
    try:
        with (
            _found(file, sheet, "".join(paths[index : index + 1]), options or InputOptions()) as found,
            closing(found.open(_as_before(sheet))) as reader,
        ):
            if sheet.stamp and reader.sheet.stamp == sheet.stamp:
                for rows in reader.chunks():
                    yield from ((row.number, row.cells) for row in rows)
    except ImporterError as error:
        LOG.info("%s is not read again for the reports: %s", file, error.message, extra=log_fields("reports"))


@contextmanager
def _found(file: str, sheet: Sheet, path: str, options: InputOptions) -> Iterator[InputFile]:
    """Yield an input file where it is now: in its place, moved since it was done, or fetched again."""
    if path and scheme_of(file):
        yield InputFile(name=file, path=path)
    elif scheme_of(file):
        with fetched_again(file, options) as found:
            yield found
    else:
        where = sheet.moved_to if sheet.moved_to and is_there(Path(sheet.moved_to)) else file
        yield InputFile(name=where, path=where)


def _as_before(sheet: Sheet) -> InputOptions:
    """Return how the sheet was read, whatever was guessed or said then."""
    has_no_header = sheet.header == tuple(map(column_letters, range(len(sheet.header))))
    return InputOptions(
        sheet=sheet.name,
        header_row=sheet.header_row + has_no_header,
        no_header=has_no_header,
        encoding=sheet.encoding or "auto",
        delimiter="tab" if sheet.delimiter == "\t" else sheet.delimiter or "auto",
    )
