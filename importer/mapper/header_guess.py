"""What a column's header and its cells say: the meaning of the words, and whether the cells are phones or names. Pure.

A header is folded (small letters, no accents, words with one space between) and its words are classed by
`header_words`, the longest terms first. What the classes are worth is decided here as well: `phone_rank`, `name_rank`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from importer.mapper.answer_words import NO, YES
from importer.mapper.contact_fields import is_email, is_uuid
from importer.mapper.header import folded_name
from importer.mapper.header_words import STEMS, WORDS
from importer.mapper.phones import identify, numbers_in
from importer.model.rows import Problem

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)")
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "\N{LATIN SMALL LETTER DOTLESS I}": "i", "đ": "d", "æ": "ae", "œ": "oe"})
"""Letters that Unicode does not take apart."""
_LONGEST_TERM = 5
_ABSENT = frozenset({"", "-", "--", ".", "?", "null", "n/a", "na", "nan", "none", "nil", "\\n", "#n/a"})
_PHONE_LIKE = re.compile(r"\+?[0-9\s().\-/\xa0]{7,25}")
_DATE_LIKE = re.compile(r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(?![0-9-])")
_BESIDE_DIGITS = re.compile(r"^[^0-9+(]+|[^0-9]+$")
_FEWEST_DIGITS, _MOST_DIGITS = 8, 15
_HALF, _MOST = 0.5, 0.8
_FEW_NAMES = 5
_ENOUGH_CELLS = 40

TELLING = 2.0
"""A phone header of this rank says what it is; below it only the cells do."""
_STRONG = 2.5
"""From this rank on numbers without a country code are phones too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """The classes of a header's terms."""

    classes: frozenset[str]
    unknown: int
    """Words of no class."""
    qualifiers: frozenset[str]
    """The terms that say whose it is, or what else: a first and a last name with the same ones belong together."""

    def has(self, *classes: str) -> bool:
        """Return whether a term has one of the classes."""
        return not self.classes.isdisjoint(classes)

    @property
    def holds_both_names(self) -> bool:
        """Whether first and last name stand in one column, as under `Nombre(s) y apellido(s)`."""
        return self.has("last_name") and self.has("first_name", "name")

    def only(self, *classes: str) -> bool:
        """Return whether every word has one of the classes, or is of no weight."""
        return not self.unknown and self.classes <= {*classes, "filler", "person", "number"}


def folded(text: str) -> str:
    """Return a header for comparison: in small letters, without accents and punctuation, `PhoneNo1` as three words."""
    return folded_name(_CAMEL.sub(" ", text).casefold().translate(_LETTERS)).translate(_LETTERS)


def _classes(table: str) -> Iterator[tuple[str, str]]:
    for kind, terms in re.findall(r"(\w+): ([^:]+)\n", table):
        yield from ((folded(term), kind) for term in terms.split(","))


CLASS_OF: Mapping[str, str] = dict(_classes(WORDS))
_STEMS = tuple(_classes(STEMS))
_QUALIFYING = frozenset({"person", "other", "relative", "address", "staff", "thing", "company", "assigned_user"})


@lru_cache(maxsize=512)
def meaning(header: str) -> Meaning:
    """Return what the words of a header mean."""
    words, classes, qualifiers, unknown = folded(header).split(), set[str](), set[str](), 0
    place = 0
    while place < len(words):
        sizes = range(min(_LONGEST_TERM, len(words) - place), 0, -1)
        terms = ((size, " ".join(words[place : place + size])) for size in sizes)
        size, term = next(((size, term) for size, term in terms if term in CLASS_OF), (1, words[place]))
        kind = CLASS_OF.get(term) or next((kind for stem, kind in _STEMS if stem in term), "")
        if kind:
            classes.add(kind)
        else:
            unknown += 1
        if not kind or kind in _QUALIFYING:
            qualifiers.add(term)
        place += size
    return Meaning(classes=frozenset(classes), unknown=unknown, qualifiers=frozenset(qualifiers))


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the sample: its header, and what its cells are."""

    place: int
    header: str
    cells: tuple[str, ...]
    """One for each row of the sample; an empty text where there is none, or a word such as NULL."""
    country: str

    @cached_property
    def meaning(self) -> Meaning:
        """What the header means."""
        return meaning(self.header)

    @cached_property
    def filled(self) -> frozenset[int]:
        """The rows that have something."""
        return frozenset(row for row, cell in enumerate(self.cells) if cell)

    @cached_property
    def phones(self) -> Mapping[int, str]:
        """Row to its phone number: with country code, or, where none is known, the digits as they are."""
        found: dict[int, str] = {}
        is_told = phone_rank(self.meaning) >= TELLING
        for seen, row in enumerate(sorted(self.filled)):
            if not is_told and seen == _ENOUGH_CELLS and sum(map(_is_complete, found.values())) < seen * _HALF:
                return {}  # a sheet may have a hundred columns of numbers
            if phone := _phone(self.cells[row], self.country):
                found[row] = phone
        return found

    @cached_property
    def complete(self) -> int:
        """How many of the phone numbers have their country code."""
        return sum(map(_is_complete, self.phones.values()))

    @cached_property
    def written_with_plus(self) -> bool:
        """Whether nearly all cells are phone numbers with a plus, as no other kind of number is."""
        return 0 < len(self.filled) * _MOST <= sum("+" in self.cells[row] for row in self.phones)

    def holds_phones(self, rank: float) -> bool:
        """Return whether the cells are phone numbers, if the header has this rank."""
        if not self.cells:
            return rank >= TELLING
        if rank >= _STRONG:
            return bool(self.phones) and len(self.phones) >= len(self.filled) * _HALF
        return 0 < len(self.filled) * _MOST <= self.complete and not counts_up([self.cells[row] for row in self.filled])

    @cached_property
    def holds_names(self) -> bool:
        """Whether the cells may be names of people or firms."""
        texts = [self.cells[row] for row in self.filled]
        few = len(set(texts)) <= _FEW_NAMES < len(texts) / _FEW_NAMES
        return not self.cells or (bool(texts) and not few and sum(map(_may_be_name, texts)) >= len(texts) * _HALF)


def columns_of(header: Sequence[str], rows: Sequence[Sequence[str]], country: str) -> list[Column]:
    """Return the columns that have a header."""
    return [
        Column(place=place, header=name, cells=tuple(_present(cells[place]) for cells in rows), country=country)
        for place, name in enumerate(header)
        if name
    ]


def counts_up(texts: Sequence[str]) -> bool:
    """Return whether most values are numbers that count up: such a column numbers rows or customers."""
    numbers = [int(text) for text in texts if text.isdecimal()]
    steps = [later - earlier for earlier, later in pairwise(numbers)]
    return len(steps) > 1 and steps.count(1) * 2 > len(steps)


def phone_rank(told: Meaning) -> float:
    """Return how well a header names the phone number that people write to: 6 for WhatsApp, 0 for a fax."""
    if told.has("fax"):
        return 0.0
    rank = next((rank for kind, rank in _PHONE_RANKS if told.has(kind)), 0.0)
    if told.has("landline"):
        rank = min(rank, 3.5) or _STRONG
    if not rank and not told.unknown:
        rank = TELLING if told.has("person", "number") else 0.0
    if told.has(*_NO_PHONE) or (told.has("country") and rank < 4.0):  # noqa: PLR2004 - beside the word for a phone
        return min(rank, 1.0)
    return max(rank - 0.5 * told.has("other") - told.has("relative") - 0.25 * bool(told.unknown), 1.0)


_NO_PHONE = ("thing", "staff", "assigned_user", "tags", "note", "team", "channel", "bot_status", "consent")
_PHONE_RANKS = (("whatsapp", 6.0), ("mobile", 5.0), ("phone", 4.0))
_NAME_RANKS = (
    ("full_name", 6.0),
    ("name", 4.0),
    ("first_name", 3.5),
    ("saved_name", 2.6),
    ("display_name", 2.5),
    ("legal_name", 2.3),
    ("company", 2.0),
    ("last_name", 1.8),
    ("nickname", 1.0),
)


def name_rank(told: Meaning, *, of_relatives: bool = False) -> float:
    """Return how well a single column's header names the contact; below 2 it is not sure enough to be used unasked.

    Args:
        told: What the header means.
        of_relatives: Whether the phone is a parent's or the like, so that the name may be theirs too.

    """
    if told.has("middle_name", "thing", "staff", "assigned_user", "consent", "fax"):
        return 0.0
    if told.has("relative") and not of_relatives:
        return 0.0
    if told.holds_both_names:
        return _NAME_RANKS[0][1]
    rank = next((rank for kind, rank in _NAME_RANKS if told.has(kind)), 0.0)
    if told.has("name") and told.has("company"):
        rank = 2.2
    if not rank:
        is_person = told.has("person", "relative") and told.only("relative") and not told.has("number")
        return 3.0 if is_person else 0.0
    if told.unknown:
        return 1.0 if told.has("name", "full_name") else 0.0
    return rank - 0.5 * told.has("other", "address") - 0.1 * (told.has("person") and rank < TELLING)


def _present(cell: str) -> str:
    text = " ".join(cell.split())
    return "" if text.casefold() in _ABSENT else text


def _is_complete(phone: str) -> bool:
    return phone.startswith("+")


def _phone(cell: str, country: str) -> str:
    for text in numbers_in(cell):
        bare = _BESIDE_DIGITS.sub("", text)
        if not _FEWEST_DIGITS <= sum(map(str.isdecimal, bare)) <= _MOST_DIGITS or _DATE_LIKE.match(bare):
            continue
        found = identify(bare, "whatsapp", country)
        if not isinstance(found, Problem):
            return f"+{found}"
        if _PHONE_LIKE.fullmatch(bare):  # without a country code, or with a digit wrong: a phone number all the same
            return "".join(filter(str.isdecimal, bare))
    return ""


def _may_be_name(text: str) -> bool:
    letters = sum(map(str.isalpha, text))
    is_written = letters > 1 or (letters == 1 and not text.isascii())
    odd = is_email(text) or is_uuid(text) or "://" in text or text.casefold() in YES | NO
    return is_written and not odd and sum(map(str.isdecimal, text)) <= letters
