"""The operation that deletes: its first step, its requests, and what it gives back."""

import pytest

from importer.model.journal_rows import Pending
from importer.model.policy import Policy
from importer.model.requests import delete_contact, get_contact
from importer.model.rows import Contact
from importer.worker_pool.delete import DeleteOperation, DeleteStep
from importer.worker_pool.delete_decision import Compare, Delete
from importer.worker_pool.operation import SendLater
from tests.support.virtual_time import START

SENT = Contact(identifier="34600111222", source="whatsapp", name="Ana")
ROW = Pending(seq=1, row=2, contact=SENT, uuid="u1")
COMPARE = Compare(uuid="u1", sent=SENT)
OPERATION = DeleteOperation(Policy())


def test_a_contact_is_looked_at_first() -> None:
    """Nothing is deleted unseen."""
    assert OPERATION.first_step(ROW, START) == SendLater(step=COMPARE)
    assert OPERATION.self_test_step() is None


def test_each_step_has_its_request() -> None:
    """By the contact's UUID."""
    assert OPERATION.request(COMPARE) == get_contact("u1")
    assert OPERATION.request(Delete(compare=COMPARE)) == delete_contact("u1")


@pytest.mark.parametrize("step", [COMPARE, Delete(compare=COMPARE)])
@pytest.mark.parametrize("is_in_flight", [False, True])
def test_what_is_given_up_leaves_nothing_to_record(step: DeleteStep, is_in_flight: bool) -> None:  # noqa: FBT001 - a table of cases
    """The journal has it in flight."""
    assert OPERATION.give_back(step, is_in_flight=is_in_flight) is None
