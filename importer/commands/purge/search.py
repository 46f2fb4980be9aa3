"""In which files a person stands: texts, workbooks unpacked, and other spreadsheets as they are read."""

import io
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from importer.model.errors import InputError
from importer.model.person import Person
from importer.readers import open_reader
from importer.readers.options import InputOptions
from importer.system.files import as_storage_error

ZIPPED = frozenset({".xlsx", ".xlsm", ".ods"})
READ_BY_READER = frozenset({".xls", ".xlsb"})
_BLOCK, _OVERLAP = 1 << 20, 1 << 12
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


def holds(path: Path, person: Person) -> bool:
    """Tell whether the person's number stands in a file, or a sentence that is only about them.

    Raises:
        StorageError: It cannot be read.

    """
    with as_storage_error(f"{path} cannot be read"), _zip_errors():
        return any(person.is_in(text) or any(one in text for one in _as_written(person)) for text in _texts(path))


def stands_as_cell(path: Path, person: Person) -> bool:
    """Tell whether a whole cell of a file is the person's user name, of whatever column it is.

    Raises:
        StorageError: It cannot be read.

    """
    names = "|".join(map(re.escape, person.identifiers))
    cell = re.compile(rf"(?:^|[>\"',;\t|\x1f])\s*(?:{names})\s*(?:$|[<\"',;\t|\x1f])", re.IGNORECASE | re.MULTILINE)
    with as_storage_error(f"{path} cannot be read"), _zip_errors():
        return any(cell.search(text) for text in _texts(path))


@contextmanager
def _zip_errors() -> Iterator[None]:
    """Raise what is wrong with a workbook as an `OSError`."""
    try:
        yield
    except (InputError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as error:
        raise OSError(0, str(error) or type(error).__name__) from error


def _as_written(person: Person) -> Iterator[str]:
    """Yield the sentences as they are, and as JSON has them."""
    for text in person.texts:
        yield text
        yield json.dumps(text, ensure_ascii=False)[1:-1]


def _texts(path: Path) -> Iterator[str]:
    """Yield what a file says, in blocks that overlap."""
    ending = path.suffix.lower()
    if ending in READ_BY_READER:
        with closing(open_reader(str(path), InputOptions())) as reader:
            for rows in reader.chunks():
                yield from ("\x1f".join(row.cells) for row in rows)
        return
    if ending in ZIPPED and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                with package.open(name) as part:
                    yield from _blocks(io.TextIOWrapper(part, encoding="utf-8", errors="surrogateescape"))
        return
    with path.open(encoding=encoding_of(path), errors="surrogateescape", newline="") as file:
        yield from _blocks(file)


def _blocks(file: io.TextIOBase) -> Iterator[str]:
    before = ""
    while block := file.read(_BLOCK):
        yield before + block
        before = block[-_OVERLAP:]


def encoding_of(path: Path) -> str:
    """Return how a text file is read: bytes that are no text come back as they were."""
    with path.open("rb") as file:
        return "utf-16" if file.read(2) in _WIDE_MARKS else "utf-8"


def closed_folder(folder: Path) -> Path | None:
    """Return what this user may not look into: a run's own folder, or the one for reports; None: neither is closed."""
    for place, rights in ((folder.parent, os.X_OK), (folder, os.R_OK | os.X_OK)):
        try:
            if place.is_dir() and not os.access(place, rights):
                return place
        except PermissionError:
            return place
    return None


def files_in(folder: Path, *, deep: bool = True) -> list[Path]:
    """Return the files of a folder, and of those in it; what is no plain file is none, as are links."""
    found = (
        [Path(parent) / name for parent, _, names in os.walk(folder) for name in names]
        if deep
        else [*(folder.iterdir() if folder.is_dir() else ())]
    )
    return sorted(path for path in found if path.is_file() and not path.is_symlink())
