"""Reads the files it is given in one process, and says as JSON what became of each and the most memory it took.

For tests/unit/readers/test_hostile_*.py: what would end or fill a process is tried in one of its own.
"""

import json
import resource
import sys
import time
from pathlib import Path

from importer.model.errors import InputError
from importer.readers import open_reader
from importer.readers.options import InputOptions


def outcome(path: str) -> str:
    """Return the first words that a person would see, or how many rows there are and how many have problems."""
    try:
        reader = open_reader(path, InputOptions())
        rows = problems = 0
        for chunk in reader.chunks():
            rows += len(chunk)
            problems += sum(bool(row.problems) for row in chunk)
        reader.close()
    except InputError as error:
        return error.message.removeprefix(path)
    return f"{rows} rows, {problems} with problems"


def peak_mb() -> int:
    """Return the most memory this process had; Linux tells that of the one before it too, unless asked here."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 * 1024 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Read them all, one after the other."""
    said = {}
    for path in sys.argv[1:]:
        began_at = time.monotonic()
        words = outcome(path)
        said[Path(path).name] = (words, peak_mb(), round(time.monotonic() - began_at, 1))
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
