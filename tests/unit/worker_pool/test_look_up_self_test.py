"""The look-up's self-test: when it is made, and what it finds."""

import pytest

from importer.model.replies import Arrival, Reply
from importer.model.rows import Contact
from importer.worker_pool.look_up_self_test import LookUpSelfTest, SelfTestLookUp
from importer.worker_pool.operation import SelfTestDone, SendLater

ANA, EVA = (Contact(identifier=phone, source="whatsapp", name="Ana") for phone in ("34600111222", "34600111333"))
FOUND, NOT_FOUND, BROKEN = (Reply(arrival=Arrival.ANSWERED, http_status=status) for status in (200, 404, 500))


def begun() -> tuple[LookUpSelfTest, SelfTestLookUp]:
    """Return a test that is under way, and its look-up."""
    test = LookUpSelfTest(gap_seconds=5.0)
    test.note_created(ANA)
    test.note_needed()
    step = test.step()
    assert step is not None
    return test, step


@pytest.mark.parametrize("needed_first", [False, True])
def test_it_needs_a_contact_and_a_need(needed_first: bool) -> None:  # noqa: FBT001 - a table of cases
    """In either order; the first contact is looked up, and only once."""
    test = LookUpSelfTest(gap_seconds=5.0)
    notes = [lambda: test.note_created(ANA), test.note_needed]
    for note in reversed(notes) if needed_first else notes:
        assert test.step() is None
        note()
    test.note_created(EVA)
    assert test.step() == SelfTestLookUp(contact=ANA)
    assert test.step() is None


def test_a_contact_that_is_shown_ends_it_well() -> None:
    """Also after two answers that did not show it yet."""
    test, step = begun()
    for reply in (NOT_FOUND, NOT_FOUND):
        again = test.judge(step, reply)
        assert isinstance(again, SendLater)
        assert again.wait_seconds == 5.0
        step = again.step
    assert test.judge(step, FOUND) == SelfTestDone()
    assert not test.is_blind


def test_three_not_founds_make_it_blind() -> None:
    """Answers that say nothing do not count."""
    test, step = begun()
    for reply in (NOT_FOUND, BROKEN, NOT_FOUND, BROKEN):
        assert not test.is_blind
        again = test.judge(step, reply)
        assert isinstance(again, SendLater)
        step = again.step
    assert test.judge(step, NOT_FOUND) == SelfTestDone()
    assert test.is_blind
