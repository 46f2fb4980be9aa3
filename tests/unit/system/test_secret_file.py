"""Files that hold a secret and nothing else."""

import os
from pathlib import Path

import pytest

from importer.model.errors import UsageError
from importer.system import runtime
from importer.system.secret_file import read_secret

POSIX_ONLY = pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")


def secret(folder: Path, mode: int = 0o600) -> Path:
    """Write a file with a secret."""
    path = folder / "secret"
    path.write_bytes(b"\xef\xbb\xbfs3cret\r\n")
    path.chmod(mode)
    return path


def test_it_is_read_without_what_editors_add(tmp_path: Path) -> None:
    """A mark at its beginning, a line's end."""
    assert read_secret(secret(tmp_path), {}, "The file x") == "s3cret"


@POSIX_ONLY
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_others_may_not_read_it(mode: int, tmp_path: Path) -> None:
    """The command that helps is named."""
    path = secret(tmp_path, mode)
    with pytest.raises(UsageError, match="can be read by other people") as caught:
        read_secret(path, {}, "The file x")
    assert caught.value.hint == f"chmod 600 {path}"


@POSIX_ONLY
def test_systemd_guards_its_credentials_itself(tmp_path: Path) -> None:
    """By the folder; a file elsewhere is none of them."""
    path = secret(tmp_path, 0o440)
    assert read_secret(path, {"CREDENTIALS_DIRECTORY": str(tmp_path)}, "The file x") == "s3cret"
    with pytest.raises(UsageError):
        read_secret(path, {"CREDENTIALS_DIRECTORY": str(tmp_path / "other")}, "The file x")


def test_windows_guards_by_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Modes mean nothing there."""
    monkeypatch.setattr(runtime, "WINDOWS", True)
    assert read_secret(secret(tmp_path, 0o644), {}, "The file x") == "s3cret"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """It is told as what it is called."""
    with pytest.raises(UsageError, match=r"^The file x, .* cannot be read"):
        read_secret(tmp_path, {}, "The file x")
