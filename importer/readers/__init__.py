"""The only home of pandas and openpyxl: a file becomes an iterator of rows.

A file is opened by its ending: text (`csv`) or workbook (`excel`). What is read is text throughout: `Null`, `007` and
`+34600111222` stay what they are. What cannot be read is told by a problem of its row, never guessed, never left out.
"""

from pathlib import PurePath

from importer.model.errors import InputError
from importer.model.protocols import Reader
from importer.readers.options import InputOptions

TEXT_ENDINGS = frozenset({".csv", ".tsv", ".txt"})
WORKBOOK_ENDINGS = frozenset({".xlsx", ".xlsm", ".xls", ".ods", ".xlsb"})
"""An .xlsb is opened only to say what to do with it."""


def open_reader(path: str, options: InputOptions) -> Reader:
    """Open a spreadsheet and find its header.

    Raises:
        InputError: It cannot be opened, is no spreadsheet that can be read, or has no header where it should be.

    """
    ending = PurePath(path).suffix.lower()
    if ending not in TEXT_ENDINGS | WORKBOOK_ENDINGS:
        raise InputError(
            f"{path} is not a kind of file that can be read.",
            "Save it as .xlsx or .csv: names that end in .csv, .tsv, .txt, .xlsx, .xlsm, .xls or .ods are read.",
        )
    # Neither kind of file waits for the libraries of the other.
    if ending in TEXT_ENDINGS:
        from importer.readers.text.reader import CsvReader  # noqa: PLC0415 - see above

        return CsvReader(path, options)
    from importer.readers.excel.reader import ExcelReader  # noqa: PLC0415 - see above

    return ExcelReader(path, options)


def preload() -> None:
    """Import pandas ahead of the first rows, which takes a quarter to half a second.

    To be called on a thread while the command waits for something else: reading rows then waits only for what is left
    of the import.
    """
    from importer.readers.text import parse  # noqa: F401, PLC0415 - --help need not wait for it
