"""Format cells and choices for messages, and say what is wrong with a cell."""

import json
from collections.abc import Iterable
from difflib import get_close_matches

from importer.model.rows import Problem
from importer.model.tag_signs import separators_line, tags_between_signs

_SHOWN = 40
_MOST_CHOICES = 8


def quoted(text: str) -> str:
    """Return the text in quotation marks, on one line and truncated."""
    text = " ".join(text.split())
    return f'"{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"}"'


def listed(texts: Iterable[str], last: str = "and") -> str:
    """Return `"A", "B" and "C"`; of many, the first ones and the number of others."""
    shown = [quoted(text) for text in texts]
    if len(shown) > _MOST_CHOICES:
        shown[_MOST_CHOICES - 1 :] = [f"{len(shown) - _MOST_CHOICES + 1} more"]
        last = "and"
    return f" {last} ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))


def did_you_mean(text: str, choices: Iterable[str]) -> str:
    """Return `; did you mean "A" or "B"?`, else `; there is "A", "B" and "C".`, or `.` without choices."""
    choices = list(choices)
    if close := nearest(text, choices):
        return f"; did you mean {listed(close, 'or')}?"
    there = {choice.casefold(): choice for choice in choices if choice}
    return f"; there is {listed(there.values())}." if there else "."


def nearest(text: str, choices: Iterable[str]) -> list[str]:
    """Return the choices that are spelled much like the text, the likeliest first."""
    by_folded = {choice.casefold(): choice for choice in choices if choice}
    return [by_folded[folded] for folded in get_close_matches(text.casefold(), by_folded)]


def comma_advice(text: str, tags: Iterable[str], *, is_cell: bool) -> str:
    """Return the question whether a text is several tags, between which a comma was forgotten, or a sign stands.

    It is empty where a word of it is no tag; of texts with a sign between them one tag is enough.

    Args:
        text: Of one tag, as it stands.
        tags: Those there are; of two that differ in capitals alone, the last one is meant.
        is_cell: Whether it stands in a cell, which a config splits.

    """
    known, parts = {tag.casefold(): tag for tag in tags}, tags_between_signs(text)
    has_sign = len(parts) > 1
    words = parts if has_sign else text.split()
    found = [known[word.casefold()] for word in words if word.casefold() in known]
    if not found or len(words) == 1 or not (has_sign or len(words) == len(found)):
        return ""
    how = f": {', '.join(known.get(word.casefold(), word) for word in words)}"
    if has_sign and is_cell:
        how = f" under [columns] of the config: {separators_line(text)}"
    return f"; {len(words)} tags? Then write{how}"


def values_line(header: str, text: str, meant: str) -> str:
    """Return the sentence with the config's line that translates a cell."""
    return f"If so, write under [values.{toml_text(header)}] of the config: {toml_text(text)} = {toml_text(meant)}"


def where_line(header: str, values: Iterable[str] = ("...",)) -> str:
    """Return the line of a config's `[input.where]` by which rows with these values of a column count."""
    return f"{toml_text(header)} = [{', '.join(map(toml_text, values))}]"


def toml_text(text: str) -> str:
    """Return the text as TOML writes it, in quotation marks."""
    return json.dumps(text, ensure_ascii=False)  # the same signs are escaped


def cell_problem(code: str, text: str, what: str) -> Problem:
    """Return a problem whose message is the cell's text, truncated, and what is wrong with it."""
    return Problem(code=code, value=text, message=f"{quoted(text)} {what}")
