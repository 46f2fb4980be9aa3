"""A scenario: one input, one server, and the same command given again and again, whatever happened to it before."""

import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from typing import Any, TypeVar

from importer.journal import Journal
from importer.model.errors import UsageError
from importer.model.policy import Ambiguous, Existing, Policy
from importer.model.rows import Status
from tests.fault_injection import invariants, update_invariants
from tests.fault_injection.client import Network
from tests.fault_injection.faults import CALM, Weather
from tests.fault_injection.machine import Machine, MachineLoop
from tests.fault_injection.people import People
from tests.fault_injection.process import JOURNAL, REPORTS, Command, Ended, Watch, give
from tests.fault_injection.server import NEVER, Server
from tests.fault_injection.table import Table, contacts, edited
from tests.fault_injection.troubles import Trouble
from tests.fault_injection.world import World

T = TypeVar("T")

_SKIPS_ONCE = 0.2
_SAYS_IT_AGAIN = 0.2
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
    world: World
    people: People
    walks: bool = False
    """Whether each command walks the contact list."""
    rate: float = 300.0
    ended: list[Ended] = field(default_factory=list)
    thens: dict[str, invariants.Then] = field(default_factory=dict)
    """Per run, how things stood at its end."""
    deaths: int = 0
    wrong: list[str] = field(default_factory=list)
    around_process: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext
    """Around each process, but not around the checks of what it left: a disk that fails, say."""
    _count: int = 0
    _earlier: list[tuple[Table, ...]] = field(default_factory=list)
    """What the input was before."""

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
        self.people.is_idle = not self.updates or weather is CALM
        self.people.act_between(self.machine.seconds)
        self.world.move_on(self.given, self.refused, self.machine.seconds)
        self.server.ledger.note_sheet(contacts(self.given))
        clock = replace(self.world.clock)
        network = Network(
            weather or self.weather,
            clock,
            self.world.account,
            self.people,
            self.refused,
        )
        command = Command(
            folder=self.machine.folder,
            name=f"run-{self._count}",
            tables=self.given,
            service=network,
            account=self.world.account,
            clock=clock,
            wall_clock=self.world.clock,
            policy=(policy := self._policy_of_command(is_calm=weather is CALM)),
            chance=self.chance,
            walks=self.walks,
            mapping=replace(self.world.mapping, existing=policy.existing),
            rate=self.rate,
            stop_after_seconds=stop_after_seconds,
            hurry_after_seconds=hurry_after_seconds,
            watch=watch or Watch(),
        )
        ended = self.on_machine(network, prepare, partial(give, command))
        if ended is None:  # what was answered and not written down is not known
            self.server.ledger.answered &= update_invariants.uuids_of(self.machine.folder / JOURNAL)
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
            for moment in self.people.moments():
                loop.call_later(moment, lambda: self.people.act(loop.seconds))
            if (seconds := self.world.clock_is_set_after_seconds()) is not None:
                loop.call_later(seconds, self.world.set_clock)
            return main()

        began = self.machine.seconds
        with self.around_process():
            ended = self.machine.run(begin, cut)
        if isinstance(ended, Ended) and isinstance(ended.error, UsageError):
            self.wrong.append(f"the account was not known: {ended.error.message}")
        if (seconds := self.machine.seconds - began) > _LONGEST_SECONDS:
            self.wrong.append(f"a command took {seconds:,.0f} s")
        self.machine.seconds += self.chance.choice([0.1, 0.1, 2.0, 300.0])
        return ended

    def edit(self) -> None:
        """Let a person change some names between two runs, or any fields."""
        self._earlier.append(self.given)
        if self.updates and self.chance.random() < _SAYS_IT_AGAIN:
            self.given = self.chance.choice(self._earlier)
        else:
            self.given = edited(self.chance, self.given, all_fields=self.updates)

    @property
    def updates(self) -> bool:
        """Whether the commands update what is there."""
        return self.policy.existing is Existing.UPDATE

    def finish(self) -> None:
        """Give the command in calm weather until all is done, then once more: it has nothing to send."""
        if self.updates:  # what an earlier run made with other values is found there, and brought over by the next
            self.process(weather=CALM)
        first = self.server.posts.copy()
        calm = self.process(weather=CALM)
        if calm is None or calm.error or calm.stopped:
            self.wrong.append(f"a calm run did not end: {calm}")
            return
        before = self.server.posts.copy()
        if self.server.never is not NEVER:
            often = [key for key in self.refused if before[key] > first[key] + 1]
            self.wrong += [f"{key} was sent more than once, and the service said that it is there" for key in often]
        patched, in_conflict = len(self.server.patched), self._in_conflict(calm.name)
        if (again := self.process(weather=CALM)) is None:
            return
        if in_conflict != (still := self._in_conflict(again.name)):
            self.wrong.append(f"the rows in conflict were {in_conflict}, and are {still} though nothing was changed")
        if len(self.server.patched) > patched:
            self.wrong.append(f"what was done was PATCHed again: {self.server.patched[patched:]}")
        sent = (self.server.posts - before).keys()
        with contextlib.closing(self.journal()) as store:
            results = invariants.keyed(store.report_source(calm.name).results(), self.given)
        gone = self.server.deleted_by_person
        self.wrong += invariants.at_rest(results, self.refused, no_doubt=self._can_be_sure(), gone=gone)
        if self.updates:
            self.wrong += update_invariants.at_rest(results, contacts(self.given), self.server)
        to_send = {Status.FAILED, Status.IN_DOUBT} if self.world.mapping.source == "whatsapp" else {Status.FAILED}
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
            self.wrong += invariants.of_deleted(store)
            for ended in self.ended:
                self.wrong += invariants.of_reports(store, ended, self.machine.folder / REPORTS / ended.name)
        return self.wrong

    def journal(self) -> Journal:
        """Return the journal, opened anew."""
        return Journal.open(self.machine.folder / JOURNAL, now=self.machine.now)

    def _can_be_sure(self) -> bool:
        """Tell whether the importer is able and allowed to find out about every row."""
        sees_new_ones = (
            self.world.mapping.source == "whatsapp" and self.server.lag_seconds <= self.policy.not_found_gap_seconds
        )
        return sees_new_ones and self.policy.ambiguous is not Ambiguous.STRICT

    def _policy_of_command(self, *, is_calm: bool) -> Policy:
        """Return the policy, which a person may set aside for one command that is not to update anything."""
        if self.updates and not is_calm and self.chance.random() < _SKIPS_ONCE:
            return replace(self.policy, existing=Existing.SKIP)
        return self.policy

    def _in_conflict(self, name: str) -> list[tuple[int, int, str]]:
        with contextlib.closing(self.journal()) as store:
            results = store.report_source(name).results()
            found = [(one.sheet_index, one.row, update_invariants.conflict_of(one)) for one in results]
            return [one for one in found if one[-1]]

    def _look_at(self, name: str, network: Network, ended: Ended | None) -> None:
        self.wrong += [f"{name}: {wrong}" for wrong in (*network.wrong, *self.server.ledger.wrong)]
        self.server.ledger.wrong.clear()
        if self.updates:
            path, hidden = self.machine.folder / JOURNAL, self.server.ledger.not_shown
            # Of a deleted contact that is made again nothing can be given back: its PATCHes are forgotten.
            patches = [sent for sent in network.patches if sent.uuid not in self.server.deleted_by_person]
            found = update_invariants.of_changes(path, name, patches, hidden, network.unused_looks)
            self.wrong += [f"{name}: {wrong}" for wrong in found]
        self.wrong += invariants.of_pace(name, network.departures, self.rate)
        whole = ended is not None and ended.error is None and not ended.hurried
        asked = self.policy.ambiguous is not Ambiguous.RESEND
        self.thens[name] = invariants.Then(
            whole=whole,
            ours=self.server.ours(),
            met=network.met,
            patches=network.patches,
            asked=asked,
            times_are_sure=Trouble.CLOCK not in self.world.troubles,
        )
        if ended is None:
            self.deaths += 1
            self.wrong += invariants.of_half_reports(self.machine.folder / REPORTS)
        elif ended.error is None:
            self.ended.append(ended)
