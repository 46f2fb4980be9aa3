"""What is told of the sheets of a run: each text once, and not again what the last run of the same files told."""

import contextlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import islice
from operator import itemgetter

from importer.commands.account.connection import MappedSheet
from importer.commands.context import CommandContext
from importer.commands.input.own_file import is_own, list_file, was_read
from importer.commands.mapping_selection import kept_columns, notes_of, tell_guess
from importer.commands.setup import rehearsals_journal
from importer.journal import Journal
from importer.mapper.column_mapping import ColumnMapping
from importer.mapper.options import ColumnOptions, MappingOptions
from importer.model.errors import StorageError
from importer.model.plain_text import plain
from importer.model.rows import Sheet
from importer.model.runs import RunRecord
from importer.settings import Settings

_GUESSED = re.compile(r'with "(?P<word>[^"]+)"\. If "[^"]+" is right, say --encoding')
"""In the note on a text file's encoding (`readers.text.legacy_codecs`): the word as it was read."""
_OF_ROWS = ("not sent", "left out", "[input.where]")
"""In notes about rows that do not get to Callbell, or should not: somebody may have to act on them each time."""


@dataclass(frozen=True, slots=True)
class ToldBefore:
    """What the last run of the same files told, or its rehearsal."""

    sheets: Sequence[Sheet] = ()
    """With their notes."""
    guessed: Sequence[Mapping[str, object]] = ()
    """Field to column of each sheet; empty: they were not guessed."""

    def has_note(self, index: int, sheet: Sheet, note: str) -> bool:
        """Tell whether the note was told of the sheet, and nobody has to see it again."""
        is_told = self._is_of(index, sheet) and note in map(plain, self.sheets[index].notes)
        return is_told and not any(words in note for words in _OF_ROWS)

    def has_guess(self, index: int, sheet: Sheet, columns: ColumnOptions) -> bool:
        """Tell whether the same columns were guessed from the same header."""
        if not self._is_of(index, sheet) or index >= len(self.guessed) or self.sheets[index].header != sheet.header:
            return False
        as_kept = json.loads(json.dumps(kept_columns(columns)))
        return bool(self.guessed[index] == as_kept)

    def _is_of(self, index: int, sheet: Sheet) -> bool:
        """Tell whether it is the same sheet of a workbook that was read."""
        return index < len(self.sheets) and self.sheets[index].name == sheet.name


class SheetNotes:
    """Tells what a person should know of the sheets of a run; with `--verbose` also what was told before.

    Args:
        context: Of the command.
        journal: Of the run.
        record: The run, which has not begun.

    """

    def __init__(self, context: CommandContext, journal: Journal, record: RunRecord) -> None:
        self._context = context
        self._journal = journal
        self._record = record
        self._told: set[str] = set()

    def tell(self, index: int, sheet: Sheet, notes: Sequence[str]) -> None:
        """Tell the notes that were not told of the sheet yet; more is known when all rows were read."""
        for note in map(plain, notes):
            text = plain(f"{sheet.file}: {note}")
            if text not in self._told:
                self._told.add(text)
                if not (self._before.has_note(index, sheet, note) or self._is_sure(sheet, note)):
                    self._context.tell(text)

    def tell_guess(self, index: int, sheet: Sheet, options: MappingOptions, mapping: ColumnMapping) -> None:
        """Show a guessed mapping, unless the last run told that the same columns were guessed."""
        if not self.was_guessed(index, sheet, options.columns):
            tell_guess(self._context, sheet, options, mapping, list_file(self._record, sheet.file))

    def was_guessed(self, index: int, sheet: Sheet, columns: ColumnOptions) -> bool:
        """Tell whether the last run told that the same columns were guessed."""
        return self._before.has_guess(index, sheet, columns)

    def _is_sure(self, sheet: Sheet, note: str) -> bool:
        """Tell whether a guess of the encoding is right: the run that wrote this file of ours had read the word."""
        found = _GUESSED.search(note)
        if found is None or self._context.settings.run.verbose or not is_own([sheet]):
            return False
        return was_read(self._journal, self._record.files, found["word"])

    @cached_property
    def _before(self) -> ToldBefore:
        return (
            ToldBefore()
            if self._context.settings.run.verbose
            else told_before(self._context.settings, self._journal, self._record.files)
        )


def sheet_to_keep(mapped: MappedSheet) -> Sheet:
    """Return the sheet with all notes on it, for the journal: the next run does not tell them again."""
    sheet = mapped.reader.sheet
    return replace(sheet, notes=tuple(dict.fromkeys(notes_of(sheet, mapped.options, mapped.mapping, mapped.notes))))


def told_before(settings: Settings, journal: Journal, files: Sequence[str]) -> ToldBefore:
    """Return what the last finished run of the files told, or their rehearsal if that came later.

    Args:
        settings: Which tell the rehearsals' journal.
        journal: Of the run.
        files: As a run's record has them.

    """
    told = [*_told_in(journal, files)]
    with contextlib.suppress(StorageError), rehearsals_journal(settings) as rehearsals:
        told += _told_in(rehearsals, files) if rehearsals else []
    return max(told, key=itemgetter(0), default=(None, ToldBefore()))[1]


def _told_in(journal: Journal, files: Sequence[str]) -> Iterator[tuple[datetime, ToldBefore]]:
    """Yield what the last finished run of the files in a journal told, after when that was; nothing without one."""
    for run in islice((one for one, _ in journal.runs() if _is_told(one, files)), 1):
        guessed = run.options.get("guessed")
        sheets = journal.report_source(run.name).sheets()
        yield run.started_at, ToldBefore(sheets, guessed if isinstance(guessed, list) else ())


def _is_told(run: RunRecord, files: Sequence[str]) -> bool:
    is_of_these = run.command == "run" and run.files == tuple(files)  # a retry tells no notes
    return run.is_whole and is_of_these and not run.options.get("quiet")
