"""The command `explain`, as a person gives it."""

import re
from pathlib import Path

import pytest

from importer.model.rows import Status
from importer.reports.code_explanations import explanations
from tests.support.commands import give
from tests.support.paths import ROOT

TITLES = [heading.partition(":")[0] for heading in explanations()]


def test_a_code_is_explained() -> None:
    """What it means, why it comes, what to do, and an example; on standard output, as it was asked for."""
    said = give("explain", "PHONE-NO-COUNTRY")
    assert (said.exit_code, said.stderr) == (0, "")
    assert re.findall(r"^\w.*", said.stdout, re.MULTILINE) == [
        "phone_no_country: The phone number does not say its country.",
        *("Why", "What to do", "Example"),
    ]
    assert "callbell-importer run FILE --country ES" in said.stdout


def test_without_a_code_all_are_listed() -> None:
    """By what they are about, each with one line."""
    said = give("explain")
    assert said.exit_code == 0
    heads = [line.partition(":")[0] for line in said.stdout.splitlines() if line and line[0] != " "]
    assert heads[:-1] == TITLES
    assert all(f"  {status} " in said.stdout for status in Status)


def test_an_unknown_code_is_told_with_those_that_may_be_meant() -> None:
    """And with how to see all."""
    said = give("explain", "phone_leters")
    assert (said.exit_code, said.stdout) == (2, "")
    assert said.stderr.startswith('There is no code "phone_leters"; did you mean phone_letters')
    assert said.stderr.endswith("See all of them: callbell-importer explain\n")


def test_a_word_of_an_explanation_finds_its_code() -> None:
    """Whoever sees 044 in the list does not know that it is a trunk zero."""
    said = give("explain", "044")
    assert (said.exit_code, said.stderr) == (0, "")
    assert said.stdout.startswith('There is no code "044"; this is about it.\n\nphone_trunk_zero: ')


def test_where_an_update_left_a_difference_another_command_is_named() -> None:
    """The same one would leave it again."""
    said = give("explain", "differs").stdout
    assert "If that was given, to overwrite what Callbell has, in all rows: callbell-importer run FILE " in said
    assert "--on-conflict sheet" in said


def test_what_is_typed_does_not_write_to_the_terminal() -> None:
    """Escapes are taken out, as everywhere."""
    said = give("explain", "\x1b[31mred")
    assert said.exit_code == 2
    assert "\x1b" not in said.stderr


def test_the_problems_of_the_sample_are_all_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks up what a report says finds it."""
    monkeypatch.chdir(tmp_path)  # where the check's reports are
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    problems = give("check", ROOT / "sample_inputs" / "problems.csv", "--json", "--sandbox", "-q").summary["problems"]
    assert len({one["code"] for one in problems}) > 8
    assert {path.name for path in tmp_path.glob("reports/rehearsals/*/*")} == {"check.json", "problems.csv"}
    for one in problems:
        assert give("explain", one["code"]).exit_code == 0


def test_commands_on_standard_output_are_as_they_are_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the path of a program that no terminal finds by its name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["./callbell-importer"])
    assert "then: ./callbell-importer retry" in " ".join(give("explain", "tag_unknown").stdout.split())
    said = give("runs", "--journal", "none.sqlite3")
    assert said.stdout.endswith("Make one with: ./callbell-importer run FILE\n")
