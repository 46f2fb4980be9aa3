"""What holds for every test: no dice, no clock, nobody's own settings."""

import os
import signal
import time
from itertools import count
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import settings
from platformdirs import user_state_path

from importer.commands import journal_path
from importer.system import crontabs, installed_crons, installed_units, shell
from tests.support import no_gap

settings.register_profile("steady", deadline=None, derandomize=True)
settings.register_profile("few", deadline=None, derandomize=True, max_examples=20)  # for each of hundreds of mutants
settings.load_profile("steady")

# Not UTC, where a time that lost its zone is right by chance; `TZ=UTC pytest` tries that. Without a name, because names
# need a database that small systems lack.
os.environ.setdefault("TZ", "<+0545>-5:45")
if hasattr(time, "tzset"):
    time.tzset()

# Whoever starts the tests in the background may have told them to ignore signals, which children inherit; what a
# command does then is not what it does for people.
signal.signal(signal.SIGINT, signal.default_int_handler)
for _name in ("SIGTERM", "SIGHUP"):
    if hasattr(signal, _name):
        signal.signal(getattr(signal, _name), signal.SIG_DFL)


_NUMBERS = count(1)
_HOME = Path.home()
"Of the person who runs the tests."


@pytest.fixture(scope="session")
def _states(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tests' own folders for programs' state are, each made once a test needs it."""
    return tmp_path_factory.mktemp("states", numbered=False)


@pytest.fixture(autouse=True)
def _nobodys_settings(monkeypatch: pytest.MonkeyPatch, _states: Path) -> None:
    """The person's own token, config, journals, proxies and country have no say in a test, nor does it change them."""
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nonexistent")  # where a token may be kept
    own_states = _states / str(next(_NUMBERS))
    monkeypatch.setenv("XDG_STATE_HOME", str(own_states))

    def state_path(name: str, *, appauthor: Literal[False]) -> Path:
        found = user_state_path(name, appauthor=appauthor)
        return own_states / name if found.is_relative_to(_HOME) and not found.is_relative_to(_states.parent) else found

    monkeypatch.setattr(journal_path, "user_state_path", state_path)  # also where a test takes the variable away
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setattr(installed_units, "UNITS", Path("/nonexistent"))
    monkeypatch.setattr(crontabs, "SPOOLS", ())
    monkeypatch.setattr(crontabs, "CRON_FOLDER", Path("/nonexistent"))
    monkeypatch.setattr(installed_crons, "own_table", str)
    installed_units.own_unit.cache_clear()
    for name in os.environ:
        if name.startswith("CALLBELL_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _at_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths and commands are told as to a person at a terminal, unless a test says otherwise."""
    monkeypatch.setattr(shell, "is_terminal", lambda _stream: True)


@pytest.fixture(autouse=True)
def _no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands ask at once whether what was not found is still not there: the pool's tests prove the gap."""
    for module in no_gap.MODULES:
        monkeypatch.setattr(module, "Policy", no_gap.POLICY)
