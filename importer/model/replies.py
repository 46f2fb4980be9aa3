"""What a request got, and the last word on its row: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import MappingProxyType

from importer.model.rows import Status


class Arrival(Enum):
    """Whether a request reached the service, which decides if it may be sent again."""

    NEVER = "surely never arrived"
    UNKNOWN = "may have arrived"
    ANSWERED = "a whole response with a status was received"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteContact:
    """A contact as the service describes it, cut down to what the importer needs."""

    uuid: str
    href: str = ""
    identifier: str = ""
    """Digits only, from `phoneNumber`; empty where the service gives none."""
    created_at: datetime | None = None
    """UTC; None where it is missing or cannot be read."""
    fields: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}), repr=False, compare=False)
    """All of the service's description, as it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one request got; one per attempt, whatever happened."""

    arrival: Arrival
    http_status: int | None = None
    """The status of a response that was received; None without one."""
    contact: RemoteContact | None = None
    """The contact in a 2xx answer; None where the answer has no readable one."""
    message: str = ""
    """The service's or the network's words, cleaned of control characters, holding no secret and no URL."""
    retry_after_seconds: float | None = None
    """How long the service asked everyone to wait."""
    limit_per_second: float | None = None
    """The rate limit that the service says it has, in requests per second; None where it says nothing readable."""
    clock_skew_seconds: float = 0.0
    """The service's clock less ours, from the response's `Date`; 0.0 without one."""
    json: object = field(default=None, repr=False)
    """The JSON value of the body; None without one. It may hold the token (GET /auth/me), so `repr` hides it."""
    fatal: bool = False
    """No request can succeed until a person fixes something: a bad certificate, say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The last word on a row, or at least the latest."""

    status: Status
    uuid: str = ""
    href: str = ""
    http_status: int | None = None
    code: str = ""
    """A short stable word; empty where all is well."""
    column: str = ""
    reason: str = ""
    """A sentence for the report; empty where all is well."""

    @property
    def detail(self) -> str:
        """What a log says besides the status."""
        return self.code or self.uuid
