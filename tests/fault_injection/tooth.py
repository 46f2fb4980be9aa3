"""What a deliberate fault is: texts of the importer, what takes their place, and who must see it."""

from dataclasses import dataclass
from pathlib import Path

VIRTUAL = ("virtual", "--seeds", "1..400")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One text of one file, and what takes its place."""

    file: str
    """In the package."""
    old: str
    """Stands there exactly once."""
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tooth:
    """A deliberate fault, and the part that must see it."""

    name: str
    changes: tuple[Change, ...]
    part: tuple[str, ...] = VIRTUAL


def missing(tooth: Tooth, package: Path) -> list[str]:
    """Return the texts that the tooth would replace and that do not stand there exactly once."""
    return [
        f"{change.file} has {count} times: {change.old.strip()}"
        for change in tooth.changes
        if (count := (package / change.file).read_text(encoding="utf-8").count(change.old)) != 1
    ]
