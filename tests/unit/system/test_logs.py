"""The log: rows by number, phone numbers by their last digits."""

import io
import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from importer.model.errors import BusyError, StorageError
from importer.model.phone_mask import masked, unnumbered
from importer.model.rows import Contact, Entry, InvalidRow, Problem, Row, Status
from importer.system.logs import LOG, log_enqueued, logging_to

CONTACT = Contact(identifier="34600111222", source="whatsapp", name="Ana García")


def lines(stream: io.StringIO) -> list[str]:
    """Return what was logged, without time and level."""
    return [line.split(" ", 2)[2] for line in stream.getvalue().splitlines()]


def test_an_identifier_shows_its_last_digits_only() -> None:
    """Enough to tell two rows apart, too little to call."""
    assert masked("34600111222") == "…222"


@pytest.mark.parametrize("phone", ["34600111222", "+34600111222", "+34 600 11 12 22", "(600) 111-222", "600.111.222"])
def test_a_phone_in_anybodys_words_is_masked(phone: str) -> None:
    """The service may repeat what it was sent; a status or a row number is no phone."""
    assert unnumbered(f"422 for {phone}, row 12345") == "422 for …222, row 12345"


@pytest.mark.parametrize("verbose", [True, False])
def test_verbose_tells_which_rows_are_invalid(verbose: bool) -> None:  # noqa: FBT001 - a table of cases
    """By their numbers in the spreadsheet, without what stands in them."""
    stream = io.StringIO()
    invalid = InvalidRow(problems=(Problem(code="phone_missing", message=""), Problem(code="name_missing", message="")))
    entries = [
        Entry(row=Row(number=2, cells=()), mapped=CONTACT),
        Entry(row=Row(number=9, cells=("Ana García",)), mapped=invalid),
    ]
    with logging_to(None, stream, log_format="text", verbose=verbose):
        log_enqueued(entries, {Status.PENDING: 1, Status.INVALID: 1, Status.DUPLICATE: 0})
    told = ["row 9: invalid phone_missing, name_missing", "2 rows read: 1 pending, 1 invalid"]
    assert lines(stream) == (told if verbose else [])


def test_without_file_json_or_verbose_nothing_is_logged() -> None:
    """The display says it all; not even an error is said twice."""
    stream = io.StringIO()
    with logging_to(None, stream, log_format="text", verbose=False):
        LOG.info("begins")
    with pytest.raises(BusyError), logging_to(None, stream, log_format="text", verbose=False):
        raise BusyError("Another run is using the journal.")
    assert stream.getvalue() == ""


def test_json_is_an_object_a_line_with_the_time_in_utc() -> None:
    """Whatever the message holds."""
    stream = io.StringIO()
    with logging_to(None, stream, log_format="json", verbose=False):
        LOG.info('"quoted"\nand %s', "más")
        LOG.debug("not wanted")
    (line,) = stream.getvalue().splitlines()
    logged = json.loads(line)
    assert (logged["level"], logged["message"]) == ("info", '"quoted"\nand más')
    assert datetime.fromisoformat(logged["time"]).tzinfo == UTC


def test_a_log_file_is_private_and_is_added_to(tmp_path: Path) -> None:
    """With its folder, which is made; the file holds both runs."""
    path = tmp_path / "logs" / "importer.log"
    for number in (1, 2):
        with logging_to(path, io.StringIO(), log_format="text", verbose=False):
            LOG.info("run %d", number)
    assert [line.split()[-2:] for line in path.read_text("utf-8").splitlines()] == [["run", "1"], ["run", "2"]]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_log_file_says_why_a_run_did_not_begin(tmp_path: Path) -> None:
    """Whoever reads it in the morning finds the reason there."""
    with pytest.raises(BusyError), logging_to(tmp_path / "log", io.StringIO(), log_format="text", verbose=False):
        raise BusyError("Another run is using the journal.", "Wait until it has ended.")
    assert "ERROR Another run is using the journal. Wait until it has ended." in (tmp_path / "log").read_text("utf-8")


def test_a_log_file_that_cannot_be_written_ends_the_run_before_it_begins(tmp_path: Path) -> None:
    """Exit code 4, with the option that mends it."""
    (tmp_path / "a-file").touch()
    for path in (tmp_path, tmp_path / "a-file" / "log"):
        log = logging_to(path, io.StringIO(), log_format="text", verbose=False)
        with pytest.raises(StorageError, match=r"^The (log|folder) .* cannot be (written|made): ") as caught, log:
            pytest.fail("it began")
        assert "--log-file" in caught.value.hint


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_log_on_a_full_disk_is_no_reason_to_fail(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither while it is written nor when it is closed; and a device's permissions are left alone."""
    before = Path("/dev/full").stat().st_mode
    with logging_to(Path("/dev/full"), io.StringIO(), log_format="text", verbose=False):
        LOG.info("to nobody")
    assert capsys.readouterr() == ("", "")
    assert Path("/dev/full").stat().st_mode == before


def test_a_log_that_nobody_reads_any_more_is_no_reason_to_fail(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the run nor the person is troubled by a stream that is gone."""
    stream = io.StringIO()
    with logging_to(None, stream, log_format="json", verbose=False):
        stream.close()
        LOG.info("to nobody")
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_a_log_file_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    """Whoever may read it was decided before, such as a group that collects logs."""
    path = tmp_path / "run.log"
    path.write_text("before\n", "utf-8")
    path.chmod(0o640)
    with logging_to(path, io.StringIO(), log_format="text", verbose=False):
        LOG.info("a run begins")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.read_text("utf-8").startswith("before\n")


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_log_entry_is_one_line_without_escapes(log_format: str) -> None:
    """Whatever a file is called: neither a second entry nor a colour is made of its name."""
    stream = io.StringIO()
    with logging_to(None, stream, log_format=log_format, verbose=True):
        LOG.info("run of %s begins", "a\x1b[31m\n2026-11-27T00:00:00.000Z INFO ended\x9b2J.csv")
    assert stream.getvalue().count("\n") == 1
    line_break = " " if log_format == "text" else "\\n"
    assert f"a{line_break}2026-11-27T00:00:00.000Z INFO ended.csv begins" in stream.getvalue()
    assert not {"\x1b", "\x9b"} & set(stream.getvalue())
    assert "u001b" not in stream.getvalue()
