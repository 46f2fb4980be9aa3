"""Decode text of which every byte counts: what is no text stays in sight as a lone surrogate."""

import codecs
import re
from dataclasses import dataclass

from importer.model.errors import InputError

UNDECODABLE = "importer.undecodable"
"""Name of the codec error handler that turns each byte that is no text into a lone surrogate, U+DC00 and up."""

NO_TEXT = "\udc00"
"""Stands for a character that no text has: a zero, or the reader's own mark."""

LONGEST_EXAMPLE = 40
"""Characters of a word that is shown."""
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How a text file is to be decoded."""

    codec: str
    """Python's name of it."""
    fallback: str = ""
    """The codec of single bytes that are not in `codec`, where tables of two encodings were joined; empty: none."""
    notes: tuple[str, ...] = ()
    """Sentences for the person about what was guessed."""


def _keep_in_sight(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(UNDECODABLE, _keep_in_sight)


def decoded(sample: bytes, codec: str, *, whole: bool = False) -> str:
    """Return the sample's text; a character that its end cuts is left off, unless the sample is the whole file."""
    try:
        return codecs.getincrementaldecoder(codec)(UNDECODABLE).decode(sample, whole)
    except UnicodeError as error:  # a few of Python's codecs have no error handlers
        raise InputError(f"The file is not in the encoding {codec}.", "Name another with --encoding.") from error


def shown_text(cell: str) -> str:
    """Return the cell with a replacement character for each byte that is no text, so that it can be written."""
    return _LONE_SURROGATE.sub("\ufffd", cell)


def is_text(text: str) -> bool:
    """Tell whether every byte is text."""
    try:
        text.encode()  # many times as fast as a search for lone surrogates
    except UnicodeEncodeError:
        return False
    return True
