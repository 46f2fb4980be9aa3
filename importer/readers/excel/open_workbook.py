"""Open a workbook by what is in the file: .xls, .xlsx or .ods, whatever its name says."""

from pathlib import Path

from importer.model.errors import InputError
from importer.readers.excel.workbook import Workbook
from importer.readers.excel.zip_package import Package
from importer.readers.files import OLDEST, OLE, no_workbook

_START_BYTES = 4_096
_OTHER_ZIPS = {
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a PowerPoint presentation",
    "index/document.iwa": "a document of Numbers or another Apple program",
    "index.xml": "a document of an older Apple program",
}
_SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"


def open_workbook(path: str) -> Workbook:
    """Open a workbook of Excel or LibreOffice, whose kind is told by what is in it: its name may say anything.

    Raises:
        InputError: It is none, is damaged, or has a password.
        Exception: It is damaged.

    """
    with Path(path).open("rb") as file:
        start = file.read(_START_BYTES)
    if start.startswith((OLE, *OLDEST)):
        from importer.readers.excel.xls import XlsWorkbook  # noqa: PLC0415 - only for old files

        return XlsWorkbook(path)
    if not start.startswith(b"PK"):
        raise no_workbook(path, start)
    package = Package(path)
    try:
        return _of_package(package)
    except BaseException:
        package.close()
        raise


def _of_package(package: Package) -> Workbook:
    names = package.names
    if "xl/workbook.bin" in names:
        # calamine gives serial numbers for its dates and nothing for its errors: it would be read wrongly.
        raise InputError(
            f"{package.path} is a binary workbook (.xlsb), which is not read.",
            "Open it in Excel, save it as .xlsx (File, Save As, Excel Workbook), and import that.",
        )
    is_excel = any(name.endswith("workbook.xml") for name in names)
    if "content.xml" in names and not is_excel:
        if "mimetype" in names and not next(package.blocks("mimetype"), b"").lstrip().startswith(_SPREADSHEET):
            raise _other(package.path, "an OpenDocument file, but no spreadsheet")
        from importer.readers.excel.ods import OdsWorkbook  # noqa: PLC0415 - most files are .xlsx

        return OdsWorkbook(package)
    for name, kind in _OTHER_ZIPS.items():
        if name in names and not is_excel:
            raise _other(package.path, kind)
    if "[content_types].xml" not in names and not is_excel:
        raise _other(package.path, "a zip file, but no workbook")
    from importer.readers.excel.xlsx import XlsxWorkbook  # noqa: PLC0415 - as the others

    return XlsxWorkbook(package)


def _other(path: str, kind: str) -> InputError:
    return InputError(f"{path} is {kind}.", "Open it in its own program, and export it as .xlsx or .csv.")
