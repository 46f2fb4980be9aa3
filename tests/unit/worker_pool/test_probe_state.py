"""The state of a probe: what it asks for, and that the journal gives it back as it was."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from importer.model.probe import DuplicateBehaviour, NumberForm, ProbeAnswers
from importer.worker_pool.probe_state import MadeContact, Phase, ProbeState, number_forms, probe_request

NOW = datetime(2026, 11, 27, 12, 0, 0, 123, tzinfo=UTC)
MARK = "0123456789abcdef"
STATE = ProbeState(number="5215512345678", mark=MARK)


def test_the_journal_gives_the_state_back() -> None:
    """Every field of it."""
    full = ProbeState(
        number="34600111222",
        mark=MARK,
        phase=Phase.DELETE,
        place=1,
        failures=2,
        began_at=NOW,
        made_seconds=1.5,
        to_delete=(MadeContact(uuid="one", has_mark=True),),
        settled=("two", "three"),
        kept=("three",),
        is_in_doubt=True,
        is_refused=True,
        has_stranger=True,
        is_resumed=True,
        has_settled=True,
        sweeps=1,
        after="20",
        is_listed=True,
        problem="no answer",
        answers=ProbeAnswers(
            duplicates=DuplicateBehaviour.SECOND,
            created_status=201,
            status_proves=True,
            visible_after_seconds=0.5,
            found_by=(NumberForm.DIGITS, NumberForm.PLUS),
            not_found_by=(NumberForm.OTHER,),
            returned_form=NumberForm.GROUPED,
            answered_at=NOW,
        ),
    )
    assert ProbeState.from_json(full.to_json()) == full
    assert ProbeState.from_json(STATE.to_json()) == STATE


def test_both_posts_are_the_same_and_carry_the_mark() -> None:
    """In the name and in the note, so that it is found again; and people see what it is."""
    first, second = (probe_request(replace(STATE, phase=phase)) for phase in (Phase.MAKE, Phase.REPEAT))
    body = json.loads(first.body)
    assert first == second
    assert (first.method, first.path, body["identifier"]) == ("POST", "contacts", "5215512345678")
    assert body["name"] == f"callbell-importer probe {MARK}"
    assert MARK in body["note"]


@pytest.mark.parametrize(
    ("number", "forms"),
    [
        ("34600111222", ["34600111222", "+34600111222"]),
        ("5215512345678", ["5215512345678", "+5215512345678", "525512345678"]),
        ("525512345678", ["525512345678", "+525512345678", "5215512345678"]),
        ("5511987654321", ["5511987654321", "+5511987654321", "551187654321"]),
    ],
)
def test_a_number_is_looked_up_in_each_of_its_forms(number: str, forms: list[str]) -> None:
    """Digits, with a plus, and where there is one in its other form."""
    assert [written for _, written in number_forms(number)] == forms
    paths = [probe_request(replace(STATE, number=number, place=place)).path for place in range(len(forms))]
    assert paths == [f"contacts/phone/{form.replace('+', '%2B')}" for form in forms]


def test_the_list_is_walked_by_its_cursor() -> None:
    """With the filter repeated, as the documentation wants it."""
    listing = replace(STATE, phase=Phase.LIST)
    assert probe_request(listing).query == {"source": "whatsapp", "page": "1"}
    assert probe_request(replace(listing, after="20")).query == {"source": "whatsapp", "after": "20"}
