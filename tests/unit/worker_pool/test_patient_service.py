"""What is asked before the first row is asked again when the service answers, and not for ever."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from importer.model.errors import ServiceError
from importer.model.protocols import Service
from importer.model.replies import Arrival, Reply
from importer.model.requests import WHO_AM_I, Request, list_contacts
from importer.worker_pool.circuit_breaker import TOKEN_REFUSED, Outage
from importer.worker_pool.patient_service import PatientService
from tests.support.virtual_time import run

REFUSED = Reply(arrival=Arrival.NEVER, message="connection refused", address="api.callbell.eu:443")
SILENT = Reply(arrival=Arrival.UNKNOWN, message="no answer in time")
ASKED = list_contacts()
CHANGE = Request(method="POST", path="contacts", body="{}")


def got(status: int, wait_seconds: float | None = None) -> Reply:
    """Return a response."""
    return Reply(arrival=Arrival.ANSWERED, http_status=status, retry_after_seconds=wait_seconds)


@dataclass(slots=True)
class Answering:
    """Answers with the next of its answers; the last one stays."""

    answers: Sequence[Reply]
    asked: list[tuple[float, Request]] = field(default_factory=list)

    async def send(self, request: Request) -> Reply:
        """Answer."""
        number = len(self.asked)
        self.asked.append((round(asyncio.get_running_loop().time(), 1), request))
        return self.answers[min(number, len(self.answers) - 1)]


async def _no_probe() -> Reply:
    raise AssertionError("it is asked through the service itself")


def sent(
    *answers: Reply, request: Request = ASKED, longest_seconds: float | None = 1800.0
) -> tuple[Reply | ServiceError, Answering]:
    """Return what came of a request, and what was asked; None as the longest time: nobody waits."""
    service = Answering(answers)
    outage = None if longest_seconds is None else Outage(_no_probe, longest_seconds)

    async def go() -> Reply | ServiceError:
        try:
            return await PatientService(service, outage).send(request)
        except ServiceError as error:
            return error

    return run(go()), service


@pytest.mark.parametrize("trouble", [REFUSED, SILENT, got(500), got(503), got(408)])
def test_a_service_that_is_not_up_yet_is_waited_for(trouble: Reply) -> None:
    """It is tried after 1, 2, 4 s and so on, by a question that changes nothing; then the request is made again."""
    reply, service = sent(trouble, trouble, trouble, got(200))
    assert reply == got(200)
    assert service.asked == [(0.0, ASKED), (1.0, WHO_AM_I), (3.0, WHO_AM_I), (7.0, WHO_AM_I), (7.0, ASKED)]


def test_it_is_given_up_with_what_failed() -> None:
    """After the longest time, with host, port and reason."""
    error, service = sent(REFUSED, longest_seconds=60.0)
    assert isinstance(error, ServiceError)
    assert error.message == "No connection to Callbell (refused). The service has not answered for 1 minute."
    assert "same command again: nothing was sent" in error.hint
    assert 60.0 <= service.asked[-1][0] < 130.0
    error, _ = sent(SILENT, longest_seconds=10.0)
    assert isinstance(error, ServiceError)
    assert error.message.startswith("Callbell does not answer (no answer in time).")


@pytest.mark.parametrize(("longest_seconds", "ends_at", "told"), [(20.0, 30.0, "30 s"), (45.0, 45.0, "45 s")])
def test_the_request_that_was_not_answered_is_part_of_the_outage(
    longest_seconds: float, ends_at: float, told: str
) -> None:
    """A service that takes the connection and never answers is waited for 30 s each time."""

    class Hanging(Service):
        async def send(self, request: Request) -> Reply:
            assert not request.is_change
            await asyncio.sleep(30.0)
            return replace(SILENT, silent_seconds=30.0)

    async def go() -> float:
        with pytest.raises(ServiceError, match=f"The service has not answered for {told}."):
            await PatientService(Hanging(), Outage(_no_probe, longest_seconds)).send(ASKED)
        return round(asyncio.get_running_loop().time(), 3)

    assert run(go()) == ends_at


def test_what_was_given_up_is_not_waited_for_again() -> None:
    """Whoever asks next is told at once, so that five attempts are not five outages."""
    service = Answering([REFUSED])
    patient = PatientService(service, Outage(_no_probe, 30.0))

    async def go() -> float:
        for _ in range(2):
            ended = asyncio.get_running_loop().time()
            with pytest.raises(ServiceError, match="refused"):
                await patient.send(ASKED)
        return asyncio.get_running_loop().time() - ended

    assert run(go()) < 1.0


def test_a_token_that_is_refused_ends_it() -> None:
    """The service is up and says no: nobody waits on."""
    error, service = sent(REFUSED, got(401))
    assert isinstance(error, ServiceError)
    assert (error.message, len(service.asked)) == (TOKEN_REFUSED.message, 2)


@pytest.mark.parametrize("answer", [got(200), got(401), got(422), got(429, 5.0)])
def test_an_answer_is_handed_on(answer: Reply) -> None:
    """A rate limit too: who asked heeds it."""
    reply, service = sent(answer)
    assert (reply, service.asked) == (answer, [(0.0, ASKED)])


def test_what_a_person_has_to_fix_is_not_waited_for() -> None:
    """A bad certificate is the same in half an hour."""
    fatal = Reply(arrival=Arrival.NEVER, message="its certificate is not good", fatal=True)
    assert sent(fatal)[0] == fatal


@pytest.mark.parametrize("trouble", [REFUSED, SILENT])
def test_what_changes_something_is_sent_once(trouble: Reply) -> None:
    """Whether it may be sent again is not decided here."""
    reply, service = sent(trouble, request=CHANGE)
    assert (reply, len(service.asked)) == (trouble, 1)


def test_on_a_terminal_it_is_told_at_once() -> None:
    """No connection is an error; another trouble is a reply, which whoever asks may ask again about."""
    error, service = sent(REFUSED, longest_seconds=None)
    assert isinstance(error, ServiceError)
    assert (error.message, len(service.asked)) == ("No connection to Callbell (refused).", 1)
    assert sent(SILENT, longest_seconds=None)[0] == SILENT
    assert sent(got(500), longest_seconds=None)[0] == got(500)


def test_requests_at_the_same_time_wait_for_one_outage() -> None:
    """The service is probed once, not once for each."""
    service = Answering([REFUSED, REFUSED, REFUSED, got(200)])
    patient = PatientService(service, Outage(_no_probe, 1800.0))

    async def go() -> list[Reply]:
        return list(await asyncio.gather(*(patient.send(ASKED) for _ in range(3))))

    assert run(go()) == [got(200)] * 3
    assert [request for _, request in service.asked].count(WHO_AM_I) == 1


@pytest.mark.parametrize(("last", "code"), [(got(401), "token_refused"), (SILENT, "unreachable")])
def test_the_error_has_the_code_of_what_ended_it(last: Reply, code: str) -> None:
    """As where the worker pool ends for the same reason."""
    error, _ = sent(SILENT, last)
    assert isinstance(error, ServiceError)
    assert error.code == code
