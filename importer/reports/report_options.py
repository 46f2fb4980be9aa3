"""Which reports of a run are wanted, and where those are that were written."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from importer.model.runs import REPORT_KINDS, ProblemGroup, RunRecord

InputCells = Callable[[int], Iterator[tuple[int, tuple[str, ...]]]]
"""From a sheet's index to the number and the cells of its rows, read again; none if the input is another now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """Where a run's reports are."""

    folder: Path
    results: Path | None = None
    """results.csv; None: it was not wanted."""
    workbook: Path | None = None
    """results.xlsx."""
    page: Path | None = None
    """report.html."""
    failed: tuple[Path, ...]
    """The files with the rows to fix, in the order of the sheets; sheets without such rows have none."""
    summary: Path
    summary_json: str
    """The summary's text, which `--json` prints."""
    problems: Sequence[ProblemGroup]
    """Those of the summary: they take a walk through every row."""
    notes: Sequence[str] = ()
    """Which rows results.xlsx has not, as the input could not be read again."""
    left: Collection[str] = ()
    """Names of those that were there, and are left as they are."""
    unwritten: str = ""
    """Why they, or some of them, could not be written; empty: they were."""

    @property
    def names(self) -> list[str]:
        """The names of the files that were written."""
        paths = (self.page, self.workbook, self.results, *self.failed, self.summary)
        return [path.name for path in paths if path]

    @property
    def with_problems(self) -> str:
        """The name of the report in which a person finds every kind of problem."""
        return "the report" if self.unwritten else (self.page or self.workbook or self.summary).name


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierReports:
    """What a run's folder has already: of a run of which the journal has only some rows, it says more."""

    names: Collection[str] = ()
    """Files that stay as they are."""
    problems: Sequence[ProblemGroup] | None = None
    """The groups of problems, as the summary there has them; None: as the journal has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunBackground:
    """What is known about a run besides its record, as far as it changes what is to be done next."""

    leaves_existing: bool = False
    """Whether customers who were there already were to be left as they are (`--existing skip`)."""
    given_back: str = ""
    """The run that had changed them as the list says, and was undone; empty: there is none."""
    other_person: str = ""
    """Which rows have the number of another row of their list, by whose name; empty: none is known."""
    of_list: RunRecord | None = None
    """The rehearsal of the whole list, of which a rehearsal has the rows that were to be fixed; None: it has all."""
    country: str = ""
    """That the numbers fit, where they do not say their country; empty: it is not known."""
    required: Sequence[str] | None = ()
    """What the account must have, where it was not asked whether it has; None: that is not known any more."""


NO_BACKGROUND = RunBackground()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOptions:
    """Which reports are written, and how."""

    kinds: Collection[str] = REPORT_KINDS
    excel_delimiter: str = ""
    """What Excel takes for the delimiter of results.csv, which then has a byte order mark; empty: it is for programs.
    """
    input_cells: InputCells = lambda _: iter(())
    """Reads the input's cells again, for results.xlsx."""
    background: RunBackground = NO_BACKGROUND


FOR_PROGRAMS = ReportOptions(kinds=("csv",))
NO_REPORTS = EarlierReports()
