"""A person decides whether a run goes on whose first rows were refused alike; nobody there, and no answer, is a no."""

import io
from collections.abc import Callable

import pytest

from importer.commands.context import CommandContext
from importer.commands.refused_alike import goes_on
from importer.model.errors import InputError
from importer.model.stop import Stop
from importer.settings import settle
from importer.worker_pool.trial import RefusedAlike

REASON = RefusedAlike(message="All were refused.", hint="Make the tag.")


def fails(error: BaseException) -> Callable[[str], str]:
    """Return a question that ends in an error."""

    def ask(_question: str) -> str:
        raise error

    return ask


def said(ask: Callable[[str], str] | None, reason: Stop | Exception | None = REASON) -> bool:
    """Return whether the run goes on."""
    return goes_on(CommandContext(settings=settle({}, {}), environment={}, stream=io.StringIO(), ask_line=ask), reason)


@pytest.mark.parametrize(("answer", "expected"), [("y", True), ("sí", True), ("n", False), ("", False)])
def test_the_person_decides(answer: str, *, expected: bool) -> None:
    """The question shows the reason."""
    asked: list[str] = []
    assert said(lambda question: [asked.append(question), answer][1] or "") is expected
    assert asked[0].startswith("All were refused.")


@pytest.mark.parametrize("ask", [None, fails(InputError("Nothing was written.")), fails(KeyboardInterrupt())])
def test_without_an_answer_it_stops(ask: Callable[[str], str] | None) -> None:
    """At the end of the input, at Ctrl-C, and where nobody can be asked."""
    assert not said(ask)


@pytest.mark.parametrize("reason", [None, Stop(message="Too many.", hint=""), InputError("Broken.")])
def test_another_end_is_no_question(reason: Stop | Exception | None) -> None:
    """It stays as it is."""
    assert not said(fails(AssertionError()), reason)
