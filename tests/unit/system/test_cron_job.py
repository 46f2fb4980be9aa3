"""Whether the user's crontab has a job of the importer."""

from collections.abc import Sequence

import pytest

from importer.model.errors import StorageError
from importer.system import runtime
from importer.system.scheduler import Called, has_cron_job


@pytest.mark.parametrize(
    ("table", "is_there"),
    [
        ("", False),
        ("0 2 * * * backup\n", False),
        ("# 0 2 * * * callbell-importer run a.csv\n", False),
        ("0 2 * * * /opt/bin/callbell-importer run a.csv\n", True),
    ],
)
def test_a_line_of_the_crontab_tells(monkeypatch: pytest.MonkeyPatch, table: str, *, is_there: bool) -> None:
    """Not one that is a comment; and no program is called for it on Windows."""
    monkeypatch.setattr(runtime, "WINDOWS", False)
    assert has_cron_job(lambda _words, _text: Called(exit_code=0, stdout=table, stderr="")) is is_there
    monkeypatch.setattr(runtime, "WINDOWS", True)
    assert has_cron_job(lambda _words, _text: Called(exit_code=0, stdout=table, stderr="")) is False


def test_without_cron_there_is_no_job() -> None:
    """The program may not be there."""

    def call(words: Sequence[str], _text: str) -> Called:
        raise StorageError(f"{words[0]} cannot be run.", "")

    assert has_cron_job(call) is False
