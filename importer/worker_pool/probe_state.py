"""The state of a probe of the account: what was done so far, and the request that is next. Pure.

The whole state is in the journal before each request leaves. A contact counts as the probe's own only if the answer to
its own POST proves it (201, or a `createdAt` after the request left), or if it carries the probe's mark: a random word
in its name and note that nobody else knows.
"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from importer.model.phone_forms import in_form, mobile_form
from importer.model.policy import Policy, backoff_seconds
from importer.model.probe import NumberForm, ProbeAnswers
from importer.model.replies import RemoteContact, Reply
from importer.model.requests import Request, create_contact, delete_contact, get_contact
from importer.model.rows import Contact
from importer.worker_pool.circuit_breaker import stop_for

_CLOCKS_APART = timedelta(seconds=5)
"""Of the service's own computers: one writes `Date`, another `createdAt`."""


class Phase(StrEnum):
    """What the next request is for."""

    IS_FREE = "is_free"
    """Look up each form of the number: nobody may have it."""
    MAKE = "make"
    """The first POST."""
    SEE = "see"
    """Look it up until it is shown."""
    FORMS = "forms"
    """Look it up in the other forms of the number."""
    REPEAT = "repeat"
    """The second POST."""
    READ = "read"
    """GET a contact that is to be deleted."""
    DELETE = "delete"
    SWEEP = "sweep"
    """Look up each form of the number for contacts that carry the mark."""
    LIST = "list"
    """Walk the contact list for them."""
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeContact:
    """A contact that the probe surely made."""

    uuid: str
    has_mark: bool
    """Whether the service shows the mark in it; some services give contacts another name at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeState:
    """A probe, its next request included."""

    number: str
    """Digits, with country code."""
    mark: str
    phase: Phase = Phase.IS_FREE
    place: int = 0
    """Which form of the number is looked up."""
    failures: int = 0
    """Requests of this phase in a row that got no clear answer."""
    began_at: datetime | None = None
    """By the service's clock, before the first POST; None: it did not tell its time, and ours may be wrong."""
    made_seconds: float = 0.0
    """When the answer to the first POST came, by a clock that nobody sets."""
    to_delete: tuple[MadeContact, ...] = ()
    settled: tuple[str, ...] = ()
    """UUIDs that were deleted or are kept."""
    kept: tuple[str, ...] = ()
    """Those of them that are kept: they carry the mark, or did, and may be somebody's."""
    is_in_doubt: bool = False
    """A POST got no clear answer: it may make a contact later."""
    is_refused: bool = False
    """A POST was refused; some services refuse, and make the contact all the same."""
    has_stranger: bool = False
    """A look-up shows somebody else's contact of the same number, which may hide ours."""
    is_resumed: bool = False
    """An earlier command was cut off."""
    has_settled: bool = False
    """The settle time has passed since a POST that is in doubt."""
    sweeps: int = 0
    """How often each form was looked up since the last contact was found."""
    after: str = ""
    """The contact list's cursor."""
    is_listed: bool = False
    is_clean: bool = False
    """Nothing is left to be deleted, as far as the service tells."""
    problem: str = ""
    """Why it found nothing out, or could not go on."""
    answers: ProbeAnswers = field(default_factory=ProbeAnswers)

    def to_json(self) -> str:
        """Return the state as JSON text for the journal."""
        fields = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        made = [dataclasses.asdict(one) for one in self.to_delete]
        began_at = self.began_at and self.began_at.isoformat()
        fields |= {"to_delete": made, "began_at": began_at, "answers": json.loads(self.answers.to_json())}
        return json.dumps(fields)

    @classmethod
    def from_json(cls, text: str) -> "ProbeState":
        """Return the state that `to_json` wrote."""
        fields: dict[str, Any] = json.loads(text)
        fields["phase"] = Phase(fields["phase"])
        fields["to_delete"] = tuple(MadeContact(**one) for one in fields["to_delete"])
        fields["began_at"] = datetime.fromisoformat(fields["began_at"]) if fields["began_at"] else None
        fields["answers"] = ProbeAnswers.from_fields(fields["answers"])
        return cls(**fields | {name: tuple(fields[name]) for name in ("settled", "kept")})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeReply:
    """The reply to a probe's request, and when it came."""

    reply: Reply
    at: datetime
    """By our clock."""
    seconds: float
    """By a clock that nobody sets."""
    jitter: float
    """From 0.0 to 1.0."""


ProbeDecision = tuple[ProbeState, float]
"""The state with the next request, and how many seconds to wait before it leaves."""


def probe_contact(state: ProbeState) -> Contact:
    """Return the contact that a probe makes."""
    note = f"Made by `callbell-importer doctor --probe`, which deletes it again ({state.mark})."
    return Contact(identifier=state.number, source="whatsapp", name=f"callbell-importer probe {state.mark}", note=note)


def number_forms(number: str) -> tuple[tuple[NumberForm, str], ...]:
    """Return the forms in which a number is looked up."""
    forms = [(NumberForm.DIGITS, number), (NumberForm.PLUS, f"+{number}")]
    if found := mobile_form(number):
        forms.append((NumberForm.OTHER, in_form(number, "without" if found[1] else "with")))
    return tuple(forms)


def probe_request(state: ProbeState) -> Request:
    """Return the next request of a probe that is not over."""
    match state.phase:
        case Phase.MAKE | Phase.REPEAT:
            return create_contact(probe_contact(state))
        case Phase.READ:
            return get_contact(state.to_delete[0].uuid)
        case Phase.DELETE:
            return delete_contact(state.to_delete[0].uuid)
        case Phase.LIST:
            page = {"after": state.after} if state.after else {"page": "1"}
            return Request(method="GET", path="contacts", query={"source": "whatsapp", **page})
        case _:
            _, written = number_forms(state.number)[state.place]
            return Request(method="GET", path=f"contacts/phone/{quote(written, safe='')}")


def has_mark(fields: Mapping[str, object], state: ProbeState) -> bool:
    """Tell whether a contact carries the probe's mark in its name or note."""
    return any(state.mark in str(fields.get(name)).casefold() for name in ("name", "note"))


def is_older(created_at: datetime | None, state: ProbeState) -> bool:
    """Tell whether a contact was there before the probe: a POST may have given it the mark, but did not make it."""
    return created_at is not None and state.began_at is not None and created_at < state.began_at - _CLOCKS_APART


def is_marked(found: RemoteContact, state: ProbeState) -> bool:
    """Tell whether a contact is the probe's own by its mark."""
    return has_mark(found.fields, state) and not is_older(found.created_at, state)


def is_not_found(reply: Reply) -> bool:
    """Tell whether the service itself says that there is no such contact."""
    return reply.http_status in (404, 410) and not reply.is_proxy_page


def found_contact(reply: Reply) -> RemoteContact | None:
    """Return the contact that a look-up or GET shows; None: it shows none."""
    return reply.contact if reply.http_status == 200 else None  # noqa: PLR2004 - HTTP's number


def request_again(state: ProbeState, got: ProbeReply, policy: Policy) -> ProbeDecision | None:
    """Return the same request after a backoff; None: it was made as often as the policy allows, or must not be."""
    failed = dataclasses.replace(state, failures=state.failures + 1)
    if failed.failures >= policy.most_attempts or (not got.reply.is_proxy_page and stop_for(got.reply, policy)):
        return None
    backoff = backoff_seconds(failed.failures, policy.backoff_cap_seconds, got.jitter)
    return failed, got.reply.retry_after_seconds or backoff


def end_probe(state: ProbeState, problem: str = "", *, is_clean: bool) -> ProbeDecision:
    """Return the end of a probe."""
    ended = dataclasses.replace(state, phase=Phase.OVER, is_clean=is_clean, problem=state.problem or problem)
    return ended, 0.0


def said(reply: Reply) -> str:
    """Return what a reply says, for a sentence in brackets."""
    return reply.message.rstrip(".") or f"status {reply.http_status}"
