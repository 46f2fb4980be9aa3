"""What the journal keeps of a person's answers to a run, and which of them hold for the files that this run wrote."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TypeVar

from importer.commands.input.input_sheet import ConsentAnswer
from importer.mapper.header import IN_BRACES, texts_of
from importer.model.rows import Sheet
from importer.model.runs import CONSENT, RunRecord

_Kept = TypeVar("_Kept")
_OF_SEVERAL = re.compile(r"[a-z]+-([1-9][0-9]*)-")
"""How files are called that are of one of several sheets, such as `failed-2-clientes.csv`."""


def header_row_in(run: RunRecord) -> int | None:
    """Return the header's row as it was said; None: it was not."""
    row = run.options.get("header_row")
    return row if isinstance(row, int) else None


def consent_in(run: RunRecord) -> list[Mapping[str, ConsentAnswer]]:
    """Return what was answered about who agreed, for each of the run's sheets; nothing: nobody was asked.

    What a config let count is kept too, as if nothing had been seen, and is no answer.
    """
    kept = run.options.get(CONSENT)
    return [
        {header: ConsentAnswer(tuple(one["only"]), tuple(one["seen"])) for header, one in sheet.items() if one["seen"]}
        for sheet in (kept if isinstance(kept, list) else [])
    ]


def was_asked_consent(run: RunRecord) -> bool:
    """Tell whether a person was asked."""
    return any(consent_in(run))


def without_guesses_consent(runs: Iterable[RunRecord]) -> list[RunRecord]:
    """Return the runs as a run sees them whose config has the mapping: others were not asked about that config.

    What `init` was answered since, that all rows count, leaves no trace in a config.
    """
    return [
        replace(one, options={name: kept for name, kept in one.options.items() if name != CONSENT})
        if "guessed" in one.options
        else one
        for one in runs
    ]


def guessed_in(run: RunRecord) -> list[Mapping[str, object]]:
    """Return field to what fed it, for each of the run's sheets; nothing: a config had the mapping."""
    kept = run.options.get("guessed")
    return kept if isinstance(kept, list) else []


def columns_in(run: RunRecord) -> list[Mapping[str, str]]:
    """Return the columns that the run guessed or was told, for each of its sheets; of a field with several none."""
    return [
        {field: texts[0] for field, value in one.items() if len(texts := texts_of(_texts(value))) == 1}
        for one in guessed_in(run)
    ]


def consent_for(
    kept: Sequence[Mapping[str, ConsentAnswer]], sheets: Sequence[Sheet], *, in_all: bool = False
) -> list[Mapping[str, ConsentAnswer]]:
    """Return which of a run's answers about who agreed hold for each sheet that it wrote.

    Args:
        kept: For each sheet of the run.
        sheets: That were written.
        in_all: Whether they hold for a sheet without their columns too.

    """
    return [
        _of_sheet(kept, sheet, lambda one, header: in_all or any(name in header for name in one)) for sheet in sheets
    ]


def columns_for(kept: Sequence[Mapping[str, object]], sheets: Sequence[Sheet]) -> list[Mapping[str, object]]:
    """Return which of a run's columns feed the fields of each sheet that it wrote; nothing: one of them is missing."""
    return [_of_sheet(kept, sheet, lambda one, header: has_columns(header, _names(one))) for sheet in sheets]


def has_columns(header: Sequence[str], columns: Iterable[str]) -> bool:
    """Tell whether a header has all of the columns; one may be put together of several, as `{First} {Last}`."""
    return all(part in header for one in columns for part in IN_BRACES.findall(one) or [one])


def _of_sheet(
    kept: Sequence[Mapping[str, _Kept]],
    sheet: Sheet,
    fits: Callable[[Mapping[str, _Kept], Sequence[str]], bool],
) -> Mapping[str, _Kept]:
    """Return what is kept of the sheet that a file's rows are of; nothing: it is not known, or does not fit.

    The name of a file tells which it is of several; else all that fit have to say the same.
    """
    if named := _OF_SEVERAL.match(PurePath(sheet.file).name):
        kept = kept[int(named[1]) - 1 : int(named[1])]
    fitting = [one for one in kept if one and fits(one, sheet.header)]
    return fitting[0] if fitting and all(one == fitting[0] for one in fitting) else {}


def _names(columns: Mapping[str, object]) -> list[str]:
    return [text for value in columns.values() for text in texts_of(_texts(value))]


def _texts(value: object) -> str | tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else str(value)
