"""The nightly case: a file of 100,000 rows that were all sent before but 50, and the same file once more.

The first night, and the others with results.csv alone and with all reports in turn.
"""

import json
import tempfile
import time
from collections import defaultdict
from contextlib import closing
from pathlib import Path

from importer.model.runs import REPORT_KINDS
from importer.readers import open_reader
from importer.readers.options import InputOptions
from tests.benchmarks.measuring import Cost, customers, importing, machine, spread, summary, tell
from tests.benchmarks.service import running

_NEW = 50
_TIMES = 3
_KINDS = {"csv alone": REPORT_KINDS[:1], "all reports": REPORT_KINDS}


def main(rows: int = 100_000) -> None:
    """Print what a night costs."""
    with tempfile.TemporaryDirectory() as name:
        for what in _KINDS:
            _tell_nights(what, Path(name) / what.replace(" ", "-"), rows)
    tell(machine())


def _tell_nights(what: str, folder: Path, rows: int) -> None:
    folder.mkdir()
    (folder / "config.toml").write_text(f"[run]\nreports = {json.dumps(_KINDS[what])}\n", encoding="utf-8")
    with running() as service:
        port = service.port
        first = importing(
            customers(folder / "contacts.csv", rows - _NEW * _TIMES), folder, service.base_url, *_options(folder)
        )
    cost = f"{first.seconds:.1f} s, {first.cpu_seconds:.1f} s of CPU, {first.peak_mb:.0f} MB"
    tell(f"{what}, first night, no limit: {cost}")
    costs, reads = defaultdict(list), []
    for time_number in range(_TIMES):
        file = customers(folder / "contacts.csv", rows - _NEW * (_TIMES - 1 - time_number))
        reads.append(_seconds_to_read(file))
        for new in (_NEW, 0):
            costs[new].append(_night(folder, file, port, new))
    tell(f"{what}, reading alone, s of CPU  {spread(reads, 2)}")
    for new, found in costs.items():
        tell(f"{what}, {new} new rows, s in all  {spread([cost.seconds for cost in found], 2)}")
        tell(f"{what}, {new} new rows, s of CPU  {spread([cost.cpu_seconds for cost in found], 2)}")
        tell(f"{what}, {new} new rows, MB        {spread([cost.peak_mb for cost in found], 0)}")


def _options(folder: Path) -> tuple[str, ...]:
    return "--config", str(folder / "config.toml"), "--rate", "0"


def _night(folder: Path, file: Path, port: int, new: int) -> Cost:
    with running(port=port) as service:
        cost = importing(file, folder, service.base_url, *_options(folder))
    if service.seen["contacts"] != new or summary(cost)["rows"]["created"] != new:
        raise RuntimeError(f"{service.seen['contacts']} POSTs for {new} new rows")
    return cost


def _seconds_to_read(file: Path) -> float:
    began_at = time.process_time()
    with closing(open_reader(str(file), InputOptions())) as reader:
        for _ in reader.chunks():
            pass
    return time.process_time() - began_at
