"""What a response says, whatever its form, also of the rate limit."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.client.responses import (
    answered,
    clean,
    error_message,
    limit_per_second,
    limit_texts,
    parse,
    remote_contact,
    reset_seconds,
    retry_after_seconds,
)
from importer.model.replies import Arrival

NOW = datetime(2026, 11, 23, 2, 0, 0, tzinfo=UTC)
EPOCH = int(NOW.timestamp())
CONTACT = {
    "uuid": "u1",
    "href": "https://example.com/u1",
    "phoneNumber": "+34 600 111 222",
    "createdAt": "2026-11-23T01:59:59.123Z",
}


def test_a_created_contact_is_read_from_its_list() -> None:
    """The answer of POST /contacts wraps the contact in a list; digits and times are read."""
    reply = answered(201, {}, json.dumps({"contact": [CONTACT]}).encode(), NOW)
    assert reply.arrival is Arrival.ANSWERED
    assert reply.contact is not None
    assert (reply.contact.uuid, reply.contact.identifier) == ("u1", "34600111222")
    assert (reply.contact.href, reply.contact.fields) == ("https://example.com/u1", CONTACT)
    assert reply.contact.created_at == datetime(2026, 11, 23, 1, 59, 59, 123000, tzinfo=UTC)


def test_a_looked_up_contact_is_read_from_its_object() -> None:
    """The look-up by phone answers with an object."""
    found = remote_contact({"contact": CONTACT})
    assert found is not None
    assert found.uuid == "u1"


def test_a_success_has_no_words_and_what_is_no_success_always_has() -> None:
    """The message of a 2xx is empty whatever stands in it; only a 2xx has a contact."""
    body = json.dumps({"contact": CONTACT, "message": "made"}).encode()
    for status in (200, 201, 299):
        reply = answered(status, {}, body, NOW)
        assert (reply.message, reply.contact is not None) == ("", True)
    for status in (199, 300, 422):
        assert answered(status, {}, body, NOW).contact is None
    assert [answered(status, {}, body, NOW).message for status in (300, 500)] == ["made", "made"]
    assert answered(500, {}, b"", NOW).message == "status 500"


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "text",
        5,
        {},
        {"contact": None},
        {"contact": []},
        {"contact": ["x"]},
        {"contact": {"uuid": ""}},
        {"contact": {"uuid": 7}},
    ],
)
def test_an_answer_without_a_readable_uuid_has_no_contact(value: object) -> None:
    """Whatever has no text as its uuid is no contact."""
    assert remote_contact(value) is None


@pytest.mark.parametrize("created_at", ["", "yesterday", "2026-13-01", "0001"])
def test_a_creation_time_that_cannot_be_read_is_left_out(created_at: str) -> None:
    """An unreadable creation time is none, and the contact still counts."""
    found = remote_contact({"contact": CONTACT | {"createdAt": created_at}})
    assert found is not None
    assert found.created_at is None


def test_a_time_without_a_zone_is_utc() -> None:
    """Times without a zone are UTC, as the documentation says of all of them."""
    found = remote_contact({"contact": CONTACT | {"createdAt": "2026-11-23T01:00:00"}})
    assert found is not None
    assert found.created_at == datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"error": "bad tag"}, "bad tag"),
        ({"error": {"message": "bad tag"}}, "bad tag"),
        ({"errors": ["a", "b"]}, "a; b"),
        ({"errors": [{"message": "a"}, {"message": "b"}]}, "a; b"),
        ({"errors": {"name": ["is missing"]}}, "name is missing"),
        ({"message": "no"}, "no"),
        ({"error": {"code": 7}}, "code 7"),
        ({"else": "x"}, ""),
        (["x"], ""),
        (None, ""),
    ],
)
def test_the_words_of_an_error_are_found(value: object, message: str) -> None:
    """The error's words are read from every form that services use."""
    assert error_message(value) == message


def test_an_error_without_words_tells_its_status() -> None:
    """An HTML page says nothing but its status."""
    assert answered(502, {}, b"<html>Bad gateway</html>", NOW).message == "status 502"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        (" 0 ", 0.0),
        ("1.5", 1.5),
        ("Mon, 23 Nov 2026 02:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 01:00:00 GMT", 0.0),
        ("Mon, 23 Nov 2026 02:00:30 -0000", 30.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("99999999999999", None),
        ("Mon, 99 Nov 2026 99:00:30 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str, seconds: float | None) -> None:
    """Retry-After is seconds or a date; garbage is ignored."""
    assert retry_after_seconds(header, NOW) == seconds


def test_a_date_in_retry_after_is_against_the_responses_own_date() -> None:
    """Our clock does not matter: the wait and the skew are told by the response's Date."""
    headers = {"Retry-After": "Mon, 23 Nov 2026 03:00:10 GMT", "Date": "Mon, 23 Nov 2026 03:00:00 GMT"}
    reply = answered(429, headers, b"", NOW)
    assert reply.retry_after_seconds == 10.0
    assert timedelta(seconds=reply.clock_skew_seconds) == timedelta(hours=1)


def test_the_request_had_left_by_the_end_of_the_second_less_what_it_took() -> None:
    """`Date` has whole seconds: whoever answers within one may do so up to its end."""
    headers = {"Date": "Mon, 23 Nov 2026 03:00:00 GMT"}
    left_by = answered(200, headers, b"", NOW, 0.25).left_by
    assert left_by == datetime(2026, 11, 23, 3, 0, 0, 750_000, tzinfo=UTC)
    assert answered(200, headers, b"", NOW).left_by is None
    assert answered(200, {}, b"", NOW, 2.25).left_by is None


@pytest.mark.parametrize(
    ("status", "body", "is_proxy_page"),
    [
        (404, b"<html>Not Found</html>", True),
        (410, b'"not here"', True),
        (404, b'{"error": "not found"}', False),
        (404, b"", False),
        (502, b"<html>Bad Gateway</html>", False),
    ],
)
def test_a_404_that_is_not_the_services_is_known(status: int, body: bytes, is_proxy_page: bool) -> None:  # noqa: FBT001 - a parameter
    """The service answers with a JSON object, or with nothing; a proxy with a page."""
    assert answered(status, {}, body, NOW).is_proxy_page is is_proxy_page


def test_an_answer_that_was_held_up_on_its_way_back_proves_no_more() -> None:
    """Of a long time most may be the way back: the request had not left before the second of `Date`."""
    headers = {"Date": "Mon, 23 Nov 2026 03:00:00 GMT"}
    left_by = answered(200, headers, b"", NOW, 5.0).left_by
    assert left_by == datetime(2026, 11, 23, 3, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("a\r\nb\tc", "a b c"),
        ("\x1b]0;title\x07x", "x"),
        ("\u202eabc", "abc"),
        ("a\x00b", "a b"),
        ("a\x80\x85\x9b\x9fb\x7fc", "a b c"),
        ("\x1b]8;;https://elsewhere\x1b\\link", "link"),
        ("a\u200eb\u200fc\u2066d\u2069", "a b c d"),
        (" two  words ", "two words"),
        (" word", "word"),
        ("two  words", "two words"),
        ("x" * 300, "x" * 300),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_text_from_the_service_is_harmless(text: str, plain: str) -> None:
    """Terminal escapes, control and direction characters and long texts do not get through."""
    assert clean(text) == plain


@given(
    st.binary(max_size=200),
    st.integers(100, 599),
    st.dictionaries(st.sampled_from(["Date", "Retry-After"]), st.text(max_size=40)),
)
def test_no_response_is_too_odd(body: bytes, status: int, headers: dict[str, str]) -> None:
    """Whatever bytes, status and headers come, a reply is made of them."""
    assert answered(status, headers, body, NOW).http_status == status


def test_deeply_nested_json_is_no_json() -> None:
    """A body that nests too deeply is read as nothing."""
    assert parse(b"[" * 200_000) is None


@pytest.mark.parametrize(
    ("headers", "limit"),
    [
        ({"RateLimit-Policy": '"default";q=300;w=1'}, 300.0),
        ({"ratelimit-policy": '"burst";q=100;w=1, "day";q=5000;w=86400'}, 100.0),
        ({"RateLimit-Policy": '"a";q=600;w=1, "b";q=6000;w=60'}, 100.0),
        ({"RateLimit-Limit": "100, 100;w=10"}, 10.0),
        ({"X-RateLimit-Limit": "50;w=1"}, 50.0),
        ({"X-RateLimit-Limit": "300"}, None),
        ({"RateLimit-Policy": '"hour";q=5000;w=3600'}, None),
        ({"RateLimit-Policy": '"a";q=6100;w=61'}, None),
        ({"RateLimit-Policy": '"default";q=0;w=1'}, None),
        ({"RateLimit-Policy": '"default";q=5;w=0'}, None),
        ({"RateLimit-Policy": "q=abc;w=1"}, None),
        ({"Content-Type": "text/html"}, None),
    ],
)
def test_a_limit_counts_with_its_window_only(headers: dict[str, str], limit: float | None) -> None:
    """The strictest policy of a minute or less tells requests per second; garbage and quotas of days tell nothing."""
    assert limit_per_second(limit_texts(headers)) == limit
    assert answered(200, headers, b"", NOW).limit_per_second == limit


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"RateLimit": '"default";r=0;t=7'}, 7.0),
        ({"RateLimit": '"default";r=12;t=7'}, None),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": "1.5"}, 1.5),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(EPOCH + 30)}, 30.0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(EPOCH - 30)}, 0.0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1000000000"}, 0.0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "604800"}, 604_800.0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "604801"}, None),
        ({"X-RateLimit-Remaining": "0"}, None),
        ({"X-RateLimit-Reset": "5"}, None),
        ({"X-RateLimit-Remaining": "none", "X-RateLimit-Reset": "5"}, None),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "999999999"}, None),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "999999999999"}, None),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "soon"}, None),
        ({}, None),
    ],
)
def test_nothing_left_says_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    """With none left, the reset is the wait: in seconds, or a time since 1970 against the response's own."""
    assert reset_seconds(limit_texts(headers), NOW) == seconds
    assert answered(429, headers, b"", NOW).retry_after_seconds == seconds


def test_retry_after_wins() -> None:
    """Where both are said, Retry-After counts; and a reset counts for a 429 only."""
    headers = {"RateLimit": '"default";r=0;t=7'}
    assert answered(429, headers | {"Retry-After": "2"}, b"", NOW).retry_after_seconds == 2.0
    assert answered(200, headers, b"", NOW).retry_after_seconds is None


@given(
    st.dictionaries(
        st.sampled_from(
            ["RateLimit", "RateLimit-Policy", "RateLimit-Limit", "X-RateLimit-Remaining", "ratelimit-reset"]
        ),
        st.text(alphabet='0123456789;,=.qwrt "-e\N{ARABIC-INDIC DIGIT ONE}', max_size=40),
    )
)
def test_no_header_is_too_odd(headers: dict[str, str]) -> None:
    """Whatever stands in them, what is read is a number that can be worked with, or nothing."""
    limit, seconds = limit_per_second(limit_texts(headers)), reset_seconds(limit_texts(headers), NOW)
    assert limit is None or 0 < limit < 1e10
    assert seconds is None or 0 <= seconds < 1e6
