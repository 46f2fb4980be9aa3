"""Guess which encoding of before Unicode a text has, by the letters of the languages that it was made for. Pure.

Each codec is tried with each language that it can write. A language is a table of its own letters beyond ASCII, from
common to rare; the reading in which one language explains the letters best wins. That needs few words: `Muñoz` and
`Víctor` are Spanish in cp850 and of no language in cp775, and `Ayşe` is Turkish where cp1252 has the Icelandic `Ayþe`.
What no language explains is left to charset-normalizer.
"""

import codecs
import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from importer.readers.text.decode import LONGEST_EXAMPLE

_LANGUAGES = {
    # language: logarithm of how probable it is beforehand; its letters: common, less common, rare
    "Spanish": (0.0, "óíáé ñúü ç"),
    "French": (-0.5, "é èàêç ôîïâûëùœ"),
    "Italian": (-0.5, "àèòùì éóí ú"),
    "Portuguese": (-0.5, "ãáçéíóê úâô õàü"),
    "German": (-0.5, "üäö ß éè"),
    "Catalan": (-1.5, "óàíçèé úòï ü"),
    "Dutch": (-1.5, "ëé ïèöü ê"),
    "Swedish or Finnish": (-2.0, "äåö é ü"),
    "Danish or Norwegian": (-2.0, "øåæ é öä"),
    "Icelandic": (-4.5, "áðíéó þúöýæ å"),
    "any Western": (-3.0, "éáíóñüöäàèçãúßøåêôâîëïûùòìæýœšžÿõðþ"),
    "Polish": (-2.5, "łóżąęś ćńź é"),
    "Czech": (-2.0, "áíéěčřž ýšů úťňďó"),
    "Slovak": (-2.5, "áíčéžšýúľ ôťňä ďóĺŕ"),
    "Hungarian": (-2.0, "áéöó íőüúű ä"),
    "Romanian": (-2.0, "ăâî șțşţ é"),
    "Croatian or Slovene": (-2.5, "čšžć đ é"),
    "any Central European": (-4.0, "áéíóöüčšžńřěýłćőśäňąęđúůďťľűźżăţşôâîßë"),
    "Turkish": (-1.5, "ıüşçöğ â îû"),
    "Lithuanian": (-3.5, "ėšųžąįūčę é"),
    "Latvian": (-3.5, "āīēšņūļ žčģķ ō"),
    "Russian": (-1.0, "оеаинтсрвлкмдпу яыьгзбчй хжшюцщэфъё"),
    "Ukrainian": (-2.0, "оанивіетрскдлмпу язьгбчй хцюжїєщшфґ"),
    "Greek": (-1.5, "αοιετσνηυρπκμλ ςίόάέήώγδύωχθ φβξζψϊϋΐΰ"),
    "Hebrew": (-2.5, "יוהלאמרתבנש חדקפעכם צגטזסןךףץ"),
    "Arabic": (-2.5, "اليمنرودبتع هسحفقشكجطةخصىأ ذضثغزءظئؤإآ"),
}
_CODECS = {
    # codec: logarithm of how probable it is among those of its languages; the first and the last of these; its name
    "cp1252": (0.0, "Spanish", "any Western", "Windows-1252 (Latin-1)"),
    "iso8859-15": (-1.5, "Spanish", "any Western", "ISO-8859-15 (Latin-9)"),
    "mac-roman": (-3.0, "Spanish", "any Western", "MacRoman"),
    "cp850": (-3.0, "Spanish", "any Western", "CP850 (DOS, Western European)"),
    "cp1250": (0.0, "Polish", "any Central European", "Windows-1250 (Central European)"),
    "iso8859-2": (-0.7, "Polish", "any Central European", "ISO-8859-2 (Latin-2)"),
    "cp852": (-3.0, "Polish", "any Central European", "CP852 (DOS, Central European)"),
    "mac-latin2": (-3.5, "Polish", "any Central European", "MacLatin2"),
    "cp1254": (0.0, "Turkish", "Turkish", "Windows-1254 (Turkish)"),
    "iso8859-9": (-1.0, "Turkish", "Turkish", "ISO-8859-9 (Latin-5)"),
    "cp857": (-3.0, "Turkish", "Turkish", "CP857 (DOS, Turkish)"),
    "mac-turkish": (-3.5, "Turkish", "Turkish", "MacTurkish"),
    "cp1257": (0.0, "Lithuanian", "Latvian", "Windows-1257 (Baltic)"),
    "iso8859-13": (-1.0, "Lithuanian", "Latvian", "ISO-8859-13 (Latin-7)"),
    "cp775": (-3.0, "Lithuanian", "Latvian", "CP775 (DOS, Baltic)"),
    "cp1251": (0.0, "Russian", "Ukrainian", "Windows-1251 (Cyrillic)"),
    "koi8-u": (-1.0, "Russian", "Ukrainian", "KOI8-U (Cyrillic)"),
    "cp866": (-1.5, "Russian", "Ukrainian", "CP866 (DOS, Cyrillic)"),
    "iso8859-5": (-2.5, "Russian", "Ukrainian", "ISO-8859-5 (Cyrillic)"),
    "mac-cyrillic": (-3.0, "Russian", "Ukrainian", "MacCyrillic"),
    "cp1253": (0.0, "Greek", "Greek", "Windows-1253 (Greek)"),
    "iso8859-7": (-1.0, "Greek", "Greek", "ISO-8859-7 (Greek)"),
    "cp737": (-3.0, "Greek", "Greek", "CP737 (DOS, Greek)"),
    "cp1255": (0.0, "Hebrew", "Hebrew", "Windows-1255 (Hebrew)"),
    "cp862": (-3.0, "Hebrew", "Hebrew", "CP862 (DOS, Hebrew)"),
    "cp1256": (0.0, "Arabic", "Arabic", "Windows-1256 (Arabic)"),
    "iso8859-6": (-1.0, "Arabic", "Arabic", "ISO-8859-6 (Arabic)"),
}
_OF_CHARACTERS = ("gb18030", "big5", "cp949", "cp932", "euc_jp", "cp874", "cp1258")
"""Codecs of East Asia, where no table of letters tells."""
_NAMES = {codec: name for codec, (_, _, _, name) in _CODECS.items()} | {"cp932": "Shift-JIS"}
_RANKS, _CAPITALS = (12.0, 3.0, 1.0), 0.3
"""How frequent common, less common and rare letters are, and a capital beside its small letter."""
_SIGNS = frozenset("€…‘’“”„•–—™\xa0¡§©ª«®°·º»¿")  # noqa: RUF001 - these very signs
_SPANISH_SIGNS = "¿¡"
_SPANISH_SIGN, _SIGN, _FOREIGN_LETTER, _NO_LETTER = -3.0, -4.5, -7.0, -14.0
"""Logarithms of how probable a character is that is not in a language's table."""
_LETTERS = [chr(code) for code in range(0x41, 0x530) if chr(code).isalpha()]
_SMALL, _CAPITAL = "".join(filter(str.islower, _LETTERS)), "".join(filter(str.isupper, _LETTERS))
_ODD = re.compile(
    f"[{_SMALL}][{_CAPITAL}]"  # a capital after a small letter
    f"|(?=[^A-Z])[{_CAPITAL}][A-Z][a-z]"  # two capitals at the beginning of a word, the first with an accent
    r"|[^\W\d_][^\w\s'’·-][^\W\d_]"  # noqa: RUF001 - a sign within a word
    f"|[^\\W\\d_]\xa0[{_SMALL}]"  # a fixed space in it
    r"|[^\W\d_]{3}’[^\W\d_]{2}"  # noqa: RUF001 - an apostrophe that stands for no article
    r"|[A-Za-z][\u0370-\u06ff]|[\u0370-\u06ff][A-Za-z]"  # two scripts in one word
    r"|[\xc0-\u024f]{3}"  # what Cyrillic looks like in a Western codec
)
_ODD_PLACE = -5.0
_OLD_MAC = 4.0
_LEAST_SCORE = -5.5
"""For each character; with less, no language of the table explains the text."""
_KANA = re.compile("[\\u3041-\\u30fe]")
_KANA_SHARE = 0.1
_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_EVIDENCE_BYTES, _MOST_WORDS = 32_768, 500
_SHORT_WORD = 14
"""Bytes of a word that leave a note about the encoding on two lines of a terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodingGuess:
    """The codec that a text probably has."""

    codec: str
    name: str
    """As people know the codec."""
    other: str
    """The next probable codec that reads the text otherwise; empty if there is none."""
    example: str
    """A word in which the two readings differ, as the probable codec reads it; empty if there is none."""
    other_example: str
    """The same word as the other codec reads it."""
    is_likely: bool
    """Whether a language explains the letters."""

    def note(self) -> str:
        """Return a sentence about the guess, with a word by which a person sees whether it is right."""
        said = f"Encoding guessed: it was read as {self.name}"
        if not self.example:
            return f"{said}. If that is wrong, say --encoding NAME."
        return f'{said}, with "{self.example}". If "{self.other_example}" is right, say --encoding {self.other}.'


def guess_codec(text: bytes, *, old_mac: bool = False) -> EncodingGuess:
    """Return the probable codec of a text that is no Unicode.

    Args:
        text: With at least one byte beyond ASCII; the lines with such bytes alone tell encodings apart.
        old_mac: Whether its lines end as on the Macs of before 2001.

    """
    evidence = b"".join(line for line in text.splitlines(keepends=True) if not line.isascii())[:_EVIDENCE_BYTES]
    words = list(dict.fromkeys(_WORD.findall(evidence)))[:_MOST_WORDS]
    shown_first = sorted(words, key=lambda word: len(word) > _SHORT_WORD)
    scores = {codec: _score(b" ".join(words), codec) for codec in _CODECS}
    scores["mac-roman"] += _OLD_MAC * old_mac
    ranked = sorted(_CODECS, key=scores.__getitem__, reverse=True)
    beyond_ascii = sum(byte > 0x7F for word in words for byte in word)  # noqa: PLR2004 - the last of ASCII
    is_likely = scores[ranked[0]] >= _LEAST_SCORE * (beyond_ascii + 1)
    if not is_likely:
        ranked.insert(0, _of_other_scripts(evidence) or "cp1252")
    codec = ranked[0]
    for other in ranked[1:]:
        for word in shown_first:
            here, there = word.decode(codec, "replace"), word.decode(other, "replace")
            if here != there:
                shown, instead = here[:LONGEST_EXAMPLE], there[:LONGEST_EXAMPLE]
                return EncodingGuess(
                    codec=codec,
                    name=_NAMES.get(codec, codec),
                    other=other,
                    example=shown,
                    other_example=instead,
                    is_likely=is_likely,
                )
    return EncodingGuess(
        codec=codec, name=_NAMES.get(codec, codec), other="", example="", other_example="", is_likely=is_likely
    )


def reads_well(text: str) -> bool:
    """Return whether all characters beyond ASCII are letters and signs in places where such stand in words."""
    fits = all(character.isalpha() or character in _SIGNS for character in text if character > "\x7f")
    return fits and not _ODD.search(text)


def _score(words: bytes, codec: str) -> float:
    """Return the logarithm of how probable the words are in the codec, in the language that suits them best."""
    probability, first, last, _ = _CODECS[codec]
    text = words.decode(codec, "replace")
    if text.isupper():
        text = text.lower()
    counts = Counter(character for character in text if character > "\x7f")
    odd = _ODD_PLACE * len(_ODD.findall(text))
    names = list(_LANGUAGES)
    languages = names[names.index(first) : names.index(last) + 1]
    return probability + odd + max(_LANGUAGES[name][0] + _fit(counts, _table(name)) for name in languages)


def _fit(counts: Mapping[str, int], table: Mapping[str, float]) -> float:
    return sum(count * (table.get(letter) or _otherwise(letter)) for letter, count in counts.items())


@cache
def _otherwise(character: str) -> float:
    if character in _SIGNS:
        return _SPANISH_SIGN if character in _SPANISH_SIGNS else _SIGN
    return _FOREIGN_LETTER if character.isalpha() else _NO_LETTER


@cache
def _table(language: str) -> Mapping[str, float]:
    """Return the logarithms of how probable the language's letters are."""
    groups = zip(_LANGUAGES[language][1].split(), _RANKS, strict=False)
    weights = {letter: rank for group, rank in groups for letter in group}
    weights |= {letter.upper(): rank * _CAPITALS for letter, rank in weights.items() if len(letter.upper()) == 1}
    if language == "Turkish":
        weights["İ"] = _RANKS[1]  # the capital of an ASCII letter
    total = sum(weights.values())
    return {letter: math.log(weight / total) for letter, weight in weights.items() if letter > "\x7f"}


def _of_other_scripts(evidence: bytes) -> str:
    """Return the codec of a text in no language of the table: Japanese by its syllables, else charset-normalizer's."""
    for codec in ("cp932", "euc_jp"):
        japanese = evidence.decode(codec, "replace")
        beyond_ascii = sum(character > "\x7f" for character in japanese)
        if japanese.count("\ufffd") <= 1 and len(_KANA.findall(japanese)) > _KANA_SHARE * beyond_ascii:
            return codec
    from charset_normalizer import from_bytes  # noqa: PLC0415 - needed for few files, and slow to import

    best = from_bytes(evidence, cp_isolation=[*_OF_CHARACTERS]).best()
    return codecs.lookup(best.encoding).name if best is not None else ""
