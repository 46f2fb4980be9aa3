"""What was answered before about who agreed, taken again: whoever that left out stays left out, whatever is new.

A value that nobody answered about counts only where all rows do. Where the column is gone, nobody knows who that was.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, TypeVar

from importer.commands.input.input_sheet import ConsentAnswer, InputSheet
from importer.commands.input.new_values import NewValues
from importer.mapper.header import HeaderSearch
from importer.mapper.header_guess import columns_of
from importer.mapper.messages import where_line
from importer.model.answers import says_yes
from importer.model.errors import DeclinedError, InputError
from importer.model.phone_mask import unnumbered
from importer.model.plain_text import counted, plain
from importer.model.rows import Row
from importer.reports.run_commands import choose_columns, command_line
from importer.settings import Settings
from importer.system.shell import importer_command, short_path

_MOST_VALUES = 5
_Said = TypeVar("_Said")


class TakenAnswer(NamedTuple):
    """An answer from before that is taken again."""

    header: str
    """As the sheet has it."""
    answer: ConsentAnswer
    counts: Counter[str]
    """How many of the first rows have each value."""
    is_open: bool
    """Whether a run on a terminal asks about the column: it has few values, and some do not say yes."""
    config: str = ""
    """Of a config that has the mapping, and so may say which rows count; empty: there is none."""

    @property
    def text(self) -> str:
        """Which rows count, such as `Only "Sí" in Acepta`."""
        if not self.answer.only:
            return f"All rows, whatever {plain(self.header)} says"
        return f"Only {only_text(self.answer)} in {plain(self.header)}"

    def otherwise(self, files: Sequence[str], options: Mapping[str, object]) -> str:
        """Return how another answer is given."""
        if self.config:
            return f"to answer otherwise, {in_config(self.config, self.header)}"
        return f"to answer otherwise:\n  {choose_columns(files, options)}"

    @property
    def new(self) -> list[str]:
        """The values that are left out though nobody answered about them."""
        return self.answer.unanswered(self.counts) if self.answer.only else []

    def new_values(self, place: int) -> NewValues:
        """Return what counts the rows with a new value; `place` is the column's index."""
        asked, is_few = self.new if self.is_open else (), len(self.counts) <= _MOST_VALUES
        return self.answer.new_values(self.header, place, asked, is_shown=self.is_open or is_few)

    @property
    def has_rows(self) -> bool:
        """Whether any of the first rows counts."""
        return not self.answer.only or any(map(self.answer.is_counted, self.counts))

    def new_text(self) -> str:
        """Return the new values and how many rows have them; a log may get it."""
        values = [
            f"{shown(unnumbered(text))} ({counted(self.counts[text])})" for text in islice(self.new, _MOST_VALUES)
        ]
        others = self.new[_MOST_VALUES:]
        more = sum(self.counts[text] for text in others)
        return ", ".join([*values, *([f"{counted(len(others), 'other')} ({counted(more)})"] if others else [])])

    def left_out_line(self, files: Sequence[str], options: Mapping[str, object]) -> str:
        """Return which new values were left out and how they are answered about; empty: there is none.

        Args:
            files: Of the run, which a person gives again.
            options: That the command was given.

        """
        if not self.new:
            return ""
        told = f"New in {plain(self.header)}, and left out as nobody answered about it: {self.new_text()}."
        return f"{told}\n{self.how_to_answer(files, options)}"

    def how_to_answer(self, files: Sequence[str], options: Mapping[str, object]) -> str:
        """Return how a person says which of the new values count."""
        if self.is_open:
            return f"To answer, on a terminal:\n  {command_line('run', files, options, same_files=True)}"
        if self.config:
            return f"To say which count, {in_config(self.config, self.header)}"
        said = f"To say which count, write a config, and {where_line(self.header)} under its [input.where]:"
        return f"{said}\n  {choose_columns(files, options)}"


def config_of(settings: Settings, options: Mapping[str, object]) -> str:
    """Return the path of the config that has the mapping; empty: none has it."""
    return str(options.get("config") or "the config") if settings.mapping_given else ""


def in_config(config: str, header: str, only: Sequence[str] = ("...",)) -> str:
    """Return how a config says which rows count by a column."""
    return f"write under [input.where] of {short_path(config)}:\n  {where_line(header, only)}"


def by_header(header: Sequence[str], known: Mapping[str, _Said]) -> dict[str, _Said]:
    """Return what is known by the sheet's own headers, which may be written in other letters now."""
    search = HeaderSearch(header, ())
    places = {name: search.place(name, "") for name in known}
    return {name if (at := places[name]) is None else header[at]: answer for name, answer in known.items()}


def missing_columns(
    header: Sequence[str], known: Mapping[str, ConsentAnswer], settings: Settings
) -> dict[str, ConsentAnswer]:
    """Return the answers by which rows were left out, and that say nothing any more: their column is gone, or twice.

    A config settles it that says which rows count, or was made for a header without the column.
    """
    made_for = settings.mapping.made_for
    if settings.mapping_given and settings.input.where:
        return {}
    gone = {name: answer for name, answer in known.items() if answer.only and header.count(name) != 1}
    return {name: answer for name, answer in gone.items() if not made_for or name in made_for}


def taken_answers(
    header: Sequence[str],
    rows: Sequence[Row],
    known: Mapping[str, ConsentAnswer],
    is_open: Collection[str],
    config: str,
    *,
    is_asked: bool,
) -> Iterator[TakenAnswer]:
    """Yield the answers to columns that the sheet still has, but for those that a person is asked about again.

    Of a column that does not ask for consent any more, or in too many words, only those who did count still do.

    Args:
        header: Of the sheet.
        rows: Its first rows.
        known: Header to what was answered before, as `by_header` returns it.
        is_open: The headers of columns that a person can be asked about.
        config: As `config_of` returns it.
        is_asked: Whether a person is asked about new values.

    """
    for name, answer in known.items():
        if header.count(name) == 1 and (answer.only or name in is_open):
            (column,) = columns_of([name], [[row.cells[header.index(name)]] for row in rows], "")
            one = TakenAnswer(name, answer, Counter(column.cells), name in is_open, config)
            if not (is_asked and one.is_open and not answer.holds_for(one.counts)):
                yield one


def without_columns(
    reader: InputSheet,
    missing: Mapping[str, ConsentAnswer],
    ask: Callable[[str], str] | None,
    options: Mapping[str, object],
    config: str,
) -> None:
    """Have a person say that all rows count where a column is gone by which some were left out.

    The answer is for this run alone: later ones ask again, as the column may come back.

    Raises:
        InputError: They do not want that, or nobody can be asked.

    """
    file = plain(reader.sheet.file)
    for name, answer in missing.items():
        gone = f'{file} has no column "{plain(name)}" any more, or has it twice'
        before = f"only rows with {only_text(answer)} in it were imported before"
        if ask is None:
            hint, init = _settled_by(reader.sheet.file, options, config)
            raise InputError(f"{gone}: {before}.", f"{hint}\n  {init}", code="consent_unknown")
        if not says_yes(ask, f"{gone}:\n{before}. Import all rows now? [y/N]"):
            raise DeclinedError("Nothing was sent.", "Give the column its name back, and give the same command again.")


def _settled_by(file: str, options: Mapping[str, object], config: str) -> tuple[str, str]:
    """Return what is done about a column that is gone, and the command for it."""
    name_back = "Give the column its name back. Or write"
    if not config:
        return f"{name_back} a config, which says which rows count:", choose_columns([file], options)
    again = importer_command("init", short_path(file), options=[("config", short_path(config)), ("force", True)])
    return f"{name_back} [input.where] into {short_path(config)}; or, if all rows count, write it again:", again


def require_some(before: Sequence[TakenAnswer], reader: InputSheet, options: Mapping[str, object]) -> None:
    """Refuse a sheet of which no row counts any more, as its column says something else now.

    Raises:
        InputError: It is so.

    """
    for taken in before:
        if taken.new and not taken.has_rows and reader.is_read:
            file, only = plain(reader.sheet.file), only_text(taken.answer)
            message = (
                f"{file}: no row has {only} in {plain(taken.header)}, and only those were imported before;"
                f" nobody answered about {taken.new_text()}."
            )
            raise InputError(message, taken.how_to_answer([reader.sheet.file], options), code="consent_unknown")


def only_text(answer: ConsentAnswer) -> str:
    """Return the values that count, such as `"Sí" or no answer`."""
    return " or ".join(map(shown, answer.only))


def shown(text: str) -> str:
    """Return a value as a person reads it."""
    return f'"{plain(text)}"' if text else "no answer"
