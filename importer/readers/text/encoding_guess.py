"""Which encoding bytes are probably in that no mark tells and that are not UTF-8. Pure; a guess is told as one.

The importer's people write Western European languages, so Windows-1252 and MacRoman are told apart by how letters with
accents stand among plain ones; Shift-JIS by its syllables; charset-normalizer is asked about the rest.
"""

import codecs
import re

_EVIDENCE_BYTES = 32_768
_CAPITALS = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝ"
_LETTERS = _CAPITALS + "ßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿŒœŸŠšŽž"
_SIGNS = frozenset("€…‘’“”•–—™\xa0¡£§¨©ª«\xad®°²³´·º»¼½¿")  # noqa: RUF001 - these very signs
_LETTER = re.compile(f"[{_LETTERS}]")
_UNLIKELY = re.compile(
    f"[a-zß-ÿ][{_CAPITALS}]|[a-z][–—“”…•™¡¿§©®°·»«€£¨´][a-z]|[{_LETTERS}](?!ß)[{_LETTERS}]"  # noqa: RUF001 - the same
)
"""A capital after a small letter, a sign within a word, two accents side by side."""
_WESTERN_SHARE = 0.95
_KANA = re.compile("[\\u3041-\\u30fe\\uff66-\\uff9f]")
_LEAST_PAIRS = 32


def guess_codec(sample: bytes) -> str:
    """Return the Python codec that the bytes beyond ASCII are probably in."""
    evidence = _evidence(sample)
    western, mac = _unlikeliness(evidence, "cp1252"), _unlikeliness(evidence, "mac-roman")
    if mac is not None and (western is None or mac < western or (mac == western and _lines_end_as_on_old_macs(sample))):
        return "mac-roman"
    if western is not None:
        return "cp1252"
    return "cp932" if _looks_japanese(evidence) else _charset_normalizers_guess(evidence)


def unmarked_utf_16(sample: bytes) -> str:
    """Return the byte order that zero bytes show: those of Latin letters, or of digits and line ends; or nothing."""
    pairs = len(sample) // 2
    zeros_first, zeros_last = sample[0 : pairs * 2 : 2].count(0), sample[1 : pairs * 2 : 2].count(0)
    for codec, here, there in (("utf-16-le", zeros_last, zeros_first), ("utf-16-be", zeros_first, zeros_last)):
        if there > pairs * 0.05:
            continue
        if here > pairs * 0.4 or (here > pairs * 0.1 and pairs >= _LEAST_PAIRS and _has_lines(sample, codec)):
            return codec
    return ""


def _has_lines(sample: bytes, codec: str) -> bool:
    try:
        text = codecs.getincrementaldecoder(codec)().decode(sample)
    except UnicodeDecodeError:
        return False
    return "\n" in text or "\r" in text


def _evidence(sample: bytes) -> bytes:
    """Return the lines that have anything beyond ASCII: they alone tell encodings apart."""
    lines = (line for line in sample.splitlines(keepends=True) if not line.isascii())
    return b"".join(lines)[:_EVIDENCE_BYTES]


def _unlikeliness(evidence: bytes, codec: str) -> float | None:
    """Return how odd the bytes read as Western European words, from 0; None if they do not read as such at all.

    Cyrillic or Greek bytes look like accented letters too, but side by side.
    """
    text = evidence.decode(codec, "replace")
    beyond_ascii = [character for character in text if character > "\x7f"]
    letters = len(_LETTER.findall(text))
    signs = sum(character in _SIGNS for character in beyond_ascii)
    odd = len(_UNLIKELY.findall(text)) / len(beyond_ascii)
    if letters + signs < _WESTERN_SHARE * len(beyond_ascii) or signs > letters + 2 or odd > 0.2:  # noqa: PLR2004 - tried
        return None
    return odd


def _lines_end_as_on_old_macs(sample: bytes) -> bool:
    return b"\r" in sample and b"\n" not in sample


def _looks_japanese(evidence: bytes) -> bool:
    try:
        text = codecs.getincrementaldecoder("cp932")().decode(evidence)
    except UnicodeDecodeError:
        return False
    beyond_ascii = sum(character > "\x7f" for character in text)
    return len(_KANA.findall(text)) > beyond_ascii * 0.1


def _charset_normalizers_guess(evidence: bytes) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - needed for few files, and slow to import

    best = from_bytes(evidence).best()
    return codecs.lookup(best.encoding).name if best is not None else "cp1252"
