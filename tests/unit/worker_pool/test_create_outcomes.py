"""The words of each outcome of a create: a person reads them in the results."""

from dataclasses import replace

import pytest

from importer.model.replies import Arrival, Outcome, Reply
from importer.model.rows import Contact, Status
from importer.worker_pool.create_outcomes import Attempt, exists, given_up, in_doubt, rejected
from tests.support.virtual_time import START

ATTEMPT = Attempt(contact=Contact(identifier="34600111222", source="whatsapp", name="Ana"), first_sent_at=START)
BROKEN = Reply(arrival=Arrival.ANSWERED, http_status=502, message="Bad Gateway")
SILENT = Reply(arrival=Arrival.UNKNOWN, message="no answer in time")


def test_an_attempt_begins_with_one_post_and_no_doubt() -> None:
    """This request is the first; nothing was looked up, doubted or refused."""
    assert (ATTEMPT.posts, ATTEMPT.look_ups, ATTEMPT.not_found_count, ATTEMPT.said_exists) == (1, 0, 0, False)
    assert (ATTEMPT.doubted, ATTEMPT.doubted_status) == (None, None)


@pytest.mark.parametrize(
    ("doubted", "http_status", "said"),
    [(BROKEN, 502, "Bad Gateway"), (SILENT, None, "no answer in time"), (None, None, "the run was cut off")],
)
def test_a_row_in_doubt_says_what_came(doubted: Reply | None, http_status: int | None, said: str) -> None:
    """The last reply's words and status, or that there was none, and why it stays in doubt."""
    assert in_doubt(replace(ATTEMPT, doubted=doubted), "and so on") == Outcome(
        status=Status.IN_DOUBT,
        code="in_doubt",
        http_status=http_status,
        reason=f"It was sent, but no clear answer came ({said}), and so on.",
    )


def test_a_contact_that_was_there_says_that_it_was_left() -> None:
    """With its UUID and address where they are known."""
    reason = "It was in Callbell before; it was left as it is."
    assert exists(200, "u1", "h1") == Outcome(
        status=Status.EXISTS, code="exists", uuid="u1", href="h1", http_status=200, reason=reason
    )
    assert exists(None) == Outcome(status=Status.EXISTS, code="exists", reason=reason)


@pytest.mark.parametrize(
    ("doubted", "http_status", "code", "said"),
    [
        (BROKEN, 502, "server_error", "Bad Gateway"),
        (SILENT, None, "no_answer", "no answer in time"),
        (None, None, "no_answer", "no answer"),
    ],
)
def test_a_row_that_is_given_up_says_how_often_it_was_sent(
    doubted: Reply | None, http_status: int | None, code: str, said: str
) -> None:
    """And the last reply."""
    assert given_up(replace(ATTEMPT, posts=6, doubted=doubted)) == Outcome(
        status=Status.FAILED,
        code=code,
        http_status=http_status,
        reason=f"It was sent 6 times and is not there: {said}.",
    )


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Tag is unknown", "tag_unknown"),
        ("CUSTOM field of a tag", "tag_unknown"),  # the first word of the list counts
        ("Custom field", "custom_field_refused"),
        ("User", "assigned_user_unknown"),
        ("Team", "team_unknown"),
        ("Channel", "channel_unknown"),
        ("Bot", "bot_status_refused"),
        ("Note", "note_refused"),
        ("Phone", "phone_refused"),
        ("Identifier", "phone_refused"),
        ("Name", "refused"),
    ],
)
def test_a_refusal_is_grouped_by_the_field_that_it_names(message: str, code: str) -> None:
    """With the service's own words behind ours."""
    reply = Reply(arrival=Arrival.ANSWERED, http_status=422, message=message)
    assert rejected(reply) == Outcome(
        status=Status.FAILED, code=code, http_status=422, reason=f"The service refused it: {message}"
    )


def test_a_refusal_without_words_says_its_status() -> None:
    """There is nothing else to say."""
    reason = rejected(Reply(arrival=Arrival.ANSWERED, http_status=413)).reason
    assert reason == "The service refused it: status 413, without a reason"
