"""Which characters the bytes of a text file stand for.

A mark at the file's start is believed first, then UTF-8 if the bytes are that, then UTF-16 if its zero bytes show it.
What is left is a guess, and the guess is told. Only the file's sample is looked at, so bytes further on may be no text:
`UNDECODABLE` keeps them in sight.
"""

import codecs
import re
from dataclasses import dataclass

from importer.errors import InputError

UNDECODABLE = "importer.undecodable"
"""Name of the codec error handler that turns each byte that is no text into a lone surrogate, U+DC00 and up."""

NO_TEXT = "\udc00"
"""Stands for a character that no text has: a zero, or the reader's own mark."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_EVIDENCE_BYTES = 32_768
_WESTERN = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿŒœŸ")
_WESTERN_SIGNS = frozenset(
    b"\x80\x85\x91\x92\x93\x94\x95\x96\x97\x99\xa0\xa1\xa3\xa7\xa8\xa9\xaa\xab\xad\xae\xb0\xb2\xb3\xb4\xb7\xba\xbb\xbc\xbd\xbf".decode(
        "cp1252"
    )
)
"""Such as the euro, curly quotes, dashes, ordinals, and the question mark upside down."""


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


def find_encoding(sample: bytes, wanted: str) -> Encoding:
    """Return the encoding of a text file that begins with the sample; `wanted` is `auto` or a Python codec.

    Raises:
        InputError: There is no codec of that name.

    """
    marked = next((codec for mark, codec in _MARKS if sample.startswith(mark)), "")
    if wanted != "auto":
        codec = _known_codec(wanted)
        return Encoding(codec="utf-8-sig" if (codec, marked) == ("utf-8", "utf-8-sig") else codec)
    if marked:
        return Encoding(codec=marked)
    if codec := _unmarked_utf_16(sample):
        return Encoding(codec=codec)
    return _utf_8(sample) or _guessed(sample)


def decoded(sample: bytes, codec: str) -> str:
    """Return the sample's text; a character that the sample's end cuts is left off."""
    try:
        return codecs.getincrementaldecoder(codec)(UNDECODABLE).decode(sample)
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


def _unmarked_utf_16(sample: bytes) -> str:
    """Return the byte order that the zero bytes of Latin letters show; empty where they show none."""
    pairs = len(sample) // 2
    zeros_first, zeros_last = sample[0 : pairs * 2 : 2].count(0), sample[1 : pairs * 2 : 2].count(0)
    plainly, hardly = pairs * 0.4, pairs * 0.05
    if zeros_last > plainly and zeros_first <= hardly:
        return "utf-16-le"
    return "utf-16-be" if zeros_first > plainly and zeros_last <= hardly else ""


def _utf_8(sample: bytes) -> Encoding | None:
    """Return UTF-8 if the sample is that, maybe but for a few bytes: nothing else looks like it by chance."""
    beyond_ascii = [character for character in decoded(sample, "utf-8") if character > "\x7f"]
    spoiled = sum("\udc00" <= character <= "\udfff" for character in beyond_ascii)
    if not spoiled:
        return Encoding(codec="utf-8")
    if len(beyond_ascii) - spoiled <= spoiled:
        return None
    note = f"The file is UTF-8 but for {spoiled:,} bytes near its beginning; rows that have such bytes are not sent."
    return Encoding(codec="utf-8", note=note)


def _guessed(sample: bytes) -> Encoding:
    evidence = _evidence(sample)
    codec = "cp1252" if _looks_western(evidence) else _charset_normalizers_guess(evidence)
    name = "Windows-1252" if codec == "cp1252" else codec
    word = next((word for word in re.findall(r"\w+", decoded(evidence, codec)) if not word.isascii()), "")
    example = f', in which one word of it is "{word}"' if word else ""
    note = f"The file does not say its encoding: it was read as {name}{example}. If that is wrong, say --encoding NAME."
    return Encoding(codec=codec, note=note)


def _evidence(sample: bytes) -> bytes:
    """Return the lines that have anything beyond ASCII: they alone tell encodings apart."""
    lines = (line for line in sample.splitlines(keepends=True) if not line.isascii())
    return b"".join(lines)[:_EVIDENCE_BYTES]


def _looks_western(evidence: bytes) -> bool:
    """Tell whether the bytes read as Western European words in Windows-1252.

    There accented letters stand among plain ones. Cyrillic or Greek bytes look like accented letters too, side by side.
    """
    text = decoded(evidence, "cp1252")
    beyond_ascii = [character for character in text if character > "\x7f"]
    letters = sum(character in _WESTERN for character in beyond_ascii)
    signs = sum(character in _WESTERN_SIGNS for character in beyond_ascii)
    side_by_side = len(re.findall(r"[À-ÿ](?=[À-ÿ])", text))
    return (letters + signs) >= 0.95 * len(beyond_ascii) and signs <= letters + 2 and side_by_side <= 0.2 * letters


def _charset_normalizers_guess(evidence: bytes) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - needed for few files, and slow to import

    best = from_bytes(evidence).best()
    return codecs.lookup(best.encoding).name if best is not None else "cp1252"
