"""What `doctor` says of what it found."""

import json
from pathlib import Path

import pytest

from importer.client.token import TokenSource
from importer.commands.doctor.checks import (
    LEAST_FREE_BYTES,
    diagnose_account,
    diagnose_clock,
    diagnose_config,
    diagnose_disk,
    diagnose_journal,
    diagnose_reports,
    diagnose_service,
    diagnose_token,
    is_token_refused,
    not_made,
    of_error,
)
from importer.journal import AccountMatch
from importer.journal.integrity import JournalState
from importer.model.account import AccountIdentity
from importer.model.diagnosis import Diagnosis, Level, problem_diagnosis
from importer.model.errors import UsageError
from importer.model.replies import Arrival, Reply
from importer.reports.doctor_report import doctor_json

REFUSED = Reply(arrival=Arrival.ANSWERED, http_status=401)


@pytest.mark.parametrize(("mode", "is_safe"), [(0o755, True), (0o1777, True), (0o777, False), (0o702, False)])
def test_a_config_in_a_folder_that_everybody_writes_to_is_told_of(mode: int, is_safe: bool) -> None:  # noqa: FBT001 - a table
    """Whoever may write there can put another in its place, unless the folder is sticky as /tmp is."""
    found = diagnose_config(Path("/srv/c.toml"), 0o600, mode)
    assert ("only you and root" in found.text) is is_safe
    assert found.next_step == ("" if is_safe else "Keep the folder to yourself: chmod go-w /srv")


def test_metrics_that_node_exporter_does_not_read_are_told_of() -> None:
    """By the end of their name."""
    found = diagnose_reports(Path("/r"), Path("/m/night.txt"), is_there=True)
    assert (found.level, found.next_step.split()[-1]) == (Level.NOTE, "/m/night.prom")
    assert diagnose_reports(Path("/r"), Path("/m/night.prom"), is_there=True).level is Level.OK


def test_an_errors_own_code_is_kept() -> None:
    """Programs read it in `error.code`; without one, that of the exit code is there."""
    found = of_error("config", UsageError("No.", code="config_unsafe"))
    assert json.loads(doctor_json([found], None))["error"]["code"] == "config_unsafe"
    plain = problem_diagnosis("disk", "full", "", 4)
    assert json.loads(doctor_json([plain], None))["error"]["code"] == "storage"


def test_the_config_is_named_with_its_mode() -> None:
    """Without one, `init` writes it."""
    assert "mode 0644" in diagnose_config(Path("config.toml"), 0o644).text
    assert "init" in diagnose_config(None, None).next_step


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (TokenSource.VARIABLE, "CALLBELL_API_TOKEN"),
        (TokenSource.FILE, "from the file token (secret, mode 0600)"),
        (TokenSource.CREDENTIAL, "systemd"),
        (TokenSource.KEYRING, "keyring"),
    ],
)
def test_it_is_told_where_the_token_is_from(source: TokenSource, text: str) -> None:
    """A refused one is a problem of the config: exit code 2."""
    good = diagnose_token(source, Path("token"), 0o600, None)
    bad = diagnose_token(source, Path("token"), 0o600, REFUSED)
    assert (good.level, bad.level, bad.exit_code) == (Level.OK, Level.PROBLEM, 2)
    assert text in good.text
    assert text in bad.text


def test_a_token_that_nobody_answered_to_is_not_called_good() -> None:
    """It was found, and not tried."""
    told = diagnose_token(TokenSource.VARIABLE, None, None, None, is_tried=False)
    assert told.text.endswith("; it could not be tried")


GOOD, WRONG = Diagnosis(name="x", text=""), problem_diagnosis("x", "", "", 5)


@pytest.mark.parametrize(
    ("found", "name", "why"),
    [
        ({"config": WRONG}, "disk", "not looked at while the config is wrong"),
        ({"config": GOOD, "token": WRONG}, "service", "not asked without a token"),
        ({"token": WRONG, "service": GOOD}, "account", "not asked: the token is refused"),
        ({"token": GOOD, "service": WRONG}, "clock", "not asked: the service does not answer"),
        ({"token": GOOD, "service": GOOD, "account": WRONG}, "probe", "not asked: see the account"),
        ({"token": GOOD, "service": GOOD, "journal": WRONG}, "lock", "not looked at: see the journal"),
    ],
)
def test_a_check_that_was_not_made_names_what_kept_it(found: dict[str, Diagnosis], name: str, why: str) -> None:
    """Not every problem above it: only the one that it depends on."""
    assert not_made(name, found) == Diagnosis(name=name, level=Level.SKIPPED, text=why)


def test_only_401_and_403_are_about_the_token() -> None:
    """All else is the service's."""
    replies = [Reply(arrival=Arrival.ANSWERED, http_status=status) for status in (200, 401, 403, 404, 500)]
    statuses = [reply.http_status for reply in replies if is_token_refused(reply)]
    assert statuses == [401, 403]


@pytest.mark.parametrize(
    ("failed", "text"),
    [
        (Reply(arrival=Arrival.NEVER, message="name not found"), "cannot be reached: name not found"),
        (Reply(arrival=Arrival.ANSWERED, http_status=502), "does not answer as it should: status 502"),
    ],
)
def test_a_service_that_does_not_answer_is_a_problem(failed: Reply, text: str) -> None:
    """Exit code 5."""
    one = diagnose_service("https://api.example/v1", [0.1], failed)
    assert (one.level, one.exit_code) == (Level.PROBLEM, 5)
    assert text in one.text
    assert "Callbell's own address is https://api.callbell.eu/v1: see base_url." in one.next_step
    assert "base_url" not in diagnose_service("https://api.callbell.eu/v1", [0.1], failed).next_step


def test_how_far_the_service_is_is_told() -> None:
    """The shortest of the round trips, and all of them: the first one opens the connection."""
    text = diagnose_service("https://api.example/v1", [0.12, 0.041, 0.044], None).text
    assert "41 ms (round trips of 120, 41, 44 ms)" in text


@pytest.mark.parametrize(
    ("seconds", "level", "text"),
    [
        (0.0, Level.SKIPPED, "does not tell"),
        (-0.7, Level.OK, "agrees"),
        (3_600.0, Level.NOTE, "3,600 s behind"),
        (-90.0, Level.NOTE, "90 s ahead of"),
    ],
)
def test_a_clock_that_is_wrong_is_only_told(seconds: float, level: Level, text: str) -> None:
    """Nothing that is sent depends on it."""
    one = diagnose_clock(seconds)
    assert (one.level, one.exit_code) == (level, 0)
    assert text in one.text


def test_the_account_is_told_as_the_journal_knows_it() -> None:
    """Known, new, or in doubt."""
    identity = AccountIdentity(name="https://x ana@example.com", email="ana@example.com", uuids=frozenset("ab"))
    new = diagnose_account(AccountMatch(identity=identity, name=identity.name), "main")
    known = diagnose_account(AccountMatch(identity=identity, ids=(1,), name="https://x main"), "")
    doubtful = diagnose_account(AccountMatch(identity=identity, ids=(1,), name="old", is_doubtful=True), "")
    assert new.text == 'ana@example.com, called "main" in the config, 2 teams and channels; new to the journal'
    assert "knows it as https://x main" in known.text
    assert (doubtful.level, "old" in doubtful.text) == (Level.NOTE, True)


def test_the_journal_is_told() -> None:
    """Not there, whole, older, or damaged: exit code 4."""
    path = Path("journal.sqlite3")
    assert "not there yet" in diagnose_journal(path, None, 0).text
    whole = JournalState(faults=(), schema_version=3, newest_version=4, runs=2, contacts=1_000)
    text = diagnose_journal(path, whole, 2_500_000).text
    assert "schema 3, which the next run brings to 4, 2.5 MB, 2 runs, 1,000 contacts" in text
    forgotten = JournalState(faults=(), schema_version=4, runs=1, contacts=2, forgotten=1)
    assert diagnose_journal(path, forgotten, 0).text.endswith("1 run, 2 contacts, 1 more forgotten (purge)")
    broken = diagnose_journal(path, JournalState(faults=("SQLite says: no",), schema_version=3), 0)
    assert (broken.level, broken.exit_code, "SQLite says: no" in broken.text) == (Level.PROBLEM, 4, True)


def test_a_full_disk_is_a_problem() -> None:
    """Of the journal or the reports."""
    assert diagnose_disk([("journal", 5 * 10**9), ("reports", LEAST_FREE_BYTES)]).level is Level.OK
    full = diagnose_disk([("journal", 5 * 10**9), ("reports", LEAST_FREE_BYTES - 1)])
    assert (full.level, full.exit_code, "5.0 GB free for the journal" in full.text) == (Level.PROBLEM, 4, True)


def test_a_journal_that_only_the_nights_have_is_not_made_by_a_first_run() -> None:
    """Whoever gives the command here has none, and another user's is the one that counts."""
    found = diagnose_journal(Path("/root/j"), None, 0, "The nightly ...")
    assert (found.level, found.text, found.next_step) == (Level.NOTE, "/root/j is not there", "The nightly ...")
    assert diagnose_journal(Path("/root/j"), None, 0).text == "/root/j is not there yet; the first run makes it"
