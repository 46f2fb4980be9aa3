"""Commands run in processes of their own: how long they took, what they cost, and what they said."""

import csv
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a command cost."""

    seconds: float
    cpu_seconds: float
    """Its own, and that of processes it started and waited for."""
    peak_mb: float
    said: str
    """Its standard output."""
    complained: str
    """The end of its standard error."""
    exit_code: int
    """Below zero: the signal that ended it."""
    began_at: float
    """By `time.perf_counter`, which all processes of a machine share on Linux."""


def tell(text: str) -> None:
    """Write a line of the figures to standard output."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def command(
    arguments: Sequence[str | Path],
    environment: Mapping[str, str] | None = None,
    *,
    longest_seconds: float = 3600.0,
    may_fail: bool = False,
) -> Cost:
    """Run a command to its end.

    Raises:
        RuntimeError: It could not do what it was to do (exit codes from 2 on), and that was not foreseen.

    """
    alone = [sys.executable, "-I", "-S", Path(__file__).with_name("alone.py"), str(longest_seconds)]
    ended = subprocess.run(  # noqa: S603 - our own commands
        list(map(str, (*alone, *arguments))),
        env=os.environ | (environment or {}),
        stdout=subprocess.PIPE,
        check=True,
    )
    cost = Cost(**json.loads(ended.stdout))
    if not may_fail and cost.exit_code not in (0, 1):
        raise RuntimeError(f"{arguments} ended with {cost.exit_code}")
    return cost


def importing(file: Path, folder: Path, base_url: str, *more: str) -> Cost:
    """Run the importer over a file, with journal, reports and programs' state in the folder; it says its summary."""
    places: list[str | Path] = ["--journal", folder / "journal.sqlite3", "--report-dir", folder / "reports"]
    environment = {"CALLBELL_BASE_URL": base_url, "CALLBELL_API_TOKEN": "sandbox-token"}
    environment["XDG_STATE_HOME"] = str(folder / "state")
    run: list[str | Path] = [sys.executable, "-m", "importer", "run", file]
    run += [*places, "--existing", "create", "--json", "--yes", "--quiet", *more]
    return command(run, environment)


def summary(cost: Cost) -> Any:
    """Return the summary that an import said."""
    return json.loads(cost.said)


def customers(path: Path, rows: int, *, first: int = 0) -> Path:
    """Write a CSV file of customers with phones of their own."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("Phone", "Name", "Tags"))
        writer.writerows(
            (f"+34{600_000_000 + number}", f"Name {number}", "VIP") for number in range(first, first + rows)
        )
    return path


def spread(values: Sequence[float], digits: int = 1) -> str:
    """Return the median, and between which values all were."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def machine() -> str:
    """Return on what and when it was measured, and what else the machine had to do."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    version = ".".join(map(str, sys.version_info[:3]))
    return f"{os.cpu_count()} cores, {sys.platform}, Python {version}, {time.strftime('%Y-%m-%d')}{load}"
