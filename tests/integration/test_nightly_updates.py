"""`run --existing update`, night after night, as people give it: changes, conflicts, the clear mark, and `undo`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from importer.sandbox import Sandbox
from importer.sandbox.account import StoredContact
from importer.sandbox.calls import Asked
from tests.support.commands import TOKEN, Said, give, read, results, serving, table

HEADER = ("Phone", "Name", "Remarks", "Tags")
CONFIG = """
[contact]
existing = "update"
clear_mark = "--"
[columns]
identifier = "Phone"
name = "Name"
note = "Remarks"
tags = ["Tags"]
"""
ANA, EVA = "+34600000001", "+34600000002"


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own, with a config and a journal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    monkeypatch.setenv("COLUMNS", "200")
    Path("config.toml").write_text(CONFIG, encoding="utf-8")


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox, whose address is in the environment."""
    with serving() as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        yield sandbox


def night(*rows: Sequence[str], options: Sequence[str] = ()) -> Said:
    """Import the rows."""
    file = table(Path("contacts.csv"), [HEADER, *rows])
    return give("run", file, "--yes", "--rate", "0", "--json", *options)


def stored(service: Sandbox, phone: str) -> StoredContact:
    """Return the contact of a number."""
    (found,) = [one for one in service.contacts if one.identifier == phone.removeprefix("+")]
    return found


def changed_by_hand(service: Sandbox, phone: str, **fields: object) -> None:
    """Change a contact, as a person does."""
    service.calls.change_contact(Asked(parameter=stored(service, phone).uuid, body=fields))


def test_only_what_the_sheet_changed_is_brought_over(service: Sandbox) -> None:
    """And a night without changes makes no request about a contact."""
    assert night((ANA, "Ana", "Old", "VIP"), (EVA, "Eva", "", "")).rows == {"created": 2, "read": 2}
    changed_by_hand(service, ANA, tags=["VIP", "Imported"])
    said = night((ANA, "Ana", "New", "VIP"), (EVA, "Eva", "", ""))
    assert (said.exit_code, said.rows) == (0, {"updated": 1, "unchanged": 1, "read": 2})
    assert (stored(service, ANA).note, sorted(stored(service, ANA).tags)) == ("New", ["Imported", "VIP"])
    patches = service.traffic.requests["PATCH /contacts/:uuid"]
    assert night((ANA, "Ana", "New", "VIP"), (EVA, "Eva", "", "")).rows == {"unchanged": 2, "read": 2}
    assert service.traffic.requests["PATCH /contacts/:uuid"] == patches == 1


def test_an_empty_cell_changes_nothing_and_the_mark_clears(service: Sandbox) -> None:
    """The mark is nothing that is sent."""
    night((ANA, "Ana", "Old", "VIP"))
    assert night((ANA, "Ana", "", "")).exit_code == 0
    assert (stored(service, ANA).note, list(stored(service, ANA).tags)) == ("Old", ["VIP"])
    assert night((ANA, "Ana", "--", "--")).rows == {"updated": 1, "read": 1}
    assert (stored(service, ANA).note, list(stored(service, ANA).tags)) == ("", [])


def test_a_conflict_needs_a_person_until_it_is_settled(service: Sandbox) -> None:
    """Each night says so again; `retry` with the sheet's values settles it."""
    night((ANA, "Ana", "Old", ""))
    changed_by_hand(service, ANA, note="By hand")
    for _ in range(2):
        said = night((ANA, "Ana", "New", ""))
        assert (said.exit_code, said.rows) == (1, {"exists": 1, "read": 1})
        ((status, code, reason),) = [(line["status"], line["code"], line["reason"]) for line in results()]
        assert (status, code) == ("exists", "conflict")
        assert '"New"' in reason
        assert '"By hand"' in reason
        (fix,) = read(Path(said.summary["reports"]["failed"][0]))
        assert (fix["Phone"], fix["import_status"], fix["import_reason"]) == (ANA, "exists", reason)
    assert stored(service, ANA).note == "By hand"
    assert f"callbell-importer retry {said.summary['run']} --on-conflict sheet" in said.stderr
    again = give("retry", said.summary["run"], "--on-conflict", "sheet", "--rate", "0", "--json")
    assert (again.exit_code, again.rows) == (0, {"updated": 1, "read": 1})
    assert stored(service, ANA).note == "New"


@pytest.mark.usefixtures("service")
def test_a_contact_whose_update_is_refused_is_in_callbell_all_the_same() -> None:
    """The terminal and the reports count it there, as it was."""
    night((ANA, "Ana", "Old", "VIP"))
    said = night((ANA, "Ana", "New", "Nobody has this tag"), (EVA, "Eva", "", ""))
    assert (said.exit_code, said.rows) == (1, {"created": 1, "failed": 1, "read": 2})
    assert "All 2 customers are in Callbell, 1 of them not updated. 1 needs you." in said.stderr
    page = Path(said.summary["reports"]["page"]).read_text(encoding="utf-8")
    assert "All 2 customers are in Callbell, 1 of them not updated. 1 needs you." in page


@pytest.mark.usefixtures("service")
def test_a_customer_whose_row_is_wrong_is_in_callbell_all_the_same() -> None:
    """The terminal, the page and the list of runs count it there, and results.csv names its contact."""
    night((ANA, "Ana", "Old", "VIP"))
    ((uuid, href),) = [(line["uuid"], line["href"]) for line in results()]
    said = night((ANA, "", "New", "VIP"), (EVA, "Eva", "", ""))
    assert (said.exit_code, said.rows) == (1, {"created": 1, "invalid": 1, "read": 2})
    told = "All 2 customers are in Callbell, 1 of them not updated. 1 needs you."
    assert told in said.stderr
    assert told in Path(said.summary["reports"]["page"]).read_text(encoding="utf-8")
    wrong, _ = results()
    assert (wrong["status"], wrong["uuid"], wrong["href"]) == ("invalid", uuid, href)
    header, line, _ = give("runs").stdout.splitlines()
    there, to_fix = (line[: header.index(name) + len(name)].split()[-1] for name in ("IN CALLBELL", "TO FIX"))
    assert (there, to_fix) == ("2", "1")


@pytest.mark.usefixtures("service")
def test_a_night_that_updates_nobody_says_of_nobody_that_it_did_not() -> None:
    """Whose row is wrong is in Callbell like the others who are left as they are; a dry run says so too."""
    night((ANA, "Ana", "Old", "VIP"))
    for options, are in ((("--dry-run",), "would be"), ((), "are")):
        said = night((ANA, "", "New", "VIP"), (EVA, "Eva", "", ""), options=("--existing", "skip", *options))
        assert f"All 2 customers {are} in Callbell. 1 needs you." in said.stderr


@pytest.mark.usefixtures("service")
def test_a_dry_run_counts_each_customer_once() -> None:
    """Updates that would be sent are there and in no other number; the row that is wrong is as it was."""
    night((ANA, "Ana", "Old", "VIP"), (EVA, "Eva", "", ""))
    said = night((ANA, "", "New", "VIP"), (EVA, "Eva", "New", ""), options=("--dry-run",))
    assert "All 2 customers would be in Callbell, 1 of them not updated. 1 needs you." in said.stderr


def test_undo_gives_back_what_a_night_updated(service: Sandbox) -> None:
    """And deletes what it created; the next night carries over what the list says of them, as if that had not been."""
    night((ANA, "Ana", "Old", "VIP"))
    run = str(night((ANA, "Ana María", "New", "Imported"), (EVA, "Eva", "", "")).summary["run"])
    assert (stored(service, ANA).name, stored(service, ANA).note) == ("Ana María", "New")
    said = give("undo", run, "--yes", "--json")
    assert said.exit_code == 0, said.stderr
    assert {name: count for name, count in said.summary["contacts"].items() if count} == {
        "deleted": 1, "restored": 1, "created": 1, "updated": 1,
    }  # fmt: skip
    (ana,) = service.contacts
    assert (ana.name, ana.note, list(ana.tags)) == ("Ana", "Old", ["VIP"])
    said = night((ANA, "Ana María", "New", "Imported"), (EVA, "Eva", "", ""))
    assert (said.exit_code, said.rows) == (0, {"created": 1, "updated": 1, "read": 2})
    assert [line["reason"] for line in results()] == ["Changed by this run: name, tags, note.", ""]
    assert (stored(service, ANA).name, list(stored(service, ANA).tags)) == ("Ana María", ["Imported"])


def test_what_a_colleague_changed_after_an_undo_is_a_conflict(service: Sandbox) -> None:
    """The list's change and the colleague's are both known: nothing of either is lost without a word."""
    night((ANA, "Ana", "Old", "VIP"))
    run = str(night((ANA, "Ana", "New", "")).summary["run"])
    assert give("undo", run, "--yes").exit_code == 0
    changed_by_hand(service, ANA, note="By hand")
    said = night((ANA, "Ana", "New", ""))
    assert (said.exit_code, said.rows) == (1, {"exists": 1, "read": 1})
    assert results()[0]["code"] == "conflict"
    assert stored(service, ANA).note == "By hand"
    assert night((ANA, "Ana", "Old", "VIP")).rows == {"unchanged": 1, "read": 1}


def test_what_an_undo_could_only_give_back_in_part_is_told(service: Sandbox) -> None:
    """It is not called unchanged where the list's values are not there any more: it is met for the first time."""
    night((ANA, "Ana", "Old", "VIP"))
    run = str(night((ANA, "Ana María", "New", "")).summary["run"])
    changed_by_hand(service, ANA, note="By hand")
    assert give("undo", run, "--yes").exit_code == 1
    assert (stored(service, ANA).name, stored(service, ANA).note) == ("Ana", "By hand")
    said = night((ANA, "Ana María", "New", ""))
    assert (said.exit_code, said.rows) == (0, {"exists": 1, "read": 1})
    ((code, reason),) = [(line["code"], line["reason"]) for line in results()]
    assert code == "differs"
    assert reason == (
        "It was in Callbell before; left as it is there: name, note."
        " Met as if for the first time: what was sent before does not count any more (purge or undo)."
    )


def test_a_second_list_with_fewer_columns_differs_in_none_of_the_others(service: Sandbox) -> None:
    """It says nothing of tags and remarks: nothing is to be carried over, and its rows are as they were sent."""
    assert night((ANA, "Ana", "vip", "VIP"), (EVA, "Eva", "", "")).exit_code == 0
    table(Path("tuesday.csv"), [("Phone", "Name"), (ANA, "Ana"), (EVA, "Eva M.")])
    Path("config.toml").unlink()
    said = give("run", "tuesday.csv", "--yes", "--rate", "0", "--json")
    assert said.exit_code == 0
    told = [(row["status"], row["reason"]) for row in results()]
    assert told[-2:] == [("unchanged", ""), ("exists", "differs from what was sent: name")]
    assert stored(service, ANA).tags == ("VIP",)
