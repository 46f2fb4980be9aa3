"""Groups of problems as text, and what is new among them."""

from dataclasses import replace

import pytest

from importer.model.rows import Sheet, Status
from importer.model.runs import Degradation, ProblemGroup
from importer.reports.closing_text import degraded_texts
from importer.reports.code_explanations import explanations
from importer.reports.problem_groups import (
    changes_text,
    first_rows,
    group_sentence,
    groups_text,
    not_refused,
    places,
    problem_changes,
    worth_a_look,
)
from importer.reports.run_summary import RunSummary
from tests.unit.reports.test_report_advice import RUN

GROUP = ProblemGroup(code="phone_short", column="Phone", message="Too short.", count=3, rows=(2, 3, 4), new=1)
TWICE = ProblemGroup(code="duplicate", column="", message="", count=9, rows=(5,), new=0)
SECOND = replace(RUN, compared_with="20261122-020000-contacts", gone=2)


def test_what_is_no_problem_is_not_compared() -> None:
    """Rows that stand twice are no news, new or not."""
    assert problem_changes([GROUP, TWICE]) == (1, 2)


@pytest.mark.parametrize(
    ("new", "shown"), [(0, "3 rows: Too short."), (1, "3 rows (1 new): Too short."), (3, "3 rows (new): Too short.")]
)
def test_a_group_says_how_many_are_new(new: int, shown: str) -> None:
    """Where there is a run to compare with."""
    group = replace(GROUP, new=new)
    assert groups_text("Problems:", [group], says_new=True).splitlines()[1].strip() == shown
    assert groups_text("Problems:", [group]).splitlines()[1].strip() == "3 rows: Too short."
    assert "(3 new)" not in groups_text("Problems:", [replace(group, message="")], says_new=True)


def _sheet(file: str) -> Sheet:
    return Sheet(file=file, name="", header=("Name", "Phone"), header_row=1)


def test_a_cell_of_several_files_is_named_with_its_file() -> None:
    """Each file once, before its cells; with its folder where two have one name. Of one file the cell is enough."""
    group = replace(GROUP, sheets=(0, 1, 1))
    sheets = [_sheet("/lists/a.csv"), _sheet("/lists/b.csv")]
    assert places(group, sheets) == "a.csv B2, b.csv B3, B4"
    assert places(replace(group, column=""), sheets) == "a.csv row 2, b.csv row 3, row 4"
    assert places(group, [_sheet("/x/a.csv"), _sheet("/y/a.csv")]) == "/x/a.csv B2, /y/a.csv B3, B4"
    assert places(replace(group, sheets=(0, 0, 0)), sheets[:1]) == "B2, B3, B4"
    assert first_rows(replace(group, count=4), sheets, "...") == "a.csv 2, b.csv 3, 4, ..."
    assert first_rows(group, sheets[:1], "...") == "2, 3, 4"


@pytest.mark.parametrize(
    ("refused", "is_told"),
    [
        ('The service refused it: Tag "VIP" does not exist', False),
        ("The service refused it: tag VIP not found", False),
        ('The service refused it: Tag "VIP 2" does not exist', True),
    ],
)
def test_a_tag_that_was_refused_is_told_once(refused: str, *, is_told: bool) -> None:
    """That it was not seen in the account is no news then; what was not refused by its name is still worth a look."""
    not_seen = ProblemGroup(code="tag_not_seen", column="Tags", message='The tag "VIP" is on none', count=1, rows=(2,))
    problem = replace(not_seen, code="tag_unknown", message=refused)
    assert not_refused([not_seen, GROUP], [problem]) == [*([not_seen] if is_told else []), GROUP]
    about = RunSummary(record=RUN, tally=dict.fromkeys(Status, 0), problems=[problem], warnings=[not_seen])
    assert about.groups["worth a look"] == ([not_seen] if is_told else [])


def test_what_is_worth_a_look_is_that_in_each_text() -> None:
    """The terminal counts what the reports list so; rows that only stand twice are there for information."""
    warning = replace(GROUP, code="text_damaged")
    differs, twice = replace(GROUP, code="differs"), replace(TWICE, message="same identifier as row 2")
    other = replace(twice, message="same identifier as row 2; not sent, though it differs in name")
    problems = [GROUP, twice, other, differs]
    assert worth_a_look(problems, [warning]) == [other, differs, warning]
    about = RunSummary(record=RUN, tally={}, problems=problems, warnings=[warning])
    assert about.groups == {
        "problem": [GROUP],
        "worth a look": [other, differs, warning],
        "for information": [twice],
    }


def test_a_sentence_that_is_the_first_rows_alone_is_an_example() -> None:
    """Before it stands what is true of all rows."""
    first = ProblemGroup(
        code="duplicate", column="", message="same identifier as row 660", count=33, rows=(702, 703), varies=True
    )
    general = "The row has the same identifier as an earlier row"
    assert group_sentence(first) == (
        f"{general}, and only that one counts. For example row 702: same identifier as row 660"
    )
    differs = replace(first, message="same identifier as row 660; not sent, though it differs in name")
    assert group_sentence(differs) == (
        f"{general}, and was not sent, though it says something else. For example row 702: {differs.message}"
    )
    assert group_sentence(replace(first, varies=False)) == "same identifier as row 660"
    assert group_sentence(replace(first, message="", rows=())) == f"{general}, and only that one counts."
    assert group_sentence(replace(first, code="made_up")) == "For example row 702: same identifier as row 660"


def test_each_code_of_a_row_has_a_sentence_for_all_of_its_rows() -> None:
    """It names no row and no value."""
    of_rows = [one.code for heading, group in explanations().items() if heading.startswith("Rows") for one in group]
    assert len(of_rows) > 80
    for code in of_rows:
        group = ProblemGroup(code=code, column="", message='"x" is wrong.', count=2, rows=(7, 8), varies=True)
        general, _, example = group_sentence(group).partition(" For example row 7: ")
        assert (general[-1:], example) == (".", '"x" is wrong.'), code
        assert not any(sign in general for sign in '"0123456789'), code


def test_the_changes_are_one_sentence() -> None:
    """What is none is left out; without anything, or a run before, there is no sentence."""
    told = "Problems since earlier runs (the last: 20261122-020000-contacts; a row may have several): "
    assert changes_text(SECOND, [GROUP]) == f"{told}1 new, 2 still there, 2 gone."
    assert changes_text(replace(SECOND, gone=0), [replace(GROUP, new=3)]) == f"{told}3 new."
    assert changes_text(SECOND, []) == f"{told}2 gone."
    assert changes_text(replace(SECOND, gone=0), [TWICE]) == ""
    assert changes_text(RUN, [GROUP]) == ""


def test_the_reports_for_people_say_so_too() -> None:
    """What is not as it should be comes first, on one line."""
    few = Degradation("too_few_rows", "Only 1 row\x1b[31m was read.")
    record = replace(SECOND, degraded=(few,))
    about = RunSummary(record=record, tally=dict.fromkeys(Status, 0), problems=[GROUP])
    assert about.headline.startswith("DEGRADED: Only 1 row was read. (too_few_rows) ")
    assert dict(about.facts)["Since earlier runs"] == changes_text(SECOND, [GROUP])
    assert degraded_texts(record) == ["DEGRADED: Only 1 row was read. (too_few_rows)"]
    assert degraded_texts(RUN) == []


def test_new_rows_stand_apart_from_known_ones() -> None:
    """They are what somebody looks for; of a group that is all new, not; where only new ones are shown, it is said."""
    sheet = Sheet(file="/a.csv", name="", header=("Phone",))
    group = replace(GROUP, count=2, rows=(50, 49), sheets=(0, 0))
    shown = groups_text("Problems:", [group], sheets=[sheet], says_new=True).splitlines()[-1].strip()
    assert shown == 'new: A50; known: A49 (phone_short, column "Phone")'
    for other in (replace(group, new=2), replace(group, new=0)):
        assert "A50, A49 (" in groups_text("Problems:", [other], sheets=[sheet], says_new=True)
    more = replace(group, count=85, new=41, rows=tuple(range(260, 280)), sheets=(0,) * 20)
    shown = groups_text("Problems:", [more], sheets=[sheet], says_new=True).splitlines()[-1].strip()
    assert shown == 'new: A260, A261, A262, A263, A264, ... (phone_short, column "Phone")'
