"""A dry run and a check with a token foretell what the run that follows does, and change nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from importer.sandbox import Duplicates, Sandbox
from importer.sandbox.calls import Asked
from tests.support.commands import NO_LIMIT, TOKEN, give, serving, table

HEADER = ("Phone", "Name", "Tags", "Note")
FILE = Path("contacts.csv")
MET = "3460009910"
"""How the numbers begin of those who wrote long before."""
THERE = tuple({"identifier": f"{MET}{number}", "source": "whatsapp", "name": "Wrote first"} for number in range(5))
NOT_ROWS = {"read", "blank", "left_out", "would_be_sent", "would_be_created", "would_be_updated", "in_conflict"}


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its own journal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / "journal.sqlite3"))


@pytest.fixture(params=Duplicates)
def service(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Return a sandbox of each behaviour, that was probed."""
    with serving(replace(NO_LIMIT, duplicates=request.param, contacts=THERE)) as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        assert give("doctor", "--probe", "+34600987654", "--yes").exit_code == 0
        yield sandbox


def first_night(service: Sandbox, existing: str) -> None:
    """Import a file, and let people chat and change what is there."""
    rows = [(f"+346000000{number:02}", f"Customer {number}", "VIP", "asked") for number in range(12)]
    table(FILE, [HEADER, *rows])
    assert give("run", FILE, "--yes", "--existing", existing).exit_code == 0
    there = {contact.identifier: contact.uuid for contact in service.contacts}
    service.calls.change_contact(Asked(parameter=there["34600000001"], body={"note": "called"}))
    service.calls.change_contact(Asked(parameter=there["34600000002"], body={"note": "called"}))
    service.calls.delete_contact(Asked(parameter=there["34600000003"]))


def second_night() -> None:
    """Write a file with every status that can be foretold."""
    rows = [(f"+346000000{number:02}", f"Customer {number}", "VIP", "asked") for number in range(12)]
    rows[1] = (*rows[1][:3], "wants a call")  # a person changed it too
    rows[3] = (*rows[3][:3], "where is it?")  # it was deleted
    rows[4] = (rows[4][0], "Customer Four", "VIP;Lead", "asked")
    rows += [(f"+{MET}{number}", "Wrote", "Lead", "") for number in range(5)]
    rows += [(f"+34600077{number:03}", "New", "Lead", "") for number in range(6)]
    rows += [rows[-1], ("12", "Short", "", "")]
    table(FILE, [HEADER, *rows])


def counted(summary: Mapping[str, Any]) -> dict[str, int]:
    """Return how many rows have which status."""
    return {name: count for name, count in summary["rows"].items() if count and name not in NOT_ROWS}


@pytest.mark.parametrize("existing", ["skip", "update", "create"])
def test_what_is_foretold_happens(service: Sandbox, existing: str) -> None:
    """The counts of a dry run, of a check and of the run are one, for each behaviour and whatever is to be done."""
    first_night(service, existing)
    second_night()
    before = service.contacts
    dry = give("run", FILE, "--yes", "--existing", existing, "--dry-run", "--json")
    checked = give("check", FILE, "--existing", existing, "--json")
    assert service.contacts == before
    done = give("run", FILE, "--yes", "--existing", existing, "--json")
    assert counted(dry.summary) == counted(done.summary)
    told = counted(checked.summary)
    told |= {name: count for name in ("created", "updated") if (count := checked.summary["rows"][f"would_be_{name}"])}
    assert told == counted(done.summary)
    assert checked.summary["rows"]["in_conflict"] == (existing == "update")
    assert dry.exit_code == done.exit_code == checked.exit_code == 1


def test_a_source_that_cannot_be_asked_is_said(service: Sandbox) -> None:
    """Contacts of Telegram have no look-up by identifier: they are sent as they are, and `check` says so."""
    table(FILE, [("Handle", "Name"), ("@ana", "Ana"), ("@leo", "Leo")])
    Path("config.toml").write_text(
        '[contact]\nsource = "telegram"\n[columns]\nidentifier = "Handle"\nname = "Name"\n', encoding="utf-8"
    )
    said = give("check", FILE)
    assert "2 rows: Callbell cannot be asked for Telegram contacts" in " ".join(said.stderr.split())
    assert len(service.contacts) == len(THERE)
