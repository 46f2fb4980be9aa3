"""Columns in which people say whether they may be written to: pointed out and asked about. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from importer.mapper.answer_words import NO, YES
from importer.mapper.header_guess import Column
from importer.mapper.messages import listed, quoted, where_line

_MOST_ANSWERS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A column that seems to ask for consent."""

    header: str
    counts: Counter[str]
    """How many rows have each answer; an empty text: those without one."""
    agreed: tuple[str, ...]
    """The answers that surely mean yes, or no where the header says that people refuse."""
    refuses: bool
    """Whether the header says that people refuse."""
    is_plain: bool
    """Whether all answers are words for yes and no."""

    @property
    def answers(self) -> list[str]:
        """What the cells say that are not empty."""
        return sorted(filter(None, self.counts))

    @property
    def likely(self) -> tuple[str, ...]:
        """The answers of those who probably agree: also the only one there is, or an empty cell where people refuse."""
        if self.agreed or not self.counts[""] or len(self.answers) > 1:
            return self.agreed
        return ("",) if self.refuses else (*self.answers,)

    @property
    def all_agreed(self) -> bool:
        """Whether every row says yes, so that there is nobody to leave out."""
        return sum(self.counts[text] for text in self.agreed) == self.counts.total()

    @property
    def note(self) -> str:
        """A sentence that points the column out, and says how only those who agreed are imported; or nothing."""
        if self.all_agreed:
            return ""
        seems = (
            f"{quoted(self.header)} seems to ask for consent. On a terminal, run asks whether to import only those who"
            " agreed; for elsewhere, write under"
        )
        if not self.is_plain:
            which = f"which of its answers mean that, {listed(self.answers)}"
            return f"{seems} [input.where] of the config {which}: {where_line(self.header)}"
        return f"{seems} [input.where] of the config: {where_line(self.header, self.agreed)}" if self.agreed else ""


def consents(columns: Sequence[Column]) -> Iterator[Consent]:
    """Yield the columns that ask for consent, if their answers are few."""
    for one in columns:
        counts = Counter(one.cells)
        answers = sorted(filter(None, counts))
        if not one.meaning.has("consent", "refusal") or not 0 < len(set(map(str.casefold, answers))) <= _MOST_ANSWERS:
            continue
        is_plain = all(text.casefold() in YES | NO for text in answers)
        if is_plain or all(any(map(str.isalpha, text)) for text in answers):
            refuses = one.meaning.has("refusal")
            agreed = tuple(text for text in answers if text.casefold() in (NO if refuses else YES))
            yield Consent(header=one.header, counts=counts, agreed=agreed, refuses=refuses, is_plain=is_plain)


def consent_notes(columns: Sequence[Column]) -> Iterator[str]:
    """Yield a sentence for each column that asks for consent, with the answer of those who agree if that is plain."""
    yield from filter(None, (one.note for one in consents(columns)))
