"""How workbooks look and are written: in constant memory, every cell a text, so that none can be a formula."""

import contextlib
import math
import tempfile
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from importer.model.plain_text import encodable
from importer.model.rows import Status

LONGEST_CELL = 32_767
"""Excel's own limit; XlsxWriter would leave a longer cell out."""
_ANY_NAME = "Rows"
_LEAST_WIDTH, _MOST_INPUT_WIDTH, _MOST_OWN_WIDTH = 8, 45, 100
_LINE_HEIGHT = 15
_FONT = "Calibri"
_RULE, _HEADER_COLOUR, _QUIET = "#BFBFBF", "#1F3A4D", "#595959"

STATUS_COLOURS: Mapping[Status, str] = {
    Status.CREATED: "#2E9E5B",
    Status.UPDATED: "#2F7EC0",
    Status.EXISTS: "#5F7690",
    Status.UNCHANGED: "#7D8994",
    Status.DUPLICATE: "#8E6CC9",
    Status.INVALID: "#D64545",
    Status.FAILED: "#C8602A",
    Status.IN_DOUBT: "#A87908",
    Status.UNSENT: "#8D6E63",
}
"""Of plots and of the cells with a status, in the workbook and on the page."""


@contextlib.contextmanager
def new_workbook(path: Path) -> Iterator[Any]:
    """Yield an XlsxWriter workbook that is written to the path when the block ends; a temporary folder is beside it.

    Raises:
        OSError: It cannot be written.

    """
    # Imported late: many runs write no workbook.
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - said above; untyped
    from xlsxwriter.exceptions import FileCreateError  # type: ignore[import-untyped]  # noqa: PLC0415 - the same

    with tempfile.TemporaryDirectory(dir=path.parent, ignore_cleanup_errors=True) as folder:
        options = {"constant_memory": True, "tmpdir": folder, "default_format_properties": {"font_name": _FONT}}
        book = xlsxwriter.Workbook(str(path), options)
        try:
            book.use_zip64()
            yield book
            book.close()
        except FileCreateError as error:
            raise OSError(*getattr(error.args[0], "args", ())) from error
        finally:
            for sheet in book.worksheets():
                sheet.row_data_fh.close()  # after a failure XlsxWriter leaves it open


def named_sheet(book: Any, name: str, taken: Sequence[str] = ()) -> Any:  # noqa: ANN401 - XlsxWriter is untyped
    """Return a new sheet of that name, or of another one where Excel does not take it or it stands there already.

    Args:
        book: The workbook.
        name: What the sheet should be called; empty: no matter.
        taken: Names that other sheets will have.

    """
    from xlsxwriter.exceptions import XlsxWriterException  # noqa: PLC0415 - late, as the library itself

    number = len(book.worksheets())
    for wanted in (name, _ANY_NAME):
        if wanted and wanted.casefold() not in map(str.casefold, taken):
            with contextlib.suppress(XlsxWriterException):
                return book.add_worksheet(wanted)
    return book.add_worksheet(f"{_ANY_NAME} {number + 1}")


def line_height(text: str, width: int) -> int:
    """Return the height of a row whose text is wrapped at so many characters: no program fits it by itself."""
    lines = textwrap.wrap(text, width, break_long_words=False)  # a path begins on a line of its own
    return _LINE_HEIGHT * max(1, sum(math.ceil(len(line) / width) for line in lines))


class Style:
    """The formats of a workbook, made once each.

    Args:
        book: The workbook.

    """

    def __init__(self, book: Any) -> None:  # noqa: ANN401 - XlsxWriter is untyped
        self._book = book
        self.text = self.new(num_format="@", valign="top")
        """Of cells that a person may correct: what is typed stays a text, with its zeros and its plus."""
        self.wrong = self.new(num_format="@", valign="top", bg_color="#FFC7CE", font_color="#7A0C16", bold=True)
        self.own = self.new(valign="top", font_color=_QUIET)
        self.step = self.new(valign="top")
        self.link = self.new(valign="top", font_color="#1155CC", underline=1)
        self.header = self.new(bold=True, font_color="#FFFFFF", bg_color=_HEADER_COLOUR, num_format="@")
        self.own_header = self.new(bold=True, font_color="#FFFFFF", bg_color="#5B7083")
        self.title = self.new(bold=True, font_size=16)
        self.notice = self.new(bold=True, font_size=12, font_color="#A15C00")
        self.lead = self.new(font_size=12)
        self.heading = self.new(bold=True, font_size=12, bottom=1, bottom_color=_RULE)
        self.count = self.new(num_format="#,##0")
        self.rate = self.new(num_format="#,##0.0")
        self.wrapped = self.new(text_wrap=True, valign="top")
        self.command = self.new(font_name="Consolas", bg_color="#F2F2F2", text_wrap=True, valign="top")
        self.meaning = self.new(indent=1)
        self.right = self.new(align="right", bold=True)
        self.status = {
            status: self.new(bg_color=colour, font_color="#FFFFFF", bold=True, valign="top")
            for status, colour in STATUS_COLOURS.items()
        }

    def new(self, **properties: object) -> Any:  # noqa: ANN401 - XlsxWriter is untyped
        """Return a new format."""
        return self._book.add_format(properties)


class Table:
    """A table that is being written: its header frozen and filtered, its columns as wide as what is in them.

    Args:
        sheet: An empty worksheet.
        header: The column headers.
        header_row: Index of the header's row, from 0.
        formats: Of the headers, in their order; the last one is for all that follow.

    """

    def __init__(self, sheet: Any, header: Sequence[str], header_row: int, formats: Sequence[Any]) -> None:  # noqa: ANN401 - XlsxWriter is untyped
        self.sheet = sheet
        self._columns = len(header)
        self._first, self.row = header_row, header_row
        self._widths = [0] * self._columns
        self._write(header, formats)

    @property
    def rows(self) -> int:
        """How many rows it has so far."""
        return self.row - self._first - 1

    def add(
        self,
        texts: Sequence[str],
        formats: Sequence[Any],
        link: tuple[int, str] | None = None,
        marked: Iterable[int] = (),
    ) -> None:
        """Write the next row.

        Args:
            texts: Its cells.
            formats: Of each; the last one is for all that follow.
            link: The index of a cell that is a link, and where it leads.
            marked: The indexes of cells whose format is shown also where they are empty.

        """
        for place in marked:
            if not texts[place]:
                self.sheet.write_blank(self.row, place, None, formats[place])
        if link:
            place, address = link
            self.sheet.write_url(self.row, place, address, formats[place], encodable(texts[place]))
        self._write(texts, formats, skipped=link[0] if link else -1)

    def finish(self, text_columns: int, text_format: Any, most_widths: Mapping[int, int] | None = None) -> None:  # noqa: ANN401 - XlsxWriter is untyped
        """Freeze, filter and widen it; printed, it is as wide as a page, and its header is on each.

        Args:
            text_columns: How many columns are the input's own, in which a person may type.
            text_format: Of these.
            most_widths: Of columns that are to be narrower than others may be, by their index.

        """
        for place, width in enumerate(self._widths):
            is_input = place < text_columns
            most = (most_widths or {}).get(place, _MOST_INPUT_WIDTH if is_input else _MOST_OWN_WIDTH)
            fits = min(max(width + 2, _LEAST_WIDTH), most)
            self.sheet.set_column(place, place, fits, text_format if is_input else None)
        self.sheet.freeze_panes(self._first + 1, 0)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(self._first)
        if self._columns:
            self.sheet.autofilter(self._first, 0, max(self.row - 1, self._first), self._columns - 1)
        self.sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{max(self.row, 1)}"})

    def _write(self, texts: Sequence[str], formats: Sequence[Any], skipped: int = -1) -> None:
        widths, write = self._widths, self.sheet.write_string
        for place, text in enumerate(texts):
            if text and place != skipped:
                write(self.row, place, encodable(text)[:LONGEST_CELL], formats[min(place, len(formats) - 1)])
            if place < self._columns and len(text) > widths[place]:
                widths[place] = len(text)
        self.row += 1
