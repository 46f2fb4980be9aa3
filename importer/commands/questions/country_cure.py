"""What to do about numbers that do not say their country: the country that they fit, for the end of a run or a check.

On a terminal `questions` asks for it beforehand; here is what is said where nobody was asked.
"""

import locale
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from types import MappingProxyType

from importer.commands.context import CommandContext
from importer.journal import Journal
from importer.mapper.header_guess import folded
from importer.model.rows import Entry, InvalidRow, Row, Sheet
from importer.model.runs import RunRecord

_MOST_KEPT = 2_000


@dataclass(slots=True, kw_only=True)
class NumbersWithoutCountry:
    """Sees the rows of a run, and keeps the first numbers that were refused because they do not say their country."""

    count: int = 0
    _cells: list[str] = field(default_factory=list)
    _rows: list[Row] = field(default_factory=list)
    """Of these cells, as other cells may name a place."""

    def mapped(self, entries: Sequence[Entry]) -> None:
        """Take note of refused numbers."""
        for entry in entries:
            for problem in entry.mapped.problems if isinstance(entry.mapped, InvalidRow) else ():
                if problem.code == "phone_no_country":
                    self.count += 1
                    if len(self._cells) < _MOST_KEPT:
                        self._cells.append(problem.value)
                        self._rows.append(entry.row)

    def recognised(self, row: int, identifier: str) -> None:
        """A row that is as it was when it was sent has a number that says its country."""

    def cure_in(
        self, context: CommandContext, sheets: Sequence[Sheet], journal: Journal, files: Sequence[str]
    ) -> tuple[str, str]:
        """Return the same as `cure`, in view of the runs before.

        Args:
            context: Of the command.
            sheets: That were read.
            journal: With the runs before.
            files: That were read, as a run's record has them.

        """
        if not self._cells:
            return "", ""
        from importer.commands.questions.earlier_answers import earlier_runs  # noqa: PLC0415 - few runs need it

        before = earlier_runs(context.settings, journal, files)
        weights = before.answers(context.options, sheets).country_weights
        country, said = self.cure(sheets, context.environment, weights)
        return self._as_before(before.with_country(sheets), country, said, context.zone)

    def _as_before(self, run: RunRecord | None, country: str, said: str, zone: tzinfo | None) -> tuple[str, str]:
        """Return the country that an earlier run had, if enough numbers fit it still; else what the numbers tell."""
        if run is None:
            return country, said
        from importer.commands.questions.earlier_countries import country_in, kind_of  # noqa: PLC0415 - the same
        from importer.mapper.phones import count_right  # noqa: PLC0415
        from importer.mapper.phones.countries import country_name  # noqa: PLC0415

        region, count = country_in(run), len(self._cells)
        right = count_right(self._cells, region)
        what = "rehearsal" if run.is_rehearsal else kind_of(run)
        how = f"--country {region}" if run.options.get("country") else f"the country {region}"
        had = f"The {what} of {run.local(run.started_at, zone):%Y-%m-%d %H:%M} had {how}:"
        fits = f"{had} {right:,} of {count:,} numbers without a country code are right for {country_name(region)}."
        if 2 * right >= count:
            return region, f"{fits}\nIf they still are from there, give the same command with --country {region}."
        return country, "\n".join(filter(None, [fits, said]))

    def cure(
        self,
        sheets: Sequence[Sheet],
        environment: Mapping[str, str],
        earlier: Mapping[str, float] = MappingProxyType({}),
    ) -> tuple[str, str]:
        """Return the country that makes the numbers right, and a sentence with the evidence; empty without one.

        Where several are as likely, the sentence names them all, and no country is returned.

        Args:
            sheets: Whose headers tell a language.
            environment: The environment variables, which tell the machine's country.
            earlier: Region to how much earlier answers speak for it.

        """
        if not self._cells:
            return "", ""
        from importer.commands.questions.place_names import place_hints  # noqa: PLC0415 - few runs need it
        from importer.mapper.phones.country_guess import guess_country, people_of  # noqa: PLC0415

        told = Counter(place_hints(self._rows))
        told.update(earlier)
        found = guess_country(self._cells, words_of(sheets), country_here(environment), told)
        if found is None or not found.is_likely:
            return "", ""
        numbers = "numbers without a country code"
        what = f"{found.right:,} of {found.looked_at:,} {numbers} are right {found.for_which}."
        if self.count > len(self._cells):
            what = f"Of the first {found.looked_at:,} {numbers}, {found.right:,} are right {found.for_which}."
        cures = [f"--country {region} if they are {people_of(region)}" for region in found.countries]
        if len(cures) > 1:
            return "", f"{what}\nGive the same command with {', '.join(cures[:-1])}, or {cures[-1]}."
        return (
            found.country,
            f"{what}\nIf they are {found.of_people}, give the same command with --country {found.country}.",
        )


def words_of(sheets: Sequence[Sheet]) -> str:
    """Return the words of the sheets' headers and of the files' names, folded."""
    return " ".join(folded(text) for sheet in sheets for text in (*sheet.header, sheet.name, Path(sheet.file).stem))


def country_here(environment: Mapping[str, str]) -> str:
    """Return the machine's country, such as `ES` of es_ES.UTF-8; empty where it tells none."""
    from importer.mapper.phones.countries import country_of  # noqa: PLC0415 - the names of all countries

    named = next((environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), "")
    told = (named or locale.getlocale()[0] or "").partition(".")[0].partition("_")[2]
    return country_of(told) if told else ""
