"""Counts as the reports word them."""

from collections.abc import Sequence


def counted(count: int, noun: str = "row") -> str:
    """Return the number with its noun, such as `1 row` or `3,812 rows`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def count_lines(counts: Sequence[tuple[int, str, str]], width: int) -> str:
    """Return a line for each count, word and meaning, in columns; counts of 0 are left out.

    Args:
        counts: Such as `(3, "created", "now in Callbell")`.
        width: Of the longest word.

    """
    shown = [(f"{count:,}", word, meaning) for count, word, meaning in counts if count]
    widest = max((len(count) for count, *_ in shown), default=0)
    return "\n".join(f"  {count:>{widest}} {word:<{width}}  {meaning}" for count, word, meaning in shown)
