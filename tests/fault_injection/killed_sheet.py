"""The spreadsheet that the killed command imports: some hundred rows, whose notes are edited between commands."""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from importer.model.policy import Existing
from importer.sandbox.calls import Asked
from tests.fault_injection.troubled_sandbox import TroubledSandbox
from tests.support.commands import table

THERE_BEFORE = "There before"
"""The name of contacts that people made before the first command."""
_BEFORE_SHARE = 0.1
_EDITED_SHARE = 0.1
_NAMES = ("NA", "Null", "nan", "007", "TRUE", "1e5", "O'Brien", "Zoë")
"""Names that a careless reader of spreadsheets takes for something else."""


@dataclass(slots=True, kw_only=True)
class Sheet:
    """The input, whose notes are edited from command to command where they are brought over."""

    chance: Random
    path: Path
    existing: Existing
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    is_done: bool = False
    """Whether nobody edits it any more."""

    def __post_init__(self) -> None:
        self.rows = [(phone, name, "") for phone, name in _rows(self.chance)]

    def put_some_before(self, sandbox: TroubledSandbox) -> None:
        """Let people have some of the contacts before the first command, with names of theirs."""
        for digits in sorted(
            {phone.replace(" ", "").replace("-", "")[1:] for phone, *_ in self.rows if len(phone) > 2}
        ):
            if self.chance.random() < _BEFORE_SHARE:
                body = {"identifier": digits, "source": "whatsapp", "name": THERE_BEFORE}
                sandbox.calls.create_contact(Asked(body=body))

    def write(self) -> None:
        """Edit some notes, and write the file."""
        if self.existing is Existing.UPDATE and not self.is_done:
            self.rows = [(phone, name, self._note(note)) for phone, name, note in self.rows]
        table(self.path, [("Phone", "Name", "Note"), *self.rows])

    def _note(self, note: str) -> str:
        return f"note {self.chance.randrange(1_000_000)}" if self.chance.random() < _EDITED_SHARE else note


def _rows(chance: Random) -> list[tuple[str, str]]:
    """Return some hundred rows, a few of them invalid or given twice."""
    rows = []
    for number in range(chance.randint(200, 500)):
        kind = chance.random()
        phone = "12" if kind < 0.02 else f"+346{number:08}" if kind < 0.95 else f"+346{chance.randint(0, number):08}"
        name = chance.choice(_NAMES) if chance.random() < 0.2 else f"Customer {number}"
        rows.append((chance.choice([phone, f"{phone[:3]} {phone[3:6]}-{phone[6:]}"]), name))
    return rows
