"""A file is moved: never over another, never another than was read, across file systems, and never lost."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from importer.system import moves, runtime
from importer.system.moves import NotMovedError, mark_of, move_file

TEXT = "Phone,Name\n+34600111222,Ana\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file in an inbox, as it was read."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (tmp_path / "done").mkdir()
    path = inbox / "a.csv"
    path.write_text(TEXT, "utf-8")
    os.utime(path, ns=(1_000_000_007, 1_000_000_007))
    return path


@pytest.fixture
def done(file: Path) -> Path:
    """Where it goes."""
    return file.parents[1] / "done"


@pytest.fixture(params=["one file system", "two"])
def systems(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """On one file system, or across two, where nothing can be renamed into the other."""
    if request.param == "two":
        apart(monkeypatch)
    return str(request.param)


def apart(monkeypatch: pytest.MonkeyPatch, first: Callable[[Path], object] = lambda _path: None) -> None:
    """Let renames into another folder fail, as they do across file systems."""
    replace = Path.replace

    def replacing(self: Path, target: Path) -> Path:
        if self.parent != Path(target).parent:
            first(self)
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", replacing)


def contents(folder: Path) -> dict[str, str]:
    """Return the files of a folder by their names."""
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


@pytest.mark.usefixtures("systems")
def test_a_file_is_moved_with_its_time(file: Path, done: Path) -> None:
    """Its stamp stays, by which the reports know it again."""
    target = move_file(file, done, mark_of(file))
    assert target == done / "a.csv"
    assert (contents(file.parent), contents(done)) == ({}, {"a.csv": TEXT})
    assert target.stat().st_mtime_ns == 1_000_000_007


@pytest.mark.usefixtures("systems")
def test_a_file_that_is_there_is_not_written_over(file: Path, done: Path) -> None:
    """The next gets a number."""
    (done / "a.csv").write_text("last night's", "utf-8")
    (done / "a-2.csv").write_text("", "utf-8")
    assert move_file(file, done, mark_of(file)).name == "a-3.csv"
    assert contents(done) == {"a.csv": "last night's", "a-2.csv": "", "a-3.csv": TEXT}


@pytest.mark.usefixtures("systems")
@pytest.mark.parametrize("change", ["longer", "as long", "as long and as old", "younger"])
def test_a_file_that_was_changed_or_replaced_stays(file: Path, done: Path, change: str) -> None:
    """Whatever of it tells: nobody has read it yet."""
    mark = mark_of(file)
    text = {"longer": f"{TEXT}x", "younger": TEXT}.get(change, TEXT.replace("Ana", "Eva"))
    file.write_text(text, "utf-8")
    if change == "as long and as old":
        os.utime(file, ns=(mark.modified_ns, mark.modified_ns))
    with pytest.raises(NotMovedError, match="changed or replaced"):
        move_file(file, done, mark)
    assert (contents(file.parent), contents(done)) == ({"a.csv": text}, {})


@pytest.mark.usefixtures("systems")
def test_a_file_that_is_gone_is_told(file: Path, done: Path) -> None:
    """Somebody was faster."""
    mark = mark_of(file)
    file.unlink()
    with pytest.raises(NotMovedError, match="it is gone"):
        move_file(file, done, mark)
    assert contents(done) == {}


def test_a_link_stays(file: Path, done: Path) -> None:
    """To move it would break it, or leave the file."""
    link = file.with_name("link.csv")
    link.symlink_to(file)
    with pytest.raises(NotMovedError, match="it is a link"):
        move_file(link, done, mark_of(link))
    assert link.exists()


def test_a_file_that_takes_its_place_at_the_last_moment_is_put_back(
    file: Path, done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the rename: it was not read, and is not done."""
    mark, replace = mark_of(file), Path.replace

    def replacing(self: Path, target: Path) -> Path:
        if self == file:
            file.write_text("tomorrow's list", "utf-8")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", replacing)
    with pytest.raises(NotMovedError, match="changed or replaced"):
        move_file(file, done, mark)
    assert (contents(file.parent), contents(done)) == ({"a.csv": "tomorrow's list"}, {})


def test_a_file_that_changes_while_it_is_copied_stays(file: Path, done: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To another file system, which takes its time."""
    mark = mark_of(file)
    apart(monkeypatch, lambda _path: file.write_text(f"{TEXT}more", "utf-8"))
    with pytest.raises(NotMovedError, match="changed or replaced"):
        move_file(file, done, mark)
    assert (contents(file.parent), contents(done)) == ({"a.csv": f"{TEXT}more"}, {})


def test_a_file_that_takes_its_place_after_the_copy_is_not_deleted(
    file: Path, done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy goes, and the new one stays."""
    mark, rename = mark_of(file), Path.rename
    apart(monkeypatch)

    def renaming(self: Path, target: Path) -> Path:
        file.write_text("tomorrow's list", "utf-8")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", renaming)
    with pytest.raises(NotMovedError, match="changed or replaced"):
        move_file(file, done, mark)
    assert (contents(file.parent), contents(done)) == ({"a.csv": "tomorrow's list"}, {})


@pytest.mark.parametrize("step", ["rename", "unlink"])
def test_a_file_that_may_not_be_deleted_stays_whole(
    file: Path, done: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Its copy in the other file system goes; nothing is left aside."""
    mark, unlink = mark_of(file), Path.unlink
    apart(monkeypatch)

    def refusing(self: Path, *_arguments: object, **_more: object) -> None:
        if self.parent == file.parent:
            raise PermissionError(errno.EACCES, "Permission denied")
        unlink(self)

    monkeypatch.setattr(Path, step, refusing)
    with pytest.raises(NotMovedError, match="permission denied"):
        move_file(file, done, mark)
    assert (contents(file.parent), contents(done)) == ({"a.csv": TEXT}, {})


def test_on_windows_a_file_that_is_open_stays(file: Path, done: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its system lets nobody move it, and the sentence says what to close."""
    monkeypatch.setattr(runtime, "WINDOWS", True)

    def refusing(_self: Path, _target: Path) -> Path:
        raise PermissionError(errno.EACCES, "The process cannot access the file")

    mark = mark_of(file)
    monkeypatch.setattr(Path, "replace", refusing)
    with pytest.raises(NotMovedError, match="it is open in another program"):
        move_file(file, done, mark)
    assert (contents(file.parent), contents(done)) == ({"a.csv": TEXT}, {})


def test_a_folder_that_is_gone_is_told(file: Path, done: Path) -> None:
    """The file stays."""
    done.rmdir()
    with pytest.raises(NotMovedError, match="it is gone, or the folder is"):
        move_file(file, done, mark_of(file))
    assert contents(file.parent) == {"a.csv": TEXT}


def test_a_folder_that_takes_nothing_is_told(file: Path, done: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the system's reason."""

    def full(_folder: Path, _name: str) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(moves, "_claimed", full)
    with pytest.raises(NotMovedError, match="no space left on device"):
        move_file(file, done, mark_of(file))
    assert contents(file.parent) == {"a.csv": TEXT}


def test_a_disk_that_fills_up_during_the_copy_leaves_the_file(
    file: Path, done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no half of it in the folder."""
    apart(monkeypatch)

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    mark = mark_of(file)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotMovedError, match="no space left on device"):
        move_file(file, done, mark)
    assert (contents(file.parent), contents(done)) == ({"a.csv": TEXT}, {})
