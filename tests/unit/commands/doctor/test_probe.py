"""The driver of probes, against the sandbox's account on virtual time: what it finds out, and what it leaves behind."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import cast

import pytest

from importer.commands.doctor.probe import ProbeDriver
from importer.journal.probes import ProbeLog
from importer.model.policy import Policy
from importer.model.probe import DuplicateBehaviour, NumberForm, ProbeAnswers
from importer.model.replies import Arrival, Reply
from importer.sandbox import DEFAULT_ACCOUNT, Duplicates, SandboxOptions
from importer.sandbox.account import StoredContact
from importer.sandbox.calls import Asked
from importer.worker_pool.probe import TAKEN
from importer.worker_pool.probe_state import Phase, ProbeState
from tests.support.sandbox_service import NO_ANSWER, Killed, SandboxService
from tests.support.virtual_time import run

NUMBER = "5215512345678"
OTHER_FORM = "525512345678"
MARK = "0123456789abcdef"
OPTIONS = SandboxOptions(account=DEFAULT_ACCOUNT, rate_limit=0)
BEHAVIOURS = [
    replace(OPTIONS, duplicates=behaviour, created_status=status, visible_after_seconds=seconds)
    for behaviour in Duplicates
    for status, seconds in ((200, 0.0), (201, 3.0))
] + [replace(OPTIONS, duplicates=behaviour, visible_after_seconds=math.inf) for behaviour in Duplicates]
SETTLE_SECONDS = 12.0


@dataclass
class MemoryLog:
    """A log of probes that a killed process leaves as it was."""

    states: dict[int, str] = field(default_factory=dict)
    answers: list[ProbeAnswers | None] = field(default_factory=list)

    def begin(self, state: str) -> int:
        self.states[probe := len(self.states) + 1] = state
        return probe

    def write(self, probe: int, state: str) -> None:
        self.states[probe] = state

    def finish(self, probe: int, answers: ProbeAnswers | None) -> None:
        del self.states[probe]
        self.answers.append(answers)

    def unfinished(self) -> list[tuple[int, str]]:
        return sorted(self.states.items())


def driver(service: SandboxService, log: MemoryLog) -> ProbeDriver:
    """Return a driver."""
    policy = Policy(settle_seconds=SETTLE_SECONDS)
    return ProbeDriver(
        log=cast("ProbeLog", log),
        service=service,
        policy=policy,
        clock=service.clock,
        jitter=lambda: 0.5,
    )


async def probed(service: SandboxService, log: MemoryLog) -> ProbeState:
    """Make a probe."""
    return await driver(service, log).probe(NUMBER, MARK)


async def killed_and_resumed(service: SandboxService, log: MemoryLog) -> None:
    """Make a probe that is killed on its way, then go on with it."""
    with pytest.raises(Killed):
        await probed(service, log)
    service.before = service.after = lambda _number: None
    await driver(service, log).resume()


def kill_at(service: SandboxService, number: int, *, before: bool) -> None:
    """Let the process die at a request."""

    def die(now: int) -> None:
        if now == number:
            raise Killed

    if before:
        service.before = die
    else:
        service.after = die


async def probed_and_resumed(service: SandboxService, log: MemoryLog) -> StoredContact:
    """Make a probe, and give `doctor` once more; return somebody else's contact."""
    other = service.add("34600111222")
    await probed(service, log)
    await driver(service, log).resume()
    return other


async def killed_among_others(
    service: SandboxService, log: MemoryLog, number: int, *, before: bool, with_others: bool
) -> list[StoredContact]:
    """Kill a probe, let others make contacts of its number, and go on; return what is not the probe's."""
    others = [service.add("34600111222")]
    kill_at(service, number, before=before)
    with pytest.raises(Killed):
        await probed(service, log)
    service.before = service.after = lambda _number: None
    if with_others:
        others += [one for one in (service.add(NUMBER), service.add(OTHER_FORM)) if "probe" not in one.name]
    await driver(service, log).resume()
    return others


def add_at(service: SandboxService, number: int, others: list[StoredContact], now: int) -> None:
    """Let somebody make a contact of the probe's number before a request, where the service lets them."""
    if now == number and "probe" not in (one := service.add(NUMBER)).name:
        others.append(one)


def uuids(contacts: Iterable[StoredContact]) -> set[str]:
    """Return which contacts these are."""
    return {one.uuid for one in contacts}


def requests_of(options: SandboxOptions) -> int:
    """Return how many requests a whole probe makes."""
    service = SandboxService(options)
    run(probed(service, MemoryLog()))
    return len(service.requests)


@pytest.mark.parametrize("options", BEHAVIOURS)
def test_it_tells_the_behaviours_apart_and_leaves_nothing(options: SandboxOptions) -> None:
    """Duplicates, visibility, status and proofs are found out, and the account is as it was."""
    service, log = SandboxService(options), MemoryLog()

    async def scenario() -> tuple[StoredContact, ProbeState]:
        return service.add("34600111222"), await probed(service, log)

    other, end = run(scenario())
    assert (end.phase, end.is_clean, end.problem) == (Phase.OVER, True, "")
    assert list(service.contacts) == [other]
    (answers,) = log.answers
    assert answers is not None
    assert answers.duplicates == options.duplicates.value
    assert answers.created_status == options.created_status
    assert answers.status_proves is (options.created_status == 201)
    assert answers.returned_form is NumberForm.GROUPED
    if options.visible_after_seconds == math.inf:
        assert (answers.is_look_up_reliable, answers.watched_seconds >= SETTLE_SECONDS) == (False, True)
    else:
        assert answers.visible_after_seconds is not None
        assert options.visible_after_seconds <= answers.visible_after_seconds <= options.visible_after_seconds + 4
        assert answers.found_by == (NumberForm.DIGITS, NumberForm.PLUS)
        assert answers.not_found_by == (NumberForm.OTHER,)
    assert log.states == {}


@pytest.mark.parametrize("there", [NUMBER, f"+{NUMBER}", OTHER_FORM])
def test_a_number_that_is_there_is_left_alone(there: str) -> None:
    """In either form: nothing is made, and nothing deleted."""
    service, log = SandboxService(OPTIONS), MemoryLog()

    async def scenario() -> tuple[StoredContact, ProbeState]:
        return service.add(there), await probed(service, log)

    other, end = run(scenario())
    assert (end.problem, end.is_clean) == (TAKEN, True)
    assert list(service.contacts) == [other]
    assert set(service.requests) == {"GET /contacts/phone/:number"}
    assert log.answers == [None]


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("options", BEHAVIOURS)
def test_killed_at_every_request_it_leaves_nothing_behind(options: SandboxOptions, *, before: bool) -> None:
    """The next `doctor` deletes what was made, and nothing of others, who make the number meanwhile too."""
    for number in range(1, requests_of(options) + 1):
        for with_others in (False, True):
            service, log = SandboxService(options), MemoryLog()
            others = run(killed_among_others(service, log, number, before=before, with_others=with_others))
            assert uuids(service.contacts) == uuids(others), (number, with_others)
            assert log.states == {}


@pytest.mark.parametrize("options", BEHAVIOURS)
def test_others_who_make_the_number_meanwhile_keep_theirs(options: SandboxOptions) -> None:
    """Before each request of the probe somebody makes a contact of the number: it stays, and nothing of the probe."""
    for number in range(2, requests_of(options) + 1):
        service, log = SandboxService(options), MemoryLog()
        others: list[StoredContact] = []
        service.before = partial(add_at, service, number, others)
        end = run(probed(service, log))
        assert uuids(service.contacts) == uuids(others), number
        assert end.is_clean


@pytest.mark.parametrize("options", BEHAVIOURS)
@pytest.mark.parametrize(
    "reply",
    [NO_ANSWER, Reply(arrival=Arrival.ANSWERED, http_status=502), Reply(arrival=Arrival.ANSWERED, http_status=422)],
)
def test_an_answer_that_is_lost_or_wrong_leaves_nothing(options: SandboxOptions, reply: Reply) -> None:
    """Each request is carried out and answered wrongly, once; the probe cleans up, at the latest the next time."""
    for number in range(1, requests_of(options) + 1):
        service, log = SandboxService(options), MemoryLog()
        service.instead = {number: reply}.get
        other = run(probed_and_resumed(service, log))
        assert list(service.contacts) == [other], number
        assert log.states == {}


@pytest.mark.parametrize("options", BEHAVIOURS)
def test_a_post_that_is_carried_out_late_leaves_nothing(options: SandboxOptions) -> None:
    """Within the settle time, after no answer came: the first POST or the second one."""
    for number in (4, requests_of(options) - 5):
        service, log = SandboxService(options), MemoryLog()
        service.late_seconds = {number: SETTLE_SECONDS - 1}
        other = run(probed_and_resumed(service, log))
        assert list(service.contacts) == [other], number
        assert log.states == {}


def test_the_person_is_told_what_goes_on() -> None:
    """Each phase once, as it may take a while."""
    service, log, told = SandboxService(OPTIONS), MemoryLog(), list[str]()
    run(replace(driver(service, log), tell=told.append).probe(NUMBER, MARK))
    assert [text.split()[0] for text in told] == ["Making", "Looking", "Sending", "Deleting", "Looking"]
    assert "at most 12 s" in told[1]


def test_a_service_that_is_gone_leaves_the_probe_to_the_next_doctor() -> None:
    """The state stays in the journal until a later command could delete what was made."""
    service, log = SandboxService(OPTIONS), MemoryLog()
    refused = Reply(arrival=Arrival.NEVER, message="no connection came about")

    async def scenario() -> None:
        service.instead = lambda number: refused if service.requests[number - 1] == "DELETE /contacts/:uuid" else None
        end = await probed(service, log)
        assert (end.is_clean, "no connection" in end.problem) == (False, True)
        assert len(log.states) == 1
        service.instead = lambda _number: None
        (end,) = await driver(service, log).resume()
        assert end.is_clean

    run(scenario())
    assert not service.contacts
    assert log.states == {}


def test_a_contact_that_somebody_took_over_is_kept() -> None:
    """Renamed between the probe and its cleaning up: it is somebody's now, and it is told."""
    service, log = SandboxService(replace(OPTIONS, created_status=201)), MemoryLog()
    kill_at(service, 6, before=True)

    async def scenario() -> ProbeState:
        with pytest.raises(Killed):
            await probed(service, log)
        service.before = lambda _number: None
        (made,) = service.contacts
        service.calls.change_contact(Asked(parameter=made.uuid, body={"name": "Ana", "note": ""}))
        (end,) = await driver(service, log).resume()
        return end

    end = run(scenario())
    (kept,) = service.contacts
    assert (kept.name, end.kept, end.is_clean) == ("Ana", (kept.uuid,), True)


def test_answers_are_kept_when_it_is_killed_while_it_cleans_up() -> None:
    """What was found out by then is not lost."""
    service, log = SandboxService(OPTIONS), MemoryLog()
    kill_at(service, requests_of(OPTIONS), before=True)
    run(killed_and_resumed(service, log))
    (answers,) = log.answers
    assert answers is not None
    assert answers.duplicates is DuplicateBehaviour.SECOND
