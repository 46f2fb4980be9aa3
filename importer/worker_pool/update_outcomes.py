"""The outcomes of a contact that was there before and was merged with its row, with their words for people. Pure."""

from collections.abc import Collection, Mapping

from importer.model.changes import CUSTOM, Conflict, FieldValue, field_labels
from importer.model.plain_text import plain
from importer.model.replies import Outcome, RemoteContact
from importer.model.rows import CONFLICT, Status
from importer.worker_pool.contact_changes import field_value
from importer.worker_pool.merge import Merge

CHANGED = "Changed by this run: "
"""How the reason of a row begins whose contact was changed."""
LEFT = ", so left as it is: "
"""In the reason of a row in conflict, before its fields; `importer.journal.problem_hash` looks for it."""
_BOTH_CHANGED = "Changed in the sheet, and by somebody in Callbell"
_NOT_SENT = "Not sent before, and Callbell has another value"


def merged(merge: Merge, found: RemoteContact, http_status: int | None, changed: Collection[str] = ()) -> Outcome:
    """Return the outcome of a row that needs no more request, or whose PATCH was confirmed.

    Args:
        merge: What was to be done.
        found: The contact in Callbell.
        http_status: Of the last reply.
        changed: The fields that were PATCHed; none: the contact is as it was.

    """
    said = [f"{CHANGED}{field_labels(changed)}."] if changed else []
    said += [f"{why}{LEFT}{_both_values(found)}." for why, found in _by_cause(merge).items() if found]
    if merge.differs:
        said.append(f"It was in Callbell before; left as it is there: {field_labels(merge.differs)}.")
    return Outcome(
        status=Status.UPDATED if changed else Status.EXISTS,
        uuid=found.uuid,
        href=found.href,
        http_status=http_status,
        code=CONFLICT if merge.conflicts else "differs" if merge.differs else "",
        reason=" ".join(said),
        base=merge.base,
        left=merge.differs,
        kept=merge.kept,
    )


def update_in_doubt(uuid: str, reply_status: int | None, said: str, names: Collection[str]) -> Outcome:
    """Return the outcome of a row whose PATCH may have arrived.

    Args:
        uuid: The contact's.
        reply_status: The last HTTP status; None without one.
        said: The service's words, or the network's.
        names: The fields that were PATCHed.

    """
    reason = f"A change of {field_labels(names)} was sent, but no clear answer came ({said})."
    return Outcome(status=Status.IN_DOUBT, uuid=uuid, http_status=reply_status, code="in_doubt", reason=reason)


def update_failed(uuid: str, code: str, reason: str, http_status: int | None) -> Outcome:
    """Return the outcome of a row whose contact was surely not changed."""
    return Outcome(status=Status.FAILED, uuid=uuid, http_status=http_status, code=code, reason=reason)


def _by_cause(merge: Merge) -> Mapping[str, list[Conflict]]:
    """Return the conflicts by why they are some: the base has what was sent before, also of fields that are left."""
    found: Mapping[str, list[Conflict]] = {_BOTH_CHANGED: [], _NOT_SENT: []}
    for conflict in merge.conflicts:
        found[_BOTH_CHANGED if field_value(merge.base, conflict.field) else _NOT_SENT].append(conflict)
    return found


def _both_values(conflicts: Collection[Conflict]) -> str:
    return "; ".join(
        f"{conflict.field.removeprefix(CUSTOM)}: the sheet says {_quoted(conflict.sheet)}, "
        f"Callbell has {'what cannot be read' if conflict.callbell is None else _quoted(conflict.callbell)}"
        for conflict in conflicts
    )


def _quoted(value: FieldValue) -> str:
    text = plain(value if isinstance(value, str) else ", ".join(value))
    return f'"{text}"' if text else "nothing"
