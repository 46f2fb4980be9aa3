"""What is fetched from an address: in time or not at all, and called after its address."""

import threading
from pathlib import Path

import pytest

from importer.commands.input import fetch
from importer.commands.input.fetch import InputFile, fetched_again
from importer.model.addresses import FetchLimits
from importer.model.errors import InputError
from importer.readers.options import InputOptions

SHOWN = "https://example.com/a.csv?..."


def test_a_library_that_hangs_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command ends in time all the same; the thread ends with the process."""
    monkeypatch.setattr(fetch, "_GRACE_SECONDS", 0.0)
    released = threading.Event()

    def hangs() -> Path:
        released.wait(30)
        return Path("late.csv")

    try:
        with pytest.raises(InputError, match=r"could not be fetched within 0 seconds"):
            fetch._in_time(hangs, SHOWN, FetchLimits(most_bytes=1, seconds=0.01))
    finally:
        released.set()


def test_what_a_thread_raises_is_raised_here() -> None:
    """It is the same error, whatever it is."""
    error = KeyError("x")

    def fails() -> Path:
        raise error

    with pytest.raises(KeyError) as raised:
        fetch._in_time(fails, SHOWN, FetchLimits(most_bytes=1, seconds=5))
    assert raised.value is error


def test_an_address_without_its_secrets_is_not_fetched_again() -> None:
    """Nobody is asked."""
    with pytest.raises(InputError, match="what let it be fetched is not kept"), fetched_again(SHOWN, InputOptions()):
        pass


def test_a_fetched_sheet_is_called_after_its_address(tmp_path: Path) -> None:
    """Also in sentences; its stamp is of the content, as each fetch makes a new file."""
    path, again = tmp_path / "a.csv", tmp_path / "b.csv"
    for one in (path, again):
        one.write_text("Phone,Name\n+34600111222,Ana\n", "utf-8")
    first, second = (InputFile(name=SHOWN, path=str(one)).open(InputOptions()) for one in (path, again))
    assert first.sheet.file == SHOWN
    assert first.sheet.stamp == second.sheet.stamp
    assert [row.cells for rows in first.chunks() for row in rows] == [("+34600111222", "Ana")]
    assert first.blank_rows == 0
    first.close()
    second.close()
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(InputError) as error:
        InputFile(name=SHOWN, path=str(path)).open(InputOptions())
    assert error.value.message.startswith(f"{SHOWN} is a PDF document")
    assert str(tmp_path) not in f"{error.value.message} {error.value.hint}"
