"""What a person answered before about the same files: in a run, or in a rehearsal, which has a journal of its own."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from importer.commands.input.check_record import CHECK
from importer.commands.input.input_sheet import ConsentAnswer
from importer.commands.input.own_file import (
    OriginalList,
    as_option,
    is_own,
    list_of,
    with_checks,
    writer_of,
    writers_of,
)
from importer.commands.journal_path import journal_of
from importer.commands.questions.earlier_countries import (
    EarlierCountry,
    countries_of,
    country_in,
    is_same_sheet,
    run_with_country,
    runs_in,
    sheet_of,
    where_of,
    written_with,
)
from importer.commands.questions.run_answers import (
    columns_for,
    columns_in,
    consent_for,
    consent_in,
    guessed_in,
    has_columns,
    header_row_in,
    was_asked_consent,
    without_guesses_consent,
)
from importer.commands.setup import is_there, rehearsals_journal
from importer.journal import Journal
from importer.model.addresses import scheme_of
from importer.model.errors import StorageError
from importer.model.rows import Sheet
from importer.model.runs import RunRecord
from importer.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierAnswers:
    """Answers that are shown as evidence, or are the default of a question that is asked again."""

    countries: Mapping[str, EarlierCountry] = field(default_factory=dict)
    """By region: of these very files, of the same folder, or of the last runs, whatever they read."""
    rehearsed: str = ""
    """The region that was named in a rehearsal of these very files; empty: there was none."""
    written_with: tuple[str, str] = ("", "")
    """Of a file of our own making, such as failed.xlsx: with which region its rows were read, and where that was said.
    """
    columns: Sequence[Mapping[str, str]] = ()
    """Field to column, for each of the files in their order."""
    where: str = "the last run"
    """Where the columns were chosen."""
    consent: Sequence[Mapping[str, ConsentAnswer]] = ()
    """Header to what was answered about who agreed, for each of the files in their order."""
    consent_where: str = "the last run"
    """Where that was answered."""
    mappings: Sequence[Mapping[str, object]] = ()
    """Of files of our own making: field to column, as the run that wrote them had it, for each of them."""
    of_list: Mapping[str, object] = field(default_factory=dict)
    """Of files of our own making: which list they are of, as the options of their run have it."""
    header_row: int | None = None
    """The header's row as it was said for these very files; None: it was not."""

    @property
    def country_weights(self) -> dict[str, float]:
        """How much the countries that were named speak for themselves, as `guess_country` takes it."""
        return {region: one.weight for region, one in self.countries.items()}

    def column(self, sheet: int, field: str) -> str:
        """Return the column that fed the field of the sheet; empty: it is not known, or there were several."""
        return self.columns[sheet].get(field, "") if sheet < len(self.columns) else ""

    def fits(self, header: Sequence[str]) -> bool:
        """Tell whether a header has the columns that were read under one before; if none are known, any may be it."""
        return not self.columns or any(has_columns(header, one.values()) for one in self.columns)


NO_ANSWERS = EarlierAnswers()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsBefore:
    """The runs that tell what was answered before; of those that were declined or cut off nothing counts."""

    runs: Sequence[RunRecord] = ()
    """Of the journal, newest first, and the rehearsals of the same files."""
    files: Sequence[str] = ()
    """That are read now, as a run's record has them."""
    wrote: Sequence[RunRecord] = ()
    """Rehearsals and checks that wrote them, or what those read, and rehearsals of their list, if they are our own."""

    @property
    def sheet(self) -> str:
        """The sheet of these very files that was named last; empty: none was."""
        return next(filter(None, self._sheets()), "")

    def other_sheet(self, name: str) -> str:
        """Return the sheet that was named for the last run of these very files, if it is another one; else nothing."""
        last = next(self._sheets(), "")
        return "" if is_same_sheet(last, name) else last

    def with_country(self, sheets: Sequence[Sheet]) -> RunRecord | None:
        """Return the run whose country the numbers of these files probably have still; None: no run of them had one.

        Args:
            sheets: That were read.

        """
        runs, of_list = self._with_list(sheets)
        return run_with_country(runs, tuple(self.files), of_list.files if of_list else ())

    def _sheets(self) -> Iterator[str]:
        """Yield the sheet that was named for each run of these very files, the last first; empty: none was."""
        same = [one for one in self.runs if one.files == tuple(self.files) and one.is_whole]
        yield from (sheet_of(one.options) for one in sorted(same, key=lambda one: one.started_at, reverse=True))

    def answers(self, options: Mapping[str, object], sheets: Sequence[Sheet] = ()) -> EarlierAnswers:
        """Return what was answered before.

        Args:
            options: Of this run, which name the sheet: of another one nothing is known but the country.
            sheets: That are read, which tell whether the files are of our own making; none: they are not open yet.

        """
        found = earlier_answers(self.runs, self.files, sheet_of(options))
        (runs, of_list), files = self._with_list(sheets), tuple(self.files)
        if of_list is None:
            return found
        found = replace(found, written_with=written_with(runs, files, of_list.files), of_list=as_option(of_list))
        if (writer := writer_of(files, runs)) is None:  # another journal has it, maybe with another country
            near = {region: one for region, one in found.countries.items() if one.is_of_file}
            return replace(found, countries=near)
        found = replace(found, mappings=columns_for(guessed_in(writer), sheets))
        return found if found.consent else _with_consent_of_list(found, runs, files, of_list, sheets)

    def _with_list(self, sheets: Sequence[Sheet]) -> tuple[Sequence[RunRecord], OriginalList | None]:
        """Return the runs that tell of the sheets, and the list that their rows are of.

        None: the sheets are not of our own making, or no run is known to have written them.
        """
        if not is_own(sheets):
            return self.runs, None
        runs = [*self.runs, *self.wrote]
        return runs, list_of(self.files, runs)


def earlier_answers(runs: Sequence[RunRecord], files: Sequence[str] = (), sheet: str = "") -> EarlierAnswers:
    """Return what was answered before; of runs that were declined or cut off nothing counts.

    Args:
        runs: Of the journal, newest first, and the rehearsals of the same files.
        files: That are read now, as a run's record has them.
        sheet: The sheet that was named for them; empty: none was.

    """
    usable = [one for one in runs if one.is_whole]
    of_sheet = [one for one in runs if one.files == tuple(files) and is_same_sheet(sheet_of(one.options), sheet)]
    same = [one for one in of_sheet if one.is_whole]
    newest = max(same, key=lambda one: one.started_at, default=None)
    is_rehearsed = newest is not None and newest.is_rehearsal
    # A run that was cut off tells who agreed all the same: nobody else is to get messages.
    answered = (one for one in of_sheet if was_asked_consent(one) and not one.is_declined)
    asked = max(answered, key=lambda one: one.started_at, default=None)
    return EarlierAnswers(
        countries=countries_of(usable, tuple(files), sheet),
        rehearsed=country_in(newest) if newest and is_rehearsed else "",
        where=where_of(newest),
        columns=columns_in(newest) if newest else (),
        consent=consent_in(asked) if asked else (),
        consent_where=where_of(asked),
        header_row=header_row_in(newest) if newest else None,
    )


def _with_consent_of_list(
    found: EarlierAnswers,
    runs: Sequence[RunRecord],
    files: Sequence[str],
    of_list: OriginalList,
    sheets: Sequence[Sheet],
) -> EarlierAnswers:
    """Return the answers with what was said about who agreed when the list of the files was read.

    The run that wrote them counts, or the one before it that wrote what that run read; else the last one of the list.
    """
    for place, run in enumerate(writers_of(files, runs)):
        if run.command != CHECK and was_asked_consent(run):  # what a check took from before is no answer of its own
            these = "this file" if len(files) == 1 else "these files"
            where = "an earlier run of these rows" if place else f"the run that wrote {these}"
            return replace(found, consent=consent_for(consent_in(run), sheets), consent_where=where)
    last = earlier_answers(runs, of_list.files, sheet_of(of_list.options)).consent
    # Nobody had left out rows of these files: also one that has no such column any more has them.
    return replace(found, consent=consent_for(last, sheets, in_all=True), consent_where="the last run of its list")


def earlier_runs(settings: Settings, journal: Journal, files: Sequence[str]) -> RunsBefore:
    """Return the runs of the journal and the rehearsals of the same files.

    Args:
        settings: Which tell the journal of the rehearsals.
        journal: Of this run.
        files: That are read now, as a run's record has them.

    """
    before = _runs_before(runs_in(journal), settings, files)
    if not settings.mapping_given:
        return before
    return replace(before, runs=without_guesses_consent(before.runs), wrote=without_guesses_consent(before.wrote))


def _runs_before(runs: Sequence[RunRecord], settings: Settings, files: Sequence[str]) -> RunsBefore:
    rehearsals = _rehearsals(settings)
    same = [one for one in rehearsals if one.files == tuple(files)]
    known = with_checks(files, [*rehearsals, *runs])
    wrote = [one for one in writers_of(files, known) if one not in runs]
    found = list_of(files, known)
    of_list = (one for one in rehearsals if found and one.files == found.files and one not in wrote)
    return RunsBefore(runs=[*runs, *same], files=files, wrote=[*wrote, *of_list])


def _rehearsals(settings: Settings) -> list[RunRecord]:
    """Return the rehearsals, which another journal has than the run's own; none if it cannot be read."""
    with contextlib.suppress(StorageError), rehearsals_journal(settings) as journal:
        return runs_in(journal) if journal else []
    return []


def runs_about(settings: Settings, file: str) -> RunsBefore:
    """Return the runs that tell of a file, for a command that opens no journal of its own.

    Args:
        settings: Which tell the journal; where it is missing or cannot be read, nothing is known.
        file: As the person wrote it.

    """
    files = (file if scheme_of(file) else str(Path(file).absolute()),)
    return _runs_before(_own_runs(settings), settings, files)


def _own_runs(settings: Settings) -> list[RunRecord]:
    """Return the runs of the journal, newest first; none if it is missing or cannot be read."""
    with contextlib.suppress(StorageError):
        if is_there(path := journal_of(settings)):
            with contextlib.closing(Journal.open(path)) as journal:
                return runs_in(journal)
    return []
