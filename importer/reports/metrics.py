"""The last run as metrics, in the text format of Prometheus, for the textfile collector of its node_exporter.

Names and units as prometheus.io/docs/practices/naming says. node_exporter merges the files of a folder, so several
accounts each have a file of their own there, and are told apart by the labels that they all have.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from importer.model.runs import NO_PROBLEMS
from importer.system.files import write_public

_PREFIX = "callbell_importer_last_run_"
_Sample = tuple[Mapping[str, str], float]
"""Labels of its own, and a value."""


def write_metrics(path: Path, ending: Mapping[str, Any], labels: Mapping[str, str], now: datetime) -> None:
    """Write the metrics of an import that has ended; others may read them, as node_exporter is another user.

    Args:
        path: The file; the collector reads those that end in `.prom`.
        ending: The object that `--json` prints.
        labels: What tells this import from others, such as its account.
        now: The time.

    Raises:
        StorageError: It cannot be written.

    """
    write_public(path, metrics_text(ending, labels, now))


def metrics_text(ending: Mapping[str, Any], labels: Mapping[str, str], now: datetime) -> str:
    """Return the metrics; what is not known, because nothing ran, is not among them."""
    lines = []
    for name, meaning, samples in _metrics(ending, now):
        if samples:
            lines += [f"# HELP {_PREFIX}{name} {meaning}", f"# TYPE {_PREFIX}{name} gauge"]
            lines += [f"{_PREFIX}{name}{_labels({**labels, **own})} {value:.16g}" for own, value in samples]
    return "\n".join(lines) + "\n"


def _metrics(ending: Mapping[str, Any], now: datetime) -> Iterator[tuple[str, str, Sequence[_Sample]]]:
    """Yield each metric's name, its meaning, and its samples.

    All are gauges: each describes one run, and may fall with the next.
    """
    requests = ending.get("requests", {})
    rows = [({"status": name}, count) for name, count in ending.get("rows", {}).items() if name not in _NO_STATUS]
    yield "timestamp_seconds", "When the last import ended, in Unix time.", [({}, now.timestamp())]
    yield (
        "exit_code",
        "The exit code of the last import; 0: every row is where it should be, or, with --fail-on new, nothing is new.",
        _one(ending, "exit_code"),
    )
    yield "duration_seconds", "How long the last import took.", _one(ending, "seconds")
    yield "rows", "Rows of the last import by their status.", rows
    yield "rows_read", "Rows that the last import read.", _one(ending.get("rows", {}), "read")
    meanings = {"sent": "left", "retried": "were sent again", "throttled": "were answered with 429"}
    for name, meaning in meanings.items():
        yield f"requests_{name}", f"Requests of the last import that {meaning}.", _one(requests, name)
    problems = ending.get("problems")
    if problems is not None:
        yield "problems", "Rows with a problem in the last import, by the problem's code.", _by_code(problems)
    if problems is not None and all("new" in one for one in problems):
        new: list[_Sample] = [({}, sum(one["new"] for one in problems))]
        yield "problems_new", "Rows of the last import with a problem that the import before did not have.", new
    if "degraded" in ending:
        yield "degraded", "1: the last import was degraded.", [({}, bool(ending["degraded"]))]


_NO_STATUS = frozenset({"read", "blank", "left_out"})


def _one(found: Mapping[str, Any], name: str) -> list[_Sample]:
    value = found.get(name)
    return [] if value is None else [({}, value)]


def _by_code(problems: Sequence[Mapping[str, Any]]) -> list[_Sample]:
    """Return how many rows have each code that somebody has to do something about."""
    counts = Counter[str]()
    for one in problems:
        if one["code"] not in NO_PROBLEMS:
            counts[one["code"]] += one["count"]
    return [({"code": code}, count) for code, count in sorted(counts.items())]


def _labels(labels: Mapping[str, str]) -> str:
    """Return the labels in braces; quotes, backslashes and line breaks are escaped as the format wants it."""
    escaped = {name: re.sub(r'(["\\])', r"\\\1", text).replace("\n", r"\n") for name, text in labels.items()}
    return "{" + ",".join(f'{name}="{text}"' for name, text in escaped.items()) + "}" if labels else ""
