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


BY_ITSELF = "A schedule gives that command again at its next time, and does nothing else of this."


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
    command = ["The same command:", "  callbell-importer run /srv/in.csv", BY_ITSELF, "It ran on import-1."]
    did_not_come = "the list did not come, or has another name: have it put there, and give the same command again."
    assert told[0].splitlines()[-5:] == [f"Next: {did_not_come}", *command]
    assert told[1].splitlines()[-5:] == ["Next: Nothing was sent. Fix this and give the same command again.", *command]
    without = notice_of([Event.FAILURE], {"exit_code": 2, "error": config}, PLACE)
    assert without.text.splitlines()[-3:-1] == [
        "Next: Nothing was sent. Fix this and give the same command again.",
        BY_ITSELF,
    ]


@pytest.mark.parametrize(
    ("code", "is_service", "by_itself"),
    [
        (
            5,
            True,
            (
                "systemd gives that command again in 30 minutes, up to 5 times in a night, and does nothing else"
                " of this. The same end is not told again."
            ),
        ),
        (5, False, BY_ITSELF),
        (3, True, BY_ITSELF),
    ],
)
def test_it_is_told_who_gives_the_command_again(*, code: int, is_service: bool, by_itself: str) -> None:
    """The unit of a service has it tried again after exit code 5 alone, cron never."""
    place = Place(host="import-1", is_service=is_service)
    error = {"code": "unreachable", "message": "No answer.", "hint": "Give the same command again later."}
    text = notice_of([Event.FAILURE], {"command": "run", "exit_code": code, "error": error}, place).text
    assert text.splitlines()[-2] == by_itself


JOURNAL = "/var/lib/callbell-importer/.local/state/callbell-importer/journal.sqlite3"
NO_JOURNAL = {
    "code": "storage",
    "message": f"The journal {JOURNAL} is missing. It was used on 2026-11-27, and only it knows what was sent.",
    "hint": "Put it back (is its disk there?), and give the same command again. To begin a new one all the same, make"
    f" an empty file there first:\n  touch {JOURNAL}",
}
RENAMED = {
    "code": "mapping_misfit",
    "message": 'The mapping does not fit in.csv:\n  - There is no column "Phone".',
    "hint": "Change the name there, or the header, and give the same command again:\n"
    "  /etc/callbell-importer/config.toml, line 5, columns.identifier",
}


@pytest.mark.parametrize("error", [NO_JOURNAL, RENAMED])
def test_each_line_that_is_to_be_copied_stands_alone(error: dict[str, str]) -> None:
    """In the text and for programs: with the next sentence behind it a pasted `touch` makes files of its words."""
    place = Place(host="import-1", command="callbell-importer run /srv/in.csv")
    notice = notice_of([Event.FAILURE], {"command": "run", "exit_code": 4, "error": error}, place)
    copied = error["hint"].splitlines()[-1]
    assert copied in notice.text.splitlines()
    assert notice.text.splitlines()[-4:-1] == ["The same command:", "  callbell-importer run /srv/in.csv", BY_ITSELF]
    assert notice.summary["error"]["hint"] == error["hint"]  # type: ignore[index]
    assert "\n" not in notice.subject


@pytest.mark.parametrize(
    ("hint", "lines"),
    [
        ("See: callbell-importer run --help", ["See:", "  callbell-importer run --help"]),
        (
            "Look first: callbell-importer doctor. Then wait.",
            ["Look first:", "  callbell-importer doctor", "Then wait."],
        ),
        (
            "Undo it: CALLBELL_API_TOKEN=$(cat /etc/t) su -s /bin/sh callbell -c 'callbell-importer undo r'. Wait.",
            [
                "Undo it:",
                "  CALLBELL_API_TOKEN=$(cat /etc/t) su -s /bin/sh callbell -c 'callbell-importer undo r'",
                "Wait.",
            ],
        ),
        ("No command: only words.", ["No command: only words."]),
    ],
)
def test_a_command_within_a_sentence_gets_a_line_of_its_own(hint: str, lines: list[str]) -> None:
    """Without the full stop, which would be its last argument's."""
    error = {"code": "usage", "message": "No.", "hint": hint}
    told = notice_of([Event.FAILURE], {"exit_code": 2, "error": error}, PLACE).text.splitlines()
    assert told[told.index(f"Next: {lines[0]}") : -1] == [f"Next: {lines[0]}", *lines[1:]]


def test_a_command_that_the_step_names_is_not_named_twice() -> None:
    """As where Callbell lacks a tag; and no schedule gives a retry."""
    step = "make it in Callbell. Then give the same command again:\n  callbell-importer run /srv/in.csv --country ES"
    place = Place(host="import-1", next_step=step, command="callbell-importer run /srv/in.csv")
    text = notice_of([Event.NEW], SUMMARY, place).text
    assert text.count("callbell-importer run ") == 1
    assert BY_ITSELF in text
    assert BY_ITSELF not in notice_of([Event.NEW], SUMMARY | {"command": "retry"}, place).text


def test_a_long_error_is_whole_in_the_text() -> None:
    """With its lines; the subject has a statement in its place."""
    message = "2 settings are wrong:\n  - " + "x" * 200
    summary = {"exit_code": 2, "error": {"code": "settings", "message": message}}
    notice = notice_of([Event.FAILURE], summary, PLACE)
    assert notice.subject == "callbell-importer: run failed, exit code 2: The command line or the config is wrong"
    assert f"Error: 2 settings are wrong:\n  - {'x' * 200}\n" in notice.text


def test_an_error_without_end_is_cut_between_lines() -> None:
    """Half a command does something else."""
    hint = "\n".join(["Write this:", *("  callbell-importer run " + "x" * 100 for _ in range(40))])
    text = notice_of([Event.FAILURE], {"exit_code": 2, "error": {"message": "No.", "hint": hint}}, PLACE).text
    lines = [line for line in text.splitlines() if line.startswith("  callbell")]
    assert 5 < len(lines) < 20
    assert {*lines} == {"  callbell-importer run " + "x" * 100}


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
    changes = {"compared_with": "20261126-020000-contacts", "new": 5, "still_there": 0, "gone": 1}
    assert told(changes=changes).summary["changes"] == changes
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


def test_problems_that_nothing_tells_apart_are_one_line() -> None:
    """Their columns and messages are not told; with details they are, on a line each."""
    groups = [
        {"code": "phone_invalid", "column": "Tel", "message": "a", "count": 10, "new": 2, "rows": [7, 9, 1, 2]},
        {"code": "name_long", "column": "Name", "message": "c", "count": 8, "new": 0, "rows": [3]},
        {"code": "phone_invalid", "column": "Tel", "message": "b", "count": 7, "new": 1, "rows": [8, 4]},
    ]
    text = told(problems=groups).text
    assert "Problems:\n  phone_invalid: 17 rows, 3 new (rows 7, 8, 9)\n  name_long: 8 rows, 0 new\nExit" in text
    assert "phone_invalid: 10 rows, 2 new" in told(problems=groups, details=True).text


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


CODE_4 = "callbell-importer: run of contacts.csv failed, exit code 4: "


@pytest.mark.parametrize(
    ("exit_code", "error", "subject"),
    [
        (4, NO_JOURNAL, f"{CODE_4}The journal journal.sqlite3 is missing."),
        (
            4,
            {"code": "storage", "message": "The folder " + "wordy " * 40 + "cannot be written."},
            f"{CODE_4}The journal or the reports cannot be written",
        ),
        (
            5,
            {
                "code": "unreachable",
                "message": "No connection to " + "a.long." * 12 + "host:443 (refused). It is long.",
            },
            f"{CODE_4.replace('4', '5')}Callbell does not answer",
        ),
        (
            4,
            {"code": "disk_full", "message": f"The journal {JOURNAL} cannot grow: the disk is full."},
            f"{CODE_4}disk full",
        ),
        (
            2,
            {"code": "usage", "message": "Invalid value for '--report-dir': " + "wordy " * 20},
            f"{CODE_4.replace('4', '2')}The command line or the config is wrong",
        ),
        (3, RENAMED, f"{CODE_4.replace('4', '3')}mapping misfit"),
        (9, {"code": "", "message": "wordy " * 40}, CODE_4.replace("4", "9").removesuffix(": ")),
    ],
)
def test_a_subject_holds_a_whole_statement(exit_code: int, error: dict[str, str], subject: str) -> None:
    """What failed, of which list, and why: never half a sentence, and a file by its name."""
    summary = {"command": "run", "files": ["/srv/contacts.csv"], "exit_code": exit_code, "error": error}
    assert notice_of([Event.FAILURE], summary, PLACE).subject == subject
