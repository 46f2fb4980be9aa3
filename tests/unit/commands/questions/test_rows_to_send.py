"""What the last question says of the rows: the first as they will be sent, what changes, and how many."""

from collections import Counter
from dataclasses import replace

import pytest

from importer.commands.questions.rows_to_send import counts_text, first_lines, may_send, only_asked_text
from importer.model.journal_rows import FirstToSend, Pending, Presence
from importer.model.policy import Existing, Gone, Policy
from importer.model.rows import Contact, Status

ANA = Contact(identifier="34600111222", source="whatsapp", name="Ana", note="Compra los sábados", tags=("VIP",))


def update(row: int, now: Contact, base: Contact | None = ANA) -> Pending:
    """Return the row of a contact that is there."""
    return Pending(seq=row, row=row, contact=now, presence=Presence.THERE, base=base)


def test_an_update_is_shown_with_what_it_changes() -> None:
    """The value that was sent last and the new one, and nothing of what is as it was."""
    now = replace(ANA, note="Nota nueva 1", tags=("VIP", "Web"), custom_fields={"Ciudad": "Vigo"})
    assert list(first_lines(FirstToSend(updates=[update(101, now)]))) == [
        "The first update, from what was sent last to what the row says:",
        "  row 101: tags: VIP -> VIP, Web; note: Compra los sábados -> Nota nueva 1;\n    Ciudad: (empty) -> Vigo",
    ]


def test_an_update_of_which_nothing_is_known_is_named() -> None:
    """Only where no change is known of any."""
    assert list(first_lines(FirstToSend(updates=[update(2, ANA, None)]))) == [
        "Row 2 is an update: only its changes go to the contact that is there."
    ]


@pytest.mark.parametrize(
    ("recreates", "said"),
    [
        (False, "1 deleted in Callbell, as an earlier run found"),
        (True, "1 deleted in Callbell, to be made again"),
    ],
)
def test_deleted_contacts_are_not_counted_as_sent_like_new_ones(said: str, *, recreates: bool) -> None:
    """They are asked for, and made again only where that is wanted."""
    tally = {Status.PENDING: 2, Status.UNCHANGED: 3}
    told = counts_text(tally, FirstToSend(gone=1), if_new="", recreates=recreates)
    assert told == f"5 rows: 1 to be sent, {said}, 3 done before."


def test_it_is_said_by_what_deleted_contacts_are_made_again() -> None:
    """Where some are only looked up."""
    told = only_asked_text(FirstToSend(gone=2), recreates=False)
    assert told.endswith("to make it again, answer n and add --gone recreate.")
    assert only_asked_text(FirstToSend(gone=2), recreates=True) == only_asked_text(FirstToSend(), recreates=False) == ""


@pytest.mark.parametrize("existing", Existing)
@pytest.mark.parametrize("gone", Gone)
def test_where_only_deleted_contacts_are_left_nothing_is_sent(existing: Existing, gone: Gone) -> None:
    """Unless they are made again, or one that a colleague made again is updated."""
    policy, first = Policy(existing=existing, gone=gone), FirstToSend(gone=2)
    assert may_send({Status.PENDING: 3}, first, policy)
    sends = gone is Gone.RECREATE or existing is Existing.UPDATE
    assert may_send({Status.PENDING: 2, Status.UNCHANGED: 9}, first, policy) is sends


def test_where_the_sheet_wins_it_is_shown_what_will_be_lost() -> None:
    """What Callbell had when the field was left, which is replaced; of another field what was sent last."""
    now = replace(ANA, name="Ana Vidal", note="Nueva", custom_fields={"Ciudad": "Vigo", "Club": "Oro"})
    replaced = {"name": "Colega", "custom_fields.Ciudad": "", "custom_fields.Club": None}
    first = FirstToSend(updates=[replace(update(3, now), replaced=replaced)], changed=1, replaces=True)
    heading, *lines = first_lines(first)
    assert heading == "The first update, from what Callbell had, else was sent, to what the row says:"
    assert " ".join(" ".join(lines).split()) == (
        "row 3: name: Colega (in Callbell) -> Ana Vidal; note: Compra los sábados -> Nueva; Ciudad: (empty) (in"
        " Callbell) -> Vigo; Club: (what cannot be read) (in Callbell) -> Oro"
    )
    assert list(first_lines(replace(first, updates=[update(2, ANA, None)]))) == [
        "Row 2 is an update: only its changes replace what the contact has."
    ]


def test_a_value_that_callbell_had_already_is_no_change() -> None:
    """The list was corrected to it since."""
    now = replace(ANA, name="Colega")
    assert replace(update(3, now), replaced={"name": "Colega"}).known_changes == {}


def test_where_the_sheet_wins_no_update_is_called_conditional() -> None:
    """Whatever Callbell has is replaced, whoever wrote it."""
    tally = Counter({Status.PENDING: 5, Status.UNCHANGED: 3})
    told = counts_text(tally, FirstToSend(changed=4, compared=1, replaces=True), if_new="")
    assert told == (
        "8 rows: 4 to replace whatever Callbell has, 1 to be compared with what Callbell has, which is replaced, 3 done"
        " before."
    )
    told = counts_text(Counter({Status.PENDING: 1}), FirstToSend(changed=1, replaces=True), if_new="", of_run="run-1")
    assert told == "1 row of run-1, to replace whatever Callbell has."


def test_updates_are_not_counted_as_sent() -> None:
    """They are where Callbell has what was sent last; what it does not know is compared."""
    tally = Counter({Status.PENDING: 10, Status.UNCHANGED: 3})
    told = counts_text(tally, FirstToSend(changed=4, compared=1), if_new="")
    assert told == (
        "13 rows: 5 to be sent, 4 to be updated if Callbell has them as they were, 1 to be compared with what Callbell"
        " has, 3 done before."
    )
    told = counts_text(Counter({Status.PENDING: 4}), FirstToSend(changed=4), if_new="")
    assert told == "4 rows, all to be updated if Callbell has them as they were."
    told = counts_text(Counter({Status.PENDING: 40_000}), FirstToSend(changed=4, is_whole=False), if_new="")
    assert told == "40,000 rows, all to be sent."
