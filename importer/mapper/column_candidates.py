"""The columns that may feed identifier and name: ranked by their headers, borne out by their values. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from importer.mapper.header import IN_BRACES
from importer.mapper.header_guess import TELLING, Column, folded, name_rank, phone_rank
from importer.mapper.known_exports import KNOWN_EXPORTS

_BY_EXPORT = 7.0
_MOST = 0.6
_FIRST_BESIDE_LAST = frozenset({"vorname", "prenom"})
"""Beside these, a column called just `Name` or `Nom` holds the last name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A column, or several joined, that may feed a field."""

    rank: float
    text: str
    """A header, or a text with headers in braces."""
    values: Mapping[int, str] = field(default_factory=dict)
    """Row to its value."""
    joins: bool = True
    """Whether it may fill the gaps of another."""


def ranked(candidates: Iterator[Candidate]) -> list[Candidate]:
    """Return the candidates, the best first."""
    return sorted(candidates, key=lambda one: -one.rank)


def known_export(header: Sequence[str]) -> tuple[str, list[str], list[str]]:
    """Return the known export that the header is of, and its columns for the phone and the name; or nothing."""
    own = {folded(name): name for name in header}
    for line in KNOWN_EXPORTS.replace("\n    ", " ").strip().splitlines():
        what, *lists = (part.strip() for part in line.split("|"))
        told, phones, names = ([one.strip() for one in part.split(";") if one.strip()] for part in lists)
        if all(folded(one) in own for one in told):
            return what, [own[folded(one)] for one in phones if folded(one) in own], list(_here(names, own))
    return "", [], []


def _here(names: Sequence[str], own: Mapping[str, str]) -> Iterator[str]:
    for text in names:
        parts = IN_BRACES.findall(text) or [text]
        if all(folded(part) in own for part in parts):
            yield " ".join(f"{{{own[folded(part)]}}}" for part in parts) if len(parts) > 1 else own[folded(text)]


def identifier_candidates(columns: Sequence[Column], of_export: Sequence[str]) -> Iterator[Candidate]:
    """Yield the columns that may hold the phone number.

    Args:
        columns: The sheet's columns.
        of_export: Those that the known export has for it, best first.

    """
    for one in columns:
        rank = phone_rank(one.meaning)
        joins = rank >= TELLING and not one.meaning.unknown and not one.meaning.has("relative")
        if one.header in of_export:
            rank, joins = _BY_EXPORT - of_export.index(one.header) / 10, True
        if rank and one.holds_phones(rank) and (rank >= TELLING or one.written_with_plus):
            yield Candidate(rank=rank, text=one.header, values=one.phones, joins=joins)


def name_candidates(columns: Sequence[Column], of_export: Sequence[str]) -> Iterator[Candidate]:
    """Yield the columns that may hold the name: single ones, and a first and a last name together."""
    by_header = {one.header: one for one in columns}
    usable = [one for one in columns if one.holds_names and not one.phones]
    pairs = list(_pairs(usable))
    for place, text in enumerate(of_export):
        parts = [by_header[name] for name in IN_BRACES.findall(text) or [text]]
        if all(one in usable for one in parts):
            yield _joined(_BY_EXPORT - place / 10, parts, text)
    yield from (pair for pair in pairs if pair.text not in of_export)
    for one in usable:
        rank = name_rank(one.meaning)
        if rank and one.header not in of_export and not _is_part(one, usable, pairs):
            values = {row: one.cells[row] for row in one.filled}
            yield Candidate(rank=_beside_pairs(rank, one, values, pairs), text=one.header, values=values)


def _is_part(one: Column, usable: Sequence[Column], pairs: Sequence[Candidate]) -> bool:
    """Return whether the column is a part of a pair, and no more: not the only plain name beside a first name."""
    return any(f"{{{one.header}}}" in pair.text for pair in pairs) or (
        one.meaning.has("second_last_name") and any(other.meaning.has("last_name") for other in usable)
    )


def _beside_pairs(rank: float, one: Column, values: Mapping[int, str], pairs: Sequence[Candidate]) -> float:
    """Return the rank of a single column beside first and last names: first if it holds both, else behind them."""
    if not pairs or not one.meaning.has("name", "full_name"):
        return rank
    if not values:
        return max(pair.rank for pair in pairs)
    if any(_contains(values, pair.values) for pair in pairs):
        return max(pair.rank for pair in pairs) + 0.5
    return min(rank, TELLING)


def _contains(values: Mapping[int, str], parts: Mapping[int, str]) -> bool:
    """Return whether most values hold every word of the others."""
    both = [row for row in values if row in parts]
    held = sum(set(folded(parts[row]).split()) <= set(folded(values[row]).split()) for row in both)
    return bool(both) and held >= len(both) * _MOST


def _pairs(usable: Sequence[Column]) -> Iterator[Candidate]:
    """Yield first and last names that belong together: the same words say whose they are."""
    firsts = [one for one in usable if one.meaning.has("first_name") and name_rank(one.meaning)]
    lasts = [one for one in usable if one.meaning.has("last_name") and name_rank(one.meaning)]
    plain = [one for one in usable if one.meaning.has("name") and name_rank(one.meaning)]
    for first, last in product(firsts, lasts):
        if first.meaning.qualifiers == last.meaning.qualifiers:
            yield _pair(first, last, usable)
    if not firsts and len(lasts) <= 1:  # Nombre, Apellidos
        for first, last in product(plain, lasts):
            if not _contains(_values(first), _values(last)):
                yield _pair(first, last, usable)
    if not lasts and len(firsts) == 1:  # Vorname, Name
        for first, last in product(firsts, plain):
            is_last = last.cells or folded(first.header) in _FIRST_BESIDE_LAST
            if is_last and not _contains(_values(last), _values(first)):
                yield _pair(first, last, usable)


def _pair(first: Column, last: Column, usable: Sequence[Column]) -> Candidate:
    seconds = [
        one
        for one in usable
        if one.meaning.has("second_last_name") and one.meaning.qualifiers == last.meaning.qualifiers and one.filled
    ]
    parts = [first, last, *seconds[:1]]
    told = first.meaning
    rank = 5.0 - 0.1 * told.has("person") - 0.8 * told.has("other", "address", "company")
    return _joined(rank, parts, " ".join(f"{{{one.header}}}" for one in parts))


def _joined(rank: float, parts: Sequence[Column], text: str) -> Candidate:
    rows = sorted(frozenset[int]().union(*(one.filled for one in parts)))
    values = {row: " ".join(filter(None, (one.cells[row] for one in parts))) for row in rows}
    return Candidate(rank=rank, text=text, values=values)


def _values(one: Column) -> Mapping[int, str]:
    return {row: one.cells[row] for row in one.filled}
