"""The text at the end of a run: what became of the rows, what was wrong with them, and what to do next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from importer.model.plain_text import counted, duration, plain
from importer.model.rows import FINAL, Sheet, Status
from importer.model.runs import CONSENT, ProblemGroup, RunRecord
from importer.reports.account_words import make_first_text
from importer.reports.answer_steps import answer_steps_of
from importer.reports.customers import customers_text, wrong_groups
from importer.reports.left_out import kept_consent, left_out_text
from importer.reports.list_steps import carry_over, fix_list_too
from importer.reports.next_step import FINISHED, next_step
from importer.reports.problem_groups import ShownGroups, changes_text, groups_text, worth_a_look
from importer.reports.report_options import NO_BACKGROUND, Reports, RunBackground
from importer.reports.run_commands import after_rehearsal, take_back, with_config, with_journal, write_again
from importer.reports.same_cause import alike_text, all_alike, step_text
from importer.reports.screen import fitting_text
from importer.reports.status_meanings import FORETOLD, MEANINGS, REHEARSED, meaning_of
from importer.system import shell

END_OF_REHEARSAL = "This was a rehearsal: nothing was sent to Callbell."
_FULL = ((10, 10), (5, 5), (4, 4), (3, 3), (2, 2), (2, 1))
_BRIEF, _OF_ONE = ((8, 2), (5, 1), (3, 0), (2, 0)), ((1, 1), (1, 0))
_COUNTED = (0, 0)
"""Groups of problems, and of what is worth a look, that are tried on a screen, the last where no other fits: several
kinds with a line each, or the one there is with its sentence."""
_LINES, _OTHER_LINES = 24, 4
"""Of a terminal, and those of them that the command and the prompt take."""
_WIDTH = 9
"""Of the longest status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a run ended, for its closing text."""

    record: RunRecord
    """With its exit code and when it ended."""
    tally: Mapping[Status, int]
    """How many rows have each status."""
    problems: Sequence[ProblemGroup]
    """Most rows first; what is none is left out."""
    reports: Reports | None
    """None for a dry run, which writes none."""
    early_end: tuple[str, str] = ("", "")
    """Why the run ended early, in a sentence, and what to do about it, which belongs to the next step; empty: it did
    not."""
    warnings: Sequence[ProblemGroup] = ()
    """What is worth a look in rows that are right."""
    notes: Sequence[str] = ()
    """Paragraphs about what was not seen in the account, and what to write into the config."""
    sheets: Sequence[Sheet] = ()
    """Of the rows, for the names of cells."""
    line_width: int = 0
    """Of the terminal, on which the text is to fit with few lines; 0: it is none."""
    line_count: int = 0
    """Of the terminal; 0: not known, and it is taken for one of 24 lines."""
    background: RunBackground = NO_BACKGROUND
    not_updated: int = 0
    """Customers who are in Callbell as they were: their row is invalid, failed or was not sent."""


def closing_text(ending: Ending) -> str:
    """Return the closing text, without a line break at its end; it ends with the counts and the next step."""
    if ending.reports is None:
        return _text(ending, None)  # there is no report that has the others
    if not ending.line_width:
        return _text(ending, _FULL[0])
    is_brief = len(wrong_groups(ending.record, ending.problems)) > 1
    less = [_text(ending, most, is_brief=is_brief) for most in (_BRIEF if is_brief else _OF_ONE)]
    texts = [*(_text(ending, most) for most in _FULL), *less, _text(ending, _COUNTED)]
    return fitting_text(texts, ending.line_width, max(_LINES, ending.line_count), _OTHER_LINES)


def _text(ending: Ending, most: tuple[int, int] | None, *, is_brief: bool = False) -> str:
    """Return the closing text with at most so many groups of problems, and of what is worth a look; None: with all.

    Where it is brief, each of them has one line.
    """
    most_problems, most_look = most or (None, None)
    more_in = ending.reports.with_problems if ending.reports else ""
    record, tally, is_dry = ending.record, ending.tally, ending.reports is None
    wrong = wrong_groups(record, ending.problems)
    look = worth_a_look(ending.problems, ending.warnings)
    alike = all_alike(tally, wrong, record.options, record.files)
    customers = customers_text(
        record,
        tally,
        ending.problems,
        not_updated=ending.not_updated,
        leaves_existing=ending.background.leaves_existing,
        is_dry=is_dry,
    )
    says_new = bool(record.compared_with)
    shown = partial(ShownGroups, more_in=more_in, is_brief=is_brief)
    found = groups_text("Problems:", wrong, shown(most_problems), ending.sheets, says_new=says_new)
    parts = [
        *degraded_texts(record),
        ending.early_end[0],
        _head(ending, dry=is_dry),
        *(_note(note, ending) if alike else note for note in ending.notes),
        found if not alike else "" if ending.early_end[0] else alike_text(alike, sum(tally.values())),
        groups_text("Worth a look:", look, shown(most_look), ending.sheets),
        "\n".join(filter(None, [_reports(ending.reports), _take_back(ending)])),
        "\n".join(filter(None, [customers, changes_text(record, ending.problems)])),
        _counts(record, tally, is_dry=is_dry),
        "" if alike or record.is_rehearsal else make_first_text(ending.background.required),
        "\n".join(filter(None, [_next_step(ending, wrong), "" if alike else _carry_over(ending)])),
        _rehearsal_end(ending, can_be_sent=not alike and any(tally.values())) if record.is_rehearsal else "",
    ]
    text = "\n\n".join(part for part in parts if part)
    return with_config(with_journal(text, record.options), record.options)


def degraded_texts(record: RunRecord) -> list[str]:
    """Return what is not as it should be with the run as a whole, a paragraph each."""
    return [f"DEGRADED: {plain(one.message)} ({one.code})" for one in record.degraded]


def _next_step(ending: Ending, wrong: Sequence[ProblemGroup]) -> str:
    reports = ending.reports
    if reports and reports.unwritten:
        return write_again(ending.record)
    failed = reports.failed if reports else None
    record, tally = ending.record, ending.tally
    answers = map(step_text, answer_steps_of(record))
    step = next_step(record, tally, wrong, failed, ending.background.country, ending.early_end[1])
    too = fix_list_too(record, tally, ending.sheets) if reports else []
    return "\n".join([*answers, *filter(None, [step]), *map(step_text, too)])


def _carry_over(ending: Ending) -> str:
    if ending.reports is None or ending.reports.unwritten:
        return ""
    step = carry_over(ending.record, ending.tally, ending.background)
    return step_text(step) if step else ""


def _take_back(ending: Ending) -> str:
    """Return how all of it is taken back; empty where nothing was changed in Callbell."""
    command = take_back(ending.record, ending.tally) if ending.reports else ""
    return f"To take it back: {command}" if command else ""


def _note(note: str, ending: Ending) -> str:
    """Return a note without the option that the next step names too."""
    country = ending.background.country
    is_same = country and note.endswith(f"--country {country}.")
    return note.partition("\n")[0] if is_same else note


def _counts(record: RunRecord, tally: Mapping[Status, int], *, is_dry: bool) -> str:
    words: dict[Status, tuple[str, str]] = {status: (status.value, MEANINGS[status]) for status in FINAL}
    words |= (REHEARSED if record.is_rehearsal else {}) | (FORETOLD if is_dry else {})
    width = max(len(words[status][0]) for status in FINAL if tally.get(status)) if any(tally.values()) else 0
    return count_lines([(tally.get(status, 0), *words[status]) for status in FINAL], width=max(width, _WIDTH))


def _head(ending: Ending, *, dry: bool) -> str:
    record, tally = ending.record, ending.tally
    ended = ended_after(record.exit_code, record.seconds)
    blank = f", {counted(record.blank, 'blank row')} skipped" if record.blank else ""
    left_out = left_out_text(record.left_out, kept_consent(record.options.get(CONSENT)))
    rehearsed = " Rehearsal in a sandbox." if record.is_rehearsal else ""
    where = " Dry run: nothing was sent or saved." if dry else rehearsed
    return f"{ended}: {counted(sum(tally.values()))} read{blank}{left_out}.{where}"


def ended_after(exit_code: int | None, seconds: float | None) -> str:
    """Return whether it came to its end, and after how long, such as `Finished after 2 h 5 min`."""
    ended = "Finished" if exit_code in FINISHED else "Ended early"
    return ended if seconds is None else f"{ended} after {duration(seconds)}"


def _reports(reports: Reports | None) -> str:
    if reports is not None and reports.unwritten:
        return f"The reports are not whole: {plain(reports.unwritten)}"
    return "" if reports is None else f"Reports in {shell.short_path(reports.folder)}:\n  " + ", ".join(reports.names)


def _rehearsal_end(ending: Ending, *, can_be_sent: bool) -> str:
    """Return the last lines of a rehearsal."""
    steps = after_rehearsal(ending.record, ending.background.of_list) if can_be_sent else []
    first = make_first_text(ending.background.required) if can_be_sent else ""
    lines = [first, *("\n  ".join(filter(None, step)) for step in steps), END_OF_REHEARSAL]
    return "\n".join(filter(None, lines))


def count_lines(counts: Sequence[tuple[int, str, str]], width: int) -> str:
    """Return a line for each count, word and meaning, in columns; counts of 0 are left out.

    Args:
        counts: Such as `(3, "created", "now in Callbell")`.
        width: Of the longest word.

    """
    shown = [(f"{count:,}", word, meaning_of(count, meaning)) for count, word, meaning in counts if count]
    widest = max((len(count) for count, *_ in shown), default=0)
    return "\n".join(f"  {count:>{widest}} {word:<{width}}  {meaning}".rstrip() for count, word, meaning in shown)
