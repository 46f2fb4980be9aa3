"""What the pool does whatever the operation: every test runs with creates and with deletes, in virtual time."""

import asyncio
import itertools
import logging
from datetime import timedelta

import pytest

from importer.model.deletion import Deletion, Fate
from importer.model.errors import StorageError
from importer.model.journal_rows import RecordedOutcome
from importer.model.policy import Policy
from importer.model.replies import Outcome, Reply
from importer.model.requests import Request
from importer.model.rows import Status
from importer.model.stop import Stop
from importer.worker_pool.pool import CHECKPOINT_SECONDS, GRACE_SECONDS
from tests.support.pools import NEVER, NO_ANSWER, OPERATIONS, ObedientService, PoolStage, answer
from tests.support.virtual_time import START, run

STOP = Stop(message="enough", hint="go on")
DONE = {"create": "created", "delete": "deleted"}
CHANGE = {"create": "POST", "delete": "DELETE"}
both = pytest.mark.parametrize("kind", OPERATIONS)


class CountingLimiter:
    """Lets requests leave one after the other, and remembers what it was told."""

    def __init__(self) -> None:
        self.acquired = 0
        self.released: list[Reply | None] = []

    async def acquire(self) -> None:
        await asyncio.sleep(0.01)
        self.acquired += 1

    def release(self, reply: Reply | None, seconds: float, jitter: float) -> None:  # noqa: ARG002 - the protocol's
        self.released.append(reply)


@both
def test_every_row_has_its_outcome_by_one_change(kind: str) -> None:
    """The counters, the journal and the service say the same."""
    it = PoolStage(kind=kind, rows=500)
    run(it.play())
    assert it.journal.statuses() == dict.fromkeys(range(1, 501), DONE[kind])
    assert it.journal.durable == 500
    assert it.service.methods().count(CHANGE[kind]) == 500
    assert +it.pool.counters.tally() == it.pool.counters.done == {DONE[kind]: 500}
    assert (it.pool.counters.retried, it.pool.counters.throttled, it.pool.stopped) == (0, 0, None)


@both
def test_the_outcome_is_recorded_with_its_attempts(kind: str) -> None:
    """As the journal takes it."""
    it = PoolStage(kind=kind, rows=1)
    it.service.odd = lambda number, request: answer(429) if request.method == CHANGE[kind] and number <= 2 else None
    run(it.play())
    outcome: Outcome | Deletion = Outcome(status=Status.CREATED, uuid="made", http_status=201, is_ours=True)
    if kind == "delete":
        outcome = Deletion(status=Fate.DELETED, http_status=200)
    attempts = len([method for method in it.service.methods() if method == CHANGE[kind]])
    at = START + timedelta(seconds=it.journal.recorded_at[0])
    assert it.journal.recorded == [RecordedOutcome(seq=1, outcome=outcome, attempts=attempts, at=at)]
    assert attempts > 1


@both
def test_a_row_is_claimed_before_any_request_of_it(kind: str) -> None:
    """Its intent is on disk then, however slow the disk."""
    it = PoolStage(kind=kind, rows=100)
    it.journal.claim_seconds = 0.5
    unclaimed = []

    def watch(_number: int, request: Request) -> None:
        name = request.path.rpartition("/")[2] if kind == "delete" else request.body
        seq = int(name[1:]) if kind == "delete" else int(name.partition("34600")[2][:6])
        if seq not in it.journal.claimed:
            unclaimed.append(seq)

    it.service.odd = watch
    run(it.play())
    assert unclaimed == []
    assert len(it.journal.statuses()) == 100


@both
def test_nothing_is_recorded_before_the_reply(kind: str) -> None:
    """A request that hangs leaves its row without an outcome."""
    it = PoolStage(kind=kind, rows=3, service=ObedientService(hangs=lambda _request: True))
    seen: list[int] = []

    def look() -> None:
        seen.append(len(it.journal.recorded))
        it.pool.stop(STOP)
        it.pool.hurry()

    run(it.play(look, 20.0))
    assert seen == [0]


@both
def test_the_first_request_goes_alone(kind: str) -> None:
    """An error that every row would meet costs one request."""
    it = PoolStage(kind=kind, rows=500, service=ObedientService(odd=lambda _number, _request: answer(401)))
    run(it.play())
    assert len(it.service.sent) == 1
    assert isinstance(it.pool.stopped, Stop)
    assert DONE[kind] not in it.journal.statuses().values()


@both
@pytest.mark.parametrize("latency_seconds", [0.0, 0.05, 1.0])
def test_the_rate_is_kept_and_used(kind: str, latency_seconds: float) -> None:
    """All requests of a row count: never more than 300 in a second, and over 96.5 % of that."""
    it = PoolStage(kind=kind, rows=1500, service=ObedientService(latency_seconds=latency_seconds))
    run(it.play())
    steady = [at for at, _, _ in it.service.sent][300:]
    assert all(later - earlier >= 1.0 for earlier, later in zip(steady, steady[300:], strict=False))
    middle = steady[: len(steady) - 300]
    assert (len(middle) - 1) / (middle[-1] - middle[0]) >= 0.965 * 300


@both
def test_every_request_leaves_by_the_rate_limiter(kind: str) -> None:
    """Also the questions about the token, of a row and in an outage; each is given back, with its reply."""
    script = {1: answer(403), **dict.fromkeys(range(4, 50), NEVER)}
    limiter = CountingLimiter()
    it = PoolStage(kind=kind, rows=40, limiter=limiter)
    it.service.odd = lambda number, request: None if request.path == "auth/me" else script.get(number)
    run(it.play())
    assert "auth/me" in {path for _, _, path in it.service.sent}
    assert limiter.acquired == len(limiter.released) == len(it.service.sent)
    assert None not in limiter.released


@both
def test_what_waits_holds_up_nothing(kind: str) -> None:
    """While one row waits after an unclear answer, all others are done; then it has its turn."""
    it = PoolStage(kind=kind, rows=300, policy=Policy(settle_seconds=50.0, backoff_cap_seconds=100.0))
    doubtful: list[Request] = []

    def odd(_number: int, request: Request) -> Reply | None:
        if request.method == CHANGE[kind] and not doubtful and it.journal.recorded:
            doubtful.append(request)
            return NO_ANSWER
        return None

    it.service.odd = odd
    seconds = run(it.play())
    assert len(it.journal.statuses()) == 300
    assert it.journal.recorded_at[298] <= 0.2 + len(it.service.sent) / 291
    assert seconds >= (50.0 if kind == "create" else 1.0)


@both
def test_a_retry_after_pauses_everyone(kind: str) -> None:
    """Nothing leaves until then."""
    it = PoolStage(kind=kind, rows=300, service=ObedientService(latency_seconds=0.01))
    it.service.odd = lambda number, _request: answer(429, retry_after_seconds=5.0) if number == 50 else None
    run(it.play())
    times = [at for at, _, _ in it.service.sent]
    assert max(later - earlier for earlier, later in itertools.pairwise(times)) >= 4.9
    assert it.pool.counters.throttled == 1
    assert len(it.journal.statuses()) == 300


@both
def test_a_403_ends_the_run_if_the_token_is_refused(kind: str) -> None:
    """And nothing else was sent meanwhile, for the first row goes alone."""
    it = PoolStage(kind=kind, rows=100)
    it.service.odd = lambda _number, request: answer(401 if request.path == "auth/me" else 403)
    run(it.play())
    assert isinstance(it.pool.stopped, Stop)
    assert "token" in it.pool.stopped.message
    assert [path for _, _, path in it.service.sent][1:] == ["auth/me"]


@both
def test_a_403_fails_its_row_alone_if_the_token_is_good(kind: str) -> None:
    """The token is asked for once."""
    it = PoolStage(kind=kind, rows=20)
    it.service.odd = lambda number, _request: answer(403, message="not this one") if number == 7 else None
    run(it.play())
    assert sorted(it.journal.statuses().values()) == sorted([DONE[kind]] * 19 + ["failed"])
    assert [path for _, _, path in it.service.sent].count("auth/me") == 1


@both
def test_an_outage_sends_nothing_but_probes_and_ends_in_time(kind: str) -> None:
    """A service that is down costs no row its outcome."""
    it = PoolStage(kind=kind, rows=100, policy=Policy(longest_outage_seconds=600.0))
    it.service.odd = lambda _number, _request: NEVER
    seconds = run(it.play())
    assert isinstance(it.pool.stopped, Stop)
    assert "not answered for 10 minutes" in it.pool.stopped.message
    assert len([path for _, _, path in it.service.sent if path != "auth/me"]) <= 40
    assert 600 <= seconds <= 900
    assert set(it.journal.statuses().values()) <= {"pending"}


@both
def test_a_stop_waits_for_what_is_in_flight(kind: str) -> None:
    """Nothing leaves after it, and what had left is recorded, durably."""
    it = PoolStage(kind=kind, rows=1000)
    run(it.play(lambda: it.pool.stop(STOP), 1.5))
    assert max(at for at, _, _ in it.service.sent) <= 1.5
    changes = it.service.methods().count(CHANGE[kind])
    assert list(it.journal.statuses().values()).count(DONE[kind]) == changes > 100
    assert it.journal.durable == len(it.journal.recorded)


@both
def test_the_first_reason_to_stop_counts(kind: str) -> None:
    """Later ones change nothing."""
    it = PoolStage(kind=kind, rows=1000)

    def stop_twice() -> None:
        it.pool.stop(STOP)
        it.pool.stop(StorageError("later"))

    run(it.play(stop_twice, 1.0))
    assert it.pool.stopped is STOP


@both
@pytest.mark.parametrize(("is_hurried", "most_seconds"), [(False, GRACE_SECONDS + 0.5), (True, 0.5)])
def test_a_stop_does_not_wait_for_ever(kind: str, is_hurried: bool, most_seconds: float) -> None:  # noqa: FBT001 - a table of cases
    """25 s, or not at all after a second signal; of a create that hangs the journal is told, of a delete it knows."""
    it = PoolStage(kind=kind, rows=1, service=ObedientService(hangs=lambda request: request.method == CHANGE[kind]))

    def stop() -> None:
        it.pool.stop(STOP)
        if is_hurried:
            it.pool.hurry()

    seconds = run(it.play(stop, 60.0)) - 60.0
    assert seconds <= most_seconds
    assert seconds >= (0.0 if is_hurried else GRACE_SECONDS)
    assert it.journal.statuses() == ({1: "in_doubt"} if kind == "create" else {})


@both
def test_a_stop_gives_back_what_was_claimed_and_not_sent(kind: str) -> None:
    """A create becomes pending again; a delete stays in flight in the journal, for its next undo."""
    it = PoolStage(kind=kind, rows=200)
    it.service.odd = lambda _number, _request: answer(401)
    run(it.play())
    given_back = {seq for seq, status in it.journal.statuses().items() if status == "pending"}
    assert given_back == (it.journal.claimed if kind == "create" else set())
    assert it.pool.counters.tally()[it.pool.counters.pending] == 200


@both
def test_outcomes_are_durable_soon(kind: str) -> None:
    """Checkpoints are a tenth of a second apart, and one is the last thing of all."""
    it = PoolStage(kind=kind, rows=600)
    seconds = run(it.play())
    gaps = [later - earlier for earlier, later in itertools.pairwise(it.journal.checkpoints)]
    assert max(gaps) <= CHECKPOINT_SECONDS + 0.01
    assert it.journal.checkpoints[-1] == pytest.approx(seconds, abs=0.01)


@both
@pytest.mark.parametrize("method", ["claim", "checkpoint"])
def test_a_journal_that_cannot_be_written_ends_it(kind: str, method: str) -> None:
    """With its own error, and nothing is sent from then on."""
    it, full = PoolStage(kind=kind, rows=1000), StorageError("The disk is full.")
    with pytest.raises(StorageError) as caught:
        run(it.play(lambda: it.journal.fails.update({method: full}), 0.5))
    assert caught.value is full
    assert max(at for at, _, _ in it.service.sent) <= 1.0


@both
def test_a_defect_of_a_request_is_not_hidden(kind: str) -> None:
    """It ends the run as itself."""
    it = PoolStage(kind=kind, rows=300)
    it.service.odd = lambda number, _request: ZeroDivisionError() if number == 50 else None
    with pytest.raises(ZeroDivisionError):
        run(it.play())


@both
def test_a_run_that_is_cancelled_leaves_no_task_behind(kind: str) -> None:
    """After the grace."""
    it = PoolStage(kind=kind, rows=5, service=ObedientService(hangs=lambda _request: True))

    async def cancel() -> None:
        running = asyncio.create_task(it.make().run())
        await asyncio.sleep(1)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert len(asyncio.all_tasks()) == 1

    run(cancel())


def test_a_stop_is_waited_for_and_an_outcome_written_as_long_as_people_are_told() -> None:
    """A stopping run waits 25 s for what is in flight; an outcome is on disk within a tenth of a second."""
    assert (GRACE_SECONDS, CHECKPOINT_SECONDS) == (25.0, 0.1)


def test_an_attempt_says_whether_it_was_a_look_up() -> None:
    """A POST that nobody answered, and a look-up that was answered badly."""
    it = PoolStage(kind="create", rows=1)
    it.service.odd = lambda number, _request: {1: NO_ANSWER, 2: answer(500, message="Oops")}.get(number)
    run(it.play())
    assert [one.reason for one in it.journal.attempted] == ["the connection broke off", "look-up: Oops"]


@both
def test_the_log_masks_numbers_in_the_services_words(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    """Of a reply that did not settle a row, and of one that did."""
    it = PoolStage(kind=kind, rows=1, policy=Policy(most_attempts=1))
    words = {CHANGE[kind]: answer(422, message="+34 600 111 222 is blocked")}
    it.service.odd = lambda number, request: (
        answer(503, message="34600111222 is busy") if number == 1 else words.get(request.method)
    )
    with caplog.at_level(logging.DEBUG, logger="importer"):
        run(it.play())
    told = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("importer"))
    assert "…222 is busy" in told
    assert "600" not in told


@both
def test_the_log_names_rows_by_number_and_masks_identifiers(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    """One line for an attempt that did not settle its row, one for its outcome."""
    it = PoolStage(kind=kind, rows=1)
    replies = {"POST": answer(429, message="34600111222 is too fast"), "DELETE": answer(429, message="too fast")}
    it.service.odd = lambda number, request: replies.get(request.method) if number <= 2 else None
    with caplog.at_level(logging.DEBUG, logger="importer"):
        run(it.play())
    told = [record.getMessage() for record in caplog.records if record.name.startswith("importer")]
    assert told[0].startswith("row 2 (…001): attempt 1: ")
    assert told[-1].startswith(f"row 2 (…001): {DONE[kind]}")
    assert "34600" not in " ".join(told)


@both
def test_attempts_are_requests_that_may_change_something(kind: str) -> None:
    """A request that a 429 turned away is one, and the next one is a retry; a GET is neither."""
    it = PoolStage(kind=kind, rows=1)
    turned_away: list[Request] = []

    def odd(_number: int, request: Request) -> Reply | None:
        if request.method == CHANGE[kind] and not turned_away:
            turned_away.append(request)
            return answer(429)
        return None

    it.service.odd = odd
    run(it.play())
    assert it.journal.statuses() == {1: DONE[kind]}
    assert [one.attempt for one in it.journal.attempted] == [1]
    assert it.pool.counters.retried == 1


# What a delete needs besides


def test_a_delete_follows_its_get_before_any_other_request() -> None:
    """One at a time, each contact is looked at and deleted before the next one is begun."""
    it = PoolStage(kind="delete", rows=20, concurrency=1)
    run(it.play())
    assert it.service.methods() == ["GET", "DELETE"] * 20


@pytest.mark.parametrize("latency_seconds", [0.001, 0.05, 0.5])
def test_between_a_get_and_its_delete_is_hardly_any_time(latency_seconds: float) -> None:
    """At full rate, with hundreds in flight and others waiting after a pause."""
    it = PoolStage(kind="delete", rows=600, service=ObedientService(latency_seconds=latency_seconds))
    waits = []

    def odd(number: int, request: Request) -> Reply | None:
        if request.method == "DELETE":
            waits.append(asyncio.get_running_loop().time() - it.service.ended["GET", request.path])
        return answer(500) if number % 50 == 0 else None

    it.service.odd = odd
    run(it.play())
    assert len(waits) >= 600
    assert sorted(waits)[len(waits) // 2] <= 0.02
    assert max(waits) <= 0.2


def test_an_unclear_delete_is_looked_at_before_it_is_sent_again() -> None:
    """GET, DELETE, and after no answer GET and DELETE."""
    it = PoolStage(kind="delete", rows=1)
    it.service.odd = lambda number, _request: NO_ANSWER if number == 2 else None
    run(it.play())
    assert it.service.methods() == ["GET", "DELETE", "GET", "DELETE"]
