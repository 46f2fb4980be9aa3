"""What a person asked for, and how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from importer.commands.mapping_selection import Ask
from importer.model.runs import RunRecord
from importer.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a person asked for."""

    command: str
    """`run`, `retry` or `undo`."""
    name: str
    """The run's own name, or the undo's."""
    started_at: datetime
    settings: Settings
    options: Mapping[str, object]
    """What was given on the command line, for the journal."""
    environment: Mapping[str, str]
    files: tuple[str, ...]
    account: str = ""
    """The account that it must be, as the journal calls it; empty: any."""
    ask: Ask | None = None
    stream: TextIO
    """Standard error."""

    @property
    def folder(self) -> Path:
        """Return the run's own reports folder."""
        return (self.settings.run.report_dir / self.name).absolute()

    def record(self, account: str) -> RunRecord:
        """Return what the journal is to know of the run when it begins."""
        return RunRecord(
            name=self.name,
            command=self.command,
            account=account,
            files=self.files,
            options=self.options,
            report_dir=str(self.folder),
            started_at=self.started_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a command ended."""

    exit_code: int
    text: str
    """For the person."""
    summary_json: str = ""
    """For `--json`."""
