"""The part `undo-kills`: the real command `undo`, killed at random moments, and given again until it ends.

A person adds some of the contacts a moment before the run that has them too: those are never deleted. The account goes
by other names from one command to the next. In every other scenario the run also updates what another run created: that
is given back unless a person changed it since. What the sandbox holds in the end is compared with the journal and with
undone.csv.
"""

import contextlib
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from importer.journal import Journal
from importer.model.deletion import TAKEN_BACK, Fate, RemovalResult
from importer.sandbox import Commit, Duplicates, Fault, FaultKind, Faults, Sandbox, SandboxOptions
from importer.sandbox.calls import Asked
from tests.fault_injection.findings import Findings
from tests.fault_injection.killing import HANG_SECONDS, LATE_SECONDS, SHARE, Victim, in_scenarios
from tests.support.commands import ACCOUNT, read, serving, table

_KINDS = (
    Fault(FaultKind.RESET),
    Fault(FaultKind.RESET, Commit.YES),
    Fault(FaultKind.ERROR),
    Fault(FaultKind.ERROR, Commit.LATE),
    Fault(FaultKind.CLOSE, Commit.YES),
    Fault(FaultKind.HANG, Commit.YES),
    Fault(FaultKind.CUT_BODY, Commit.YES),
    Fault(FaultKind.HTML),
)
_METHODS = frozenset({"GET", "DELETE", "PATCH"})
_UPDATED = 20
_BEFORE, _AFTER = "as it was", "from the sheet"
"""The notes of contacts that the run updates."""
_ADDED_BY_HAND = 5
_ACCOUNTS = ("", 'account = "main"', 'account = "shop"')
_THERE_BEFORE = ("34600990001", "34600990002", "34600990003")
_CONFIG = """
[service]
base_url = "{base_url}"
{account}
rate = {rate}
settle_seconds = 1.0

[columns]
identifier = "Phone"
name = "Name"
note = "Note"

[contact]
existing = "update"
"""


@dataclass(slots=True, kw_only=True)
class UndoKilling:
    """One run that is taken back, what is none of its business, and the command that is killed."""

    victim: Victim
    sandbox: Sandbox
    count: int
    """Of the contacts that the run creates; a person has added others of its rows."""
    updates: bool
    """Whether the run updates what another one created."""
    run: str = ""
    others: set[str] = field(default_factory=set)
    """The UUIDs of what was there before, and of what another run created."""
    changed: set[str] = field(default_factory=set)
    """The UUIDs of what the run created and a person changed."""
    called: set[str] = field(default_factory=set)
    """The UUIDs of what the run updated and a person changed."""
    fates: Counter[str] = field(default_factory=Counter)

    def play(self, kills: int) -> list[str]:
        """Import, let people act, take back with so many kills, import again; return what is wrong."""
        self._import()
        self._let_people_act()
        command = ("undo", self.run, "--yes")
        code = self.victim.give_until_it_ends(command, kills, self.count // 4)
        if code != (1 if self.changed or self.called else 0):
            return [f"the exit code is {code}: {self.victim.said()}"]
        time.sleep(LATE_SECONDS)
        wrong = [*self.victim.wrong, *self._wrong()]
        changes = self._changes()
        self.victim.give(command)
        if sent := self._changes() - changes:
            wrong.append(f"given again when all was done, the command sent {sent} requests that change something")
        return wrong + self._imported_again()

    def _import(self) -> None:
        for phone in _THERE_BEFORE:
            self._add_by_hand(phone, "There before")
        self._write("other.csv", range(90_000, 90_000 + _UPDATED), _BEFORE)
        updated = range(90_000, 90_000 + (_UPDATED if self.updates else 0))
        self._write("contacts.csv", (*range(self.count + _ADDED_BY_HAND), *updated), _AFTER)
        rows = read(self.victim.folder / "contacts.csv")[: self.count + _ADDED_BY_HAND]
        self.victim.give(("run", "other.csv"))
        for row in self.victim.chance.sample(rows, _ADDED_BY_HAND):
            self._add_by_hand(row["Phone"], row["Name"])
        self.others = {contact.uuid for contact in self.sandbox.contacts}
        self.victim.give(("run", "contacts.csv"))
        with self._journal() as store:
            self.run = store.runs()[0][0].name

    def _write(self, name: str, numbers: Iterable[int], note: str) -> None:
        rows = [(f"+346000{number:05}", f"Customer {number}", note if number >= 90_000 else "") for number in numbers]
        table(self.victim.folder / name, [("Phone", "Name", "Note"), *rows])

    def _changes(self) -> int:
        """Return how many requests there were that change something."""
        requests = self.sandbox.traffic.requests
        return sum(count for call, count in requests.items() if not call.startswith(("GET", "POST")))

    def _add_by_hand(self, phone: str, name: str) -> None:
        self.sandbox.calls.create_contact(Asked(body={"identifier": phone, "source": "whatsapp", "name": name}))

    def _let_people_act(self) -> None:
        for contact in self.sandbox.contacts:
            kind = self.victim.chance.random()
            if contact.note == _AFTER and kind < 0.2:
                self.sandbox.calls.change_contact(Asked(parameter=contact.uuid, body={"note": "called"}))
                self.called.add(contact.uuid)
            if contact.uuid in self.others or kind > 0.1:
                continue
            if kind > 0.05:
                self.sandbox.calls.change_contact(Asked(parameter=contact.uuid, body={"note": "called"}))
                self.changed.add(contact.uuid)
            else:
                self.sandbox.calls.delete_contact(Asked(parameter=contact.uuid))

    def _wrong(self) -> Iterator[str]:
        there = {contact.uuid for contact in self.sandbox.contacts}
        if there != self.others | self.changed:
            yield f"there should be {len(self.others)} and {len(self.changed)} contacts, and there are {len(there)}"
            yield from (f"{uuid} was deleted" for uuid in (self.others | self.changed) - there)
            yield from (f"{uuid} is still there" for uuid in there - self.others - self.changed)
        with self._journal() as store:
            results = list(store.undo_of(self.run).results())
        if len(results) != self.count + _UPDATED * self.updates:
            yield f"the journal has {len(results)} contacts"
        notes = {contact.uuid: contact.note for contact in self.sandbox.contacts}
        yield from (f"{uuid} has the note {notes[uuid]!r}" for uuid in self.called if notes[uuid] != "called")
        yield from (f"{uuid} was not given back its note" for uuid, note in notes.items() if note == _AFTER)
        last = max(self.victim.folder.glob("reports/*/undone.csv"), key=lambda path: path.stat().st_mtime_ns)
        told = [(line["row"], line["uuid"], line["outcome"], line["reason"]) for line in read(last)]
        if told != [(f"{one.row}", one.uuid, one.fate.value, one.reason) for one in results]:
            yield "undone.csv is not what the journal says"
        yield from (f"row {one.row}: {wrong}" for one in results for wrong in self._of_contact(one))
        self.fates.update(one.fate for one in results)

    def _of_contact(self, result: RemovalResult) -> Iterator[str]:
        is_kept = result.uuid in self.changed | self.called
        fits = result.fate is Fate.CHANGED if is_kept else result.fate in TAKEN_BACK
        if not fits:
            yield f"{result.fate} is not the end: {result.reason}"

    def _imported_again(self) -> list[str]:
        code = self.victim.give(("run", "contacts.csv"))
        counts = Counter(contact.identifier for contact in self.sandbox.contacts)
        wrong = [f"{identifier} is there {count} times" for identifier, count in counts.items() if count > 1]
        if code or len(counts) != self.count + len(self.others):
            wrong.append(f"the later run ended with {code}, and there are {len(counts)} contacts")
        return wrong

    @contextlib.contextmanager
    def _journal(self) -> Iterator[Journal]:
        with contextlib.closing(Journal.open(self.victim.folder / "journal.sqlite3")) as store:
            yield store


def kill_undos(kills: int, first_seed: int = 1, keep: Path | None = None) -> Findings:
    """Kill the command so many times, in scenarios of some kills each, two of them at a time; see `kills.kill`."""
    findings, counts = Findings("undo-kills"), Counter[str]()
    in_scenarios(findings, kills, first_seed, lambda seed, share: _scenario(seed, share, keep, counts))
    fates = ", ".join(f"{fate} {counts[fate]:,}" for fate in Fate if counts[fate])
    spoilt = f"{SHARE:.0%} of the GETs and DELETEs spoilt"
    findings.say(f"{counts['kills']:,} kills, {counts['requests']:,} requests, {spoilt}: {fates}")
    return findings


def _scenario(seed: int, kills: int, keep: Path | None, counts: Counter[str]) -> Sequence[str]:
    chance = Random(seed)
    faults = Faults(
        probability=SHARE,
        seed=seed,
        kinds=_KINDS,
        methods=_METHODS,
        hang_seconds=HANG_SECONDS,
        commit_delay_seconds=LATE_SECONDS,
    )
    latency_seconds = chance.choice([0.0, 0.02, 0.1])
    options = SandboxOptions(
        account=ACCOUNT,
        rate_limit=0,
        latency_seconds=latency_seconds,
        faults=faults,
        duplicates=Duplicates.RETURN,
        created_status=201,
    )
    with tempfile.TemporaryDirectory(prefix="fault-injection-") as temporary, serving(options) as sandbox:
        folder = keep / f"undo-kills-{seed}" if keep else Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        before_each = partial(_rename, folder, chance, sandbox.base_url, chance.choice([60, 100]))
        victim = Victim(folder=folder, chance=chance, sandbox=sandbox, before_each=before_each)
        it = UndoKilling(victim=victim, sandbox=sandbox, count=chance.randint(150, 300), updates=bool(seed % 2))
        wrong = it.play(kills)
        counts.update(it.fates)
        counts.update(kills=victim.kills, requests=sandbox.traffic.requests.total())
    return wrong


def _rename(folder: Path, chance: Random, base_url: str, rate: int) -> None:
    """Let the next command know the account by another name."""
    text = _CONFIG.format(base_url=base_url, account=chance.choice(_ACCOUNTS), rate=rate)
    (folder / "config.toml").write_text(text, encoding="utf-8")
