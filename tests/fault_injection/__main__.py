"""The command `python -m tests.fault_injection`.

    python -m tests.fault_injection short                        every part, in about five minutes
    python -m tests.fault_injection long                         every part at full length: about an hour
    python -m tests.fault_injection virtual --seeds 1..20000     one part; it says what repeats a failure
    python -m tests.fault_injection virtual --seeds 1..400 --trouble clock    the same with one trouble in every seed
    python -m tests.fault_injection boundaries --only send:after:3
    python -m tests.fault_injection kills --kills 1000
    python -m tests.fault_injection undo --seeds 1..10000        runs taken back; undo-kills does it to the real command
    python -m tests.fault_injection mutants --sample 400         small changes of the code, for the unit tests to notice

It exits with 1 where anything is wrong.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

from importer.model.policy import Existing
from tests.fault_injection.boundaries import stop_everywhere
from tests.fault_injection.disk import fail_everywhere
from tests.fault_injection.findings import Findings, write
from tests.fault_injection.kills import kill
from tests.fault_injection.mutations import mutate
from tests.fault_injection.secrets import search
from tests.fault_injection.sockets import fault_everywhere
from tests.fault_injection.troubles import Trouble
from tests.fault_injection.undo import play_undos
from tests.fault_injection.undo_kills import kill_undos
from tests.fault_injection.virtual import play_late, play_seeds

_AT_ONCE = 2
_PARTS_AT_ONCE = 3
"""On two cores: those that kill commands wait for half of their time."""


def main() -> None:
    """Run the parts that are asked for."""
    given = _arguments()
    Findings.first_only = given.first
    if given.part in _SIZES:
        began = monotonic()
        fine = _all_of(given.part, ["--folder", str(given.folder)] if given.folder else [])
        write(f"{given.part}: {'all well' if fine else 'SOMETHING IS WRONG'}, {monotonic() - began:.0f} s")
    else:
        fine = _PARTS[given.part](given).tell()
    sys.exit(0 if fine else 1)


def _virtual(given: argparse.Namespace) -> Findings:
    return play_seeds(given.seeds or range(1, 1001), given.trouble, given.existing)


def _late(given: argparse.Namespace) -> Findings:
    return play_late(given.seeds or range(1, 201))


def _undo(given: argparse.Namespace) -> Findings:
    return play_undos(given.seeds or range(1, 201), given.trouble)


def _undo_kills(given: argparse.Namespace) -> Findings:
    return kill_undos(given.kills, given.seeds[0] if given.seeds else 1)


def _boundaries(given: argparse.Namespace) -> Findings:
    return stop_everywhere(given.only, given.times)


def _disk(given: argparse.Namespace) -> Findings:
    return fail_everywhere(given.only, step=given.step)


def _kills(given: argparse.Namespace) -> Findings:
    return kill(given.kills, given.seeds[0] if given.seeds else 1)


def _mutations(given: argparse.Namespace) -> Findings:
    return mutate(given.only)


def _mutants(given: argparse.Namespace) -> Findings:
    from tests.mutation.run import mutate as mutate_sample  # noqa: PLC0415 - needs mutmut, which no other part does

    return mutate_sample(given.sample, given.seed or _commit(), given.only, given.at_once)


def _commit() -> str:
    """Return the hash of the commit."""
    command = [shutil.which("git") or "git", "rev-parse", "HEAD"]
    done = subprocess.run(command, capture_output=True, encoding="ascii", check=True)  # noqa: S603 - our own command
    return done.stdout.strip()


def _sockets(given: argparse.Namespace) -> Findings:
    return fault_everywhere(given.only)


def _secrets(given: argparse.Namespace) -> Findings:
    return search(given.folder, suite=given.suite)


_PARTS: dict[str, Callable[[argparse.Namespace], Findings]] = {
    "virtual": _virtual,
    "late": _late,
    "undo": _undo,
    "undo-kills": _undo_kills,
    "boundaries": _boundaries,
    "disk": _disk,
    "kills": _kills,
    "sockets": _sockets,
    "mutations": _mutations,
    "mutants": _mutants,
    "secrets": _secrets,
}
_SIZES: dict[str, tuple[str, ...]] = {
    "short": (
        "mutations",
        "secrets",
        "kills --kills 20",
        "undo-kills --kills 10",
        "virtual --seeds 1..500",
        "virtual --seeds 501..1000",
        "boundaries --times 5",
        "disk --step 7",
        "undo --seeds 1..200",
        "sockets",
        "late --seeds 1..100",
    ),
    "long": (
        "kills --kills 1000",
        "undo-kills --kills 200",
        "virtual --seeds 1..10000",
        "virtual --seeds 10001..20000",
        "undo --seeds 1..5000",
        "undo --seeds 5001..10000",
        "boundaries",
        "disk",
        "sockets",
        "late --seeds 1..1000",
        "mutations",
        "mutants",
        "secrets --suite",
    ),
}
"""The parts of each size: those that take longest first."""


def _all_of(size: str, rest: list[str]) -> bool:
    """Run the parts of a size as commands of their own, some at a time, and tell whether all went well."""
    with ThreadPoolExecutor(_PARTS_AT_ONCE) as threads:
        return all([*threads.map(lambda part: _one_of(part.split(), rest), _SIZES[size])])


def _one_of(part: list[str], rest: list[str]) -> bool:
    more = rest if part[0] == "secrets" else []
    command = [sys.executable, "-m", "tests.fault_injection", *part, *more]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - our own command
    write((done.stdout + done.stderr).strip())
    return done.returncode == 0


def _seeds(text: str) -> Sequence[int]:
    first, _, last = text.partition("..")
    return range(int(first), int(last or first) + 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fault_injection",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("part", choices=[*_SIZES, *_PARTS])
    parser.add_argument("--seeds", type=_seeds, metavar="A..B", help="of virtual, late, undo and the kills")
    parser.add_argument(
        "--trouble",
        type=Trouble,
        choices=Trouble,
        action="append",
        default=[],
        metavar="NAME",
        help=f"of virtual and undo: in every seed, and no other: {', '.join(Trouble)}",
    )
    parser.add_argument(
        "--existing",
        type=Existing,
        choices=Existing,
        metavar="WHAT",
        help="of virtual: what every seed does with contacts that are there: skip, update or create",
    )
    parser.add_argument(
        "--only",
        default="",
        metavar="NAME",
        help="of boundaries, disk, sockets, mutations, mutants: whose names begin so",
    )
    parser.add_argument("--sample", type=int, default=400, metavar="N", help="of mutants: how many")
    parser.add_argument(
        "--seed", default="", metavar="HASH", help="of mutants: what chooses them; else the commit's hash"
    )
    parser.add_argument("--at-once", type=int, default=_AT_ONCE, metavar="N", help="of mutants: how many at a time")
    parser.add_argument("--times", type=int, default=25, metavar="N", help="of boundaries: how often each")
    parser.add_argument(
        "--step", type=int, default=1, metavar="N", help="of disk: from one call that fails to the next"
    )
    parser.add_argument("--kills", type=int, default=20, metavar="N", help="of kills and undo-kills")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="of secrets: what to search besides")
    parser.add_argument("--suite", action="store_true", help="of secrets: run the test suite and search what it writes")
    parser.add_argument("--first", action="store_true", help="one wrong case is enough")
    return parser.parse_args()


if __name__ == "__main__":
    main()
