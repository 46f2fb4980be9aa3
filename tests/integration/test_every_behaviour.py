"""A first import, and the night after it, under each behaviour of the service that its documentation leaves open."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from importer.sandbox import Duplicates, Sandbox
from importer.sandbox.options import Cursor, OptionalFields
from tests.support.commands import ACCOUNT, NO_LIMIT, TOKEN, Said, customers, give, serving

FILE = Path("contacts.csv")
ONE_CHANNEL = replace(ACCOUNT, channels=ACCOUNT.channels[:1])


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own, and has the journal there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / "journal.sqlite3"))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)


@pytest.fixture(params=product(Duplicates, Cursor, OptionalFields), ids="-".join)
def service(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox that behaves so, and answers a POST with 200, with every second customer of the file."""
    duplicates, cursor, optional = request.param
    numbers = (f"346000{number:05}" for number in range(0, 90, 2))
    contacts = tuple({"identifier": one, "source": "whatsapp", "name": "Wrote first"} for one in numbers)
    options = replace(NO_LIMIT, duplicates=duplicates, cursor=cursor, optional_fields=optional, created_status=200)
    account = ONE_CHANNEL if cursor is Cursor.OFFSET else ACCOUNT
    with serving(replace(options, contacts=contacts, chats=0.3, account=account)) as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        yield sandbox


def run(existing: str) -> Said:
    """Import the file."""
    return give("run", FILE, "--yes", "--json", "--rate", "0", "--existing", existing)


@pytest.mark.parametrize("existing", ["skip", "update"])
def test_nobody_is_made_twice_and_nobody_is_missing(service: Sandbox, existing: str) -> None:
    """Those who wrote first are left as they are; the next night nothing is sent."""
    customers(FILE, 90)
    said = run(existing)
    assert (said.exit_code, said.rows) == (0, {"read": 90, "exists": 45, "created": 45}), said.stderr
    assert Counter(one.identifier for one in service.contacts) == {f"346000{number:05}": 1 for number in range(90)}
    assert [one.name for one in service.contacts].count("Wrote first") == 45
    changing = {call: count for call, count in service.traffic.requests.items() if not call.startswith("GET")}
    assert changing == {"POST /contacts": 45}
    assert run(existing).rows == {"read": 90, "unchanged": 90}
    Path("journal.sqlite3").write_bytes(b"")
    assert run(existing).rows == {"read": 90, "exists": 90}
    assert len(service.contacts) == 90
