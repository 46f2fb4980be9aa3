"""Detect the encoding of a text file.

A mark at the file's start is believed first, then UTF-16 if its zero bytes show it, then UTF-8 if the bytes are that.
What is left is a guess, and the guess is told: the importer's people write Western European languages, so Windows-1252
and MacRoman are told apart by how letters with accents stand among plain ones; Shift-JIS by its syllables;
charset-normalizer is asked about the rest. Only the file's sample is looked at, so bytes further on may be no text:
`UNDECODABLE` keeps them in sight.
"""

import codecs
import math
import re
from typing import BinaryIO

from importer.model.errors import InputError

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
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_EVIDENCE_BYTES = 32_768
_LEAST_PAIRS = 32
_CAPITALS = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝ"
_LETTERS = _CAPITALS + "ßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿŒœŸŠšŽž"
_SIGNS = frozenset("€…‘’“”•–—™\xa0¡£§¨©ª«\xad®°²³´·º»¼½¿")  # noqa: RUF001 - these very signs
_LETTER = re.compile(f"[{_LETTERS}]")
_UNLIKELY = re.compile(
    f"[a-zß-ÿ][{_CAPITALS}]|[a-z][–—“”…•™¡¿§©®°·»«€£¨´][a-z]|[{_LETTERS}](?!ß)[{_LETTERS}]"  # noqa: RUF001 - the same
)
"""A capital after a small letter, a sign within a word, two accents side by side."""
_WESTERN_SHARE, _MOST_ODD = 0.95, 0.2
_KANA = re.compile("[\\u3041-\\u30fe\\uff66-\\uff9f]")


def _keep_in_sight(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(UNDECODABLE, _keep_in_sight)


def find_encoding(sample: bytes, wanted: str, further: bytes = b"") -> tuple[str, str]:
    """Return the Python codec of a text file, and a sentence for the person where it was guessed.

    Args:
        sample: The file's beginning.
        wanted: `auto` or a Python codec. A mark at the file's start is stronger: it is never there by chance.
        further: Lines from further on, where the beginning is all ASCII, which most encodings share.

    Raises:
        InputError: There is no codec of that name.

    """
    marked = next((codec for mark, codec in _MARKS if sample.startswith(mark)), "")
    if wanted != "auto":
        codec, family = _known_codec(wanted), marked.removesuffix("-sig")
        if codec.startswith(family):
            return marked or codec, ""
        return marked, f"The file begins with the mark of {family.upper()} and was read so, not as {wanted}."
    if marked:
        return marked, ""
    if codec := _unmarked_utf_16(sample):
        return codec, f"The file does not say its encoding: by its zero bytes it is {codec.upper()}, and was read so."
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


def _unmarked_utf_16(sample: bytes) -> str:
    """Return the byte order that zero bytes show: those of Latin letters, or of digits and line ends; or nothing."""
    pairs = len(sample) // 2
    zeros_first, zeros_last = sample[0 : pairs * 2 : 2].count(0), sample[1 : pairs * 2 : 2].count(0)
    for codec, here, there in (("utf-16-le", zeros_last, zeros_first), ("utf-16-be", zeros_first, zeros_last)):
        if there > pairs * 0.05:
            continue
        few = here > pairs * 0.1 and pairs >= _LEAST_PAIRS
        if here > pairs * 0.4 or (few and any(end in _if_decodable(sample, codec) for end in "\r\n")):
            return codec
    return ""


def _utf_8(sample: bytes) -> tuple[str, str] | None:
    """Return UTF-8 if the sample is that, maybe but for a few bytes: nothing else looks like it by chance."""
    beyond_ascii = re.findall("[^\0-\x7f]", decoded(sample, "utf-8"))
    spoiled = sum("\udc00" <= character <= "\udfff" for character in beyond_ascii)
    if not spoiled:
        return "utf-8", ""
    if len(beyond_ascii) - spoiled <= spoiled:
        return None
    said = f"The file is UTF-8 but for {spoiled:,} bytes near its beginning; rows that have such bytes are not sent."
    return "utf-8", said


def _guessed(sample: bytes) -> tuple[str, str]:
    """Return the probable codec, by the lines that have anything beyond ASCII: they alone tell encodings apart."""
    lines = (line for line in sample.splitlines(keepends=True) if not line.isascii())
    evidence = b"".join(lines)[:_EVIDENCE_BYTES]
    codec = _probable_codec(evidence, old_mac=b"\r" in sample and b"\n" not in sample)
    text = decoded(evidence[:_EXAMPLE_BYTES], codec)
    word = next((word for word in re.findall(r"\w+", text) if not word.isascii()), "")
    example = f', in which one word of it is "{word[:_LONGEST_EXAMPLE]}"' if word else ""
    return codec, (
        f"The file does not say its encoding: it was read as {_NAMES.get(codec, codec)}{example}. "
        "If that is wrong, say --encoding NAME."
    )


def _probable_codec(evidence: bytes, *, old_mac: bool) -> str:
    western, mac = _unlikeliness(evidence, "cp1252"), _unlikeliness(evidence, "mac-roman")
    if mac < western or (mac == western < math.inf and old_mac):
        return "mac-roman"
    if western < math.inf:
        return "cp1252"
    japanese = _if_decodable(evidence, "cp932")
    if len(_KANA.findall(japanese)) > sum(character > "\x7f" for character in japanese) * 0.1:
        return "cp932"
    from charset_normalizer import from_bytes  # noqa: PLC0415 - needed for few files, and slow to import

    best = from_bytes(evidence).best()
    return codecs.lookup(best.encoding).name if best is not None else "cp1252"


def _unlikeliness(evidence: bytes, codec: str) -> float:
    """Return how odd the bytes read as Western European words, from 0; infinite if they do not read as such at all.

    Cyrillic or Greek bytes look like accented letters too, but side by side.
    """
    text = evidence.decode(codec, "replace")
    beyond_ascii = [character for character in text if character > "\x7f"]
    letters = len(_LETTER.findall(text))
    signs = sum(character in _SIGNS for character in beyond_ascii)
    odd = len(_UNLIKELY.findall(text)) / len(beyond_ascii)
    reads_as_words = letters + signs >= _WESTERN_SHARE * len(beyond_ascii) and signs <= letters + 2
    return odd if reads_as_words and odd <= _MOST_ODD else math.inf


def _if_decodable(sample: bytes, codec: str) -> str:
    """Return the sample's text, but for a character that its end cuts; nothing if it is not in the codec."""
    text = decoded(sample, codec)
    return text if is_text(text) else ""


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
