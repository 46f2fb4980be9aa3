"""Which server a seed has: what it does, how late it is, and whom people have put there before."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random

from importer.model.policy import Existing, OnConflict, Policy
from importer.model.rows import Contact
from importer.sandbox import Duplicates
from tests.fault_injection.fields import FIELDS, drawn_cell, with_value
from tests.fault_injection.ledger import Ledger
from tests.fault_injection.server import NEVER, Server
from tests.fault_injection.troubles import Trouble

_SLOW = 0.5
_WITH_DATE = 0.5
_LEAVES_OUT = 0.3
_THERE_BEFORE = 0.1
_DAY_SECONDS = 86_400.0
_REFUSALS = ((422, "Contact already exists"), (422, "Phone has already been taken"), (409, "Conflict"), (409, ""))


def server(
    chance: Random,
    asked: Mapping[str, Contact],
    policy: Policy,
    troubles: frozenset[Trouble] = frozenset(),
    *,
    late: bool,
) -> Server:
    """Return the server of a seed.

    Args:
        chance: Of the seed.
        asked: What the rows ask for, by its key; some of it may be there before.
        policy: The importer's.
        troubles: Of the seed.
        late: Whether requests may be carried out later than that; no importer comes out right then.

    """
    asks_first, settle_seconds = policy.existing is not Existing.CREATE, policy.settle_seconds
    false, by_hand = Trouble.FALSE_REFUSAL in troubles, Trouble.BY_HAND in troubles
    # What was refused is asked for at once: a service that shows it later than it refused it has the better of anybody.
    lag_seconds = 0.0 if false else chance.choice([0.0, 0.0, 0.0, 0.3]) * settle_seconds
    finish_seconds = settle_seconds * 3.0 if late else (settle_seconds - lag_seconds) * chance.uniform(0.1, 0.95)
    skew_seconds = chance.choice([0.0, 0.0, -3600.0, 47.0])
    leaves_out = policy.existing is Existing.UPDATE and chance.random() < _LEAVES_OUT
    found = Server(
        duplicates=chance.choice(
            [one for one in Duplicates if asks_first or not by_hand or one is not Duplicates.SECOND]
        ),
        asks_first=asks_first,
        refusal=chance.choice(_REFUSALS) if false else _REFUSALS[0],
        never=chance.choice([*_REFUSALS, NEVER]) if false else NEVER,
        created_status=chance.choice([200, 201, 201]),
        shows_other_form=Trouble.WRITING in troubles and chance.random() < 0.5,
        finds_both_forms=Trouble.WRITING in troubles and chance.random() < 0.5,
        skew_seconds=skew_seconds,
        has_date=by_hand or Trouble.CLOCK in troubles or bool(skew_seconds) or chance.random() < _WITH_DATE,
        lag_seconds=lag_seconds,
        finish_seconds=finish_seconds,
        is_slow=chance.random() < _SLOW,
        leaves_out=leaves_out,
        may_replace=policy.on_conflict is OnConflict.SHEET,
        ledger=Ledger(
            knows_all_others=not troubles & {Trouble.CLOCK, Trouble.FALSE_REFUSAL},
            tells_by_age=Trouble.CLOCK not in troubles,
            not_shown=frozenset({"note"} if leaves_out else ()),
        ),
    )
    if found.is_safe:
        for key, contact in asked.items():
            if chance.random() < _THERE_BEFORE:
                there = replace(contact, name="There before", cleared=())
                filled = _filled(chance, there) if policy.existing is Existing.UPDATE else there
                found.put_before(key, filled, -_DAY_SECONDS)
    return found


def _filled(chance: Random, contact: Contact) -> Contact:
    """Return a contact that has what people gave it, or nothing, where the row says something else."""
    for name in FIELDS:
        if name != "name" and chance.random() < 0.7:
            value = drawn_cell(chance, name) if chance.random() < 0.5 else ""
            contact = with_value(contact, name, tuple(filter(None, value.split(", "))) if name == "tags" else value)
    return contact
