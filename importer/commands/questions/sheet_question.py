"""Which sheet of a workbook is meant, where several have rows: each is shown with what it holds, and Enter takes one.

The likeliest is the one with the most different phone numbers, and of two alike the one in which each stands once.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

from importer.commands.context import CommandContext
from importer.commands.input.fetch import InputFile
from importer.commands.questions.country_question import phone_cells
from importer.commands.questions.earlier_countries import is_same_sheet
from importer.mapper.mapping_guess import guess
from importer.model.errors import InputError, OtherHeaderError, SeveralSheetsError
from importer.model.plain_text import counted, plain, shortened
from importer.model.protocols import Reader
from importer.model.rows import Row
from importer.readers.options import InputOptions
from importer.settings import Settings
from importer.system.shell import short_path

_MOST_SHEETS = 15
"""That are looked into and shown: the question is to be seen as a whole."""
_MOST_ROWS = 50_000
_SAMPLE_ROWS = 1_000
_LARGE_BYTES = 1_000_000
"""It takes some seconds to look into a larger workbook."""
_FEWEST_DIGITS = 7
_LONGEST_NAME, _LONGEST_LINE = 24, 79


@dataclass(frozen=True, slots=True, kw_only=True)
class _SheetLook:
    """What is seen of a sheet before it is chosen."""

    name: str
    rows: int = 0
    """Under the header; more than are counted: one more than those."""
    header: Sequence[str] = ()
    numbers: int = 0
    """Different phone numbers in them."""

    @property
    def counted(self) -> str:
        """The number of rows, for a person; empty where there is no table."""
        if not self.header:
            return ""
        return f"over {counted(_MOST_ROWS)}" if self.rows > _MOST_ROWS else counted(self.rows)


def sheet_meant(
    context: CommandContext, file: InputFile, error: SeveralSheetsError, command: str, said_before: str
) -> str:
    """Return the sheet that the person says, or said before; `check` takes the likeliest one, and asks nothing.

    Args:
        context: With how the file is to be read, and how to ask.
        file: The workbook.
        error: With the sheets that could be meant.
        command: Such as `run`; `init` asks though it was said before.
        said_before: The sheet that a person named before; empty: nobody did.

    Raises:
        InputError: The input ended without an answer.

    """
    known = next((name for name in error.sheets if is_same_sheet(name, said_before)), "") if said_before else ""
    if known and command != "init":
        _tell(context, file, f"sheet {_quoted(known)} is read, as you said before")
        return known
    if Path(file.path).stat().st_size > _LARGE_BYTES:
        context.tell(f"Looking into the sheets of {plain(Path(file.name).name)} ...")
    looks = [_look(context.settings, file, name) for name in error.sheets[:_MOST_SHEETS]]
    likeliest = max(looks, key=lambda one: (one.numbers, -one.rows if one.numbers else one.rows))
    if command == "check" or context.asker is None:
        of_all = f"of its {len(error.sheets)} sheets with rows {_quoted(likeliest.name)} is read"
        _tell(context, file, f"{of_all}, which looks like the customers' ({likeliest.counted})")
        return likeliest.name
    return _asked(context.asker, file, error.sheets, looks, known or likeliest.name, is_known=bool(known))


def _tell(context: CommandContext, file: InputFile, text: str) -> None:
    context.tell(plain(f"{short_path(file.name)}: {text}. Another: --sheet NAME"))


def _asked(
    ask: Callable[[str], str],
    file: InputFile,
    names: Sequence[str],
    looks: Sequence[_SheetLook],
    proposed: str,
    *,
    is_known: bool,
) -> str:
    """Return the sheet that the person chooses, by its number or its name; by Enter the proposed one."""
    more = len(names) - len(looks)
    lines = [f"{plain(Path(file.name).name)} has {len(names)} sheets with rows. Which one is to be imported?"]
    lines += _lines(looks)
    lines += [f"  and {counted(more, 'sheet')} more, which can be named"] if more else []
    number = f"{names.index(proposed) + 1}" if proposed in names[: len(looks)] else plain(proposed)
    end = f"Its number; Enter: {number}{', as before' if is_known else ''}"
    question = "\n".join([*lines, end])
    while answer := ask(question).strip():
        if (chosen := _named(answer, names)) is not None:
            return chosen
        question = f"There is no sheet {_quoted(answer)}.\n{end}"
    return proposed


def _named(answer: str, names: Sequence[str]) -> str | None:
    """Return the sheet of this number, which is what is asked for, else of this name; None: there is none."""
    if answer.isdecimal() and 0 < int(answer) <= len(names):
        return names[int(answer) - 1]
    return next((name for name in names if is_same_sheet(name, answer)), None)


def _lines(looks: Sequence[_SheetLook]) -> Iterator[str]:
    """Yield a line for each sheet: its number, its name, how many rows it has, and its first headers."""
    names = [shortened(plain(one.name), _LONGEST_NAME) for one in looks]
    wide, wide_count = max(map(len, names)), max(len(one.counted) for one in looks)
    for number, (name, one) in enumerate(zip(names, looks, strict=True), 1):
        line = f"  {number:>{len(str(len(looks)))}} {name:<{wide}}  {one.counted:>{wide_count}}  "
        headers = ", ".join(map(plain, filter(None, one.header))) or "no table"
        yield line + shortened(headers, _LONGEST_LINE - len(line))


def _look(settings: Settings, file: InputFile, name: str) -> _SheetLook:
    """Return what a sheet holds; of one that cannot be read, its name alone."""
    try:
        with closing(_opened(file, replace(settings.input, sheet=name))) as reader:
            rows = list(islice(chain.from_iterable(reader.chunks()), _MOST_ROWS + 1))
            header = reader.sheet.header
    except InputError:
        return _SheetLook(name=name)
    return _SheetLook(name=name, rows=len(rows), header=header, numbers=_numbers(settings, header, rows))


def _opened(file: InputFile, options: InputOptions) -> Reader:
    try:
        return file.open(options)
    except OtherHeaderError as error:
        return file.open(replace(options, header_row=error.row))


def _numbers(settings: Settings, header: Sequence[str], rows: Sequence[Row]) -> int:
    """Return how many different phone numbers the rows have, in the column that is or probably is the one for them."""
    found, given = guess(header, rows[:_SAMPLE_ROWS], settings.mapping.contact.country), settings.mapping.columns
    columns = replace(found.columns, identifier=given.identifier or found.columns.identifier, country="")
    digits = ("".join(filter(str.isdecimal, cell)) for cell in phone_cells(columns, found.questions, header, rows))
    return len({text for text in digits if len(text) >= _FEWEST_DIGITS})


def _quoted(name: str) -> str:
    return f'"{plain(name)}"'
