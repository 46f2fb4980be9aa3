"""The part `mutations`: deliberate faults in a copy of the importer, each of which a part must see."""

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
from tests.fault_injection.create_mutations import CREATE_MUTATIONS
from tests.fault_injection.findings import Findings
from tests.fault_injection.mutation import Mutation, NoSuchCodeError, apply
from tests.fault_injection.trouble_mutations import TROUBLE_MUTATIONS
from tests.fault_injection.undo_mutations import UNDO_MUTATIONS
from tests.fault_injection.update_mutations import UPDATE_MUTATIONS

_PROJECT = Path(importer.__file__).parent.parent
_LONGEST_SECONDS = 300.0
_AT_ONCE = 2
_BEING_COMPILED = shutil.ignore_patterns("*.pyc.*")
"""Files that may be gone in a moment; those that are compiled are copied, as a copy's files keep their times."""
_UNDO_CONTROL = ("undo", "--seeds", "1..60")
_CONTROL_SEEDS = ("virtual", "--seeds", "1..60")

MUTATIONS = (*CREATE_MUTATIONS, *TROUBLE_MUTATIONS, *UNDO_MUTATIONS, *UPDATE_MUTATIONS)
_CONTROLS = (
    Mutation(name="nothing", changes=(), part=_CONTROL_SEEDS),
    Mutation(name="nothing", changes=(), part=("sockets", "--only", "redirect_302")),
    Mutation(name="nothing", changes=(), part=("kills", "--kills", "1")),
    Mutation(name="nothing", changes=(), part=_UNDO_CONTROL),
)


def mutate(only: str = "") -> Findings:
    """Apply each fault to a copy and run the part that must see it; without a fault the same must be green.

    Args:
        only: Those whose name begins so; empty: all.

    """
    findings = Findings("mutations")
    chosen = [mutation for mutation in (*_CONTROLS, *MUTATIONS) if mutation.name.startswith(only)]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        seen = list(threads.map(_seen, chosen))
    for mutation, (colour, why) in zip(chosen, seen, strict=True):
        findings.say(f"{mutation.name:<40} {mutation.part[0]:<10} {colour:<6} {why}")
        right = "red" if mutation.changes else "green"
        wrong = [] if colour == right else [f"{colour} instead of {right}: {why}"]
        findings.add(mutation.name, f"mutations --only '{mutation.name}'", partial(list, wrong))
    return findings


def _seen(mutation: Mutation) -> tuple[str, str]:
    """Return whether the part was red or green, and the first that it found."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        shutil.copytree(_PROJECT / "importer", Path(folder, "importer"), ignore=_BEING_COMPILED)
        Path(folder, "tests").symlink_to(_PROJECT / "tests")
        try:
            for change in mutation.changes:
                apply(change, Path(folder, "importer"))
        except NoSuchCodeError as error:
            return "lost", str(error)
        return _colour(mutation.part, Path(folder))


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
