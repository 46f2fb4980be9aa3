"""The part `virtual`: seeds in virtual time, with faults, deaths, stops and late commits; and `late`, its own proof.

In `late` the server carries requests out later than the importer waits before it asks. No client can come out right
then, so the suite must find duplicates there: it is able to fail.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Protocol

from importer.model.policy import Existing
from tests.fault_injection.findings import Findings
from tests.fault_injection.machine import MachineLoop
from tests.fault_injection.scenario import Scenario
from tests.fault_injection.scenario_of_seed import scenario
from tests.fault_injection.troubles import Trouble

_EXISTING = (Existing.SKIP, Existing.CREATE, Existing.UPDATE, Existing.CREATE)
"""What seeds do with contacts that are there, in turn; where they ask, some are there before the first run."""
_EDITED = 0.7
_MOST_TURNS = 2_500
"""Turns of the loop within which a process dies: about as many as a long run makes."""


def play_seeds(seeds: Sequence[int], only: Sequence[Trouble] = (), existing: Existing | None = None) -> Findings:
    """Play each seed and check what must hold.

    Args:
        seeds: What to play.
        only: The troubles of each; none: its own.
        existing: What each does with contacts that are there; None: some this, some that.

    """
    findings, counts = Findings("virtual"), Counter[str]()
    for seed in seeds:
        again = command_again("virtual", seed, only) + (f" --existing {existing}" if existing else "")
        chosen = existing or _EXISTING[seed % len(_EXISTING)]
        findings.add(f"seed {seed}", again, partial(_play, seed, only, chosen, counts))
    findings.say(
        f"{len(seeds):,} seeds at {findings.milliseconds_a_case:.1f} ms: {counts['deaths']:,} deaths, "
        f"{counts['runs']:,} runs that ended, {counts['rows']:,} rows, {counts['requests']:,} requests, "
        f"{counts['patches']:,} PATCHes carried out"
    )
    return findings


def play_late(seeds: Sequence[int]) -> Findings:
    """Play seeds with a server that is later than the settle time, and count the duplicates: none would be wrong."""
    findings, counts = Findings("late"), Counter[str]()
    for seed in seeds:
        with scenario(seed, late=True) as it:
            _lives(it)
            counts["contacts"] += len(it.server.contacts)
            counts["duplicates"] += len(it.server.twice())
    findings.say(
        f"{len(seeds):,} seeds with a server later than the settle time: "
        f"{counts['duplicates']:,} of {counts['contacts']:,} contacts are there twice"
    )
    again = f"late --seeds {seeds[0]}..{seeds[-1]}"
    findings.add("no duplicates", again, lambda: [] if counts["duplicates"] else ["the suite could not see them"])
    return findings


def command_again(part: str, seed: int, only: Sequence[Trouble]) -> str:
    """Return the command that repeats a seed."""
    return " ".join([f"{part} --seeds {seed}..{seed}", *(f"--trouble {trouble}" for trouble in only)])


def _play(seed: int, only: Sequence[Trouble], existing: Existing, counts: Counter[str]) -> list[str]:
    with scenario(seed, only, existing=existing) as it:
        wrong = _lives(it)
        counts.update(deaths=it.deaths, runs=len(it.ended), requests=it.server.requests, patches=len(it.server.patched))
        counts.update(rows=sum(len(table.rows) for table in it.given))
        return [f"with {', '.join(sorted(it.world.troubles)) or 'no trouble'}:", *wrong] if wrong else []


def _lives(it: Scenario) -> list[str]:
    for _ in range(it.chance.randint(0, 4)):
        one_life(it)
        if it.chance.random() < (_EDITED if it.updates else 0.2):
            it.edit()
    it.finish()
    return it.check()


class Mortal(Protocol):
    """A scenario whose command is given again and again."""

    @property
    def chance(self) -> Random:
        """Of the seed."""

    def process(
        self,
        *,
        prepare: Callable[[MachineLoop], None] = ...,
        stop_after_seconds: float | None = ...,
        hurry_after_seconds: float | None = ...,
    ) -> object:
        """Give the command once."""


def one_life(it: Mortal, most_turns: int = _MOST_TURNS) -> None:
    """A process that dies within so many turns, is stopped, or comes to its end."""
    match it.chance.choice(["dies", "dies", "dies", "stopped", "hurried", "hurried", "ends"]):
        case "dies":
            it.process(prepare=partial(_doom, turns=_turns(it.chance, most_turns)))
        case "stopped":
            it.process(stop_after_seconds=_soon(it.chance))
        case "hurried":
            it.process(stop_after_seconds=_soon(it.chance), hurry_after_seconds=it.chance.random())
        case _:
            it.process()


def _doom(loop: MachineLoop, turns: int) -> None:
    loop.turns_left = turns


def _turns(chance: Random, most: int) -> int:
    """Return when to die: early as often as late, as much happens in the first turns."""
    return round(float(most ** chance.random()))


def _soon(chance: Random) -> float:
    return float(10.0 ** chance.uniform(-2.0, 1.0))
