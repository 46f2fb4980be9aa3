"""What `doctor` says of how the import is repeated."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from importer.client.token import TokenSource
from importer.commands.doctor.schedule_check import CronFacts, InstalledJob, diagnose_schedule
from importer.commands.last_import import LastImport
from importer.model.diagnosis import Level
from importer.settings import SettingsError, settle
from importer.system.installed_units import InstalledUnit

UNIT = InstalledUnit(name="callbell-importer", user="callbell", journal=Path("/j"), token_file="/t", minute=125)
CRON = replace(UNIT, user="root", token_file="", is_cron=True)
WELL = LastImport(exit_code=0, ended_at=datetime(2026, 11, 28, 2, 7, tzinfo=UTC), run="r")
REFUSED = replace(WELL, exit_code=5, run="", message="The token is refused.", hint="Take a new one.")


def installed(unit: InstalledUnit, last: LastImport | None = None, *, is_own: bool = False) -> InstalledJob:
    """Return a job that is in place."""
    return InstalledJob(unit=unit, is_own=is_own, last=last, zone=UTC)


def test_a_nightly_service_is_the_schedule_that_there_is() -> None:
    """With when it begins, whose it is, and how its runs are seen."""
    told = diagnose_schedule(CronFacts(installed=[installed(UNIT)]))
    assert told.text == "installed: 02:05, as callbell (callbell-importer.service), with the journal /j"
    assert told.next_step == (
        "Its runs, as root: CALLBELL_API_TOKEN=$(cat /t) su -s /bin/sh callbell -c"
        " 'callbell-importer runs --journal /j'"
    )


def test_the_own_cron_job_that_is_in_place_misses_nothing() -> None:
    """Its line has the config and the command, whatever this shell has; how its last import ended is told."""
    shell = CronFacts(has_job=True, is_config_found_here=True, is_command_on_path=False)
    told = diagnose_schedule(replace(shell, installed=[installed(CRON, WELL, is_own=True)]))
    assert (told.level, told.next_step) == (Level.OK, "")
    assert told.text == (
        "installed: 02:05, as root (cron job callbell-importer of root), with the journal /j;"
        " the last import: exit code 0 at 2026-11-28 02:07"
    )


def test_a_night_that_ended_before_anything_was_read_is_a_note() -> None:
    """There is no run of it: with why, and what to do."""
    told = diagnose_schedule(CronFacts(installed=[installed(CRON, REFUSED, is_own=True)]))
    assert (told.level, told.next_step) == (Level.NOTE, "Take a new one.")
    assert told.text.endswith("the last import, 2026-11-28 02:07, ended with exit code 5: The token is refused")
    other = diagnose_schedule(CronFacts(installed=[installed(replace(CRON, user="callbell"), REFUSED)]))
    assert other.next_step == (
        "Take a new one.\nIts runs, as root: su -s /bin/sh callbell -c 'callbell-importer runs --journal /j'"
    )


def test_a_night_that_was_killed_is_a_note() -> None:
    """The exit code of the night before is not the last one."""
    killed = replace(WELL, exit_code=None)
    told = diagnose_schedule(CronFacts(installed=[installed(CRON, killed, is_own=True)]))
    assert (told.level, told.next_step) == (Level.NOTE, "See: callbell-importer runs --journal /j")
    assert told.text.endswith("; the last import, begun 2026-11-28 02:07, was killed: the next run goes on")


def test_a_night_with_rows_for_a_person_names_its_runs() -> None:
    """It came to its end."""
    told = diagnose_schedule(CronFacts(installed=[installed(CRON, replace(WELL, exit_code=1), is_own=True)]))
    assert (told.level, told.next_step) == (Level.OK, "See: callbell-importer runs --journal /j")


def test_where_only_the_reports_tell_of_nights_no_second_schedule_is_offered() -> None:
    """Their user's journal is the one that counts."""
    told = diagnose_schedule(CronFacts(elsewhere="The newest run ..."))
    assert (told.text, told.next_step) == ("none was found for this user", "The newest run ...")


def test_a_cron_job_that_sees_the_same_is_ok() -> None:
    """It is told where it would keep its journal."""
    one = diagnose_schedule(
        CronFacts(has_job=True, token_source=TokenSource.FILE, home="/home/ana", journal="/home/ana/j")
    )
    assert (one.level, one.next_step) == (Level.OK, "")
    assert "HOME is /home/ana, the journal /home/ana/j" in one.text


def test_where_no_job_is_planned_nothing_is_said_of_cron() -> None:
    """One sentence, with the command."""
    one = diagnose_schedule(CronFacts(variables=("CALLBELL_API_TOKEN",), token_source=TokenSource.KEYRING))
    assert (one.level, one.text) == (Level.OK, "to run the same import every night:")
    assert one.next_step == "callbell-importer schedule FILE"


@pytest.mark.parametrize(
    ("facts", "misses", "step"),
    [
        (
            CronFacts(variables=("CALLBELL_API_TOKEN",), token_source=TokenSource.VARIABLE),
            "what this shell sets (CALLBELL_API_TOKEN)",
            "token_file",
        ),
        (CronFacts(variables=("CALLBELL_IMPORTER_RATE",)), "CALLBELL_IMPORTER_RATE", "crontab"),
        (CronFacts(token_source=TokenSource.KEYRING), "the keyring", "token_file"),
        (CronFacts(is_config_found_here=True), "config.toml", "-c"),
        (CronFacts(is_command_on_path=False, command="/opt/bin/callbell-importer"), "PATH", "/opt/bin/callbell-"),
    ],
)
def test_what_a_cron_job_would_miss_is_told(facts: CronFacts, misses: str, step: str) -> None:
    """With what to do about it; it is no problem of this shell."""
    one = diagnose_schedule(replace(facts, has_job=True))
    assert (one.level, one.exit_code) == (Level.NOTE, 0)
    assert misses in one.text
    assert one.next_step.startswith("A job with all of it: callbell-importer schedule FILE. By hand: ")
    assert step in one.next_step


def test_without_a_job_an_import_that_no_table_of_runs_has_is_told() -> None:
    """It may be of a job that somebody else's system begins; one that ran stands in `runs`."""
    told = diagnose_schedule(CronFacts(last=REFUSED, zone=UTC))
    assert told.level is Level.NOTE
    assert told.text.endswith("the last import, 2026-11-28 02:07, ended with exit code 5: The token is refused")
    assert told.next_step.splitlines()[0] == "Take a new one."
    assert diagnose_schedule(CronFacts(last=WELL)) == diagnose_schedule(CronFacts())


def not_begun(options: dict[str, object], config: str) -> LastImport:
    """Return an import that ended with 2 for its settings."""
    with pytest.raises(SettingsError) as caught:
        settle(options, {}, config)
    error = caught.value
    return replace(REFUSED, exit_code=2, code=error.code, message=error.message, hint=error.hint)


TYPED = not_begun({"country": "Valencia"}, "")
UNKNOWN_RUN = replace(TYPED, code="run_unknown", message="There is no run yet.", hint="")


@pytest.mark.parametrize("typed", [TYPED, UNKNOWN_RUN, replace(TYPED, code="usage", message="No such option: --foo")])
def test_a_command_that_was_mistyped_is_no_matter_of_the_schedule(typed: LastImport) -> None:
    """Whoever gave it was told; of any other end before a run it is told here."""
    told = diagnose_schedule(CronFacts(last=typed))
    assert (told.level, told.text) == (Level.OK, "to run the same import every night:")
    assert diagnose_schedule(CronFacts(last=REFUSED)).level is Level.NOTE


NO_TOKEN = replace(REFUSED, exit_code=2, code="token_missing", message="There is no token.")


@pytest.mark.parametrize("night", [not_begun({}, "[run]\nfoo = 1"), NO_TOKEN])
def test_a_night_whose_config_or_token_was_wrong_is_told(night: LastImport) -> None:
    """It ends with 2 as a mistyped command does, and nobody was there to be told."""
    told = diagnose_schedule(CronFacts(last=night, zone=UTC))
    assert told.level is Level.NOTE
    assert told.text.endswith(f"ended with exit code 2: {night.message.rstrip('.')}")
    assert told.next_step.splitlines()[0] == night.hint


def test_how_the_last_night_of_a_line_by_hand_ended_is_told_with_what_it_misses() -> None:
    """If it ended before it had a run; a job that sees the same may have met a service that refused the token."""
    facts = CronFacts(has_job=True, home="/home/ana", journal="/j", last=NO_TOKEN, zone=UTC)
    told = diagnose_schedule(facts)
    assert told.level is Level.NOTE
    assert told.text.startswith("a cron job sees the same: HOME is /home/ana, the journal /j; the last import, 2026-")
    assert told.next_step == NO_TOKEN.hint
    told = diagnose_schedule(replace(facts, variables=("CALLBELL_API_TOKEN",), token_source=TokenSource.VARIABLE))
    assert "; the last import, 2026-11-28 02:07, ended with exit code 2" in told.text
    assert told.next_step.splitlines()[0].startswith("A job with all of it: ")
    assert told.next_step.splitlines()[1] == NO_TOKEN.hint
    assert diagnose_schedule(replace(facts, last=WELL)) == diagnose_schedule(replace(facts, last=None))
