"""The journal's asynchronous face: order, durability, and calls that are cancelled."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from importer.journal import AsyncJournal, AsyncUndo, Journal
from importer.journal.database import moment
from importer.model.deletion import Deletion, Fate, Removed
from importer.model.errors import StorageError
from importer.model.journal_rows import Attempted, Pending, RecordedOutcome
from importer.model.protocols import PipelineJournal, WorkJournal
from importer.model.rows import Status
from tests.support.inline_executor import InlineExecutor
from tests.support.journals import SHEET, START, begun, entries, record, recorded, statuses


class Held(Executor):
    """An executor that does nothing until it is let go: what a slow disk looks like."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()

        def do() -> None:
            future.set_result(fn(*args, **kwargs))

        self.waiting.append(do)
        return future

    def let_go(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()


def deleted(pending: Pending, fate: Fate = Fate.DELETED) -> Removed:
    """Return an outcome of a contact that was claimed."""
    return RecordedOutcome(seq=pending.seq, outcome=Deletion(status=fate), attempts=1, at=START)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Journal]:
    """A journal whose run has three rows."""
    opened = begun(tmp_path / "journal.sqlite3", numbers=[1, 2, 3])
    yield opened
    opened.close()


@pytest.mark.parametrize("make", [lambda: None, InlineExecutor, lambda: ThreadPoolExecutor(1)])
async def test_a_run_from_begin_to_close(tmp_path: Path, make: Callable[[], Executor | None]) -> None:
    """On a thread of its own or none, everything that was asked for is in the file."""
    store = Journal.open(tmp_path / "j")
    journal = AsyncJournal(store, make())
    port: PipelineJournal = journal
    await journal.begin(record())
    counts = await port.enqueue(await journal.add_sheet(SHEET), entries([1, 2, 3, 1]))
    assert counts == {Status.PENDING: 3, Status.DUPLICATE: 1}
    first, second = await port.claim(2)
    port.record(recorded(first))
    port.record_attempt(Attempted(seq=second.seq, attempt=1, at=START))
    await port.checkpoint()
    assert statuses(store) == ["created", "in_flight", "pending", "duplicate"]
    port.record(recorded(second, Status.FAILED))
    await journal.finish(record())
    assert statuses(store) == ["created", "failed", "unsent", "duplicate"]
    await journal.close()


async def test_a_cancelled_take_gives_its_rows_back(store: Journal) -> None:
    """Rows that nobody waits for any more are pending again, and none is in doubt."""
    slow = Held()
    journal = AsyncJournal(store, slow)
    task = asyncio.create_task(journal.claim(2))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    slow.let_go()
    assert statuses(store) == ["pending"] * 3
    again = asyncio.create_task(journal.claim(3))
    await asyncio.sleep(0)
    slow.let_go()
    assert [pending.seq for pending in await again] == [1, 2, 3]


async def test_a_cancelled_take_still_writes_outcomes(store: Journal) -> None:
    """What was recorded before is not lost with the caller."""
    slow = Held()
    journal = AsyncJournal(store, slow)
    (first,) = store.claim(1)
    journal.record(recorded(first))
    task = asyncio.create_task(journal.claim(2))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    slow.let_go()
    assert statuses(store) == ["created", "pending", "pending"]


async def test_a_cancelled_take_that_fails_gives_nothing_back(store: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing was taken there is nothing to give back."""
    monkeypatch.setattr(store, "release", lambda _: pytest.fail("gave back"))
    failed: Future[Any] = Future()
    failed.set_exception(StorageError("full"))
    AsyncJournal(store, InlineExecutor())._release(failed)


async def test_an_undo_from_begin_to_finish(store: Journal) -> None:
    """Its name, folder and end, and the outcome of each contact, are in the file when the calls return."""
    store.record([recorded(pending) for pending in store.claim(3)])
    store.finish(record())
    run_undo = store.undo_of("run-1")
    undo = AsyncUndo(run_undo)
    port: WorkJournal[Deletion] = undo
    await undo.begin("undo-1", Path("/home/undo-1"), START)
    first, second = await port.claim(2)
    port.record_attempt(Attempted(seq=second.seq, attempt=1, at=START))
    port.record(deleted(first))
    assert run_undo.tally()[Fate.DELETED] == 0
    await port.checkpoint()
    assert run_undo.tally()[Fate.DELETED] == 1
    port.record(deleted(second))
    assert [pending.seq for pending in await port.claim(9)] == [3]
    assert run_undo.tally()[Fate.DELETED] == 2
    port.record(deleted(second, Fate.FAILED))
    await undo.finish(1, START)
    assert run_undo.tally() == dict.fromkeys(Fate, 0) | {Fate.DELETED: 1, Fate.FAILED: 1, Fate.UNSENT: 1}
    assert store.undo_names() == {"undo-1"}
    found = store._database.fetch("SELECT name, report_dir, started_at, finished_at, exit_code FROM undos")
    assert found == [("undo-1", "/home/undo-1", moment(START), moment(START), 1)]
    with pytest.raises(RuntimeError, match="shutdown"):  # its thread has ended
        undo._executor.submit(print)


async def test_outcomes_survive_a_failed_write(store: Journal) -> None:
    """After an error they are still noted, in their order, and the next write carries them."""
    journal = AsyncJournal(store, InlineExecutor())
    first, second = await journal.claim(2)
    journal.record(recorded(first, Status.FAILED))
    journal.record(recorded(first))
    journal.record(recorded(second))
    store._database.fetch("PRAGMA query_only = ON")
    with pytest.raises(StorageError):
        await journal.checkpoint()
    store._database.fetch("PRAGMA query_only = OFF")
    await journal.checkpoint()
    assert statuses(store) == ["created", "created", "pending"]


async def test_a_call_whose_caller_is_cancelled_is_carried_out(store: Journal) -> None:
    """What was recorded is written all the same, once, and later calls come after it."""
    slow = Held()
    journal = AsyncJournal(store, slow)
    (first,) = store.claim(1)
    journal.record(recorded(first))
    task = asyncio.create_task(journal.checkpoint())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    slow.let_go()
    assert statuses(store) == ["created", "pending", "pending"]
    again = asyncio.create_task(journal.checkpoint())
    await asyncio.sleep(0)
    slow.let_go()
    await again
