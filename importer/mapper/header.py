"""Find the columns that the config names in a sheet's header, and join their cells to one text.

A header may have changed since the config was made for it: `new_columns` and `renamed_to` tell how.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from operator import itemgetter

from importer.mapper.messages import did_you_mean, listed, quoted
from importer.model.cell_names import column_letters
from importer.model.rows import Problem

OWN_COLUMNS = frozenset({"import_status", "import_reason", "import_row", "import_cells"})
"""The columns that failed.csv and problems.csv add; an import ignores them."""

Reading = Callable[[Sequence[str]], str]
"""From a row's cleaned cells to a text."""

_IN_BRACES = re.compile(r"\{([^{}]*)\}")
_GAPS = re.compile(r" {2,}")
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_LIKENESS = 0.5
"""difflib's ratio from which a new header may be the lost one, renamed: "Phone" and "Phone number" have 0.59."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """The columns from which a field's text comes."""

    read: Reading
    indices: tuple[int, ...]
    """The columns' places in the header, from 0."""
    headers: tuple[str, ...]

    @property
    def label(self) -> str:
        """The headers as one text, for the column of a problem."""
        return ", ".join(self.headers)


def composed(text: str) -> str:
    """Return the text for comparison: stripped, in Unicode's composed form (NFC)."""
    return unicodedata.normalize("NFC", text.strip())


def folded_name(name: str) -> str:
    """Return a name for comparison: in small letters, without accents and punctuation."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return _BETWEEN_WORDS.sub(" ", "".join(sign for sign in apart if not unicodedata.combining(sign))).strip()


def find(header: Sequence[str], wanted: str, key: str) -> int | Problem:
    """Return the index of the only column with that header; letter case matters only if there are several.

    Args:
        header: The sheet's headers.
        wanted: The header as the config writes it.
        key: The config key that names it, for the problem's message.

    """
    names = list(map(composed, header))
    wanted = composed(wanted)
    for compared in (str, str.casefold):
        places = [place for place, name in enumerate(names) if name and compared(name) == compared(wanted)]
        if places:
            break
    if len(places) == 1:
        return places[0]
    if not places:
        message = f"{key} names the column {quoted(wanted)}, which the sheet does not have"
        return Problem(code="column_unknown", column=wanted, message=message + did_you_mean(wanted, names))
    letters = " and ".join(map(column_letters, places))
    message = f"{key} names {quoted(wanted)}, the header of the columns {letters}: rename all but one of them."
    return Problem(code="column_twice", column=wanted, message=message)


def feed(header: Sequence[str], text: str, key: str) -> Feed | tuple[Problem, ...]:
    """Return how to read the column, or the text with headers in braces, that the config names; or the problems."""
    place = find(header, text, key)
    if isinstance(place, int):
        return Feed(read=itemgetter(place), indices=(place,), headers=(header[place],))
    wanted = _IN_BRACES.findall(text)
    if not wanted:
        return (place,)
    found = [find(header, name, key) for name in wanted]
    if problems := tuple(each for each in found if isinstance(each, Problem)):
        return problems
    indices = tuple(each for each in found if isinstance(each, int))
    return Feed(read=_template(text, indices), indices=indices, headers=tuple(header[index] for index in indices))


def _template(text: str, indices: tuple[int, ...]) -> Reading:
    """Return a function that fills the text's braces; the white space beside an empty cell is removed."""
    literals = _IN_BRACES.split(text)[::2]
    pattern = "{}".join(literal.replace("{", "{{").replace("}", "}}") for literal in literals)

    def read(texts: Sequence[str]) -> str:
        cells = [texts[index] for index in indices]
        if not any(cells):
            return ""
        filled = pattern.format(*cells).strip()
        return filled if all(cells) else _GAPS.sub(" ", filled)

    return read


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
    in_place = [now for before, now in zip(made_for, header, strict=False) if composed(before) == composed(lost)]
    if close := get_close_matches(folded_name(lost), by_folded, n=1, cutoff=_LIKENESS):
        found, what = by_folded[close[0]], "is new"
    elif in_place and in_place[0] in new:
        found, what = in_place[0], "is in its place"
    else:
        return f"is gone; new are {listed(new)}" if new else "is gone"
    return f"is gone, and {quoted(found)} {what}: if that is it, write the new name into the config"
