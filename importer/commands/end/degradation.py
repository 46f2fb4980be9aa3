"""Which runs are of the same import, and what is not as it should be with one as a whole: too few rows, another header.

A degraded run sends what is there: nothing is ever deleted for rows that are missing, and what a column that is gone
does not say any more changes nothing. Pure.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from importer.mapper.header import composed
from importer.mapper.messages import listed
from importer.model.own_names import OWN_COLUMNS, is_own_header
from importer.model.plain_text import counted, plain
from importer.model.runs import TOO_FEW_ROWS, Degradation, EarlierRuns

HEADER_CHANGED = "header_changed"
"""The codes."""
_HASH_BYTES = 16
_DATE = re.compile(
    r"""(?<!\d)(?:
        (?:19|20)\d{6}(?:\d{2}){0,3} | \d{4}(?:19|20)\d{2}      # 20261127, with a time of day or without; 27112026
        | \d{1,4}([-_.])\d{1,2}\1\d{1,4}                        # 2026-11-27, 27.11.26
        | 1\d{9}(?:\d{3})?                                      # seconds or milliseconds since 1970
    )(?!\d)(?:[-_.T]?\d{1,6})*""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSheet:
    """A sheet of this run."""

    file: str
    """As the person wrote it."""
    path: str
    """Absolute."""
    header: Sequence[str]
    used: frozenset[str]
    """The headers that feed a field."""
    named: frozenset[str] = frozenset()
    """Those of them that the config names: of these somebody knows."""

    @property
    def is_ours(self) -> bool:
        """Whether it is a file of our own making, with a few rows that were fixed."""
        return is_own_header(self.header)


def series_of(files: Sequence[str], sheet: str, config: str, *, is_ours: bool = False) -> str:
    """Return a hash that runs of the same import have in common, whatever the dates in their files' names.

    Args:
        files: Their paths or patterns, absolute, and addresses.
        sheet: The sheet that was asked for; empty: none was.
        config: The config's path, absolute; empty: there was none.
        is_ours: Whether one is a file of our own making: the date of its folder tells it from those of other runs.

    """
    names = {file if is_ours else undated(file) for file in files}
    made_of = json.dumps([sorted(names), sheet, config])
    return hashlib.blake2b(made_of.encode(), digest_size=_HASH_BYTES).hexdigest()


def undated(path: str) -> str:
    """Return a path with `#` for each date in it: `list-20261127.csv` is the same export as that of the day before."""
    return _DATE.sub("#", path)


def degradations(
    read: int, sheets: Sequence[ReadSheet], before: EarlierRuns, fewest: str, made_for: Sequence[str] = ()
) -> tuple[Degradation, ...]:
    """Return what is not as it should be with a run whose rows were all read.

    Args:
        read: How many they were, over all files.
        sheets: Of the run.
        before: The earlier runs of the same import.
        fewest: `N` rows, or `N%` of the median of the earlier runs; empty: any number will do.
        made_for: The header that the config was made for; empty: it is not known.

    """
    found = [_too_few_rows(read, before.rows_read, fewest), *_changed_headers(sheets, before, made_for)]
    return tuple(one for one in found if one)


def _too_few_rows(read: int, earlier: Sequence[int], fewest: str) -> Degradation | None:
    """Return that too few rows were read; a share of earlier runs means nothing without one."""
    if not fewest or (fewest.endswith("%") and not earlier):
        return None
    least, why, accept = float(fewest.removesuffix("%")), "", ""
    if fewest.endswith("%"):
        usual = _median(earlier)
        runs = "the run before had" if len(earlier) == 1 else f"the median of the {len(earlier)} runs before is"
        least, why = usual * least / 100, f" ({runs} {usual:,.0f})"
        accept = " If so few are right, give it once with --min-rows 0: later runs are compared with that one."
    if read >= least:
        return None
    only = f"Only {counted(read)}" if read else "No row"
    message = (
        f"{only} {'was' if read <= 1 else 'were'} read, and --min-rows {fewest} asks for at least {-(-least // 1):,.0f}"
        f"{why}. See whether the export is whole, and give the same command again; nothing is deleted for rows that are"
        f" missing.{accept}"
    )
    return Degradation(TOO_FEW_ROWS, message)


def _median(numbers: Sequence[int]) -> float:
    ordered, half = sorted(numbers), len(numbers) // 2
    return (ordered[half] + ordered[-half - 1]) / 2  # of an odd number, the same one twice


def _changed_headers(
    sheets: Sequence[ReadSheet], before: EarlierRuns, made_for: Sequence[str]
) -> Iterator[Degradation]:
    """Yield each header that lost a column since the last run, or has a new one that feeds a field.

    Another order, other letter case and new columns that nothing is done with are no matter; a column that is gone is,
    whatever it was for: the export is not the one that was set up. The next run has this header to compare with.
    One that was repaired, and is again as it is to be or as it was before the change, is as it should be.
    """
    known, repaired = (
        {undated(path): header for path, header in one} for one in (before.headers, before.headers_before)
    )
    for sheet in sheets:
        path = undated(sheet.path)
        if not (changes := _changes(known.get(path, ()), sheet)):
            continue
        if any(header and not _changes(header, sheet) for header in (made_for, repaired.get(path, ()))):
            continue
        message = (
            f"The header of {plain(sheet.file)} is not that of the last run ({'; '.join(changes)}). See whether the"
            " export is as it should be; what it does not say any more changes nothing in Callbell."
        )
        yield Degradation(HEADER_CHANGED, message)


def _changes(header: Sequence[str], sheet: ReadSheet) -> list[str]:
    """Return what matters of how a sheet's header differs from another; nothing where that is not known.

    A column that the config names is not new, and what was in its place before has another name now.
    """
    if not header:
        return []
    there, now = _by_name(header), _by_name(sheet.header)
    followed = {name for name in now if name not in there and now[name] in sheet.named}
    in_place = {_key(before) for before, name in zip(header, sheet.header, strict=False) if _key(name) in followed}
    gone = [there[name] for name in there if name not in now and name not in in_place]
    new = [now[name] for name in now if name not in {*there, *followed} and (gone or now[name] in sheet.used)]
    return [f"{word}: {listed(names)}" for word, names in (("gone", gone), ("new", new)) if names]


def _by_name(header: Sequence[str]) -> dict[str, str]:
    """Return the columns that have a name by that name, as headers are compared."""
    named = {_key(name): name for name in header if composed(name)}
    return {name: shown for name, shown in named.items() if name not in OWN_COLUMNS}


def _key(name: str) -> str:
    return composed(name).casefold()
