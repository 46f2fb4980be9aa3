"""The part `kills`: the real command, killed at random moments, and given again until it ends.

From one command to the next the account goes by other names, the identifier's format changes, and the main channel is
named or not; the sandbox answers about other contacts, and refuses what it does. At last all is calm, and the command
is given again: it ends what was left, then it has nothing to do. What the sandbox holds in the end is compared
with the journal and with results.csv.
"""

import contextlib
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from importer.journal import Journal
from importer.model.policy import Existing
from importer.model.rows import IN_CALLBELL, Status
from importer.sandbox import Commit, Fault, FaultKind, Faults, SandboxOptions
from importer.sandbox.account import StoredContact
from tests.fault_injection.findings import Findings
from tests.fault_injection.killed_sheet import THERE_BEFORE, Sheet
from tests.fault_injection.killing import HANG_SECONDS, LATE_SECONDS, SHARE, Victim, in_scenarios
from tests.fault_injection.troubled_sandbox import TroubledSandbox
from tests.support.commands import ACCOUNT, results, served

_RUN = ("run", "contacts.csv")
_KINDS = (
    Fault(FaultKind.RESET),
    Fault(FaultKind.RESET, Commit.YES),
    Fault(FaultKind.ERROR),
    Fault(FaultKind.ERROR, Commit.LATE),
    Fault(FaultKind.CLOSE, Commit.YES),
    Fault(FaultKind.HANG, Commit.YES),
    Fault(FaultKind.CUT_BODY, Commit.YES),
    Fault(FaultKind.NO_UUID, Commit.YES),
    Fault(FaultKind.BAD_GATEWAY),
)
_METHODS = frozenset({"GET", "POST", "PATCH"})
_EXISTING = (Existing.CREATE, Existing.SKIP, Existing.UPDATE)
"""What scenarios do with contacts that are there, in turn; where they ask, some are there before."""
_SETTLE_SECONDS = 1.0
_CONFIG = """
[service]
base_url = "{base_url}"
{account}
settle_seconds = {settle_seconds}
rate = {rate}

[contact]
existing = "{existing}"
identifier_format = "{identifier_format}"
{channel}

[columns]
identifier = "Phone"
name = "Name"
note = "Note"
"""
_ACCOUNTS = ("", 'account = "main"', 'account = "shop"')
_CHANNELS = ("", 'channel = "Main WhatsApp"')
_FORMATS = ("digits", "e164", "as_is")
_HOSTS = ("127.0.0.1", "localhost")


@dataclass(slots=True, kw_only=True)
class Killing:
    """One input, one sandbox, and the command that is killed."""

    victim: Victim
    sandbox: TroubledSandbox
    sheet: Sheet
    statuses: Counter[str] = field(default_factory=Counter)

    def run_until_it_ends(self, kills: int) -> list[str]:
        """Kill the command so many times, or until it ends before it is killed; then let it end."""
        code = self.victim.give_until_it_ends(_RUN, kills, len(self.sheet.rows) // 3)
        if code not in (0, 1):
            return [f"the exit code is {code}: {self.victim.said()}"]
        time.sleep(LATE_SECONDS)
        self.victim.give_with_hard_link(_RUN)
        self.sandbox.calm_down()
        self.sheet.is_done = True
        if self.sheet.existing is Existing.UPDATE:
            self.victim.give(_RUN)  # what an earlier command made with other values is brought over by the next
        if (code := self.victim.give(_RUN)) not in (0, 1):
            return [*self.victim.wrong, f"when all is calm the exit code is {code}: {self.victim.said()}"]
        changes = self._changes()
        wrong = self.victim.wrong + self.sandbox.lost + self._check()
        uuids = [row["uuid"] for row in results(self.victim.folder / "reports")]
        self.victim.give(_RUN)
        if sent := self._changes() - changes:
            wrong.append(f"given again when all was done, the command sent {dict(sent)}")
        if uuids != (again := [row["uuid"] for row in results(self.victim.folder / "reports")]):
            wrong.append(f"given again when all was done, results.csv has other UUIDs: {again} for {uuids}")
        return wrong

    def _changes(self) -> Counter[str]:
        """Return how many requests there were that change something, by their calls."""
        requests = self.sandbox.traffic.requests
        return Counter({call: count for call, count in requests.items() if not call.startswith("GET")})

    def _check(self) -> list[str]:
        contacts = self.sandbox.contacts
        counts = Counter(contact.key for contact in contacts)
        wrong = [f"{digits} is there {count} times" for (*_, digits), count in counts.items() if count > 1]
        told = results(self.victim.folder / "reports")
        rows = self.sheet.rows
        if [int(row["row"]) for row in told] != list(range(2, len(rows) + 2)):
            wrong.append(f"results.csv has {len(told)} rows, and the input {len(rows)}")
        there = {contact.uuid: contact for contact in contacts}
        for (phone, name, note), row in zip(rows, told, strict=False):
            wrong += [f"row {row['row']} ({phone}, {name}): {one}" for one in _of_row(row, name, there)]
            if self.sheet.existing is Existing.UPDATE:
                wrong += [f"row {row['row']} ({phone}): {one}" for one in self._of_update(row, note, there)]
        self.statuses.update(row["status"] for row in told)
        return wrong + self._differences(told)

    def _of_update(self, row: Mapping[str, str], note: str, there: Mapping[str, StoredContact]) -> Iterator[str]:
        """Return what is wrong with a row's note, which the sheet changes, and so do people."""
        contact = there.get(row["uuid"])
        if contact is None or contact.note == note or row["status"] in (Status.INVALID, Status.DUPLICATE):
            return
        if (contact.uuid, "note") not in self.sandbox.given:
            yield f"{row['status']}: its note is {contact.note!r}, and the sheet alone changed it to {note!r}"

    def _differences(self, told: Sequence[Mapping[str, str]]) -> list[str]:
        """Compare the journal with results.csv, and look for rows without a last word in any run."""
        with contextlib.closing(Journal.open(self.victim.folder / "journal.sqlite3")) as store:
            runs = store.runs()
            last = list(store.report_source(runs[0][0].name).results())
        wrong = [] if [one.uuid for one in last] == [one["uuid"] for one in told] else ["the journal differs"]
        return wrong + [
            f"{record.name} has rows that are {status}"
            for record, tally in runs
            for status in (Status.PENDING, Status.IN_FLIGHT)
            if tally[status]
        ]


def kill(kills: int, first_seed: int = 1, keep: Path | None = None) -> Findings:
    """Kill the command so many times, in scenarios of some kills each, two of them at a time.

    Args:
        kills: In all.
        first_seed: Of the first scenario; moments are never quite the same again.
        keep: Where what was written stays; None: it is thrown away.

    """
    findings, counts = Findings("kills"), Counter[str]()
    in_scenarios(findings, kills, first_seed, lambda seed, share: _scenario(seed, share, keep, counts))
    rows = ", ".join(f"{status} {counts[status]:,}" for status in Status if counts[status])
    findings.say(
        f"{counts['kills']:,} kills, {counts['turned_away']:,} second commands turned away, {counts['requests']:,} "
        f"requests, {SHARE:.0%} of them spoilt: {rows}"
    )
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
    options = SandboxOptions(account=ACCOUNT, rate_limit=0, latency_seconds=latency_seconds, faults=faults)
    with (
        tempfile.TemporaryDirectory(prefix="fault-injection-") as temporary,
        served(TroubledSandbox(options, seed)) as sandbox,
    ):
        folder = keep / f"kills-{seed}" if keep else Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        sheet = Sheet(chance=chance, path=folder / "contacts.csv", existing=_EXISTING[seed % len(_EXISTING)])
        if sheet.existing is not Existing.CREATE:
            sheet.put_some_before(sandbox)
        sandbox.has_people = sheet.existing is Existing.UPDATE
        before_each = partial(_prepare, folder, chance, sandbox, chance.choice([100, 300, 0]), sheet)
        victim = Victim(folder=folder, chance=chance, sandbox=sandbox, before_each=before_each)
        it = Killing(victim=victim, sandbox=sandbox, sheet=sheet)
        wrong = it.run_until_it_ends(kills)
        counts.update(it.statuses)
        counts.update(kills=victim.kills, turned_away=victim.turned_away, requests=sandbox.traffic.requests.total())
    return wrong


def _prepare(folder: Path, chance: Random, sandbox: TroubledSandbox, rate: int, sheet: Sheet) -> None:
    """Let the next command know the account, and send the contacts, in another way; and find another sheet."""
    sheet.write()
    sandbox.let_colleague_ask()
    text = _CONFIG.format(
        base_url=sandbox.base_url.replace("127.0.0.1", chance.choice(_HOSTS)),
        account=chance.choice(_ACCOUNTS),
        settle_seconds=_SETTLE_SECONDS,
        rate=rate,
        existing=sheet.existing,
        identifier_format=chance.choice(_FORMATS),
        channel=chance.choice(_CHANNELS),
    )
    (folder / "config.toml").write_text(text, encoding="utf-8")


def _of_row(row: Mapping[str, str], name: str, there: Mapping[str, StoredContact]) -> Iterator[str]:
    """Return what is wrong with a row of results.csv."""
    status = Status(row["status"])
    if status is Status.INVALID:
        return
    if status not in IN_CALLBELL:
        yield f"{status} is not the end: {row['reason']}"
    elif row["uuid"] not in there:
        yield f"{status} with {row['uuid'] or 'no uuid'}, which the service does not have"
    elif status is not Status.DUPLICATE and there[row["uuid"]].name not in (name, THERE_BEFORE):
        yield f"the service has it as {there[row['uuid']].name}"
