"""What a person can say about how a file is to be read: the `[input]` table of the config."""

from dataclasses import dataclass

HIDDEN_READ, HIDDEN_SKIP = "read", "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class InputOptions:
    """How to read a file; every default means: find out."""

    sheet: str = ""
    """The sheet's name; empty: the only visible sheet that has rows."""
    header_row: int | None = None
    """The header's row number as a spreadsheet program shows it, which nothing overrules; None: row 1, if it is one."""
    no_header: bool = False
    """Whether there is none: the named row, or row 1, is the first then, and the columns are called A, B and so on."""
    encoding: str = "auto"
    """`auto` or any Python codec."""
    delimiter: str = "auto"
    """`auto`, `tab`, or one character."""
    hidden_rows: str = HIDDEN_READ
    """`read` or `skip`: what becomes of rows that a workbook hides, by hand or by a filter."""
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Headers, each with the values that make a row count; rows that say anything else are left out."""
    max_download_mb: int = 200
    """Of an address, the most that is fetched, in millions of bytes."""
    download_timeout_seconds: float = 600.0
    """Of an address, the longest time that fetching it may take."""

    def as_given(self) -> list[tuple[str, object]]:
        """Return the options by which a command reads the file the same way, by their config keys; no defaults."""
        names = ("sheet", "header_row", "no_header", "encoding", "delimiter")
        return [(name, value) for name in names if (value := getattr(self, name)) not in ("auto", None)]
