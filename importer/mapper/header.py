"""Find the columns that the config names, and join their cells to one text."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from importer.mapper.messages import did_you_mean, quoted
from importer.model.cell_names import column_letters
from importer.model.rows import Problem

OWN_COLUMNS = frozenset({"import_status", "import_reason", "import_row", "import_cells"})
"""The columns that failed.csv and problems.csv add; an import ignores them."""

Reading = Callable[[Sequence[str]], str]
"""From a row's cleaned cells to a text."""

_IN_BRACES = re.compile(r"\{([^{}]*)\}")
_GAPS = re.compile(r" {2,}")


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
    match places:
        case [place]:
            return place
        case []:
            message = f"{key} names the column {quoted(wanted)}, which the sheet does not have"
            return Problem(code="column_unknown", column=wanted, message=message + did_you_mean(wanted, names))
        case _:
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
