"""The log: rows by number, phone numbers by their last digits."""

import io
import json
import os
import stat
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from importer.model.errors import BusyError, StorageError
from importer.model.journal_rows import Attempted, Pending, Recorded
from importer.model.phone_mask import masked, unnumbered
from importer.model.replies import Outcome
from importer.model.rows import Contact, Entry, InvalidRow, Problem, Row, Status
from importer.system.logs import LOG, LoggedJournal, logging_to

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
CONTACT = Contact(identifier="34600111222", source="whatsapp", name="Ana García")


class Remembering:
    """A journal that keeps what it is told, and has one row."""

    def __init__(self) -> None:
        self.told: list[object] = []

    async def recognise(self, marked: Sequence[tuple[int, bytes | None]]) -> Sequence[str | None]:
        self.told.append(marked)
        return [None for _ in marked]

    async def enqueue(self, sheet_index: int, entries: Sequence[Entry]) -> Mapping[Status, int]:
        self.told.append((sheet_index, entries))
        return {Status.PENDING: 1, Status.INVALID: 1, Status.DUPLICATE: 0}

    async def claim(self, count: int) -> Sequence[Pending]:
        self.told.append(count)
        return [Pending(seq=1, row=2, contact=CONTACT)]

    def record(self, recorded: Recorded) -> None:
        self.told.append(recorded)

    def record_attempt(self, attempted: Attempted) -> None:
        self.told.append(attempted)

    async def checkpoint(self) -> None:
        self.told.append("flush")


def recorded(status: Status, seq: int = 1, code: str = "", uuid: str = "") -> Recorded:
    """Return an outcome."""
    return Recorded(seq=seq, outcome=Outcome(status=status, code=code, uuid=uuid), attempts=1, at=AT)


def lines(stream: io.StringIO) -> list[str]:
    """Return what was logged, without time and level."""
    return [line.split(" ", 2)[2] for line in stream.getvalue().splitlines()]


def test_an_identifier_shows_its_last_digits_only() -> None:
    """Enough to tell two rows apart, too little to call."""
    assert masked("34600111222") == "…222"


@pytest.mark.parametrize("phone", ["34600111222", "+34600111222", "+34 600 11 12 22", "(600) 111-222", "600.111.222"])
def test_a_phone_in_anybodys_words_is_masked(phone: str) -> None:
    """The service may repeat what it was sent; a status or a row number is no phone."""
    assert unnumbered(f"422 for {phone}, row 12345") == f"422 for {'(' if '(' in phone else ''}…222, row 12345"


async def test_a_logged_journal_hands_everything_on_as_it_is() -> None:
    """The log changes nothing."""
    inner = Remembering()
    journal = LoggedJournal(inner)
    invalid = InvalidRow(problems=(Problem(code="phone_missing", message="There is none."),))
    entries = [Entry(row=Row(number=2, cells=()), mapped=CONTACT), Entry(row=Row(number=3, cells=()), mapped=invalid)]
    attempted = Attempted(seq=1, attempt=1, at=AT, reason="no answer")
    done = recorded(Status.CREATED, uuid="u1")
    assert await journal.recognise([(2, b"a"), (3, None)]) == [None, None]
    assert await journal.enqueue(0, entries) == {Status.PENDING: 1, Status.INVALID: 1, Status.DUPLICATE: 0}
    assert [pending.seq for pending in await journal.claim(7)] == [1]
    journal.record_attempt(attempted)
    journal.record(done)
    await journal.checkpoint()
    assert inner.told == [[(2, b"a"), (3, None)], (0, entries), 7, attempted, done, "flush"]


async def test_verbose_tells_what_happens_to_each_row() -> None:
    """By its number in the spreadsheet, and never with its whole phone or its name."""
    stream, journal = io.StringIO(), LoggedJournal(Remembering())
    invalid = InvalidRow(problems=(Problem(code="phone_missing", message=""), Problem(code="name_missing", message="")))
    with logging_to(None, stream, log_format="text", verbose=True):
        await journal.enqueue(0, [Entry(row=Row(number=9, cells=("Ana García",)), mapped=invalid)])
        await journal.claim(1)
        journal.record_attempt(Attempted(seq=1, attempt=1, at=AT, reason="status 500: 34600111222 is busy"))
        journal.record(recorded(Status.CREATED, uuid="u1"))
        journal.record_attempt(Attempted(seq=8, attempt=2, at=AT, reason="no answer"))
        journal.record(recorded(Status.PENDING, seq=8))
    assert lines(stream) == [
        "row 9: invalid phone_missing, name_missing",
        "2 rows read: {'pending': 1, 'invalid': 1}",
        "row 2 (…222): attempt 1: status 500: …222 is busy",
        "row 2 (…222): created u1",
        "row at place 8: attempt 2: no answer",
        "row at place 8: unsent ",
    ]


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
        with pytest.raises(StorageError, match="log cannot be written") as caught, log:
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
