"""What is fetched from an address: a private file for as long as the command runs, and the sheet in it.

Web addresses are fetched by `client.download`, those of other places by `readers.remote`; both know only an address and
a folder. What was fetched is deleted at the end of the command, however it ends.
"""

import asyncio
import contextlib
import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import wait
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from importer.commands.context import CommandContext
from importer.model.addresses import (
    BY_FSSPEC,
    WEB,
    FetchLimits,
    can_be_fetched_again,
    scheme_of,
    shown_address,
    why_not_fetched,
)
from importer.model.errors import InputError
from importer.model.plain_text import plain
from importer.model.protocols import Reader
from importer.model.rows import Row, Sheet
from importer.readers import open_reader
from importer.readers.options import InputOptions
from importer.system.daemon_thread import start_daemon_thread
from importer.system.logs import LOG

_MEGABYTE = 1_000_000
_PREFIX = "callbell-importer-"
_GRACE_SECONDS = 5.0
"""Whoever fetches ends by himself in time, unless a library hangs."""


if TYPE_CHECKING:
    from importer.system.moves import FileMark


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """A file to read."""

    name: str
    """As it is told and kept: as the person wrote it; of an address without its secrets."""
    path: str
    """Where it is."""
    mark: "FileMark | None" = None
    """What it was before it was read; None: it stays where it is in any case."""

    @property
    def is_fetched(self) -> bool:
        """Whether it is from an address, and deleted at the end."""
        return self.path != self.name

    def open(self, options: InputOptions) -> Reader:
        """Open the spreadsheet.

        Raises:
            InputError: It cannot be read.

        """
        if not self.is_fetched:
            return open_reader(self.path, options)
        with _told_as(self):
            return _FetchedSheet(self, open_reader(self.path, options))


def fetched(context: CommandContext, opened: contextlib.ExitStack, address: str) -> InputFile:
    """Return the file of an address, which is deleted when all is over, also if the process is ended by a signal.

    Such a signal is an exception while a command runs (`importer.cli.process.raised_when_told_to_end`).

    Args:
        context: With how much is fetched at most, and whether a person waits for it.
        opened: Gets what has to be closed when all is over.
        address: As the person gave it.

    Raises:
        ImporterError: It cannot be fetched, or not be written, or something is to be installed.

    """
    made = tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
    folder = Path(opened.enter_context(made))
    context.tell(f"Fetching {plain(shown_address(address))} ...")
    more = {"waits_seconds": ()} if context.ask_line else {}
    return _fetch(address, folder, context.settings.input, **more)


@contextlib.contextmanager
def fetched_again(shown: str, options: InputOptions) -> Iterator[InputFile]:
    """Yield the file of an address that an earlier run was given, for as long as the block runs.

    Raises:
        InputError: It cannot be fetched: the address as it is kept has no secrets, which many need.

    """
    if not can_be_fetched_again(shown):
        raise InputError(f"{shown} cannot be fetched again: what let it be fetched is not kept.")
    with tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as folder:
        yield _fetch(shown, Path(folder), options, waits_seconds=())


def _fetch(address: str, folder: Path, options: InputOptions, **more: Sequence[float]) -> InputFile:
    """Fetch an address into a folder that only its owner can look into.

    Raises:
        InputError: It cannot be fetched, or not in time.
        StorageError: It cannot be written.
        UsageError: Something is to be installed.

    """
    scheme, shown = scheme_of(address), plain(shown_address(address))
    limits = FetchLimits(most_bytes=options.max_download_mb * _MEGABYTE, seconds=options.download_timeout_seconds)
    if scheme in WEB:
        if reason := why_not_fetched(address):
            raise InputError(f"{shown} {reason}.", "Check the address. Nothing was sent.")
        from importer.client.download import download_file  # noqa: PLC0415 - files need none of it

        path = _in_time(lambda: asyncio.run(download_file(address, folder, limits, **more)), shown, limits)
    elif scheme in BY_FSSPEC:
        from importer.readers.remote import fetch_remote  # noqa: PLC0415 - the same

        path = _in_time(partial(fetch_remote, address, folder, limits), shown, limits)
    else:
        known = ", ".join(f"{one}://" for one in ("https", "s3", "gs", "sftp"))
        raise InputError(f"{shown} cannot be fetched: addresses begin with {known}.", "Download it, and name the file.")
    LOG.info("%s was fetched: %d bytes", shown, path.stat().st_size)
    return InputFile(name=shown, path=str(path))


def _in_time(fetch: Callable[[], Path], shown: str, limits: FetchLimits) -> Path:
    """Return what is fetched on a thread, which is left alone where it hangs.

    A thread too, because a command may be within an event loop already.
    """
    future = start_daemon_thread(fetch)
    wait([future], limits.seconds + _GRACE_SECONDS)
    if future.done():
        return future.result()
    raise limits.too_slow(shown)


@contextlib.contextmanager
def _told_as(file: InputFile) -> Iterator[None]:
    """Name the address where a sentence names the fetched file."""
    try:
        yield
    except InputError as error:
        error.message, error.hint = (text.replace(file.path, file.name) for text in (error.message, error.hint))
        error.args = (error.message,)
        raise


class _FetchedSheet:
    """A sheet of a fetched file, which is called after its address."""

    def __init__(self, file: InputFile, reader: Reader) -> None:
        self._file = file
        self._reader = reader
        with Path(file.path).open("rb") as content:
            digest = hashlib.file_digest(content, "blake2b").hexdigest()[:32]
        self._stamp = f"{Path(file.path).stat().st_size} {digest}"

    @property
    def sheet(self) -> Sheet:
        """What was found on opening; its stamp is of the content, as each fetch makes a new file."""
        found = self._reader.sheet
        notes = tuple(note.replace(self._file.path, self._file.name) for note in found.notes)
        return replace(found, file=self._file.name, stamp=self._stamp, notes=notes)

    @property
    def blank_rows(self) -> int:
        """Blank rows so far."""
        return self._reader.blank_rows

    def chunks(self) -> Iterator[Sequence[Row]]:
        """Yield the rows, as `protocols.Reader.chunks` says."""
        with _told_as(self._file):
            yield from self._reader.chunks()

    def close(self) -> None:
        """Close the file."""
        self._reader.close()
