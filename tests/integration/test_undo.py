"""The command `undo`, as people give it: in this process, on a terminal, and in a process that is stopped or killed."""

import contextlib
import json
import os
import re
import signal
import stat
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from importer.commands.account import account_registry
from importer.commands.context import CommandContext
from importer.commands.undo import command_again
from importer.journal import RunUndo
from importer.sandbox import Commit, Duplicates, Fault, FaultKind, Faults, Sandbox, Scripted
from importer.sandbox.calls import Asked
from importer.sandbox.faults import FaultChooser
from importer.system import runtime
from importer.system.locks import exclusive_lock
from tests.support.commands import (
    NO_LIMIT,
    TOKEN,
    Said,
    customers,
    elsewhere,
    every_byte,
    give,
    phones,
    read,
    serving,
    table,
)
from tests.support.paths import ROOT

JOURNAL = Path("state/journal.sqlite3")
PATIENCE_SECONDS = 20

posix_only = pytest.mark.skipif(os.name == "nt", reason="signals and terminals are POSIX's")


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own, and has the journal there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / JOURNAL))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox, whose address and token are in the environment."""
    with serving() as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        yield sandbox


@pytest.fixture
def slow_service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox that takes its time, so that an undo can be met half-way."""
    with serving(replace(NO_LIMIT, latency_seconds=0.02)) as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        yield sandbox


def imported(count: int = 3, name: str = "contacts.csv", *, first: int = 0) -> str:
    """Import so many customers and return the run's name."""
    said = give("run", customers(Path(name), count, first=first), "--yes", "--rate", "0", "--json")
    assert said.exit_code == 0, said.stderr
    return str(said.summary["run"])


def undo(run: str, *options: str) -> Said:
    """Give the command without a rate limit."""
    return give("undo", run, "--rate", "0", *options)


def undone(said: Said) -> list[dict[str, str]]:
    """Return the lines of the report."""
    return read(Path(said.summary["reports"]["undone"]))


def fates(said: Said) -> dict[str, int]:
    """Return the summary's contacts that are not none."""
    return {name: count for name, count in said.summary["contacts"].items() if count}


def deletes(service: Sandbox) -> int:
    """Return how many DELETEs came."""
    return service.traffic.requests["DELETE /contacts/:uuid"]


def test_what_a_run_created_is_deleted_and_nothing_else(service: Sandbox) -> None:
    """Contacts of other runs, and those that were there before, stay."""
    there = service.calls.create_contact(Asked(body={"identifier": "34999", "source": "whatsapp", "name": "There"}))
    other, mine = imported(3, "other.csv", first=100), imported(4, first=0)
    before = {contact.identifier: contact.uuid for contact in service.contacts}
    said = undo(mine, "--yes", "--json")
    assert (said.exit_code, fates(said)) == (0, {"deleted": 4, "created": 4})
    assert phones(service) == ["34600000100", "34600000101", "34600000102", "34999"]
    assert there.body["contact"][0]["uuid"] == before["34999"]
    assert "4 deleted  deleted from Callbell" in said.stderr
    assert other not in said.stderr


def test_the_report_has_a_line_per_contact(service: Sandbox) -> None:
    """In the input's order, in a folder of the undo's own that only its owner can read."""
    rows = [("Phone", "Name"), ("+34600000001", "Ana"), ("+34600000002", "=cmd|' /C calc'!A0"), ("x", "Wrong")]
    give("run", table(Path("contacts.csv"), rows), "--rate", "0")
    run = next(Path("reports").iterdir()).name
    uuids = {contact.identifier: contact.uuid for contact in service.contacts}
    said = undo(run, "--yes", "--json")
    first, second = undone(said)
    assert list(first) == ["file", "sheet", "row", "identifier", "name", "uuid", "outcome", "reason", "finished_at"]
    assert (first["file"], first["row"], first["identifier"], first["name"]) == (
        "contacts.csv", "2", "34600000001", "Ana",
    )  # fmt: skip
    assert (first["uuid"], first["outcome"], first["reason"]) == (uuids["34600000001"], "deleted", "")
    assert first["finished_at"].endswith("Z")
    assert second["name"].startswith("'=cmd")
    report = Path(said.summary["reports"]["undone"])
    assert report.parent.name == said.summary["undo"] != run
    if os.name == "posix":
        assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert TOKEN.encode() not in every_byte(Path())


@pytest.mark.parametrize("created_status", [200, 201])
@pytest.mark.parametrize("made_before_seconds", [0.0, 2.0, 30.0])
def test_what_was_made_by_hand_just_before_is_kept(
    monkeypatch: pytest.MonkeyPatch, created_status: int, made_before_seconds: float
) -> None:
    """With the same content, by a service that answers 200 with the contact that is there: the run did not make it."""
    with serving(replace(NO_LIMIT, duplicates=Duplicates.RETURN, created_status=created_status)) as service:
        monkeypatch.setenv("CALLBELL_BASE_URL", service.base_url)
        for number in range(2):
            by_hand = {"identifier": f"346000{number:05}", "source": "whatsapp", "name": f"Customer {number}"}
            uuid = service.calls.create_contact(Asked(body=by_hand)).body["contact"][0]["uuid"]
            there = next(one for one in service.contacts if one.uuid == uuid)
            made_at = there.created_at - timedelta(seconds=made_before_seconds)
            service.calls._store.change(replace(there, created_at=made_at))
        run = imported(2)
        said = undo(run, "--yes", "--json")
        assert phones(service) == ["34600000000", "34600000001"]
        assert deletes(service) == 0
        assert said.exit_code == 0
        assert fates(said) in ({}, {"kept": 2, "created": 2})


def test_what_nothing_proves_to_be_the_runs_is_shown_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a service that answers 200 to all: nothing is deleted, and the person is told of each."""
    with serving(replace(NO_LIMIT, created_status=200)) as service:
        monkeypatch.setenv("CALLBELL_BASE_URL", service.base_url)
        run = imported(12)
        for options in (["--dry-run"], ["--yes"]):
            said = undo(run, *options, "--json")
            assert (said.exit_code, fates(said)) == (0, {"kept": 12, "created": 12})
            assert f"Nothing that {run} did is left to be undone." in said.stderr
            assert "To be kept, for nothing proves that the run made them: 12 contacts." in said.stderr
            assert "row 2: Customer 0 (…000)" in said.stderr
            assert "and 7 more" in said.stderr
        assert len(service.contacts) == 12


def test_what_a_look_up_found_is_kept_beside_what_is_deleted(service: Sandbox) -> None:
    """It was shown before the question, and stands in the report; the exit code says that not all is gone."""
    lost = Scripted(fault=Fault(FaultKind.ERROR, Commit.YES), call="POST /contacts", nth=2)
    service._chooser = FaultChooser(Faults(script=(lost,)))
    Path("config.toml").write_text("[service]\nsettle_seconds = 0.1\n", encoding="utf-8")
    run = imported(3)
    assert "To be kept" in undo(run, "--dry-run").stderr
    said = undo(run, "--yes", "--json")
    assert (said.exit_code, fates(said)) == (1, {"deleted": 2, "kept": 1, "created": 3})
    assert [one["outcome"] for one in undone(said)] == ["deleted", "kept", "deleted"]
    assert undone(said)[1]["reason"] == "Kept: it is not proved that the run made it."
    assert phones(service) == ["34600000001"]


def test_a_changed_contact_is_kept_and_told(service: Sandbox) -> None:
    """The exit code says that not all is gone, and the same command asks about it again."""
    run = imported(3)
    kept = service.contacts[1]
    service.calls.change_contact(Asked(parameter=kept.uuid, body={"note": "called"}))
    said = undo(run, "--yes", "--json")
    assert (said.exit_code, fates(said)) == (1, {"deleted": 2, "changed": 1, "created": 3})
    assert undone(said)[1]["reason"] == "Kept: not as it was sent any more (note)."
    assert [contact.uuid for contact in service.contacts] == [kept.uuid]
    service.calls.change_contact(Asked(parameter=kept.uuid, body={"note": ""}))
    again = undo(run, "--yes", "--json")
    assert (again.exit_code, fates(again)) == (0, {"deleted": 3, "created": 3})
    assert deletes(service) == 3


def test_a_later_run_makes_the_contacts_anew(service: Sandbox) -> None:
    """And can be undone itself, while the first run has nothing left."""
    first = imported(3)
    assert undo(first, "--yes").exit_code == 0
    second = imported(3)
    assert len(service.contacts) == 3
    assert "taken back already" in undo(first, "--yes").stderr
    assert len(service.contacts) == 3
    assert undo(second, "--yes").exit_code == 0
    assert phones(service) == []


@pytest.mark.usefixtures("service")
def test_an_undo_names_the_other_runs_of_the_same_list() -> None:
    """The one that ended early, and the one that continued it; no run of another list, none of a past night."""
    imported(1, first=30)
    imported(2, "other.csv", first=20)
    rows = [(f"+3460000000{number}", "Ana", "No such tag" if number == 4 else "VIP") for number in range(9)]
    file, given = table(Path("contacts.csv"), [("Phone", "Name", "Tags"), *rows]), ("--rate", "0", "--json")
    said = give("run", file, *given, "--max-failures", "0", "--concurrency", "1")
    assert said.exit_code == 5
    first, made = said.summary["run"], said.rows["created"]
    table(file, [("Phone", "Name", "Tags"), *(row for row in rows if row[2] == "VIP")])
    second = give("run", file, *given).summary["run"]
    assert f"{8 - made} more of this list were brought into Callbell by {second}:" in undo(first, "--dry-run").stderr
    journal = str(Path("state/journal.sqlite3"))
    told = f"{made} more of this list were brought into Callbell by {first}:\n  callbell-importer undo {first}"
    for more in (("--dry-run",), ("--yes",), ("--yes", "--journal", journal)):
        said = undo(second, *more)
        named = f" --journal {journal}" if "--journal" in more else ""
        assert f"{told}{named}\n" in said.stderr, more
        assert said.stderr.count("of this list") == 1
    assert undo(first, "--yes").exit_code == 0
    assert "of this list" not in undo(second, "--yes").stderr + undo(first, "--yes").stderr


def test_without_a_run_the_last_one_is_named(service: Sandbox) -> None:
    """With its command, unless it was undone; nothing is undone."""
    said = give("undo", "--yes")
    assert said.exit_code == 2
    assert "undo needs the name of a run.\nAll runs: callbell-importer runs\n" in said.stderr
    first = imported(2)
    second = imported(2, "b.csv", first=10)
    said = give("undo", "--yes")
    assert (said.exit_code, len(service.contacts)) == (2, 4)
    assert f"The last run that changed something in Callbell:\n  callbell-importer undo {second}\n" in said.stderr
    undo(second, "--yes")
    assert f"callbell-importer undo {first}\n" in give("undo", "--json").stderr + give("undo").stderr


def test_an_undo_is_no_run(service: Sandbox) -> None:
    """`retry` and `runs` go on speaking of the run, whose rows stay as they were; what was taken back is told of it."""
    run = imported(3)
    undo(run, "--yes")
    head, *lines = give("runs").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [run]
    assert head.split("  ")[-1] == "UNDONE"
    assert re.search(r"ROWS  IN CALLBELL  TO FIX  UNDONE\n.* 3  +0  +0  +3\n$", give("runs").stdout)
    shown = give("runs", run).stdout
    assert "3 created" in shown
    assert "  undone    3 contacts: 3 deleted\n  undo      20" in shown
    assert f", exit code 0, reports in {Path.cwd()}/reports/" in shown
    assert [one["undone"] for one in give("runs", "--json").summary["runs"]] == [3]
    assert give("runs", run, "--json").summary["run"]["undone"] == 3
    assert f"Nothing of {run}" in give("retry", "--rate", "0").stderr
    assert service.contacts == ()


def test_rows_of_a_run_that_was_undone_are_not_retried(service: Sandbox) -> None:
    """Those that had failed neither: `run` asks for them."""
    rows = [("Phone", "Name", "Tags"), ("+34600000001", "Ana", "VIP"), ("+34600000002", "Eva", "No such tag")]
    run = give("run", table(Path("mixed.csv"), rows), "--rate", "0", "--json").summary["run"]
    assert len(service.contacts) == 1
    undo(run, "--yes")
    for said in (give("retry"), give("retry", run)):
        assert said.exit_code == 2
        assert f"{run} was undone" in said.stderr
        assert "callbell-importer run mixed.csv" in said.stderr
    assert phones(service) == []


@pytest.fixture
def half_undone(service: Sandbox) -> str:
    """A run of which one contact of three was taken back when the undo was stopped."""
    run = imported(3)
    Counted(service, 1, lambda: os.kill(os.getpid(), signal.SIGINT))
    assert undo(run, "--yes", "--concurrency", "1").exit_code == 130
    return run


def test_an_undo_that_was_stopped_is_listed_with_what_it_took_back(half_undone: str) -> None:
    """And with what is left of it."""
    assert re.search(r"IN CALLBELL  TO FIX  UNDONE\n.* 3  +2  +0  +1\n$", give("runs").stdout)
    shown = give("runs", half_undone).stdout
    assert "  undone    1 contact: 1 deleted; 2 left\n" in shown
    assert ", exit code 130, reports in " in shown
    assert f"\n  to finish callbell-importer undo {half_undone}" in shown
    undo(half_undone, "--yes")
    assert "to finish" not in give("runs", half_undone).stdout


def not_finished(run: str) -> str:
    """Return what is told of an undo that was stopped."""
    return f"The undo of {run} is not finished: 2 contacts of it are not taken back yet. "


@posix_only
@pytest.mark.parametrize("arguments", [("run", "contacts.csv"), ("run", "contacts.csv", "--dry-run"), ("retry",)])
def test_an_unfinished_undo_is_told_before_anything_is_sent(half_undone: str, arguments: tuple[str, ...]) -> None:
    """On standard error and in the log, with the command that finishes it; a nightly run goes on."""
    if arguments == ("retry",):
        give("run", table(Path("one.csv"), [("Phone", "Name"), ("+34699999999", "Ana")]), "--tag", "No such tag")
        arguments = ("retry", "--tag", "VIP")
    said = give(*arguments, "--rate", "0", "--log-file", "own.log")
    assert said.exit_code == 0
    assert said.stderr.count("is not finished") == 1
    for text in (" ".join(said.stderr.split()), Path("own.log").read_text("utf-8")):
        assert not_finished(half_undone) in text
        assert f"Finish it first: callbell-importer undo {half_undone}" in text
    assert undo(half_undone, "--yes").exit_code == 0
    assert "not finished" not in give("run", "contacts.csv", "--rate", "0").stderr


@posix_only
@pytest.mark.parametrize(("answer", "code", "left"), [("\n", 3, 2), ("\x04", 3, 2), ("\x03", 130, 2), ("y\n", 0, 3)])
def test_on_a_terminal_an_unfinished_undo_is_a_question(
    service: Sandbox, half_undone: str, answer: str, code: int, left: int
) -> None:
    """Enter sends nothing, and what was declined so is not retried."""
    from tests.support.answered_terminal import on_a_terminal  # noqa: PLC0415 - terminals are POSIX's

    Path("config.toml").write_text('[columns]\nidentifier = "Phone"\nname = "Name"\n', "utf-8")
    last = [("[Y/n]", "\n")] if answer == "y\n" else []
    ended = on_a_terminal("run", "contacts.csv", "--rate", "0", answers=[("[y/N]", answer), *last])
    assert (ended.exit_code, ended.unasked, len(service.contacts)) == (code, 0, left)
    assert not_finished(half_undone).strip() in " ".join(ended.shown.split())
    assert ended.shown.count("is not finished") == 1
    if left == 2:
        assert "othing was sent. Finish the undo first: " in " ".join(ended.shown.split())


def changed_by_colleague(service: Sandbox, count: int) -> None:
    """Change the first contacts of the account."""
    for one in service.contacts[:count]:
        service.calls.change_contact(Asked(parameter=one.uuid, body={"name": "By a colleague"}))


def test_a_dry_run_only_shows(service: Sandbox) -> None:
    """It changes nothing, and names the rows without their whole numbers."""
    run = imported(12)
    before, contacts = Counter(service.traffic.requests), service.contacts
    said = undo(run, "--dry-run", "--json")
    assert (said.exit_code, fates(said)) == (0, {"unsent": 12, "created": 12})
    assert "row 2: Customer 0 (…000)" in said.stderr
    assert "and 7 more" in said.stderr
    assert "Dry run: nothing was undone" in said.stderr
    assert "Names are those of the list, not of Callbell." in said.stderr
    assert {name.partition(" ")[0] for name in Counter(service.traffic.requests) - before} == {"GET"}
    assert service.contacts == contacts
    assert fates(undo(run, "--yes", "--json")) == {"deleted": 12, "created": 12}


def test_a_dry_run_tells_what_was_changed_since(service: Sandbox) -> None:
    """Callbell is asked how each contact stands, and those are counted as the undo will leave them."""
    run = imported(9)
    changed_by_colleague(service, 2)
    gone = service.contacts[-1].uuid
    service.calls.delete_contact(Asked(parameter=gone))
    said = undo(run, "--dry-run")
    assert said.exit_code == 0
    assert "To be deleted from Callbell, which cannot be undone: 6 contacts.\n  row 4: Customer 2 (…002)" in said.stderr
    assert "To be left as they are, for they were changed in Callbell since: 2 contacts." in said.stderr
    assert "  row 2: Customer 0 (…000): not as it was sent any more (name)\n" in said.stderr
    assert "Not in Callbell any more: 1 contact.\nCallbell was asked" in said.stderr


@pytest.mark.parametrize("lacks", ["a token", "the time"])
def test_a_dry_run_that_asks_nobody_says_so(service: Sandbox, monkeypatch: pytest.MonkeyPatch, lacks: str) -> None:
    """Without a token, or where it would take long, the figures are the most that it can be."""
    run = imported(12)
    changed_by_colleague(service, 2)
    before = service.traffic.requests["GET /contacts/:uuid"]
    if lacks == "a token":
        monkeypatch.delenv("CALLBELL_API_TOKEN")
    said = give("undo", run, "--dry-run", "--rate", "0" if lacks == "a token" else "0.1")
    assert said.exit_code == 0, said.stderr
    assert "which cannot be undone: up to 12 contacts." in said.stderr
    assert "Callbell is asked about each contact right before it is undone" in said.stderr
    assert service.traffic.requests["GET /contacts/:uuid"] == before


def test_without_a_terminal_it_wants_a_yes(service: Sandbox) -> None:
    """It deletes nothing, and says the exact command."""
    run = imported(3)
    said = undo(run)
    assert said.exit_code == 2
    assert f"callbell-importer undo {run} --yes --rate 0" in said.stderr
    assert len(service.contacts) == 3
    assert deletes(service) == 0


def test_the_command_again_can_be_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the shells of all systems, with what it was given."""
    monkeypatch.setattr(runtime, "WINDOWS", False)
    options: dict[str, object] = {"journal": "my journal", "quiet": True, "config": "c.toml"}
    assert command_again("r", options) == ("callbell-importer undo r --yes --config c.toml --journal 'my journal'")
    monkeypatch.setattr(runtime, "WINDOWS", True)
    assert command_again("r", options).endswith('--journal "my journal"')


@pytest.mark.parametrize(("run", "words"), [("nope", "no run named nope"), ("", "needs the name of a run")])
def test_an_unknown_run_is_a_mistake(service: Sandbox, run: str, words: str) -> None:
    """Also none: deleting the last run's contacts by accident would be too easy."""
    imported(1)
    said = undo(run, "--yes")
    assert said.exit_code == 2
    assert words in said.stderr
    assert len(service.contacts) == 1


def test_a_run_that_created_nothing_has_nothing_to_undo(service: Sandbox) -> None:
    """A run of rows that an earlier one sent, say."""
    imported(2)
    said = undo(imported(2), "--yes")
    assert said.exit_code == 0
    assert "created and updated no contacts: there is nothing to undo" in said.stderr
    assert len(service.contacts) == 2


@pytest.mark.usefixtures("service")
def test_a_run_in_a_sandbox_has_nothing_to_undo() -> None:
    """The sandbox is gone with all that was in it."""
    give("run", customers(Path("contacts.csv")), "--sandbox", "--yes")
    run = next((Path("reports") / "rehearsals").iterdir()).name
    said = undo(run, "--yes", "--sandbox")
    assert said.exit_code == 0
    assert "was a rehearsal, of which nothing was sent to Callbell" in said.stderr


def test_another_accounts_token_is_refused(service: Sandbox) -> None:
    """There, nothing would be found, and all would seem to be gone."""
    run = imported(2)
    service.calls._account = elsewhere(user_email="stranger@example.com")
    said = undo(run, "--yes")
    assert said.exit_code == 2
    assert "another account" in said.stderr
    assert "stranger@example.com" in said.stderr
    assert deletes(service) == 0


def test_the_config_of_the_run_is_used_again(service: Sandbox) -> None:
    """So that the account is called as it was then."""
    Path("mine.toml").write_text('[service]\naccount = "main"\nrate = 0\n', "utf-8")
    give("run", customers(Path("contacts.csv")), "--yes", "-c", "mine.toml")
    run = next(Path("reports").iterdir()).name
    assert undo(run, "--yes").exit_code == 0
    assert service.contacts == ()


def test_a_token_that_is_refused_ends_it(service: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """With exit code 5, before anything was deleted."""
    run = imported(2)
    monkeypatch.setenv("CALLBELL_API_TOKEN", "another")
    said = undo(run, "--yes")
    assert said.exit_code == 5
    assert "refused the token" in said.stderr
    assert len(service.contacts) == 2


def test_a_token_that_is_refused_half_way_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends with 5, and the same command goes on."""
    fault = Scripted(fault=Fault(FaultKind.UNAUTHORIZED), call="DELETE /contacts/:uuid", nth=4)
    with serving(replace(NO_LIMIT, faults=Faults(script=(fault,)))) as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        run = imported(30)
        said = undo(run, "--yes", "--json")
        assert said.exit_code == 5
        assert "The service refused the token." in said.stderr
        assert "then run the same command again: it goes on." in said.stderr
        left = said.summary["contacts"]["unsent"]
        assert len(sandbox.contacts) == left > 0
        assert {line["outcome"] for line in undone(said)} == {"deleted", "unsent"}
        assert undo(run, "--yes").exit_code == 0
        assert sandbox.contacts == ()


def test_what_failed_is_tried_by_the_same_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends with 1, and says so."""
    fault = Scripted(fault=Fault(FaultKind.FORBIDDEN), call="DELETE /contacts/:uuid")
    with serving(replace(NO_LIMIT, faults=Faults(script=(fault,)))) as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        run = imported(3)
        said = undo(run, "--yes", "--json")
        assert (said.exit_code, fates(said)) == (1, {"deleted": 2, "failed": 1, "created": 3})
        assert f"To try those again that failed:\n  callbell-importer undo {run} --yes" in said.stderr
        assert undo(run, "--yes").exit_code == 0
        assert sandbox.contacts == ()


def test_a_folder_that_cannot_be_made_is_told_before(service: Sandbox) -> None:
    """With exit code 4, and nothing deleted."""
    run = imported(2)
    Path("taken").write_text("a file", "utf-8")
    said = undo(run, "--yes", "--report-dir", "taken")
    assert said.exit_code == 4
    assert len(service.contacts) == 2


def test_one_at_a_time(service: Sandbox) -> None:
    """Nothing is deleted while another run uses the journal."""
    run = imported(2)
    with exclusive_lock(JOURNAL.with_name("journal.sqlite3.lock")):
        assert undo(run, "--yes").exit_code == 6
    assert len(service.contacts) == 2


def test_the_log_tells_each_contact(service: Sandbox) -> None:
    """By the row's number, and never with a whole phone."""
    run = imported(2)
    undo(run, "--yes", "-v", "--log-file", "log.txt")
    told = Path("log.txt").read_text("utf-8")
    assert "row 2 (…000): deleted" in told
    assert f"undo of {run} begins" in told
    assert "34600000000" not in told
    assert service.contacts == ()


def test_progress_is_told_now_and_then(service: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a line of its own; never with --quiet, an entry where the log is a JSON object a line."""
    monkeypatch.setattr("importer.reports.progress.LINE_EVERY_SECONDS", 0.001)
    first, second, third = (imported(20, f"{first}.csv", first=first) for first in (0, 50, 100))
    assert "of 20 contacts | " in undo(first, "--yes").stderr
    assert undo(second, "--yes", "--quiet").stderr == ""
    log = [json.loads(line) for line in undo(third, "--yes", "--log-format", "json").stderr.splitlines()]
    assert [one["counts"] for one in log if one["event"] == "progress"][-1]["deleted"] == 20
    assert service.contacts == ()


class Counted:
    """Does something when the sandbox has been asked for so many deletions."""

    def __init__(self, sandbox: Sandbox, count: int, then: Callable[[], object]) -> None:
        self._then = then
        self._arrive = sandbox.traffic.arrive
        self._left = count
        # In place of the method: the sandbox tells nobody when it is asked, and to look often would be to sleep.
        setattr(sandbox.traffic, "arrive", self._counting)  # noqa: B010 - mypy lets no method be assigned to

    def _counting(self, call: str) -> None:
        self._arrive(call)
        if call == "DELETE /contacts/:uuid":
            self._left -= 1
            if self._left == 0:
                self._then()


@posix_only
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_what_is_in_flight_is_waited_for(slow_service: Sandbox, number: signal.Signals, code: int) -> None:
    """It is written down and reported, and the same command asks for none of it again."""
    run = imported(60)
    Counted(slow_service, 10, lambda: os.kill(os.getpid(), number))
    said = undo(run, "--yes", "--json", "--concurrency", "4")
    assert said.exit_code == code
    done = said.summary["contacts"]["deleted"]
    assert 10 <= done < 60
    assert len(slow_service.contacts) == 60 - done
    assert f"asked to stop ({'Ctrl-C' if number is signal.SIGINT else number.name})" in said.stderr
    assert fates(undo(run, "--yes", "--json")) == {"deleted": 60, "created": 60}
    assert deletes(slow_service) == 60


@posix_only
def test_a_second_signal_ends_it_at_once(service: Sandbox) -> None:
    """Without waiting for an answer that does not come; a GET tells the next time."""
    hangs = Scripted(fault=Fault(FaultKind.HANG, Commit.YES), call="DELETE /contacts/:uuid", nth=1)
    service._chooser = FaultChooser(Faults(script=(hangs,)))
    run = imported(3)

    def stop_twice() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM)).start()

    Counted(service, 1, stop_twice)
    said = undo(run, "--yes", "--json", "--concurrency", "1")
    assert (said.exit_code, fates(said)) == (130, {"unsent": 3, "created": 3})
    assert fates(undo(run, "--yes", "--json")) == {"deleted": 2, "gone": 1, "created": 3}


@posix_only
def test_a_signal_before_the_first_request_deletes_nothing(service: Sandbox) -> None:
    """While the service is asked for the account's teams, say."""
    run = imported(3)
    service._chooser = FaultChooser(Faults(script=(Scripted(fault=Fault(FaultKind.HANG), call="GET /teams"),)))
    arrive = service.traffic.arrive

    def stop(call: str) -> None:
        arrive(call)
        os.kill(os.getpid(), signal.SIGTERM)

    setattr(service.traffic, "arrive", stop)  # noqa: B010 - mypy lets no method be assigned to
    said = undo(run, "--yes")
    assert said.exit_code == 143
    assert "Interrupted before anything was undone." in said.stderr
    assert len(service.contacts) == 3


@posix_only
def test_a_signal_while_the_undo_is_written_down_deletes_nothing(
    service: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends gracefully, with a report, and the same command goes on."""
    run, begin = imported(3), RunUndo.begin

    def stop(self: RunUndo, name: str, folder: Path, at: datetime) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        begin(self, name, folder, at)

    with monkeypatch.context() as patched:
        patched.setattr(RunUndo, "begin", stop)
        said = undo(run, "--yes", "--json")
    assert (said.exit_code, fates(said)) == (143, {"unsent": 3, "created": 3})
    assert len(service.contacts) == 3
    assert undo(run, "--yes").exit_code == 0
    assert phones(service) == []


@contextlib.contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start the command in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "importer", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
    ) as process:
        try:
            yield process
        finally:
            process.kill()  # no harm where it has ended


@posix_only
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_whatever_stops_it_the_same_command_goes_on(slow_service: Sandbox, number: signal.Signals, code: int) -> None:
    """Nothing is deleted twice or forgotten, and nothing else is touched."""
    other, mine = imported(5, "other.csv", first=500), imported(120)
    half_way = threading.Event()
    Counted(slow_service, 20, half_way.set)
    with started("undo", mine, "--yes", "--concurrency", "4") as process:
        assert half_way.wait(PATIENCE_SECONDS)
        process.send_signal(number)
        _, told = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == code
    assert b"Traceback" not in told
    left = len(slow_service.contacts) - 5
    assert 0 < left < 120
    before = deletes(slow_service)
    said = undo(mine, "--yes", "--json")
    assert said.exit_code == 0, said.stderr
    assert sum(fates(said).values()) == 240
    assert set(fates(said)) <= {"deleted", "gone", "created"}
    assert deletes(slow_service) - before == left
    assert len(slow_service.contacts) == 5
    assert "5 created" in give("runs", other).stdout


_ON_TERMINAL = """
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from importer.cli import main
main()
"""


@pytest.mark.parametrize("doubt", ["Go on with this journal all the same?", "Is it that account all the same?"])
def test_what_a_person_said_of_account_and_journal_is_not_asked_again(
    service: Sandbox, monkeypatch: pytest.MonkeyPatch, doubt: str
) -> None:
    """Callbell is asked how the contacts stand, then they are deleted: both times the account is the same."""
    run, asked = imported(3), list[str]()
    made = CommandContext.__init__

    def ask(question: str) -> str:
        asked.append(question)
        return "y"

    def with_person(self: CommandContext, **known: Any) -> None:
        made(self, **known | {"ask_line": ask, "confirm": lambda _text: True})

    if doubt.startswith("Go on"):
        monkeypatch.setattr(account_registry, "is_loopback", lambda _host: False)
        for journal in (JOURNAL, Path("state/other.sqlite3")):
            assert give("run", customers(Path("one.csv"), 1, first=90), "--yes", "--journal", journal).exit_code == 0
    else:
        service.calls._account = elsewhere()
    monkeypatch.setattr(CommandContext, "__init__", with_person)
    there = len(service.contacts)
    assert undo(run).exit_code == 0
    assert [question.splitlines()[-1].startswith(doubt) for question in asked] == [True]
    assert len(service.contacts) == there - 3


@posix_only
@pytest.mark.parametrize(("changed", "answer", "code", "left"), [(2, "n\n", 3, 5), (2, "y\n", 1, 2), (5, "y\n", 1, 5)])
def test_the_question_counts_what_will_be_deleted(
    service: Sandbox, changed: int, answer: str, code: int, left: int
) -> None:
    """What a colleague changed is told before, and kept; the journal forgets that it was asked."""
    from tests.support.answered_terminal import on_a_terminal  # noqa: PLC0415 - terminals are POSIX's

    run = imported(5)
    changed_by_colleague(service, changed)
    ended = on_a_terminal("undo", run, "--rate", "0", answers=[("Undo it?", answer)])
    assert f"which cannot be undone: {5 - changed} contacts." in ended.shown
    assert f"they were changed in Callbell since: {changed} contacts." in " ".join(ended.shown.split())
    assert (ended.exit_code, len(service.contacts)) == (code, left)
    assert ("undone" in give("runs", run).stdout) is (answer == "y\n")
    if changed == 5:
        ended = on_a_terminal("undo", run, "--rate", "0", answers=[])
        assert ended.exit_code == 1
        assert "Nothing is left of it that can be undone." in ended.shown


@posix_only
def test_what_callbell_does_not_tell_is_not_called_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """An undo that failed is tried again, and every GET is refused: another time there may be an answer."""
    from tests.support.answered_terminal import on_a_terminal  # noqa: PLC0415 - terminals are POSIX's

    deletes = Scripted(fault=Fault(FaultKind.FORBIDDEN), call="DELETE /contacts/:uuid", times=2)
    looks = Scripted(fault=Fault(FaultKind.FORBIDDEN), call="GET /contacts/:uuid", nth=3, times=2)
    with serving(replace(NO_LIMIT, faults=Faults(script=(deletes, looks)))) as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        run = imported(2)
        undo(run, "--yes")
        ended = on_a_terminal("undo", run, answers=[])
        assert (ended.exit_code, len(sandbox.contacts)) == (1, 2)
        assert "Nothing is left of it" not in ended.shown
        said = "Callbell gives no clear answer now about 2 contacts, so nothing was undone. Try it again later:"
        assert said in " ".join(ended.shown.split())
        assert f"  callbell-importer undo {run}\n" in ended.shown
        assert undo(run, "--yes").exit_code == 0


@posix_only
@pytest.mark.parametrize(
    ("answer", "code", "left"), [(b"n\n", 3, 3), (b"\n", 3, 3), (b"\x04", 3, 3), (b"\x03", 130, 3), (b"y\n", 0, 0)]
)
def test_on_a_terminal_it_asks(service: Sandbox, answer: bytes, code: int, left: int) -> None:
    """A no, a mere return, the end of the input and Ctrl-C delete nothing; a yes does."""
    run = imported(3)
    ours, theirs = os.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    # The terminal is the process's own: only then is Ctrl-C a signal.
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-c", _ON_TERMINAL, "undo", run, "--rate", "0"],
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, env=environment,
    ) as process:  # fmt: skip
        os.close(theirs)
        shown = _read_until(ours, b"Undo it?")
        for _ in range(PATIENCE_SECONDS // 2):
            os.write(ours, answer)
            # Readline waits on after a Ctrl-C that comes just before it begins to wait; a person presses it again.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(2)
                break
    os.close(ours)
    assert b"To be deleted from Callbell, which cannot be undone: 3 contacts." in shown
    assert process.returncode == code
    assert len(service.contacts) == left


def _read_until(terminal: int, wanted: bytes) -> bytes:
    """Return what the terminal shows up to the wanted words."""
    shown = b""
    with contextlib.suppress(OSError):  # Linux's way to say that nobody writes any more
        while wanted not in shown and (more := os.read(terminal, 4096)):
            shown += more
    return shown
