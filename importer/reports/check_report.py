"""The result of `check`, as text or JSON: what was read, every problem with what to do, and what would be sent."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from importer.model.errors import InputError, error_json
from importer.model.plain_text import counted, plain
from importer.model.rows import Sheet, Status
from importer.model.runs import ProblemGroup, RunRecord
from importer.reports.account_words import required_text
from importer.reports.answer_steps import answer_steps_of
from importer.reports.closing_text import degraded_texts
from importer.reports.left_out import left_out_text
from importer.reports.next_step import to_do
from importer.reports.problem_groups import ShownGroups, changes_text, groups_text
from importer.reports.results import changes_json, degraded_json, groups_json, json_text, run_json
from importer.reports.rows_apart import recreate, without_forgotten
from importer.reports.run_commands import command_line, with_config
from importer.reports.same_cause import alike_text, all_alike, cure, step_text
from importer.reports.status_meanings import FORETOLD, meaning_of
from importer.system.shell import short_path

WHOLE_FILE = "check.txt"
"""What a file with the whole text is called, where a screen has no room for it."""
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_NOT_SENT = {
    Status.INVALID: "with a problem",
    Status.DUPLICATE: "with the same identifier as an earlier row",
    Status.UNCHANGED: "sent, or found in Callbell, by an earlier run",
    Status.EXISTS: "sent, or found in Callbell, by an earlier run with other values, and not changed",
}
_NOT_ASKED = {**_NOT_SENT, Status.FAILED: "found deleted in Callbell by an earlier run"}

_FORETOLD = {Status.CREATED: "would be created", Status.UPDATED: "are in Callbell, and would be changed"}
_ASKED = {status: FORETOLD[status][1] for status in (Status.EXISTS, Status.FAILED, Status.IN_DOUBT)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSheet:
    """A sheet and what was found in it."""

    sheet: Sheet
    rows: int
    blank: int
    mapping: tuple[str, ...]
    """Lines that say which column feeds which field."""
    notes: tuple[str, ...] = ()
    left_out: int = 0
    """Rows that do not count, by `[input.where]` or an answer on who agreed."""
    consent: tuple[tuple[str, Sequence[str]], ...] = ()
    """Headers, each with the values that count by that answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """All that `check` found."""

    record: RunRecord
    """With its end and its exit code."""
    sheets: tuple[CheckedSheet, ...]
    tally: Counter[Status]
    """How many rows have each status; where nothing is foretold, `pending` would be sent."""
    conflicts: int = 0
    """Rows in conflict, which are among those that exist or would be updated."""
    foretold: tuple[str, ...] = ()
    """Paragraphs on what a run would do; empty where the account could not be asked."""
    problems: tuple[ProblemGroup, ...]
    """Of the rows that are refused."""
    warnings: tuple[ProblemGroup, ...]
    """What to check in rows that are valid."""
    not_checked: tuple[str, ...]
    """Sentences about what could not be checked."""
    required: tuple[str, ...]
    """What must be in the account, a line for each kind; empty where the account was asked."""
    to_fix: tuple[Path, ...]
    """Files with the rows that have a problem."""
    country: str = ""
    """That the numbers fit, where they do not say their country; empty: it is not known."""
    broken: InputError | None = None
    """Why a file could not be read to its end; None: all were."""

    @property
    def forgotten(self) -> int:
        """How many rows are of people who were forgotten: no file of rows to fix has them."""
        return to_do(self.tally, self.problems).forgotten

    @property
    def would_be_sent(self) -> int:
        """How many rows would be sent."""
        return sum(self.tally[status] for status in (Status.PENDING, Status.CREATED, Status.UPDATED))


class ShownPart(NamedTuple):
    """How much of the text is shown where a screen has no room for all of it."""

    problems: int | None
    """Groups of problems; None: all."""
    warnings: int | None
    """Groups of what is worth a look; None: all."""
    columns: int | None
    """Lines on the columns of a sheet; None: all."""
    is_brief: bool = False
    """Whether each group has one line, without its sentence."""


_ALL = ShownPart(problems=None, warnings=None, columns=None)


def checked_text(checked: Checked, evidence: str = "", part: ShownPart = _ALL) -> str:
    """Return the text for the terminal, counts and what to do last, without a line break at its end.

    Args:
        checked: What was found.
        evidence: Of the country of numbers that do not say it.
        part: How much of it is shown; if that is not all, the rest is in a file.

    """
    sheets, record = [one.sheet for one in checked.sheets], checked.record
    parts = [
        *((f"{checked.broken.message} {checked.broken.hint}", "Up to there:") if checked.broken else ()),
        *degraded_texts(record),
        *(_sheet(one, part.columns) for one in checked.sheets),
        _problems(checked, sheets, part),
        _worth_a_look(checked, sheets, part),
        "\n  ".join(["Not checked:", *checked.not_checked]) if checked.not_checked else "",
        required_text(checked.required),
        f"All of it: {short_path(Path(record.report_dir, WHOLE_FILE))}" if part != _ALL else "",
        *checked.foretold,
        changes_text(record, checked.problems),
        "\n".join(_rows(checked)),
        evidence,
        "\n".join(_next(checked)),
    ]
    return with_config("\n\n".join(text for text in parts if text), record.options)


def checked_json(checked: Checked) -> str:
    """Return the same as the text of a JSON file."""
    found = run_json(checked.record) | {
        "sheets": list(map(_sheet_json, checked.sheets)),
        "rows": {
            "read": sum(checked.tally.values()),
            "blank": checked.record.blank,
            "left_out": checked.record.left_out,
            "would_be_sent": checked.would_be_sent,
            **{status.value: checked.tally[status] for status in (*_NOT_SENT, Status.FAILED, Status.IN_DOUBT)},
            "would_be_created": checked.tally[Status.CREATED] if checked.foretold else None,
            "would_be_updated": checked.tally[Status.UPDATED] if checked.foretold else None,
            "in_conflict": checked.conflicts,
        },
        "problems": groups_json(checked.problems),
        "changes": changes_json(checked.record, checked.problems),
        "degraded": degraded_json(checked.record),
        "warnings": groups_json(checked.warnings),
        "not_checked": checked.not_checked,
        "required": checked.required,
        "reports": {"problems": [str(path) for path in checked.to_fix]},
        "error": error_json(checked.record.exit_code, checked.broken),
    }
    return json_text(found)


def _sheet(one: CheckedSheet, most_columns: int | None) -> str:
    sheet = one.sheet
    name = f', sheet "{plain(sheet.name)}"' if sheet.name else ""
    blank = f" and {counted(one.blank, 'blank row')}" if one.blank else ""
    header = f"header in row {sheet.header_row}" if sheet.header_row else "no header"
    columns = f"{header}, {counted(len(sheet.header), 'column')}"
    encoding = f", encoding {sheet.encoding}" if sheet.encoding else ""
    delimiter = f", delimiter {_DELIMITERS.get(sheet.delimiter, sheet.delimiter)}" if sheet.delimiter else ""
    left_out = left_out_text(one.left_out, one.consent)
    facts = f"  {counted(one.rows)}{blank}{left_out}, {columns}{encoding}{delimiter}"
    notes = [f"  {plain(note)}" for note in one.notes]
    lines = list(one.mapping)
    if most_columns is not None and len(lines) > most_columns + 1:  # a line that says of one line takes as much
        left = f"and {len(lines) - most_columns} lines more on the columns"
        said = left if most_columns else "which columns are sent, and as what"
        lines = [*lines[:most_columns], f"  {said}: see {WHOLE_FILE}"]
    return "\n".join([f"{plain(sheet.file)}{name}:", facts, *notes, *lines])


def _sheet_json(one: CheckedSheet) -> dict[str, object]:
    sheet = one.sheet
    return {
        "file": sheet.file,
        "sheet": sheet.name,
        **{key: getattr(sheet, key) for key in ("header", "header_row", "encoding", "delimiter")},
        "rows": one.rows,
        "blank": one.blank,
        "left_out": one.left_out,
        "mapping": [" ".join(line.split()) for line in one.mapping],
        "notes": one.notes,
    }


def _alike(checked: Checked) -> ProblemGroup | None:
    return all_alike(checked.tally, checked.problems, checked.record.options, checked.record.files)


def _problems(checked: Checked, sheets: Sequence[Sheet], part: ShownPart) -> str:
    if alike := _alike(checked):
        return alike_text(alike, sum(checked.tally.values()))
    shown = ShownGroups(part.problems, WHOLE_FILE, part.is_brief)
    return groups_text("Problems:", checked.problems, shown, sheets, says_new=bool(checked.record.compared_with))


def _worth_a_look(checked: Checked, sheets: Sequence[Sheet], part: ShownPart) -> str:
    return groups_text("Worth a look:", checked.warnings, ShownGroups(part.warnings, WHOLE_FILE, part.is_brief), sheets)


def _rows(checked: Checked) -> Iterator[str]:
    yield f"{checked.would_be_sent:,} of {counted(sum(checked.tally.values()))} would be sent. Nothing was sent now."
    meanings = {**_FORETOLD, **_NOT_SENT, **_ASKED} if checked.foretold else _NOT_ASKED
    for status, meaning in meanings.items():
        if count := checked.tally[status] - (checked.forgotten if status is Status.INVALID else 0):
            yield f"  {count:,} {meaning_of(count, meaning)}"
    if forgotten := checked.forgotten:
        yield f"  {forgotten:,} of {'a person who was' if forgotten == 1 else 'people who were'} forgotten"
    if checked.conflicts:
        yield f"  {checked.conflicts:,} of these in conflict: the sheet changed a field, and Callbell has another value"


def _next(checked: Checked) -> Iterator[str]:
    """Yield what to do next, with the exact commands."""
    options = checked.record.options
    yield from map(step_text, answer_steps_of(checked.record))
    if alike := _alike(checked):
        record = checked.record
        yield step_text(cure(alike, record.command, record.files, record.options, checked.country))
    elif checked.to_fix:
        left = to_do(checked.tally, checked.problems)
        again = command_line("run", checked.record.files, {**options, "gone": "recreate"}, same_files=True)
        yield from map(step_text, recreate(left.gone, again))
        if left.by_person == left.gone:
            return
        names = " and ".join(path.name for path in checked.to_fix)
        where = f"The rows with a problem are in {names}, the wrong cells named in the last column."
        yield f"{where} Fix them there or in your own file, and check again:"
        yield f"  {command_line('check', checked.to_fix, options)}"
        yield from map(step_text, without_forgotten(checked.forgotten))
    elif checked.forgotten:
        yield from map(step_text, without_forgotten(checked.forgotten))
    elif checked.would_be_sent and not checked.record.exit_code:
        yield "Send them with:"
        yield f"  {command_line('run', checked.record.files, options, same_files=True)}"
