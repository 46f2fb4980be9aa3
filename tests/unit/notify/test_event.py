"""Which events an ending is, from its summary alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.runs import NO_PROBLEMS
from importer.notify.event import Event, events_of, new_problems


def summary(exit_code: int, **more: object) -> dict[str, object]:
    """Return the summary of a run without any problem but what is given."""
    return {"command": "run", "exit_code": exit_code, "rows": {}, "problems": [], "degraded": []} | more


def group(code: str = "phone_invalid", count: int = 1, **more: object) -> dict[str, object]:
    """Return a group of problems."""
    return {"code": code, "column": "Phone", "message": "no", "count": count, "rows": [2], **more}


SHORT = {"code": "too_few_rows", "message": "3 rows"}


@pytest.mark.parametrize(
    ("ending", "events"),
    [
        (summary(0), ["success"]),
        (summary(0, problems=[group("duplicate", 4, new=4)]), ["success"]),
        (summary(0, problems=[group(count=5, new=0)]), ["known"]),
        (summary(0, degraded=[SHORT]), ["degraded"]),
        (summary(1, problems=[group(new=1)]), ["new"]),
        (summary(1, problems=[group(count=5, new=0)]), ["known"]),
        (summary(1, problems=[group()]), ["new"]),
        (summary(1, problems=[group(new=0), group("conflict", new=2)]), ["new"]),
        (summary(1, problems=[group(new=0), group("duplicate", 9, new=9), group("differs", new=1)]), ["known"]),
        (summary(1, degraded=[SHORT]), ["degraded"]),
        (summary(1, degraded=[SHORT], problems=[group(new=1)]), ["degraded", "new"]),
        (summary(1, rows={"failed": 2}, problems=[group("server_error", 2, new=0)]), ["failure"]),
        (summary(1, rows={"in_doubt": 1}, degraded=[SHORT], problems=[group(new=3)]), ["failure", "degraded", "new"]),
        (summary(5, rows={"unsent": 20}), ["failure"]),
        (summary(5, problems=[group(new=2)]), ["failure", "new"]),
        (summary(143), ["failure"]),
        (summary(130, rows={"unsent": 20}, problems=[group(new=2)]), []),
        *(({"command": "run", "exit_code": code, "error": {}}, ["failure"]) for code in (2, 3, 4, 5, 6, 70)),
        ({"command": "run", "exit_code": 130, "error": {}}, []),
        ({"command": "run", "exit_code": 3, "error": {"code": "declined"}}, []),
    ],
)
def test_the_events_of_an_ending(ending: dict[str, object], events: list[str]) -> None:
    """The worst stands first; what was there before is no news."""
    assert list(events_of(ending)) == events


@pytest.mark.parametrize("code", sorted(NO_PROBLEMS))
def test_rows_that_are_where_they_should_be_are_no_problems(code: str) -> None:
    """However many of them are new."""
    assert new_problems(summary(1, problems=[group(code, 7, new=7)])) == 0


@given(st.integers(0, 255), st.integers(0, 3), st.integers(0, 3), st.booleans())
def test_every_ending_but_an_interrupted_one_is_some_event(code: int, new: int, failed: int, short: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    """Nothing falls between the events, and only exit code 0 is a success."""
    ending = summary(code, problems=[group(new=new)], rows={"failed": failed}, degraded=[SHORT] * short)
    events = events_of(ending)
    assert bool(events) == (code != 130)
    assert Event.SUCCESS not in events or code == 0
    assert (code in (0, 1, 130)) or events[0] is Event.FAILURE
