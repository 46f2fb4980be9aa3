"""The names of a workbook's sheets, without the libraries that read their cells: for shells that complete a command."""

from contextlib import closing
from itertools import islice

from importer.readers.excel.markup import elements
from importer.readers.excel.zip_package import Package

_ENDINGS = (".xlsx", ".xlsm")
_WORKBOOK = "xl/workbook.xml"
"""Where every program that is known writes it; a workbook without it has no names here."""
_MOST_SHEETS = 200


def sheet_names(path: str) -> list[str]:
    """Return the names of the sheets that can be seen; none for other kinds of files.

    Raises:
        InputError: It cannot be read, is damaged or has a password.
        MarkupError: Its XML is broken.

    """
    if not path.lower().endswith(_ENDINGS):
        return []
    with closing(Package(path)) as package:
        found = islice(elements(package.blocks(_WORKBOOK), {"sheet"}), _MOST_SHEETS)
        return [one.get("name", "") for one in found if one.get("state", "visible") == "visible"]
