"""The error of an ending, for programs."""

import pytest

from importer.model.errors import BusyError, ServiceError, StorageError, UsageError, error_json
from importer.model.stop import Stop


@pytest.mark.parametrize("exit_code", [None, 0, 1])
def test_an_end_that_was_reached_has_none(exit_code: int | None) -> None:
    """Rows that need a person are no error."""
    assert error_json(exit_code) is None


@pytest.mark.parametrize(
    ("exit_code", "code"),
    [(2, "usage"), (3, "input"), (4, "storage"), (5, "service"), (6, "busy"), (70, "defect"), (130, "interrupted")],
)
def test_an_exit_code_alone_has_a_code_and_a_sentence(exit_code: int, code: str) -> None:
    """Nothing more is known of a run long ago."""
    found = error_json(exit_code)
    assert found is not None
    assert (found["code"], found["message"].endswith("."), found["hint"]) == (code, True, "")


def test_an_error_has_the_code_of_its_class_or_its_own() -> None:
    """With message and hint as a person is told."""
    own = error_json(5, ServiceError("No.", "Do.", code="unreachable"))
    assert own == {"code": "unreachable", "message": "No.", "hint": "Do."}
    assert [one("").code for one in (UsageError, StorageError, BusyError)] == ["usage", "storage", "busy"]


def test_a_stop_by_a_signal_says_which() -> None:
    """Its code is that of the exit code; other stops have their own."""
    asked = Stop(message="Asked to stop.", hint="", code="interrupted")
    assert [(error_json(code, asked) or {})["code"] for code in (130, 143)] == ["interrupted", "terminated"]
    assert (error_json(5, Stop(message="", hint="", code="out_of_time")) or {})["code"] == "out_of_time"
