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
    peak_mb: float
    said: str
    """Its standard output."""
    began_at: float
    """By `time.perf_counter`, which all processes of a machine share on Linux."""


def tell(text: str) -> None:
    """Write a line of the figures to standard output."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def command(arguments: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end.

    Raises:
        RuntimeError: It could not do what it was to do (exit codes from 2 on).

    """
    began_at = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own commands
        list(map(str, arguments)),
        env=os.environ | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{arguments} ended with {process.returncode}")
    return Cost(
        seconds=time.perf_counter() - began_at,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_mb=usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024),
        said=said,
        began_at=began_at,
    )


def importing(file: Path, folder: Path, base_url: str, *more: str) -> Cost:
    """Run the importer over a file, with a journal and reports in the folder; it says its summary."""
    places: list[str | Path] = ["--journal", folder / "journal.sqlite3", "--report-dir", folder / "reports"]
    environment = {"CALLBELL_BASE_URL": base_url, "CALLBELL_API_TOKEN": "sandbox-token"}
    run: list[str | Path] = [sys.executable, "-m", "importer", "run", file]
    run += [*places, "--json", "--yes", "--quiet", *more]
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
