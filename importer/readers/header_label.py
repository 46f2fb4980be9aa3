"""What a column's name looks like, and what is said where a header should be and is not."""

import re

from importer.model.errors import InputError

HEADER_WORD = re.compile(
    r"(?<![^\W_])(?:tel|phone|fon[eo]|mobil|m[oó]vil|cel(?:l|ul|$)|handy|whats|gsm|name|nom|pr[eé]nom|vorname|nachname"
    r"|surname|apellid|cognom|sobrenom|e?-?mail|correo|tags?\b|etiquet|not[ae]|city|ciudad|addr|direcc|client|custom"
    r"|kunde|conta[ct]|countr|pa[ií]s|code|c[oó]dig|date|fecha)",
    re.IGNORECASE,
)
"""In many a header; a row in which there are several is probably one. The mapper has the exact list."""
_LABEL = re.compile(r"(?=.*[^\W\d_])[^\d@]*(?:\d[^\d@]*){0,4}", re.DOTALL)
"""A column's name: a letter, no more than four digits, no sign of an e-mail address."""


def is_label(cell: str) -> bool:
    """Return whether a cell may be a column's name: not a number, a date or an e-mail address."""
    return _LABEL.fullmatch(cell) is not None


def no_header(path: str, header_row: int, hint: str = "") -> InputError:
    """Return the sentence for a sheet without a header where it should be; the hint says where it seems to be."""
    usual = "Write the columns' names in that row, or say which row has them: header_row under [input] in the config."
    return InputError(f"{path} has no header: row {header_row} is empty or not there.", hint or usual)
