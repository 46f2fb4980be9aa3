"""The three-way merge: what the sheet said when it was last sent, what it says now, and what Callbell has. Pure.

    the sheet's cell ...               and Callbell has ...        then it is
    empty, and not to be cleared ..... anything .................. not looked at; the base keeps its value
    as it was last sent .............. anything .................. left: who changed it in Callbell keeps it
    changed .......................... the sheet's new value ..... done already
    changed .......................... what was last sent ........ sent
    changed .......................... nothing to say of it ...... sent, and cannot be given back by `undo`
    changed .......................... another value ............. a conflict: left, or sent with `on_conflict sheet`
    first met ........................ the sheet's value ......... done already
    first met ........................ no value .................. sent
    first met ........................ nothing to say of it ...... left and named, or sent with `on_conflict sheet`; a
                                                                   note or team is sent: the service shows one that is
    first met ........................ another value ............. left and named, or sent with `on_conflict sheet`

A contact is first met where nothing is known of what the sheet said: we never sent it, or forgot. A value that cannot
be read counts as another one. Tags are merged one by one: what the sheet added is added, what it took away is taken
away, and tags that people gave stay; the whole list is sent, as the service may replace it, so it is sent only where it
was shown. `bot_status` is never shown, and never sent on a first meeting.

What a request of an earlier run may have set, without a clear answer, counts as last sent where Callbell has it, or
shows nothing of it; of the tags of one PATCH all, where it has one that was added. A contact that has nothing of what
POSTs without an answer were to set is somebody else's: it is first met.

The base is what the sheet counts as having said from now on: it advances with each field that was sent, was there
already or was left on a first meeting, and stays where a conflict was left, so that the next run finds it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from types import MappingProxyType

from importer.model.changes import CUSTOM, Conflict, ContactChange, FieldValue, plain_value
from importer.model.payload import COMPARED
from importer.model.policy import OnConflict, Policy
from importer.model.replies import RemoteContact
from importer.model.rows import Contact
from importer.worker_pool.contact_changes import (
    LEFT_OUT,
    SHOWN_IF_FILLED,
    field_value,
    is_same,
    readable_value,
    shown_value,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """What a merge leads to."""

    change: ContactChange
    """To PATCH; nothing if its `after` is empty."""
    conflicts: tuple[Conflict, ...] = ()
    """Fields that both changed, and that are left as they are."""
    differs: tuple[str, ...] = ()
    """Fields in which a contact that is met for the first time is left as it is."""
    kept: Mapping[str, FieldValue | None] = field(default_factory=lambda: MappingProxyType({}))
    """What Callbell has in the fields that are left; None: it cannot be read."""
    base: Contact
    """What the sheet counts as having said from now on."""


class _Verdict(Enum):
    DONE = auto()
    SEND = auto()
    LEAVE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """A field about which the sheet says something."""

    name: str
    sheet: FieldValue
    """Empty: to be cleared."""
    base: FieldValue | None
    """What the sheet said; None: a first meeting."""
    shown: object
    """As `shown_value` returns it."""


def merge(
    now: Contact,
    base: Contact | None,
    found: RemoteContact,
    policy: Policy,
    doubts: Sequence[ContactChange] = (),
) -> Merge:
    """Merge the sheet's changes into a contact, whoever else changed it.

    Args:
        now: What the sheet says.
        base: What it said when the contact was last sent; None: a first meeting.
        found: The contact as Callbell has it.
        policy: Whose value stays where both changed a field, and the tags of every row.
        doubts: What requests were to set that may have arrived.

    """
    doubts = [doubt for doubt in doubts if doubt.uuid in ("", found.uuid)]
    if base is not None and _is_of_others(found, doubts):
        base = None
    doubts_of_tags = doubts
    if base is not None and _has_empty_tag_cell(now, policy):
        now, doubts_of_tags = replace(now, tags=_joined_tags(base, now)), []
    fields = [
        _doubted(_field(name, now, base, found.fields), doubts_of_tags if name == "tags" else doubts)
        for name in _said(now)
    ]
    judged = [(one, *_judged(one, policy)) for one in fields]
    left = [one for one, verdict, _ in judged if verdict is _Verdict.LEAVE]
    change = _change(found.uuid, [(one, value) for one, verdict, value in judged if verdict is _Verdict.SEND])
    kept = MappingProxyType({one.name: readable_value(one.name, one.shown) for one in left})
    if base is None:
        return Merge(change=change, differs=tuple(kept), kept=kept, base=now)
    conflicts = tuple(Conflict(field=one.name, sheet=one.sheet, callbell=kept[one.name]) for one in left)
    return Merge(change=change, conflicts=conflicts, kept=kept, base=_advanced(base, now, {*_said(now)} - kept.keys()))


def _change(uuid: str, sent: Sequence[tuple[_Field, FieldValue]]) -> ContactChange:
    """Return the change of these fields, with what can be read of what is there."""
    before = {field.name: readable_value(field.name, field.shown) for field, _ in sent}
    return ContactChange(
        uuid=uuid,
        after=MappingProxyType({field.name: value for field, value in sent}),
        before=MappingProxyType({name: value for name, value in before.items() if value is not None}),
    )


def _is_of_others(found: RemoteContact, doubts: Sequence[ContactChange]) -> bool:
    """Tell whether a contact has nothing, nor had before a PATCH, of what the POSTs set that may have made it."""
    posts = [doubt.after.items() for doubt in doubts if not doubt.uuid]
    replaced = [doubt.before for doubt in doubts if doubt.uuid]
    return bool(posts) and not any(
        _has(name, value, shown)
        for post in posts
        for name, value in post
        for shown in (shown_value(found.fields, name), *(before[name] for before in replaced if name in before))
    )


def _has(name: str, value: FieldValue, shown: object) -> bool:
    """Tell whether a field, as it is shown or was before a PATCH, has a value, or any of the tags."""
    if name != "tags":
        return is_same(name, value, shown)
    there = readable_value(name, shown)
    return not {plain_value(tag) for tag in value}.isdisjoint(map(plain_value, there or ()))


def _has_empty_tag_cell(now: Contact, policy: Policy) -> bool:
    """Tell whether a row has no tags but those of every row: its cell is empty, and takes none away."""
    return "tags" not in now.cleared and set(now.tags) <= set(policy.tags)


def _joined_tags(base: Contact, now: Contact) -> tuple[str, ...]:
    return (*base.tags, *(tag for tag in now.tags if tag not in base.tags))


def _said(now: Contact) -> list[str]:
    """Return the fields about which the sheet says something, in the API's order."""
    custom = {f"{CUSTOM}{name}" for name in now.custom_fields}
    cleared = set(now.cleared)
    names = [*COMPARED, *sorted(custom | {name for name in cleared if name.startswith(CUSTOM)})]
    return [name for name in names if name in cleared or field_value(now, name)]


def _field(name: str, now: Contact, base: Contact | None, found: Mapping[str, object]) -> _Field:
    said, shown = None if base is None else field_value(base, name), shown_value(found, name)
    sheet = field_value(now, name)
    if not sheet and (isinstance(said, tuple) or isinstance(shown, list | tuple)):
        sheet = ()  # how a list is cleared
    return _Field(name=name, sheet=sheet, base=said, shown=shown)


def _doubted(field: _Field, doubts: Sequence[ContactChange]) -> _Field:
    """Return the field with the base that the doubts leave: what the sheet sent and Callbell has, no person gave it."""
    for doubt in doubts:
        is_post = not doubt.uuid
        if field.name not in doubt.after and not is_post:
            continue
        if field.name == "tags":
            after, before = (set(tags.get("tags", ())) for tags in (doubt.after, doubt.before))
            if is_post and _has_none_of(field):  # as a later POST without them left it
                before = set(field.base or ())
            field = replace(field, base=_doubted_tags(field, after, before, is_only=not is_post and len(doubts) == 1))
        elif _may_have(field, value := doubt.after.get(field.name, () if isinstance(field.sheet, tuple) else "")):
            field = replace(field, base=value)
    return field


def _may_have(field: _Field, value: FieldValue) -> bool:
    """Tell whether Callbell has a value, or may have it where the sheet is back at what it said before and must win."""
    if field.shown is not LEFT_OUT:
        return is_same(field.name, value, field.shown)
    if field.name in SHOWN_IF_FILLED:
        return not value
    is_back = field.base is not None and is_same(field.name, field.sheet, field.base)
    return is_back and not is_same(field.name, field.sheet, value)


def _has_none_of(field: _Field) -> bool:
    """Tell whether a contact has none of the tags that the sheet said last."""
    there = map(plain_value, readable_value(field.name, field.shown) or ())
    return {*map(plain_value, field.base or ())}.isdisjoint(there)


def _doubted_tags(field: _Field, after: set[str], before: set[str], *, is_only: bool) -> FieldValue | None:
    there = readable_value(field.name, field.shown)
    if there is None:
        return field.base
    base, has = set(field.base or ()), set(map(plain_value, there))
    added, taken = after - before, before - after
    if is_only and not has.isdisjoint(map(plain_value, added)):  # the whole list arrived
        base = (base | added) - taken
    base |= {tag for tag in added if plain_value(tag) in has}
    base -= {tag for tag in taken if plain_value(tag) not in has}
    return None if field.base is None and not base else tuple(sorted(base))


def _judged(field: _Field, policy: Policy) -> tuple[_Verdict, FieldValue]:
    """Return what is to be done about a field, and the value to send if it is to be sent."""
    if field.base is not None and is_same(field.name, field.sheet, field.base):
        return _Verdict.DONE, field.sheet
    if field.name == "tags":
        return _judged_tags(field, policy)
    if is_same(field.name, field.sheet, field.shown) or (field.name == "bot_status" and field.base is None):
        return _Verdict.DONE, field.sheet
    is_left_out = field.shown is LEFT_OUT and (field.base is not None or field.name in SHOWN_IF_FILLED)
    is_free = is_left_out or is_same(field.name, field.base or "", field.shown)
    is_sent = is_free or policy.on_conflict is OnConflict.SHEET
    return _Verdict.SEND if is_sent else _Verdict.LEAVE, field.sheet


def _judged_tags(field: _Field, policy: Policy) -> tuple[_Verdict, FieldValue]:
    """Return the same for tags: with the whole list that the contact is to have."""
    there = readable_value(field.name, field.shown)
    if there is None:
        return _Verdict.LEAVE, ()
    sheet, base = ({plain_value(tag): tag for tag in tags or ()} for tags in (field.sheet, field.base))
    has = {plain_value(tag): tag for tag in there}
    if field.base is None and not sheet:  # to be cleared
        if has and policy.on_conflict is OnConflict.CALLBELL:
            return _Verdict.LEAVE, ()
        base = has
    wanted = [has[tag] for tag in has if tag in sheet or tag not in base]
    wanted += [sheet[tag] for tag in sheet if not (tag in base or tag in has)]
    is_done = len(wanted) == len(has) and all(plain_value(tag) in has for tag in wanted)
    return _Verdict.DONE if is_done else _Verdict.SEND, tuple(wanted)


def _advanced(base: Contact, now: Contact, names: set[str]) -> Contact:
    """Return what the sheet counts as having said: the row's values of the named fields, the others as before."""
    values = {name: getattr(now if name in names else base, name) for name in COMPARED}
    custom = {name: value for name, value in base.custom_fields.items() if f"{CUSTOM}{name}" not in names}
    custom |= {name: value for name, value in now.custom_fields.items() if f"{CUSTOM}{name}" in names}
    return replace(now, **values, custom_fields=MappingProxyType(custom))
