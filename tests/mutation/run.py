"""Run a sample of mutants, each against the unit tests that execute its lines, and tell how many were noticed."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Self

import importer
from tests.fault_injection.findings import Findings, write
from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.mutants import ROOMS, Mutant, all_mutants, is_program, sample_of

_PROJECT = Path(importer.__file__).parent.parent
_COPIED = ("importer", "tests", "pyproject.toml", "README.md", "config.example.toml", "sample_inputs")
_TESTS = [*(f"tests/unit/{room}" for room in ROOMS), "tests/unit/test_pipeline.py"]
_LONGEST_SECONDS = 600.0
"""Of a mutant; the worker ends each test that takes ten times as long as it should."""
_SLOW_TEST_SECONDS = 3.0
"""A slower test is left out: it would be run for hundreds of mutants."""
_GOAL = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a mutant."""

    mutant: Mutant
    fate: str
    """`killed`, `hung` (its time was over: noticed too), `survived`, or `equivalent`."""
    by: str = ""
    """The first test that failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """Which tests execute which lines, and how long they take."""

    lines: Mapping[str, Mapping[str, Sequence[str]]]
    seconds: Mapping[str, float]

    def tests_of(self, mutant: Mutant) -> list[str]:
        """Return the tests to run, the module's own first, without those that are slow.

        Of what only an import executes these are all of the module's, and of a module that is only imported, all of its
        package's.
        """
        lines = self.lines.get(mutant.module, {})
        found = {test for line in mutant.lines for test in lines.get(str(line), ()) if test}
        found = found or {test for tests in lines.values() for test in tests if test}
        folder, _, file = f"tests/unit/{mutant.module}".rpartition("/")
        found = found or {test for test in self.seconds if test.startswith(f"{folder}/")}
        quick = [test for test in found if self.seconds.get(test, 0.0) < _SLOW_TEST_SECONDS]
        own = f"{folder}/test_{file}"
        return sorted(quick, key=lambda test: (not test.startswith(own), self.seconds.get(test, 0.0), test))


class Worker:
    """A process that runs tests, in a copy of the project of its own.

    Args:
        project: What is copied: the project, or another worker's folder, whose files are compiled already.

    """

    def __init__(self, project: Path) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="mutants-")
        self.folder = Path(self._temporary.name)
        for name in _COPIED:
            source, copy = project / name, self.folder / name
            _ = shutil.copytree(source, copy) if source.is_dir() else shutil.copy2(source, copy)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.mutation.worker"],
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._process.communicate()
        self._temporary.cleanup()

    def run(self, tests: Mapping[str, float], limit_seconds: float, mutant: Mutant | None = None) -> dict[str, Any]:
        """Run tests, against a mutant or against the code as it is, and return what the process tells.

        Args:
            tests: By name, how many seconds each usually takes.
            limit_seconds: For all of them.
            mutant: None: the code as it is.

        """
        change = {"module": mutant.module, "source": mutant.source()} if mutant else {"source": ""}
        job = {**change, "tests": [*tests], "seconds": tests, "limit_seconds": limit_seconds}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told


def mutate(count: int, seed: str, only: str = "", at_once: int = 2) -> Findings:
    """Run a sample; something is wrong where fewer than nine mutants of ten are noticed.

    Args:
        count: How many mutants.
        seed: What chooses them: the hash of the commit.
        only: Those of the sample whose names begin so; empty: all.
        at_once: How many at a time.

    """
    findings = Findings("mutants")
    chosen = [one for one in sample_of(all_mutants(_PROJECT / "importer"), count, seed) if one.name.startswith(only)]
    verdicts = list(_verdicts([one for one in chosen if is_program(one)], at_once))
    for line in table(verdicts):
        findings.say(line)
    again, wrong = f"mutants --sample {count} --seed {seed}", [f"only {score(verdicts):.1%} were noticed"]
    findings.add("the score", again, lambda: wrong if score(verdicts) < _GOAL else [])
    return findings


def _verdicts(mutants: Sequence[Mutant], at_once: int) -> Iterator[Verdict]:
    free: SimpleQueue[Worker] = SimpleQueue()

    def judged(mutant: Mutant) -> Verdict:
        worker = free.get()
        try:
            verdict = judge(mutant, executed, worker)
        finally:
            free.put(worker)
        write(f"{verdict.fate:<10} {mutant.module}:{mutant.lines.start} {mutant.name.partition(' ')[2]}  {verdict.by}")
        return verdict

    with ThreadPoolExecutor(at_once) as threads:
        first = Worker(_PROJECT)
        executed = measure(first)
        workers = [first, *(Worker(first.folder) for _ in range(at_once - 1))]
        for worker in workers:
            free.put(worker)
        yield from threads.map(judged, mutants)
        for worker in workers:
            with worker:
                pass


def measure(worker: Worker) -> Executed:
    """Run all tests on the code as it is, and return what they execute.

    Raises:
        RuntimeError: One fails without any mutation.

    """
    told = worker.run(dict.fromkeys(_TESTS, 0.0), _LONGEST_SECONDS * 3)
    if told["exit_code"] != 0:
        raise RuntimeError(f"The tests fail on the code as it is: {told.get('failed')}")
    return Executed(lines=told["executed"], seconds=told["seconds"])


def judge(mutant: Mutant, executed: Executed, worker: Worker) -> Verdict:
    """Run a mutant's tests and tell what became of it."""
    if mutant.name in EQUIVALENT:
        return Verdict(mutant=mutant, fate="equivalent", by=EQUIVALENT[mutant.name])
    if not (tests := executed.tests_of(mutant)):
        return Verdict(mutant=mutant, fate="survived", by="no test executes it")
    told = worker.run({test: executed.seconds.get(test, 0.0) for test in tests}, _LONGEST_SECONDS, mutant)
    fate = {None: "hung", 0: "survived"}.get(told["exit_code"], "killed")
    return Verdict(mutant=mutant, fate=fate, by=next(iter(told.get("failed", ())), ""))


def score(verdicts: Sequence[Verdict]) -> float:
    """Return the share of the mutants that were noticed; those that are shown to be equivalent do not count."""
    counted = [verdict for verdict in verdicts if verdict.fate != "equivalent"]
    return sum(verdict.fate != "survived" for verdict in counted) / max(1, len(counted))


def table(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield the lines of the result: per module how many of each fate, then the survivors."""
    fates = ("killed", "hung", "survived", "equivalent")
    yield f"| {'module':<34} | {' | '.join(fates)} | score |"
    yield "|---" * 6 + "|"
    for module in (*sorted({verdict.mutant.module for verdict in verdicts}), ""):
        these = [verdict for verdict in verdicts if verdict.mutant.module.startswith(module)]
        counts = Counter(verdict.fate for verdict in these)
        numbers = " | ".join(f"{counts[fate]:>{len(fate)}}" for fate in fates)
        yield f"| {module or 'all':<34} | {numbers} | {score(these):.1%} |"
    yield from (f"survived: {verdict.mutant.name}" for verdict in verdicts if verdict.fate == "survived")
