"""The reply to a request, and the outcome of its row: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from urllib.parse import urlsplit

from importer.model.changes import FieldValue
from importer.model.requests import CALLBELL_URL
from importer.model.rows import GONE, Contact, Status

_CALLBELL_ADDRESS = f"{urlsplit(CALLBELL_URL).hostname}:443"


class Arrival(Enum):
    """Whether a request reached the service, which decides whether it may be sent again."""

    NEVER = "surely never arrived"
    UNKNOWN = "may have arrived"
    ANSWERED = "a whole response with a status was received"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteContact:
    """A contact in an answer of the service, with the fields that the importer needs."""

    uuid: str
    href: str = ""
    identifier: str = ""
    """Digits only, from `phoneNumber`; empty if the answer has none."""
    created_at: datetime | None = None
    """UTC; None where it is missing or cannot be read."""
    fields: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}), repr=False, compare=False)
    """All of the service's description, as it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The result of one attempt, whatever happened."""

    arrival: Arrival
    http_status: int | None = None
    """The status of a response that was received; None without one."""
    contact: RemoteContact | None = None
    """The contact in a 2xx answer; None if it has no well-formed one."""
    message: str = ""
    """The service's message or the network's, without control characters, secrets and URLs."""
    address: str = ""
    """Host and port with which no connection came about; empty: one did."""
    silent_seconds: float = field(default=0.0, compare=False)
    """How long an answer was waited for that never came; 0.0 where one came."""
    retry_after_seconds: float | None = None
    """How long the service asked to wait (`Retry-After`)."""
    limit_per_second: float | None = None
    """The rate limit in the response's headers, in requests per second; None if there is none."""
    clock_skew_seconds: float = 0.0
    """The service's clock less ours, from the response's `Date`; 0.0 without one."""
    left_by: datetime | None = None
    """By the service's clock, the time by which the request had surely left; None without a `Date`."""
    is_proxy_page: bool = False
    """It is a 404 without the service's JSON: a proxy or gateway, which does not know what is there, made it."""
    json: object = field(default=None, repr=False)
    """The JSON value of the body; None without one. It may hold the token (GET /auth/me), so `repr` hides it."""
    fatal: bool = False
    """No request can succeed until a person fixes something: a bad certificate, say."""

    @property
    def no_connection(self) -> str:
        """A sentence on the connection that did not come about; empty: one did, or the address is none."""
        if not self.address:
            return ""
        where = "Callbell" if self.address == _CALLBELL_ADDRESS else self.address
        return f"No connection to {where} ({self.message.removeprefix('connection ')})."


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a row."""

    status: Status
    uuid: str = ""
    href: str = ""
    http_status: int | None = None
    code: str = ""
    """A short stable word; empty where all is well."""
    column: str = ""
    reason: str = ""
    """A sentence for the report; empty where all is well."""
    is_ours: bool = False
    """Whether the answer to our own POST proves that it made the contact: only then may `undo` delete it."""
    base: Contact | None = None
    """What the sheet counts as having said from now on; None: the row was not merged with what Callbell had."""
    left: tuple[str, ...] = ()
    """Fields in which a contact that was met for the first time was left as Callbell had it."""
    kept: Mapping[str, FieldValue | None] = field(default_factory=lambda: MappingProxyType({}))
    """What Callbell had in these, or in those of a conflict; None: it cannot be read."""

    @property
    def detail(self) -> str:
        """What a log says besides the status."""
        return self.code or self.uuid


def gone_outcome(uuid: str, http_status: int | None = None) -> Outcome:
    """Return the outcome of a row whose contact was deleted in Callbell.

    Args:
        uuid: That the contact had.
        http_status: Of the last reply; None: an earlier run found it out.

    """
    reason = "It was deleted in Callbell. To make it again, run the same command with --gone recreate."
    return Outcome(status=Status.FAILED, uuid=uuid, http_status=http_status, code=GONE, reason=reason)
