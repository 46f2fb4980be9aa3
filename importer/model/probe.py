"""What a probe of an account found out: how the service does what its documentation leaves open. Frozen values."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class DuplicateBehaviour(StrEnum):
    """What POST /contacts does for a contact that is there already."""

    SECOND = "second"
    """Makes a second contact."""
    REFUSE = "refuse"
    """Refuses it with a 4xx."""
    RETURN = "return"
    """Answers with the contact that is there."""


class NumberForm(StrEnum):
    """How a phone number is written in a look-up or an answer."""

    DIGITS = "digits"
    """As it was sent: country code and digits."""
    PLUS = "plus"
    """The same with a plus in front."""
    OTHER = "other_form"
    """Digits in the other form of the number: with or without the extra digit of Mexico, Argentina and Brazil."""
    GROUPED = "grouped"
    """The same digits with spaces or signs between them; of answers only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeAnswers:
    """What a probe found out about one account."""

    duplicates: DuplicateBehaviour | None = None
    """None: it did not find out, for instance because no clear answer came."""
    created_status: int = 0
    """HTTP status of the answer to the first POST."""
    status_proves: bool = False
    """Whether 201 says that a POST made a contact: not where a POST that made none got it too."""
    created_at_proves: bool = False
    """Whether its `createdAt` and `Date` said so; they cannot where the answer comes within a second."""
    visible_after_seconds: float | None = None
    """After how long a look-up showed what was just made; None: it did not within `watched_seconds`."""
    watched_seconds: float = 0.0
    """How long it was looked for, from the answer to the POST."""
    found_by: tuple[NumberForm, ...] = ()
    """Forms of the number in which a look-up found the contact."""
    not_found_by: tuple[NumberForm, ...] = ()
    """Forms in which it did not."""
    returned_form: NumberForm | None = None
    """How the service writes the number; None: it shows none, or another."""
    answered_at: datetime | None = None
    """By our clock, UTC."""

    @property
    def is_look_up_reliable(self) -> bool:
        """Whether look-ups show what was just made, sooner or later."""
        return self.visible_after_seconds is not None

    def to_json(self) -> str:
        """Return the answers as JSON text."""
        return json.dumps(asdict(self) | {"answered_at": self.answered_at and self.answered_at.isoformat()})

    @classmethod
    def from_json(cls, text: str) -> "ProbeAnswers":
        """Return the answers that `to_json` wrote."""
        return cls.from_fields(json.loads(text))

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> "ProbeAnswers":
        """Return the answers of a JSON object."""
        duplicates, returned, at = fields["duplicates"], fields["returned_form"], fields["answered_at"]
        return replace(
            cls(),
            **{
                **fields,
                "duplicates": DuplicateBehaviour(duplicates) if duplicates else None,
                "found_by": tuple(map(NumberForm, fields["found_by"])),
                "not_found_by": tuple(map(NumberForm, fields["not_found_by"])),
                "returned_form": NumberForm(returned) if returned else None,
                "answered_at": datetime.fromisoformat(at) if at else None,
            },
        )
