"""The part `teeth`: deliberate faults in a copy of the importer, each of which must turn the regime red."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import importer
from tests.fault_injection.findings import Findings
from tests.fault_injection.tooth import Change, Tooth, missing
from tests.fault_injection.undo_teeth import UNDO_TEETH

_PROJECT = Path(importer.__file__).parent.parent
_LONGEST_SECONDS = 300.0
_AT_ONCE = 2
_UNDO_CONTROL = ("undo", "--seeds", "1..60")
_CONTROL_SEEDS = ("virtual", "--seeds", "1..60")


TEETH = (
    Tooth(
        name="no intent before the send",
        changes=(
            Change(
                file="journal/claim.py",
                old="        connection.execute(_CLAIM_CONTACTS, these)\n",
                new="",
            ),
            Change(
                file="journal/claim.py",
                old="        connection.execute(_SETTLE_CONTACTS, ",
                new='        these = _these(desk, [one["seq"] for one in settled]) | {"now": settled[0]["at"]}\n'
                "        connection.execute(_CLAIM_CONTACTS, these)\n"
                "        connection.execute(_SETTLE_CONTACTS, ",
            ),
        ),
    ),
    Tooth(
        name="outcome written before the reply",
        changes=(
            Change(
                file="worker_pool/pool.py",
                old="            call = parts.service.create if step.ask is Ask.CREATE else parts.service.find\n",
                new="            call = parts.service.create if step.ask is Ask.CREATE else parts.service.find\n"
                "            if step.ask is Ask.CREATE:\n"
                "                self._write(step, Outcome(status=Status.CREATED))\n",
            ),
        ),
    ),
    Tooth(
        name="in flight at a crash: forgotten",
        changes=(
            Change(
                file="journal/claim.py",
                old="        end_rows(connection, RunKey(run, account), at)\n",
                new="        connection.execute(\"UPDATE rows SET status = 'pending' WHERE status = 'in_flight'\")\n"
                "        connection.execute(\"DELETE FROM contacts WHERE status = 'in_flight'\")\n"
                "        end_rows(connection, RunKey(run, account), at)\n",
            ),
        ),
    ),
    Tooth(
        name="in flight at a stop: called unsent",
        changes=(
            Change(
                file="worker_pool/pool.py",
                old='self._write(step, in_doubt(step.attempt, "before the run ended"))\n            return\n',
                new="self._write(step, Outcome(status=Status.PENDING))\n            return\n",
            ),
        ),
    ),
    Tooth(
        name="500 taken as never arrived",
        changes=(
            Change(
                file="worker_pool/create_decision.py",
                old="        case _:\n            return _doubt(reply, attempt, policy, jitter)\n",
                new="        case 500:\n            return _after_never(reply, attempt, policy, jitter)\n"
                "        case _:\n            return _doubt(reply, attempt, policy, jitter)\n",
            ),
        ),
    ),
    Tooth(
        name="a reset taken as never arrived",
        changes=(
            Change(
                file="worker_pool/create_decision.py",
                old="        case Arrival.UNKNOWN:\n            return _doubt(reply, attempt, policy, jitter)\n",
                new="        case Arrival.UNKNOWN:\n            return _after_never(reply, attempt, policy, jitter)\n",
            ),
        ),
    ),
    Tooth(
        name="no settle time",
        changes=(
            Change(
                file="worker_pool/create_decision.py",
                old="    return _look_up(doubted, policy.settle_seconds)",
                new="    return _look_up(doubted, 0.0)",
            ),
        ),
    ),
    Tooth(
        name="no settle time after a crash",
        changes=(
            Change(
                file="worker_pool/create_decision.py",
                old="max(0.0, policy.settle_seconds - elapsed_seconds)",
                new="0.0 * elapsed_seconds",
            ),
        ),
    ),
    Tooth(
        name="one look-up instead of two",
        changes=(
            Change(
                file="worker_pool/create_decision.py",
                old="witnessed.witnesses < _WITNESSES",
                new="witnessed.witnesses < 1",
            ),
        ),
    ),
    Tooth(
        name="429 counted as a failure",
        changes=(
            Change(
                file="worker_pool/create_decision.py",
                old="        case 429:\n            return RetryIn(wait_seconds=0.0, attempt=attempt)\n",
                new="        case 429:\n            return _after_never(reply, attempt, policy, jitter)\n",
            ),
        ),
    ),
    Tooth(
        name="a bursting limiter",
        changes=(
            Change(
                file="worker_pool/rate_limiter.py",
                old="AsyncLimiter(burst, burst / rate)",
                new="AsyncLimiter(max(rate, burst), 1)",
            ),
        ),
    ),
    Tooth(
        name="one number twice in a file: sent twice",
        changes=(
            Change(
                file="journal/enqueue.py",
                old="        elif seq in duplicates:",
                new="        elif seq in duplicates and not seq:",
            ),
        ),
    ),
    Tooth(
        name="redirects followed",
        changes=(Change(file="client/http.py", old="allow_redirects=False", new="allow_redirects=True"),),
        part=("sockets", "--only", "redirect_302"),
    ),
    Tooth(
        name="pandas' defaults",
        changes=(Change(file="readers/text/parse.py", old="na_filter=False", new="na_filter=True"),),
        part=("kills", "--kills", "1"),
    ),
    *UNDO_TEETH,
)
_CONTROLS = (
    Tooth(name="nothing", changes=(), part=_CONTROL_SEEDS),
    Tooth(name="nothing", changes=(), part=("sockets", "--only", "redirect_302")),
    Tooth(name="nothing", changes=(), part=("kills", "--kills", "1")),
    Tooth(name="nothing", changes=(), part=_UNDO_CONTROL),
)


def bite(only: str = "") -> Findings:
    """Apply each fault to a copy and run the part that must see it; without a fault the same must be green.

    Args:
        only: Those whose name begins so; empty: all.

    """
    findings = Findings("teeth")
    chosen = [tooth for tooth in (*_CONTROLS, *TEETH) if tooth.name.startswith(only)]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        seen = list(threads.map(_seen, chosen))
    for tooth, (colour, why) in zip(chosen, seen, strict=True):
        findings.say(f"{tooth.name:<40} {tooth.part[0]:<10} {colour:<6} {why}")
        right = "red" if tooth.changes else "green"
        wrong = [] if colour == right else [f"{colour} instead of {right}: {why}"]
        findings.add(tooth.name, f"teeth --only '{tooth.name}'", partial(list, wrong))
    return findings


def _seen(tooth: Tooth) -> tuple[str, str]:
    """Return whether the regime was red or green, and the first that it found."""
    if lost := missing(tooth, _PROJECT / "importer"):
        return "lost", lost[0]
    with tempfile.TemporaryDirectory(prefix="regime-") as folder:
        for package in ("importer", "tests"):
            shutil.copytree(_PROJECT / package, Path(folder, package), ignore=shutil.ignore_patterns("__pycache__"))
        for change in tooth.changes:
            path = Path(folder, "importer", change.file)
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(change.old, change.new), encoding="utf-8", newline="\n")
        return _colour(tooth.part, Path(folder))


def _colour(part: Sequence[str], folder: Path) -> tuple[str, str]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "tests.fault_injection", *part, "--first"]
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=_LONGEST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return "hung", ""
    lines = [line.strip() for line in done.stdout.splitlines() if line.startswith("    ")]
    match done.returncode:
        case 0:
            return "green", ""
        case 1 if lines:
            return "red", lines[0][:100]
        case _:
            return "broken", (done.stderr.strip().splitlines() or [""])[-1][:200]
