"""The first status of a row, from what the journal knows of its contact's key."""

from dataclasses import replace

import pytest

from importer.journal.deduplicate import (
    TO_SEND,
    FirstRow,
    KnownContact,
    deduplicate_across_runs,
    deduplicate_within_run,
)
from importer.model.payload import content_hashes, to_json
from importer.model.policy import Existing
from importer.model.replies import Outcome
from importer.model.rows import Contact, Sheet, Status

_SENT = KnownContact(
    Status.CREATED, "u", "/c/u", same=True, first_sent_at="2026-11-23", last_sent_at="2026-11-24", payload=None
)
_ANA = Contact(identifier="1", source="whatsapp", name="Ana", tags=("a", "b"), custom_fields={"Features": ("x",)})
_SHEETS = {0: Sheet(file="a.csv", header=("Phone",)), 1: Sheet(file="b.xlsx", name="May", header=("Phone",))}


def test_an_unknown_key_is_pending() -> None:
    """Nothing is known, so it is sent, and not in doubt."""
    assert (TO_SEND.outcome.status, TO_SEND.doubt_since) == (Status.PENDING, None)


def test_a_contact_whose_update_failed_has_not_what_the_row_says() -> None:
    """Whatever the row says now; with an update it is merged as on a first meeting."""
    known = replace(_SENT, status=Status.EXISTS, same=False, payload="{}", is_not_updated=1)
    outcome = deduplicate_across_runs("{}", known).outcome
    assert (outcome.status, outcome.code) == (Status.EXISTS, "differs")
    assert outcome.reason == "it is there; an earlier run's update of it failed"
    assert deduplicate_across_runs("{}", known, Existing.UPDATE).outcome == Outcome(
        status=Status.PENDING, uuid="u", href="/c/u"
    )


@pytest.mark.parametrize(
    ("known", "status"),
    [
        (Status.CREATED, Status.UNCHANGED),
        (Status.UPDATED, Status.UNCHANGED),
        (Status.EXISTS, Status.UNCHANGED),
        (Status.FAILED, Status.PENDING),
        (Status.IN_FLIGHT, Status.PENDING),
        (Status.IN_DOUBT, Status.PENDING),
    ],
)
def test_the_last_sending_decides(known: Status, status: Status) -> None:
    """What arrived is unchanged; everything else is sent, after a look-up where it is in doubt."""
    decision = deduplicate_across_runs("{}", replace(_SENT, status=known))
    doubtful = known in {Status.IN_FLIGHT, Status.IN_DOUBT}
    assert decision.outcome.status is status
    assert (decision.doubt_since, decision.doubt_until) == (("2026-11-23", "2026-11-24") if doubtful else (None, None))


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (None, "differs from what was sent"),
        ('{"name":"A","custom_fields":{"City":"x"}}', "differs from what was sent: name, City"),
    ],
)
def test_another_payload_exists_and_names_the_fields(sent: str | None, reason: str) -> None:
    """If what was sent is no longer stored, it is only said that it differs."""
    known = replace(_SENT, same=False, payload=sent)
    outcome = deduplicate_across_runs('{"name":"B","custom_fields":{"City":"y"}}', known).outcome
    assert (outcome.status, outcome.code, outcome.uuid, outcome.reason) == (Status.EXISTS, "differs", "u", reason)


@pytest.mark.parametrize(
    ("now", "sent", "differs"),
    [
        ('{"identifier":"34600"}', '{"identifier":"+34 600"}', ""),
        ('{"identifier":"34600"}', '{"identifier":"34600","channel_uuid":"c1"}', ""),
        ('{"identifier":"34600","channel_uuid":"c1"}', '{"identifier":"34600"}', ""),
        ('{"channel_uuid":"c2"}', '{"channel_uuid":"c1"}', "differs from what was sent: channel_uuid"),
        ('{"cleared":["note","custom_fields.City"]}', "{}", "differs from what was sent: City, note"),
        ('{"cleared":["note"]}', '{"note":"x"}', "differs from what was sent: note"),
    ],
)
def test_a_key_in_another_form_is_no_difference(now: str, sent: str, differs: str) -> None:
    """The number in another writing, or the main channel named, is the same contact unchanged."""
    outcome = deduplicate_across_runs(now, replace(_SENT, same=False, payload=sent)).outcome
    assert (outcome.status, outcome.reason) == (Status.EXISTS if differs else Status.UNCHANGED, differs)


@pytest.mark.parametrize(
    ("now", "fed", "differs"),
    [
        ('{"name":"A"}', {"name"}, ""),
        ('{"name":"B"}', {"name"}, "differs from what was sent: name"),
        ('{"name":"A"}', {"name", "tags"}, "differs from what was sent: tags"),
        ('{"name":"A"}', {"name", "City"}, "differs from what was sent: City"),
        ('{"name":"A"}', None, "differs from what was sent: tags, City"),
    ],
)
def test_a_field_that_the_list_does_not_have_does_not_differ(now: str, fed: set[str] | None, differs: str) -> None:
    """A second list of the same people, with fewer columns, says nothing of the others; an empty cell does."""
    known = replace(_SENT, same=False, payload='{"name":"A","tags":["VIP"],"custom_fields":{"City":"x"}}')
    outcome = deduplicate_across_runs(now, known, fed=fed).outcome
    assert (outcome.status, outcome.reason) == (Status.EXISTS if differs else Status.UNCHANGED, differs)


@pytest.mark.parametrize(
    ("earlier", "same_as", "same_run", "reason"),
    [
        (FirstRow(4, 1, 7), 4, None, "same identifier as row 7"),
        (FirstRow(4, 0, 7), 4, None, "same identifier as row 7 of a.csv"),
        (FirstRow(4, 1, 7, row_run=2, row_seq=9), 9, 2, "same identifier as row 7"),
    ],
)
def test_a_key_of_an_earlier_row_is_a_duplicate(
    earlier: FirstRow, same_as: int, same_run: int | None, reason: str
) -> None:
    """It points to the row that has the UUID: the first one, or the one of the earlier run by which that is known."""
    decision = deduplicate_within_run(earlier, _SHEETS, 1)
    assert (decision.outcome.status, decision.outcome.reason) == (Status.DUPLICATE, reason)
    assert (decision.same_as, decision.same_run) == (same_as, same_run)


@pytest.mark.parametrize(
    ("other", "known", "lost"),
    [
        (None, None, ""),
        (_ANA, None, ""),
        (replace(_ANA, channel_uuid="c", identifier="+1"), None, ""),
        (replace(_ANA, note="n", tags=("b", "a")), None, "; not sent, though it differs in tags, note"),
        (
            None,
            replace(_SENT, same=False, payload=to_json(replace(_ANA, name="B"))),
            "; not sent, though it differs in name",
        ),
        (None, replace(_SENT, same=False), ""),
        (None, _SENT, ""),
    ],
)
def test_a_duplicate_says_in_what_it_differs_if_that_is_known(
    other: Contact | None, known: KnownContact | None, lost: str
) -> None:
    """From the first row of this run, or from what was sent if that row was recognised; the key is the same."""
    earlier = FirstRow(4, 1, 7, content=content_hashes(other) if other else None)
    decision = deduplicate_within_run(earlier, _SHEETS, 1, content_hashes(_ANA), known)
    assert decision.outcome.reason == f"same identifier as row 7{lost}"


@pytest.mark.parametrize(
    ("existing", "is_left", "status"),
    [
        (Existing.UPDATE, 1, Status.PENDING),
        (Existing.UPDATE, 0, Status.UNCHANGED),
        (Existing.SKIP, 1, Status.UNCHANGED),
    ],
)
def test_what_was_left_on_a_first_meeting_is_merged_again(existing: Existing, is_left: int, status: Status) -> None:
    """Where the sheet is to win now, and updates are wanted at all."""
    known = replace(_SENT, is_sent=1, is_left=is_left)
    assert deduplicate_across_runs(to_json(_ANA), known, existing).outcome.status is status
