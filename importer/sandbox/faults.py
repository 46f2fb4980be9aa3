"""Fault injection: the kinds of fault, and the choice of one for a request, at random or by script.

A fault has two sides: what the client sees (`FaultKind`) and whether the call was carried out nevertheless (`Commit`).
In words: `reset`, `reset+commit`, `error+late`. A new kind is a member here and a function in
`importer.sandbox.misbehaviour`.
"""

import random
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from importer.model.errors import UsageError


class FaultKind(StrEnum):
    """What the client sees; a kind that needs the right answer gives a 504 where nothing was committed."""

    RESET = "reset"
    """The connection is reset (TCP RST)."""
    CLOSE = "close"
    """The connection is closed without a response."""
    ERROR = "error"
    """500 with JSON."""
    BAD_GATEWAY = "bad_gateway"
    """502 with an HTML page."""
    UNAVAILABLE = "unavailable"
    """503 with `Retry-After`."""
    THROTTLED = "throttled"
    """429 without `Retry-After`."""
    THROTTLED_RETRY_AFTER = "throttled_retry_after"
    """429 with `Retry-After`."""
    HANG = "hang"
    """No response for `hang_seconds`; then the right answer."""
    CUT_BODY = "cut_body"
    """The right answer with half of the body that `Content-Length` promises."""
    NO_UUID = "no_uuid"
    """200 with a contact that has no UUID."""
    GATEWAY_TIMEOUT = "gateway_timeout"
    """504 with JSON."""
    UNAUTHORIZED = "unauthorized"
    """401, though the token is good."""
    FORBIDDEN = "forbidden"
    """403, though the token is good."""
    REDIRECT_301 = "redirect_301"
    """To GET /contacts, which answers 200, as the other redirects."""
    REDIRECT_302 = "redirect_302"
    REDIRECT_303 = "redirect_303"
    REDIRECT_307 = "redirect_307"
    REDIRECT_308 = "redirect_308"
    HTML = "html"
    """200 with an HTML page, such as the captive portal of a public network."""
    GARBAGE = "garbage"
    """A malformed status line."""
    CUT_HEADERS = "cut_headers"
    """The connection ends in the middle of the headers."""
    SLOW_BODY = "slow_body"
    """The right answer's first half, and `hang_seconds` later the rest."""
    HUGE_BODY = "huge_body"
    """200 with 10 MiB of JSON."""
    GZIP_BOMB = "gzip_bomb"
    """200 with some KiB that unpack to 32 MiB."""


class Commit(StrEnum):
    """Whether the call is carried out nevertheless."""

    NO = "no"
    YES = "commit"
    """Before the fault."""
    LATE = "late"
    """`commit_delay_seconds` after the fault."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of one request."""

    kind: FaultKind
    commit: Commit = Commit.NO

    def __str__(self) -> str:
        """Return it as `parse` reads it."""
        return self.kind.value if self.commit is Commit.NO else f"{self.kind}+{self.commit}"

    @classmethod
    def parse(cls, word: str) -> "Fault":
        """Return the fault of a word such as `reset` or `reset+commit`.

        Raises:
            ValueError: There is no such fault.

        """
        kind, plus, commit = word.strip().partition("+")
        return cls(FaultKind(kind), Commit(commit) if plus else Commit.NO)


EVERY_FAULT: Final = tuple(
    Fault.parse(word)
    for word in (
        *("reset", "reset+commit", "close+commit", "error", "error+commit", "error+late", "bad_gateway+commit"),
        *("unavailable", "throttled", "throttled_retry_after", "hang", "hang+commit", "hang+late"),
        *("cut_body+commit", "no_uuid+commit"),
    )
)
"""The default faults to choose from at random."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """A fault at a given request, for tests."""

    fault: Fault
    call: str = "POST /contacts"
    """A key of `importer.sandbox.calls.CALLS`, such as `GET /contacts/phone/:number`."""
    nth: int = 1
    """Which request of this call, from 1; those answered 401 or 429 for the rate are not counted."""
    times: int = 1
    """How many in a row; 0: all from there on."""

    def hits(self, call: str, count: int) -> bool:
        """Return whether it applies to the call's request of this number."""
        return call == self.call and count >= self.nth and (not self.times or count < self.nth + self.times)


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Which faults occur how often; by default, none."""

    probability: float = 0.0
    """Of each request with one of the methods, 0.0 to 1.0."""
    seed: int = 0
    """The same seed gives the same faults to the same sequence of requests."""
    kinds: tuple[Fault, ...] = EVERY_FAULT
    """All equally likely."""
    methods: frozenset[str] = frozenset({"POST", "PATCH", "DELETE"})
    script: tuple[Scripted, ...] = ()
    """Has priority over chance, whatever the method."""
    hang_seconds: float | None = None
    """How long `HANG` and `SLOW_BODY` are silent; None: until the client disconnects."""
    retry_after: str = "1"
    """`Retry-After` of `UNAVAILABLE` and `THROTTLED_RETRY_AFTER`: seconds, an HTTP date, or nonsense."""
    commit_delay_seconds: float = 1.0
    """The delay of `Commit.LATE`."""


class FaultChooser:
    """Chooses the fault of each request as it arrives."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._random = random.Random(faults.seed)  # noqa: S311 - seeded chance, no secret
        self._counts: Counter[str] = Counter()

    def choose(self, call: str, method: str) -> Fault | None:
        """Return the fault of the call's next request; None: none."""
        faults = self._faults
        if faults.script:
            self._counts[call] += 1
            for scripted in faults.script:
                if scripted.hits(call, self._counts[call]):
                    return scripted.fault
        if faults.probability and method in faults.methods and self._random.random() < faults.probability:
            return self._random.choice(faults.kinds)
        return None


def read_faults(text: str, seed: int = 0) -> Faults:
    """Parse the option `--faults`: `0.1`, or `0.1:reset,error+commit` for some kinds only.

    Raises:
        UsageError: It is malformed; the hint says what it may be.

    """
    share, _, words = text.partition(":")
    try:
        probability = float(share)
        kinds = tuple(Fault.parse(word) for word in words.split(",")) if words else EVERY_FAULT
    except ValueError as error:
        raise UsageError(f'--faults "{text}" cannot be read: {error}', _HOW_TO_SAY_FAULTS) from error
    if not 0 <= probability <= 1:
        raise UsageError(f"--faults {share} is not a probability between 0 and 1", _HOW_TO_SAY_FAULTS)
    return Faults(probability=probability, seed=seed, kinds=kinds)


_HOW_TO_SAY_FAULTS: Final = (
    "Say how often and, after a colon, which: --faults 0.1 or --faults 0.1:reset,error+commit. "
    f"The kinds are {', '.join(FaultKind)}, each alone, with +commit or with +late."
)
