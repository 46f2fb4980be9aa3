"""How many customers are in Callbell, as every text on a run says it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from importer.model.rows import Status
from importer.model.runs import ProblemGroup, RunRecord
from importer.reports import Reports
from importer.reports.closing_text import Ending, closing_text
from importer.reports.customers import customers_text
from importer.reports.run_summary import RunSummary
from tests.unit.reports.test_report_advice import RUN

ENDED = replace(RUN, exit_code=1, finished_at=RUN.started_at + timedelta(seconds=3))
REHEARSAL = replace(ENDED, account="sandbox x")
FOLDER = Path("reports")
WRITTEN = Reports(folder=FOLDER, failed=(), summary=FOLDER / "summary.json", summary_json="", problems=())


def group(code: str, count: int) -> ProblemGroup:
    """Return rows with a problem."""
    return ProblemGroup(code=code, column="", message="Wrong.", count=count, rows=(2,))


TWO_OF_THREE = {Status.CREATED: 2, Status.INVALID: 1}
MIXED = {Status.CREATED: 3993, Status.EXISTS: 1, Status.DUPLICATE: 1, Status.INVALID: 4, Status.UNSENT: 2}


@pytest.mark.parametrize(
    ("record", "tally", "groups", "not_updated", "said"),
    [
        (
            ENDED,
            MIXED,
            [group("phone_missing", 4), group("conflict", 1)],
            0,
            "3,994 of 4,001 customers are in Callbell. 5 need you, 2 were not sent, 1 stands twice.",
        ),
        (ENDED, {Status.CREATED: 1}, [], 0, "1 customer is in Callbell."),
        (ENDED, {Status.FAILED: 1}, [group("refused", 1)], 0, "1 customer is not in Callbell. 1 needs you."),
        (ENDED, {Status.INVALID: 2}, [group("phone_missing", 2)], 0, "None of 2 rows could be sent. 2 need you."),
        (
            ENDED,
            {Status.CREATED: 1, Status.FAILED: 3, Status.IN_DOUBT: 1},
            [group("server_error", 2), group("refused", 1), group("in_doubt", 1)],
            0,
            "1 of 5 customers is in Callbell. 1 needs you, 2 can be sent again, 1 is in doubt.",
        ),
        (
            ENDED,
            {Status.CREATED: 1, Status.INVALID: 99},
            [group("phone_no_country", 99)],
            0,
            "1 of 100 customers is in Callbell.",
        ),
        (
            ENDED,
            {Status.UPDATED: 2, Status.FAILED: 2},
            [group("refused", 2)],
            1,
            "3 of 4 customers are in Callbell, 1 of them not updated. 2 need you.",
        ),
        (ENDED, {Status.FAILED: 1}, [group("refused", 1)], 1, "1 customer is in Callbell, not updated. 1 needs you."),
        (REHEARSAL, TWO_OF_THREE, [], 0, "2 of 3 customers would be in Callbell. 1 needs you."),
        (ENDED, {}, [], 0, "There were 0 rows to import. contacts.csv has a header, and no rows below it."),
    ],
)  # fmt: skip
def test_the_terminal_and_the_reports_count_alike(
    record: RunRecord, tally: Mapping[Status, int], groups: list[ProblemGroup], not_updated: int, said: str
) -> None:
    """Who is in Callbell comes first, then who needs a person, and who needs nobody."""
    assert customers_text(record, tally, groups, not_updated=not_updated) == said
    ending = Ending(record=record, tally=tally, problems=groups, reports=WRITTEN, not_updated=not_updated)
    assert f"\n\n{said}" in closing_text(ending)
    assert RunSummary(record=record, tally=tally, problems=groups, not_updated=not_updated).headline == said


def test_where_nobody_was_to_be_updated_nobody_is_called_not_updated() -> None:
    """That is only told where others were."""
    tally, groups = {Status.EXISTS: 1187, Status.INVALID: 22}, [group("email_invalid", 22)]
    all_there = "All 1,209 customers are in Callbell"
    assert customers_text(ENDED, tally, groups, not_updated=22) == f"{all_there}, 22 of them not updated. 22 need you."
    assert customers_text(ENDED, tally, groups, not_updated=22, leaves_existing=True) == f"{all_there}. 22 need you."


def test_what_was_not_sent_is_there_already_or_would_be() -> None:
    """Of a run that was cut off, the contacts are as they were; a dry run adds all that it would send."""
    tally = {Status.UPDATED: 2, Status.UNSENT: 3}
    cut_off = customers_text(replace(ENDED, exit_code=130), tally, [], not_updated=3)
    assert cut_off == "All 5 customers are in Callbell, 3 of them not updated. 3 were not sent."
    assert customers_text(ENDED, tally, [], is_dry=True) == "All 5 customers would be in Callbell."


def test_a_retry_without_rows_says_nothing_of_a_list() -> None:
    """It had none to read."""
    assert customers_text(replace(ENDED, command="retry"), {}, []) == ""
