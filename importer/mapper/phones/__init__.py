"""Convert a cell's text to a contact's identifier: a valid phone number, or another service's handle. Pure.

What people and spreadsheet programs write is turned into digits here, `numbering_plans` validates them by country, and
`countries` knows the countries' names. Only what is unambiguous is accepted; everything else is a problem with a code
of its own.
"""

import re
import unicodedata

from importer.mapper.messages import cell_problem
from importer.mapper.phones.numbering_plans import EXAMPLE, e164
from importer.model.phone_forms import in_form
from importer.model.rows import Problem

_PLAIN_NUMBER = re.compile(r"(\+?)([1-9][0-9]{6,14})")
"""A number that needs no cleaning."""
_SCIENTIFIC = re.compile(r"\+?([0-9])(?:[.,]([0-9]+))?[eE]\+?([0-9]{1,2})")

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


def identify(text: str, source: str, country: str, form: str = "as_written") -> str | Problem:
    """Return the identifier in the cell's text, or the problem with it: a phone number as digits with country code.

    Args:
        text: The cell's text.
        source: `whatsapp` makes it a phone number; any other source takes the text as it is.
        country: Region (ISO 3166, upper case) of numbers without a country code; empty: none is assumed.
        form: `with` or `without` the extra digit that some countries' mobile numbers can have, or `as_written`.

    """
    if source != "whatsapp":
        return _handle(text)
    plain = _PLAIN_NUMBER.fullmatch(text)
    written = (plain[1], plain[2]) if plain else _plus_and_digits(text)
    number = written if isinstance(written, Problem) else e164(*written, country, text)
    return number if isinstance(number, Problem) else in_form(number[1:], form)


def _handle(text: str) -> str | Problem:
    """Return the identifier of a Telegram, Instagram or Facebook contact."""
    handle = cleaned_phone(text)
    if not handle:
        return Problem(code="identifier_missing", message="The cell is empty: a contact needs an identifier.")
    if _SCIENTIFIC.fullmatch(handle):
        return _from_scientific(handle, "identifier_digits_lost")
    return _without_decimals(handle)


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


def _without_decimals(text: str) -> str:
    """Return the digits of a number cell's text, such as `34600111222.0`; any other text as it is."""
    cell = _NUMBER_CELL.fullmatch(text)
    return cell[1] if cell else text


def _plus_and_digits(text: str) -> tuple[str, str] | Problem:
    """Return a number as (`+` or nothing, digits); a leading `00` is its plus."""
    text = _without_decimals(cleaned_phone(text))
    if _SCIENTIFIC.fullmatch(text) or _TOO_NARROW.fullmatch(text):
        recovered = _from_scientific(text, "phone_digits_lost")
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


def _from_scientific(text: str, code: str) -> str | Problem:
    """Return the digits of a text like `5.73001234567E+11` if it has all of them, else a problem with that code."""
    if found := _SCIENTIFIC.fullmatch(text):
        fraction, exponent = found[2] or "", int(found[3])
        if len(fraction) >= exponent and not fraction[exponent:].strip("0"):
            return found[1] + fraction[:exponent]
    what = "has lost its digits in the spreadsheet program: format the column as text and write the whole number again."
    return cell_problem(code, text, what)
