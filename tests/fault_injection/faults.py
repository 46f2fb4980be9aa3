"""What can go wrong with one request in virtual time: what the client sees, and whether the contact is made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from random import Random

from importer.model.replies import Arrival, Reply
from tests.fault_injection.troubles import Trouble


class Commit(Enum):
    """Whether the contact is made although something goes wrong."""

    NO = auto()
    YES = auto()
    LATE = auto()
    """After the client has given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong with one request."""

    name: str
    reply: Reply
    commit: Commit = Commit.NO
    hangs: bool = False
    """Nothing is heard before the client gives up."""
    of_another: bool = False
    """The answer is about somebody else."""


def _never(message: str) -> Reply:
    return Reply(arrival=Arrival.NEVER, message=message)


def _unknown(message: str) -> Reply:
    return Reply(arrival=Arrival.UNKNOWN, message=message)


def _answered(status: int, message: str = "", retry_after_seconds: float | None = None) -> Reply:
    message = message or f"status {status}"
    return Reply(arrival=Arrival.ANSWERED, http_status=status, message=message, retry_after_seconds=retry_after_seconds)


def _any_commit(name: str, reply: Reply, *, hangs: bool = False) -> Iterator[Fault]:
    for commit in Commit:
        yield Fault(name=f"{name}/{commit.name.lower()}", reply=reply, commit=commit, hangs=hangs)


NEVER_ARRIVED = (
    Fault(name="refused connection", reply=_never("the connection was refused")),
    Fault(name="no such name", reply=_never("name not found")),
)
TURNED_AWAY = (
    Fault(name="429", reply=_answered(429)),
    Fault(name="429 with Retry-After", reply=_answered(429, retry_after_seconds=2.0)),
    Fault(name="429 with a long Retry-After", reply=_answered(429, retry_after_seconds=20.0)),
)
MAY_HAVE_ARRIVED = (
    *_any_commit("reset", _unknown("the connection broke off")),
    *_any_commit("hang", _unknown("no answer in time"), hangs=True),
    *_any_commit("garbage status", _unknown("the answer was not HTTP")),
    *_any_commit("408", _answered(408)),
    *_any_commit("500", _answered(500)),
    *_any_commit("502", _answered(502)),
    *_any_commit("503 with Retry-After", _answered(503, retry_after_seconds=1.0)),
    *_any_commit("504", _answered(504), hangs=True),
    Fault(name="200 without uuid", reply=_answered(200), commit=Commit.YES),
    Fault(name="201 with half a body", reply=_answered(201), commit=Commit.YES),
    Fault(name="200 of a café's log-in page", reply=_answered(200)),
)
REFUSED = (
    Fault(name="400", reply=_answered(400, "bad request")),
    Fault(name="403 though the token is good", reply=_answered(403, "not this one")),
    Fault(name="413", reply=_answered(413)),
    Fault(name="422", reply=_answered(422, "note is too long")),
)
ENDING = (
    Fault(name="401", reply=_answered(401)),
    Fault(name="301", reply=_answered(301)),
    Fault(name="404", reply=_answered(404)),
    Fault(name="429 for an hour", reply=_answered(429, retry_after_seconds=3600.0)),
    Fault(name="bad certificate", reply=Reply(arrival=Arrival.NEVER, message="bad certificate", fatal=True)),
)
"""What ends the run; rare, or no run would come far."""
OTHER_CONTACTS = tuple(
    Fault(name=f"{status} with another contact/{commit.name.lower()}", reply=_answered(status), commit=commit,
          of_another=True)
    for status in (200, 201)
    for commit in Commit
)  # fmt: skip
FALSE_REFUSALS = (
    Fault(name="422 and made", reply=_answered(422, "could not be saved"), commit=Commit.YES),
    Fault(name="422, taken, and made", reply=_answered(422, "has already been taken"), commit=Commit.YES),
    Fault(name="400 and made", reply=_answered(400, "bad request"), commit=Commit.YES),
    Fault(name="409 and made", reply=_answered(409, "Conflict"), commit=Commit.YES),
)
"""The service refuses, and makes the contact all the same."""
_HTML_404 = Fault(name="404 in HTML", reply=replace(_answered(404), is_proxy_page=True))
"""The service's own 404 is JSON; a proxy's is not, and says nothing of the contact."""
OF_A_READ = (
    *NEVER_ARRIVED,
    *TURNED_AWAY,
    Fault(name="reset", reply=_unknown("the connection broke off")),
    Fault(name="cut body", reply=_unknown("the answer ended early")),
    Fault(name="garbage status", reply=_unknown("the answer was not HTTP")),
    Fault(name="hang", reply=_unknown("no answer in time"), hangs=True),
    Fault(name="408", reply=_answered(408)),
    Fault(name="500", reply=_answered(500)),
    Fault(name="502", reply=_answered(502)),
    Fault(name="503 with Retry-After", reply=_answered(503, retry_after_seconds=1.0)),
    Fault(name="504", reply=_answered(504), hangs=True),
    Fault(name="200 without a contact", reply=_answered(200)),
    Fault(name="200 with another contact", reply=_answered(200), of_another=True),
    Fault(name="403 though the token is good", reply=_answered(403, "not this one")),
)
"""Of a look-up and of a GET."""
_OF_A_LIST = tuple(fault for fault in OF_A_READ if not fault.name.startswith("403"))
"""There a 403 says that the token may not read it: whoever lies about that is believed."""
_ORDINARY = (*NEVER_ARRIVED, *TURNED_AWAY, *MAY_HAVE_ARRIVED, *REFUSED)
_ENDING_AN_UNDO = tuple(fault for fault in ENDING if fault.name != "404")
"""There a 404 says that the contact is gone: a service that lies about it has no importer that comes out right."""
_EVERY_KIND = 12
"""A seed has at least as many kinds of fault."""
_THROTTLED = 0.05
"""How often the weather is nothing but 429s."""
_PROXY_SHARE = 4
"""Kinds of fault for which a proxy that answers counts: two such answers in a row are needed to mislead anybody."""
_ENDING_SHARE = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How much goes wrong, and what."""

    share: float = 0.0
    """Of the POSTs, PATCHes and DELETEs, from 0.0 to 1.0."""
    look_up_share: float = 0.0
    stale_share: float = 0.0
    """Of the look-ups and GETs that say "not there" of what is there; of each contact once at most."""
    kinds: Sequence[Fault] = _ORDINARY
    """Of POSTs, PATCHes and DELETEs."""
    kinds_of_post: Sequence[Fault] = ()
    """Of POSTs alone."""
    kinds_of_read: Sequence[Fault] = OF_A_READ
    """Of look-ups and GETs."""
    of_proxy: Sequence[Fault] = ()
    """Of all but POSTs, which such an answer ends."""
    ends: bool = False
    """Whether some faults end the run."""

    def of_post(self, chance: Random) -> Fault | None:
        """Return what goes wrong with the next POST; None: nothing."""
        return self._of_change(chance, (*self.kinds, *self.kinds_of_post), ENDING)

    def of_known(self, chance: Random) -> Fault | None:
        """Return what goes wrong with the next PATCH or DELETE of a contact that is known; None: nothing."""
        return self._of_change(chance, (*self.kinds, *self.of_proxy), _ENDING_AN_UNDO)

    def of_read(self, chance: Random) -> Fault | None:
        """Return what goes wrong with the next look-up, or GET of a contact; None: nothing."""
        if chance.random() >= self.look_up_share:
            return None
        kinds = (*self.kinds_of_read, *self.of_proxy)
        return chance.choice(_ENDING_AN_UNDO if self.ends and chance.random() < _ENDING_SHARE else kinds)

    def of_list(self, chance: Random) -> Fault | None:
        """Return what goes wrong with the next page of teams or channels; None: nothing."""
        return chance.choice((*_OF_A_LIST, *self.of_proxy)) if chance.random() < self.look_up_share else None

    def _of_change(self, chance: Random, kinds: Sequence[Fault], ending: Sequence[Fault]) -> Fault | None:
        if chance.random() >= self.share:
            return None
        return chance.choice(ending if self.ends and chance.random() < _ENDING_SHARE else kinds)


CALM = Weather()


def weather(chance: Random, troubles: frozenset[Trouble] = frozenset()) -> Weather:
    """Return the weather of a seed: 2 to 60 % of faults, of twelve kinds or more."""
    share = 0.02 * 30.0 ** chance.random()
    kinds: Sequence[Fault] = chance.sample(_ORDINARY, chance.randint(_EVERY_KIND, len(_ORDINARY)))
    if chance.random() < _THROTTLED:
        share, kinds = 0.6, TURNED_AWAY
    others = OTHER_CONTACTS if Trouble.OTHER_CONTACT in troubles else ()
    false = FALSE_REFUSALS if Trouble.FALSE_REFUSAL in troubles else ()
    return Weather(
        share=share,
        look_up_share=share * chance.random(),
        stale_share=chance.choice([0.0, 0.3]),
        kinds=kinds,
        kinds_of_post=(*others, *false),
        kinds_of_read=chance.sample(OF_A_READ, chance.randint(1, chance.choice([3, len(OF_A_READ)]))),
        of_proxy=(_HTML_404,) * _PROXY_SHARE if Trouble.PROXY in troubles else (),
        ends=chance.random() < 0.5,
    )
