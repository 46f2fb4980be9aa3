"""The nightly case: a file of 100,000 rows that were all sent before but 50, and the same file once more."""

import tempfile
import time
from contextlib import closing
from pathlib import Path

from importer.readers import open_reader
from importer.readers.options import InputOptions
from tests.benchmarks.measuring import Cost, customers, importing, machine, spread, summary, tell
from tests.benchmarks.service import running

_NEW = 50
_TIMES = 3


def main(rows: int = 100_000) -> None:
    """Print what a night costs."""
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), 0
        with running() as service:
            port = service.port
            first = importing(
                customers(folder / "contacts.csv", rows - _NEW * _TIMES), folder, service.base_url, "--rate", "0"
            )
        tell(f"first night, no limit: {first.seconds:.1f} s, {first.cpu_seconds:.1f} s of CPU, {first.peak_mb:.0f} MB")
        nights, agains, reads = [], [], []
        for time_number in range(_TIMES):
            file = customers(folder / "contacts.csv", rows - _NEW * (_TIMES - 1 - time_number))
            reads.append(_seconds_to_read(file))
            nights.append(_night(folder, file, port, _NEW))
            agains.append(_night(folder, file, port, 0))
    tell(f"reading alone, s                    {spread(reads, 2)}")
    for what, costs in ((f"with {_NEW} new rows", nights), ("with none", agains)):
        tell(f"{what}, s in all        {spread([cost.seconds for cost in costs], 2)}")
        tell(f"{what}, s of CPU        {spread([cost.cpu_seconds for cost in costs], 2)}")
        tell(f"{what}, MB              {spread([cost.peak_mb for cost in costs], 0)}")
    tell(machine())


def _night(folder: Path, file: Path, port: int, new: int) -> Cost:
    with running(port=port) as service:
        cost = importing(file, folder, service.base_url)
    if service.seen["contacts"] != new or summary(cost)["rows"]["created"] != new:
        raise RuntimeError(f"{service.seen['contacts']} POSTs for {new} new rows")
    return cost


def _seconds_to_read(file: Path) -> float:
    began_at = time.perf_counter()
    with closing(open_reader(str(file), InputOptions())) as reader:
        for _ in reader.chunks():
            pass
    return time.perf_counter() - began_at
