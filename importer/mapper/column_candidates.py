"""The columns that may feed each field: ranked by their headers, borne out by their values. Pure.

The columns of fields that no contact needs are used where their values can be right, else left out and said.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from importer.mapper.contact_fields import bot_status, is_email, is_uuid
from importer.mapper.header import IN_BRACES
from importer.mapper.header_guess import TELLING, Column, folded, name_rank, phone_rank
from importer.mapper.messages import quoted
from importer.mapper.options import FIELDS, REQUIRED

_BY_EXPORT = 7.0
_SURELY_NAMED = 4.0
_MOST = 0.6
_FIRST_BESIDE_LAST = frozenset({"vorname", "prenom"})
"""Beside these, a column called just `Name` or `Nom` holds the last name."""
_HALF = 0.5
_OPTIONAL = tuple(name for name in FIELDS if name not in (*REQUIRED, "tags"))
_NAMED_IN_ACCOUNT = ("assigned_user", "team", "channel")
_WHAT_IT_NEEDS = {
    "assigned_user": "e-mail addresses, or names of the account's users",
    "team": "teams of the account",
    "channel": "channels of the account",
    "bot_status": "bot_start or bot_end",
    "country": "countries",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A column, or several joined, that may feed a field."""

    rank: float
    text: str
    """A header, or a text with headers in braces."""
    values: Mapping[int, str] = field(default_factory=dict)
    """Row to its value."""
    filled: frozenset[int] = frozenset()
    """Rows with anything at all: a wrong number is no gap that another column fills."""
    joins: bool = True
    """Whether it may fill the gaps of another."""


def ranked(candidates: Iterator[Candidate]) -> list[Candidate]:
    """Return the candidates, the best first."""
    return sorted(candidates, key=lambda one: -one.rank)


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
            rank = rank if rank >= TELLING else 1.0  # their headers say nothing: they are of equal right
            yield Candidate(rank=rank, text=one.header, values=one.phones, filled=one.filled, joins=joins)


def only_named(columns: Sequence[Column]) -> Iterator[Candidate]:
    """Yield the only column that is surely named as the phone, though it holds none, if no other column does."""
    named = [one for one in columns if phone_rank(one.meaning) >= _SURELY_NAMED]
    odd = any(is_uuid(cell) or is_email(cell) for one in named for cell in one.cells)
    if len(named) == 1 and named[0].filled and not odd and not any(one.complete for one in columns):
        yield Candidate(rank=_SURELY_NAMED, text=named[0].header, values=named[0].phones)


def name_candidates(
    columns: Sequence[Column], of_export: Sequence[str], *, of_relatives: bool = False
) -> Iterator[Candidate]:
    """Yield the columns that may hold the name: single ones, and a first and a last name together."""
    by_header = {one.header: one for one in columns}
    usable = [one for one in columns if one.holds_names and len(one.phones) <= len(one.filled) * _HALF]
    pairs = list(_pairs(usable))
    for place, text in enumerate(of_export):
        parts = [by_header[name] for name in IN_BRACES.findall(text) or [text]]
        if all(one in usable for one in parts):
            yield _joined(_BY_EXPORT - place / 10, parts, text)
    yield from (pair for pair in pairs if pair.text not in of_export)
    for one in usable:
        rank = name_rank(one.meaning, of_relatives=of_relatives)
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


def _contains(values: Mapping[int, str], parts: Mapping[int, str], *, more: bool = False) -> bool:
    """Return whether most values hold every word of the others, and, if that is asked for, more."""
    both = [row for row in values if row in parts]
    words = [(set(folded(parts[row]).split()), set(folded(values[row]).split())) for row in both]
    held = sum(part <= whole and not (more and part == whole) for part, whole in words)
    return bool(both) and held >= len(both) * _MOST


def _pairs(usable: Sequence[Column]) -> Iterator[Candidate]:
    """Yield first and last names that belong together: the same words say whose they are."""
    usable = [one for one in usable if not one.meaning.holds_both_names]
    firsts = [one for one in usable if one.meaning.has("first_name") and name_rank(one.meaning)]
    lasts = [one for one in usable if one.meaning.has("last_name") and name_rank(one.meaning)]
    plain = [one for one in usable if one.meaning.has("name") and name_rank(one.meaning)]
    for first, last in product(firsts, lasts):
        if first.meaning.qualifiers == last.meaning.qualifiers:
            yield _pair(first, last, usable)
    if not firsts and len(lasts) <= 1:  # Nombre, Apellidos
        for first, last in product(plain, lasts):
            if not _contains(_values(first), _values(last), more=True):
                yield _pair(first, last, usable)
    if not lasts and len(firsts) == 1:  # Vorname, Name
        for first, last in product(firsts, plain):
            is_last = last.cells or folded(first.header) in _FIRST_BESIDE_LAST
            if is_last and not _contains(_values(last), _values(first), more=True):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A field that several columns could feed, or for which no column was found."""

    field: str
    choices: tuple[str, ...]
    """Headers, or texts with headers in braces; the likeliest first."""
    why: str
    """The reason for the question: the end of a sentence about the field."""

    @property
    def is_required(self) -> bool:
        """Whether every contact needs the field."""
        return self.field in REQUIRED


@dataclass(slots=True, kw_only=True)
class OptionalColumns:
    """The columns of the fields that no contact needs."""

    found: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    """A sentence for each column that is named like a field, and holds something else."""
    by_account: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    """`team`, `channel` and `assigned_user` to a header and its values: right only if the account has them."""


def optional_columns(columns: Sequence[Column], used: Sequence[str]) -> OptionalColumns:
    """Return the columns of the fields that no contact needs, where headers say so and the values can be right.

    Args:
        columns: The sheet's columns.
        used: Headers, or texts with them in braces, that feed a required field.

    """
    result = OptionalColumns()
    if tags := _headed("tags", columns, used):
        result.found["tags"] = tuple(one.header for one in tags)
    for name in _OPTIONAL:
        of_field = _headed(name, columns, used)
        fitting = [one for one in of_field if not one.cells or (_fits(name, one) and (one.filled or name == "note"))]
        if len(fitting) == 1:
            result.found[name] = fitting[0].header
        elif fitting:
            choices = tuple(dict.fromkeys(one.header for one in fitting))
            result.questions.append(Question(field=name, choices=choices, why=several(choices)))
        for one in of_field:
            if one.filled and one not in fitting and name in _NAMED_IN_ACCOUNT:
                result.by_account[name] = (one.header, frozenset(one.cells[row] for row in one.filled))
            elif one.filled and one not in fitting:
                result.left_out.append(left_out(name, one.header))
    return result


def several(choices: Sequence[str]) -> str:
    """Return why to ask: there are several such columns, or several with one header."""
    return f"several columns {'could be it' if len(choices) > 1 else 'have this header: rename all but one'}"


def left_out(name: str, header: str) -> str:
    """Return the sentence about an optional column that is not used."""
    return (
        f"{quoted(header)} is not used as {name}: its cells are not seen to be {_WHAT_IT_NEEDS[name]}."
        " If they are right, name the column under [columns] of the config."
    )


def _headed(name: str, columns: Sequence[Column], used: Sequence[str]) -> list[Column]:
    """Return the columns whose header is the field's, the country's with or without whose it is."""
    around = ("phone", "mobile", "landline", "address") if name == "country" else ()
    fitting = [one for one in columns if one.meaning.has(name) and one.meaning.only(name, *around)]
    fitting = [one for one in fitting if one.header not in used]
    if name == "country" and len(fitting) > 1:
        plainest = min(len(one.meaning.classes - {"filler"}) for one in fitting)
        fitting = [one for one in fitting if len(one.meaning.classes - {"filler"}) == plainest]
    return fitting


def _fits(name: str, one: Column) -> bool:
    """Return whether half of the cells or more can be values of the field."""
    from importer.mapper.phones.countries import country_of  # noqa: PLC0415 - names of all countries: few sheets need it

    checks: dict[str, Callable[[str], object]] = {
        "assigned_user": is_email,
        "team": is_uuid,
        "channel": is_uuid,
        "bot_status": lambda text: isinstance(bot_status(text), str),
        "country": country_of,
        "note": bool,
    }
    fits = [one.cells[row] for row in one.filled if checks[name](one.cells[row])]
    return len(fits) >= len(one.filled) * _HALF
