"""The lines and the JSON of `doctor`."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from importer.model.diagnosis import Diagnosis, Level, diagnosed_exit_code, problem_diagnosis
from importer.model.probe import DuplicateBehaviour, NumberForm, ProbeAnswers
from importer.reports.doctor_report import diagnose_answers, doctor_json, doctor_text

GOOD = Diagnosis(name="token", text="from the keyring")
SKIPPED = Diagnosis(name="probe", level=Level.SKIPPED, text="none", next_step="doctor --probe NUMBER")
ANSWERS = ProbeAnswers(
    duplicates=DuplicateBehaviour.SECOND,
    created_status=201,
    status_proves=True,
    created_at_proves=True,
    visible_after_seconds=0.25,
    found_by=(NumberForm.DIGITS, NumberForm.PLUS),
    not_found_by=(NumberForm.OTHER,),
    returned_form=NumberForm.GROUPED,
    answered_at=datetime(2026, 11, 27, 12, 0, tzinfo=UTC),
)


def test_each_check_is_a_line_and_its_next_step_below() -> None:
    """Aligned, and without what could steer a terminal."""
    text = doctor_text([GOOD, replace(SKIPPED, text="no\x1b[2Jne")])
    assert text.splitlines() == [
        "token  ok           from the keyring",
        "probe  not checked  none",
        "                    doctor --probe NUMBER",
    ]


def test_a_text_is_wrapped_within_its_column() -> None:
    """On a terminal of 40 columns; what is below it begins where it does."""
    one = replace(GOOD, text="from the file /home/ana/token that is secret", next_step="and " * 6)
    assert doctor_text([one], 40).splitlines() == [
        "token  ok           from the file",
        "                    /home/ana/token that",
        "                    is secret",
        "                    and and and and and",
        "                    and",
    ]


def test_a_path_that_does_not_fit_its_column_goes_below() -> None:
    """All of its text, with one indentation: a small one, or none if it needs the whole line; the columns stay."""
    path = "/home/ana/.local/state/journal.sqlite3"
    assert doctor_text([GOOD, replace(GOOD, name="lock", text=f"{path} is whole")], 40).splitlines() == [
        "token  ok           from the keyring",
        "lock   ok",
        path,
        "is whole",
    ]
    shorter = replace(GOOD, text=f"{path[4:]} is whole", next_step=f"See it:\nchmod 600 {path[:20]}")
    assert doctor_text([shorter], 40).splitlines() == [
        "token  ok",
        f"    {path[4:]}",
        "    is whole",
        "    See it:",
        f"    chmod 600 {path[:20]}",
    ]
    assert doctor_text([replace(GOOD, text=f"{path}/and/more")], 40).splitlines()[1] == f"{path}/and/more"


@pytest.mark.parametrize(("codes", "code"), [([], 0), ([5], 5), ([5, 4], 4), ([6, 5, 4, 2], 2), ([6], 6), ([70], 70)])
def test_the_most_basic_problem_is_the_exit_code(codes: list[int], code: int) -> None:
    """The set-up before the disk, that before the service, that before another run."""
    assert diagnosed_exit_code([GOOD, SKIPPED, *(problem_diagnosis("one", "", "", each) for each in codes)]) == code


def test_the_json_has_every_check() -> None:
    """What was not checked is neither ok nor not."""
    found = json.loads(doctor_json([GOOD, SKIPPED, problem_diagnosis("lock", "held", "wait", 6)], ANSWERS))
    assert [one["ok"] for one in found["checks"]] == [True, None, False]
    assert (found["exit_code"], found["probe"]["duplicates"]) == (6, "second")
    assert set(found["checks"][0]) == {"name", "ok", "level", "text", "next_step"}


def test_what_a_probe_found_out_is_told() -> None:
    """In words, with the setting that follows from it."""
    one = diagnose_answers(ANSWERS)
    assert one.level is Level.OK
    assert one.text == (
        "for a number that is there already, Callbell makes a second contact (second); look-ups show a new contact"
        " within 0.2 s, as digits, with a plus but not in the number's other form; it writes numbers in groups;"
        " its status 201 and createdAt prove that it made a contact; found out 2026-11-27T12:00:00Z"
    )
    assert 'existing = "skip"' in one.next_step


@pytest.mark.parametrize("behaviour", [DuplicateBehaviour.REFUSE, DuplicateBehaviour.RETURN])
def test_a_service_that_makes_nobody_twice_need_not_be_asked(behaviour: DuplicateBehaviour) -> None:
    """Then `create` is safe."""
    assert 'existing = "create"' in diagnose_answers(replace(ANSWERS, duplicates=behaviour)).next_step


def test_look_ups_that_show_nothing_are_told() -> None:
    """As a note, and that nothing proves a creation."""
    blind = replace(ANSWERS, visible_after_seconds=None, watched_seconds=90.0, status_proves=False)
    one = diagnose_answers(replace(blind, created_at_proves=False, returned_form=None))
    assert one.level is Level.NOTE
    assert "did not show a new contact within 90.0 s" in one.text
    assert "nothing in its answer (201) proves" in one.text
