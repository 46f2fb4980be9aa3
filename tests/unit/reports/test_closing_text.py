"""The closing words after a run."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from importer.model.plain_text import counted
from importer.model.rows import FINAL, Status
from importer.model.runs import ProblemGroup, RunRecord
from importer.reports import Reports
from importer.reports.closing_text import MEANINGS, closing_text, count_lines
from importer.system import runtime

START = datetime(2026, 11, 23, 2, 0, 0, tzinfo=UTC)
FOLDER = Path("reports") / "20261123-020000-contacts"
POSIX = pytest.mark.skipif(os.name != "posix", reason="the commands are quoted as the system's shell wants it")


def record(exit_code: int = 0, blank: int = 0, **options: object) -> RunRecord:
    """Return a run of two minutes and three seconds."""
    return RunRecord(
        name="20261123-020000-contacts",
        command="run",
        account="main",
        files=("contacts.csv",),
        options=options,
        report_dir=str(FOLDER),
        started_at=START,
        finished_at=START + timedelta(seconds=123),
        exit_code=exit_code,
        blank=blank,
    )


def reports(*failed: str) -> Reports:
    """Return reports in a folder of the run."""
    return Reports(
        folder=FOLDER,
        results=FOLDER / "results.csv",
        failed=tuple(FOLDER / name for name in failed),
        summary=FOLDER / "summary.json",
        summary_json="",
        problems=(),
    )


def test_a_run_without_trouble_is_short() -> None:
    """Where all is well there is nothing to do."""
    text = closing_text(record(), {Status.CREATED: 1}, [], reports())
    assert text == (
        "Finished after 2 min 3 s: 1 row read.\n\n"
        "  1 created    now in Callbell\n\n"
        f"Reports in {FOLDER}:\n  results.csv, summary.json"
    )


@POSIX
def test_a_run_with_trouble_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """The problems are grouped, and the commands can be copied."""
    monkeypatch.setattr(runtime, "WINDOWS", False)
    tally = {Status.CREATED: 12_000, Status.INVALID: 3_812, Status.IN_DOUBT: 1, Status.UNSENT: 0}
    groups = [
        ProblemGroup(
            code="phone_invalid",
            column="Teléfono",
            message="Too short:\x1b[31m write it with its country code.",
            count=3_812,
            rows=(12, 15, 19, 20, 21, 22),
        ),
        ProblemGroup(code="no_answer", column="", message="", count=1, rows=(9,)),
    ]
    run = record(1, 3, config="my config.toml", tag=["A", "B"], sandbox=True, limit=3)
    assert closing_text(run, tally, groups, reports("failed.csv")) == (
        "Finished after 2 min 3 s: 15,813 rows read, 3 blank rows skipped.\n"
        "\n"
        "  12,000 created    now in Callbell\n"
        "   3,812 invalid    something in the row is wrong; not sent\n"
        "       1 in_doubt   sent, but it is unknown whether it arrived\n"
        "\n"
        "Problems:\n"
        '  phone_invalid in column "Teléfono": 3,812 rows (12, 15, 19, 20, 21, ...)\n'
        "    Too short: write it with its country code.\n"
        "  no_answer: 1 row (9)\n"
        "\n"
        "Reports in reports/20261123-020000-contacts:\n"
        "  results.csv, failed.csv, summary.json\n"
        "\n"
        "Send again what was refused, is in doubt or was not sent:\n"
        "  callbell-importer retry 20261123-020000-contacts --sandbox\n"
        "Fix the rows in failed.csv (the last columns say why), save, and import them:\n"
        "  callbell-importer run reports/20261123-020000-contacts/failed.csv"
        " --config 'my config.toml' --tag A --tag B --sandbox"
    )


@POSIX
def test_rows_in_conflict_are_counted_among_what_needs_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are in Callbell, and who decides has to know both values and how to let the sheet's win."""
    monkeypatch.setattr(runtime, "WINDOWS", False)
    groups = [ProblemGroup(code="conflict", column="", message='note: "x" or "y"', count=2, rows=(3, 4))]
    run = record(1, existing="update", journal="j.sqlite3")
    text = closing_text(run, {Status.EXISTS: 2, Status.INVALID: 1}, groups, reports("failed.csv"))
    assert '  conflict: 2 rows (3, 4)\n    note: "x" or "y"' in text
    assert text.endswith(
        "2 rows in conflict: failed.csv says what the sheet and Callbell have. Correct one and give the same command"
        " again, or let the sheet's values win:\n"
        "  callbell-importer retry 20261123-020000-contacts --on-conflict sheet --journal j.sqlite3\n"
        "Fix the rows in failed.csv (the last columns say why), save, and import them:\n"
        "  callbell-importer run reports/20261123-020000-contacts/failed.csv --existing update --journal j.sqlite3"
    )


def test_a_run_that_ended_early_says_that_the_same_command_goes_on() -> None:
    """Nothing is lost, and nothing has to be worked out."""
    text = closing_text(record(130), {Status.UNSENT: 5}, [], reports("failed.csv"))
    assert text.startswith("Ended early after")
    assert "Give the same command again" in text
    assert "retry" not in text


def test_a_dry_run_says_that_nothing_was_sent() -> None:
    """Nobody takes it for the real thing."""
    text = closing_text(record(0), {Status.UNSENT: 5}, [], None)
    assert "Dry run: nothing was sent or saved." in text
    assert "without --dry-run" in text


def test_only_the_most_frequent_problems_are_shown() -> None:
    """The rest is in the summary."""
    groups = [ProblemGroup(code=f"code_{n}", column="", message="", count=1, rows=()) for n in range(12)]
    text = closing_text(record(1), {}, groups, reports())
    assert "code_9: 1 row\n  and 2 kinds more: see summary.json" in text
    assert "code_10" not in text


def test_a_run_without_an_end_has_no_duration() -> None:
    """What is not known is not said."""
    run = RunRecord(
        name="r", command="run", account="", files=(), options={}, report_dir="", started_at=START, exit_code=0
    )
    assert closing_text(run, {}, [], reports()).startswith("Finished: 0 rows read.")


def test_windows_gets_its_own_quotes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its shell does not know single quotes."""
    monkeypatch.setattr(runtime, "WINDOWS", True)
    run = record(1, config="my config.toml", country="ES")
    text = closing_text(run, {Status.INVALID: 1}, [], reports("failed.csv"))
    assert text.endswith('--config "my config.toml" --country ES')


def test_every_last_word_has_a_meaning() -> None:
    """A status that is added gets its words."""
    assert set(MEANINGS) == set(FINAL)


def test_the_retry_that_it_names_finds_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command says where the run is to be found, if that is no usual place."""
    monkeypatch.setattr(runtime, "WINDOWS", False)
    text = closing_text(record(1, journal="/data/my journal", tag=["A"]), {Status.FAILED: 1}, [], reports())
    assert "callbell-importer retry 20261123-020000-contacts --journal '/data/my journal'\n" in text + "\n"


def test_a_rehearsal_says_what_would_be() -> None:
    """In its first and last line that nothing was sent, and nowhere that anything is in Callbell."""
    run = replace(record(1, sandbox=True), account="sandbox 20261123-020000-contacts")
    tally = {Status.CREATED: 1_200, Status.FAILED: 3, Status.INVALID: 2}
    told = closing_text(run, tally, [], reports("failed.csv"), notes=["There is more."]).splitlines()
    assert told[0] == "Finished after 2 min 3 s: 1,205 rows read. Rehearsal in a sandbox: nothing was sent to Callbell."
    assert told[2:5] == [
        "  1,200 would be created  if Callbell answers as the sandbox did",
        "      2 invalid           something in the row is wrong; not sent",
        "      3 failed            refused by the sandbox, or given up on",
    ]
    assert "There is more." in told
    assert "Rehearse again what was refused, is in doubt or was not sent:" in told
    assert "Fix the rows in failed.csv (the last columns say why), save, and rehearse them:" in told
    assert told[-2:] == [
        "To send the rows, give the same command without --sandbox.",
        "This was a rehearsal: nothing was sent to Callbell.",
    ]


def test_a_sandbox_run_is_not_continued() -> None:
    """A sandbox forgets everything, so no text says that the next run continues with it."""
    assert "the sandbox starts empty" in closing_text(record(130, sandbox=True), {Status.UNSENT: 5}, [], reports())


def test_counts_have_their_noun() -> None:
    """One row, and several of them."""
    assert (counted(1), counted(0, "kind"), counted(3_812)) == ("1 row", "0 kinds", "3,812 rows")


def test_counts_stand_in_columns() -> None:
    """What there is none of is left out."""
    assert count_lines([(12_000, "a", "x"), (0, "b", "y"), (7, "ccc", "z")], width=3) == (
        "  12,000 a    x\n       7 ccc  z"
    )
    assert count_lines([], width=3) == ""
