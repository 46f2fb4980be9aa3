"""Clean a cell's text of invisible characters."""

import re
import unicodedata

_BETWEEN_WORDS = re.compile(r"[\W_]+")
_BROKEN = re.compile(r"[\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_GAPS = re.compile(r"[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Joiners (U+200C, U+200D) stay: Persian words and family emoji need them.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)


def is_plain(cell: str) -> bool:
    """Return whether `cleaned` would only strip the cell; true of most cells, and cheap."""
    return cell.isascii() and cell.isprintable()


def is_broken(cell: str) -> bool:
    """Return whether the cell holds a lone surrogate, which cannot be sent."""
    return _BROKEN.search(cell) is not None


def cleaned(cell: str) -> str:
    """Return the cell in Unicode's composed form, without control characters and without white space around it.

    Line ends become line feeds, other white space becomes spaces, lone surrogates become U+FFFD.
    """
    text = _LINE_ENDS.sub("\n", _BROKEN.sub("\N{REPLACEMENT CHARACTER}", cell))
    return unicodedata.normalize("NFC", _UNSEEN.sub("", _GAPS.sub(" ", text))).strip()


def one_line(text: str) -> str:
    """Return a cleaned text with a space for each line end."""
    return " ".join(text.split()) if "\n" in text else text


def folded_name(name: str) -> str:
    """Return a name for comparison: in small letters, without accents and punctuation."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return _BETWEEN_WORDS.sub(" ", "".join(sign for sign in apart if not unicodedata.combining(sign))).strip()
