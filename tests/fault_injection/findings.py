"""What a part found: figures, and what is wrong, each with the command that shows it again."""

import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import ClassVar

_MOST_TOLD = 10
_MOST_SENTENCES = 5


@dataclass(slots=True)
class Findings:
    """What one part found."""

    first_only: ClassVar[bool] = False
    """Whether one wrong case is enough; no more are tried then."""

    part: str
    wrong: dict[str, str] = field(default_factory=dict)
    """What is wrong, by its name, with the command that repeats it."""
    cases: int = 0
    _began: float = field(default_factory=monotonic)
    _lines: list[str] = field(default_factory=list)

    def add(self, name: str, again: str, case: Callable[[], Sequence[str]]) -> None:
        """Try a case; the sentences that it returns are what is wrong, and so is whatever it raises."""
        if self.first_only and self.wrong:
            return
        self.cases += 1
        try:
            sentences = case()
        except Exception:  # noqa: BLE001 - whatever a case runs into is told with its name
            sentences = [traceback.format_exc()]
        if sentences:
            more = f"\n    and {len(sentences) - _MOST_SENTENCES} more" if len(sentences) > _MOST_SENTENCES else ""
            shown = "".join(f"\n    {sentence}" for sentence in sentences[:_MOST_SENTENCES])
            self.wrong[name] = f"  {name}:{shown}{more}\n    again: python -m tests.fault_injection {again}"

    def say(self, line: str) -> None:
        """Add a line with a figure."""
        self._lines.append(line)

    @property
    def milliseconds_a_case(self) -> float:
        """How long a case takes."""
        return (monotonic() - self._began) * 1000 / max(1, self.cases)

    def tell(self) -> bool:
        """Write all of it to standard output, and return whether nothing is wrong."""
        seconds = monotonic() - self._began
        verdict = f"{len(self.wrong)} WRONG" if self.wrong else "nothing wrong"
        lines = [f"{self.part}: {verdict}, {seconds:.0f} s", *(f"  {line}" for line in self._lines)]
        lines += list(self.wrong.values())[:_MOST_TOLD]
        write("\n".join(lines))
        return not self.wrong


def write(text: str) -> None:
    """Write to standard output at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
