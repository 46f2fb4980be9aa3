"""Guess the column mapping of a sheet from its header and its first rows, where no config has one. Pure.

    header + rows -> columns with meaning and values -> candidates by rank -> used, left out and said, or asked about

A candidate is used only if its values bear it out. Of several, the better header wins; equals that fill each other's
gaps are used together; equals that contradict each other are asked about.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType
from typing import Any

from importer.mapper.column_candidates import (
    Candidate,
    Question,
    identifier_candidates,
    name_candidates,
    only_named,
    optional_columns,
    ranked,
    several,
)
from importer.mapper.contact_fields import is_uuid
from importer.mapper.header import IN_BRACES
from importer.mapper.header_guess import TELLING, Column, columns_of, folded, meaning, phone_rank
from importer.mapper.known_exports import KNOWN_EXPORTS
from importer.mapper.messages import listed
from importer.mapper.options import FIELDS, ColumnOptions
from importer.mapper.phones.numbering_plans import is_mobile
from importer.model.own_names import OWN_COLUMNS
from importer.model.rows import Row

_MOST_TOGETHER = 4
_FEW = 0.3
"""Of equal candidates, one with fewer values than this share of the other's is no rival."""
_AGREE = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A guessed mapping, why it is so, and what has to be asked."""

    columns: ColumnOptions
    """What is sure or likely; a field that has to be asked about is empty."""
    reasons: Mapping[str, str]
    """Field to why its column is used."""
    questions: tuple[Question, ...]
    notes: tuple[str, ...]
    """Sentences for the user: which export it seems to be, what was left out, who may have agreed to be written to."""
    by_account: Mapping[str, tuple[str, frozenset[str]]]
    """`team`, `channel` and `assigned_user` to a header and its values: right only if the account has them."""

    @property
    def is_sure(self) -> bool:
        """Whether every field that contacts need has its column."""
        return not any(question.is_required for question in self.questions)


def guess(header: Sequence[str], rows: Sequence[Row] = (), country: str = "") -> Guess:
    """Return the mapping that the headers and the values suggest.

    Args:
        header: The sheet's headers.
        rows: Its first rows; none: the headers alone are believed.
        country: Region of phone numbers without a country code; empty: none is assumed.

    """
    columns = [one for one in columns_of(header, [row.cells for row in rows], country) if not _is_own(one.header)]
    export, export_phones, export_names = _known_export(header)
    found: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    questions: list[Question] = []
    identifier = ranked(identifier_candidates(columns, export_phones)) or list(only_named(columns))
    of_relatives = bool(identifier) and meaning(identifier[0].text).has("relative")
    names = ranked(name_candidates(columns, export_names, of_relatives=of_relatives))
    for name, candidates, open_question in (
        ("identifier", identifier, _no_identifier(columns)),
        ("name", names, _no_name(columns)),
    ):
        chosen, question = _choice(name, candidates, header, _needed_rows(name, identifier))
        if question or not chosen:
            questions.append(question or open_question)
        else:
            found[name] = chosen[0] if len(chosen) == 1 else chosen
            reasons[name] = _reason(name, chosen, columns)
    optional = optional_columns(columns, _texts_of(found))
    found |= optional.found
    reasons |= dict.fromkeys(optional.found, "sure: its header says so")
    if _are_apart_by_spaces(columns, optional.found.get("tags", ())):
        found["tag_separators"], reasons["tag_separators"] = " ", "likely: all tags are words with spaces between"
    notes = [*([f"This looks like {export}."] if export else []), *optional.left_out, *_consent(columns)]
    return Guess(
        columns=ColumnOptions(**found),
        reasons=MappingProxyType(reasons),
        questions=(*questions, *optional.questions),
        notes=tuple(notes),
        by_account=MappingProxyType(optional.by_account),
    )


def with_fields(columns: ColumnOptions, chosen: Mapping[str, str]) -> ColumnOptions:
    """Return the columns with the chosen header, or text with headers in braces, of each field; tags stay as is."""
    texts: dict[str, Any] = {name: text for name, text in chosen.items() if name != "tags"}
    return replace(columns, **texts)


def feeds(columns: ColumnOptions, name: str) -> bool:
    """Return whether the column feeds a field, alone or within a text with braces; custom fields aside."""
    texts = _texts_of({field: getattr(columns, field) for field in FIELDS})
    return any(name == text or f"{{{name}}}" in text for text in texts)


def _texts_of(found: Mapping[str, str | tuple[str, ...]]) -> list[str]:
    return [text for value in found.values() for text in ((value,) if isinstance(value, str) else value) if text]


def _is_own(header: str) -> bool:
    return header.casefold() in OWN_COLUMNS


def _known_export(header: Sequence[str]) -> tuple[str, list[str], list[str]]:
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


def _needed_rows(name: str, identifiers: Sequence[Candidate]) -> frozenset[int] | None:
    """Return the rows whose gaps are worth filling: for the name, those with a phone; None: all."""
    return frozenset(chain.from_iterable(one.values for one in identifiers)) if name == "name" else None


def _choice(
    name: str, candidates: Sequence[Candidate], header: Sequence[str], needed: frozenset[int] | None
) -> tuple[tuple[str, ...], Question | None]:
    """Return the columns to use, the first that holds something; or the question which they are."""
    if not candidates:
        return (), None
    first = candidates[0]
    rivals = [one for one in candidates[1:] if first.rank - one.rank < 0.05 and _contradict(first, one)]  # noqa: PLR2004
    twice = [one for one in IN_BRACES.findall(first.text) or [first.text] if header.count(one) > 1]
    choices = tuple(dict.fromkeys(one.text for one in (first, *(rivals or candidates[1:]))))
    if twice and not rivals:
        choices = (first.text,)
    if rivals or twice:
        is_by_look = name == "identifier" and first.rank < TELLING
        why = "several columns hold phone numbers" if is_by_look else several(choices)
        return (), Question(field=name, choices=choices, why=why)
    if name == "name" and first.rank < 1.5:  # noqa: PLR2004 - a nickname, or a name of something
        return (), Question(field=name, choices=choices, why="no header says surely which column it is")
    chosen, covered = [first.text], set(first.values) | first.filled
    for one in candidates[1:]:
        gaps = one.values.keys() - covered if needed is None else (one.values.keys() - covered) & needed
        adds = gaps or (name == "identifier" and _has_mobiles_for_landlines(first, one))
        if one.joins and adds and one.rank >= TELLING and header.count(one.text) < 2:  # noqa: PLR2004
            chosen.append(one.text)
            covered |= set(one.values) | one.filled
    return tuple(chosen[:_MOST_TOGETHER]), None


def _has_mobiles_for_landlines(first: Candidate, other: Candidate) -> bool:
    """Return whether the other has a mobile where the first has a landline, and no header says which is which."""
    if meaning(first.text).has("mobile", "whatsapp"):
        return False
    both = [(first.values[row], other.values[row]) for row in first.values.keys() & other.values.keys()]
    return any(_is_mobile(there) and not _is_mobile(here) for here, there in both)


def _is_mobile(number: str) -> bool:
    return not number.startswith("+") or is_mobile(number[1:])  # without a country code nobody knows


def _contradict(first: Candidate, other: Candidate) -> bool:
    """Return whether two candidates have different values in many of the same rows."""
    if not first.values and not other.values:
        return True
    if len(other.values) < len(first.values) * _FEW:
        return False
    both = first.values.keys() & other.values.keys()
    same = sum(folded(first.values[row]) == folded(other.values[row]) for row in both)
    fewest = min(len(first.values), len(other.values))
    return len(both) > fewest * _FEW and same < len(both) * _AGREE


def _no_identifier(columns: Sequence[Column]) -> Question:
    """Return the question which column it is: those that hold phone numbers first, none that is empty or of UUIDs."""
    likely = [one for one in columns if one.phones and len(one.phones) * 2 >= len(one.filled)]
    named = [one for one in columns if phone_rank(one.meaning) >= TELLING and one not in likely]
    usable = [one for one in columns if not one.cells or any(not is_uuid(one.cells[row]) for row in one.filled)]
    choices = [one.header for one in (*likely, *named) if one in usable] or [one.header for one in usable]
    if likely:
        why = "several columns hold phone numbers" if len(likely) > 1 else "no header says which column it is"
    elif named:
        why = f"{listed(one.header for one in named)} {'have' if len(named) > 1 else 'has'} no phone numbers"
    else:
        why = "no column looks like it"
    return Question(field="identifier", choices=tuple(dict.fromkeys(choices)), why=why)


def _no_name(columns: Sequence[Column]) -> Question:
    likely = [one.header for one in columns if one.filled and one.holds_names and not one.phones]
    choices = tuple(dict.fromkeys(likely or (one.header for one in columns)))
    by_look = "no header says which column it is, and the first of these looks like it"
    return Question(field="name", choices=choices, why=by_look if likely else "no column looks like it")


def _reason(name: str, chosen: Sequence[str], columns: Sequence[Column]) -> str:
    if len(chosen) > 1:
        what = "number, a mobile before a landline" if name == "identifier" else "name"
        return f"likely: the first of these that holds a {what}"
    seen = next((one for one in columns if one.header == chosen[0]), None)
    if name == "name" or seen is None or not seen.cells:
        return "sure: its header says so" if seen else "sure: the headers say so"
    if not seen.holds_phones(phone_rank(seen.meaning)):
        return "likely: its header says so, though its cells are other things"
    share = len(seen.phones) / len(seen.filled) if seen.filled else 0.0
    kind = "phone numbers" if seen.complete * 2 >= len(seen.phones) else "phone numbers without a country code"
    held = f"{kind} ({share:.0%})" if share < 1 else kind
    is_told = phone_rank(seen.meaning) >= TELLING
    return f"sure: its header says so, and it holds {held}" if is_told else f"likely: its values are {held}"


def _are_apart_by_spaces(columns: Sequence[Column], tags: str | Sequence[str]) -> bool:
    """Return whether the tags of each cell have spaces between them, as Zendesk writes them."""
    cells = [cell for one in columns if one.header in tags for cell in one.cells if cell]
    if not any(" " in cell for cell in cells) or any(sign in cell for cell in cells for sign in ",;|"):
        return False
    from importer.mapper.column_profile import are_words_with_spaces  # noqa: PLC0415 - few sheets need it

    return are_words_with_spaces(cells)


def _consent(columns: Sequence[Column]) -> Iterator[str]:
    if any(one.meaning.has("consent", "refusal") for one in columns):
        from importer.mapper.consent import consent_notes  # noqa: PLC0415 - few sheets have such a column

        yield from consent_notes(columns)
