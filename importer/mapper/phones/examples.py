"""Example numbers of countries for messages: those that phonenumbers has of each, which are nobody's."""

from functools import cache

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from importer.model.phone_mask import is_example


@cache
def example_number(country: str) -> str:
    """Return a number of the country with + and country code, a mobile if there is one; else an empty text.

    Args:
        country: Region (ISO 3166, upper case); empty, or one without numbers: there is no example.

    """
    for kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE):
        number = phonenumbers.example_number_for_type(country, kind) if country else None
        text = phonenumbers.format_number(number, PhoneNumberFormat.E164) if number else ""
        if is_example(text):
            return text
    return ""


def such_as(country: str, otherwise: str = "") -> str:
    """Return `, such as` and an example of the country.

    Args:
        country: Region; empty: it is not known.
        otherwise: What is returned where there is no example.

    """
    return f", such as {example}" if (example := example_number(country)) else otherwise
