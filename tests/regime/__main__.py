"""The command `python -m tests.regime`.

    python -m tests.regime short                        every part, in less than four minutes
    python -m tests.regime long                         every part at full length: about an hour
    python -m tests.regime virtual --seeds 1..20000     one part; it says what repeats a failure
    python -m tests.regime boundaries --only send:after:3
    python -m tests.regime kills --kills 1000

It exits with 1 where anything is wrong.
"""

import argparse
import sys
from collections.abc import Callable, Sequence

from tests.regime.boundaries import stop_everywhere
from tests.regime.disk import fail_everywhere
from tests.regime.findings import Findings
from tests.regime.kills import kill
from tests.regime.sockets import fault_everywhere
from tests.regime.teeth import bite
from tests.regime.virtual import play_late, play_seeds


def main() -> None:
    """Run the parts that are asked for."""
    given = _arguments()
    Findings.first_only = given.first
    parts = _SIZES.get(given.part) or [_PARTS[given.part]]
    fine = [part(given).tell() for part in parts]
    sys.exit(0 if all(fine) else 1)


def _virtual(given: argparse.Namespace) -> Findings:
    return play_seeds(given.seeds or range(1, 1001))


def _late(given: argparse.Namespace) -> Findings:
    return play_late(given.seeds or range(1, 201))


def _boundaries(given: argparse.Namespace) -> Findings:
    return stop_everywhere(given.only, given.times)


def _disk(given: argparse.Namespace) -> Findings:
    return fail_everywhere(given.only, step=given.step)


def _kills(given: argparse.Namespace) -> Findings:
    return kill(given.kills, given.seeds[0] if given.seeds else 1)


def _teeth(given: argparse.Namespace) -> Findings:
    return bite(given.only)


def _sockets(given: argparse.Namespace) -> Findings:
    return fault_everywhere(given.only)


_PARTS: dict[str, Callable[[argparse.Namespace], Findings]] = {
    "virtual": _virtual,
    "late": _late,
    "boundaries": _boundaries,
    "disk": _disk,
    "kills": _kills,
    "sockets": _sockets,
    "teeth": _teeth,
}
_SIZES: dict[str, Sequence[Callable[[argparse.Namespace], Findings]]] = {}


def _seeds(text: str) -> Sequence[int]:
    first, _, last = text.partition("..")
    return range(int(first), int(last or first) + 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.regime", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", choices=[*_SIZES, *_PARTS])
    parser.add_argument("--seeds", type=_seeds, metavar="A..B", help="of virtual, late and kills")
    parser.add_argument("--only", default="", metavar="NAME", help="of boundaries and disk: those whose names begin so")
    parser.add_argument("--times", type=int, default=25, metavar="N", help="of boundaries: how often each")
    parser.add_argument(
        "--step", type=int, default=1, metavar="N", help="of disk: from one call that fails to the next"
    )
    parser.add_argument("--kills", type=int, default=20, metavar="N", help="of kills")
    parser.add_argument("--first", action="store_true", help="one wrong case is enough")
    return parser.parse_args()


if __name__ == "__main__":
    main()
