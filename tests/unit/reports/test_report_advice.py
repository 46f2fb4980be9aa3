"""What the reports for people say is to be done."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from importer.model.rows import Status
from importer.model.runs import Result, RunRecord
from importer.reports.report_advice import headline, row_step, run_steps
from importer.reports.run_summary import RunSummary

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
    step = row_step(result, f"callbell-importer retry {RUN.name}")
    assert bool(step) == bool(words)
    assert words in step


def test_the_headline_counts_customers_first() -> None:
    """Who is in Callbell, who needs a person, who is there twice, who was not sent: as the closing text counts them."""
    tally = Counter({Status.CREATED: 3993, Status.DUPLICATE: 1, Status.INVALID: 4, Status.UNSENT: 2})
    assert headline(RUN, tally, 1) == (
        "3,993 of 4,000 customers are in Callbell. 5 need you, 1 stands twice, 2 were not sent."
    )
    assert headline(RUN, Counter({Status.CREATED: 1}), 0) == "1 of 1 customer is in Callbell."
    assert headline(RUN, Counter({Status.INVALID: 1}), 0) == "0 of 1 customer is in Callbell. 1 needs you."
    assert "nothing was sent" in headline(replace(RUN, account="sandbox x"), Counter({Status.CREATED: 1}), 0)


def test_whose_update_was_refused_is_in_callbell_as_before() -> None:
    """The contact is there, and the row needs a person all the same."""
    tally = Counter({Status.UPDATED: 2, Status.FAILED: 2})
    assert headline(RUN, tally, 0, 1) == "3 of 4 customers are in Callbell, 1 of them not updated. 2 need you."
    assert (
        headline(RUN, Counter({Status.FAILED: 1}), 0, 1) == "1 of 1 customer is in Callbell, not updated. 1 needs you."
    )


def test_each_step_has_its_command() -> None:
    """Rows to fix come back as the file that they are fixed in, with the options of the run."""
    tally = Counter({Status.INVALID: 1, Status.UNSENT: 1, Status.IN_DOUBT: 1})
    commands = [command for _, command in run_steps(RUN, tally, 0, [Path("failed.xlsx")])]
    assert commands == [
        "callbell-importer run failed.xlsx --country ES",
        "callbell-importer retry 20261123-020000-contacts",
        "callbell-importer retry 20261123-020000-contacts",
    ]
    assert run_steps(RUN, Counter({Status.CREATED: 1}), 0, []) == [("Nothing: every row is where it should be.", "")]


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
    record = replace(RUN, account="sandbox x", options={"sandbox": True, "country": "ES"})
    tally = Counter({Status.CREATED: 1, Status.INVALID: 1})
    fix, send = run_steps(record, tally, 0, [Path("results.xlsx")])
    assert "save, and rehearse:" in fix[0]
    assert fix[1] == "callbell-importer run results.xlsx --country ES --sandbox"
    assert send[0] == "To send the rows:"
    assert send[1].endswith("contacts.csv --country ES")
    assert run_steps(record, Counter({Status.INVALID: 1}), 0, [Path("results.xlsx")]) == [fix]


def test_the_reports_say_what_the_terminal_says_of_customers_who_were_there() -> None:
    """How the list's values get to them, and how the run is taken back; not where they were to be changed anyway."""
    tally = Counter({Status.CREATED: 1, Status.EXISTS: 2})
    about = RunSummary(record=replace(RUN, exit_code=0), tally=tally, problems=(), leaves_existing=True)
    ((sentence, command),) = about.steps
    assert sentence == "To carry over what the list says of the 2 customers who were there already:"
    assert command.endswith("contacts.csv --country ES --existing update")
    assert dict(about.facts)["To take it back"] == f"callbell-importer undo {RUN.name}"
    assert replace(about, leaves_existing=False).steps == [("Nothing: every row is where it should be.", "")]
    assert "To take it back" not in dict(replace(about, tally=Counter({Status.EXISTS: 2})).facts)
