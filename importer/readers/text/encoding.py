"""Which characters the bytes of a text file stand for.

A mark at the file's start is believed first, then UTF-8 if the bytes are that, then UTF-16 if its zero bytes show it.
What is left is a guess, and the guess is told. Only the file's sample is looked at, so bytes further on may be no text:
`UNDECODABLE` keeps them in sight.
"""

import codecs
import re
from dataclasses import dataclass
from typing import BinaryIO

from importer.model.errors import InputError
from importer.readers.text.encoding_guess import guess_codec, unmarked_utf_16

UNDECODABLE = "importer.undecodable"
"""Name of the codec error handler that turns each byte that is no text into a lone surrogate, U+DC00 and up."""

NO_TEXT = "\udc00"
"""Stands for a character that no text has: a zero, or the reader's own mark."""

_LOOK_BYTES = 1024**2
_MOST_LOOKED_THROUGH = 64 * 1024**2
_EXAMPLE_BYTES = 4_096
_LONGEST_EXAMPLE = 40
_NAMES = {"cp1252": "Windows-1252 (Latin-1)", "mac-roman": "MacRoman", "cp932": "Shift-JIS"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _keep_in_sight(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(UNDECODABLE, _keep_in_sight)


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How a text file is to be decoded."""

    codec: str
    """The Python codec."""
    note: str = ""
    """A sentence for the person, where it was guessed."""


def find_encoding(sample: bytes, wanted: str, further: bytes = b"") -> Encoding:
    """Return the encoding of a text file.

    Args:
        sample: The file's beginning.
        wanted: `auto` or a Python codec. A mark at the file's start is stronger: it is never there by chance.
        further: Lines from further on, where the beginning is all ASCII, which most encodings share.

    Raises:
        InputError: There is no codec of that name.

    """
    marked = next((codec for mark, codec in _MARKS if sample.startswith(mark)), "")
    if wanted != "auto":
        codec = _known_codec(wanted)
        if not marked or _family(codec) == _family(marked):
            return Encoding(codec=marked or codec)
        note = f"The file begins with the mark of {_family(marked).upper()} and was read so, not as {wanted}."
        return Encoding(codec=marked, note=note)
    if marked:
        return Encoding(codec=marked)
    if codec := unmarked_utf_16(sample):
        note = f"The file does not say its encoding: by its zero bytes it is {codec.upper()}, and was read so."
        return Encoding(codec=codec, note=note)
    return _utf_8(further or sample) or _guessed(further or sample)


def more_evidence(sample: bytes, file: BinaryIO) -> bytes:
    """Return the first bytes after an ASCII sample that are not all ASCII; empty if there are none near."""
    if not sample.isascii():
        return b""
    for _ in range(_MOST_LOOKED_THROUGH // _LOOK_BYTES):
        found = file.read(_LOOK_BYTES)
        if not found or not found.isascii():
            return found
    return b""


def decoded(sample: bytes, codec: str, *, whole: bool = False) -> str:
    """Return the sample's text; a character that its end cuts is left off, unless the sample is the whole file."""
    try:
        return codecs.getincrementaldecoder(codec)(UNDECODABLE).decode(sample, whole)
    except UnicodeError as error:  # a few of Python's codecs have no error handlers
        raise InputError(f"The file is not in the encoding {codec}.", "Name another with --encoding.") from error


def _known_codec(name: str) -> str:
    try:
        b"".decode(name)  # a codec that is no text encoding, such as zip, is refused here too
        codec = codecs.lookup(name)
        codec.incrementaldecoder(UNDECODABLE)
    except (LookupError, ValueError, TypeError, AssertionError) as error:
        raise InputError(
            f"There is no encoding called {name}.", "Name one such as utf-8, cp1252 or utf-16, or leave --encoding out."
        ) from error
    return codec.name


def _utf_8(sample: bytes) -> Encoding | None:
    """Return UTF-8 if the sample is that, maybe but for a few bytes: nothing else looks like it by chance."""
    if sample.isascii():
        return Encoding(codec="utf-8")
    beyond_ascii = re.findall("[^\0-\x7f]", decoded(sample, "utf-8"))
    spoiled = sum("\udc00" <= character <= "\udfff" for character in beyond_ascii)
    if not spoiled:
        return Encoding(codec="utf-8")
    if len(beyond_ascii) - spoiled <= spoiled:
        return None
    note = f"The file is UTF-8 but for {spoiled:,} bytes near its beginning; rows that have such bytes are not sent."
    return Encoding(codec="utf-8", note=note)


def _guessed(sample: bytes) -> Encoding:
    codec = guess_codec(sample)
    lines = b"".join(line for line in sample.splitlines(keepends=True) if not line.isascii())
    text = decoded(lines[:_EXAMPLE_BYTES], codec)
    word = next((word for word in re.findall(r"\w+", text) if not word.isascii()), "")
    example = f', in which one word of it is "{word[:_LONGEST_EXAMPLE]}"' if word else ""
    note = (
        f"The file does not say its encoding: it was read as {_NAMES.get(codec, codec)}{example}. "
        "If that is wrong, say --encoding NAME."
    )
    return Encoding(codec=codec, note=note)


def _family(codec: str) -> str:
    return next((family for family in ("utf-8", "utf-16", "utf-32") if codec.startswith(family)), codec)
