"""The only home of fsspec: files in S3, Google Cloud Storage and on SFTP servers, fetched whole into a folder.

fsspec and what it needs for each kind of place come with the extra `remote`. Who may fetch is told by the place's own
means (AWS' and Google's credentials, an SSH key); of `sftp://`, a user and a password may stand in the address. Nothing
of the libraries' own errors is told, as they may hold them.
"""

import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from importer.model.addresses import BY_FSSPEC, TRY_AGAIN, FetchLimits, offered_name, scheme_of, shown_address
from importer.model.errors import ImporterError, InputError, UsageError
from importer.system.files import as_storage_error, open_private
from importer.system.shell import quote

_BLOCK_BYTES = 1_048_576
_START_BYTES = 8
_SILENCE_SECONDS = 60
_MARKS = ("size", "ETag", "etag", "LastModified", "updated", "mtime", "generation")
"""What tells a file from another of the same name, as far as the place says it."""
_UNNAMED = "unfinished"
_LOGGERS = ("aiobotocore", "botocore", "fsspec", "gcsfs", "google", "paramiko", "s3fs")
_NOT_WRITTEN = "The fetched file cannot be written"


def fetch_remote(address: str, folder: Path, limits: FetchLimits, clock: Callable[[], float] = time.monotonic) -> Path:
    """Fetch a file into a folder, and return its path. Blocks.

    Args:
        address: As it was given; its scheme is one of `BY_FSSPEC`.
        folder: That nobody else can look into.
        limits: How much is fetched at most, and for how long.
        clock: Seconds that only grow.

    Raises:
        InputError: It cannot be fetched, or not whole.
        StorageError: It cannot be written.
        UsageError: What fsspec needs for it is not installed.

    """
    shown, places = shown_address(address), None
    budget = _Budget(shown, limits, clock)
    try:
        places, path = _place(address)
        start = _fetched_whole(places, path, folder / _UNNAMED, budget)
    except ImporterError:
        raise
    except Exception as error:  # noqa: BLE001 - of which kind it is, each of the libraries decides for itself
        raise _untold(error, shown) from None
    finally:
        if places is not None and scheme_of(address) == "sftp":
            places.client.close()
    target = folder / offered_name(address, beginning=start)
    with as_storage_error(_NOT_WRITTEN):
        (folder / _UNNAMED).replace(target)
    return target


class _Budget:
    """How much and how long may still be fetched."""

    def __init__(self, shown: str, limits: FetchLimits, clock: Callable[[], float]) -> None:
        self.shown = shown
        self._limits = limits
        self._clock = clock
        self._until = clock() + limits.seconds
        self._count = 0

    def spend(self, count: int) -> None:
        """Take note of so many bytes more.

        Raises:
            InputError: It is too much, or too late.

        """
        self._count += count
        if self._count > self._limits.most_bytes:
            raise self._limits.too_large(self.shown)
        if self._clock() > self._until:
            raise self._limits.too_slow(self.shown)


def _fetched_whole(places: Any, path: str, target: Path, budget: _Budget) -> bytes:  # noqa: ANN401 - fsspec has no types
    """Copy a file that is not changed meanwhile, and return its first bytes."""
    before = places.info(path)
    if before.get("type") == "directory":
        raise InputError(f"{budget.shown} is a folder, not a file.", "Name the spreadsheet in it.")
    start = b""
    with open_private(target) as file, places.open(path, "rb", block_size=_BLOCK_BYTES) as there:
        while block := there.read(_BLOCK_BYTES):
            start = start or block[:_START_BYTES]
            budget.spend(len(block))
            with as_storage_error(_NOT_WRITTEN):
                file.write(block)
    after = places.info(path)
    if target.stat().st_size != after["size"] or any(before.get(mark) != after.get(mark) for mark in _MARKS):
        raise InputError(f"{budget.shown} was changed while it was being fetched, so it may not be whole.", TRY_AGAIN)
    return start


def _place(address: str) -> tuple[Any, str]:
    """Return the file system of an address, and the path in it.

    Raises:
        UsageError: What fsspec needs for it is not installed.

    """
    scheme = scheme_of(address)
    for name in _LOGGERS:
        logging.getLogger(name).addHandler(
            logging.NullHandler()
        )  # else they write to standard error, whatever they hold
    try:
        import fsspec  # noqa: PLC0415 - of the extra

        kind = fsspec.get_filesystem_class(scheme)
    except ImportError:
        raise _missing(scheme) from None
    if scheme != "sftp":
        return kind(skip_instance_cache=True, use_listings_cache=False), address
    parts = urlsplit(address)
    login = {"username": parts.username and unquote(parts.username), "port": parts.port or 22}
    password = {"password": unquote(parts.password), "look_for_keys": False} if parts.password else {}
    silence = dict.fromkeys(("timeout", "banner_timeout", "auth_timeout"), _SILENCE_SECONDS)
    careful = type("KnownHosts", (kind,), {"_connect": _connect_to_known_host})
    return careful(parts.hostname, skip_instance_cache=True, **login, **password, **silence), unquote(parts.path)


def _connect_to_known_host(places: Any) -> None:  # noqa: ANN401 - an SFTPFileSystem
    """Connect as fsspec does, but only to a server whose key is known, as `ssh` does (~/.ssh/known_hosts).

    fsspec takes any key: whoever is on the way would get the password, and could give another list.
    """
    import paramiko  # noqa: PLC0415 - of the extra

    places.client = paramiko.SSHClient()
    places.client.load_system_host_keys()
    places.client.set_missing_host_key_policy(paramiko.RejectPolicy())
    places.client.connect(places.host, **places.ssh_kwargs)
    places.ftp = places.client.open_sftp()
    places.ftp.get_channel().settimeout(_SILENCE_SECONDS)


def _missing(scheme: str) -> UsageError:
    """Return what to install, in the environment that the importer is in."""
    packages = f"fsspec {BY_FSSPEC[scheme]}"
    is_pipx = "pipx" in Path(sys.prefix).parts
    command = f"pipx inject callbell-importer {packages}"
    by_pip = f"{quote(sys.executable)} -m pip install {packages}"
    return UsageError(
        f"Addresses that begin with {scheme}:// need the extra [remote], which is not installed.",
        f"Install what it needs, and give the same command again:\n  {command if is_pipx else by_pip}",
    )


def _untold(error: Exception, shown: str) -> InputError:
    """Return the sentence for what a library raised, of which nothing but its kind is told."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if "FileNotFoundError" in kinds:
        return InputError(f"There is nothing at {shown}.", "Check the address.")
    if kinds & {"BadHostKeyException"} or "not found in known_hosts" in str(error):
        host = urlsplit(shown).hostname or "HOST"
        return InputError(
            f"{shown} is not fetched: the key of that server is not known here, or is another now.",
            f"Connect to it once, as the same user, and compare the key with what its owner says:\n  sftp {host}",
        )
    if kinds & {"PermissionError", "AuthenticationException", "NoCredentialsError", "DefaultCredentialsError"}:
        return InputError(
            f"{shown} is not given to you.",
            "Check the credentials: those of AWS or Google on this computer, or the user and password or key of SFTP.",
        )
    return InputError(f"{shown} cannot be fetched ({type(error).__name__}).", TRY_AGAIN)
