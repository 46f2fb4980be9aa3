"""One line of `doctor`: what was checked, how it stands, and what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How something stands."""

    OK = "ok"
    NOTE = "note"
    """It works, and there is something to know."""
    PROBLEM = "problem"
    SKIPPED = "not checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The result of one check."""

    name: str
    """A short stable word, such as `journal`."""
    level: Level = Level.OK
    text: str
    """A sentence, or the beginning of one."""
    next_step: str = ""
    """What to do, with the exact command where there is one."""
    exit_code: int = 0
    """With which exit code a command ends because of it; 0 unless it is a problem."""
    code: str = ""
    """Of the error that it was, a short stable word; empty: that of the exit code."""


EXIT_ORDER = (2, 4, 5, 6)
"""Of several problems the one that has to be solved first decides: the set-up, the disk, the service, another run."""


def diagnosed_exit_code(diagnoses: Sequence[Diagnosis]) -> int:
    """Return the exit code: 0 if there is no problem, else that of the most basic one."""
    codes = {one.exit_code for one in diagnoses if one.level is Level.PROBLEM}
    return next((code for code in EXIT_ORDER if code in codes), max(codes, default=0))


def problem_diagnosis(name: str, text: str, next_step: str, exit_code: int, code: str = "") -> Diagnosis:
    """Return a check that found a problem."""
    return Diagnosis(name=name, level=Level.PROBLEM, text=text, next_step=next_step, exit_code=exit_code, code=code)
