"""Files that fsspec fetches: from an SFTP server and an S3 stand-in on the loopback address, and a fake of GCS."""

import os
import stat
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import fsspec
import pytest
from moto.server import ThreadedMotoServer

from importer.model.addresses import FetchLimits
from importer.model.errors import InputError, StorageError, UsageError
from importer.readers import remote
from importer.readers.remote import fetch_remote
from tests.support.sftp_server import PASSWORD, USER, serving_folder

CONTENT = b"Phone,Name\n+34600111222,Ana\n"
LIMITS = FetchLimits(most_bytes=1_000_000, seconds=30)
LOGIN = f"{USER}:{quote(PASSWORD, safe='')}"


class Place:
    """A file system of fsspec with one file; each look can find another."""

    def __init__(self, content: bytes = CONTENT, *marks: str, **more: object) -> None:
        self.content = content
        self.marks = list(marks)
        self.more = more

    def info(self, _path: str) -> dict[str, object]:
        mark = self.marks.pop(0) if self.marks else "same"
        return {"size": len(self.content), "etag": mark, "type": "file"} | self.more

    def open(self, _path: str, _mode: str, **_more: object) -> BytesIO:
        return BytesIO(self.content)


@pytest.fixture
def gcs(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Put a file system in the place of Google's, whose library is not installed for the tests."""

    def put(made: object) -> None:
        def kind(**_options: object) -> object:
            if isinstance(made, Exception):
                raise made
            return made

        monkeypatch.setattr(fsspec, "get_filesystem_class", lambda _scheme: kind)

    return put


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3 stand-in that has a bucket with a file."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    key = {"aws_access_key_id": "k", "aws_secret_access_key": "s", "region_name": "us-east-1"}
    client = boto3.client("s3", endpoint_url=address, **key)
    client.create_bucket(Bucket="lists")
    client.put_object(Bucket="lists", Key="in/contacts.csv", Body=CONTENT)
    client.close()
    yield address
    server.stop()


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an SFTP server that is a known host, without user and password."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "contacts.csv").write_bytes(CONTENT)
    (tmp_path / "home" / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with serving_folder(tmp_path / "there") as (port, line):
        (tmp_path / "home" / ".ssh" / "known_hosts").write_text(line, "utf-8")
        yield f"127.0.0.1:{port}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where files are fetched to."""
    made = tmp_path / "fetched"
    made.mkdir()
    return made


def said(error: pytest.ExceptionInfo[InputError]) -> str:
    """Return all that an error says, which never is what a library said."""
    text = f"{error.value.message} {error.value.hint} {error.value.__cause__!r}"
    assert PASSWORD not in text
    assert LOGIN not in text
    return text


def test_a_file_is_fetched_from_an_sftp_server(known: str, folder: Path) -> None:
    """With the user and the password of the address."""
    path = fetch_remote(f"sftp://{LOGIN}@{known}/contacts.csv", folder, LIMITS)
    assert (path.name, path.read_bytes()) == ("contacts.csv", CONTENT)
    assert [file.name for file in folder.iterdir()] == ["contacts.csv"]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_sftp_server_that_is_not_known_gets_no_password(known: str, folder: Path, tmp_path: Path) -> None:
    """Whoever is on the way could be it: as ssh does, which says how to make it known."""
    (tmp_path / "home" / ".ssh" / "known_hosts").unlink()
    with pytest.raises(InputError) as error:
        fetch_remote(f"sftp://{LOGIN}@{known}/contacts.csv", folder, LIMITS)
    assert "the key of that server is not known here" in said(error)
    assert "sftp 127.0.0.1" in said(error)


def test_an_sftp_server_with_another_key_gets_no_password(known: str, folder: Path, tmp_path: Path) -> None:
    """It may be another server."""
    hosts = tmp_path / "home" / ".ssh" / "known_hosts"
    with serving_folder(tmp_path) as (_, line):
        hosts.write_text(f"[{known.split(':', maxsplit=1)[0]}]:{known.split(':')[1]} {line.split(' ', 1)[1]}", "utf-8")
    with pytest.raises(InputError) as error:
        fetch_remote(f"sftp://{LOGIN}@{known}/contacts.csv", folder, LIMITS)
    assert "is another now" in said(error)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("sftp://ana:wrong@{known}/contacts.csv", "is not given to you"),
        (f"sftp://{LOGIN}@{{known}}/nowhere.csv", "There is nothing at sftp://{known}/nowhere.csv"),
        (f"sftp://{LOGIN}@{{known}}/", "is a folder, not a file"),
    ],
)
def test_what_an_sftp_server_refuses_is_told(known: str, folder: Path, address: str, sentence: str) -> None:
    """In our own words."""
    with pytest.raises(InputError) as error:
        fetch_remote(address.format(known=known), folder, LIMITS)
    assert sentence.format(known=known) in said(error)


def aws(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Let AWS' own means lead to the stand-in."""
    given = {"AWS_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "5ecret"}
    for name, value in {**given, "AWS_REGION": "us-east-1", "AWS_CONFIG_FILE": "/nonexistent"}.items():
        monkeypatch.setenv(name, value)


def test_a_file_is_fetched_from_s3(s3: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the credentials that AWS' own tools find."""
    aws(monkeypatch, s3)
    path = fetch_remote("s3://lists/in/contacts.csv", folder, LIMITS)
    assert (path.name, path.read_bytes()) == ("contacts.csv", CONTENT)


@pytest.mark.parametrize("address", ["s3://lists/in/nowhere.csv", "s3://nowhere/contacts.csv"])
def test_a_file_that_s3_does_not_have_is_told(
    s3: str, folder: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """No such key, or no such bucket."""
    aws(monkeypatch, s3)
    with pytest.raises(InputError, match=f"There is nothing at {address}"):
        fetch_remote(address, folder, LIMITS)


def test_a_file_is_fetched_from_google(gcs: Callable[[object], None], folder: Path) -> None:
    """By whatever fsspec has for gs://."""
    gcs(Place())
    assert fetch_remote("gs://lists/contacts.csv", folder, LIMITS).read_bytes() == CONTENT


def test_a_file_that_is_changed_meanwhile_is_not_taken(gcs: Callable[[object], None], folder: Path) -> None:
    """It may be half of the one and half of the other."""
    gcs(Place(CONTENT, "first", "second"))
    with pytest.raises(InputError, match="was changed while it was being fetched"):
        fetch_remote("gs://lists/contacts.csv", folder, LIMITS)


def test_a_file_that_is_shorter_than_its_place_says_is_not_taken(gcs: Callable[[object], None], folder: Path) -> None:
    """Its end is missing."""
    gcs(Place(CONTENT, size=len(CONTENT) + 1))
    with pytest.raises(InputError, match="may not be whole"):
        fetch_remote("gs://lists/contacts.csv", folder, LIMITS)


def test_a_file_that_is_too_large_is_not_taken(gcs: Callable[[object], None], folder: Path) -> None:
    """Whatever its place said of its size."""
    gcs(Place(b"x" * 3_000_000))
    with pytest.raises(InputError, match="is larger than 2 MB") as error:
        fetch_remote("gs://lists/contacts.csv", folder, FetchLimits(most_bytes=2_000_000, seconds=30))
    assert "max_download_mb" in error.value.hint


def test_a_file_that_takes_too_long_is_not_taken(gcs: Callable[[object], None], folder: Path) -> None:
    """By a clock of its own."""
    gcs(Place())
    times = iter([0.0, 31.0])
    with pytest.raises(InputError, match="within 30 seconds") as error:
        fetch_remote("gs://lists/contacts.csv", folder, LIMITS, lambda: next(times))
    assert "download_timeout" in error.value.hint


@pytest.mark.parametrize(
    ("raised", "sentence"),
    [
        (FileNotFoundError("key=5ecret"), "There is nothing at gs://lists/a.csv."),
        (PermissionError("key=5ecret"), "gs://lists/a.csv is not given to you."),
        (type("DefaultCredentialsError", (Exception,), {})("5ecret"), "gs://lists/a.csv is not given to you."),
        (RuntimeError("key=5ecret"), "gs://lists/a.csv cannot be fetched (RuntimeError)."),
    ],
)
def test_whatever_a_library_raises_is_told_in_our_own_words(
    gcs: Callable[[object], None], folder: Path, raised: Exception, sentence: str
) -> None:
    """It may have the key in it."""
    gcs(raised)
    with pytest.raises(InputError) as error:
        fetch_remote("gs://lists/a.csv", folder, LIMITS)
    assert error.value.message == sentence
    assert "5ecret" not in said(error)


@pytest.mark.parametrize(
    ("prefix", "command"),
    [
        ("/home/ana/.local/pipx/venvs/callbell-importer", "pipx inject callbell-importer fsspec gcsfs"),
        ("/opt/callbell-importer", "/opt/bin/python -m pip install fsspec gcsfs"),
    ],
)
def test_what_is_not_installed_is_told_with_the_command(
    monkeypatch: pytest.MonkeyPatch, folder: Path, prefix: str, command: str
) -> None:
    """Of the environment that the importer is in."""
    monkeypatch.setattr(sys, "prefix", prefix)
    monkeypatch.setattr(sys, "executable", "/opt/bin/python")
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    with pytest.raises(UsageError, match=r"gs:// need the extra \[remote\], which is not installed") as error:
        fetch_remote("gs://lists/a.csv", folder, LIMITS)
    assert error.value.hint.endswith(command)


def test_a_disk_that_is_full_is_told(
    gcs: Callable[[object], None], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not the place's fault."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    gcs(Place())
    full: Any = lambda _path: open("/dev/full", "wb", buffering=0)  # noqa: E731, PTH123, SIM115
    monkeypatch.setattr(remote, "open_private", full)
    with pytest.raises(StorageError, match="cannot be written"):
        fetch_remote("gs://lists/a.csv", folder, LIMITS)
