"""Detect the encoding of a text file.

A mark at the file's start is believed first, then UTF-32 and UTF-16 if their zero bytes show them, ISO-2022 if its
escapes do, then UTF-8 if the bytes are that. What is left is a guess (`legacy_codecs`), and the guess is told. Lines
of another encoding may stand among lines in UTF-8, where tables were joined: they are read by a guess of their own.
Only the file's sample is looked at, so bytes further on may be no text: `UNDECODABLE` keeps them in sight.
"""

import codecs
import re
from typing import BinaryIO

from importer.model.errors import InputError
from importer.model.plain_text import counted
from importer.readers.text.decode import LONGEST_EXAMPLE, UNDECODABLE, Encoding, decoded, is_text

_LOOK_BYTES = 1024**2
_MOST_LOOKED_THROUGH = 64 * 1024**2
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DAMAGED = re.compile("\\w*\ufffd[\\w\ufffd]*")
_UTF_8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_LEAST_PAIRS = 32
_UTF_32_SHARE = 0.95
_ISO_2022 = (
    (re.compile(rb"\x1b\$\)C"), "iso2022_kr"),
    (re.compile(rb"\x1b(?:\$[@B]|\([IJ]|\$\(D)"), "iso2022_jp_ext"),
    (re.compile(rb"\x1b(?:\$[)*+][A-Z]|\$A)"), ""),
)
"""Escapes of ISO-2022, whose bytes are all ASCII, and the codec; none where Python has none (Chinese)."""


def find_encoding(sample: bytes, wanted: str, further: bytes = b"") -> Encoding:
    """Return the encoding of a text file, with a note for the person where it was guessed.

    Args:
        sample: The file's beginning.
        wanted: `auto` or a Python codec. A mark at the file's start is stronger: it is never there by chance.
        further: Lines from further on, where the beginning is all ASCII, which most encodings share.

    Raises:
        InputError: There is no codec of that name, or none for what the file is in.

    """
    marked = next((codec for mark, codec in _MARKS if sample.startswith(mark)), "")
    if wanted != "auto":
        codec, family = _known_codec(wanted), marked.removesuffix("-sig")
        if codec.startswith(family):
            return Encoding(codec=marked or codec)
        note = f"The file begins with the mark of {family.upper()} and was read so, not as {wanted}."
        return Encoding(codec=marked, notes=(note,))
    if marked:
        return Encoding(codec=marked)
    for codec, shown_by in (
        (_unmarked_utf_32(sample), "zero bytes"),
        (_unmarked_utf_16(sample), "zero bytes"),
        (_iso_2022(further or sample), "escapes"),
    ):
        if codec:
            note = f"The file does not say its encoding: by its {shown_by} it is {codec.upper()}, and was read so."
            return Encoding(codec=codec, notes=(note,))
    return _utf_8(further or sample) or _guessed(further or sample)


def readable(cell: str, encoding: Encoding) -> str:
    """Return a cell without stray bytes: read in the fallback if that gives words; else as it is."""
    if not encoding.fallback or is_text(cell):
        return cell
    from importer.readers.text.mixed_lines import in_fallback  # noqa: PLC0415 - needed for few files

    return in_fallback(cell, encoding.fallback) or cell


def more_evidence(sample: bytes, file: BinaryIO) -> bytes:
    """Return the first bytes after a sample of plain ASCII that are something else; empty if there are none near."""
    if not _is_plain_ascii(sample):
        return b""
    for _ in range(_MOST_LOOKED_THROUGH // _LOOK_BYTES):
        found = file.read(_LOOK_BYTES)
        if not found or not _is_plain_ascii(found):
            return found
    return b""


def damage_note(text: str) -> tuple[str, ...]:
    """Return a note about letters that were lost before the text was saved, if there are any in a sample of it."""
    if "\ufffd" not in text:
        return ()
    first = _DAMAGED.search(text)
    line, word = (text.count("\n", 0, first.start()) + 1, first[0]) if first else (0, "")
    signs = counted(text.count("\ufffd"), "sign")
    note = (
        f"Letters were lost before the file was saved: {signs} \ufffd near its beginning, first in line"
        f' {line}: "{word[:LONGEST_EXAMPLE]}". Export it again as UTF-8 from the program that has the right names.'
    )
    return (note,)


def _is_plain_ascii(content: bytes) -> bool:
    return content.isascii() and b"\x1b" not in content


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


def _unmarked_utf_32(sample: bytes) -> str:
    """Return the byte order of UTF-32 if its zero bytes show it: half of each character, or more; or nothing."""
    fours = len(sample) // 4
    for codec, zero, rarely in (("utf-32-le", 3, 2), ("utf-32-be", 0, 1)):
        never, nearly = sample[zero : fours * 4 : 4], sample[rarely : fours * 4 : 4]
        if fours and never.count(0) == fours and nearly.count(0) >= fours * _UTF_32_SHARE:
            return codec
    return ""


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


def _iso_2022(sample: bytes) -> str:
    """Return the codec whose escapes are in the sample; or nothing.

    Raises:
        InputError: Python has no codec for it.

    """
    if b"\x1b" not in sample or not sample.isascii():
        return ""
    codec = next((codec for escape, codec in _ISO_2022 if escape.search(sample)), None)
    if codec is None:
        return ""
    if codec and is_text(decoded(sample, codec)):
        return codec
    raise InputError(
        "The file is in an encoding of the ISO-2022 family that cannot be read.",
        "Save it again as CSV in UTF-8, or name its encoding with --encoding.",
    )


def _utf_8(sample: bytes) -> Encoding | None:
    """Return UTF-8 if the sample is that, maybe but for some lines: nothing else looks like it by chance."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        if not _UTF_8_LETTER.search(sample):
            return None
    else:
        return Encoding(codec="utf-8")
    from importer.readers.text.mixed_lines import find_fallback  # noqa: PLC0415 - needed for few files

    if found := find_fallback(sample):
        return found
    beyond_ascii = re.findall("[^\0-\x7f]", decoded(sample, "utf-8"))
    spoiled = sum("\udc00" <= character <= "\udfff" for character in beyond_ascii)
    if len(beyond_ascii) - spoiled <= spoiled:
        return None
    said = f"The file is UTF-8 but for {spoiled:,} bytes near its beginning; rows that have such bytes are not sent."
    return Encoding(codec="utf-8", notes=(said,))


def _guessed(sample: bytes) -> Encoding:
    from importer.readers.text.legacy_codecs import guess_codec  # noqa: PLC0415 - needed for few files

    guess = guess_codec(sample, old_mac=b"\r" in sample and b"\n" not in sample)
    return Encoding(codec=guess.codec, notes=(guess.note(),))


def _if_decodable(sample: bytes, codec: str) -> str:
    """Return the sample's text, but for a character that its end cuts; nothing if it is not in the codec."""
    text = decoded(sample, codec)
    return text if is_text(text) else ""
