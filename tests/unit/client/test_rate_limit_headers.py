"""What headers say of the rate limit."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.client.rate_limit_headers import limit_per_second, limit_texts, reset_seconds
from importer.client.responses import answered

NOW = datetime(2026, 11, 23, 2, 0, 0, tzinfo=UTC)
EPOCH = int(NOW.timestamp())


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
