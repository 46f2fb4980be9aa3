"""Whom another journal knows, and how it is made the one that is used: where a new one would be begun beside it."""

import json
from pathlib import Path

from importer.journal.integrity import JournalState, examine
from importer.model.errors import StorageError
from importer.model.plain_text import counted


def journal_contents(path: Path) -> JournalState | None:
    """Return what a journal holds; None: it is not there, or cannot be read."""
    try:
        return examine(path)
    except (StorageError, OSError, ValueError):
        return None


def known_words(state: JournalState | None) -> str:
    """Return whom a journal knows, such as `3 contacts, and 1 more that a purge forgot`; empty: it cannot be told."""
    if state is None:
        return ""
    forgotten = f", and {state.forgotten:,} more that a purge forgot" if state.forgotten else ""
    return f"{counted(state.contacts, 'contact')}{forgotten}"


def known_sentence(state: JournalState | None, name: str = "It") -> str:
    """Return the same as a sentence with a space before it; empty: it cannot be told."""
    words = known_words(state)
    return f" {name} knows {words}." if words else ""


def config_lines(journal: Path | str, account: str) -> str:
    """Return the lines of a config that name a journal.

    Args:
        journal: Its path.
        account: Which of the config's accounts it is of; empty: there is but one.

    """
    table = f"[accounts.{account}]" if account else "[run]"
    return f"  {table}\n  journal = {json.dumps(str(journal), ensure_ascii=False)}"
