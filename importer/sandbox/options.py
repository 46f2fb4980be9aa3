"""The sandbox's behaviour, where the documentation leaves it open or a test wants it worse."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from importer.sandbox.account import DEFAULT_ACCOUNT, AccountSetup
from importer.sandbox.faults import Faults


class Duplicates(StrEnum):
    """What POST does for a contact that exists: the three behaviours that the documentation leaves open."""

    SECOND = "second"
    """Makes a second contact."""
    REFUSE = "refuse"
    """Refuses with 422."""
    RETURN = "return"
    """Answers 200 with the existing one, unchanged."""


class Cursor(StrEnum):
    """What `meta.next` stands for; the documentation does not say."""

    KEYSET = "keyset"
    """A conversation: what comes and goes meanwhile moves no other contact."""
    OFFSET = "offset"
    """A number of contacts: one that moves to the top repeats another, one that is deleted hides another."""


class OptionalFields(StrEnum):
    """When an answer has `team`, `channel` and `note`, which the documentation shows sometimes."""

    FILLED = "filled"
    """Where they have a value."""
    ALWAYS = "always"
    """Always; null where they have none."""
    UNLISTED = "unlisted"
    """Where they have a value, but never in the list of contacts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOptions:
    """All options of a sandbox."""

    account: AccountSetup = DEFAULT_ACCOUNT
    contacts: tuple[Mapping[str, Any], ...] = ()
    """Contacts that were there before, as bodies of POST /contacts that the account accepts, oldest conversation first.

    `created_at` (a datetime with a zone) may be among their fields; left out: 30 days before the sandbox started."""
    rate_limit: int = 300
    """Requests per second and token, in a strict sliding window; 0: no limit."""
    count_refused: bool = False
    """Whether requests answered with 429 count against the limit too."""
    retry_after: bool = False
    """Whether a 429 for the rate says `Retry-After`; the documentation does not promise it."""
    duplicates: Duplicates = Duplicates.SECOND
    """The worst case is the default: a contact that is sent twice exists twice, so that no mistake is hidden."""
    created_status: int = 200
    """Of the answer to a POST that made a contact; 201: then `undo` knows that it did. With 200 nothing proves it."""
    latency_seconds: float = 0.0
    """The delay of every answer; the call was carried out before it."""
    visible_after_seconds: float = 0.0
    """How long a look-up by phone number does not find a new contact; `math.inf`: it never does."""
    finds_both_forms: bool = False
    """Whether both forms of a mobile number (52 and 521, 54 and 549, Brazil's 9) are one contact's; undocumented."""
    adds_tags: bool = False
    """Whether the tags of a PATCH are added to those that are there, instead of taking their place; undocumented."""
    optional_fields: OptionalFields = OptionalFields.FILLED
    cursor: Cursor = Cursor.KEYSET
    chats: float = 0.0
    """How many contacts on average chat after each request for a page of contacts: they move to the top of the list."""
    seed: int = 0
    """Of who chats."""
    faults: Faults = field(default_factory=Faults)
