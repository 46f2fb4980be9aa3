"""Damaged texts, and texts that stand for nothing: how they are told, and how damaged ones are repaired.

A text is damaged by programs that read UTF-8 as Windows-1252 (`JosÃ©`), write letters as codes of web pages
(`Jos&eacute;`), or put a question mark for what they cannot write (`Mar?a`). Telling that is a matter of likelihood: so
it makes a row invalid only if the config says so.
"""

import html
import re
import string

from importer.mapper.messages import cell_problem, quoted
from importer.model.rows import Problem

TEXT_REPAIRED = "text_repaired"
"""The code of a flaw that is none any more."""
_PLACEHOLDERS = frozenset(
    ("nan", "null", "none", "nil", "n/a", "\\n", "undefined", "(null)", "[null]", "<null>", "<na>", "(none)", "(n/a)")
)
"""What programs write for nothing, in small letters."""
_FIRST_NAMES = frozenset({"Nan", "Nil"})
CELL_ERROR = re.compile(
    r"#(?:N/[AD]|NV|[¡¿]?(?:REF|VALUE|DIV/0|NAME|NUM|NULL|SPILL|CALC|ERROR|VALOR|VALEUR|VALORE|NOMBRE|NOME|NOM|WERT|BEZUG|"
    r"ZAHL|RIF|NULO)[!?])"
)
"""What a spreadsheet program shows for a formula that went wrong, in six languages, and writes into a CSV file."""
MARKS = re.compile("[\ufffd?&\u00c2-\u00c5\u00d0\u00e2\u00f0]")
"""In every damaged text, and in few others: they are searched first."""
_CODES = re.compile("&(?:#[0-9]{2,6}|#[xX][0-9a-fA-F]{2,5}|[A-Za-z]{2,8}[0-9]{0,2});")
_TWICE_ENCODED = re.compile(
    "[\u00c2-\u00c5\u00d0][\x80-\xbf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
    "|\u00e2[\x80\u20ac][\x80-\xbf\u0152\u0153\u0160\u0161\u017e\u02dc\u2018-\u203a\u20ac\u2122]|\u00f0[\x9f\u0178]"
)
"""The two to four bytes of a letter or sign in UTF-8, each read as a sign of its own (Windows-1252)."""
_LOST_LETTER = re.compile(r"(?<![^\s(\"'])(?:[^\W\d_]['-]?)+\?(?:['-]?[^\W\d_])+(?![^\s,;.)\"'!?-])")
_LOST_IN_A_NAME = re.compile(r"[^\W\d_]\?|\?[^\W\d_]")
MAYBE_NOTHING = re.compile(r"[\W_]*+(?:n(?:an|ull|one|il|/?a)?|undefined)?[\W_]*+$", re.IGNORECASE)
"""Every placeholder, and every text without letters and digits: what else is not searched for them."""
NOTHING_BEGINS = f"{string.punctuation}{string.whitespace}\xa0nNuU"
"""With these begins whatever `MAYBE_NOTHING` has to be asked about."""
_NO_NAME = re.compile(r"[!-/:-@\[-`{-~\s]+")


def is_placeholder(text: str) -> bool:
    """Return whether the text is what programs write for nothing, such as `NULL`."""
    return text.casefold() in _PLACEHOLDERS or CELL_ERROR.fullmatch(text) is not None


def text_flaw(text: str, *, is_name: bool, repairs: bool) -> Problem | None:
    """Return what is wrong with a text that is damaged or stands for nothing; it can be sent all the same.

    Args:
        text: The cell's text as it was read.
        is_name: Whether it is a contact's name, or a part of it: then it must have a letter or digit.
        repairs: Whether `repaired` is sent: the problem then says what it became, or what could not be repaired.

    """
    text = text.strip()
    if (text.casefold() in _PLACEHOLDERS and text not in _FIRST_NAMES) or (is_name and _NO_NAME.fullmatch(text)):
        what = "is what programs write for nothing: empty the cell, or say under [values] what it means."
        return cell_problem("text_placeholder", text, what)
    if not _is_damaged(text, is_name=is_name):
        return None
    meant = repaired(text)
    if meant == text or _is_damaged(meant, is_name=is_name):
        return cell_problem("text_damaged", text, "has letters that were lost before it was read here: write it again.")
    if repairs:
        return cell_problem(
            TEXT_REPAIRED, text, f"is sent as {quoted(meant)}: its letters were written as other signs."
        )
    what = f"is probably {quoted(meant)}: write it again, or set repair_text = true under [contact] of the config."
    return cell_problem("text_damaged", text, what)


def _is_damaged(text: str, *, is_name: bool) -> bool:
    if not MARKS.search(text):  # nearly all
        return False
    lost = _LOST_IN_A_NAME if is_name else _LOST_LETTER
    return "\ufffd" in text or _is_repairable(text) or lost.search(text) is not None


def _is_repairable(text: str) -> bool:
    return _TWICE_ENCODED.search(text) is not None or any(html.unescape(one) != one for one in _CODES.findall(text))


def repaired(text: str) -> str:
    """Return the text with letters for what stands for them: `JosÃ©` and `Jos&eacute;` are both `José`."""
    if not (MARKS.search(text) and _is_repairable(text)):
        return text
    from ftfy import TextFixerConfig, fix_text  # noqa: PLC0415 - needed for few files

    config = TextFixerConfig(
        unescape_html=True, uncurl_quotes=False, fix_latin_ligatures=False, fix_character_width=False, explain=False
    )
    return fix_text(text, config)
