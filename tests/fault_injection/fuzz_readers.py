"""Fuzzes the readers: whatever the bytes, there are rows or one InputError, soon.

atheris is no dependency of the project; where it can be installed (Linux, Mac):

    pip install atheris
    python -m tests.fault_injection.fuzz_readers text -max_total_time=600 -max_len=4096 -timeout=20 -rss_limit_mb=1024
    python -m tests.fault_injection.fuzz_readers xls -max_total_time=600 -max_len=40000 -timeout=20 -rss_limit_mb=1024

The first word is what to fuzz: `text` (.csv), `xlsx`, `xls`, `ods` (whole files: bytes anywhere, or within one part of
a zip, which is packed again so that it can be opened), or `part` (well-formed zips around a fuzzed XML part). What
follows is libFuzzer's. No corpus is kept: each begins with the files under tests/support (spreadsheets, people_files),
and an input that breaks a reader becomes a test.
"""

import contextlib
import importlib
import io
import pkgutil
import sys
import tempfile
import zipfile
from pathlib import Path

import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]  # installed by hand, as said above

from tests.support.paths import PEOPLE_FILES, SPREADSHEETS

with atheris.instrument_imports(include=["importer.readers", "xlrd"]):
    import importer.readers
    from importer.model.errors import InputError
    from importer.readers import open_reader
    from importer.readers.options import InputOptions

    for module in pkgutil.walk_packages(importer.readers.__path__, "importer.readers."):
        importlib.import_module(module.name)  # what is imported later is not instrumented

_ENDINGS = {
    "text": {".csv": "x.csv", ".tsv": "x.csv"},
    "xlsx": {".xlsx": "x.xlsx"},
    "xls": {".xls": "x.xls"},
    "ods": {".ods": "x.ods"},
    "part": {},
}
"""By what is fuzzed: the endings of the files it begins with, and the name under which a fuzzed file is read."""
_READ_PARTS = ("[Content_Types].xml", "xl/", "content.xml", "mimetype", "META-INF/")
"""How the parts of zips begin that are worth changing: nobody reads the others."""
_PARTS = {
    "contacts.xlsx": ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"),
    "odd.ods": ("content.xml",),
}


def read(path: Path, content: bytes) -> None:
    """Read the content as a file of that name, to its end; every row must have a number of its own, in order."""
    path.write_bytes(content)
    with contextlib.suppress(InputError):
        reader = open_reader(str(path), InputOptions())
        with contextlib.closing(reader):
            last = reader.sheet.header_row
            for row in (row for chunk in reader.chunks() for row in chunk):
                if row.number <= last:
                    raise AssertionError(f"row {row.number} after row {last}")
                last = row.number
                if any(problem.code == "row_uncertain" for problem in row.problems):
                    raise AssertionError(f"row {row.number}: the scan of a text file and pandas differ")


def with_part(content: bytes) -> tuple[str, bytes]:
    """Return a workbook of ours with one part replaced: the first byte says which."""
    places = [(book, part) for book, parts in _PARTS.items() for part in parts]
    book, replaced = places[content[0] % len(places)] if content else places[0]
    made = io.BytesIO()
    with zipfile.ZipFile(SPREADSHEETS / book) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, content[1:] if name == replaced else old.read(name))
    return book, made.getvalue()


def mutated(content: bytes, most_bytes: int, seed: int) -> bytes:
    """Return the content with a change: three times of four, if it is a zip, within one of its parts."""
    if seed % 4 == 0:
        return bytes(atheris.Mutate(content, most_bytes))
    made = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
            names = old.namelist()
            wanted = [name for name in names if name.startswith(_READ_PARTS)] or names
            changed = wanted[seed // 4 % len(wanted)]
            for name in names:
                part = old.read(name)
                new.writestr(name, bytes(atheris.Mutate(part, 2 * len(part) + 64)) if name == changed else part)
    except Exception:  # noqa: BLE001 - no zip any more, in whatever way
        return bytes(atheris.Mutate(content, most_bytes))
    return made.getvalue()


def seeds(kind: str, folder: Path) -> None:
    """Write what the fuzzing begins with."""
    for file in (*SPREADSHEETS.iterdir(), *PEOPLE_FILES.iterdir()):
        if file.suffix in _ENDINGS[kind]:
            (folder / file.name).write_bytes(file.read_bytes())
    if kind == "part":
        places = [(book, part) for book, parts in _PARTS.items() for part in parts]
        for number, (book, part) in enumerate(places):
            with zipfile.ZipFile(SPREADSHEETS / book) as package:
                (folder / f"part{number}").write_bytes(bytes([number]) + package.read(part))


def main() -> None:
    """Fuzz until libFuzzer has had its time."""
    kind = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus = folder / "corpus"
        corpus.mkdir()
        seeds(kind, corpus)

        def one(content: bytes) -> None:
            if kind == "part":
                file, content = with_part(content)
                read(folder / file, content)
            else:
                read(folder / next(iter(_ENDINGS[kind].values())), content)

        mutator = {"custom_mutator": mutated} if kind in {"xlsx", "ods"} else {}
        atheris.Setup([sys.argv[0], *sys.argv[2:], str(corpus)], one, **mutator)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
