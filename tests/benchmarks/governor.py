"""The governor and four other paces against services of fourteen kinds and six harder ones, on a virtual clock."""

from collections.abc import Callable
from functools import partial

from importer.worker_pool.rate_limiter import RateLimiter
from tests.benchmarks.measuring import tell
from tests.benchmarks.rivals import Aimd, AwsCubic, Unheeding
from tests.support.servers import EXTRA, KINDS
from tests.support.terminal import Controller, drive

PACES: dict[str, Callable[[], Controller]] = {
    "ours": lambda: RateLimiter(rate=300.0),
    "AsyncLimiter(300, 1)": partial(Unheeding, 300, 1),
    "fixed 291/s": partial(Unheeding, 2, 2 / 291),
    "AIMD": Aimd,
    "AWS cubic": AwsCubic,
}


def main(seconds: int = 600) -> None:
    """Print a Markdown table: what was used of what is permitted, and 429s of all requests, after convergence."""
    tell(f"Of what is permitted, used; of the requests, 429s. {seconds} s each, less 75 s after each change.\n")
    tell(f"| service | {' | '.join(PACES)} | ours, in all | inside Retry-After |")
    tell(f"|---|{'---|' * (len(PACES) + 2)}")
    for kind in (*KINDS, *EXTRA):
        all_driven = [drive(make, kind, seconds) for make in PACES.values()]
        cells = [f"{one.utilisation:.1%}, {one.refused_share:.3%}" for one in all_driven]
        whole = f"{all_driven[0].accepted / all_driven[0].permitted:.1%}, {all_driven[0].refused} 429s"
        tell(f"| {kind.name} | {' | '.join(cells)} | {whole} | {all_driven[0].inside_hold} |")
