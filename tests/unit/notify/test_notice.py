"""What is told of a run: all of it in the subject, counts in the text, and nobody's number or name."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.notify.event import Event, events_of
from importer.notify.notice import Notice, Place, check_notice, notice_of

NUMBER, PERSON = "+34 600 111 222", "Ana Person"
PLACE = Place(host="import-1", next_step="fix the rows in it, and: callbell-importer run failed.csv")
SUMMARY: dict[str, object] = {
    "run": "20261127-020000-contacts",
    "command": "run",
    "files": ["/srv/in/contacts.csv"],
    "started_at": "2026-11-27T02:00:00Z",
    "finished_at": "2026-11-27T02:02:05Z",
    "exit_code": 1,
    "sandbox": False,
    "seconds": 125.0,
    "rows": {"created": 12, "unchanged": 49_983, "invalid": 5, "failed": 0, "read": 50_000, "blank": 0},
    "problems": [
        {"code": "phone_invalid", "column": f"Tel {PERSON}", "message": f"{NUMBER} of {PERSON}", "count": 5, "new": 5},
        {"code": "duplicate", "column": "", "message": f"as {NUMBER}", "count": 2, "new": 2},
    ],
    "warnings": [{"code": "text_damaged", "column": "Name", "message": PERSON, "count": 1, "rows": [7]}],
    "degraded": [],
    "reports": {"summary": "/srv/reports/20261127-020000-contacts/summary.json", "failed": ["/srv/reports/f.csv"]},
}


def told(*, details: bool = False, **changes: Any) -> Notice:
    """Return the notice of the summary with changes."""
    ending = SUMMARY | changes
    return notice_of(events_of(ending), ending, PLACE, details=details)


def test_the_subject_says_it_all() -> None:
    """What, of which file, in which run."""
    assert told().subject == "callbell-importer: 5 new problems in contacts.csv (20261127-020000-contacts)"


def test_the_text_has_counts_the_next_step_and_where() -> None:
    """In that order, in a few lines."""
    assert told().text.splitlines() == [
        "5 new problems in contacts.csv (20261127-020000-contacts)",
        "",
        "Rows: 50,000 read; 12 created, 49,983 unchanged, 5 invalid.",
        "Problems:",
        "  phone_invalid: 5 rows, 5 new",
        "Exit code 1 after 2 min 5 s.",
        "",
        "Next: fix the rows in it, and: callbell-importer run failed.csv",
        "Reports on import-1: /srv/reports/20261127-020000-contacts",
    ]


ERROR = {"code": "token_refused", "message": "The service refused the token (401).", "hint": "Take a new one."}
OLD = [{"code": "phone_invalid", "count": 12, "new": 0}]
SHORT = [{"code": "too_few_rows", "message": "3 rows, where 50,000 are usual."}]


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ({"problems": [{"code": "x", "count": 1, "new": 1}]}, "1 new problem in contacts.csv"),
        ({"problems": OLD}, "12 problems in contacts.csv, none of them new"),
        ({"rows": {"failed": 3}}, "3 rows failed in contacts.csv"),
        ({"rows": {"in_doubt": 1}}, "1 row in doubt in contacts.csv"),
        ({"rows": {"failed": 2, "in_doubt": 1}}, "3 rows (2 failed, 1 in doubt) in contacts.csv"),
        ({"degraded": SHORT}, "degraded import of contacts.csv: too_few_rows"),
        (
            {"exit_code": 5, "error": ERROR},
            "run of contacts.csv failed, exit code 5: token refused",
        ),
        ({"exit_code": 143}, "run of contacts.csv failed, exit code 143"),
        ({"exit_code": 0, "problems": []}, "import of contacts.csv finished, every row is where it should be"),
        (
            {"files": ["a.csv", "C:\\in\\b.csv"], "problems": OLD},
            "12 problems in a.csv and 1 more file, none of them new",
        ),
    ],
)
def test_each_event_has_its_subject(changes: dict[str, Any], subject: str) -> None:
    """So that a mail need not be opened."""
    notice = told(**changes)
    assert notice.subject in (
        f"callbell-importer: {subject} (20261127-020000-contacts)",
        f"callbell-importer: {subject}",
    )
    assert len(notice.subject) <= 80 or notice.subject.endswith(subject)  # what happened is never cut
    assert "(20261127-020000-contacts)" in notice.text.splitlines()[0]


def test_where_nothing_ran_the_error_is_told() -> None:
    """With its own hint as the next step, and the computer's name."""
    ending = {"command": "run", "exit_code": 5, "error": ERROR}
    notice = notice_of([Event.FAILURE], ending, PLACE)
    assert notice.subject == "callbell-importer: run failed, exit code 5: The service refused the token (401)."
    assert notice.text.splitlines()[:3] == [
        "run failed, exit code 5",
        "",
        "Error: The service refused the token (401).",
    ]
    assert notice.text.splitlines()[-2:] == ["Next: Take a new one.", "It ran on import-1."]


def test_the_same_command_is_named_for_whoever_does_not_see_it() -> None:
    """And of a list that is missing, that it did not come: nobody stands in a folder there."""
    place = Place(host="import-1", command="callbell-importer run /srv/in.csv")
    missing = {"code": "file_missing", "message": "There is no file /srv/in.csv.", "hint": "Check the name."}
    config = {
        "code": "config",
        "message": "line 3",
        "hint": "Nothing was sent. Fix this and give the same command again.",
    }
    told = [notice_of([Event.FAILURE], {"exit_code": 3, "error": one}, place).text for one in (missing, config)]
    again = "give the same command again. What runs every night does so by itself."
    command = " The command: callbell-importer run /srv/in.csv"
    steps = [text.splitlines()[-2] for text in told]
    assert steps[0] == f"Next: the list did not come, or has another name: have it put there, and {again}{command}"
    assert steps[1] == f"Next: Nothing was sent. Fix this and {again}{command}"
    without = notice_of([Event.FAILURE], {"exit_code": 2, "error": config}, PLACE)
    assert without.text.splitlines()[-2] == f"Next: Nothing was sent. Fix this and {again}"


def test_a_long_error_is_whole_in_the_text() -> None:
    """Only the subject is cut."""
    message = "2 settings are wrong:\n  - " + "x" * 200
    notice = notice_of([Event.FAILURE], {"exit_code": 2, "error": {"message": message}}, PLACE)
    assert len(notice.subject) <= 80
    assert "\n" not in notice.subject
    assert "x" * 200 in notice.text


@pytest.mark.parametrize("changes", [{}, {"exit_code": 5, "error": {"message": f"{NUMBER}", "hint": NUMBER}}])
def test_nobodys_number_or_name_is_told(changes: dict[str, Any]) -> None:
    """Neither in the texts nor in what programs get."""
    changes |= {"degraded": [{"code": "header_changed", "message": f"was {NUMBER}"}], "extra": {"who": PERSON}}
    notice = told(**changes)
    everything = notice.subject + notice.text + json.dumps(notice.summary)
    assert PERSON not in everything
    assert "600" not in everything
    assert "111" not in everything


def test_programs_get_the_summary_with_its_shape() -> None:
    """Every key is there, counts, codes, paths and times as they were."""
    summary = told().summary
    assert {**SUMMARY, "notice": {}}.keys() == summary.keys()
    for key in ("run", "files", "exit_code", "rows", "reports", "started_at", "seconds", "sandbox"):
        assert summary[key] == SUMMARY[key]
    assert summary["problems"][0] == {"code": "phone_invalid", "column": "", "message": "", "count": 5, "new": 5}  # type: ignore[index]
    assert summary["notice"]["event"] == "new"  # type: ignore[index]


@pytest.mark.parametrize(
    ("group", "line"),
    [
        ({"count": 2, "new": 1, "rows": [50, 49]}, "x: 2 rows, 1 new (row 50)"),
        ({"count": 9, "new": 7, "rows": [*range(2, 11)]}, "x: 9 rows, 7 new (rows 2, 3, 4, 5, 6, ...)"),
        ({"count": 2, "new": 2, "rows": [49, 50]}, "x: 2 rows, 2 new"),
        ({"count": 2, "new": 0, "rows": [49, 50]}, "x: 2 rows, 0 new"),
        ({"count": 2, "new": 1, "rows": "50"}, "x: 2 rows, 1 new"),
    ],
)
def test_the_rows_that_are_new_among_known_ones_are_named(group: dict[str, object], line: str) -> None:
    """By their numbers; of several files these say nothing."""
    problems = [{"code": "x", **group}]
    assert f"  {line}" in told(problems=problems).text.splitlines()
    assert "(row" not in told(problems=problems, files=["/a.csv", "/b.csv"]).text


def test_details_are_told_where_they_are_asked_for() -> None:
    """Column and message, in the text and for programs."""
    notice = told(details=True)
    assert f'phone_invalid: 5 rows, 5 new in the column "Tel {PERSON}": {NUMBER} of {PERSON}' in notice.text
    assert notice.summary["problems"] == SUMMARY["problems"]


def test_many_kinds_of_problems_are_cut() -> None:
    """A notice stays short."""
    groups = [{"code": f"code_{number}", "count": 1, "new": 1} for number in range(14)]
    text = told(problems=groups).text
    assert text.count("code_") == 10
    assert "and 4 more kinds" in text


def test_a_file_may_be_called_anything() -> None:
    """Line breaks and terminal escapes of its name end in no header, and no terminal."""
    notice = told(files=["/in/a\r\nBcc: x@example.com\x1b[31m.csv"])
    assert notice.subject.isprintable()
    assert "\nBcc" not in notice.text


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=6
)
LIKE_A_GROUP = st.fixed_dictionaries({}, optional=dict.fromkeys(("code", "count", "new", "message"), ANYTHING))
KEYS = ("run", "files", "rows", "degraded", "reports", "error", "seconds", "problems", "exit_code")


@given(st.fixed_dictionaries({}, optional={key: ANYTHING | LIKE_A_GROUP | st.lists(LIKE_A_GROUP) for key in KEYS}))
def test_a_summary_is_told_of_whatever_its_shape(summary: dict[str, Any]) -> None:
    """A notice that fails over a missing key would be a night that nobody hears of."""
    notice = notice_of(events_of(summary), summary, PLACE)
    assert not {unicodedata.category(sign) for sign in notice.subject} & {"Cc", "Cf", "Zl", "Zp"}
    assert all(len(line) < 3_000 for line in notice.text.splitlines())


def test_a_test_notice_says_so() -> None:
    """Nobody is alarmed."""
    notice = check_notice(PLACE)
    assert (notice.event, notice.summary["exit_code"]) == ("test", 0)
    assert "test notice" in notice.subject


def test_a_subject_is_not_cut_in_a_word() -> None:
    """A long error ends with its last whole word, and with dots."""
    message = "The folder " + "wordy " * 40 + "cannot be written."
    summary = {"exit_code": 4, "error": {"code": "storage", "message": message, "hint": ""}}
    subject = notice_of([Event.FAILURE], summary, PLACE).subject
    assert subject.endswith(" wordy ...")
