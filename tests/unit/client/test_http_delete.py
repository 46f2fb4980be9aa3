"""The client's DELETE: the only call that takes something away."""

from datetime import datetime

import pytest

from importer.client.http import CallbellClient
from importer.client.token import Token
from importer.model.replies import Arrival
from importer.model.requests import delete_contact
from importer.sandbox import Commit, Fault, FaultKind, Faults, Sandbox, SandboxOptions, Scripted
from importer.sandbox.calls import Asked
from tests.support.virtual_time import START

DELETE = "DELETE /contacts/:uuid"


class FixedClock:
    """It is always the same time."""

    def now(self) -> datetime:
        return START


def made(sandbox: Sandbox) -> str:
    """Return the UUID of a new contact."""
    body = {"identifier": "34600111222", "source": "whatsapp", "name": "Ana"}
    uuid: str = sandbox.calls.create_contact(Asked(body=body)).body["contact"][0]["uuid"]
    return uuid


async def test_a_contact_is_deleted_once() -> None:
    """The service says so, and the second time that it is not there."""
    async with Sandbox() as sandbox, CallbellClient(sandbox.base_url, Token(sandbox.token), FixedClock()) as service:
        uuid = made(sandbox)
        reply = await service.send(delete_contact(uuid))
        assert (reply.http_status, reply.json) == (200, {"status": "contact was destroyed"})
        assert sandbox.contacts == ()
        again = await service.send(delete_contact(uuid))
        assert again.http_status == 404


async def test_a_uuid_is_one_part_of_the_path() -> None:
    """Whatever it holds, no other call is made."""
    async with Sandbox() as sandbox, CallbellClient(sandbox.base_url, Token(sandbox.token), FixedClock()) as service:
        await service.send(delete_contact("x/../../contacts"))
        assert set(sandbox.traffic.requests) == {"unknown"}


@pytest.mark.parametrize("times", [1, 2])
async def test_a_broken_connection_is_tried_once_more_by_aiohttp(times: int) -> None:
    """So the answer to a DELETE that was carried out may be a 404."""
    script = Scripted(fault=Fault(FaultKind.CLOSE, Commit.YES), call=DELETE, nth=2, times=times)
    options = SandboxOptions(faults=Faults(script=(script,)))
    async with (
        Sandbox(options) as sandbox,
        CallbellClient(sandbox.base_url, Token(sandbox.token), FixedClock()) as service,
    ):
        await service.send(delete_contact(made(sandbox)))  # so that there is a connection to use again
        reply = await service.send(delete_contact(made(sandbox)))
        assert sandbox.contacts == ()
        assert sandbox.traffic.requests[DELETE] == 3
        assert (reply.arrival, reply.http_status) == (
            (Arrival.ANSWERED, 404) if times == 1 else (Arrival.UNKNOWN, None)
        )
