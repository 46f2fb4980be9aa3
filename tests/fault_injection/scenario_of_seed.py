"""Which scenario a seed has: its input, server and people, what the importer is told to do, and what goes wrong."""

import contextlib
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from importer.model.policy import Ambiguous, Existing, Gone, OnConflict, Policy
from importer.sandbox import Duplicates
from tests.fault_injection.account import account
from tests.fault_injection.faults import weather
from tests.fault_injection.machine import Machine
from tests.fault_injection.people import People
from tests.fault_injection.scenario import Scenario
from tests.fault_injection.server_of_seed import server
from tests.fault_injection.table import Mapping, contacts, filled, tables
from tests.fault_injection.troubles import Trouble, troubles
from tests.fault_injection.world import World

MEMORY = Path("/dev/shm")  # noqa: S108 - a disk in memory, where what SQLite asks of the disk costs nothing
_WITHOUT_LOOK_UP = 0.3
_WALKS = 0.5


@contextlib.contextmanager
def scenario(
    seed: int,
    only: Collection[Trouble] = (),
    *,
    late: bool = False,
    stormy: bool = False,
    existing: Existing = Existing.CREATE,
) -> Iterator[Scenario]:
    """Yield the scenario of a seed, with a disk of its own that is gone afterwards.

    Args:
        seed: Decides everything.
        only: The troubles that it has; none: its own.
        late: Whether the server carries requests out later than the importer waits.
        stormy: Whether it has many rows and faults, and an importer that may do all it can about them.
        existing: What the importer does with contacts that are there.

    """
    chance = Random(seed)
    trouble = frozenset[Trouble]() if late else troubles(chance, only)
    given = tables(chance, least_rows=40 if stormy else 1, troubles=trouble)
    updates, skips = existing is Existing.UPDATE, existing is not Existing.CREATE
    given = filled(chance, given) if updates else given
    settle_seconds = chance.choice([1.0, 3.0, 10.0])
    asked = contacts(given)
    policy = Policy(
        ambiguous=chance.choice([Ambiguous.RECONCILE] * 17 + [Ambiguous.STRICT] * 2 + [Ambiguous.RESEND]),
        existing=existing,
        on_conflict=chance.choice([OnConflict.CALLBELL] * 3 + [OnConflict.SHEET]) if updates else OnConflict.CALLBELL,
        gone=chance.choice(list(Gone)) if updates else Gone.REPORT,
        settle_seconds=settle_seconds,
        not_found_gap_seconds=0.5,
        backoff_cap_seconds=8.0,
    )
    behind = server(chance, asked, policy, trouble, late=late)
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None, prefix="fault-injection-") as folder:
        it = Scenario(
            chance=chance,
            machine=Machine(Path(folder)),
            server=behind,
            given=given,
            policy=policy,
            weather=weather(chance, trouble),
            refused=frozenset(key for key in asked if chance.random() < 0.03 and key not in behind.contacts),
            rate=chance.choice([300.0, 300.0, 20.0, 5.0, 0.0]),
            people=People(chance=chance, server=behind),
            world=World(
                chance=chance,
                server=behind,
                troubles=trouble,
                account=account(chance, is_bare=Trouble.CHANNEL not in trouble),
            ),
        )
        if skips:
            it.walks = chance.random() < _WALKS
        elif not (stormy or late or trouble) and chance.random() < _WITHOUT_LOOK_UP:
            it.world.mapping = Mapping(source="instagram")
        if stormy or late:
            it.policy = replace(policy, ambiguous=Ambiguous.RECONCILE)
            it.weather = replace(it.weather, share=0.4, look_up_share=0.1, ends=False)
            it.rate = 300.0
        if updates:
            it.policy = replace(it.policy, ambiguous=Ambiguous.RECONCILE)
        if late:
            behind.duplicates = Duplicates.SECOND
        yield it
