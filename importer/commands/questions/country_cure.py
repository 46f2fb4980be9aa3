"""What to do about numbers that do not say their country: the country that they fit, for the end of a run or a check.

On a terminal `questions` asks for it beforehand; here is what is said where nobody was asked.
"""

import locale
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from importer.mapper.header_guess import folded
from importer.model.rows import Entry, InvalidRow, Row, Sheet

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
