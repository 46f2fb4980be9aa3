"""Workbooks that programs wrote which are not installed with the tests: what is in each, and what each cannot write.

`tests/support/spreadsheets/make_written_files.py` made them.
"""

from collections.abc import Mapping
from dataclasses import replace

from tests.support.cell_kinds import KINDS, Table, hidden, in_each_place, merged, side_by_side, stacked

RISKY = ("formula: uncalculated", "error: #N/A", "zeros by format", "date")
"""Kinds of cells that libraries pass over where a row has nothing else, or read by their columns."""

_SOURCE = "is given a file of XlsxWriter, which cannot"
_CONVERTED = dict.fromkeys(("formula: empty text", "error: #N/A", "error: #DIV/0!", "inline text"), _SOURCE) | {
    "formula: uncalculated": "calculates what has no result when it opens a file"
}
_ESCAPE = {"escape": "writes an escape as it is, which means the character"}
_UNMARKED = "does not say that outer spaces are to be kept"
_VALUES_ONLY = dict.fromkeys(
    (
        *("formatted", "zeros by format", "prefix by format", "rich text", "link", "merged", "hidden"),
        *(name for name in KINDS if name.startswith(("formula:", "error:", "comment"))),
    ),
    "writes values only",
)
_NO_FORMATS = dict.fromkeys(
    (
        *("zeros by format", "prefix by format", "formula: zeros", "formula: date", "formatted"),
        *("date", "old date", "date in words", "date and time", "time", "duration"),
    ),
    "writes an .ods without formats, so that dates are numbers",
)
_NO_ERRORS = {name: "writes no errors into an .ods" for name in KINDS if "#" in name}

CANNOT: Mapping[str, Mapping[str, str]] = {
    "libreoffice.xlsx": _CONVERTED | dict.fromkeys(("16 digits", "16 digits by format"), "rounds to 15 digits"),
    "libreoffice.xls": _CONVERTED
    | {"formula: text": "writes the number 0 for a formula's text that it did not calculate itself"},
    "libreoffice.ods": _CONVERTED,
    "gnumeric.xlsx": _CONVERTED
    | dict.fromkeys(("outer spaces", "only spaces", "rich text"), _UNMARKED)
    | {"escape": "reads no escapes"},
    "gnumeric.xls": _CONVERTED | {"escape": "reads no escapes"},
    "gnumeric.ods": _CONVERTED | {"escape": "reads no escapes"},
    "sheetjs.xlsx": _ESCAPE,
    "sheetjs.xls": {
        "long text": "cuts a text after 255 characters",
        "formula: uncalculated": "writes an empty cell",
        "formula: empty text": "writes an empty text without its formula",
        "hidden": "hides nothing in an .xls",
    },
    "sheetjs.ods": _NO_FORMATS
    | _NO_ERRORS
    | {"formula: uncalculated": "writes the number 0", "hidden": "hides nothing in an .ods"},
    "sheetjs.xlsb": {},
    "exceljs.xlsx": _ESCAPE,
    "pyexcel.xlsx": _VALUES_ONLY
    | _ESCAPE
    | {
        "like a formula": "writes a formula",
        "like an error": "writes an error",
        "only spaces": _UNMARKED,
        "16 digits by format": "writes values only",
    },
    "pyexcel.xls": _VALUES_ONLY | {"16 digits by format": "writes values only"},
    "pyexcel.ods": _VALUES_ONLY
    | dict.fromkeys(("16 digits", "16 digits by format"), "refuses numbers of so many digits")
    | dict.fromkeys(("outer spaces", "only spaces"), "loses one of the spaces at the beginning"),
}
"""What each file does not have, with the reasons: kinds of cells, and `merged` and `hidden` cells."""


def tables_of(cannot: Mapping[str, str]) -> list[Table]:
    """Return the tables in a file of a writer that cannot write these kinds of cells."""
    kinds = {name: kind for name, kind in KINDS.items() if name not in cannot}
    layouts = {"merged": merged(), "hidden": hidden()}
    return [
        side_by_side(list(kinds.values())),
        stacked(list(kinds.values())),
        *(
            replace(in_each_place(kinds[name]), name=f"place {number}")
            for number, name in enumerate(RISKY)
            if name in kinds
        ),
        *(table for name, table in layouts.items() if name not in cannot),
    ]
