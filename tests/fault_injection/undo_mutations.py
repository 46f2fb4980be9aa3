"""Deliberate faults in an undo, each of which the part `undo` must see."""

from tests.fault_injection.mutation import Change, Mutation

_UNDO = ("undo", "--seeds", "1..200")

UNDO_MUTATIONS = (
    Mutation(
        name="undo: deleted without a look",
        changes=(
            Change(
                module="worker_pool.delete",
                function="DeleteOperation.first_step",
                old="Compare(uuid=row.uuid, sent=row.contact)",
                new="Delete(compare=Compare(uuid=row.uuid, sent=row.contact))",
            ),
        ),
        part=_UNDO,
    ),
    Mutation(
        name="undo: no clear answer taken as deleted",
        changes=(
            Change(
                module="worker_pool.delete",
                function="after_delete",
                old="return ask_again(reply, replace(step, in_doubt=in_doubt), policy, jitter)",
                new="if in_doubt:\n    return Final(outcome=Deletion(status=Fate.DELETED))\n"
                "return ask_again(reply, step, policy, jitter)",
            ),
        ),
        part=_UNDO,
    ),
    Mutation(
        name="undo: one 404 instead of two",
        changes=(
            Change(module="worker_pool.undo_replies", function="get_missed", old="step.not_found_count", new="True"),
        ),
        part=_UNDO,
    ),
    Mutation(
        name="undo: one 404 is enough after a DELETE",
        changes=(
            Change(
                module="worker_pool.undo_replies",
                function="get_missed",
                old="step.not_found_count",
                new="step.not_found_count or step.in_doubt",
            ),
        ),
        part=("undo", "--seeds", "230..700"),
    ),
    Mutation(
        name="undo: forgotten before it is deleted",
        changes=(
            Change(
                module="journal.undo",
                function="RunUndo.claim",
                old='connection.executemany(_CLAIM, [{"run": self.key.run, "seq": seq} for seq, *_ in found])',
                new="line = asdict(self.key)\n"
                'connection.executemany(_FORGET, [line | {"seq": seq} for seq, *_ in found])\n'
                'connection.executemany(_CLAIM, [{"run": self.key.run, "seq": seq} for seq, *_ in found])',
            ),
        ),
        part=_UNDO,
    ),
    Mutation(
        name="undo: in flight at a crash: left so",
        changes=(
            Change(
                module="journal.undo",
                function="_TO_DO",
                old="removals.status IN ('pending', 'in_flight')",
                new="removals.status = 'pending'",
            ),
        ),
        part=_UNDO,
    ),
    Mutation(
        name="undo: what was changed is not seen",
        changes=(
            Change(
                module="worker_pool.delete",
                function="after_get",
                old="(changed := changes(step.sent, found.fields))",
                new="(changed := changes(step.sent, found.fields)) and not changed",
            ),
        ),
        part=_UNDO,
    ),
    Mutation(
        name="undo: only DELETEs wait for their turn",
        changes=(
            Change(
                module="worker_pool.pool",
                function="WorkerPool._dispatch",
                old="await self.rate_limiter.acquire()\njob = self.queue.pop(loop.time()).renewed(loop.time())",
                new="job = self.queue.pop(loop.time()).renewed(loop.time())\n"
                "if job.otherwise is not None or self.operation.request(job.step).is_change:\n"
                "    await self.rate_limiter.acquire()",
            ),
        ),
        part=_UNDO,
    ),
)
