"""The part `secrets`: every byte that killed commands and the test suite wrote, searched for the token and for phones.

The token may stand nowhere but in the files that the tests themselves put it into; a whole phone number in no log.
"""

import os
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import importer
from importer.mapper.phones.examples import example_number
from tests.fault_injection.findings import Findings
from tests.fault_injection.kills import kill
from tests.fault_injection.undo_kills import kill_undos
from tests.support.commands import TOKEN

_PROJECT = Path(importer.__file__).parent.parent
_KILLS = 6
_KILLS_OF_UNDO = 2
_PUT_THERE = "token"
"""The name of the files that the tests keep a token in."""
_LOGS = (".log", "output.txt")
_PHONE = re.compile(rb"(?<!\d)346\d{8}(?!\d)")
"""The numbers of the tests' customers."""


def search(folder: Path | None = None, *, suite: bool = False) -> Findings:
    """Kill some commands, or run the test suite too, and search what they wrote.

    Args:
        folder: What else to search: where a test suite that ran before was told to write (`--basetemp`).
        suite: Whether to run the test suite for it.

    """
    findings = Findings("secrets")
    with tempfile.TemporaryDirectory(prefix="fault-injection-") as temporary:
        kept = Path(temporary)
        kill(_KILLS, first_seed=1001, keep=kept / "kills")
        kill_undos(_KILLS_OF_UNDO, first_seed=1001, keep=kept / "kills")
        if suite:
            _run_suite(kept)
        for place in (kept, *([folder] if folder else [])):
            paths = [Path(parent) / name for parent, _, names in os.walk(place) for name in names]
            findings.add(str(place), "secrets", partial(_wrong, place, paths))
            size = sum(path.stat().st_size for path in paths if path.is_file())
            findings.say(f"{len(paths):,} files with {size / 2**20:,.1f} MiB searched in {place}")
    return findings


def _run_suite(folder: Path) -> None:
    """Run the whole test suite, which writes into the folder and nowhere else."""
    environment = {**os.environ, "TMPDIR": str(folder)}
    command = [sys.executable, "-m", "pytest", "-q", "--basetemp", str(folder / "pytest"), "-p", "no:cacheprovider"]
    with (folder / "output.txt").open("wb") as output:
        subprocess.run(  # noqa: S603 - our own command
            command, cwd=_PROJECT, env=environment, stdout=output, stderr=output, check=False
        )


def _wrong(place: Path, paths: list[Path]) -> list[str]:
    if not paths:
        return ["there is nothing to search"]
    return [f"{path.relative_to(place)} {wrong}" for path in paths for wrong in _of_file(path)]


def _of_file(path: Path) -> Iterator[str]:
    if TOKEN in path.name:
        yield "has the token in its name"
    if not path.is_file() or path.name == _PUT_THERE:
        return
    if any(TOKEN.encode() in text for text in _texts(path)):
        yield "holds the token"
    if path.name.endswith(_LOGS):
        found = {number.decode() for number in _PHONE.findall(path.read_bytes())} - {example_number("ES").lstrip("+")}
        yield from (f"holds a whole phone number: {number}" for number in found)


def _texts(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes, and those of what is packed in it."""
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as packed:
                for name in packed.namelist():
                    if packed.getinfo(name).file_size < 2**24:  # a test's bomb holds no token of ours
                        yield packed.read(name)
        except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, ValueError, OSError):
            return  # broken or locked on purpose, by a test
