"""Find the columns that the config names in a sheet's header, and join their cells to one text.

A header may have changed since the config was made for it: `new_columns` and `renamed_to` tell how.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import repeat
from operator import itemgetter

from importer.mapper.messages import did_you_mean, listed, quoted
from importer.model.cell_names import column_letters
from importer.model.own_names import OWN_COLUMNS
from importer.model.rows import Problem

Reading = Callable[[Sequence[str]], str]
"""From a row's cleaned cells to a text."""

IN_BRACES = re.compile(r"\{([^{}]*)\}")
_GAPS = re.compile(r" {2,}")
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_LIKENESS = 0.5
"""difflib's ratio from which a new header may be the lost one, renamed: "Phone" and "Phone number" have 0.59."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """The columns from which a field's text comes."""

    read: Reading
    headers: tuple[str, ...]
    places: tuple[int, ...]
    """Of the columns in the sheet."""

    @property
    def label(self) -> str:
        """The headers as one text, for the column of a problem."""
        return ", ".join(self.headers)


def first_filled(feeds: Sequence[Feed]) -> Feed:
    """Return the feed of the first column that holds something."""
    if len(feeds) == 1:
        return feeds[0]
    headers = tuple(header for feed in feeds for header in feed.headers)
    places = tuple(place for feed in feeds for place in feed.places)

    def read(texts: Sequence[str]) -> str:
        return next(filter(None, (feed.read(texts) for feed in feeds)), "")

    return Feed(read=read, headers=headers, places=places)


def texts_of(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the headers, or texts with headers in braces, of an option that is one or several of them."""
    return value if isinstance(value, tuple) else (value,) if value else ()


def composed(text: str) -> str:
    """Return the text for comparison: stripped, in Unicode's composed form (NFC)."""
    return unicodedata.normalize("NFC", text.strip())


def folded_name(name: str) -> str:
    """Return a name for comparison: in small letters, without accents and punctuation."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return _BETWEEN_WORDS.sub(" ", "".join(sign for sign in apart if not unicodedata.combining(sign))).strip()


class HeaderSearch:
    """Finds the columns that a config names in one sheet's header, and collects what does not fit.

    Args:
        header: The sheet's headers.
        made_for: The header that the config was made for; empty: unknown.

    """

    def __init__(self, header: Sequence[str], made_for: Sequence[str]) -> None:
        self.problems: list[Problem] = []
        self.used: set[int] = set()
        """The places of the columns that feed a field."""
        self.texts: set[int] = set()
        """Those of them whose texts are sent as they are."""
        self.header = header
        self._made_for = made_for
        self._names = list(map(composed, header))
        self._exact: dict[str, list[int]] = {}
        self._in_any_case: dict[str, list[int]] = {}
        for place, name in enumerate(self._names):
            if name:
                self._exact.setdefault(name, []).append(place)
                self._in_any_case.setdefault(name.casefold(), []).append(place)

    def place(self, wanted: str, key: str) -> int | None:
        """Return the index of the only column with that header; None, and there is a problem more.

        Args:
            wanted: The header as the config writes it; letter case matters only if several columns have it.
            key: The config key that names it, for the problem's message.

        """
        wanted = composed(wanted)
        places = self._places(wanted)
        if len(places) == 1:
            return places[0]
        names = f"{key} names the column {quoted(wanted)}, which"
        if places:
            letters = " and ".join(map(column_letters, places))
            names = f"{key} names {quoted(wanted)}, the header of the columns"
            code, message = "column_twice", f"{names} {letters}: rename all but one of them."
        elif self._made_for:
            code, message = "column_gone", f"{names} {self._became(wanted)}."
        else:
            code, message = "column_unknown", f"{names} the sheet does not have{did_you_mean(wanted, self._names)}"
        self.problems.append(Problem(code=code, column=wanted, message=message))
        return None

    def _places(self, wanted: str) -> list[int]:
        return self._exact.get(wanted) or self._in_any_case.get(wanted.casefold(), [])

    def feed(self, text: str, key: str, *, is_text: bool = False) -> Feed | None:
        """Return how to read the column, or the text with headers in braces, that the config names.

        None: the text is empty, or there are problems more.

        Args:
            text: What the config says.
            key: Where it says so.
            is_text: Whether the cells are sent as they are.

        """
        if not text:
            return None
        is_header = bool(self._places(composed(text)))
        names = [text] if is_header else IN_BRACES.findall(text) or [text]
        places = map(self.place, names, repeat(key))
        indices = tuple(place for place in list(places) if place is not None)
        if len(indices) < len(names):
            return None
        self.used.update(indices)
        if is_text:
            self.texts.update(indices)
        read = itemgetter(*indices) if is_header else _template(text, indices)
        return Feed(read=read, headers=tuple(self.header[index] for index in indices), places=indices)

    def left_over(self) -> tuple[str, ...]:
        """Return the headers of the columns that feed no field, but for those that our own reports add."""
        unused = [name for place, name in enumerate(self.header) if place not in self.used]
        return tuple(name for name in unused if name and name.casefold() not in OWN_COLUMNS)

    def _became(self, lost: str) -> str:
        """Return the end of a sentence about a column that is gone: what may have replaced it.

        A new column is a candidate if its name is similar, or if it is at the same place.
        """
        new = new_columns(self._made_for, self.header)
        by_folded = {folded_name(name): name for name in new}
        in_place = (now for before, now in zip(self._made_for, self.header, strict=False) if composed(before) == lost)
        if close := get_close_matches(folded_name(lost), by_folded, n=1, cutoff=_LIKENESS):
            found, what = by_folded[close[0]], "is new"
        elif (found := next(in_place, "")) in new:
            what = "is in its place"
        else:
            return f"is gone; new are {listed(new)}" if new else "is gone"
        return f"is gone, and {quoted(found)} {what}: if that is it, write the new name into the config"


def _template(text: str, indices: tuple[int, ...]) -> Reading:
    """Return a function that fills the text's braces; the white space beside an empty cell is removed."""
    literals = IN_BRACES.split(text)[::2]
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
