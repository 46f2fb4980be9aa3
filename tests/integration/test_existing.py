"""Contacts that the account has already: found before anything is sent, never made twice, left or updated."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from importer.client.contact_list import ContactList
from importer.commands.input.input_sheet import InputSheet
from importer.model.errors import InputError
from importer.model.rows import Row
from importer.sandbox import Duplicates, Sandbox, SandboxOptions
from importer.sandbox.calls import Asked
from tests.support.commands import NO_LIMIT, TOKEN, customers, give, results, serving, table

SECOND = replace(NO_LIMIT, duplicates=Duplicates.SECOND)
FILE = Path("contacts.csv")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its own journal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / "journal.sqlite3"))


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Sandbox]]:
    """Return what starts a sandbox that makes a second contact of one that it has, with so many contacts."""
    opened = []

    def start(there: int = 0, options: SandboxOptions = SECOND, first: int = 0) -> Sandbox:
        opened.append(serving(options))
        service = opened[-1].__enter__()
        monkeypatch.setenv("CALLBELL_BASE_URL", service.base_url)
        for number in range(first, first + there):
            add(service, f"346000{number:05}")
        return service

    yield start
    for one in opened:
        one.__exit__(None, None, None)


def add(service: Sandbox, number: str, **fields: Any) -> None:
    """Let somebody with this number be there before."""
    body = {"identifier": number, "source": "whatsapp", "name": "Wrote first", **fields}
    assert service.calls.create_contact(Asked(body=body)).status == 201


def run(*options: str) -> Any:
    """Import the file."""
    return give("run", FILE, "--yes", "--json", *options)


def requests(service: Sandbox) -> Counter[str]:
    """Return how many requests of each call came."""
    return Counter(service.traffic.requests)


@pytest.mark.parametrize("duplicates", Duplicates)
def test_a_first_import_makes_nobody_twice(serve: Callable[..., Sandbox], duplicates: Duplicates) -> None:
    """Whatever the service does with a second contact: those who wrote first are left as they are."""
    service = serve(3, replace(NO_LIMIT, duplicates=duplicates))
    customers(FILE, 8)
    said = run()
    assert (said.exit_code, said.rows) == (0, {"read": 8, "exists": 3, "created": 5})
    assert max(Counter(one.key for one in service.contacts).values()) == 1
    assert [one.name for one in service.contacts].count("Wrote first") == 3
    assert requests(service)["GET /contacts/phone/:number"] == 8
    assert [row["uuid"] for row in results()][:3] == [one.uuid for one in service.contacts][:3]


def test_a_longer_file_walks_the_list(serve: Callable[..., Sandbox]) -> None:
    """No row is looked up: the list shows who is there, and who is not."""
    service = serve(50)
    customers(FILE, 90)
    said = run()
    assert said.rows == {"read": 90, "exists": 50, "created": 40}
    assert "Asking whether Callbell has 90 customers not sent before: about 4 requests" in said.stderr
    assert requests(service)["GET /contacts"] == 4
    assert requests(service)["GET /contacts/phone/:number"] == 0
    assert requests(service)["POST /contacts"] == 40


def test_the_next_night_asks_nobody(serve: Callable[..., Sandbox]) -> None:
    """The journal knows them all."""
    service = serve(3)
    customers(FILE, 8)
    run()
    before = requests(service)
    assert run().rows == {"read": 8, "unchanged": 8}
    assert not {call for call in requests(service) - before if "contacts" in call}


@pytest.mark.parametrize("there", ["5215512345678", "525512345678"])
@pytest.mark.parametrize("others", [0, 30])
def test_the_other_form_of_a_number_is_the_same_contact(serve: Callable[..., Sandbox], there: str, others: int) -> None:
    """By a look-up, and by a walk of the list."""
    service = serve()
    add(service, there)
    rows = [("+52 1 55 1234 5678", "Eva"), *((f"+346000{number:05}", f"Ana {number}") for number in range(others))]
    table(FILE, [("Phone", "Name"), *rows])
    said = run()
    assert said.rows == {"read": others + 1, "exists": 1} | ({"created": others} if others else {})
    assert len(service.contacts) == others + 1


def test_create_asks_nobody(serve: Callable[..., Sandbox]) -> None:
    """For accounts where Callbell is known to make no second contact."""
    service = serve(3)
    customers(FILE, 8)
    assert run("--existing", "create").rows == {"read": 8, "created": 8}
    assert set(requests(service)) == {"POST /contacts", "GET /auth/me", "GET /teams", "GET /channels"}


@pytest.mark.parametrize("rows", [4, 40])
def test_update_fills_what_is_empty_on_a_first_meeting(serve: Callable[..., Sandbox], rows: int) -> None:
    """Whether they were looked up or listed; what a person has written is left."""
    service = serve()
    add(service, "34600000000", tags=["VIP"])
    lines = [(f"+346000{number:05}", f"Customer {number}", "Newsletter") for number in range(rows)]
    table(FILE, [("Phone", "Name", "Tags"), *lines])
    said = run("--existing", "update")
    assert said.rows == {"read": rows, "updated": 1, "created": rows - 1}
    (first,) = [one for one in service.contacts if one.identifier == "34600000000"]
    assert (first.name, set(first.tags)) == ("Wrote first", {"VIP", "Newsletter"})


@pytest.mark.parametrize("then", ["skip", "create"])
def test_who_was_met_and_refused_is_no_row_that_says_the_same(serve: Callable[..., Sandbox], then: str) -> None:
    """A later run that updates nobody says that the list is otherwise; one that updates tries again."""
    service = serve(1, replace(SECOND, account=replace(SECOND.account, tags=frozenset({"VIP"}))))
    table(FILE, [("Phone", "Name", "Tags"), ("+34600000000", "Ana", "Nowhere")])
    assert run("--existing", "update").rows == {"failed": 1, "read": 1}
    for _ in range(2):
        said = run("--existing", then)
        assert said.rows == {"exists": 1, "read": 1}
        (line,) = results()
        assert (line["code"], line["reason"]) == ("differs", "it is there; an earlier run's update of it failed")
    assert run("--existing", "update").rows == {"failed": 1, "read": 1}
    assert [contact.name for contact in service.contacts] == ["Wrote first"]
    table(FILE, [("Phone", "Name", "Tags"), ("+34600000000", "Ana", "VIP")])
    assert run("--existing", "update").rows == {"updated": 1, "read": 1}
    assert run("--existing", then).rows == {"unchanged": 1, "read": 1}


def test_update_brings_an_edit_over_by_one_get_and_one_patch(serve: Callable[..., Sandbox]) -> None:
    """And asks about nobody else."""
    service = serve()
    customers(FILE, 20)
    run("--existing", "update")
    FILE.write_text(FILE.read_text("utf-8").replace("Customer 7", "Customer Seven"), "utf-8")
    before = requests(service)
    assert run("--existing", "update").rows == {"read": 20, "unchanged": 19, "updated": 1}
    asked = requests(service) - before
    assert {call: count for call, count in asked.items() if "contacts" in call} == {
        "GET /contacts/:uuid": 1,
        "PATCH /contacts/:uuid": 1,
    }
    assert len(service.contacts) == 20


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal that a process can send itself for a graceful stop")
def test_a_signal_ends_the_walk(serve: Callable[..., Sandbox], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent, and every row is unsent; the same command goes on."""
    service, walk = serve(50), ContactList.walk

    async def interrupted(self: ContactList, most_requests: int) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        return await walk(self, most_requests)

    customers(FILE, 90)
    with monkeypatch.context() as patched:
        patched.setattr(ContactList, "walk", interrupted)
        said = run()
    assert (said.exit_code, said.rows) == (130, {"read": 90, "unsent": 90})
    assert requests(service)["POST /contacts"] == 0
    assert run().rows == {"read": 90, "exists": 50, "created": 40}


def test_of_a_file_that_breaks_off_nothing_is_sent(
    serve: Callable[..., Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read of it is unsent, and the exit code is 3."""
    service, chunks = serve(), InputSheet.chunks

    def broken(self: InputSheet) -> Iterator[Sequence[Row]]:
        yield from chunks(self)
        raise InputError("The file ends in the middle.", "Save it again.")

    monkeypatch.setattr(InputSheet, "chunks", broken)
    customers(FILE, 8)
    said = run()
    assert (said.exit_code, said.rows) == (3, {"read": 8, "unsent": 8})
    assert "The file ends in the middle." in said.stderr
    assert "Save it again. After that, give the same command again" in said.stderr
    assert requests(service)["POST /contacts"] == 0
