"""The command `explain`, as a person gives it."""

import json
import re

import pytest

from importer.model.rows import Status
from importer.reports.code_explanations import explanations
from tests.support.commands import give
from tests.support.paths import ROOT

TITLES = [heading.partition(":")[0] for heading in explanations()]


def test_a_code_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """What it means, why it comes, what to do, and an example; on standard output, as it was asked for."""
    assert give(["explain", "PHONE-NO-COUNTRY"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert re.findall(r"^\w.*", said.out, re.MULTILINE) == [
        "phone_no_country: The phone number does not say its country.",
        *("Why", "What to do", "Example"),
    ]
    assert "callbell-importer run FILE --country ES" in said.out


def test_without_a_code_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """By what they are about, each with one line."""
    assert give(["explain"]) == 0
    out = capsys.readouterr().out
    assert [line.partition(":")[0] for line in out.splitlines() if line and line[0] != " "][:-1] == TITLES
    assert all(f"  {status} " in out for status in Status)


def test_an_unknown_code_is_told_with_those_that_may_be_meant(capsys: pytest.CaptureFixture[str]) -> None:
    """And with how to see all."""
    assert give(["explain", "phone_leters"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith('There is no code "phone_leters"; did you mean phone_letters')
    assert said.err.endswith("See all of them: callbell-importer explain\n")


def test_what_is_typed_does_not_write_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Escapes are taken out, as everywhere."""
    assert give(["explain", "\x1b[31mred"]) == 2
    assert "\x1b" not in capsys.readouterr().err


def test_the_samples_problems_are_all_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever looks up what a report says finds it."""
    give(["check", str(ROOT / "sample_inputs" / "problems.csv"), "--json", "--sandbox", "-q"])
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert len({one["code"] for one in problems}) > 8
    for one in problems:
        assert give(["explain", one["code"]]) == 0
