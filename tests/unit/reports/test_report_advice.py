"""What the reports for people say is to be done."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from importer.model.rows import Status
from importer.model.runs import ProblemGroup, Result, RunRecord
from importer.reports.next_step import next_step
from importer.reports.report_advice import RetryCommands, row_step
from importer.reports.report_options import RunBackground
from importer.reports.run_summary import RunSummary, pace_points
from importer.reports.same_cause import step_text
from importer.system import installed_units, shell
from importer.system.installed_units import InstalledUnit

RUN = RunRecord(
    name="20261123-020000-contacts",
    command="run",
    account="main",
    files=("/home/ana/contacts.csv",),
    options={"country": "ES"},
    report_dir="reports/20261123-020000-contacts",
    started_at=datetime(2026, 11, 23, 2, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("status", "http_status", "code", "words"),
    [
        (Status.CREATED, 201, "", ""),
        (Status.DUPLICATE, None, "duplicate", ""),
        (Status.EXISTS, None, "conflict", "Decide"),
        (Status.INVALID, None, "phone_missing", "Fix the cell"),
        (Status.FAILED, 422, "refused", "Fix what the reason names"),
        (Status.FAILED, 422, "tag_unknown", "Then: callbell-importer retry"),
        (Status.FAILED, 429, "rate_limited", "retry 20261123"),
        (Status.FAILED, 503, "server_error", "retry 20261123"),
        (Status.IN_DOUBT, None, "", "whether it arrived"),
        (Status.UNSENT, None, "unsent", "retry 20261123"),
    ],
)
def test_retry_is_offered_for_what_can_succeed_unchanged(
    status: Status, http_status: int | None, code: str, words: str
) -> None:
    """What Callbell refused is to be fixed; what it had no time for is to be sent again."""
    result = Result(0, 2, "34600111222", "Ana", status, http_status=http_status, code=code)
    step = row_step(result, RetryCommands.of(RUN))
    assert bool(step) == bool(words)
    assert words in step


def test_a_run_of_less_than_a_second_is_not_faster_than_allowed() -> None:
    """Sixteen requests in a twentieth of a second are no 320 per second, and one point makes no line."""
    run = replace(RUN, rate_limit=300.0, requests_sent=16, rate_achieved=320.0, pace=(16,), pace_seconds=1.0)
    about = RunSummary(record=run, tally={}, problems=())
    assert dict(about.facts)["Requests per second"] == "16 within a second, of 300 allowed"
    assert pace_points(run) == ("seconds", [])
    longer = replace(run, requests_sent=900, rate_achieved=290.5, pace=(290, 290, 290, 30))
    assert dict(replace(about, record=longer).facts)["Requests per second"] == "290.5 on average, of 300 allowed"
    assert len(pace_points(longer)[1]) == 3


def summary(tally: dict[Status, int], *groups: ProblemGroup, failed: str = "failed.csv", **changed: Any) -> RunSummary:
    """Return what the reports say of a run that came to its end."""
    run = replace(RUN, **{"exit_code": 1, **changed})
    return RunSummary(record=run, tally=Counter(tally), problems=groups, to_fix=[Path(failed)])


def refused(code: str, count: int, message: str = "") -> ProblemGroup:
    """Return rows with a problem."""
    return ProblemGroup(code=code, column="", message=message, count=count, rows=(2,))


def test_each_step_has_its_command() -> None:
    """Rows to fix come back as the file that they are fixed in, with the options of the run."""
    about = summary({Status.INVALID: 1, Status.UNSENT: 1, Status.IN_DOUBT: 1}, failed="failed.xlsx")
    assert about.steps == [
        (
            "Fix the row in failed.xlsx (the last columns say why), save, and import it:",
            "callbell-importer run failed.xlsx --country ES",
        ),
        (
            "Send again 1 in doubt (Callbell is asked first), 1 that were not sent; nothing in them has to be changed:",
            "callbell-importer retry 20261123-020000-contacts",
        ),
    ]
    done = replace(about, record=replace(RUN, exit_code=0), tally=Counter({Status.CREATED: 1}), to_fix=())
    assert done.steps == [("Nothing: every row is where it should be.", "")]


@pytest.mark.parametrize(
    ("tally", "groups"),
    [
        ({Status.CREATED: 1, Status.FAILED: 254}, [refused("custom_field_refused", 254)]),
        ({Status.CREATED: 300, Status.FAILED: 254}, [refused("custom_field_refused", 254)]),
        ({Status.CREATED: 300, Status.INVALID: 2}, [refused("phone_missing", 2)]),
        ({Status.EXISTS: 2, Status.INVALID: 2}, [refused("conflict", 2), refused("phone_missing", 2)]),
        ({Status.CREATED: 3, Status.FAILED: 2}, [refused("server_error", 2)]),
        ({Status.CREATED: 3, Status.FAILED: 2}, [refused("not_asked", 2)]),
        ({Status.CREATED: 3, Status.FAILED: 2}, [refused("gone", 2)]),
    ],
)
def test_the_next_steps_are_those_of_the_terminal(tally: dict[Status, int], groups: list[ProblemGroup]) -> None:
    """They come from one decision, and nothing is offered to be sent again that would be refused again."""
    about = summary(tally, *groups)
    told = next_step(about.record, about.tally, groups, about.to_fix)
    assert "\n".join(map(step_text, about.steps)) == told
    assert ("retry" in told) == any(group.code in ("server_error", "not_asked", "conflict", "gone") for group in groups)


def test_a_run_that_ended_early_goes_on_with_its_command() -> None:
    """What stopped it comes first; whoever reads the report may not have given the command."""
    about = summary({Status.CREATED: 3, Status.UNSENT: 2}, exit_code=5)
    go_on = "ive the same command again: it continues where this run ended:"
    command = "callbell-importer run /home/ana/contacts.csv --country ES"
    assert about.steps == [(f"G{go_on}", command)]
    assert replace(about, early_cure="Wait.").steps == [(f"Wait. After that, g{go_on}", command)]
    ((_, again),) = replace(about, record=replace(about.record, command="retry")).steps
    assert again == f"callbell-importer retry {RUN.name}"


def test_a_row_that_is_gone_is_made_again_with_its_option() -> None:
    """There is no cell to fix."""
    result = Result(0, 2, "34600111222", "Ana", Status.FAILED, http_status=404, code="gone")
    assert row_step(result, RetryCommands.of(RUN)) == (
        "If that was meant, take the row out of the list. To make it again:"
        f" callbell-importer retry {RUN.name} --gone recreate"
    )


def test_in_a_services_reports_the_option_is_the_importers_and_not_that_of_su(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command is given by root as the service's user, in quotes as a whole."""
    unit = InstalledUnit(name="callbell-importer", user="callbell", journal=Path("/j"), token_file="")
    monkeypatch.setattr(installed_units, "own_unit", lambda _credentials: unit)
    monkeypatch.setattr(shell, "is_terminal", lambda _stream: False)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/callbell-importer.service")
    result = Result(0, 2, "34600111222", "Ana", Status.FAILED, http_status=404, code="gone")
    command = f"su -s /bin/sh callbell -c 'callbell-importer retry {RUN.name} --gone recreate'"
    assert row_step(result, RetryCommands.of(RUN)).endswith(f" {command}")


@pytest.mark.parametrize(
    ("exit_code", "left_out", "step"),
    [
        (0, 0, "Nothing: the list holds no rows. If it should, "),
        (0, 3, "Nothing: every row of the list was left out."),
        (130, 0, "Give the same command again: the run ended before it had read a row."),
    ],
)
def test_of_an_empty_list_nobody_is_told_that_all_is_well(exit_code: int, left_out: int, step: str) -> None:
    """Maybe it is the wrong file, or the wrong sheet."""
    record = replace(RUN, exit_code=exit_code, left_out=left_out)
    about = RunSummary(record=record, tally=dict.fromkeys(Status, 0), problems=())
    assert about.headline.startswith("There were 0 rows to import.")
    ((said, command),) = about.steps
    assert said.startswith(step)
    assert not command


def test_after_a_rehearsal_the_rows_are_sent() -> None:
    """With the command; what is to be fixed is rehearsed again."""
    rehearsed = {"account": "sandbox x", "options": {"sandbox": True, "country": "ES"}}
    about = summary({Status.CREATED: 1, Status.INVALID: 1}, failed="results.xlsx", **rehearsed)
    *fix, send = about.steps
    assert "save, and rehearse it:" in fix[0][0]
    assert fix[0][1] == "callbell-importer run results.xlsx --country ES --sandbox"
    assert send[0] == "To send the rows:"
    assert send[1].endswith("contacts.csv --country ES")
    assert replace(about, tally=Counter({Status.INVALID: 1})).steps == fix
    made = replace(about, background=RunBackground(required=['tags: "VIP"', 'custom fields: "City"']))
    first, *others = made.steps
    told = 'First make these in Callbell, where they are missing: tags: "VIP"; custom fields: "City".'
    assert first == (told, "")
    assert others == about.steps
    assert replace(made, tally=Counter({Status.INVALID: 1})).steps == fix
    assert told not in replace(made, record=RUN).steps[0]
    again = replace(about, background=RunBackground(required=None))
    assert again.steps[1:] == about.steps
    assert again.steps[0][1].endswith("callbell-importer check /home/ana/contacts.csv --country ES")
    assert replace(again, tally=Counter({Status.INVALID: 1})).steps == fix
    assert replace(again, record=RUN).steps == replace(about, record=RUN).steps


def test_the_reports_say_what_the_terminal_says_of_customers_who_were_there() -> None:
    """How the list's values get to them, and how the run is taken back; not where they were to be changed anyway."""
    tally = Counter({Status.CREATED: 1, Status.EXISTS: 2})
    about = RunSummary(
        record=replace(RUN, exit_code=0), tally=tally, problems=(), background=RunBackground(leaves_existing=True)
    )
    ((sentence, command),) = about.steps
    assert sentence == "To carry over what the list says of the 2 customers who were there already:"
    assert command.endswith("contacts.csv --country ES --existing update")
    assert dict(about.facts)["To take it back"] == f"callbell-importer undo {RUN.name}"
    assert replace(about, background=RunBackground()).steps == [("Nothing: every row is where it should be.", "")]
    assert "To take it back" not in dict(replace(about, tally=Counter({Status.EXISTS: 2})).facts)
