"""What each code means, why it comes and how to cure it, for people; the texts are in `explanations/*.toml`.

A file for each group, in the order of their names. `tests/unit/reports/test_code_explanations.py` holds that every code
that the package can produce is there, and no other.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from operator import attrgetter
from pathlib import Path

_FOLDER = Path(__file__).parent / "explanations"
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_MOST_NEAR = 5
_FEWEST_SIGNS = 4
"""Of a word between its two signs, above which it is looked for: "of" and "no" stand everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What is said of a code."""

    code: str
    means: str
    """One sentence."""
    why: str
    cure: str
    example: str
    """A row of a file, a message or a command; may have several lines."""


@cache
def explanations() -> Mapping[str, Sequence[Explanation]]:
    """Return all explanations by the heading of their group."""
    tables = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(_FOLDER.glob("*.toml"))]
    return {
        table["heading"]: [Explanation(code=code, **texts) for code, texts in table["codes"].items()]
        for table in tables
    }


def explanation_of(word: str) -> Explanation | None:
    """Return the explanation of a code, whatever its letter case and the signs between its words."""
    return next((one for group in explanations().values() for one in group if one.code == _folded(word)), None)


def near_codes(word: str) -> list[str]:
    """Return the codes that were probably meant: spelled alike, then with words of it, then that it is said about."""
    codes = [one.code for group in explanations().values() for one in group]
    words = {part for part in _folded(word).split("_") if len(part) > 2}  # noqa: PLR2004 - "of" and "no" tell nothing
    related = sorted(
        (code for code in codes if words & {*code.split("_")}), key=lambda code: -len(words & {*code.split("_")})
    )
    return list(dict.fromkeys([*get_close_matches(_folded(word), codes), *related, *_said_with(word)]))[:_MOST_NEAR]


def _said_with(word: str) -> Iterator[str]:
    """Yield the codes in whose explanations the word stands, such as 044; those of whose sentence it is part first."""
    wanted = f"_{_folded(word)}_"
    if len(wanted) <= _FEWEST_SIGNS:
        return
    every = [one for group in explanations().values() for one in group]
    for texts in (attrgetter("means"), attrgetter("why", "cure", "example")):
        yield from (one.code for one in every if wanted in f"_{_folded(str(texts(one)))}_")


def explanation_text(one: Explanation) -> str:
    """Return all that is said of a code."""
    example = "\n".join(f"  {line}" for line in one.example.strip().splitlines())
    return f"{one.code}: {one.means}\n\nWhy\n  {one.why}\n\nWhat to do\n  {one.cure}\n\nExample\n{example}\n"


def all_codes_text() -> str:
    """Return all codes, each with its sentence, in their groups."""
    groups = explanations()
    width = max(len(one.code) for group in groups.values() for one in group)
    lines = [
        "\n".join([heading, *(f"  {one.code:<{width}}  {one.means}" for one in group)])
        for heading, group in groups.items()
    ]
    return "\n\n".join([*lines, "More of one of them: callbell-importer explain CODE"]) + "\n"


def _folded(word: str) -> str:
    return _BETWEEN_WORDS.sub("_", word.casefold()).strip("_")
