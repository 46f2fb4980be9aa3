"""A scenario: one input, one server, and the same command given again and again, whatever happened to it before."""

import contextlib
import tempfile
from collections.abc import Callable, Collection, Coroutine, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from importer.journal import Journal
from importer.model.policy import Ambiguous, Policy
from importer.model.rows import Status
from importer.sandbox import Duplicates
from tests.fault_injection import invariants
from tests.fault_injection.account import Account, account
from tests.fault_injection.client import Network
from tests.fault_injection.faults import CALM, Weather, weather
from tests.fault_injection.machine import Machine, MachineLoop
from tests.fault_injection.process import JOURNAL, REPORTS, Command, Ended, Watch, give
from tests.fault_injection.server import Server, server
from tests.fault_injection.table import FORMATS, Mapping, Table, contacts, edited, tables
from tests.fault_injection.troubles import Trouble, step_seconds, troubles
from tests.support.virtual_time import VirtualClock

T = TypeVar("T")

MEMORY = Path("/dev/shm")  # noqa: S108 - a disk in memory, where what SQLite asks of the disk costs nothing
_WITHOUT_LOOK_UP = 0.3
_BETWEEN_RUNS = 0.5
_IN_A_RUN = 0.5
_SOON_SECONDS = 3.0
_ADDED = 0.2
_ADDED_SECONDS_AGO = 1.1
_LONGEST_SECONDS = 4_000.0
"""Longer than any command takes; a wait by a clock that was set would be hours."""


@dataclass(slots=True, kw_only=True)
class Scenario:
    """What stays the same from one process to the next, and what they did."""

    chance: Random
    machine: Machine
    server: Server
    given: tuple[Table, ...]
    policy: Policy
    weather: Weather
    refused: frozenset[str] = frozenset()
    mapping: Mapping = field(default_factory=Mapping)
    troubles: frozenset[Trouble] = frozenset()
    clock: VirtualClock = field(default_factory=VirtualClock)
    """Ours."""
    account: Account = field(default_factory=Account)
    rate: float = 300.0
    ended: list[Ended] = field(default_factory=list)
    thens: dict[str, invariants.Then] = field(default_factory=dict)
    """Per run, how things stood at its end."""
    deaths: int = 0
    wrong: list[str] = field(default_factory=list)
    around_process: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext
    """Around each process, but not around the checks of what it left: a disk that fails, say."""
    _count: int = 0

    def process(
        self,
        *,
        watch: Watch | None = None,
        weather: Weather | None = None,
        prepare: Callable[[MachineLoop], None] = lambda _: None,
        stop_after_seconds: float | None = None,
        hurry_after_seconds: float | None = None,
    ) -> Ended | None:
        """Give the command once, and check what it left; None: the power went."""
        self._count += 1
        self.let_things_happen()
        clock = replace(self.clock)
        network = Network(self.server, weather or self.weather, self.chance, clock, self.account, self.refused)
        command = Command(
            folder=self.machine.folder,
            name=f"run-{self._count}",
            tables=self.given,
            service=network,
            account=self.account,
            clock=clock,
            wall_clock=self.clock,
            policy=self.policy,
            chance=self.chance,
            mapping=self.mapping,
            rate=self.rate,
            stop_after_seconds=stop_after_seconds,
            hurry_after_seconds=hurry_after_seconds,
            watch=watch or Watch(),
        )
        ended = self.on_machine(network, prepare, partial(give, command))
        self._look_at(command.name, network, ended)
        return ended

    def on_machine(
        self, network: Network, prepare: Callable[[MachineLoop], None], main: Callable[[], Coroutine[Any, Any, T]]
    ) -> T | None:
        """Run a process that reaches the server through the network, and let some time pass; None: the power went."""
        loops: list[MachineLoop] = []

        def cut() -> None:
            network.is_cut = True
            self.server.given_up(loops[0].seconds)

        def begin(loop: MachineLoop) -> Coroutine[Any, Any, T]:
            loops.append(loop)
            prepare(loop)
            if Trouble.CLOCK in self.troubles and self.chance.random() < _IN_A_RUN:
                loop.call_later(self.chance.random() * _SOON_SECONDS, self._set_clock)
            return main()

        began = self.machine.seconds
        with self.around_process():
            ended = self.machine.run(begin, cut)
        if (seconds := self.machine.seconds - began) > _LONGEST_SECONDS:
            self.wrong.append(f"a command took {seconds:,.0f} s")
        self.machine.seconds += self.chance.choice([0.1, 2.0, 300.0])
        return ended

    def edit(self) -> None:
        """Let a person change some names between two runs."""
        self.given = edited(self.chance, self.given)

    def let_things_happen(self) -> None:
        """Let happen between two runs what is trouble."""
        if Trouble.CLOCK in self.troubles and self.chance.random() < _BETWEEN_RUNS:
            self._set_clock()
        if Trouble.BY_HAND in self.troubles and self.server.duplicates is not Duplicates.SECOND:
            self._let_people_add()
        if Trouble.WRITING in self.troubles:
            self.mapping = replace(self.mapping, identifier_format=self.chance.choice(FORMATS))
        if Trouble.CHANNEL in self.troubles:
            self.mapping = replace(self.mapping, names_main_channel=self.chance.random() < _BETWEEN_RUNS)

        if Trouble.ACCOUNT in self.troubles:
            self.account.rename(self.chance)

    def _set_clock(self) -> None:
        self.clock.ahead_seconds += step_seconds(self.chance)

    def _let_people_add(self) -> None:
        """Let a person add contacts, seconds before the run, that we never sent: as the rows have them."""
        known = self.server.posts.keys() | self.server.contacts.keys() | self.refused
        for key, contact in contacts(self.given).items():
            if key not in known and self.chance.random() < _ADDED:
                seconds_ago = self.chance.uniform(_ADDED_SECONDS_AGO, 6.0)
                self.server.put_before(key, contact, self.machine.seconds - seconds_ago)

    def finish(self) -> None:
        """Give the command in calm weather until all is done, then once more: it has nothing to send."""
        calm = self.process(weather=CALM)
        if calm is None or calm.error or calm.stopped:
            self.wrong.append(f"a calm run did not end: {calm}")
            return
        before = self.server.posts.copy()
        if self.process(weather=CALM) is None:
            return
        sent = (self.server.posts - before).keys()
        with contextlib.closing(self.journal()) as store:
            results = invariants.keyed(store.report_source(calm.name).results(), self.given)
        self.wrong += invariants.at_rest(results, self.refused, no_doubt=self._can_be_sure())
        to_send = {Status.FAILED, Status.IN_DOUBT} if self.mapping.source == "whatsapp" else {Status.FAILED}
        undone = {key for key, result in results if result.status in to_send}
        self.wrong += [f"{key} was done, and sent again" for key in sent - undone]

    def check(self) -> list[str]:
        """Return all that is wrong after everything."""
        self.server.carry_out_all()
        if self.policy.ambiguous is not Ambiguous.RESEND:  # which says that contacts may be there twice
            self.wrong += invariants.of_server(self.server)
        with contextlib.closing(self.journal()) as store:
            for record, _ in store.runs():
                self.wrong += invariants.of_run(store, record.name, self.server, self.given, self.thens[record.name])
            for ended in self.ended:
                self.wrong += invariants.of_reports(store, ended, self.machine.folder / REPORTS / ended.name)
        return self.wrong

    def journal(self) -> Journal:
        """Return the journal, opened anew."""
        return Journal.open(self.machine.folder / JOURNAL, now=self.machine.now)

    def _can_be_sure(self) -> bool:
        """Tell whether the importer is able and allowed to find out about every row."""
        sees_new_ones = (
            self.mapping.source == "whatsapp" and self.server.lag_seconds <= self.policy.not_found_gap_seconds
        )
        return sees_new_ones and self.policy.ambiguous is not Ambiguous.STRICT

    def _look_at(self, name: str, network: Network, ended: Ended | None) -> None:
        self.wrong += invariants.of_pace(name, network.departures, self.rate)
        whole = ended is not None and ended.error is None and not ended.hurried
        asked = self.policy.ambiguous is not Ambiguous.RESEND
        self.thens[name] = invariants.Then(
            whole=whole,
            ours=self.server.ours(),
            met=network.met,
            asked=asked,
            times_are_sure=Trouble.CLOCK not in self.troubles,
        )
        if ended is None:
            self.deaths += 1
            self.wrong += invariants.of_half_reports(self.machine.folder / REPORTS)
        elif ended.error is None:
            self.ended.append(ended)


@contextlib.contextmanager
def scenario(
    seed: int, only: Collection[Trouble] = (), *, late: bool = False, stormy: bool = False
) -> Iterator[Scenario]:
    """Yield the scenario of a seed, with a disk of its own that is gone afterwards.

    Args:
        seed: Decides everything.
        only: The troubles that it has; none: its own.
        late: Whether the server carries requests out later than the importer waits.
        stormy: Whether it has many rows and faults, and an importer that may do all it can about them.

    """
    chance = Random(seed)
    trouble = frozenset[Trouble]() if late else troubles(chance, only)
    given = tables(chance, least_rows=40 if stormy else 1, troubles=trouble)
    settle_seconds = chance.choice([1.0, 3.0, 10.0])
    asked = contacts(given)
    policy = Policy(
        ambiguous=chance.choice([Ambiguous.RECONCILE] * 17 + [Ambiguous.STRICT] * 2 + [Ambiguous.RESEND]),
        settle_seconds=settle_seconds,
        not_found_gap_seconds=0.5,
        backoff_cap_seconds=8.0,
    )
    behind = server(chance, asked, settle_seconds, trouble, late=late)
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
            troubles=trouble,
            account=account(chance, is_bare=Trouble.CHANNEL not in trouble),
        )
        if not (stormy or late or trouble) and chance.random() < _WITHOUT_LOOK_UP:
            it.mapping = Mapping(source="instagram")
        if stormy or late:
            it.policy = replace(policy, ambiguous=Ambiguous.RECONCILE)
            it.weather = replace(it.weather, share=0.4, look_up_share=0.1, ends=False)
            it.rate = 300.0
        if late:
            behind.duplicates = Duplicates.SECOND
        yield it
