"""What the reports need besides the journal: which are wanted, and the cells of rows that the journal does not keep."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial

from importer.model.cell_names import column_letters
from importer.model.errors import InputError
from importer.model.rows import Sheet
from importer.model.runs import RunRecord
from importer.readers import open_reader
from importer.readers.options import InputOptions
from importer.reports import ReportOptions
from importer.settings import Settings
from importer.system.desktop import list_separator
from importer.system.logs import LOG, log_fields

_NumberedCells = Iterator[tuple[int, tuple[str, ...]]]


def report_options(settings: Settings, record: RunRecord, sheets: Sequence[Sheet]) -> ReportOptions:
    """Return which reports of a run are wanted, and how its input is read again.

    Args:
        settings: With what was chosen.
        record: The run.
        sheets: Of the run.

    """
    return ReportOptions(
        kinds=settings.run.reports,
        excel_delimiter=list_separator() if settings.run.csv_for_excel else "",
        input_cells=partial(input_cells, record, sheets),
    )


def input_cells(record: RunRecord, sheets: Sequence[Sheet], index: int) -> _NumberedCells:
    """Yield the number and the cells of each row of an input file; none if it is gone, or another than the run read.

    Args:
        record: The run, which has the absolute paths.
        sheets: Of the run, one for each file.
        index: Of the sheet.

    """
    sheet, file = sheets[index], record.files[index]
    try:
        with closing(open_reader(file, _as_before(sheet))) as reader:
            if sheet.stamp and reader.sheet.stamp == sheet.stamp:
                for rows in reader.chunks():
                    yield from ((row.number, row.cells) for row in rows)
    except InputError as error:
        LOG.info("%s is not read again for the reports: %s", file, error.message, extra=log_fields("reports"))


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
