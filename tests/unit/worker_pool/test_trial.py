"""The first rows are a trial: only if all of them are refused for one reason is the run stopped."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from importer.model.journal_rows import Pending
from importer.model.replies import Outcome
from importer.model.requests import WHO_AM_I, Request, create_contact
from importer.model.rows import Contact, Status
from importer.worker_pool.operation import Final, SendLater
from importer.worker_pool.trial import TRIAL_ROWS, RefusedAlike, Trial

CONTACT = Contact(identifier="34600111222", source="whatsapp", name="Ana")
ROW = Pending(seq=1, row=2, contact=CONTACT)
REFUSED = Outcome(
    status=Status.FAILED, http_status=422, code="tag_unknown", reason='The service refused it: Tag "X" does not exist'
)
CREATED = Outcome(status=Status.CREATED, http_status=201, uuid="u1")


def told(*outcomes: Outcome, row: Pending = ROW) -> Sequence[RefusedAlike | None]:
    """Return what a trial of twenty rows says after each outcome."""
    trial = Trial(TRIAL_ROWS)
    return [trial.follow(row, 1, Final(outcome=outcome)) for outcome in outcomes]


def test_twenty_rows_refused_alike_stop_the_run() -> None:
    """With the reason, the cure, and how to go on all the same; once."""
    said = told(*[REFUSED] * 40)
    (stop,) = filter(None, said)
    assert said.index(stop) == 19
    assert stop.message.endswith('Tag "X" does not exist.')
    assert stop.hint.startswith('Make the tag "X" in Callbell')
    assert "--max-failures" in stop.hint


@pytest.mark.parametrize(
    "other",
    [
        CREATED,
        replace(REFUSED, reason='The service refused it: Tag "Y" does not exist'),
        replace(REFUSED, code="refused"),
        replace(REFUSED, http_status=500),
        replace(REFUSED, http_status=None),
        replace(REFUSED, status=Status.IN_DOUBT),
    ],
)
@pytest.mark.parametrize("place", [0, 7, 19])
def test_one_row_of_another_fate_ends_the_trial(other: Outcome, place: int) -> None:
    """Others may have it too."""
    outcomes = [REFUSED] * 40
    outcomes[place] = other
    assert not any(told(*outcomes))


def test_rows_that_an_earlier_run_sent_and_that_were_refused_do_not_count() -> None:
    """They are tried again by themselves, and say nothing new."""
    assert not any(told(*[REFUSED] * 40, row=replace(ROW, was_refused=True)))


def test_a_row_that_succeeds_now_counts_whatever_an_earlier_run_met() -> None:
    """The cause is gone."""
    trial = Trial(TRIAL_ROWS)
    trial.follow(replace(ROW, was_refused=True), 1, Final(outcome=CREATED))
    assert not trial.is_on


def test_rows_that_were_not_sent_do_not_count() -> None:
    """A contact that is there already, or a value that the account would refuse."""
    trial = Trial(TRIAL_ROWS)
    for _ in range(40):
        assert trial.follow(ROW, 0, Final(outcome=REFUSED)) is None
        assert trial.follow(None, 1, Final(outcome=REFUSED)) is None
    assert trial.is_on


def left(trial: Trial, count: int, attempts: int = 0, request: Request | None = None) -> None:
    """Let requests of so many rows leave."""
    for _ in range(count):
        trial.leave(CONTACT, attempts, lambda contact: request or create_contact(contact))


def test_nothing_leaves_until_the_first_rows_are_answered() -> None:
    """Look-ups and second attempts aside: they are no rows that are sent."""
    trial = Trial(TRIAL_ROWS)
    left(trial, 19)
    left(trial, 5, attempts=1)
    left(trial, 5, request=WHO_AM_I)
    assert not trial.is_holding
    left(trial, 1)
    assert trial.is_holding
    trial.follow(ROW, 1, Final(outcome=REFUSED))
    assert trial.is_holding
    trial.follow(ROW, 1, Final(outcome=CREATED))
    assert not trial.is_holding


def test_a_row_whose_answer_takes_longer_holds_up_nothing() -> None:
    """It may be sent again in minutes; the others are judged all the same."""
    trial = Trial(TRIAL_ROWS)
    left(trial, 20)
    trial.follow(ROW, 1, SendLater(step=CONTACT, wait_seconds=90.0))
    assert not trial.is_holding
    assert any(trial.follow(ROW, 1, Final(outcome=REFUSED)) for _ in range(20))


def test_a_row_that_does_not_count_lets_another_leave() -> None:
    """Else twenty rows would never come together."""
    trial = Trial(TRIAL_ROWS)
    left(trial, 20)
    trial.follow(replace(ROW, was_refused=True), 2, Final(outcome=REFUSED))
    assert not trial.is_holding


def test_without_rows_there_is_no_trial() -> None:
    """A person who says how many rows may fail wants no other limit."""
    trial = Trial()
    left(trial, 40)
    assert not trial.is_holding
    assert not any(trial.follow(ROW, 1, Final(outcome=REFUSED)) for _ in range(40))
