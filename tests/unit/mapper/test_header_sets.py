"""Header rows of public exports, templates and lists, with plausible values: right, or asked about, and never wrong.

`header_sets.toml` was written from public documentation before the guess was, and without a look at it.
"""

import csv
import io
import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from importer.mapper.header import texts_of
from importer.mapper.mapping_guess import guess
from importer.model.rows import Row
from tests.support.paths import ROOT

SUPPORT = ROOT / "tests" / "support"


def sets_of(name: str) -> list[dict[str, Any]]:
    """Return the sets of a file."""
    found: list[dict[str, Any]] = tomllib.loads((SUPPORT / name).read_text(encoding="utf-8"))["sets"]
    return found


HEADER_SETS, MORE_SETS = sets_of("header_sets.toml"), sets_of("more_header_sets.toml")


def columns_of(value: str | Sequence[str]) -> list[str]:
    """Return the headers that a field is fed from, in their order."""
    return [name for text in texts_of(tuple(value) if not isinstance(value, str) else value) for name in _named(text)]


def _named(text: str) -> list[str]:
    return re.findall(r"\{([^}]*)\}", text) or [text]


def verdict(one: Mapping[str, Any]) -> str:
    """Return `right`, `asked` or `wrong`."""
    text = one["csv"].lstrip("\n")
    first = text.partition("\n")[0]
    table = list(csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ","))
    rows = [Row(number=number, cells=tuple(cells)) for number, cells in enumerate(table[1:], 2)]
    guessed = guess(tuple(table[0]), rows)
    if not guessed.is_sure:
        return "right" if one.get("ask") else "asked"
    found = {name: columns_of(getattr(guessed.columns, name)) for name in ("identifier", "name")}
    return "right" if all(found[name] == one.get(name) for name in found) else "wrong"


@pytest.mark.parametrize("one", [*HEADER_SETS, *MORE_SETS], ids=lambda one: one["of"])
def test_a_set_is_guessed_as_a_person_would(one: Mapping[str, Any]) -> None:
    """Those that a person could not tell are asked about."""
    assert verdict(one) == "right"


def test_nothing_is_guessed_wrong() -> None:
    """As many sets are right as were asked for."""
    verdicts = Counter(map(verdict, HEADER_SETS))
    assert (verdicts["wrong"], verdicts["right"] >= 53) == (0, True)
