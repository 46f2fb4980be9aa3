"""The two forms of some countries' mobile numbers, and whether two numbers are one. Pure.

Mobile numbers of three countries have two forms: Mexico's 52 and 521, Argentina's 54 and 549, Brazil's with and without
the 9. A Mexican or Argentine number in the shorter form may be a mobile or a landline, and for a landline the longer
form is wrong. So both are valid, and numbers are rewritten only where the config asks for it; the service may answer
with either.
"""

import re

_LONG = re.compile(r"(52)1([0-9]{10})|(54)9([0-9]{10})|(55[1-9][0-9])9([6-9][0-9]{7})")
_SHORT = re.compile(r"(52)([2-9][0-9]{9})|(54)([1-8][0-9]{9})|(55[1-9][0-9])([6-9][0-9]{7})")
_MOBILE_DIGIT = {"52": "1", "54": "9", "55": "9"}


def mobile_form(digits: str) -> tuple[str, bool] | None:
    """Return the country code and whether the mobile digit is there; None for numbers with only one form.

    Args:
        digits: The number with its country code and without a plus.

    """
    if digits[:2] not in _MOBILE_DIGIT:  # most numbers
        return None
    if _LONG.fullmatch(digits):
        return digits[:2], True
    return (digits[:2], False) if _SHORT.fullmatch(digits) else None


def in_form(digits: str, form: str) -> str:
    """Return the number in the given form; a number with only one form as it is.

    Args:
        digits: The number with its country code and without a plus.
        form: `with` or `without` the mobile digit, or `as_written`.

    """
    if form == "as_written" or digits[:2] not in _MOBILE_DIGIT:
        return digits
    found = (_SHORT if form == "with" else _LONG).fullmatch(digits)
    if not found:
        return digits
    before, after = filter(None, found.groups())
    return f"{before}{_MOBILE_DIGIT[digits[:2]]}{after}" if form == "with" else before + after


def other_form(digits: str) -> str:
    """Return the other form of a mobile number that has two; empty for one that has only one.

    Args:
        digits: The number with its country code and without a plus.

    """
    found = mobile_form(digits)
    return in_form(digits, "without" if found[1] else "with") if found else ""


def is_same_number(one: str, other: str) -> bool:
    """Return whether two numbers, as digits with country code, are the same one, be it in two forms."""
    return one == other or in_form(one, "without") == in_form(other, "without")
