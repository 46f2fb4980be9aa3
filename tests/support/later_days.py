"""Commands that are given days later, without waiting for them."""

import datetime as dt

import pytest

from importer.commands import context


def shift(monkeypatch: pytest.MonkeyPatch, *, days: int) -> None:
    """Let the commands after this be given so many days later."""

    class Later(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> "Later":
            return super().now(tz) + dt.timedelta(days=days)

    monkeypatch.setattr(context, "datetime", Later)
    monkeypatch.setattr("importer.journal.journal.Journal.open.__func__.__defaults__", (lambda: Later.now(dt.UTC),))
