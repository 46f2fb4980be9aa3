"""Whom `purge --contact` names: a number without its country code, and what is no number."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import NO_LIMIT, TOKEN, give, results, serving, table

SPANISH = [("Phone", "Name"), ("600 111 222", "Zenobia"), ("600 111 223", "Ana")]


@pytest.fixture(autouse=True)
def _service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test stands in a folder of its own, after a run of a Spanish list."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / "journal.sqlite3"))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    with serving(NO_LIMIT) as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        give("run", table(Path("contacts.csv"), SPANISH), "--country", "ES")
        yield


def test_a_number_is_of_the_country_that_the_last_run_had() -> None:
    """It is said how it was read: in a log without its digits."""
    said = give("purge", "--contact", "600 111 222", "--yes")
    assert said.exit_code == 0, said.stderr
    assert said.stderr.startswith(
        "The number is read as one of Spain (+34), as those of the runs before.\n…222 is forg"
    )
    assert [line["name"] for line in results()] == ["", "Ana"]
    assert "is read as one of Spain" in give("purge", "--contact", "600111222", "--remember").stderr
    assert give("run", "contacts.csv", "--country", "ES", "--json").rows["read"] == 2


def test_the_country_of_the_command_or_the_config_is_said_too() -> None:
    """And a number that says its country is what it says."""
    said = give("purge", "--contact", "600 111 222", "--country", "Spain", "--dry-run").stderr
    assert said.startswith("The number is read as one of Spain (+34).\n")
    asked = give("purge", "--contact", "600 111 222", "--json")
    assert (asked.exit_code, "--contact 'NUMBER' --yes" in asked.stdout) == (2, True)
    assert "111222" not in asked.stdout
    for number in ("+34600111222", "34600111222", "0034 600 111 222"):
        assert give("purge", "--contact", number, "--dry-run").stderr.startswith("…222 would be forgotten")


def test_where_two_countries_can_be_meant_nobody_is_forgotten() -> None:
    """The commands for both are said; where it is no terminal, with the country in place of the number."""
    give("run", table(Path("polish.csv"), [("Phone", "Name"), ("600111222", "Uwe")]), "--country", "PL")
    said = give("purge", "--contact", "600111222", "--yes")
    assert (said.exit_code, "Spain" in said.stderr, "Poland" in said.stderr) == (2, True, True)
    assert "callbell-importer purge --contact NUMBER --country ES" in said.stderr
    assert [line["name"] for line in results()] == ["Uwe"]


@pytest.mark.parametrize("name", ["Ana", "Ana Soler", "@ana"])
def test_of_a_name_it_is_said_what_is_expected_and_where_it_stands(name: str) -> None:
    """Exit code 2."""
    said = give("purge", "--contact", name, "--yes")
    text = " ".join(said.stderr.split())
    assert said.exit_code == 2
    assert text.startswith("Nothing was changed: that is no phone number")
    assert "the person's number with its country code, such as +34" in text
    assert "in the results.csv of each run. To see the runs: callbell-importer runs" in text


def test_a_number_that_is_none_says_why() -> None:
    """As a row of it would."""
    said = give("purge", "--contact", "12", "--yes")
    assert said.exit_code == 2
    assert "too short" in said.stderr


def test_at_a_terminal_both_whole_numbers_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """To be copied; and the one that was read is shown whole."""
    monkeypatch.setattr("importer.cli.app.is_terminal", lambda: True)
    monkeypatch.setattr("importer.commands.purge.named_person.is_shown", lambda _: True)
    monkeypatch.setattr("importer.commands.purge.other_journals.is_shown", lambda _: True)
    said = give("purge", "--contact", "600 111 222", "--dry-run").stderr
    assert said.startswith("600 111 222 is read as +34600111222, a number of Spain, as those of the runs before.\n")
    give("run", table(Path("polish.csv"), [("Phone", "Name"), ("600111222", "Uwe")]), "--country", "PL", "--yes")
    said = give("purge", "--contact", "600111222").stderr
    assert "  callbell-importer purge --contact +48600111222\n  callbell-importer purge --contact +34600111222" in said
