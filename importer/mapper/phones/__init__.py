"""Convert a cell's text to a contact's identifier: a valid phone number, or another service's handle. Pure.

What people and programs write around a number is removed and the rest turned into digits here, `numbering_plans`
validates them by country, and `countries` knows the countries' names. Only what is unambiguous is accepted; everything
else is a problem with a code of its own.
"""

import re
import unicodedata
from collections.abc import Iterable

from importer.mapper.messages import cell_problem
from importer.mapper.phones.examples import such_as
from importer.mapper.phones.numbering_plans import e164, is_mobile
from importer.mapper.text_damage import is_placeholder
from importer.model.phone_forms import in_form
from importer.model.rows import Problem

_PLAIN_NUMBER = re.compile(r"(\+?)([1-9][0-9]{6,14})")
"""A number that needs no cleaning."""
_SCIENTIFIC = re.compile(r"\+?([0-9])(?:[.,]([0-9]+))?[eE]\+?([0-9]{1,2})")

_ENOUGH_FOR_A_NUMBER = 7
NUMBERS_APART = " ::: "
"""How Google Contacts and others join the values of one cell."""
_NONE_FOR_WHATSAPP = frozenset({"phone_missing", "phone_extension"})
"""Codes of cells in whose place the number of another column is what the person wants."""
_DIGITS_LOST = "phone_digits_lost"
_LETTERS_LIKE_DIGITS = str.maketrans("OoIlSB", "001158")
_SIGNS = {"Cf": "", "Pd": "-"}
"""Per Unicode category: zero width characters and directions of writing; dashes."""
_UNSEEN = frozenset({"Cc", "Mn", "Me", "So"})
"""Unicode categories of signs beside digits that mean nothing: variation selectors, key caps, pictures."""
_FILLERS = "\u115f\u1160"  # Hangul letters that show nothing
_AROUND = " =\"'`\u00ab\u00b4\u00bb\u2018\u2019\u201a\u201c\u201d\u201e,;|:"  # of formulas, quotations, lists
_ADDRESS = re.compile(
    r"(?:(?:https?://)?(?:www\.)?wa\.me/|(?:(?:https?://)?(?:api|web)\.whatsapp\.com/|whatsapp://)send/?\?(?:\S*&)?phone=)"
    r"(?:\+|%2b)?([0-9][0-9 -]{5,})/?(?:[?&].*)?|\+?([0-9]{7,})(?::[0-9]+)?@(?:c\.us|s\.whatsapp\.net)",
    re.IGNORECASE,
)
"""WhatsApp's links and addresses: their numbers have their country code, and no plus."""
_LABEL = (
    "(?:[mptw]|ph|phone|tel|telf|tlf|tfno|tlfno|tel[eé]fono|t[eé]l[eé]phone|telefone|telefon|n[uú]mero|number|num|nr|"
    "m[oó]vil|mov|mobile?|mob|celular|cellulare|cell|cel|handy|portable|telem[oó]vel|whats ?app|wsp|wpp|wa|callto|sms|"
    "skype|casa|home|work|trabajo|oficina|office|tienda|fijo|personal|private?|privado)"
)
_NOT_TO_BE_USED = "(?:fax|ext|no|not|old|sin|antiguo|viejo|wrong)"
_BEFORE = re.compile(rf"(?:{_LABEL}(?:[\s.:=/-]+|(?=\+)))+(?=[+(0-9])", re.IGNORECASE)
_AFTER = re.compile(
    rf"(?<=[0-9])(?:[\s,;:/-]+{_LABEL}|[\s,;:/-]*\((?![^)]*\b{_NOT_TO_BE_USED}\b)[^()0-9]+\))\.?$", re.IGNORECASE
)
"""A label, or the name of a person in brackets; what may say that the number is not to be used stays."""
_LONGEST_WITH_LABEL = 100
"""Of a longer text no label is searched: it is no number, and the search could take long."""
_OR_NONE = ", or delete the row"
"""What to do where a person has no number at all."""
_NUMBER_CELL = re.compile(r"(\+?[0-9](?: ?[0-9]){6,})[.,]0{1,2}")
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
    written = (plain[1], plain[2]) if plain else _plus_and_digits(text, country)
    number = written if isinstance(written, Problem) else e164(*written, country, text)
    return number if isinstance(number, Problem) else in_form(number[1:], form)


def count_right(cells: Iterable[str], region: str) -> int:
    """Return how many cells hold a phone number that is right if those without a country code are from a region."""
    return sum(isinstance(identify(cell, "whatsapp", region), str) for cell in cells)


def numbers_in(text: str) -> list[str]:
    """Return the parts of a cell that an exporter joined, such as Google's `+34 600111222 ::: +34 910111222`."""
    return [part for piece in text.split(NUMBERS_APART.strip()) if (part := piece.strip())]


def one_number(text: str, country: str, several: str) -> str:
    """Return the text of the one number of a cell, or of several cells, that is to be used; else the text as it is.

    Of several cells it is the first mobile, else one that was mistyped and seems to be a mobile, else the first that
    holds a number, mistyped or not: no landline takes the place of a mobile that a person will correct.

    Args:
        text: The text, with ` ::: ` between cells, and between numbers that were joined on purpose.
        country: Region of numbers without a country code; empty: none is assumed.
        several: What to do with numbers that a person joined: `refuse`, `first` or `first_mobile`.

    """
    are_apart = NUMBERS_APART in text
    if are_apart:
        parts = [one_number(part, country, several) for part in numbers_in(text)]
    elif several == "refuse":  # nearly every row
        return text
    else:
        parts = list(filter(_may_be_number, map(str.strip, _BETWEEN_NUMBERS.split(text))))
    if len(parts) < 2:  # noqa: PLR2004 - nothing to choose from
        return "".join(parts) if are_apart else text
    found = [(part, identify(part, "whatsapp", country)) for part in parts]
    mobiles = [part for part, number in found if isinstance(number, str) and is_mobile(number)]
    if not are_apart:
        right = [part for part, number in found if isinstance(number, str)]
        return [*(mobiles if several == "first_mobile" else []), *right, *parts][0]
    if mobiles:  # nearly every row: what else stands there is not looked at
        return mobiles[0]
    wrong = [part for part, number in found if isinstance(number, Problem) and is_mistyped(part, number)]
    usable = [part for part, number in found if isinstance(number, str) or part in wrong]
    return [*(part for part in wrong if _seems_mobile(part, country)), *usable, *parts][0]


def _may_be_number(text: str) -> bool:
    """Return whether the text has as many digits as a phone number."""
    return sum(map(str.isdigit, text)) >= _ENOUGH_FOR_A_NUMBER


def is_mistyped(text: str, problem: Problem) -> bool:
    """Return whether the text was meant to be a number that WhatsApp can reach, but is none as it stands.

    One that a spreadsheet program shows as `6.12E+08` or `#####` is one, however few digits are left.

    Args:
        text: What stands there.
        problem: Why it is no number.

    """
    return problem.code == _DIGITS_LOST or (_may_be_number(text) and problem.code not in _NONE_FOR_WHATSAPP)


def _seems_mobile(text: str, country: str) -> bool:
    """Return whether a mistyped number is probably a mobile: it is one with digits added, taken off, or for letters."""
    if not _may_be_number(text):
        return True  # what a spreadsheet program left of a number
    digits = text.translate(_LETTERS_LIKE_DIGITS).rstrip()
    guesses = (digits, f"{digits}5", f"{digits}55", digits[:-1], *_BETWEEN_NUMBERS.split(text))
    numbers = (identify(guess, "whatsapp", country) for guess in guesses)
    return any(isinstance(number, str) and is_mobile(number) for number in numbers)


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


def undecorated(text: str) -> str:
    """Return a phone number's text without what people and programs put around it, such as `p:` or `(Ana)`.

    A number of one of WhatsApp's links or addresses gets a plus.
    """
    text = cleaned_phone(text)
    if not text.isascii() or not text.isprintable():
        seen = (sign for sign in text if sign.isspace() or unicodedata.category(sign) not in _UNSEEN)
        text = "".join(seen).translate(dict.fromkeys(map(ord, _FILLERS)))
    text = text.strip(_AROUND)
    if address := _ADDRESS.fullmatch(text):
        return f"+{address[1] or address[2]}"
    if len(text) > _LONGEST_WITH_LABEL:
        return text
    if label := _BEFORE.match(text):
        text = text[label.end() :]
    return _AFTER.sub("", text)


def _plain_sign(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    return _SIGNS.get(category, "-" if sign == "\N{MINUS SIGN}" else sign)


def _without_decimals(text: str) -> str:
    """Return the digits of a number cell's text, such as `34600111222.0`; any other text as it is."""
    cell = _NUMBER_CELL.fullmatch(text)
    return cell[1] if cell else text


def _plus_and_digits(text: str, country: str = "") -> tuple[str, str] | Problem:
    """Return a number as (`+` or nothing, digits); a leading `00` is its plus. The country is for messages."""
    text = _without_decimals(undecorated(text))
    if _SCIENTIFIC.fullmatch(text) or _TOO_NARROW.fullmatch(text):
        recovered = _from_scientific(text, _DIGITS_LOST)
        return recovered if isinstance(recovered, Problem) else ("", recovered)
    if not any(map(str.isalnum, text)) or (not text[-1].isdecimal() and is_placeholder(text)):
        example = such_as(country, otherwise=", with + and the country code")
        message = f"There is no phone number: write one{example}{_OR_NONE}."
        return Problem(code="phone_missing", value=text, message=message)
    if _GROUPED_NUMBER.fullmatch(text):
        text = text.replace(",", "")
    if problem := _misfit(text, country):
        return problem
    compact = _COMPACT.fullmatch(_DIALLED.sub("+", _SEPARATORS.sub("", text)))
    return (compact[1], compact[2]) if compact else _strange(text, "+", country)


def _misfit(text: str, country: str) -> Problem | None:
    """Return the reason why the text is not exactly one phone number, if there is one."""
    if _EXTENSION.search(text):
        what = "has an extension, which WhatsApp cannot reach: write the number alone."
        return cell_problem("phone_extension", text, what)
    if sum(map(_may_be_number, _BETWEEN_NUMBERS.split(text))) > 1:
        what = "holds several numbers: keep one, and put each other in a row of its own."
        return cell_problem("phone_several", text, what)
    strange = _STRANGE.search(text)
    return _strange(text, strange[0], country) if strange else None


def _strange(text: str, sign: str, country: str) -> Problem:
    what = "letters" if sign.isalpha() else f"the sign {sign} in the wrong place"
    or_none = "" if any(map(str.isdecimal, text)) else _OR_NONE
    advice = f"write the number with digits only{such_as(country)}{or_none}."
    return cell_problem("phone_letters", text, f"holds {what}: {advice}")


def _from_scientific(text: str, code: str) -> str | Problem:
    """Return the digits of a text like `5.73001234567E+11` if it has all of them, else a problem with that code."""
    if found := _SCIENTIFIC.fullmatch(text):
        fraction, exponent = found[2] or "", int(found[3])
        if len(fraction) >= exponent and not fraction[exponent:].strip("0"):
            return found[1] + fraction[:exponent]
    what = "has lost its digits in the spreadsheet program: format the column as text and write the whole number again."
    return cell_problem(code, text, what)
