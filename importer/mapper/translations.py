"""Translate what cells say to what is sent: the `[values]` tables of the config. Pure."""

from collections.abc import Callable, Mapping

from importer.mapper.contact_fields import splitter
from importer.mapper.header import HeaderSearch, composed
from importer.mapper.options import MappingOptions
from importer.model.account import FieldType


def translations(search: HeaderSearch, options: MappingOptions) -> dict[int, Callable[[str], str]]:
    """Return the translation of each column for which `[values]` has one, by its place in the header.

    A cell of tags, or of a checkbox field, is translated as a whole, or else each of its parts.
    """
    columns = options.columns
    separators = {composed(text).casefold(): columns.tag_separators for text in columns.tags} | {
        composed(one.column).casefold(): one.separator or columns.tag_separators
        for one in columns.custom_fields
        if one.type is FieldType.CHECKBOX
    }
    found = {}
    for header, words in options.values.items():
        if (place := search.place(header, "[values]")) is not None:
            signs = separators.get(composed(header).casefold())
            found[place] = translation(words) if signs is None else _of_parts(translation(words), splitter(signs))
    return found


def _of_parts(translate: Callable[[str], str], split: Callable[[str], list[str]]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if (whole := translate(text)) != text:
            return whole
        parts = split(text)
        translated = list(map(translate, parts))
        return "\n".join(translated) if translated != parts else text

    return read


def translation(words: Mapping[str, str]) -> Callable[[str], str]:
    """Return the translation of a cell's text: by an exact match, else by one that ignores letter case."""
    exact = {composed(text): sent for text, sent in words.items()}
    folded = {text.casefold(): sent for text, sent in exact.items()}
    return lambda text: exact[text] if text in exact else folded.get(text.casefold(), text)
