"""Whether only those are imported who agreed to be written to, where a column says who did.

Enter is what is safe: whoever did not say yes is left out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from importer.commands.input.input_sheet import ConsentAnswer, InputSheet, Where
from importer.commands.mapping_selection import guess_of
from importer.mapper.consent import Consent, consents
from importer.mapper.header_guess import columns_of
from importer.mapper.mapping_guess import Guess
from importer.mapper.messages import listed, quoted
from importer.model.answers import is_no, says_yes
from importer.model.errors import DeclinedError
from importer.model.plain_text import counted, plain
from importer.model.rows import Row
from importer.reports.run_commands import choose_columns
from importer.settings import Settings

_MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentBefore:
    """What was answered before about who agreed, where that is proposed and not taken."""

    answers: Mapping[str, ConsentAnswer] = field(default_factory=dict)
    """Header to what was answered."""
    where: str = ""
    """Where, such as `the last run`."""

    def of(self, one: Consent) -> tuple[tuple[str, ...] | None, str]:
        """Return the answers that made a row count, and words that tell of it; None: the column was not asked about.

        Of a column that says something new nothing is known either.
        """
        if not _is_known(one, self.answers):
            return None, ""
        return self.answers[one.header].only, f", as in {self.where}"


NOTHING_BEFORE = ConsentBefore()
_WHY = "Who did not agree should not get messages."


def ask_consent(
    reader: InputSheet,
    settings: Settings,
    ask: Callable[[str], str] | None,
    known: Mapping[str, ConsentAnswer] = MappingProxyType({}),
) -> list[str]:
    """Ask whether only rows of those who agreed count, and have the sheet leave the others out.

    A config that has the mapping says by `[input.where]` which rows count.

    Args:
        reader: The sheet, with which the answers are left (`InputSheet.consent`).
        settings: With the rows that the config lets count.
        ask: Asks the person; None: only what was answered before is taken.
        known: Header to what was answered before; where the column says something new, it is asked about again.

    Returns:
        What was taken from before, such as `Only "sí" in Acepta publicidad`.

    Raises:
        InputError: The file cannot be read, or the person wants none of it sent.

    """
    guessed = guess_of(reader, settings)
    if guessed is None:
        return []
    rows = list(reader.look_ahead(_MOST_ROWS))
    found = [one for one in _open(reader.sheet.header, rows) if one.header not in dict(settings.input.where)]
    before = {one.header: known[one.header].only for one in found if _is_known(one, known)}
    answered = [one for one in found if ask is not None or one.header in before]
    if not answered:
        return []
    reader.answered = _without_notes(guessed, answered)
    among = f"{counted(len(rows))}" if reader.is_read else f"the first {counted(len(rows))}"
    asked = [one for one in answered if one.header not in before]
    reader.was_asked_consent = bool(asked)
    where = {**before, **(dict(consent_answers(asked, among, ask)) if ask is not None else {})}
    reader.consent = {one.header: _answer(one, where, known if one.header in before else {}) for one in answered}
    reader.require([(header, values) for header, values in where.items() if values])
    return [_taken(header, values) for header, values in before.items()]


def _answer(one: Consent, where: Mapping[str, tuple[str, ...]], before: Mapping[str, ConsentAnswer]) -> ConsentAnswer:
    """Return the answer as it is kept: one that was taken from before holds for what the column said then too."""
    seen = before[one.header].seen if before else ()
    return ConsentAnswer(where.get(one.header, ()), tuple(dict.fromkeys((*seen, *one.counts))))


def _without_notes(guessed: Guess, answered: Sequence[Consent]) -> Guess:
    """Return the guess without the notes on columns that were answered about."""
    told = {one.note for one in answered}
    return replace(guessed, notes=tuple(note for note in guessed.notes if note not in told))


def _is_known(one: Consent, known: Mapping[str, ConsentAnswer]) -> bool:
    return one.header in known and known[one.header].holds_for(one.counts)


def _taken(header: str, values: Sequence[str]) -> str:
    """Return which rows count by an answer from before."""
    if not values:
        return f"All rows, whatever {plain(header)} says"
    return f"Only {' or '.join(map(_shown, values))} in {plain(header)}"


def how_to_keep(readers: Sequence[InputSheet], options: Mapping[str, object]) -> str:
    """Return how later runs leave out the same rows without a question; empty where nobody was asked now.

    Args:
        readers: Of the run.
        options: The options that were given.

    """
    asked = [reader for reader in readers if reader.left_out and reader.was_asked_consent]
    if not asked:
        return ""
    files = [reader.sheet.file for reader in asked]
    return f"To stop being asked who agreed:\n  {choose_columns(files, options)}"


def consent_of(
    header: Sequence[str], rows: Sequence[Row], ask: Callable[[str], str], before: ConsentBefore, *, is_whole: bool
) -> tuple[list[Consent], Where]:
    """Return the columns that were asked about, and the answers that make rows count, for a config.

    Args:
        header: Of the sheet.
        rows: Its first rows.
        ask: Asks the person.
        before: What was answered before, which Enter takes.
        is_whole: Whether these are all rows.

    Raises:
        InputError: The person wants none of it sent.

    """
    asked = list(_open(header, rows))
    among = counted(len(rows)) if is_whole else f"the first {counted(len(rows))}"
    return asked, consent_answers(asked, among, ask, before)


def columns_of_consent(reader: InputSheet, settings: Settings) -> str:
    """Return the columns that say who agreed and are not asked about; empty: none, or a config has the mapping."""
    if settings.mapping_given:
        return ""
    rows, known = reader.sample(), dict(settings.input.where)
    return listed(one.header for one in _open(reader.sheet.header, rows) if one.header not in known)


def consent_answers(
    asked: Sequence[Consent], among: str, ask: Callable[[str], str], before: ConsentBefore = NOTHING_BEFORE
) -> Where:
    """Return the headers with the answers that make a row count, as the person says; none: all rows count."""
    found = ((one.header, _values(one, among, ask, before)) for one in asked)
    return [(header, values) for header, values in found if values]


def _open(header: Sequence[str], rows: Sequence[Row]) -> Iterator[Consent]:
    """Yield the columns of which some rows do not say yes."""
    for one in consents(columns_of(header, [row.cells for row in rows], "")):
        if header.count(one.header) == 1 and not one.all_agreed:
            yield one


def _values(one: Consent, among: str, ask: Callable[[str], str], before: ConsentBefore) -> tuple[str, ...]:
    """Return the answers that make a row count; none: all rows count."""
    what = "does not want messages" if one.refuses else "agreed to get messages"
    said = f"{quoted(plain(one.header))} seems to say who {what}"
    if not one.likely:
        return _chosen(one, said, ask, before)
    told = ", ".join(f"{_shown(text)} {count:,}" for text, count in one.counts.most_common())
    rows = sum(one.counts[text] for text in one.likely)
    only = " or ".join(map(_shown, one.likely))
    known, as_before = before.of(one)
    is_all = known == ()
    enter = f"Enter: {'all rows' if is_all else f'only the {rows:,} with {only}'}"
    enter += as_before if known in ((), one.likely) else ""
    choice = "[y/N]" if is_all else "[Y/n]"
    question = f"{said}: {told}.\n{_WHY} {enter}.\nImport only the {rows:,} of {among} with {only}? {choice}"
    return one.likely if says_yes(ask, question, default=not is_all) else ()


def _chosen(one: Consent, said: str, ask: Callable[[str], str], before: ConsentBefore) -> tuple[str, ...]:
    """Return the answers that the person says mean yes, where their words do not tell.

    Raises:
        InputError: None of them does.

    """
    answers = [*one.answers, *([""] if one.counts[""] else [])]
    lines = [f"  {number} {_shown(text)} ({counted(one.counts[text])})" for number, text in enumerate(answers, 1)]
    known, as_before = before.of(one)
    default = ""
    if known is not None and set(known) <= set(answers):
        default = ",".join(str(answers.index(text) + 1) for text in known) or "all"
    enter = f"all, or no for none of them; Enter: {default}{as_before}" if default else "all; Enter: none of them"
    which = f"Which of these may get messages? Numbers such as 1,2, or {enter}:"
    question = "\n".join([f"{said}:", *lines, which])
    while answer := ask(question).strip() or default:
        numbers = answer.replace(",", " ").split()
        if answer.casefold() == "all":
            return ()
        if all(text.isdecimal() and 0 < int(text) <= len(answers) for text in numbers):
            return tuple(answers[int(text) - 1] for text in numbers)
        if is_no(answer):
            break
        question = which
    raise DeclinedError("Nothing was sent.", "Whoever did not agree is left out, and that is all rows.")


def _shown(text: str) -> str:
    return quoted(plain(text)) if text else "no answer"
