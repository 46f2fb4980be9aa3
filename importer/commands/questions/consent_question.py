"""Whether only those are imported who agreed to be written to, where a column says who did.

Enter is what is safe: whoever did not say yes is left out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from importer.commands.input.input_sheet import ConsentAnswer, InputSheet, Where
from importer.commands.mapping_selection import guess_of
from importer.commands.questions.consent_before import (
    TakenAnswer,
    by_header,
    config_of,
    missing_columns,
    require_some,
    shown,
    taken_answers,
    without_columns,
)
from importer.mapper.consent import Consent, consents
from importer.mapper.header_guess import columns_of, meaning
from importer.mapper.mapping_guess import Guess
from importer.mapper.messages import quoted
from importer.model.answers import is_no, says_yes
from importer.model.errors import DeclinedError
from importer.model.plain_text import counted, plain
from importer.model.rows import Row
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
    options: Mapping[str, object] = MappingProxyType({}),
) -> list[TakenAnswer]:
    """Ask whether only rows of those who agreed count, and have the sheet leave the others out.

    Args:
        reader: The sheet, with which the answers are left (`InputSheet.consent`).
        settings: With the rows that the config lets count; it says all of the columns that it names there.
        ask: Asks the person; None: only what was answered before is taken.
        known: Header to what was answered before; if the column says something new, it is asked about again.
        options: That the command was given, for the commands that it tells.

    Returns:
        What was taken from before.

    Raises:
        InputError: The file cannot be read, the person wants none of it sent, or nobody knows who was left out before.

    """
    guessed, header, config = guess_of(reader, settings), reader.sheet.header, config_of(settings, options)
    if not (known or any(map(_asks_who_agreed, header))):  # so many rows need not be looked at
        return []
    rows, given = list(reader.look_ahead(_MOST_ROWS)), by_header(header, dict(settings.input.where))
    known = {name: answer for name, answer in by_header(header, known).items() if name not in given}
    found = [one for one in open_columns(header, rows, known) if one.header not in given]
    before = [*taken_answers(header, rows, known, {one.header for one in found}, config, is_asked=ask is not None)]
    asked = [one for one in found if ask and all(one.header != taken.header for taken in before)]
    # A column that is asked about for the first time may be the one that is gone.
    gone = missing_columns(header, known, settings) if all(one.header in known for one in asked) else {}
    without_columns(reader, gone, ask, options, config)
    require_some(before, reader, options)
    if asked or before:
        reader.answered = guessed and _without_notes(guessed, [one for one in found if ask or one.header in known])
        _leave_out(reader, before, dict(_answers_now(reader, len(rows), asked, ask)), gone)
    return [one for one in before if one.is_open or one.new]


def _asks_who_agreed(name: str) -> bool:
    return meaning(name).has("consent", "refusal")


def _answers_now(
    reader: InputSheet, rows: int, asked: Sequence[Consent], ask: Callable[[str], str] | None
) -> Iterator[tuple[str, ConsentAnswer]]:
    """Ask about columns, and yield the answers with what the columns say now."""
    if ask is not None:
        among = counted(rows) if reader.is_read else f"the first {counted(rows)}"
        now = dict(consent_answers(asked, among, ask))
        yield from ((one.header, ConsentAnswer(now.get(one.header, ()), tuple(one.counts))) for one in asked)


def _leave_out(
    reader: InputSheet,
    before: Sequence[TakenAnswer],
    now: Mapping[str, ConsentAnswer],
    gone: Mapping[str, ConsentAnswer],
) -> None:
    """Have the sheet leave out who did not agree, and leave the answers with it.

    An answer from before is kept as it was given, so that a person is asked about what is new.
    """
    reader.was_asked_consent = bool(now)
    kept = {**{one.header: one.answer for one in before}, **now}
    reader.consent = {**gone, **kept}
    new = [one.new_values(reader.sheet.header.index(one.header)) for one in before if one.answer.only]
    reader.require([(name, one.only) for name, one in kept.items() if one.only], new)


def _without_notes(guessed: Guess, answered: Sequence[Consent]) -> Guess:
    """Return the guess without the notes on columns that were answered about."""
    told = {one.note for one in answered}
    return replace(guessed, notes=tuple(note for note in guessed.notes if note not in told))


def _is_known(one: Consent, known: Mapping[str, ConsentAnswer]) -> bool:
    return one.header in known and known[one.header].holds_for(one.counts)


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
    asked = list(open_columns(header, rows))
    among = counted(len(rows)) if is_whole else f"the first {counted(len(rows))}"
    return asked, consent_answers(asked, among, ask, before)


def consent_answers(
    asked: Sequence[Consent], among: str, ask: Callable[[str], str], before: ConsentBefore = NOTHING_BEFORE
) -> Where:
    """Return the headers with the answers that make a row count, as the person says; none: all rows count."""
    found = ((one.header, _values(one, among, ask, before)) for one in asked)
    return [(header, values) for header, values in found if values]


def open_columns(
    header: Sequence[str], rows: Sequence[Row], known: Mapping[str, ConsentAnswer] = MappingProxyType({})
) -> Iterator[Consent]:
    """Yield the columns of which some rows do not say yes, or say it in a word that would be left out unasked."""
    for one in consents(columns_of(header, [row.cells for row in rows], "")):
        before = known.get(one.header)
        is_new = before is not None and before.only and before.unanswered(one.counts)
        if header.count(one.header) == 1 and (is_new or not one.all_agreed):
            yield one


def _values(one: Consent, among: str, ask: Callable[[str], str], before: ConsentBefore) -> tuple[str, ...]:
    """Return the answers that make a row count; none: all rows count."""
    what = "does not want messages" if one.refuses else "agreed to get messages"
    said = f"{quoted(plain(one.header))} seems to say who {what}"
    if not one.likely:
        return _chosen(one, said, ask, before)
    told = ", ".join(f"{shown(text)} {count:,}" for text, count in one.counts.most_common())
    rows = sum(one.counts[text] for text in one.likely)
    only = " or ".join(map(shown, one.likely))
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
    lines = [f"  {number} {shown(text)} ({counted(one.counts[text])})" for number, text in enumerate(answers, 1)]
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
