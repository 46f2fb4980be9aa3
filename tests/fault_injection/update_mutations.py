"""Deliberate faults in updates: in the merge, in what is asked before, in the PATCH and its journal, in the undo."""

from tests.fault_injection.trouble_mutations import one_change, seen_by
from tests.fault_injection.troubles import Trouble

_ALL_UPDATE = ("--existing", "update")
_SEEDS = (*seen_by("virtual", seeds="1..250"), *_ALL_UPDATE)
_UNDO = seen_by("undo", seeds="1..300")
_UPDATE, _MERGE = "worker_pool.update", "worker_pool.merge"
_IMPORT = "worker_pool.import_operation:ImportOperation"

UPDATE_MUTATIONS = (
    one_change(
        "update: no intent before the PATCH",
        _SEEDS,
        f"{_IMPORT}.intent",
        "return update_intent(step)",
        "return None",
    ),
    one_change(
        "update: a deleted contact made again without an intent",
        seen_by("virtual", seeds="2308642..2308642"),
        f"{_IMPORT}.intent",
        "attempt.gone_uuid",
        "False",
    ),
    one_change(
        "update: the intent is not on disk before the PATCH",
        _SEEDS,
        "worker_pool.pool:WorkerPool._send",
        "await self.journal.checkpoint()",
        "",
    ),
    one_change(
        "update: after a doubt PATCHed again unseen",
        _SEEDS,
        f"{_UPDATE}:after_patch",
        "return _patch_again(reply, replace(sent, doubted=update_intent(step)), policy, policy.settle_seconds)",
        "return SendLater(step=replace(step, get=replace(sent, doubted=update_intent(step))), wait_seconds=5.0)",
    ),
    one_change(
        "update: PATCHed by an old answer",
        _SEEDS,
        "worker_pool.queue:Job.renewed",
        "loop_time > self.good_until",
        "False",
    ),
    one_change(
        "update: a doubt answered by a POST",
        _SEEDS,
        f"{_IMPORT}.decide",
        "return after_patch(reply, step, self._policy, jitter)",
        "if reply.http_status is None:\n"
        "    return SendLater(step=Post(attempt=Attempt(contact=step.get.contact, first_sent_at=self._now)))\n"
        "return after_patch(reply, step, self._policy, jitter)",
    ),
    one_change(
        "update: any 2xx confirms a PATCH",
        _SEEDS,
        f"{_UPDATE}:after_patch",
        "is_confirmed(step.merge.change, reply.contact)",
        "(reply.http_status or 500) < 300",
    ),
    one_change(
        "update: a proxy's 404 believed",
        (*seen_by("virtual", Trouble.PROXY, "140..290"), *_ALL_UPDATE),
        "worker_pool.reply_status:is_missing",
        "not reply.is_proxy_page",
        "True",
    ),
    one_change(
        "update: one 404 instead of two",
        _SEEDS,
        f"{_UPDATE}:_missed",
        "not step.not_found_count",
        "False",
    ),
    one_change(
        "update: a deleted contact that the next run knows nothing of",
        (*seen_by("virtual", seeds="880..980"), *_ALL_UPDATE),
        "journal.gone_contacts:mark_gone",
        "connection.execute(_MARK_GONE, these)",
        "assert connection, these",
    ),
    one_change(
        "update: an earlier run's PATCH taken for a person's",
        (*seen_by("virtual", seeds="470..500"), *_ALL_UPDATE),
        f"{_MERGE}:_doubted",
        "field.name not in doubt.after",
        "True",
    ),
    one_change(
        "merge: the base advances in spite of a conflict",
        _SEEDS,
        f"{_MERGE}:merge",
        "{*_said(now)} - kept.keys()",
        "{*_said(now)}",
    ),
    one_change(
        "merge: a person's value replaced",
        _SEEDS,
        f"{_MERGE}:_judged",
        "is_same(field.name, field.base or '', field.shown)",
        "True",
    ),
    one_change(
        "merge: a first meeting replaces",
        _SEEDS,
        f"{_MERGE}:_judged",
        "is_same(field.name, field.base or '', field.shown)",
        "field.base is None or is_same(field.name, field.base or '', field.shown)",
    ),
    one_change(
        "merge: the sheet's tags alone",
        _SEEDS,
        f"{_MERGE}:_judged_tags",
        "tag in sheet or tag not in base",
        "tag in sheet",
    ),
    one_change(
        "merge: tags that were taken away come again",
        (*seen_by("virtual", seeds="250..300"), *_ALL_UPDATE),
        f"{_MERGE}:_judged_tags",
        "tag in base or tag in has",
        "tag in has",
    ),
    one_change(
        "merge: an empty cell clears",
        (*seen_by("virtual", seeds="540..600"), *_ALL_UPDATE),
        f"{_MERGE}:_said",
        "name in cleared or field_value(now, name)",
        "True",
    ),
    one_change(
        "update: what was merged is not what counts as sent",
        _SEEDS,
        "journal.claim:_BASES",
        "coalesce(sent.base, sent.payload)",
        "sent.payload",
    ),
    one_change(
        "skip: who is in the contact list is POSTed",
        (*seen_by("virtual", seeds="1..250"), "--existing", "skip"),
        f"{_IMPORT}.first_step",
        "row.presence is Presence.THERE",
        "False",
    ),
    one_change(
        "undo: gives back over a person's change",
        _UNDO,
        "worker_pool.restore:_to_give_back",
        "is_ours and (value or (is_known and name not in NEVER_CLEARED))",
        "value or (is_known and name not in NEVER_CLEARED)",
    ),
    one_change(
        "undo: no intent before values are given back",
        _UNDO,
        "worker_pool.restore:UndoOperation.intent",
        "isinstance(step, GiveBack)",
        "False",
    ),
    one_change(
        "undo: what is about to be taken back still counts as sent",
        _UNDO,
        "journal.sent_before:begin_give_back",
        "_forget(connection, line)",
        "",
    ),
    one_change(
        "undo: what was taken back counts as sent",
        _UNDO,
        "journal.sent_before:_COUNT_AGAIN",
        "sent.run = changes.sent_run AND sent.seq = changes.sent_seq",
        "sent.run = changes.run AND sent.seq = changes.seq",
    ),
)
