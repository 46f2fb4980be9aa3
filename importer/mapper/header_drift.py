"""Compare a sheet's header with the one for which the config was made."""

from collections.abc import Sequence
from difflib import get_close_matches

from importer.mapper.header import OWN_COLUMNS, composed
from importer.mapper.messages import listed, quoted
from importer.mapper.text_cleanup import folded_name

_LIKENESS = 0.5
"""difflib's ratio from which a new header may be the lost one, renamed: "Phone" and "Phone number" have 0.59."""


def new_columns(made_for: Sequence[str], header: Sequence[str]) -> tuple[str, ...]:
    """Return the headers that are new since the config was made; none if the config does not say."""
    if not made_for:
        return ()
    known = {composed(name).casefold() for name in made_for} | OWN_COLUMNS
    return tuple(name for name in header if name and composed(name).casefold() not in known)


def renamed_to(lost: str, made_for: Sequence[str], header: Sequence[str]) -> str:
    """Return the end of a sentence about a column that is gone: what may have replaced it.

    A new column is a candidate if its name is similar, or if it is at the same place.

    Args:
        lost: The header that is gone.
        made_for: The header that the config was made for.
        header: The sheet's header now.

    """
    new = new_columns(made_for, header)
    by_folded = {folded_name(name): name for name in new}
    close = get_close_matches(folded_name(lost), by_folded, n=1, cutoff=_LIKENESS)
    place = next((place for place, name in enumerate(made_for) if composed(name) == composed(lost)), len(header))
    if close:
        found, what = by_folded[close[0]], "is new"
    elif place < len(header) and header[place] in new:
        found, what = header[place], "is in its place"
    else:
        return f"is gone; new are {listed(new)}" if new else "is gone"
    return f"is gone, and {quoted(found)} {what}: if that is it, write the new name into the config"
