"""Deliberate faults in the taking back of a run, each of which the part `undo` must see."""

from tests.fault_injection.tooth import Change, Tooth

_UNDO = ("undo", "--seeds", "1..200")

UNDO_TEETH = (
    Tooth(
        name="undo: deleted without a look",
        changes=(
            Change(
                file="worker_pool/remover.py",
                old="        decision: Decision = ReadIn(wait_seconds=0.0, course=Course())\n",
                new="        decision: Decision = DeleteNow(course=Course())\n",
            ),
        ),
        part=_UNDO,
    ),
    Tooth(
        name="undo: no clear answer taken as deleted",
        changes=(
            Change(
                file="worker_pool/delete_decision.py",
                old="    return _again(reply, replace(course, sent=sent), policy, jitter)\n",
                new="    if sent:\n        return Done(fate=Fate.DELETED)\n"
                "    return _again(reply, replace(course, sent=sent), policy, jitter)\n",
            ),
        ),
        part=_UNDO,
    ),
    Tooth(
        name="undo: one 404 instead of two",
        changes=(
            Change(
                file="worker_pool/delete_decision.py", old="    if course.missed:\n", new="    if course.missed >= 0:\n"
            ),
        ),
        part=_UNDO,
    ),
    Tooth(
        name="undo: one 404 is enough after a DELETE",
        changes=(
            Change(
                file="worker_pool/delete_decision.py",
                old="    if course.missed:\n",
                new="    if course.missed or course.sent:\n",
            ),
        ),
        part=_UNDO,
    ),
    Tooth(
        name="undo: forgotten before it is deleted",
        changes=(
            Change(
                file="journal/undo.py",
                old="            connection.executemany(_CLAIM, ",
                new='            line = {"run": self.run, "account": self._account}\n'
                '            connection.executemany(_FORGET, [line | {"seq": seq} for seq, *_ in found])\n'
                "            connection.executemany(_CLAIM, ",
            ),
        ),
        part=_UNDO,
    ),
    Tooth(
        name="undo: in flight at a crash: left so",
        changes=(
            Change(
                file="journal/undo.py",
                old="    AND (removals.status IN ('pending', 'in_flight') OR ",
                new="    AND (removals.status = 'pending' OR ",
            ),
        ),
        part=_UNDO,
    ),
    Tooth(
        name="undo: what was changed is not seen",
        changes=(
            Change(
                file="worker_pool/delete_decision.py",
                old="    if changed := changes(removal.sent, found):\n",
                new="    if (changed := changes(removal.sent, found)) and not changed:\n",
            ),
        ),
        part=_UNDO,
    ),
    Tooth(
        name="undo: only DELETEs wait for their turn",
        changes=(
            Change(
                file="worker_pool/remover.py",
                old="                await self._parts.pace.slot()\n                self._in_flight",
                new="                if call.func == self._parts.service.delete:\n"
                "                    await self._parts.pace.slot()\n                self._in_flight",
            ),
        ),
        part=_UNDO,
    ),
)
