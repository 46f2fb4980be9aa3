"""Runs tests against mutants, in a copy of the project: one JSON line in, one out. Started by `tests.mutation.run`.

The libraries are imported once; each mutant's tests run in a fork, which imports the importer and the tests anew. In
the first job, which has no mutant, every test is run, and which lines each of them executes is noted.
"""

import faulthandler
import importlib
import json
import os
import resource
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import coverage
import pytest

_LIBRARIES = (
    "aiohttp.web",
    "aiolimiter",
    "hypothesis",
    "phonenumbers",
    "pytest_asyncio",
    "sqlite3",
    "trustme",
    "typer",
)
_IMPORTED_BEFORE = "ignore::pytest.PytestAssertRewriteWarning"
_OPTIONS = (
    "-n0",
    "-q",
    "-x",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:cov",
    "--hypothesis-profile=few",
    "-W",
    _IMPORTED_BEFORE,
)
_FEWEST_SECONDS = 10.0
_TIMES_AS_LONG = 10.0
_MOST_MEMORY_BYTES = 4 * 1024**3
_POLL_SECONDS = 0.02
_CRASHED = 70


class Watcher:
    """A plugin of pytest that notes how long tests take, which fail, and what they execute; it ends those that hang.

    Args:
        traced: What is executed goes there, test by test.
        usual_seconds: How long tests take on the code as it is, by name.

    """

    def __init__(self, traced: coverage.Coverage | None, usual_seconds: dict[str, float]) -> None:
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []
        self._traced = traced
        self._usual_seconds = usual_seconds
        self._nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as long as the process

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Let what is executed from now on be this test's, and the process end if it hangs."""
        name = nodeid.partition("[")[0]
        if self._traced:
            self._traced.switch_context(name)
        elif name in self._usual_seconds:
            seconds = _FEWEST_SECONDS + _TIMES_AS_LONG * self._usual_seconds[name]
            faulthandler.dump_traceback_later(seconds, exit=True, file=self._nowhere)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a part of a test that is over."""
        name = report.nodeid.partition("[")[0]
        self.seconds[name] = self.seconds.get(name, 0.0) + report.duration
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a test file that cannot be imported."""
        if report.failed:
            self.failed.append(f"import of {report.nodeid}")


def main() -> None:
    """Do jobs until there are no more."""
    for library in _LIBRARIES:
        importlib.import_module(library)
    for line in sys.stdin:
        job = json.loads(line)
        done = _mutated(job) if job["source"] else _in_fork(job)
        sys.stdout.write(json.dumps(done) + "\n")
        sys.stdout.flush()


def _mutated(job: dict[str, Any]) -> dict[str, Any]:
    """Run the job's tests while the module has its mutation; its time stamp comes back with its text."""
    path = Path("importer", job["module"])
    original, before = path.read_bytes(), path.stat()
    path.write_text(job["source"], encoding="utf-8", newline="\n")
    try:
        return _in_fork(job)
    finally:
        path.write_bytes(original)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _in_fork(job: dict[str, Any]) -> dict[str, Any]:
    """Run the job's tests in a process of their own, which is killed when its time is over."""
    with tempfile.NamedTemporaryFile("w+", encoding="utf-8") as told:
        if not (child := os.fork()):
            exit_code = _CRASHED
            try:
                exit_code = _run(job, Path(told.name))
            finally:
                os._exit(exit_code)
        ends_at = time.monotonic() + job["limit_seconds"]
        while not (ended := os.waitpid(child, os.WNOHANG))[0]:
            if time.monotonic() > ends_at:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return {"exit_code": None}
            time.sleep(_POLL_SECONDS)
        told.seek(0)
        found = json.loads(told.read() or "null")  # nothing: a test hung, and faulthandler ended the process
        return {"exit_code": None} if found is None else {"exit_code": os.waitstatus_to_exitcode(ended[1]), **found}


def _run(job: dict[str, Any], told: Path) -> int:
    """Run pytest, write down what came of it, and return its exit code."""
    os.setsid()
    sys.dont_write_bytecode = bool(job["source"])  # only of the code as it is: later runs need not compile it
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY_BYTES, _MOST_MEMORY_BYTES))
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    traced = None if job["source"] else coverage.Coverage(data_file=None, source=["importer"])
    watcher = Watcher(traced, job["seconds"])
    if traced:
        traced.start()
    exit_code = int(pytest.main([*_OPTIONS, *job["tests"]], plugins=[watcher]))
    executed: dict[str, dict[int, list[str]]] = {}
    if traced:
        traced.stop()
        data = traced.get_data()
        executed = {os.path.relpath(name, "importer"): data.contexts_by_lineno(name) for name in data.measured_files()}
    told.write_text(json.dumps({"failed": watcher.failed, "seconds": watcher.seconds, "executed": executed}))
    return exit_code


if __name__ == "__main__":
    main()
