"""Whom `purge --contact` names: a number without its country code, and what is no number."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.commands import Said, give, own_place, results, table

SPANISH = [("Phone", "Name"), ("600 111 222", "Zenobia"), ("600 111 223", "Ana")]


@pytest.fixture(autouse=True)
def _service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test stands in a folder of its own, after a run of a Spanish list."""
    with own_place(tmp_path, monkeypatch):
        give("run", table(Path("contacts.csv"), SPANISH), "--country", "ES")
        yield


def test_a_number_is_of_the_only_person_who_is_known_with_it() -> None:
    """It is said how it was read: in a log without its digits."""
    said = give("purge", "--contact", "600 111 222", "--yes")
    assert said.exit_code == 0, said.stderr
    assert said.stderr.startswith(
        "The number is read as one of Spain (+34): nobody else who is known here has it.\n…222 is forg"
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
    assert said.startswith("600 111 222 is read as +34600111222, a number of Spain (+34): nobody else ")
    give("run", table(Path("polish.csv"), [("Phone", "Name"), ("600111222", "Uwe")]), "--country", "PL", "--yes")
    said = give("purge", "--contact", "600111222").stderr
    assert "If it is of Spain (+34):\n  callbell-importer purge --contact +34600111222\n" in said
    assert "If it is of Poland (+48):\n  callbell-importer purge --contact +48600111222\n" in said


POLISH = '[contact]\ncountry = "PL"\n[columns]\nidentifier = "Phone"\nname = "Name"\nteam = "Team"\n'
PHONE = "600 111 222"


def polish_run(*rows: tuple[str, ...], journal: str = "") -> Said:
    """Return how a run of a Polish list ended whose country only its config says."""
    Path("pl.toml").write_text(POLISH, encoding="utf-8")
    lines = [("Phone", "Name", "Team"), *((*row, "")[:3] for row in rows)]
    return give(
        "run",
        table(Path("polish.csv"), lines),
        "--config",
        "pl.toml",
        "--yes",
        *(["--journal", journal] * bool(journal)),
    )


def names(journal: str = "journal.sqlite3") -> set[str]:
    """Return the names that a journal has."""
    with closing(sqlite3.connect(journal)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM rows WHERE name <> ''")}


@pytest.mark.parametrize("options", [("--yes",), ("--yes", "--json"), ("--yes", "--config", "pl.toml"), ("--dry-run",)])
def test_who_is_known_counts_whatever_said_their_country(options: tuple[str, ...]) -> None:
    """Where two people fit, of whom one's country stood in a config, nobody is forgotten: each has a command."""
    polish_run((PHONE, "Uwe"))
    said = give("purge", "--contact", PHONE, *options)
    told = said.stdout + said.stderr
    assert (said.exit_code, names()) == (2, {"Zenobia", "Ana", "Uwe"})
    for region in ("ES", "PL"):
        assert f"callbell-importer purge --contact NUMBER --country {region}" in told
    assert "111222" not in told.replace(" ", "")


@pytest.mark.parametrize("config", [(), ("--config", "es.toml"), ("--config", "pl.toml")])
def test_the_only_person_is_taken_whatever_the_config_and_the_last_run_say(config: tuple[str, ...]) -> None:
    """Neither country wins over somebody who is known."""
    polish_run(("600 111 229", "Uwe"))
    Path("es.toml").write_text('[contact]\ncountry = "ES"\n', encoding="utf-8")
    said = give("purge", "--contact", "600111229", "--yes", *config)
    assert (said.exit_code, names()) == (0, {"Zenobia", "Ana"})
    assert "The number is read as one of Poland (+48): nobody else who is known here has it." in said.stderr
    said = give("purge", "--contact", "600111223", "--yes", *config)
    assert (said.exit_code, names()) == (0, {"Zenobia"})


def test_a_number_of_nobody_who_is_known_needs_its_country_code() -> None:
    """Exit code 2, with the command for the country that it is probably of; nobody is put on the list."""
    said = give("purge", "--contact", "600 999 888", "--yes")
    text = " ".join(said.stderr.split())
    assert said.exit_code == 2
    assert "does not say its country, and is of nobody who is known here" in text
    assert "country code, such as +34" in text
    assert "If it is of Spain (+34): callbell-importer purge --contact NUMBER --country ES" in text
    assert give("purge", "--contact", "600 999 888", "--country", "ES", "--yes").exit_code == 0


def test_who_was_forgotten_is_known_still() -> None:
    """--remember takes them, whoever else fits; another purge asks which one is meant."""
    assert give("purge", "--contact", PHONE, "--yes").exit_code == 0
    polish_run((PHONE, "Uwe"))
    assert give("purge", "--contact", PHONE, "--yes").exit_code == 2
    said = give("purge", "--contact", PHONE, "--remember")
    assert (said.exit_code, "…222 is imported again" in said.stderr) == (0, True)
    assert "read as one of Spain" in said.stderr
    assert names() == {"Ana", "Uwe"}


def test_people_of_another_journal_count() -> None:
    """Of a journal that this user's runs used."""
    polish_run((PHONE, "Uwe"), journal="other.sqlite3")
    said = give("purge", "--contact", PHONE, "--yes")
    assert said.exit_code == 2
    assert "of Spain (+34) and Poland (+48)" in said.stderr
    assert (names(), names("other.sqlite3")) == ({"Zenobia", "Ana"}, {"Uwe"})


def test_a_row_that_was_refused_may_be_of_somebody_else() -> None:
    """Of a run whose country only a config said: the one who is known is not taken, but named with the command."""
    polish_run((PHONE, "Uwe", "no such team"))
    said = give("purge", "--contact", PHONE, "--yes")
    text = " ".join(said.stderr.split())
    assert (said.exit_code, names()) == (2, {"Zenobia", "Ana", "Uwe"})
    assert (
        "one person who is known here, of Spain (+34); but it stands in rows that were refused, of polish.csv" in text
    )
    assert "callbell-importer purge --contact NUMBER --country ES" in text


def test_a_row_that_was_refused_is_of_the_country_that_its_run_was_given() -> None:
    """And of one whose file has the person since."""
    table(Path("contacts.csv"), [("Phone", "Name"), (PHONE, "Zenobia")])
    assert give("run", "contacts.csv", "--yes", "--json").rows["invalid"] == 1
    assert give("purge", "--contact", PHONE, "--dry-run").exit_code == 0
    Path("pl.toml").write_text(POLISH.replace('country = "PL"', ""), encoding="utf-8")
    rows = [("Phone", "Name", "Team"), (PHONE, "Uwe", "no such team")]
    said = give("run", table(Path("polish.csv"), rows), "--config", "pl.toml", "--country", "Poland", "--yes")
    assert said.exit_code == 1, said.stderr
    said = give("purge", "--contact", PHONE, "--yes")
    assert (said.exit_code, "Poland" in said.stderr) == (2, True)


def test_a_contact_that_an_older_version_knew_by_its_digits_alone_may_be_somebody_elses() -> None:
    """It has no file and no country, so nothing tells whose it is."""
    with closing(sqlite3.connect("journal.sqlite3")) as journal, journal:
        named = [name for _, name, *_ in journal.execute("PRAGMA table_info(contacts)")]
        columns = ", ".join({"identifier": "'600111222'", "is_normalised": "0"}.get(one, one) for one in named)
        journal.execute(
            f"INSERT INTO contacts SELECT {columns} FROM contacts WHERE identifier = '34600111222'"  # noqa: S608 - its own columns
        )
    said = give("purge", "--contact", PHONE, "--yes")
    assert (said.exit_code, "what an older version wrote" in said.stderr) == (2, True)
    assert names() == {"Zenobia", "Ana"}


def test_all_that_digits_can_be_counts() -> None:
    """Eleven digits may be a Brazilian's without country code, and a German's with it; of a plus there is no doubt."""
    rows = [("Phone", "Name"), ("+49991234567", "Uwe"), ("+5549991234567", "Bia")]
    give("run", table(Path("both.csv"), rows), "--yes")
    said = give("purge", "--contact", "49991234567", "--yes")
    assert (said.exit_code, "Germany (+49)" in said.stderr, "Brazil (+55)" in said.stderr) == (2, True, True)
    assert give("purge", "--contact", "+49991234567", "--yes").exit_code == 0
    assert names() == {"Zenobia", "Ana", "Bia"}


def lists_with_namesakes() -> Path:
    """Return the reports of a run whose Uwe is refused by Callbell; he has Zenobia's digits in Poland."""
    config = POLISH.replace('team = "Team"', 'tags = ["Tags"]')
    Path("pl.toml").write_text(config, encoding="utf-8")
    rows = [("Phone", "Name", "Tags"), (PHONE, "Uwe", "x" * 300), ("12", "Zoe", "call +34 600 111 222")]
    give("run", table(Path("polish.csv"), rows), "--config", "pl.toml", "--yes")
    (folder,) = Path("reports").glob("*-polish")
    return folder


def test_rows_of_another_with_the_same_digits_in_another_country_stay() -> None:
    """In the reports and the files of their runs the number is theirs, unless it stands with its country code."""
    folder = lists_with_namesakes()
    kept = [path.name for path in folder.iterdir()]
    said = give("purge", "--contact", "+34600111222", "--yes")
    assert (said.exit_code, names()) == (0, {"Ana", "Uwe", "Zoe"})
    assert {"results.csv", "failed.csv", "summary.json"} <= {path.name for path in folder.iterdir()} <= {*kept}
    failed = (folder / "failed.csv").read_text("utf-8-sig")
    assert ("Uwe" in failed, "Zoe" in failed) == (True, False)
    assert "polish.csv: yours" in said.stderr


def test_a_list_of_a_namesake_that_was_moved_keeps_their_row() -> None:
    """And a list that stands where it was is not told of."""
    for name in ("moved.csv", "there.csv"):
        options = ["--done-dir", "done"] if name == "moved.csv" else []
        give("run", table(Path(name), [("Phone", "Name"), (PHONE, "Uwe")]), "--country", "PL", "--yes", *options)
    said = give("purge", "--contact", "+34600111222", "--yes")
    assert (said.exit_code, names()) == (0, {"Ana", "Uwe"})
    (done,) = Path("done").rglob("moved.csv")
    assert "Uwe" in done.read_text("utf-8-sig")
    assert ("contacts.csv: yours" in said.stderr, "there.csv" in said.stderr) == (True, False)


def test_in_a_run_of_both_each_row_is_its_own_persons() -> None:
    """By the rows' numbers in the journal."""
    Path("c.toml").write_text(
        '[columns]\nidentifier = "Phone"\nname = "Name"\ntags = ["Tags"]\ncountry = "Land"\n', encoding="utf-8"
    )
    rows = [("Phone", "Name", "Tags", "Land"), (PHONE, "Uwe", "x" * 300, "PL"), (PHONE, "Zenobia B", "x" * 300, "ES")]
    give("run", table(Path("both.csv"), rows), "--config", "c.toml", "--yes")
    (folder,) = Path("reports").glob("*-both")
    assert give("purge", "--contact", "+34600111222", "--yes").exit_code == 0
    failed = (folder / "failed.csv").read_text("utf-8-sig")
    assert ("Uwe" in failed, "Zenobia" in failed) == (True, False)
    text = (folder / "results.csv").read_text("utf-8-sig")
    assert ("Uwe" in text, "Zenobia" in text) == (True, False)


def test_the_journal_keeps_what_a_namesakes_row_says() -> None:
    """So that `retry` sends it as it was, and `report` shows it."""
    lists_with_namesakes()
    assert give("purge", "--contact", "+34600111222", "--yes").exit_code == 0
    with closing(sqlite3.connect("journal.sqlite3")) as connection:
        told = connection.execute(
            "SELECT cells, payload FROM rows WHERE name IN ('Uwe', 'Zoe') ORDER BY name"
        ).fetchall()
    assert PHONE in told[0][0]
    assert "+34" not in told[1][0].replace(" ", "")
    with closing(sqlite3.connect("journal.sqlite3")) as connection:
        (texts,) = connection.execute("SELECT group_concat(value) FROM problems WHERE value <> ''").fetchone()
    assert "forgotten" not in texts
