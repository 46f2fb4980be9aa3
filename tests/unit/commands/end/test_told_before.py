"""An outage that lasts over several trials of a night is told once; what came of each, the dead-man's switch hears."""

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from importer.commands.context import CommandContext
from importer.commands.end import notices, told_before
from importer.commands.end.notices import tell_ending
from importer.notify.delivery import DeliveryResult
from importer.notify.event import Event
from importer.settings import RunOptions, Settings

AT = datetime(2026, 11, 28, 2, tzinfo=UTC)
AWAY = {"command": "run", "exit_code": 5, "error": {"code": "unreachable", "message": "No.", "hint": ""}}
REFUSED = AWAY | {"error": {"code": "token_refused", "message": "No.", "hint": ""}}
WELL = {"command": "run", "exit_code": 0, "error": None}
Tell = Callable[..., bool]


class Standing:
    """A clock that stands."""

    def __init__(self, hours: float) -> None:
        self.hours = hours

    def now(self) -> datetime:
        """Return the time."""
        return AT + timedelta(hours=self.hours)


@pytest.fixture
def tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tell:
    """Return what ends a trial after so many hours and tells whether it was told, as a service of systemd."""
    told: list[Sequence[Event]] = []
    failures: list[str] = []

    def send(_options: object, events: Sequence[Event], *_more: object) -> list[DeliveryResult]:
        told.append(events)
        return [DeliveryResult(receiver="mail", failure=failures[-1])]

    def end(ending: dict[str, object], hours: float = 0.0, failure: str = "") -> bool:
        failures.append(failure)
        settings = Settings(run=RunOptions(journal=tmp_path / "journal.sqlite3"))
        tell_ending(
            CommandContext(settings=settings, environment={}, stream=io.StringIO(), clock=Standing(hours)), ending
        )
        return bool(told[-1])

    monkeypatch.setattr(notices, "send_notices", send)
    monkeypatch.setattr(told_before, "is_own_service", lambda: True)
    return end


def test_an_outage_is_told_by_the_first_trial_of_a_night(tell: Tell) -> None:
    """And the next night by its first."""
    assert [tell(AWAY, hours) for hours in (0, 0.5, 1, 2.5, 24, 24.5)] == [True, False, False, False, True, False]


def test_another_cause_and_what_comes_after_an_end_are_told(tell: Tell) -> None:
    """Only the same error is no news."""
    assert [tell(one) for one in (AWAY, REFUSED, REFUSED, AWAY, WELL, AWAY)] == [True, True, False, True, True, True]


def test_a_notice_that_did_not_arrive_is_sent_by_the_next_trial(tell: Tell) -> None:
    """The same network may be away: nobody is left without a word."""
    assert tell(AWAY, 0, "not done within 10 s")
    assert tell(AWAY, 0.5)
    assert not tell(AWAY, 1)


def test_what_is_no_service_of_systemd_tells_each_time(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cron and people give it again at a time of their own."""
    monkeypatch.setattr(told_before, "is_own_service", lambda: False)
    assert [tell(AWAY), tell(AWAY, 0.5)] == [True, True]


@pytest.mark.parametrize("text", ["", "[]", '{"code": "unreachable", "at": "x"}', '{"at": "2026-11-28T02:00:00"}'])
def test_a_file_that_says_nothing_keeps_no_notice_back(tell: Tell, tmp_path: Path, text: str) -> None:
    """It is only a help."""
    (tmp_path / "last-notice.json").write_text(text, "utf-8")
    assert tell(AWAY)
