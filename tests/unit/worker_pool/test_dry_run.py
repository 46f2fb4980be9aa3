"""The operation of a dry run: what a run would do, with requests that change nothing."""

from datetime import UTC, datetime

from importer.model.journal_rows import Pending, Presence
from importer.model.policy import Existing, Policy
from importer.model.replies import Arrival, RemoteContact, Reply
from importer.model.rows import Contact, Status
from importer.worker_pool.dry_run import DryRun
from importer.worker_pool.import_operation import ImportStep
from importer.worker_pool.operation import Final, SendLater

NOW = datetime(2026, 11, 27, tzinfo=UTC)
ANA = Contact(identifier="34600111222", source="whatsapp", name="Ana", note="asked")
NOT_FOUND = Reply(arrival=Arrival.ANSWERED, http_status=404, json={})


def begun(dry: DryRun, row: Pending) -> ImportStep:
    """Return the first step of a row, which is a GET."""
    first = dry.first_step(row, NOW, 0.0)
    assert isinstance(first, SendLater)
    assert not dry.request(first.step).is_change
    return first.step


def test_a_post_is_foretold_and_not_made() -> None:
    """The row would be created, and the request is kept to be shown."""
    dry = DryRun(Policy(existing=Existing.CREATE))
    decision = dry.first_step(Pending(seq=1, row=2, contact=ANA), NOW, 0.0)
    assert isinstance(decision, Final)
    assert decision.outcome.status is Status.CREATED
    assert (dry.changes, [one.method for one in dry.samples]) == (1, ["POST"])


def test_who_is_asked_for_first_is_created_after_a_not_found() -> None:
    """The look-up is made, the POST is not."""
    dry = DryRun(Policy())
    step = begun(dry, Pending(seq=1, row=2, contact=ANA))
    decision = dry.decide(step, NOT_FOUND, 0.5)
    assert isinstance(decision, Final)
    assert decision.outcome.status is Status.CREATED


def test_a_patch_is_foretold_with_its_fields() -> None:
    """The GET is made, the PATCH is not."""
    dry = DryRun(Policy(existing=Existing.UPDATE))
    row = Pending(seq=1, row=2, contact=ANA, uuid="u1", presence=Presence.THERE)
    found = RemoteContact(uuid="u1", fields={"uuid": "u1", "name": "Ana", "note": "", "tags": []})
    decision = dry.decide(begun(dry, row), Reply(arrival=Arrival.ANSWERED, http_status=200, contact=found), 0.5)
    assert isinstance(decision, Final)
    assert (decision.outcome.status, decision.outcome.reason) == (Status.UPDATED, "A run would change: note.")
    assert dict(dry.fields) == {"note": 1}
    assert dry.samples[0].path == "contacts/u1"


def test_a_row_in_doubt_is_looked_up_at_once() -> None:
    """A dry run sends nothing, so it need not wait until sending is safe."""
    dry = DryRun(Policy(settle_seconds=90.0))
    first = dry.first_step(Pending(seq=1, row=2, contact=ANA, in_doubt=True, first_sent_at=NOW), NOW, 0.0)
    assert isinstance(first, SendLater)
    assert first.wait_seconds == 0.0


def test_few_samples_are_kept_of_many_requests() -> None:
    """All are counted, two are kept to be shown, and no look-up is tested: nothing was created."""
    dry = DryRun(Policy(existing=Existing.CREATE))
    for seq in range(5):
        dry.first_step(Pending(seq=seq, row=seq + 2, contact=ANA), NOW, 0.0)
    assert (dry.changes, len(dry.samples), dry.self_test_step()) == (5, 2, None)
