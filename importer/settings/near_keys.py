"""Keys of the config that may be meant by one that does not exist: of nearly that name, or in another table. Pure."""

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

from importer.settings.config_tables import TABLES, AccountTable, CustomFieldTable, keys_of

_NO_SUCH = "there is no such setting"
_CUTOFF = 0.6
_CUTOFF_ELSEWHERE = 0.75
"""From 0 to 1, as difflib has it; higher for a key of another table, of which there are many."""


def unknown_name(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown name, with the name that was probably meant."""
    close = get_close_matches(name, list(known), n=1, cutoff=_CUTOFF)
    return _NO_SUCH + (f"; did you mean {close[0]}?" if close else "")


def unknown_key(table: str, key: str = "", *inner: str) -> str:
    """Return which key was probably meant, or in which table the key belongs.

    Args:
        table: The key's table; without a key, what stands where a table would.
        key: In the table.
        inner: Below the key, where that is a table too.

    """
    if inner:
        return unknown_name(inner[-1], (AccountTable if table == "accounts" else CustomFieldTable).model_fields)
    name, known = key or table, keys_of(table) if key else TABLES
    near = unknown_name(name, known)
    homes = [one for one in TABLES if name in keys_of(one)]
    if homes and not (key and "mean" in near):
        return f"belongs in the table [{homes[0]}]"
    return _of_another_table(name, known) or near


def _of_another_table(name: str, known: Iterable[str]) -> str:
    """Return the key of another table that is nearer than any of its own; empty if none is."""
    here = max((_likeness(name, one) for one in known), default=0.0)
    there = {(one, table): _likeness(name, one) for table in TABLES for one in keys_of(table)}
    (key, table), likeness = max(there.items(), key=lambda one: one[1])
    if likeness <= max(here, _CUTOFF_ELSEWHERE):
        return ""
    return f"{_NO_SUCH}; did you mean {key}, in the table [{table}]?"


def _likeness(name: str, other: str) -> float:
    return SequenceMatcher(None, name, other).ratio()
