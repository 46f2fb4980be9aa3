"""Trouble that is no fault of the network, and may yet make a contact twice or delete what was not ours."""

from collections.abc import Collection
from enum import StrEnum
from random import Random

_SHARE = 0.2
_DAY_SECONDS = 86_400.0


class Trouble(StrEnum):
    """What happens besides faults, deaths and stops."""

    CLOCK = "clock"
    """Our clock is set, between runs and during them, by up to a day."""
    OTHER_CONTACT = "other-contact"
    """A POST is answered with another number's contact, with 200 or 201."""
    FALSE_REFUSAL = "false-refusal"
    """The service refuses with 4xx and makes the contact all the same; or it says "there", and never shows it."""
    BY_HAND = "by-hand"
    """A person adds contacts some seconds before a run that has them too."""
    WRITING = "writing"
    """One number is written in several ways, in both forms of a mobile number too, and the identifier's format and form
    change from run to run."""
    ACCOUNT = "account"
    """The account goes by another e-mail, label or address from run to run."""
    PROXY = "proxy"
    """Something on the way answers 404 in HTML to GETs and DELETEs: that is not the service's word."""
    CHANNEL = "channel"
    """Contacts are in several channels, and the main one is named or not."""


def troubles(chance: Random, only: Collection[Trouble] = ()) -> frozenset[Trouble]:
    """Return the troubles of a seed: those that are asked for, else each now and then."""
    drawn = frozenset(trouble for trouble in Trouble if chance.random() < _SHARE)
    return frozenset(only) or drawn


def step_seconds(chance: Random) -> float:
    """Return by how much a clock is set: seconds as often as hours, either way."""
    return float(chance.choice([-1.0, 1.0]) * _DAY_SECONDS ** chance.random())
