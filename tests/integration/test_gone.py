"""A contact that a run found deleted in Callbell: what the runs after it say of its row, and do with it."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from importer.model.policy import Policy
from importer.sandbox import Sandbox
from importer.sandbox.calls import Asked
from importer.settings import options
from tests.support.commands import Said, give, own_place, phones, results, table

ANA, EVA, TEA = "+34600000001", "+34600000002", "ana.teaches"
CONFIG = """
[service]
account = "main"
settle_seconds = 0
rate = 0
[columns]
identifier = "Phone"
name = "Name"
"""
GONE = "It was deleted in Callbell. To make it again, run the same command with --gone recreate."


@pytest.fixture
def callbell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """An account from which somebody deleted Ana, whose name was changed in the list, as an update found out."""
    monkeypatch.setattr(options, "Policy", partial(Policy, not_found_gap_seconds=0.0))
    with own_place(tmp_path, monkeypatch) as sandbox:
        Path("config.toml").write_text(CONFIG, encoding="utf-8")
        assert night("Ana").exit_code == 0
        deleted(sandbox, ANA)
        assert row(night("Anna", "--existing", "update")) == ("failed", "gone", GONE)
        yield sandbox


def deleted(sandbox: Sandbox, phone: str) -> None:
    """Delete a contact, as a colleague does."""
    (uuid,) = [one.uuid for one in sandbox.contacts if one.identifier == phone.removeprefix("+")]
    assert sandbox.calls.delete_contact(Asked(parameter=uuid)).status == 200


def made_by_colleague(sandbox: Sandbox) -> str:
    """Make Ana again, as a colleague does, and return the UUID."""
    body = {"identifier": ANA.removeprefix("+"), "source": "whatsapp", "name": "Ana by hand"}
    sandbox.calls.create_contact(Asked(body=body))
    (uuid,) = [one.uuid for one in sandbox.contacts if one.identifier == body["identifier"]]
    return uuid


def night(name: str, *more: str) -> Said:
    """Import Ana under a name, and Eva."""
    table(Path("c.csv"), [("Phone", "Name"), (ANA, name), (EVA, "Eva")])
    return give("run", "c.csv", "--yes", "--json", *more)


def row(said: Said) -> tuple[str, str, str]:
    """Return status, code and reason of Ana's row in the run."""
    line = results()[0]
    assert said.summary["run"] in said.stderr
    return line["status"], line["code"], line["reason"]


@pytest.mark.parametrize("more", [(), ("--existing", "update"), ("--existing", "create"), ("--existing", "skip")])
@pytest.mark.parametrize("name", ["Anna", "Ana", "Another"])
def test_who_was_deleted_is_not_told_as_there_by_a_later_run(
    callbell: Sandbox, name: str, more: tuple[str, ...]
) -> None:
    """Whatever the list says of them now, also what it said when they were sent, and whatever kind of run it is."""
    said = night(name, *more)
    assert (said.exit_code, row(said)) == (1, ("failed", "gone", GONE)), said.stderr
    assert "1 of 2 customers is in Callbell. 1 needs you." in said.stderr
    assert "--gone recreate" in said.stderr.rpartition("1 customer was deleted in Callbell.")[2]
    assert phones(callbell) == [EVA.removeprefix("+")]


@pytest.mark.parametrize("token", [True, False])
@pytest.mark.parametrize("command", [("check",), ("run", "--dry-run"), ("run", "--dry-run", "--existing", "update")])
@pytest.mark.usefixtures("callbell")
def test_a_check_and_a_dry_run_tell_who_was_deleted(
    monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], *, token: bool
) -> None:
    """With a token and without one, and nothing is changed by it."""
    if not token:
        monkeypatch.delenv("CALLBELL_API_TOKEN")
    name, *more = command
    said = give(name, "c.csv", *more, "--json")
    assert (said.exit_code, said.rows) == (1, {"read": 2, "failed": 1, "unchanged": 1}), said.stderr
    assert [one["code"] for one in said.summary["problems"]] == ["gone"]
    by_itself = "1 found deleted in Callbell by an earlier run" if name == "check" and not token else "was deleted in"
    assert by_itself in said.stderr
    if name == "check":
        assert "To make it again:\n  callbell-importer run c.csv --gone recreate" in said.stderr
        assert "Fix them" not in said.stderr
    else:
        assert "1 of 2 customers would be in Callbell." in said.stderr


def test_who_was_deleted_is_made_again_by_a_plain_run_that_is_told_to(callbell: Sandbox) -> None:
    """Once, and from then on it is there; a dry run says so before."""
    assert give("run", "c.csv", "--dry-run", "--gone", "recreate", "--json").rows["created"] == 1
    assert phones(callbell) == [EVA.removeprefix("+")]
    said = night("Anna", "--gone", "recreate")
    assert (said.exit_code, said.rows) == (0, {"read": 2, "created": 1, "unchanged": 1}), said.stderr
    for more in ((), ("--gone", "recreate"), ("--existing", "update")):
        assert night("Anna", *more).rows == {"read": 2, "unchanged": 2}
    assert phones(callbell) == [ANA.removeprefix("+"), EVA.removeprefix("+")]


def test_the_retry_that_a_plain_run_names_makes_it_again(callbell: Sandbox) -> None:
    """It is the command that the closing text has."""
    said = night("Anna")
    again = give("retry", said.summary["run"], "--gone", "recreate", "--yes", "--json")
    assert (again.exit_code, again.rows) == (0, {"read": 1, "created": 1}), again.stderr
    assert phones(callbell) == [ANA.removeprefix("+"), EVA.removeprefix("+")]


@pytest.mark.skipif(os.name == "nt", reason="terminals are POSIX's")
@pytest.mark.parametrize("more", [(), ("--gone", "recreate")])
@pytest.mark.usefixtures("callbell")
def test_a_retry_that_only_looks_up_whom_somebody_deleted_tells_what_makes_them_again(more: tuple[str, ...]) -> None:
    """Above the question, and after a no; one that makes them again says that it does."""
    from tests.support.answered_terminal import on_a_terminal  # noqa: PLC0415 - terminals are POSIX's

    (run,) = (one["run"] for one in give("runs", "--json").summary["runs"] if one["exit_code"] == 1)
    ended = on_a_terminal("retry", run, *more, answers=[("Send them again? [Y/n]", "n\n")])
    shown = " ".join(ended.shown.split())
    assert ("answer n and add --gone recreate." in shown) is not bool(more)
    assert ("deleted in Callbell, to be made again." in shown) is bool(more)
    assert f"To send them after all: callbell-importer retry {run} --gone recreate" in shown


@pytest.mark.parametrize("existing", ["skip", "update", "create"])
@pytest.mark.parametrize("gone", ["report", "recreate"])
def test_whom_a_colleague_made_again_is_found(callbell: Sandbox, existing: str, gone: str) -> None:
    """By its number, so that nobody is made twice; and from then on it is there under its new UUID."""
    uuid = made_by_colleague(callbell)
    said = night("Anna", "--existing", existing, "--gone", gone)
    assert (said.exit_code, said.rows) == (0, {"read": 2, "exists": 1, "unchanged": 1}), said.stderr
    assert results()[0]["uuid"] == uuid
    assert "All 2 customers are in Callbell." in said.stderr
    assert night("Anna").rows == {"read": 2, "unchanged": 2}
    assert night("Anne", "--existing", "update").rows == {"read": 2, "exists": 1, "unchanged": 1}
    assert (len(callbell.contacts), results()[0]["uuid"]) == (2, uuid)


@pytest.mark.parametrize("existing", ["skip", "update"])
def test_the_run_that_finds_a_contact_deleted_asks_for_its_number(callbell: Sandbox, existing: str) -> None:
    """A colleague may have deleted it and made it again since: then it is there, and not told as deleted."""
    assert night("Anna", "--gone", "recreate").exit_code == 0
    deleted(callbell, ANA)
    uuid = made_by_colleague(callbell)
    assert night("Annie", "--existing", "update").rows == {"read": 2, "exists": 1, "unchanged": 1}
    assert night("Annie", "--existing", existing).rows == {"read": 2, "unchanged": 2}
    assert [one.uuid for one in callbell.contacts if one.name == "Ana by hand"] == [uuid]


def test_a_problem_that_an_earlier_run_told_is_not_new_again(callbell: Sandbox) -> None:
    """In each run after it, plain or update: it is still there."""
    for more in ((), ("--existing", "update"), (), ()):
        said = night("Anna", *more)
        assert said.summary["changes"] | {"compared_with": ""} == {
            "compared_with": "", "new": 0, "still_there": 1, "gone": 0,
        }  # fmt: skip
        assert "(new)" not in said.stderr
    assert len(callbell.contacts) == 1


def test_who_was_deleted_and_cannot_be_asked_for_by_a_number_is_told_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A contact of Telegram: it is asked for by its UUID, and made again where that is wanted."""
    monkeypatch.setattr(options, "Policy", partial(Policy, not_found_gap_seconds=0.0))

    def telegram(name: str, *more: str) -> Said:
        table(Path("t.csv"), [("Phone", "Name"), (TEA, name)])
        return give("run", "t.csv", "--source", "telegram", "--yes", "--json", *more)

    with own_place(tmp_path, monkeypatch) as sandbox:
        Path("config.toml").write_text(CONFIG, encoding="utf-8")
        assert telegram("Ana").rows == {"read": 1, "created": 1}
        deleted(sandbox, TEA)
        assert telegram("Anna", "--existing", "update").rows == {"read": 1, "failed": 1}
        for more in ((), ("--dry-run",), ("--existing", "create")):
            assert telegram("Anna", *more).rows == {"read": 1, "failed": 1}
        assert telegram("Anna", "--gone", "recreate").rows == {"read": 1, "created": 1}
        assert telegram("Anna").rows == {"read": 1, "unchanged": 1}
        assert len(sandbox.contacts) == 1
