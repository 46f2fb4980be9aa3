"""Nights on which something is missing: the network before the first row, and room for the reports after the last."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from importer.client.http import CallbellClient
from importer.model.errors import StorageError
from importer.model.replies import Arrival, Reply
from importer.model.requests import Request
from importer.sandbox import Sandbox
from tests.support.commands import customers, give, own_state

DOWN = Reply(arrival=Arrival.NEVER, message="connection refused", address="api.callbell.eu:443")
FULL = StorageError("reports/x cannot be written: No space left on device.", "See that the disk has room.")


@pytest.fixture(autouse=True)
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Yield Callbell's stand-in; each test stands in a folder of its own."""
    with own_state(tmp_path, monkeypatch) as sandbox:
        yield sandbox


def down_at_first(monkeypatch: pytest.MonkeyPatch, requests: int) -> list[Request]:
    """Let so many first requests meet no service, at intervals of nothing; return those that were made."""
    asked, send = list[Request](), CallbellClient.send

    async def no_answer_yet(self: CallbellClient, request: Request) -> Reply:
        asked.append(request)
        return DOWN if len(asked) <= requests else await send(self, request)

    monkeypatch.setattr(CallbellClient, "send", no_answer_yet)
    monkeypatch.setattr("importer.worker_pool.circuit_breaker.probe_wait_seconds", lambda _number: 0.3)
    return asked


def test_a_network_that_comes_up_later_is_waited_for(service: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """At two in the morning it may: what is waited for is said, and every row arrives."""
    down_at_first(monkeypatch, 3)
    said = give("run", customers(Path("a.csv")), "--yes", "--log-file", "importer.log")
    assert (said.exit_code, len(service.contacts)) == (0, 3)
    assert "Callbell does not answer (connection refused), next try in " in said.stderr
    assert "Callbell answers again, after " in said.stderr
    assert "Callbell does not answer (connection refused)" in Path("importer.log").read_text("utf-8")


def test_a_quiet_night_says_nothing_of_it(service: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else cron would mail of a good night: nor does Python, which writes warnings that no log takes."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    down_at_first(monkeypatch, 3)
    said = give("run", customers(Path("a.csv")), "--yes", "--quiet")
    assert (said.exit_code, said.stderr, len(service.contacts)) == (0, "", 3)


def test_a_network_that_stays_away_is_named(service: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """After --max-outage, with the reason and what to check; nothing was sent."""
    down_at_first(monkeypatch, 10_000)
    said = give("run", customers(Path("a.csv")), "--yes", "--max-outage", "1s")
    assert (said.exit_code, len(service.contacts)) == (5, 0)
    assert "No connection to Callbell (refused). The service has not answered for " in said.stderr
    assert "Check this computer's network (a VPN, a firewall or a proxy may be in between)" in said.stderr
    assert "base_url" not in said.stderr
    assert "callbell.eu" not in said.stderr


def test_reports_without_room_keep_the_counts_on_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is 4, here and in the list of runs; `report` writes them when there is room."""
    file = customers(Path("a.csv"))
    with monkeypatch.context() as full:
        full.setattr("importer.commands.end.unwritten_reports.write_reports", _full)
        said = give("run", file, "--yes", "--json")
    assert said.exit_code == said.summary["exit_code"] == 4
    assert said.rows == {"created": 3, "read": 3}
    assert "Finished after " in said.stderr
    assert "  3 created    now in Callbell" in said.stderr
    assert "The reports are not whole: reports/x cannot be written: No space left on device." in said.stderr
    lines = said.stderr.splitlines()
    assert lines[-2].startswith("Make room there, and write the reports again")
    run = lines[-1].split()[-1]
    assert lines[-1] == f"  callbell-importer report {run}"
    assert said.summary["error"]["hint"].splitlines() == lines[-2:]  # what programs and notices tell is the same
    listed = give("runs").stdout.splitlines()[1].split()
    assert (listed[0], listed[listed.index("run") + 1]) == (run, "4")
    assert give("report", run, "--no-open").exit_code == 0
    assert Path("reports", run, "results.csv").is_file()


def test_a_journal_on_the_same_full_disk_changes_no_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is told all the same."""
    monkeypatch.setattr("importer.commands.end.unwritten_reports.write_reports", _full)
    monkeypatch.setattr("importer.journal.run_report.RunReport.end_with", _full)
    said = give("run", customers(Path("a.csv")), "--yes")
    assert said.exit_code == 4
    assert "  3 created    now in Callbell" in said.stderr


def test_an_undo_without_room_for_its_report_keeps_its_counts(
    service: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The contacts are deleted, and the text says so."""
    give("run", customers(Path("a.csv")), "--yes")
    monkeypatch.setattr("importer.commands.undo.write_undone", _full)
    said = give("undo", os.listdir("reports")[0], "--yes", "--json")  # noqa: PTH208 - the name alone
    assert said.exit_code == said.summary["exit_code"] == 4
    assert not service.contacts
    assert "3 deleted" in said.stderr
    assert "No space left on device." in said.stderr
    assert said.summary["reports"] == {}


def _full(*_arguments: object, **_named: object) -> None:
    raise FULL


def test_a_named_journal_that_is_missing_ends_a_night(service: Sandbox) -> None:
    """Where an earlier run used it; the first night begins it, and says so."""
    given = ("run", customers(Path("a.csv")), "--yes", "--journal", "disk/j.sqlite3")
    first = give(*given)
    assert (first.exit_code, len(service.contacts)) == (0, 3)
    assert "A new journal is begun" in first.stderr
    assert "A new journal" not in give(*given).stderr
    Path("disk").rename("elsewhere")
    said = give(*given)
    assert (said.exit_code, len(service.contacts)) == (4, 3)
    assert "disk/j.sqlite3 is missing. It was used on " in said.stderr
    (run, *_) = os.listdir("reports")  # noqa: PTH208 - the name alone
    for command in ("runs", "retry", "report", "undo"):
        told = give(command, *([run] if command == "undo" else []), *given[-2:], "--json")
        assert (told.exit_code, told.summary["error"]["code"]) == (4, "storage"), command
        assert "disk/j.sqlite3 is missing. It was used on " in told.stderr
        assert "Put it back (is its disk there?)" in told.stderr
    assert give("purge", "--contact", "+34600000001", *given[-2:]).exit_code == 4
    assert give("journal", "check", *given[-2:]).exit_code == 4
    assert "so no run is known" in give("runs", "--journal", "never/j.sqlite3").stdout
    Path("elsewhere").rename("disk")
    assert give(*given).exit_code == 0


@pytest.mark.usefixtures("service")
def test_doctor_says_that_a_used_journal_is_missing() -> None:
    """Not that the first run makes it, when the next one ends with 4."""
    customers(Path("contacts.csv"))
    assert "the first run makes it" in give("doctor", "--journal", "mine.sqlite3").stderr
    assert give("run", "contacts.csv", "--yes", "--journal", "mine.sqlite3").exit_code == 0
    Path("mine.sqlite3").unlink()
    said = give("doctor", "--journal", "mine.sqlite3")
    assert said.exit_code == 4
    assert "mine.sqlite3 is missing. It was used on " in said.stderr
