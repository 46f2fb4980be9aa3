"""The part `undo`: runs are taken back in virtual time, with faults, deaths, stops and people, by seed."""

import contextlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random

from importer.model.changes import ContactChange
from importer.model.deletion import TAKEN_BACK
from importer.model.policy import Ambiguous, Existing, Policy
from tests.fault_injection import invariants, undo_invariants
from tests.fault_injection.faults import CALM, Weather
from tests.fault_injection.fields import with_value, with_values
from tests.fault_injection.findings import Findings
from tests.fault_injection.machine import MachineLoop
from tests.fault_injection.process import JOURNAL, REPORTS, Command, Ended, Watch, give
from tests.fault_injection.scenario import Scenario
from tests.fault_injection.scenario_of_seed import scenario
from tests.fault_injection.table import Table, contacts
from tests.fault_injection.troubles import Trouble
from tests.fault_injection.undo_client import UndoNetwork
from tests.fault_injection.update_invariants import changes_of
from tests.fault_injection.virtual import command_again, one_life

_MOST_TURNS = 800
"""Turns of the loop within which a process dies: about as many as a long undo makes."""
_DEEDS_SECONDS = 10.0
"""Within which people do what they do while an undo is under way."""
_IS_FINISHED = 0.8
"""How many undos have come to their end before the list is imported again."""


@dataclass(slots=True, kw_only=True)
class UndoScenario:
    """One run that is taken back, however often it takes; the rest of the world is the scenario's."""

    it: Scenario
    run: str
    created: frozenset[str]
    """The UUIDs of the contacts that it created."""
    changes: Mapping[str, ContactChange]
    """What it changed in others, by UUID."""
    counts: Counter[str] = field(default_factory=Counter)
    _done: set[str] = field(default_factory=set)
    """The UUIDs of what the journal holds to be taken back."""

    @property
    def chance(self) -> Random:
        """Of the seed."""
        return self.it.chance

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
        it = self.it
        self.counts["undos"] += 1
        it.world.move_on(it.given, it.refused, it.machine.seconds)
        clock = replace(it.world.clock)
        it.people.is_idle = not it.updates or weather is CALM
        it.server.ledger.undone |= self.created | self.changes.keys()
        network = UndoNetwork(
            weather or it.weather,
            clock,
            it.world.account,
            it.people,
            self.created,
            self.changes,
        )
        command = Command(
            folder=it.machine.folder,
            name=f"undo-{self.run}-{self.counts['undos']}",
            undoes=self.run,
            service=network,
            account=it.world.account,
            clock=clock,
            wall_clock=it.world.clock,
            policy=Policy(),
            chance=it.chance,
            rate=it.rate,
            concurrency=it.chance.choice([0, 0, 1, 5]),
            stop_after_seconds=stop_after_seconds,
            hurry_after_seconds=hurry_after_seconds,
            watch=watch or Watch(),
        )

        def begin(loop: MachineLoop) -> None:
            prepare(loop)
            if weather is not CALM:
                self._let_people_act(loop)

        ended = it.on_machine(network, begin, partial(give, command))
        it.wrong += [f"{uuid} was taken back, and asked about again" for uuid in self._done & network.asked.keys()]
        self._look_at(command.name, network, ended)
        return ended

    def finish(self) -> None:
        """Take back all that is left: a broken undo is gone on with first, then what it kept or failed has its turn."""
        self.it.server.carry_out_all()
        for _ in range(2):
            ended = self.process(weather=CALM)
            if ended is None or ended.exit_code not in (0, 1):
                self.it.wrong.append(f"a calm undo did not end: {ended}")
        with contextlib.closing(self.it.journal()) as store:
            self.it.wrong += undo_invariants.at_rest(store, self.run, self.it.server, self.changes)
            self.it.server.ledger.undone -= set(undo_invariants.known_again(store, self.run, self.changes))
            for result in store.undo_of(self.run).results():
                self.counts[result.fate] += 1

    def update_again(self) -> None:
        """Let a calm run bring the list over once more: it may call nothing done that the undo took back."""
        self.it.server.carry_out_all()
        if ended := self.it.process(weather=CALM):
            with contextlib.closing(self.it.journal()) as store:
                results = invariants.keyed(store.report_source(ended.name).results(), self.it.given)
            rows = contacts(self.it.given)
            self.it.wrong += undo_invariants.of_next_run(results, rows, self.it.server, self.changes)

    def person_acts(self, seconds: float) -> None:
        """Let a person change a contact, change it back, or delete it."""
        uuid = self.chance.choice(sorted(self.created | self.changes.keys()))
        server = self.it.server
        there = server.held.get(uuid)
        kind = self.chance.choice(["name", "note", "back", "deletes"])
        if kind == "deletes":
            server.delete_by_person(uuid)
        elif there and kind == "back":
            change = self.changes.get(uuid)
            server.change(uuid, seconds, with_values(there, change.before) if change else server.as_sent[uuid])
        elif there:
            server.change(uuid, seconds, with_value(there, kind, "as a person wants it"))

    def taken_back(self) -> list[str]:
        """Return the keys of the contacts that are not there any more."""
        with contextlib.closing(self.it.journal()) as store:
            results = store.undo_of(self.run).results()
            gone = [one.uuid for one in results if one.fate in TAKEN_BACK and one.uuid in self.created]
            return [self.it.server.key(uuid) for uuid in gone]

    def _let_people_act(self, loop: MachineLoop) -> None:
        for _ in range(self.chance.choice([0, 0, 1, 3])):
            seconds = _DEEDS_SECONDS * self.chance.random() ** 3
            loop.call_later(seconds, lambda: self.person_acts(loop.seconds))

    def _look_at(self, name: str, network: UndoNetwork, ended: Ended | None) -> None:
        it = self.it
        it.wrong += [f"{name}: {wrong}" for wrong in (*network.wrong, *it.server.ledger.wrong)]
        it.server.ledger.wrong.clear()
        it.wrong += invariants.of_pace(name, network.departures, it.rate)
        with contextlib.closing(it.journal()) as store:
            path = it.machine.folder / JOURNAL
            wrongs = undo_invariants.of_journal(store, self.run, it.server, changes_of(path, self.run))
            it.wrong += [f"{name}: {wrong}" for wrong in wrongs]
            self._done = {one.uuid for one in store.undo_of(self.run).results() if one.fate in TAKEN_BACK}
            it.server.doubtful_deletions.update(undo_invariants.not_known(store, self.run, it.server))
            if ended:
                folder = it.machine.folder / REPORTS / name
                it.wrong += undo_invariants.of_report(store, self.run, ended, folder)
        self.counts["requests"] += len(network.departures)
        if ended is None:
            self.counts["deaths"] += 1
            it.wrong += invariants.of_half_reports(it.machine.folder / REPORTS)


def play_undos(seeds: Sequence[int], only: Sequence[Trouble] = ()) -> Findings:
    """Play each seed, with the given troubles or with its own, and check what must hold."""
    findings, counts = Findings("undo"), Counter[str]()
    for seed in seeds:
        findings.add(f"seed {seed}", command_again("undo", seed, only), partial(play, seed, counts, only))
    findings.say(
        f"{len(seeds):,} seeds at {findings.milliseconds_a_case:.1f} ms: {counts['runs']:,} runs taken back by "
        f"{counts['undos']:,} undos with {counts['deaths']:,} deaths and {counts['requests']:,} requests: "
        f"{counts['deleted']:,} deleted, {counts['restored']:,} given back, {counts['gone']:,} gone, "
        f"{counts['changed']:,} kept"
    )
    return findings


def play(seed: int, counts: Counter[str], only: Sequence[Trouble] = ()) -> list[str]:
    """Play a seed and return what is wrong."""
    with scenario(seed, only, existing=Existing.UPDATE if seed % 2 else Existing.CREATE) as it:
        it.policy = replace(it.policy, ambiguous=Ambiguous.RECONCILE)
        whole = _runs(it)
        if undo := one_of_the_runs(it):
            _lives(undo)
            _again(undo, whole)
            counts.update(undo.counts, runs=1)
        return it.wrong


def _runs(it: Scenario) -> tuple[Table, ...]:
    """Give some runs, of which each may send what another did not; return the whole input."""
    whole = it.given
    for number in range(it.chance.randint(1, 3)):
        if it.updates and number:
            it.given = whole
            it.edit()
            whole = it.given
            it.people.is_idle = False
            it.people.act_between(it.machine.seconds)
        it.given = tuple(replace(table, rows=table.rows[: it.chance.randint(0, len(table.rows))]) for table in whole)
        if it.chance.random() < 0.3:
            one_life(it)
        else:
            it.process(weather=CALM)
    it.server.carry_out_posts()
    it.given = whole
    return whole


def one_of_the_runs(it: Scenario) -> UndoScenario | None:
    """Choose a run that created contacts."""
    with contextlib.closing(it.journal()) as store:
        created = {record.name: undo_invariants.created_by(store, record.name) for record, _ in store.runs()}
    changes = {run: _changes(it, run, {one.uuid for one in rows}) for run, rows in created.items()}
    names = sorted(run for run in created if created[run] or changes[run])
    if not names:
        return None
    run = it.chance.choice(names)
    return UndoScenario(it=it, run=run, created=frozenset(row.uuid for row in created[run]), changes=changes[run])


def _changes(it: Scenario, run: str, created: Collection[str]) -> Mapping[str, ContactChange]:
    found = changes_of(it.machine.folder / JOURNAL, run).values()
    return {change.uuid: change for change in found if change.uuid not in created}


def _lives(undo: UndoScenario) -> None:
    for _ in range(undo.chance.randint(0, (len(undo.created) + len(undo.changes)) // 3)):
        undo.person_acts(undo.it.machine.seconds)
    for _ in range(undo.chance.randint(0, 4)):
        one_life(undo, _MOST_TURNS)
    if undo.chance.random() < _IS_FINISHED:
        undo.finish()


def _again(undo: UndoScenario, whole: tuple[Table, ...]) -> None:
    """A later run makes anew what was taken back, and another undo of the first one leaves that alone."""
    it, gone = undo.it, undo.taken_back()
    it.given = whole
    if it.updates:
        undo.update_again()
    it.finish()
    it.wrong += invariants.of_server(it.server)
    it.wrong += [f"{key} was not made anew" for key in gone if key not in it.server.contacts]
    undo.process(weather=CALM)
