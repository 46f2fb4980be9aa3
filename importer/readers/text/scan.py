"""Detect the delimiter, and validate quotes and column counts of a text before pandas parses it.

    text -> blocks of whole rows -> each row: its text, how many cells it has, what is wrong with its quotes

A quoted cell may have line breaks. But a quote that was typed and never closed looks like the beginning of one, up to
the next quote, which may be thousands of lines further on: pandas would swallow the lines between. So the quotes of a
cell must be exact (RFC 4180, as `csv.reader(strict=True)` has it), and the lines of a row must not look like rows
themselves. csv proves and counts only; the values are pandas' (`importer.readers.text.parse`).
"""

import contextlib
import csv
import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from importer.model.errors import InputError
from importer.model.rows import Sheet

LONGEST_ROW = 4 * 1024**2
"""Characters; a longer line is no row of a table."""

LONGEST_OPEN = 512 * 1024
"""Characters; a quote that is open for longer, over several lines, is a mistake."""

_FIRST_BLOCK, _BLOCK = 16_384, 131_072
"""Characters of the first block, for a quick first row, and of the largest: each is twice the one before.

The largest has some thousands of rows, so that what each call of pandas costs is little beside them.
"""

_SAMPLE_LINES, _LINES_OF_ROW = 1_000, 10
_LONGEST_DECLARATION = 64
_DECLARATION = re.compile(r'\ufeff?(?:"?sep=([^"\n])?"?\n)?', re.IGNORECASE)
_EXACT_QUOTES = re.compile(r'"((?:[^"]|"")*+)"')

csv.field_size_limit(2**31 - 1)  # csv's own limit is shorter than a long note; LONGEST_ROW is ours


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteFault:
    """Where the quotes of a row are wrong, and how."""

    code: str
    """`quote_unclosed`: a quote is opened and not closed; the lines after it are rows of their own.
    `quote_stray`: there is text after a closing quote. `lines_swallowed`: a quoted cell takes in lines like rows."""
    first_line: int
    """Counted as a text editor does, from 1."""
    last_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedRows:
    """Whole rows, in their order."""

    text: str
    """All of it."""
    rows: Sequence[str]
    """The text of each row, without its line end."""
    widths: Sequence[int]
    """How many cells each row has; 0 where its quotes are broken."""
    faults: Mapping[int, QuoteFault] = field(default_factory=lambda: MappingProxyType({}))
    """By the row's place in this block, from 0."""
    lacks_line_end: bool = False
    """Whether the file ends with the last row: it is whole only if it has all its cells."""


def find_delimiter(text: str, wanted: str, header_row: int) -> str:
    """Detect the delimiter: the wanted one, or the candidate with the most consistent column count.

    Args:
        text: The beginning of the file, its line ends as line feeds.
        wanted: `auto`, `tab`, or one character.
        header_row: What stands above it is not looked at.

    Raises:
        InputError: What is wanted cannot be a delimiter.

    """
    if wanted == "auto":
        declared, _ = after_declaration(text)
        if declared and declared.isascii():
            return declared
        evennesses = {each: evenness(sample_rows(text, each, header_row), header_row, each) for each in ",;\t|"}
        return max(evennesses, key=evennesses.__getitem__)
    delimiter = "\t" if wanted == "tab" else wanted
    if len(delimiter) != 1 or delimiter in '"\r\n\0' or not delimiter.isascii():  # pandas cuts at one byte only
        raise InputError(
            f"The delimiter must be one character without an accent, or the word tab, not {wanted!r}.",
            'Write for example delimiter = ";" under [input] in the config, or leave it out.',
        )
    return delimiter


def after_declaration(text: str) -> tuple[str, str]:
    """Return the delimiter that Excel's `sep=;` line names, if any, and the text after that line and the file's mark.

    Spreadsheet programs do not show either.
    """
    _, declared, rest = _DECLARATION.split(text, maxsplit=1)
    return declared or "", rest


def sample_rows(text: str, delimiter: str, header_row: int) -> ScannedRows:
    """Return the first rows of the sample, some hundreds from its header on; its last may be cut."""
    _, text = after_declaration(text)
    most = _LINES_OF_ROW * header_row + _SAMPLE_LINES
    lines = text.removesuffix("\n").split("\n", most)[:most]
    return _scanned("\n".join([*lines, ""]), delimiter, width=0, first_line=1, at_end=True)


def blocks(read: Callable[[int], str], sheet: Sheet, *, width: int = 0) -> Iterator[ScannedRows]:
    """Yield the rows below a declaration, each exactly once, a block at a time, in memory that does not grow with them.

    Args:
        read: Returns about so many characters more, line ends as line feeds; an empty text at the end.
        sheet: Tells the delimiter, and the file's name for an error.
        width: The header's number of cells, by which lines that look like rows are known; 0 where it is not known yet.

    Raises:
        InputError: A line is longer than a row may be.

    """
    start = read(_LONGEST_DECLARATION)
    _, left = after_declaration(start)
    line, size, at_end = 1 + start.removesuffix(left).count("\n"), _FIRST_BLOCK, False
    while not at_end:
        text = read(max(size, len(left)))  # ever more, or a long cell would be scanned too often
        size = min(2 * size, _BLOCK)
        at_end = not text
        left += text
        lacks_line_end = at_end and not left.endswith("\n")
        if left and lacks_line_end:
            left += "\n"
        end = left.rfind("\n") + 1
        if len(left) - end > LONGEST_ROW:
            raise InputError(
                f"Line {line + left[:end].count(chr(10))} of {sheet.file} has more than {LONGEST_ROW:,} characters, "
                "which is no row of a table.",
                "See that its lines end where they should, and save it again as CSV.",
            )
        if not end:
            continue
        found = _scanned(left[:end], sheet.delimiter, width, line, at_end=at_end)
        left = left[len(found.text) :]
        line += found.text.count("\n")
        if found.rows:
            yield replace(found, lacks_line_end=True) if lacks_line_end else found


def raw_cells(text: str, delimiter: str) -> list[str]:
    """Return the cells of a row as they stand there, cut at its delimiters whatever its quotes.

    For what is shown to a person, never for what is sent: rows that are wrong have cells too, and the header is shown
    before pandas is imported.
    """
    return _cell_pattern(delimiter).findall(text)


def unquoted(raw: str) -> str:
    """Return a cell without its quotes if they are exact, else as it is."""
    exact = _EXACT_QUOTES.fullmatch(raw)
    return exact[1].replace('""', '"') if exact else raw


def _scanned(text: str, delimiter: str, width: int, first_line: int, *, at_end: bool) -> ScannedRows:
    """Return the rows of the text; those at its end that need more of it are left off."""
    lines = text[:-1].split("\n")
    widths: list[int] = []
    if '"' not in text:
        widths = [line.count(delimiter) + 1 for line in lines]
    elif not (widths := _widths_if_all_quoted(text, lines, delimiter)):
        with contextlib.suppress(csv.Error):
            widths = [len(cells) or 1 for cells in csv.reader(lines, delimiter=delimiter, strict=True)]
    if len(widths) == len(lines):  # so every line is a row: nearly always
        return ScannedRows(text=text, rows=lines, widths=widths)
    return _one_by_one([f"{line}\n" for line in lines], delimiter, width, first_line, at_end=at_end)


def _widths_if_all_quoted(text: str, lines: list[str], delimiter: str) -> list[int]:
    """Return the widths of lines whose cells are all in quotes and have none within; else nothing.

    Proof: a line's first and last quotes and two for each delimiter between quotes are all quotes that there are.
    csv would take several times as long.
    """
    if not f"\n{text}".count('\n"') == text.count('"\n') == len(lines) or '"' in lines:
        return []
    between = f'"{delimiter}"'
    widths = [line.count(between, 1, -1) + 1 for line in lines]
    return widths if text.count('"') == 2 * sum(widths) else []


def _one_by_one(lines: list[str], delimiter: str, width: int, first_line: int, *, at_end: bool) -> ScannedRows:
    rows: list[str] = []
    widths: list[int] = []
    faults: dict[int, QuoteFault] = {}
    start = 0

    def fault(code: str, end: int) -> QuoteFault:
        return QuoteFault(code=code, first_line=first_line + start, last_line=first_line + end - 1)

    while (first := start) < len(lines):
        reader = csv.reader(map(lines.__getitem__, range(first, len(lines))), delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                end = first + reader.line_num
                if end > start + 1 and _look_like_rows(lines[start:end], delimiter, width):
                    faults[len(rows)] = fault("lines_swallowed", end)
                rows.append("".join(lines[start:end])[:-1])
                widths.append(len(cells) or 1)
                start = end
        except csv.Error as error:
            used = first + reader.line_num
            ran_out = used == len(lines) and "end of data" in str(error)
            if ran_out and not at_end and sum(map(len, lines[start:])) <= LONGEST_OPEN:
                break
            stray = used == start + 1 and not ran_out
            faults[len(rows)] = fault("quote_stray" if stray else "quote_unclosed", start + 1)
            rows.append(lines[start][:-1])
            widths.append(0)
            start += 1
    return ScannedRows(text="".join(lines[:start]), rows=rows, widths=widths, faults=faults)


def _look_like_rows(lines: Sequence[str], delimiter: str, width: int) -> bool:
    """Tell whether the lines of one row are each as wide as the header: the first, the last, and most between."""
    if width < 2:  # noqa: PLR2004 - any line is one cell wide
        return False
    first = raw_cells(lines[0][:-1], delimiter)
    last = raw_cells('"' + lines[-1][:-1], delimiter)
    inner = [line.count(delimiter) + 1 for line in lines[1:-1] if line.strip()]
    return (
        len(first) == width and len(last) + last[0].count(delimiter) == width and 2 * inner.count(width) >= len(inner)
    )


def evenness(sample: ScannedRows, header_row: int, delimiter: str) -> tuple[float, int]:
    """Return how well the rows fit their header: the share of rows as wide as it, then its width."""
    rows = [*zip(sample.rows, sample.widths, strict=True)][header_row - 1 :]
    full = [(text, width) for text, width in rows if text.replace(delimiter, "").replace('"', "").strip()]
    text, width = full[0] if full else ("", 1)
    if width == 1:  # a title, maybe
        wider = sum(width > 1 for _, width in full)
        return 0.0, wider if 2 * wider > len(full) else 0
    width = width or text.count(delimiter) + 1
    return [width for _, width in full].count(width) / len(full), width


@functools.cache
def _cell_pattern(delimiter: str) -> re.Pattern[str]:
    end = re.escape(delimiter)
    return re.compile(rf'(?:\A|{end})("(?:[^"]|"")*+"(?={end}|\Z)|[^{end}]*)')
