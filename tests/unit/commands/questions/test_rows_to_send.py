"""What the last question says of the rows: the first as they will be sent, what changes, and how many."""

from collections import Counter
from dataclasses import replace

from importer.commands.questions.rows_to_send import counts_text, first_lines
from importer.model.journal_rows import FirstToSend, Pending, Presence
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
