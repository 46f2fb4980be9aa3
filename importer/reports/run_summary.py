"""What the reports for people say of a run: what became of its rows, what to do next, when and how it was."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePath

from importer.model.plain_text import plain
from importer.model.rows import FINAL, IN_CALLBELL, Sheet, Status
from importer.model.rows_not_kept import KeptRows
from importer.model.runs import CONSENT, LIST, NUMBERS_OF, WAITED, ProblemGroup, RunRecord
from importer.reports.account_words import make_first_steps
from importer.reports.answer_steps import answer_steps_of
from importer.reports.closing_text import degraded_texts, ended_after
from importer.reports.customers import customers_text
from importer.reports.left_out import kept_consent, left_out_line
from importer.reports.list_steps import carry_over, fix_list_too
from importer.reports.next_step import next_steps
from importer.reports.problem_groups import changes_text, for_information, is_problem, worth_a_look
from importer.reports.report_advice import give_again, run_steps
from importer.reports.report_options import NO_BACKGROUND, RunBackground
from importer.reports.run_commands import needs_told, take_back
from importer.reports.same_cause import all_alike
from importer.reports.status_meanings import MEANINGS, REHEARSED, meaning_of

_GUESSED = "guessed"
"""What the journal keeps of a guessed mapping among the options."""
_NOT_THERE = (Status.INVALID, Status.FAILED, Status.UNSENT)
_MINUTES_FROM_SECONDS, _HOURS_FROM_SECONDS = 240, 4 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What the reports for people say of a run."""

    record: RunRecord
    tally: Mapping[Status, int]
    problems: Sequence[ProblemGroup]
    """Of rows, most rows first."""
    warnings: Sequence[ProblemGroup] = ()
    """What is worth a look in rows that are right."""
    sheets: Sequence[Sheet] = ()
    """Of the run."""
    to_fix: Sequence[Path] = ()
    """The files in which rows can be fixed, to be given again."""
    background: RunBackground = NO_BACKGROUND
    early_cure: str = ""
    """What to do about the reason why the run ended early; may be empty."""
    not_updated: int = 0
    """Customers who are in Callbell as they were: their row is invalid, failed or was not sent."""
    kept: KeptRows = field(default_factory=KeptRows)
    """Which rows the journal has not any more."""

    @property
    def told_problems(self) -> list[ProblemGroup]:
        """The problems that somebody has to do something about."""
        return [group for group in self.problems if is_problem(group)]

    @property
    def groups(self) -> dict[str, Sequence[ProblemGroup]]:
        """Every group of rows by its kind, with what somebody has to do something about first."""
        return {
            "problem": self.told_problems,
            "worth a look": worth_a_look(self.problems, self.warnings),
            "for information": for_information(self.problems),
        }

    @property
    def title(self) -> str:
        """What was imported."""
        files = ", ".join(PurePath(file).name for file in self.record.files)
        return f"{'Rehearsal of the import' if self.record.is_rehearsal else 'Import'} of {plain(files)}"

    @property
    def notice(self) -> str:
        """What has to be known before all else: that nothing was sent; empty for a run that is no rehearsal."""
        return "This is a rehearsal in a sandbox: nothing was sent to Callbell." if self.record.is_rehearsal else ""

    def word(self, status: Status) -> str:
        """Return what a status is called: of a rehearsal what would be."""
        return REHEARSED[status][0] if self.record.is_rehearsal and status in REHEARSED else status.value

    @property
    def headline(self) -> str:
        """What is not as it should be with the run as a whole, and what became of the customers."""
        became = customers_text(
            self.record,
            self.tally,
            self.problems,
            not_updated=self.not_updated,
            leaves_existing=self.background.leaves_existing,
        )
        return " ".join([*degraded_texts(self.record), *filter(None, [became])])

    @property
    def left_out(self) -> str:
        """How many rows of the list are in no count, and why; empty: none."""
        return left_out_line(self.record.left_out, kept_consent(self.record.options.get(CONSENT)))

    @property
    def not_kept(self) -> str:
        """Which rows are only counted, and why; empty: all are there."""
        return " ".join(self.kept.lines())

    @property
    def steps(self) -> list[tuple[str, str]]:
        """What to do next: sentences, each with its command."""
        record, tally, problems = self.record, self.tally, self.told_problems
        if self.kept.forgotten_at and not problems and (lost := sum(tally.get(one, 0) for one in _NOT_THERE)):
            return [give_again(record, lost)]
        answers = answer_steps_of(record)
        told = [*answers, *next_steps(record, tally, problems, self.to_fix, self.background.country, self.early_cure)]
        told += fix_list_too(record, tally, self.sheets)
        carried = carry_over(record, tally, self.background)
        steps = run_steps(record, tally, problems, told, carried=carried, of_list=self.background.of_list)
        is_to_send = record.is_rehearsal and any(map(tally.get, IN_CALLBELL))
        is_to_send = is_to_send and not all_alike(tally, problems, record.options, record.files)
        if not is_to_send:
            return steps
        required = self.background.required
        return [*([needs_told(record)] if required is None else make_first_steps(required)), *steps]

    @property
    def counts(self) -> list[tuple[Status, int, str]]:
        """The statuses that rows have, how many have each, and what it means."""
        meanings = MEANINGS | (
            {status: told for status, (_, told) in REHEARSED.items()} if self.record.is_rehearsal else {}
        )
        return [
            (status, count, meaning_of(count, meanings[status]))
            for status in FINAL
            if (count := self.tally.get(status))
        ]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """When the run was, and what it sent."""
        record = self.record
        limit = f", of {record.rate_limit:g} allowed" if record.rate_limit else ""
        where = " to the sandbox" if record.is_rehearsal else ""
        back = "" if self.kept.forgotten_at else take_back(record, self.tally)
        return [
            ("Run", record.name),
            ("Started", _local(record.started_at)),
            (
                "Ended",
                f"{_local(record.finished_at)}, exit code {record.exit_code}" if record.finished_at else "not yet",
            ),
            ("Requests", f"{record.requests_sent:,} sent{where}, {record.requests_retried:,} of them again"),
            ("Requests per second", f"{_rate_text(record)}{limit}"),
            ("Blank rows", f"{record.blank:,}"),
            *([("To take it back", back)] if back else []),
            *([("Since earlier runs", changed)] if (changed := changes_text(record, self.told_problems)) else []),
        ]

    @property
    def ended(self) -> str:
        """Whether the run came to its end, and after how long."""
        return f"{ended_after(self.record.exit_code, self.record.seconds)}."

    @property
    def options(self) -> list[tuple[str, str]]:
        """The options that were used."""
        return [
            (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
            for name, value in sorted(self.record.options.items())
            if name not in (_GUESSED, CONSENT, LIST, NUMBERS_OF, WAITED)
        ]


def _rate_text(record: RunRecord) -> str:
    """Return how many requests a second had; of less than a second there is no average to be compared with a limit."""
    if 0 < record.requests_sent <= record.rate_achieved:
        return f"{record.requests_sent:,} within a second"
    return f"{record.rate_achieved:g} on average"


def _local(moment: datetime) -> str:
    """Return the time of day where the computer is."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M %Z}".strip()


def pace_points(record: RunRecord) -> tuple[str, list[tuple[float, float]]]:
    """Return the unit of time, and points of time and requests per second; none where they would make no line.

    The last interval, which is cut off, is left out.
    """
    seconds = record.pace_seconds * len(record.pace)
    unit, length = "seconds", 1.0
    if seconds > _HOURS_FROM_SECONDS:
        unit, length = "hours", 3600.0
    elif seconds > _MINUTES_FROM_SECONDS:
        unit, length = "minutes", 60.0
    whole = record.pace[:-1] or record.pace
    step = record.pace_seconds
    points = [((place + 0.5) * step / length, count / step) for place, count in enumerate(whole)]
    return unit, points if len(points) > 1 else []
