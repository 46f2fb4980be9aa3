"""Private files and folders, and files that are written whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from importer.model.errors import StorageError
from importer.system import files, runtime
from importer.system.files import private_file, private_folder, write_public, write_whole

posix_only = pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")


def mode(path: Path) -> int:
    """Return the permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


@posix_only
def test_new_folders_and_files_are_private(tmp_path: Path) -> None:
    """A new folder is 0700 and a file 0600, also one that was open to others."""
    folder, open_file = tmp_path / "a" / "b", tmp_path / "open"
    private_folder(folder)
    open_file.write_text("x")
    open_file.chmod(0o644)
    private_file(folder / "new")
    private_file(open_file)
    assert [mode(path) for path in (folder, folder / "new", open_file)] == [0o700, 0o600, 0o600]
    assert open_file.read_text() == "x"


@posix_only
def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    """Somebody's working folder is not shut."""
    tmp_path.chmod(0o755)
    private_folder(tmp_path)
    assert mode(tmp_path) == 0o755


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    """A file where the folder should be is told with its path."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"folder .*file.* cannot be made"):
        private_folder(tmp_path / "file")


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    """The old content stands until the block ends, then the new; nothing else is left."""
    path = tmp_path / "results.csv"
    path.write_text("old")
    with write_whole(path) as unfinished:
        unfinished.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]
    assert os.name == "nt" or mode(path) == 0o600


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt()])
def test_a_failed_block_changes_nothing(tmp_path: Path, error: BaseException) -> None:
    """If the block raises, the old file stays and the unfinished one is gone."""
    path = tmp_path / "results.csv"
    path.write_text("old")

    def fail_half_way() -> None:
        with write_whole(path) as unfinished:
            unfinished.write_text("half")
            raise error

    with pytest.raises(type(error)):
        fail_half_way()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_a_storage_error(tmp_path: Path) -> None:
    """An OSError while writing is told with the file's path, and leaves nothing behind."""
    with pytest.raises(StorageError, match=r"results\.csv cannot be written: No space left"):  # noqa: SIM117 - the order matters
        with write_whole(tmp_path / "results.csv"):
            raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_of_a_public_file_nothing_is_left_behind_either(tmp_path: Path) -> None:
    """What reads the folder sees the file of before, and no half of the next one."""
    path = tmp_path / "callbell.prom"
    write_public(path, "old\n")
    with pytest.raises(UnicodeEncodeError):
        write_public(path, "\ud800")
    assert path.read_text("utf-8") == "old\n"
    assert list(tmp_path.iterdir()) == [path]


def test_windows_does_not_sync_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows cannot open a folder, so only the file is synced there."""
    synced: list[Path] = []
    monkeypatch.setattr(runtime, "WINDOWS", True)
    monkeypatch.setattr(files, "_sync", lambda path, _flags: synced.append(path))
    with write_whole(tmp_path / "a") as unfinished:
        pass
    assert synced == [unfinished]
