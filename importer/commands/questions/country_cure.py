"""What to do about numbers that do not say their country: the country that they fit, for the end of a run or a check.

On a terminal `questions` asks for it beforehand; here is what is said where nobody was asked.
"""

import locale
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from importer.mapper.header_guess import folded
from importer.model.rows import Entry, InvalidRow, Sheet

_MOST_KEPT = 2_000


@dataclass(slots=True, kw_only=True)
class NumbersWithoutCountry:
    """Sees the rows of a run, and keeps the first numbers that were refused because they do not say their country."""

    count: int = 0
    _cells: list[str] = field(default_factory=list)

    def mapped(self, entries: Sequence[Entry]) -> None:
        """Take note of refused numbers."""
        for entry in entries:
            for problem in entry.mapped.problems if isinstance(entry.mapped, InvalidRow) else ():
                if problem.code == "phone_no_country":
                    self.count += 1
                    if len(self._cells) < _MOST_KEPT:
                        self._cells.append(problem.value)

    def recognised(self, row: int, identifier: str) -> None:
        """A row that is as it was when it was sent has a number that says its country."""

    def cure(self, sheets: Sequence[Sheet], environment: Mapping[str, str]) -> tuple[str, str]:
        """Return the country that makes the numbers right, and a sentence with the evidence; empty without one.

        Args:
            sheets: Whose headers tell a language.
            environment: The environment variables, which tell the machine's country.

        """
        if not self._cells:
            return "", ""
        from importer.mapper.phones.country_guess import guess_country  # noqa: PLC0415 - few runs need it

        found = guess_country(self._cells, words_of(sheets), country_here(environment))
        if found is None or not found.is_likely:
            return "", ""
        numbers = "numbers without a country code"
        what = f"{found.right:,} of {found.looked_at:,} {numbers} are right for {found.name}."
        if self.count > len(self._cells):
            what = f"Of the first {found.looked_at:,} {numbers}, {found.right:,} are right for {found.name}."
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
