"""The countries that numbers without a country code were from in earlier runs, and where that was said."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from importer.commands.input.check_record import CHECK
from importer.commands.input.own_file import writer_of
from importer.journal import Journal
from importer.mapper.phones.countries import country_of
from importer.model.addresses import scheme_of
from importer.model.deletion import Fate
from importer.model.runs import NUMBERS_OF, RunRecord

_OF_SHEET, _OF_FILE, _OF_FOLDER, _OF_OTHERS = 8.0, 6.0, 4.0, 2.0
"""How much a country that was named before speaks for itself, as `guess_country` takes it."""
_LAST_RUNS = 5
"""How many runs of other files count."""


class EarlierCountry(NamedTuple):
    """A country that numbers without a country code were from before."""

    weight: float
    """How much that speaks for it."""
    where: str
    """Such as `the last run`."""

    @property
    def is_of_file(self) -> bool:
        """Whether a run of these very files named it."""
        return self.weight >= _OF_FILE


def is_same_sheet(name: str, other: str) -> bool:
    """Tell whether two names mean one sheet, as the option --sheet takes them."""
    return name.strip().casefold() == other.strip().casefold()


def sheet_of(options: Mapping[str, object]) -> str:
    """Return the sheet that was named; empty: none was."""
    return str(options.get("sheet") or "")


def where_of(run: RunRecord | None) -> str:
    """Return in words which run it was, if it is the last one of its files."""
    return "the rehearsal" if run is not None and run.is_rehearsal else "the last run"


def country_in(run: RunRecord) -> str:
    """Return the region of the run's numbers, as an option, a person or the config said it; empty: none did."""
    return country_of(str(run.options.get("country") or run.options.get(NUMBERS_OF) or ""))


def runs_in(journal: Journal) -> list[RunRecord]:
    """Return the journal's runs, newest first; one that was undone names no country: it was probably the wrong one."""
    undone = {name for name in journal.undone_runs() if _is_undone_whole(journal, name)}
    return [_without_country(one) if one.name in undone else one for one, _ in journal.runs()]


def _is_undone_whole(journal: Journal, name: str) -> bool:
    fates = journal.undo_of(name).tally()
    return not (fates[Fate.UNSENT] or fates[Fate.FAILED])


def _without_country(run: RunRecord) -> RunRecord:
    kept = {name: value for name, value in run.options.items() if name not in ("country", NUMBERS_OF)}
    return replace(run, options=kept)


def countries_of(usable: Sequence[RunRecord], files: tuple[str, ...], sheet: str) -> dict[str, EarlierCountry]:
    """Return the countries that runs named, the nearest first: of what is nearest only the newest run counts."""
    named = sorted(filter(country_in, usable), key=lambda one: one.started_at, reverse=True)
    folders = _folders(files)
    of_file = [one for one in named if one.files == files]
    of_sheet = [one for one in of_file if is_same_sheet(sheet_of(one.options), sheet)]
    of_folder = [one for one in named if folders & _folders(one.files)]
    found: dict[str, EarlierCountry] = {}
    for run in of_sheet[:1]:
        found.setdefault(country_in(run), EarlierCountry(_OF_SHEET, where_of(run)))
    for run in of_file[:1]:
        kind = "rehearsal" if run.is_rehearsal else "run"
        found.setdefault(country_in(run), EarlierCountry(_OF_FILE, f"the last {kind} of this file"))
    for run in of_folder[:1]:
        found.setdefault(country_in(run), EarlierCountry(_OF_FOLDER, "the last run of a file in this folder"))
    for place, run in enumerate(named[:_LAST_RUNS]):
        where = "an earlier run" if place else "the last run"
        found.setdefault(country_in(run), EarlierCountry(_OF_OTHERS, where))
    return found


def run_with_country(
    runs: Sequence[RunRecord], files: tuple[str, ...], of_list: Sequence[str] = ()
) -> RunRecord | None:
    """Return the run whose country the numbers of files probably have still; None: no run of them had one.

    It is the run that wrote them, if they are of our own making; if that had none, the last one of their list or of
    themselves. Where another journal has the run that wrote them, this one tells nothing of their list.

    Args:
        runs: Newest first.
        files: That are read now.
        of_list: The files of the list that their rows are of; none: they are no files of our own making.

    """
    writer = writer_of(files, runs) if of_list else None
    if writer and country_in(writer):
        return writer
    of_them = {files, tuple(of_list)} if writer else {files}
    same = (one for one in runs if one.is_whole and one.files in of_them and country_in(one))
    return max(same, key=lambda one: one.started_at, default=None)


def written_with(runs: Sequence[RunRecord], files: tuple[str, ...], of_list: Sequence[str]) -> tuple[str, str]:
    """Return the region with which the rows of a file such as failed.xlsx were read, and where that was said.

    Empty: the files are not of our own making, or no country was said. The arguments are those of `run_with_country`.
    """
    run = run_with_country(runs, files, of_list) if of_list else None
    if run is None:
        return "", ""
    if run is writer_of(files, runs):
        return country_in(run), f"the {kind_of(run)} that wrote {'this file' if len(files) == 1 else 'these files'}"
    return country_in(run), "the last run of this file" if run.files == files else "the last run of its list"


def kind_of(run: RunRecord) -> str:
    """Return what is said of a run, which may be a check."""
    return "check" if run.command == CHECK else "run"


def _folders(files: Sequence[str]) -> set[str]:
    return {str(Path(one).parent) for one in files if not scheme_of(one)}
