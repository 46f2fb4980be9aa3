"""The clear mark: what a cell says whose field an update is to clear."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from importer.mapper.header import Feed, HeaderSearch, texts_of
from importer.mapper.messages import quoted
from importer.mapper.options import MappingOptions
from importer.model.rows import Problem

CLEARABLE = ("assigned_user", "note", "tags")
"""The fields that PATCH /contacts can clear, custom fields aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearMark:
    """The mark, and the fields that it can clear."""

    mark: str = ""
    """Empty: no cell clears anything."""
    columns: tuple[tuple[str, frozenset[int]], ...] = ()
    """Field, as `importer.model.changes` names it, and the places of the columns that feed it; sorted."""

    def take(self, texts: list[str]) -> tuple[str, ...]:
        """Return the fields that a row clears, and empty the cells that hold the mark.

        A field that several columns feed is cleared only if the others of its cells are empty.

        Args:
            texts: The row's cleaned cells.

        """
        if not self.mark or self.mark not in texts:
            return ()
        marked = {place for place, text in enumerate(texts) if text == self.mark}
        filled = {place for place, text in enumerate(texts) if text} - marked
        for place in {place for _, places in self.columns for place in places & marked}:
            texts[place] = ""
        return tuple(field for field, places in self.columns if places & marked and not places & filled)


def plan_clear_mark(search: HeaderSearch, options: MappingOptions) -> ClearMark:
    """Return what the mark clears in a sheet; its header has every column that the config names."""
    if not (mark := options.contact.clear_mark):
        return ClearMark()
    fed = {field: texts_of(getattr(options.columns, field)) for field in CLEARABLE}
    fed |= {f"custom_fields.{field.name}": (field.column,) for field in options.columns.custom_fields}
    columns = ((field, _places(search, texts)) for field, texts in sorted(fed.items()))
    return ClearMark(mark=mark, columns=tuple(columns))


def _places(search: HeaderSearch, texts: Iterable[str]) -> frozenset[int]:
    feeds = (search.feed(text, "") for text in texts)
    return frozenset(place for feed in feeds if feed for place in feed.places)


def never_cleared(
    read: Callable[[Sequence[str]], str | Problem], found: Feed | None, field: str, mark: str
) -> Callable[[Sequence[str]], str | Problem]:
    """Return the reading of a field that no update can clear: the mark in one of its cells is a problem."""
    if not mark or found is None:
        return read
    message = (
        f"The cell says {quoted(mark)}, which clears a field, and the {field.replace('_', ' ')} of a contact cannot be"
        " cleared: write what it is to be."
    )
    problem = Problem(code="cannot_be_cleared", column=found.label, value=mark, message=message)

    def read_unmarked(texts: Sequence[str]) -> str | Problem:
        return problem if any(texts[place] == mark for place in found.places) else read(texts)

    return read_unmarked
