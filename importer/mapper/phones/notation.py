"""Parse the text of a cell as one phone number: a plus and digits, or a problem."""

import re
import unicodedata

from importer.mapper.messages import cell_problem
from importer.model.rows import Problem

EXAMPLE = "+34600111222"
PLAIN_NUMBER = re.compile(r"(\+?)([1-9][0-9]{6,14})")
"""A number that needs no cleaning."""
SCIENTIFIC = re.compile(r"\+?([0-9])(?:[.,]([0-9]+))?[eE]\+?([0-9]{1,2})")

_ENOUGH_FOR_A_NUMBER = 7
_SIGNS = {"Cf": "", "Pd": "-"}
"""Per Unicode category: zero width characters and directions of writing; dashes."""
_NUMBER_CELL = re.compile(r"(\+?[0-9]{7,})[.,]0{1,2}")
_GROUPED_NUMBER = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){2,}")
_TOO_NARROW = re.compile(r"#{3,}")
_EXTENSION = re.compile(
    r"[0-9][\s.,;)]*(?:extensi[oó]n|extn?|x|#|anexo|ramal|interno|int|poste|durchwahl)[\s.:=]*[0-9]+", re.IGNORECASE
)
_BETWEEN_NUMBERS = re.compile(r"[,;/|&\n]|\s-\s|(?=\+)|\b(?:o|or|y|e|and|ou|et|oder|und)\b", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s.()\[\]/\\-]+")
_DIALLED = re.compile(r"^(?:\++(?:00)?|00)")
_COMPACT = re.compile(r"(\+?)([0-9]+)")
_STRANGE = re.compile(r"[^0-9+\s.()\[\]/\\-]")


def cleaned_phone(text: str) -> str:
    """Return the text in ASCII digits and signs, without invisible characters and without a leading `'` or `tel:`."""
    if not text.isascii():
        text = "".join(map(_plain_sign, unicodedata.normalize("NFKC", text)))
    text = text.strip().lstrip("'").lstrip()
    return text[4:].lstrip() if text[:4].lower() == "tel:" else text


def _plain_sign(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    return _SIGNS.get(category, "-" if sign == "\N{MINUS SIGN}" else sign)


def without_decimals(text: str) -> str:
    """Return the digits of a number cell's text, such as `34600111222.0`; any other text as it is."""
    cell = _NUMBER_CELL.fullmatch(text)
    return cell[1] if cell else text


def plus_and_digits(text: str) -> tuple[str, str] | Problem:
    """Return a number as (`+` or nothing, digits); a leading `00` is its plus."""
    text = without_decimals(cleaned_phone(text))
    if SCIENTIFIC.fullmatch(text) or _TOO_NARROW.fullmatch(text):
        recovered = from_scientific(text, "phone_digits_lost")
        return recovered if isinstance(recovered, Problem) else ("", recovered)
    if not any(map(str.isalnum, text)):
        message = f"There is no phone number: write one such as {EXAMPLE}."
        return Problem(code="phone_missing", value=text, message=message)
    if _GROUPED_NUMBER.fullmatch(text):
        text = text.replace(",", "")
    if problem := _misfit(text):
        return problem
    compact = _COMPACT.fullmatch(_DIALLED.sub("+", _SEPARATORS.sub("", text)))
    return (compact[1], compact[2]) if compact else _strange(text, "+")


def _misfit(text: str) -> Problem | None:
    """Return the reason why the text is not exactly one phone number, if there is one."""
    if _EXTENSION.search(text):
        what = "has an extension, which WhatsApp cannot reach: write the number alone."
        return cell_problem("phone_extension", text, what)
    numbers = [part for part in _BETWEEN_NUMBERS.split(text) if sum(map(str.isdigit, part)) >= _ENOUGH_FOR_A_NUMBER]
    if len(numbers) > 1:
        what = "holds several numbers: keep one, and put each other in a row of its own."
        return cell_problem("phone_several", text, what)
    strange = _STRANGE.search(text)
    return _strange(text, strange[0]) if strange else None


def _strange(text: str, sign: str) -> Problem:
    what = "letters" if sign.isalpha() else f"the sign {sign} in the wrong place"
    return cell_problem("phone_letters", text, f"holds {what}: write the number with digits only, such as {EXAMPLE}.")


def from_scientific(text: str, code: str) -> str | Problem:
    """Return the digits of a text like `5.73001234567E+11` if it has all of them, else a problem with that code."""
    if found := SCIENTIFIC.fullmatch(text):
        fraction, exponent = found[2] or "", int(found[3])
        if len(fraction) >= exponent and not fraction[exponent:].strip("0"):
            return found[1] + fraction[:exponent]
    what = "has lost its digits in the spreadsheet program: format the column as text and write the whole number again."
    return cell_problem(code, text, what)
