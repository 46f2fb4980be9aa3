"""Read text in which lines of another encoding stand among lines in UTF-8, as where two tables were joined.

Each byte that is not UTF-8 is a lone surrogate by then (`UNDECODABLE`), from which the byte is known. It is read in the
encoding that the other lines probably have, but only where that gives words: else its row is told and not sent.
"""

import re
from collections.abc import Iterator

from importer.readers.text.decode import LONGEST_EXAMPLE, Encoding, decoded, is_text
from importer.readers.text.legacy_codecs import guess_codec, reads_well

_STRAY_BYTE = re.compile("[\udc80-\udcff]")
_WORD = re.compile("[\\w\udc80-\udcff]+")
_USUAL = ("cp1252", "Windows-1252 (Latin-1)")
"""Where the other lines hold damaged words too, which say nothing."""
_LAST_OF_EUROPE, _PUNCTUATION = "\u052f", range(0x2000, 0x20D0)
"""Latin, Greek and Cyrillic end here; other characters may be there by chance, in bytes that are no UTF-8."""


def find_fallback(sample: bytes) -> Encoding | None:
    """Return UTF-8 with a fallback if lines that are UTF-8 and lines that are not both read well; else None."""
    right: list[str] = []
    broken: list[tuple[int, bytes]] = []
    for number, line in enumerate(sample.splitlines(keepends=True), 1):
        if not line.isascii():
            try:
                right.append(line.decode())
            except UnicodeDecodeError:
                broken.append((number, line))
    letters = [character for text in right for character in text if character > "\x7f"]
    if not letters or not all(one <= _LAST_OF_EUROPE or ord(one) in _PUNCTUATION for one in letters):
        return None
    guess = guess_codec(b"".join(line for _, line in broken))
    if not guess.is_likely and len(right) < len(broken):
        return None
    codec, name = (guess.codec, guess.name) if guess.is_likely else _USUAL
    example = next(((number, word) for number, line in broken for word in _words(decoded(line, "utf-8"), codec)), None)
    if not example:
        return None
    first, word = example
    note = (
        f"The file is in two encodings: it is UTF-8, but line {first} and maybe others are not. They were read as "
        f'{name}, in which a word of that line is "{word}". If that is wrong, save the file again as UTF-8.'
    )
    return Encoding(codec="utf-8", fallback=codec, notes=(note,))


def in_fallback(text: str, codec: str) -> str:
    """Return a text with its stray bytes read in the codec; empty if that does not give words."""
    found = _STRAY_BYTE.sub(lambda stray: bytes([ord(stray[0]) - 0xDC00]).decode(codec, "replace"), text)
    return found if is_text(found) and reads_well(found) else ""


def _words(text: str, codec: str) -> Iterator[str]:
    """Yield the words with stray bytes that read well in the codec."""
    for word in _WORD.findall(text):
        if _STRAY_BYTE.search(word) and (found := in_fallback(word, codec)):
            yield found[:LONGEST_EXAMPLE]
