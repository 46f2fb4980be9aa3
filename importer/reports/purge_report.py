"""What `purge --json` prints. No number of a person stands in it: it is kept where the command's own log is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from importer.reports.results import json_text


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeCounts:
    """How much was forgotten, or would be."""

    runs: int = 0
    rows: int | None = 0
    """None: not counted, as a dry run over old runs does not."""
    contacts: int | None = 0
    files: int = 0
    """Reports, logs, backups and files that were done: deleted, or written again."""


def purge_json(
    counts: PurgeCounts, *, is_dry_run: bool, other_journals: Sequence[Mapping[str, str | None]] = ()
) -> str:
    """Return the object as text.

    Args:
        counts: How much was forgotten.
        is_dry_run: Whether nothing was.
        other_journals: Those that know the person too, or cannot be read, each with its account and its command.

    """
    return json_text(
        {
            "command": "purge",
            "dry_run": is_dry_run,
            "exit_code": 0,
            "error": None,
            "counts": asdict(counts),
            "other_journals": list(other_journals),
        }
    )
