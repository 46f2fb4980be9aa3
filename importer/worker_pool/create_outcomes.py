"""What was done to create a contact, and the outcomes in which that ends, with their words for people. Pure."""

from dataclasses import dataclass
from datetime import datetime

from importer.model.changes import ContactChange
from importer.model.replies import Outcome, Reply
from importer.model.rows import Contact, Status

CUT_OFF = "before the run ended"
"""Why nobody knows what became of a row that a stop gave back."""
_CODES_BY_WORD = (
    ("tag", "tag_unknown"),
    ("custom", "custom_field_refused"),
    ("user", "assigned_user_unknown"),
    ("team", "team_unknown"),
    ("channel", "channel_unknown"),
    ("bot", "bot_status_refused"),
    ("note", "note_refused"),
    ("phone", "phone_refused"),
    ("identifier", "phone_refused"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What was done so far to bring one row into the service, this request included."""

    contact: Contact
    first_sent_at: datetime
    """When the first POST left, by our clock."""
    posts: int = 1
    """POSTs that count against the policy."""
    look_ups: int = 0
    """Look-ups in a row that got no answer."""
    not_found_count: int = 0
    """Look-ups that said "not found" since the last POST."""
    doubted: Reply | None = None
    """The reply to the last POST that left the row in doubt."""
    said_exists: bool = False
    """The service refused the POST because the contact exists."""
    doubts: tuple[ContactChange, ...] = ()
    """What requests of earlier runs may have set in it, if it is there."""
    was_refused: bool = False
    """An earlier run's POST was refused; some services refuse, and make the contact all the same."""
    gone_uuid: str = ""
    """Of the contact that it replaces, because it was deleted; empty: it replaces none."""

    @property
    def doubted_status(self) -> int | None:
        """The HTTP status of that reply; None without one."""
        return self.doubted.http_status if self.doubted else None


def in_doubt(attempt: Attempt, why: str) -> Outcome:
    """Return the outcome of a row that may have arrived."""
    said = "the run was cut off"
    if attempt.doubted:
        said = attempt.doubted.message or f"status {attempt.doubted.http_status}"
    reason = f"It was sent, but no clear answer came ({said}), {why}."
    return Outcome(status=Status.IN_DOUBT, http_status=attempt.doubted_status, code="in_doubt", reason=reason)


def exists(http_status: int | None, uuid: str = "", href: str = "") -> Outcome:
    """Return the outcome of a row whose contact was there before."""
    reason = "It was in Callbell before; it was left as it is."
    return Outcome(status=Status.EXISTS, uuid=uuid, href=href, http_status=http_status, code="exists", reason=reason)


def not_shown(attempt: Attempt) -> Outcome:
    """Return the outcome of a row whose contact the service calls taken, and does not show."""
    said = f" ({attempt.doubted.message})" if attempt.doubted and attempt.doubted.message else ""
    reason = f"It was refused{said}: the service says that it is there and does not show it."
    return Outcome(status=Status.FAILED, http_status=attempt.doubted_status, code="not_shown", reason=reason)


def given_up(attempt: Attempt) -> Outcome:
    """Return the outcome of a row that was sent as often as the policy allows, and is not there."""
    status, said = attempt.doubted_status, attempt.doubted.message if attempt.doubted else "no answer"
    reason = f"It was sent {attempt.posts} times and is not there: {said}."
    code = "server_error" if status else "no_answer"
    return Outcome(status=Status.FAILED, http_status=status, code=code, reason=reason)


def rejected(reply: Reply) -> Outcome:
    """Return the outcome of a row that the service refused, with its words."""
    words = reply.message.lower()
    code = next((code for word, code in _CODES_BY_WORD if word in words), "refused")
    said = reply.message or f"status {reply.http_status}, without a reason"
    reason = f"The service refused it: {said}"
    return Outcome(status=Status.FAILED, http_status=reply.http_status, code=code, reason=reason)
