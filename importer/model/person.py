"""A person who is to be forgotten: the number in all its writings, and how it is found in a text. Pure.

A user name of another service may be anybody's first name: it stands where a whole identifier is it, and in no text.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from importer.model.phone_forms import in_form

FORGOTTEN = "forgotten"
"""The code of rows whose person was forgotten, and what stands in the place of what they held."""
_BETWEEN = r"[\s().\-/\u00a0\u2010-\u2015]{0,3}"
_FEWEST_NATIONAL = 6
"""Digits of a number without its country code that is searched for; fewer stand everywhere."""
_FEWEST_APART = 7
"""Digits of a number in a cell with several."""
_MOST_DIGITS = 15
"""Of one number with its country code, by E.164."""
_APART = re.compile(r"[,;/|&\n]|:::|\s-\s|(?=\+)|\b(?:o|or|y|e|and|ou|et|oder|und)\b", re.IGNORECASE)
_NO_DIGIT = re.compile(r"[^0-9]")
_CODE = re.compile(r"[1-9][0-9]{0,2}")
_DIALLED = re.compile(r"^00")


@dataclass(frozen=True, kw_only=True)  # no slots, for what is computed once: every row of a journal asks
class Person:
    """Who is to be forgotten."""

    identifier: str
    """As the key of a contact has it: a number's digits with country code, or a handle in small letters."""
    code: str = ""
    """The number's country code; empty for a handle."""
    is_national_ambiguous: bool = False
    """Whether the number without its country code is a number of another country, and so may be somebody else's."""
    texts: frozenset[str] = frozenset()
    """What else is only about this person: the sentences of their rows' problems."""

    @property
    def is_handle(self) -> bool:
        """Whether the identifier is no number, but another service's user name."""
        return not self.code

    @cached_property
    def identifiers(self) -> tuple[str, ...]:
        """The forms of the identifier: with and without the digit of some countries' mobiles, or a handle's @."""
        if self.is_handle:
            bare = self.identifier.removeprefix("@")
            return (self.identifier, f"@{bare}" if bare == self.identifier else bare)
        return tuple(
            dict.fromkeys([self.identifier, *(in_form(self.identifier, form) for form in ("with", "without"))])
        )

    @cached_property
    def nationals(self) -> tuple[str, ...]:
        """The number's forms without its country code; none where they are too short to be told from other numbers."""
        parts = [number.removeprefix(self.code) for number in self.identifiers] if self.code else []
        return tuple(part for part in parts if len(part) >= _FEWEST_NATIONAL)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return _finder(self.identifiers, () if self.is_national_ambiguous else self.nationals, self.code)

    def is_key(self, text: str) -> bool:
        """Tell whether the identifier of a contact's key is this person's."""
        return text in self.identifiers

    def is_namesake(self, text: str) -> bool:
        """Tell whether the identifier of a contact's key is the same number of another country."""
        rests = (text.removesuffix(national) for national in self.nationals if text.endswith(national))
        return text not in self.identifiers and any(_CODE.fullmatch(rest) for rest in rests)

    def with_code_alone(self) -> "Person":
        """Return the person as whoever the number is not without its country code: where it is somebody else's."""
        return replace(self, is_national_ambiguous=True)

    def is_identifier(self, text: str) -> bool:
        """Tell whether an identifier, as it stood in the cell of an invalid row, is theirs, or one of several."""
        parts = () if self.is_handle else numbers_apart(text)
        has_several = len(_NO_DIGIT.sub("", text)) > _MOST_DIGITS
        return any(map(self._is_written, (text, *parts))) or (has_several and self.is_in(text))

    def _is_written(self, text: str) -> bool:
        if text.strip().casefold() in self.identifiers:
            return True
        digits = _DIALLED.sub("", _NO_DIGIT.sub("", text)) if self.code else ""
        rests = {digits.lstrip("0"), digits.removeprefix(self.code).lstrip("0")} - {""}
        return digits in self.identifiers or not rests.isdisjoint(self.nationals)

    def is_in(self, text: str) -> bool:
        """Tell whether the number stands in a text, however it is written; a handle stands in none."""
        return not self.is_handle and bool(self._pattern.search(text))

    def without(self, text: str) -> str:
        """Return the text with another word for each place where the number stands."""
        return text if self.is_handle else self._pattern.sub(FORGOTTEN, text)

    def with_texts(self, texts: Iterable[str]) -> "Person":
        """Return the person with more sentences that are only about them."""
        return replace(self, texts=self.texts | {text for text in texts if text})


def numbers_apart(text: str) -> Sequence[str]:
    """Return the numbers of a cell that has several; none of a cell that has one."""
    parts = [part for part in _APART.split(text) if len(_NO_DIGIT.sub("", part)) >= _FEWEST_APART]
    return parts if len(parts) > 1 else ()


def _finder(identifiers: Iterable[str], nationals: Iterable[str], code: str) -> re.Pattern[str]:
    """Return what finds the number with signs between its digits, with or without country code and trunk zero."""
    spread = "|".join(_BETWEEN.join(number) for number in nationals)
    if not spread:
        spread = "|".join(_BETWEEN.join(number.removeprefix(code)) for number in identifiers)
        return re.compile(rf"(?<![0-9])(?:\+|00)?{_BETWEEN.join(code)}{_BETWEEN}(?:{spread})(?![0-9])")
    before = rf"(?:(?:\+|00)?{_BETWEEN}{_BETWEEN.join(code)}{_BETWEEN})?(?:\(?0\)?{_BETWEEN})?"
    return re.compile(rf"(?<![0-9]){before}(?:{spread})(?![0-9])")
